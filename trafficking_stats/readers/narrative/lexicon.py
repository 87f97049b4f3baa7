"""The words of a language (``languages/english.toml`` and so on), each list found under its path in the file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from trafficking_stats.errors import ReaderError

LANGUAGES: Mapping[str, str] = MappingProxyType(
    {"en": "english", "da": "danish", "no": "norwegian", "sv": "swedish"},
)

_WORD = re.compile(r"[^\W\d_]+(?:['\-][^\W\d_]+)*|\d+|[^\w\s]")


def table(name: str) -> dict[str, Any]:
    """Return a file of ``languages/``, parsed."""
    return tomllib.loads(files(__package__).joinpath("languages", f"{name}.toml").read_text(encoding="utf-8"))


def fold(word: str) -> str:
    """Lower case with one kind of apostrophe, as every table is keyed."""
    return word.lower().replace("’", "'")


def words_of(phrase: str) -> tuple[str, ...]:
    """Return the words and marks of a phrase, folded.

    Examples
    --------
    >>> words_of("U.S. dollars")
    ('u', '.', 's', '.', 'dollars')
    """
    return tuple(_WORD.findall(fold(phrase)))


class Phrases:
    """Phrases of one or more words, each with a value, found at a place in a list of words.

    Parameters
    ----------
    entries : iterable of (str, object)
        Phrase and value. Of two equal phrases the first wins.

    Examples
    --------
    >>> phrases = Phrases([("more than", "more_than"), ("more", "extra")])
    >>> phrases.at(["no", "more", "than", "12"], 1)
    (2, 'more_than')
    >>> phrases.at(["no", "more"], 0) is None, "more" in phrases
    (True, True)
    """

    def __init__(self, entries: Iterable[tuple[str, Any]]) -> None:
        by_first: dict[str, dict[tuple[str, ...], Any]] = {}
        for phrase, value in entries:
            words = words_of(phrase)
            by_first.setdefault(words[0], {}).setdefault(words, value)
        self._by_first = {
            first: sorted(group.items(), key=lambda item: -len(item[0])) for first, group in by_first.items()
        }
        self._single = frozenset(first for first, group in by_first.items() if (first,) in group)

    def __contains__(self, word: object) -> bool:
        """Whether a single word is one of the phrases."""
        return word in self._single

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        return (words for group in self._by_first.values() for words, _ in group)

    @property
    def first_words(self) -> frozenset[str]:
        """The words a phrase can begin with."""
        return frozenset(self._by_first)

    def at(self, words: Sequence[str], i: int) -> tuple[int, Any] | None:
        """Return the longest phrase that starts at `i`: its length in words and its value, or None."""
        if not 0 <= i < len(words) or words[i] not in self._by_first:
            return None
        for phrase, value in self._by_first[words[i]]:
            n = len(phrase)
            if n == 1 or tuple(words[i : i + n]) == phrase:
                return n, value
        return None

    def ending_at(self, words: Sequence[str], i: int, longest: int = 6) -> tuple[int, Any] | None:
        """Return the longest phrase whose last word stands just before `i`, or None."""
        for n in range(min(longest, i), 0, -1):
            for phrase, value in self._by_first.get(words[i - n], ()):
                if len(phrase) == n and tuple(words[i - n : i]) == phrase:
                    return n, value
        return None

    def found(self, words: Sequence[str], start: int, end: int) -> int | None:
        """Return the first place in ``words[start:end]`` where any phrase starts, or None."""
        places = range(max(start, 0), min(end, len(words)))
        return next((i for i in places if words[i] in self._by_first and self.at(words, i)), None)


def plain(words: Iterable[str]) -> Phrases:
    """Return phrases whose value is the phrase itself."""
    return Phrases((word, word) for word in words)


@dataclass(frozen=True)
class Lexicon:
    """The words of one language.

    Attributes
    ----------
    code, name : str
        ISO 639-1 code and English name.
    tables : mapping
        The parsed file.
    phrases : mapping of str to Phrases
        Lists of words by their path, such as ``clause.auxiliaries``. A table of lists is there, too: the value of a
        phrase of ``verbs`` is the list it stands in, such as ``convict``.
    numbers : mapping of str to int
        Number words, compounds included ("twenty-three", "toogtyve").
    complements : tuple of (Phrases, Phrases, str)
        General verbs, the words near them from which they take their meaning, and what they then mean: "provided ...
        shelter" is to assist.
    screen, topic : re.Pattern
        What a sentence with a number holds, and a paragraph on the topic.
    """

    code: str
    name: str
    tables: Mapping[str, Any]
    phrases: Mapping[str, Phrases]
    numbers: Mapping[str, int]
    complements: tuple[tuple[Phrases, Phrases, str], ...]
    screen: re.Pattern[str]
    topic: re.Pattern[str]

    def __getitem__(self, path: str) -> Phrases:
        return self.phrases[path]


def _indexed(node: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Phrases]]:
    """Index every list and table of words below a node of the file by its path."""
    entries: list[tuple[str, Any]] = []
    for key, value in node.items():
        here = f"{path}.{key}".lstrip(".")
        if isinstance(value, Mapping):
            yield from _indexed(value, here)
        elif isinstance(value, list) and all(isinstance(phrase, str) for phrase in value):
            yield here, plain(value)
            entries += ((phrase, key) for phrase in value)
        else:
            entries.append((key, value))
    yield path, Phrases(entries)


def _number_words(numbers: dict[str, int], grammar: Mapping[str, Any]) -> dict[str, int]:
    units = [(word, value) for word, value in numbers.items() if 0 < value < 10]
    units += [(article, 1) for article in grammar["articles"]]
    tens = [(word, value) for word, value in numbers.items() if value >= 20 and value % 10 == 0]
    compounds = {
        pattern.format(ten=ten, unit=unit): more + few
        for pattern in grammar["compounds"]
        for ten, more in tens
        for unit, few in units
    }
    return {fold(word): value for word, value in {**numbers, **compounds}.items() if " " not in word}


@cache
def load(code: str) -> Lexicon:
    """Read the words of a language.

    Parameters
    ----------
    code : {"en", "da", "no", "sv"}
        Language.

    Returns
    -------
    Lexicon

    Raises
    ------
    ReaderError
        For a language without tables.

    Examples
    --------
    >>> load("da").numbers["toogtyve"], load("en")["verbs"].at(["was", "found", "guilty"], 1)
    (22, (2, 'convict'))
    """
    if code not in LANGUAGES:
        known = ", ".join(sorted(LANGUAGES))
        raise ReaderError(f"There are no language tables for {code!r}. Known languages: {known}.")
    tables = table(LANGUAGES[code])
    numbers = _number_words(tables["numbers"], tables["number_grammar"])
    phrases = dict(_indexed(tables))
    counting = {
        *numbers,
        *tables["scales"],
        *tables["number_grammar"]["zeros"],
        *(phrase.split()[-1] for phrase in tables["clause"]["negations"]),
    }
    screened = "|".join(map(re.escape, sorted(counting, key=lambda word: (-len(word), word))))
    return Lexicon(
        code,
        tables["name"],
        MappingProxyType(tables),
        MappingProxyType(phrases),
        MappingProxyType(numbers),
        tuple((plain(entry["verbs"]), plain(entry["words"]), entry["family"]) for entry in tables["complements"]),
        re.compile(rf"\d|\b(?:{screened})\b", re.IGNORECASE),
        re.compile("|".join(map(re.escape, tables["gate"]["words"])), re.IGNORECASE),
    )
