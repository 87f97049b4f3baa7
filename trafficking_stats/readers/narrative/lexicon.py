"""The words of a language (``languages/english.toml`` and so on), and which language a text is in."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from babel import Locale

from trafficking_stats.countries import country_code
from trafficking_stats.errors import ReaderError

LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "english", "da": "danish", "no": "norwegian", "sv": "swedish"})
PEOPLES, PLACES = "peoples", "places"
"""Paths of the words for the people of countries, and of the names of countries and continents."""

_OTHER_PLACES = ("002", "142", "150", "019", "EU", "XK")
"""Africa, Asia, Europe, the Americas, the European Union and Kosovo in CLDR."""
_WORD = re.compile(r"[^\W\d_]+(?:['\-][^\W\d_]+)*|\d+|[^\w\s]")
_DATELINE = (  # "COPENHAGEN, May 14 (Reuters) - ", "By Ann Lee, 14 May 2024: ", "14 May 2024 | "
    r"\s*(?:(?P<place>[^\W\d_a-zß-ÿ][^\d\n.:;–—|]{{1,60}}),? )?"
    r"(?:{day} (?:{month})|(?:{month}) {day})\.?(?P<year>,? \d{{4}})?(?: \([^)\d]{{2,30}}\))? *"
    r"(?:\||(?(place)(?:[–—:-])|(?(year)(?!)|[–—-]))) +(?!{day} (?:{month}))"
)
"""Its date is that of the news; a date alone before a dash, with its year, may be that of an entry of a chronicle."""

Phrase = tuple[str, ...]
Entry = tuple[str, Any, str]
"""The path of a list, a value, and the phrase that stands for it."""


@cache
def table(name: str) -> dict[str, Any]:
    """Return a file of ``languages/``, parsed; it is shared, so nobody writes into it."""
    return tomllib.loads(files(__package__).joinpath("languages", f"{name}.toml").read_text(encoding="utf-8"))


def fold(word: str) -> str:
    """Lower case with one kind of apostrophe, as every table is keyed."""
    return word.lower().replace("’", "'")


def words_of(phrase: str) -> Phrase:
    """Return the words and marks of a phrase, folded.

    Examples
    --------
    >>> words_of("U.S. dollars")
    ('u', '.', 's', '.', 'dollars')
    """
    return tuple(_WORD.findall(fold(phrase)))


class Index:
    """All phrases of a language by their first words; of two equal phrases of a list the first counts.

    Attributes
    ----------
    short : mapping of str to mapping
        For a word, what it is alone: by path of a list its length, 1, and its value there.
    longer : mapping of tuple of str to list
        For two words, the phrases that begin with them, shorter ones first: words, path, value.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.short: dict[str, dict[str, tuple[int, Any]]] = {}
        self.longer: dict[Phrase, list[tuple[Phrase, str, Any]]] = {}
        self._lists: dict[str, list[Phrase]] = {}
        for path, value, phrase in entries:
            words = words_of(phrase)
            self._lists.setdefault(path, []).append(words)
            if len(words) == 1:
                self.short.setdefault(words[0], {}).setdefault(path, (1, value))
            else:
                self.longer.setdefault(words[:2], []).insert(0, (words, path, value))
        for found in self.longer.values():
            found.sort(key=lambda entry: len(entry[0]))

    def phrases(self, path: str) -> list[Phrase]:
        """Return the phrases of a list."""
        return self._lists[path]


@dataclass(frozen=True)
class Lexicon:
    """The words of one language.

    Attributes
    ----------
    code, name : str
        ISO 639-1 code and English name.
    tables : mapping
        The parsed file.
    index : Index
        Its phrases by the paths of their lists, such as ``clause.auxiliaries``. A table of lists is a list, too: the
        value of a phrase of ``verbs`` is the list it stands in, such as ``convict``.
    numbers : mapping of str to int
        Number words, compounds included ("twenty-three", "toogtyve").
    screen, topic, dateline : re.Pattern
        What a sentence with a number holds, a paragraph on the topic, and what place and date a paragraph opens with.
    """

    code: str
    name: str
    tables: Mapping[str, Any]
    index: Index
    numbers: Mapping[str, int]
    screen: re.Pattern[str]
    topic: re.Pattern[str]
    dateline: re.Pattern[str]


def _entries(node: Mapping[str, Any], path: str = "") -> Iterator[Entry]:
    """Yield every phrase of the lists and tables below a node of the file."""
    for key, value in node.items():
        here = f"{path}.{key}".lstrip(".")
        if isinstance(value, Mapping):
            yield from _entries(value, here)
        elif isinstance(value, list) and all(isinstance(phrase, str) for phrase in value):
            for phrase in value:
                yield here, phrase, phrase
                yield path, key, phrase
        elif isinstance(value, list) and isinstance(value[0], Mapping):
            for number, entry in enumerate(value):
                yield from _entries(entry, f"{here}.{number}")
                yield from _entries(entry, here)
        else:
            yield path, value, key


def _names(code: str) -> Iterator[Entry]:
    """Yield words for the people of countries, and names of countries and continents, each with its code and name."""
    for territory, name in Locale(code).territories.items():
        place = country_code(territory) or territory, str(name)
        words = table("demonyms").get(place[0], {})
        yield from ((PEOPLES, place, word) for word in words.get(code, ()))
        if place[0] != territory or territory in _OTHER_PLACES:
            yield from ((PLACES, place, word) for word in (place[1], *words.get("names", ())))


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
    >>> load("da").numbers["toogtyve"], load("en").index.short["convicted"]["verbs"]
    (22, (1, 'convict'))
    """
    if code not in LANGUAGES:
        known = ", ".join(sorted(LANGUAGES))
        raise ReaderError(f"There are no language tables for {code!r}. Known languages: {known}.")
    tables = table(LANGUAGES[code])
    numbers = _number_words(tables["numbers"], tables["number_grammar"])
    months = sorted(tables["periods"]["months"])
    zeros = [phrase.split()[-1] for phrase in (*tables["number_grammar"]["zeros"], *tables["clause"]["negations"])]
    counting = {*numbers, *tables["scales"], *tables["fractions"], *zeros}
    screened = "|".join(sorted(map(re.escape, counting), key=lambda w: (-len(w), w)))
    return Lexicon(
        code,
        tables["name"],
        MappingProxyType(tables),
        Index([*_entries(tables), *_names(code)]),
        MappingProxyType(numbers),
        re.compile(rf"\d|\b(?:{screened})\b", re.IGNORECASE),
        re.compile("|".join(map(re.escape, tables["gate"]["words"])), re.IGNORECASE),
        re.compile(_DATELINE.format(month="|".join({m.capitalize() for m in months} | {*months}), day=r"\d{1,2}\.?")),
    )


# ---- which language a text is in

SAMPLE = 60_000
"""Characters looked at, from the start."""
LEAST_SHARE = 0.12
"""A text whose words are function words of a language less often than this is not in it (prose has 0.25 to 0.45)."""
FEWEST_LETTERSS = 4
WEIGHT_OF_TOPIC = 0.5
"""Of a word such as "convicted", against 1 for a function word."""

_LETTERS = re.compile(r"[^\W\d_]+")


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
    words = Counter(fold(word) for word in _LETTERS.findall(text[:SAMPLE]))
    total = words.total()
    if total < FEWEST_LETTERSS:
        raise ReaderError(
            f"The text has {total} words, too few to tell its language. Name the language, or check that "
            "the file holds text."
        )
    shares = {name: sum(w * words[word] for word, w in known.items()) / total for name, known in _weights().items()}
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
