"""The language tables (``english.toml``, ``danish.toml`` and so on) as frozen look-up structures."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from trafficking_stats.errors import ReaderError

LANGUAGES: Mapping[str, str] = MappingProxyType(
    {"en": "english.toml", "da": "danish.toml", "no": "norwegian.toml", "sv": "swedish.toml"}
)

_WORD = re.compile(r"[^\W\d_]+(?:['\-][^\W\d_]+)*|\d+|[^\w\s]")


def fold(word: str) -> str:
    """Lower case with one kind of apostrophe, as every table is keyed."""
    return word.lower().replace("’", "'")


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
    >>> phrases.at(["no", "more"], 0) is None
    True
    """

    __slots__ = ("_by_first",)

    def __init__(self, entries: Iterable[tuple[str, Any]]) -> None:
        by_first: dict[str, dict[tuple[str, ...], Any]] = {}
        for phrase, value in entries:
            words = tuple(_WORD.findall(fold(phrase)))
            by_first.setdefault(words[0], {}).setdefault(words, value)
        self._by_first = {
            first: sorted(group.items(), key=lambda item: -len(item[0])) for first, group in by_first.items()
        }

    def at(self, words: Sequence[str], i: int) -> tuple[int, Any] | None:
        """Return the longest phrase that starts at `i`: its length in words and its value, or None."""
        group = self._by_first.get(words[i]) if i < len(words) else None
        if group is None:
            return None
        for phrase, value in group:
            n = len(phrase)
            if n == 1 or tuple(words[i : i + n]) == phrase:
                return n, value
        return None

    def ending_at(self, words: Sequence[str], i: int, longest: int = 4) -> tuple[int, Any] | None:
        """Return the longest phrase whose last word stands just before `i`, or None."""
        for n in range(min(longest, i), 0, -1):
            group = self._by_first.get(words[i - n])
            if group is not None:
                for phrase, value in group:
                    if len(phrase) == n and tuple(words[i - n : i]) == phrase:
                        return n, value
        return None

    def found(self, words: Sequence[str], start: int, end: int) -> int | None:
        """Return the first place in ``words[start:end]`` where any phrase starts, or None."""
        for i in range(max(start, 0), min(end, len(words))):
            if words[i] in self._by_first and self.at(words, i) is not None:
                return i
        return None


def plain(words: Iterable[str]) -> Phrases:
    """Phrases whose value is the phrase itself."""
    return Phrases((word, word) for word in words)


def families(table: Mapping[str, Sequence[str]]) -> Phrases:
    """Phrases whose value is the key they are listed under."""
    return Phrases((phrase, family) for family, phrases in table.items() for phrase in phrases)


@dataclass(frozen=True)
class Complement:
    """A general verb that takes its meaning from a word near it: "provided ... shelter"."""

    verbs: Phrases
    words: Phrases
    family: str


@dataclass(frozen=True)
class Lexicon:
    """The tables of one language.

    Attributes
    ----------
    code, name : str
        ISO 639-1 code and English name.
    tables : mapping
        The parsed file, for lists that need no index.
    numbers : mapping of str to int
        Number words, compounds included ("twenty-three", "toogtyve").
    """

    code: str
    name: str
    tables: Mapping[str, Any]
    numbers: Mapping[str, int]
    scales: Mapping[str, int]
    qualifiers: Phrases
    verbs: Phrases
    participles: Phrases
    actions: Phrases
    nouns: Phrases
    potential: Phrases
    formal: Phrases
    modifiers: Phrases
    complements: tuple[Complement, ...]
    compare: Phrases
    comparisons: Phrases
    topics: Phrases
    cues: frozenset[str]
    facets: Mapping[str, Phrases]
    phrases: Mapping[str, Phrases]
    words: Mapping[str, frozenset[str]]
    screen: re.Pattern[str]
    topic: re.Pattern[str]
    parts: Phrases
    ordinals: Mapping[str, int]
    time_words: frozenset[str]

    def is_word(self, group: str, word: str) -> bool:
        """Whether `word` stands in the word list `group` (such as ``clause.auxiliaries``)."""
        return word in self.words[group]


def _number_words(table: Mapping[str, int], grammar: Mapping[str, Any]) -> dict[str, int]:
    numbers = {fold(word): value for word, value in table.items()}
    units = [(word, value) for word, value in numbers.items() if 0 < value < 10]
    units += [(article, 1) for article in grammar["articles"]]
    tens = [(word, value) for word, value in numbers.items() if value >= 20 and value % 10 == 0]
    joined = [pattern for pattern in grammar["compounds"] if " " not in pattern]
    for pattern in joined:
        for ten, ten_value in tens:
            for unit, unit_value in units:
                numbers[pattern.format(ten=ten, unit=unit)] = ten_value + unit_value
    return numbers


