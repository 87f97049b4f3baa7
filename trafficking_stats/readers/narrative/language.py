"""Which of the languages of the reader a text is in."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from functools import cache
from importlib.resources import files

from trafficking_stats.errors import ReaderError
from trafficking_stats.readers.narrative.lexicon import LANGUAGES, fold, load

SAMPLE = 60_000
"""Characters looked at, in three stretches from the start, the middle and the end."""
LEAST_SHARE = 0.12
"""A text whose words are function words of a language less often than this is not in it (prose has 0.25 to 0.45)."""
FEWEST_WORDS = 4
WEIGHT_OF_TOPIC = 0.5
"""Of a word such as "convicted", against 1 for a function word."""

_WORD = re.compile(r"[^\W\d_]+")


def _sample(text: str) -> str:
    if len(text) <= SAMPLE:
        return text
    part = SAMPLE // 3
    middle = len(text) // 2
    return " ".join((text[:part], text[middle : middle + part], text[-part:]))


@cache
def _others() -> dict[str, frozenset[str]]:
    """Return the function words of languages that are not read, by English name."""
    tables = tomllib.loads(files(__package__).joinpath("others.toml").read_text(encoding="utf-8"))
    return {name: frozenset(words) for name, words in tables.items()}


@cache
def _topical(code: str) -> frozenset[str]:
    """Return the single words of the tables of verbs, nouns and numbers of a language."""
    tables = load(code).tables
    phrases = [
        phrase for section in ("verbs", "nouns", "actions") for words in tables[section].values() for phrase in words
    ]
    return frozenset(fold(word) for word in [*phrases, *load(code).numbers] if " " not in word)


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
    words = Counter(fold(word) for word in _WORD.findall(_sample(text)))
    total = words.total()
    if total < FEWEST_WORDS:
        raise ReaderError(
            f"The text has {total} words, too few to tell its language. Name the language, or check that "
            "the file holds text."
        )
    known = {code: load(code).words["function_words"] for code in sorted(LANGUAGES)}
    counts = {
        name: float(sum(words[word] for word in functions)) for name, functions in [*known.items(), *_others().items()]
    }
    for code in known:  # a headline has few function words, but words such as "convicted"
        counts[code] += WEIGHT_OF_TOPIC * sum(words[word] for word in _topical(code) - known[code])
    shares = {name: count / total for name, count in counts.items()}
    best = max(shares, key=lambda name: shares[name])
    if best in known and shares[best] >= LEAST_SHARE:
        return best
    names = ", ".join(load(code).name for code in known)
    seems = f"is in {best}" if best not in known and shares[best] >= LEAST_SHARE else "is in no language known here"
    raise ReaderError(
        f"The text seems to be one that {seems}; this reader reads {names}. Translate it first, or name the language "
        "if this is wrong."
    )
