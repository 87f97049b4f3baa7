"""Which sentences of a document are read: of a long one that is mostly on other topics only those on this one."""

from __future__ import annotations

from collections.abc import Sequence

from trafficking_stats.readers.narrative.lexicon import Lexicon, fold
from trafficking_stats.readers.narrative.tokens import Sentence

LONG = 20
"""Paragraphs with numbers in them; a shorter document is read whole."""
FEW = 0.5
"""Share of such paragraphs on the topic, below which the others are left out."""
NEAR = 2
"""Paragraphs from one on the topic to another that goes on with it."""


def worth_reading(text: str, found: Sequence[Sentence], lexicon: Lexicon) -> list[Sentence]:
    """Return the sentences with numbers in them that are to be read.

    Parameters
    ----------
    text : str
        The document.
    found : sequence of Sentence
        Its sentences.
    lexicon : Lexicon
        Its words of the topic stand in ``gate.words``.
    """
    numbered = [s for s in found if lexicon.screen.search(text, s.start, s.end) is not None]
    paragraphs = {sentence.paragraph for sentence in numbered}
    if len(paragraphs) < LONG:
        return numbered
    on_topic = {s.paragraph for s in found if lexicon.topic.search(text, s.start, s.end) is not None}
    if len(paragraphs & on_topic) >= FEW * len(paragraphs):
        return numbered
    kept = on_topic | {
        paragraph
        for paragraph in paragraphs - on_topic
        if all(
            not on_topic.isdisjoint(range(paragraph + step, paragraph + step * (NEAR + 1), step)) for step in (-1, 1)
        )
    }
    kept |= {s.paragraph for s in numbered if _speaks_of_victims(text, s, lexicon) and _is_near(s.paragraph, on_topic)}
    return [sentence for sentence in numbered if sentence.paragraph in kept]


def _is_near(paragraph: int, on_topic: set[int]) -> bool:
    return not on_topic.isdisjoint(range(paragraph - NEAR, paragraph + NEAR + 1))


def _speaks_of_victims(text: str, sentence: Sentence, lexicon: Lexicon) -> bool:
    words = fold(text[sentence.start : sentence.end])
    return any(word in words for word in lexicon.tables["nouns"]["victim"])