def _first_words(table: Any) -> frozenset[str]:
    """First words of every phrase of a nested table."""
    if isinstance(table, str):
        return frozenset(_WORD.findall(fold(table))[:1])
    if isinstance(table, Mapping):
        phrases = [key for key, value in table.items() if not isinstance(value, Mapping | list)]
        nested = [value for value in table.values() if isinstance(value, Mapping | list)]
        return frozenset().union(*map(_first_words, [*phrases, *nested]))
    return frozenset().union(*map(_first_words, table))


def _flat(tables: Mapping[str, Any], section: str) -> dict[str, list[str]]:
    """Return the lists of words of a section, keyed ``section.key``."""
    return {
        f"{section}.{key}": [fold(word) for word in value]
        for key, value in tables[section].items()
        if isinstance(value, list) and all(isinstance(word, str) for word in value)
    }


@cache
def load(code: str) -> Lexicon:
    """Read the tables of a language.

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
    >>> load("da").numbers["toogtyve"]
    22
    """
    if code not in LANGUAGES:
        known = ", ".join(sorted(LANGUAGES))
        raise ReaderError(f"There are no language tables for {code!r}. Known languages: {known}.")
    tables = tomllib.loads(files(__package__).joinpath(LANGUAGES[code]).read_text(encoding="utf-8"))
    lists: dict[str, list[str]] = {key: tables[key] for key in ("abbreviations", "function_words")}
    for section in (
        "number_grammar",
        "not_counts",
        "periods",
        "compare",
        "clause",
        "modifiers",
        "penalties",
        "ignored",
        "actions",
        "statements",
    ):
        lists |= _flat(tables, section)
    numbers = _number_words(tables["numbers"], tables["number_grammar"])
    screened = sorted(
        {
            *numbers,
            *tables["scales"],
            *tables["number_grammar"]["zeros"],
            *(n.split()[-1] for n in tables["clause"]["negations"]),
        },
        key=lambda word: (-len(word), word),
    )
    return Lexicon(
        code=tables["code"],
        name=tables["name"],
        tables=MappingProxyType(tables),
        numbers=MappingProxyType(numbers),
        scales=MappingProxyType(dict(tables["scales"])),
        qualifiers=Phrases(tables["qualifiers"].items()),
        verbs=families(tables["verbs"]),
        participles=families(tables["participles"]),
        actions=families({k: v for k, v in tables["actions"].items() if k not in ("action_prepositions", "persons")}),
        nouns=families(tables["nouns"]),
        potential=plain(tables["modifiers"]["potential"]),
        formal=plain(tables["modifiers"]["formal"]),
        modifiers=plain(tables["modifiers"]["skip"]),
        complements=tuple(
            Complement(plain(entry["verbs"]), plain(entry["words"]), entry["family"]) for entry in tables["complements"]
        ),
        compare=plain(tables["compare"]["markers"]),
        comparisons=Phrases(
            (phrase, (kind, factor))
            for kind, entries in tables["statements"]["comparisons"].items()
            for phrase, factor in (entries.items() if isinstance(entries, dict) else ((e, None) for e in entries))
        ),
        topics=families(tables["statements"]["topics"]),
        cues=_first_words(tables["statements"]),
        facets=MappingProxyType({key: families(table) for key, table in tables["facets"].items()}),
        phrases=MappingProxyType({key: plain(words) for key, words in lists.items() if words}),
        words=MappingProxyType({key: frozenset(words) for key, words in lists.items()}),
        time_words=frozenset(
            fold(phrase).split()[0]
            for key, phrases in lists.items()
            if key.startswith("periods.")
            for phrase in phrases
        )
        | frozenset(tables["periods"]["months"])
        | frozenset(tables["periods"]["ordinals"])
        | frozenset(fold(phrase).split()[0] for phrase in tables["periods"]["parts"]),
        topic=re.compile("|".join(map(re.escape, tables["gate"]["words"])), re.IGNORECASE),
        parts=Phrases((phrase, tuple(months)) for phrase, months in tables["periods"]["parts"].items()),
        ordinals=MappingProxyType(tables["periods"]["ordinals"]),
        screen=re.compile(r"\d|\b(?:" + "|".join(map(re.escape, screened)) + r")\b", re.IGNORECASE),
    )
