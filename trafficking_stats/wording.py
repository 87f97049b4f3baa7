"""Words that a report computes from its results, so that another country reads right."""

from __future__ import annotations

import re
from collections.abc import Iterable

from trafficking_stats.names import country_name
from trafficking_stats.vocabulary import Vocabulary, load_vocabulary

# Names that are plural or begin with a word for a form of state take the article.
_ARTICLE = re.compile(
    r"^(United|Central African|European) |(Republic|Islands|Union)$|^(Netherlands|Philippines|Maldives|Bahamas|Gambia|"
    r"Comoros|Seychelles|Congo)$"
)
_SHORT_NAME = re.compile(r"\(([^()]+)\)$")


def listed(items: Iterable[object]) -> str:
    """Join items as a sentence does.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b", "c"]), listed([])
    ('a', 'a, b and c', 'none')
    """
    texts = [str(item) for item in items]
    if len(texts) < 2:
        return "".join(texts) or "none"
    return f"{', '.join(texts[:-1])} and {texts[-1]}"


def counted(number: int, one: str, many: str = "") -> str:
    """Write a number with its noun.

    Examples
    --------
    >>> counted(1, "claim"), counted(1989, "claim"), counted(2, "country", "countries")
    ('1 claim', '1,989 claims', '2 countries')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def year_list(years: Iterable[int]) -> str:
    """Write years, runs of three or more as a range.

    Examples
    --------
    >>> year_list([2007, 2008, 2009, 2012, 2014, 2015])
    '2007–2009, 2012, 2014 and 2015'
    """
    runs: list[list[int]] = []
    for year in sorted(set(years)):
        if runs and runs[-1][-1] == year - 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    parts = []
    for run in runs:
        parts += [f"{run[0]}–{run[-1]}"] if len(run) > 2 else [str(year) for year in run]
    return listed(parts)


def source_name(publisher: str, published: str) -> str:
    """Name a source briefly: its publisher, by its short name where it has one, and the year.

    Examples
    --------
    >>> source_name("Center mod Menneskehandel (CMM)", "2022-05-04"), source_name("UNODC", "")
    ('CMM 2022', 'UNODC')
    """
    short = _SHORT_NAME.search(publisher)
    return f"{short.group(1) if short else publisher} {published[:4]}".strip()


def label_of(indicator: str, vocabulary: Vocabulary | None = None) -> str:
    """Return what an indicator counts, as it stands inside a sentence."""
    known = (vocabulary or load_vocabulary()).indicators.get(indicator)
    return (known.label[:1].lower() + known.label[1:]) if known else indicator.replace("_", " ")


def in_text(country: str) -> str:
    """Return the name of a country as it stands inside a sentence.

    Examples
    --------
    >>> in_text("DNK"), in_text("EUU"), in_text("NLD")
    ('Denmark', 'the European Union', 'the Netherlands')
    """
    name = country_name(country)
    return f"the {name}" if _ARTICLE.search(name) else name
