"""Which of the languages of the reader a text is in."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

from trafficking_stats.errors import ReaderError
from trafficking_stats.readers.narrative.lexicon import LANGUAGES, fold, load, table

SAMPLE = 60_000
"""Characters looked at, from the start."""
LEAST_SHARE = 0.12
"""A text whose words are function words of a language less often than this is not in it (prose has 0.25 to 0.45)."""
FEWEST_WORDS = 4
WEIGHT_OF_TOPIC = 0.5
"""Of a word such as "convicted", against 1 for a function word."""

_WORD = re.compile(r"[^\W\d_]+")


@cache
def _weights() -> dict[str, dict[str, float]]:
    """Return by language what its words weigh: function words, and the words on the topic of those that are read."""
    weights = {name: dict.fromkeys(words, 1.0) for name, words in table("others").items()}
    for code in LANGUAGES:  # a headline has few function words, but words such as "convicted"
        lexicon = load(code)
        on_topic = [phrase for group in ("verbs", "nouns", "actions") for phrase in lexicon.index.phrases(group)]
        words = [*(phrase[0] for phrase in on_topic if len(phrase) == 1), *lexicon.numbers]
        functions = map(fold, lexicon.tables["function_words"])
        weights[code] = {**dict.fromkeys(words, WEIGHT_OF_TOPIC), **dict.fromkeys(functions, 1.0)}
    return weights


def detect_language(text: str) -> str:
    """Tell the language of a text by the share of its words that are function words of a language.

    Parameters
    ----------
    text : str
        Plain text.

    Returns
    -------
    str
        "en", "da", "no" or "sv".

    Raises
    ------
    ReaderError
        If the text has too few words, or is in a language that is not read.

    Examples
    --------
    >>> detect_language("Domstolene dømte fem personer, og de fik fængsel i to år.")
    'da'
    """
    words = Counter(fold(word) for word in _WORD.findall(text[:SAMPLE]))
    total = words.total()
    if total < FEWEST_WORDS:
        raise ReaderError(
            f"The text has {total} words, too few to tell its language. Name the language, or check that "
            "the file holds text."
        )
    shares = {
        name: sum(weight * words[word] for word, weight in weights.items()) / total
        for name, weights in _weights().items()
    }
    best = max(sorted(shares, key=lambda name: (name not in LANGUAGES, name)), key=lambda name: shares[name])
    is_known = shares[best] >= LEAST_SHARE
    if is_known and best in LANGUAGES:
        return best
    names = ", ".join(load(code).name for code in sorted(LANGUAGES))
    seems = f"is in {best}" if is_known else "is in no language known here"
    raise ReaderError(
        f"The text seems to be one that {seems}; this reader reads {names}. Translate it first, or name the language "
        "if this is wrong."
    )
