"""Which of the languages of the reader a text is in."""

from __future__ import annotations

import re

from trafficking_stats.errors import ReaderError
from trafficking_stats.readers.narrative.lexicon import LANGUAGES, fold, load

SAMPLE = 60_000
"""Characters looked at, in three stretches from the start, the middle and the end."""
LEAST_SHARE = 0.12
"""A text whose words are function words of a language less often than this is not in it (prose has 0.25 to 0.45)."""
FEWEST_WORDS = 4

_WORD = re.compile(r"[^\W\d_]+")


def _sample(text: str) -> str:
    if len(text) <= SAMPLE:
        return text
    part = SAMPLE // 3
    middle = len(text) // 2
    return " ".join((text[:part], text[middle : middle + part], text[-part:]))


def detect_language(text: str) -> str:
    """Tell English from Danish by the share of their function words.

    Parameters
    ----------
    text : str
        Plain text.

    Returns
    -------
    str
        "en" or "da".

    Raises
    ------
    ReaderError
        If the text has too few words, or is in neither language.

    Examples
    --------
    >>> detect_language("Domstolene dømte fem personer, og de fik fængsel i to år.")
    'da'
    """
    words = [fold(word) for word in _WORD.findall(_sample(text))]
    known = ", ".join(load(code).name for code in sorted(LANGUAGES))
    if len(words) < FEWEST_WORDS:
        raise ReaderError(
            f"The text has {len(words)} words, too few to tell its language. Name the language, or check that "
            "the file holds text."
        )
    shares = {
        code: sum(word in load(code).words["function_words"] for word in words) / len(words)
        for code in sorted(LANGUAGES)
    }
    best = max(shares, key=lambda code: shares[code])
    if shares[best] < LEAST_SHARE:
        raise ReaderError(
            f"The text seems to be in neither of the languages this reader knows ({known}): at most {shares[best]:.0%} "
            f"of its words are their function words. Translate it first, or name the language if this is wrong."
        )
    return best
