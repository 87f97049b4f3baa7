"""From a proposal to a row of claims: our indicator, breakdown, dates and qualifier."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from trafficking_stats.breakdowns import parse
from trafficking_stats.countries import country_code
from trafficking_stats.dates import read_period
from trafficking_stats.readers.narrative.lexicon import PEOPLES, PLACES, table
from trafficking_stats.readers.narrative.results import Cell, Proposal
from trafficking_stats.readers.narrative.words import Words


def parts_named(words: Words) -> set[str]:
    """Return the parts that words name, as ``key=value`` of the vocabulary.

    Examples
    --------
    >>> from trafficking_stats.readers.narrative.lexicon import load
    >>> from trafficking_stats.readers.narrative.tokens import tokenize
    >>> sorted(parts_named(Words(tokenize("Romanian men forced to beg"), load("en"))))
    ['citizenship=ROU', 'exploitation=begging', 'sex=male']
    """
    codes: dict[str, str] = table("labels")["breakdown"]
    keys = {facet.partition("=")[0] for facet in codes}
    facets = (f"{key}={words.value(f'facets.{key}', i)}" for key in keys for i in words.starts(f"facets.{key}"))
    places = (words.value(group, i)[0] for group in (PEOPLES, PLACES) for i in words.starts(group))
    return {codes[facet] for facet in facets if facet in codes} | {f"citizenship={code}" for code in places}


@cache
def dates(period: str, country: str) -> tuple[str, str, str]:
    """Return the first and last day of a period label, and a note where they are a guess.

    Examples
    --------
    >>> dates("2016-01/2016-08", "DNK")
    ('2016-01-01', '2016-08-31', '')
    >>> dates("2011-12", "DNK")
    ('2011-12-01', '2011-12-31', '')
    >>> dates("FY2014", "USA")
    ('2013-10-01', '2014-09-30', '')
    """
    year = period.removeprefix("FY")
    month = table("labels")["fiscal"].get(country) if year != period else None
    note = f"fiscal year {year}: set its dates" if year != period and month is None else ""
    first, _, last = year.replace("-", "M").partition("/")  # 2011-12 could be two years
    return read_period(first, month)[0], read_period(last or first, month)[1], note


def _breakdown(facets: Mapping[str, str]) -> tuple[str, str]:
    codes: dict[str, str] = table("labels")["breakdown"]
    printed = [f"{key}={value}" for key, value in facets.items()]
    coded = {facet: codes.get(facet) or _citizenship(facet) for facet in printed}
    known = sorted(code for code in coded.values() if code)
    lost = [facet for facet, code in coded.items() if not code]
    return ";".join(known), f"breakdown {', '.join(lost)}" if lost else ""


def _citizenship(facet: str) -> str:
    """Return the breakdown of a nationality printed as the name of a country, in whichever language."""
    key, _, name = facet.partition("=")
    code = country_code(name) if key == "nationality" else ""
    return f"citizenship={code}" if code else ""


def _coded(label: str, unit: str, counted: Iterable[str]) -> dict[str, Any]:
    """Return the row of the table of indicators for a label, empty where it has none."""
    words = set(counted)
    rows = (row for row in table("labels")["indicator"] if row["label"] == label and row["unit"] == unit)
    return next((row for row in rows if "counted" not in row or words & set(row["counted"])), {})


def cell_of(
    label: str,
    unit: str,
    facets: Mapping[str, str],
    period: str,
    country: str,
    counted: Iterable[str] = (),
    value: float | None = None,
    qualifier: str = "exact",
) -> Cell:
    """Translate a reading into a cell of the vocabulary, its value in the unit of the indicator.

    Parameters
    ----------
    label, unit : str
        As in `Proposal`; an indicator of the vocabulary is taken as it is.
    facets : mapping of str to str
        Such as ``{"form": "sex"}``.
    period : str
        As in `Proposal`.
    country : str
        ISO 3166-1 alpha-3 code.
    counted : iterable of str
        Words of the noun printed after the figure, which choose between indicators.
    value, qualifier : float, str
        As in `Proposal`; no value where none is printed.

    Examples
    --------
    >>> cell_of("convictions", "persons", {"form": "sex"}, "2014", "DNK").indicator
    'convictions_persons'
    >>> cell_of("sentence_max", "years", {}, "2014", "DNK", value=3).value
    36
    """
    from trafficking_stats.vocabulary import load_vocabulary

    indicators = load_vocabulary().indicators
    row = _coded(label, unit, counted)
    indicator = row.get("indicator", label if label in indicators else "")
    breakdown, lost = _breakdown(facets)
    start, end, guess = dates(period, country)
    unknown = "" if indicator else f"the vocabulary has no indicator for {label} in {unit}"
    note = "; ".join(part for part in (unknown, lost, guess) if part)
    unit = indicators[indicator].unit if indicator else unit
    value = None if value is None else value * row.get("factor", 1)
    return Cell(country, indicator, breakdown, start, end, unit, value, qualifier_of(qualifier), note=note)


def as_claim(proposal: Proposal) -> dict[str, str]:
    """Return the columns of a claim for a proposal.

    Parameters
    ----------
    proposal : Proposal
        A figure of a text.

    Returns
    -------
    dict of str to str
        The columns of a raw file of claims. ``indicator`` is empty where the vocabulary has none for the
        label; the note then says so.

    Examples
    --------
    >>> from trafficking_stats.readers.narrative import extract
    >>> claim = as_claim(extract("Police investigated 12 cases in 2014.", country="DNK", default_year=2014)[0])
    >>> claim["indicator"], claim["period_end"], claim["unit"]
    ('investigations_cases', '2014-12-31', 'cases')
    """
    cell = as_cell(proposal)
    factor = (cell.value or 0.0) / proposal.value if proposal.value else 1
    printed = [f"printed as {proposal.value:.15g} {proposal.unit}"] if factor != 1 else []
    same = ("country", "indicator", "breakdown", "period_start", "period_end", "unit", "qualifier")
    return {
        **{name: getattr(cell, name) for name in same},
        "value": format(cell.value, ".15g"),
        "value_upper": "" if proposal.value_upper is None else format(proposal.value_upper * factor, ".15g"),
        "locator": f"sentence {proposal.sentence}, characters {proposal.char_start}-{proposal.char_end}",
        "scope_note": "; ".join([*([cell.note] if cell.note else []), *printed]),
    }


def as_cell(p: Proposal) -> Cell:
    """Return the cell a proposal speaks of."""
    facets = parse(p.breakdown.removeprefix("total"))
    return cell_of(p.indicator, p.unit, facets, p.period, p.country, p.counted.lower().split(), p.value, p.qualifier)


def qualifier_of(label: str) -> str:
    """Return the qualifier of the vocabulary for one of a label.

    Examples
    --------
    >>> qualifier_of("almost"), qualifier_of("nearly")
    ('nearly', 'nearly')
    """
    return str(table("labels")["qualifiers"].get(label, label))


def either(indicator: str, names: str = "either") -> tuple[str, ...]:
    """Return words that a text may use of an indicator as well as of another, or what else its own words may mean.

    Examples
    --------
    >>> "charged" in either("charged_persons"), either("judgments")
    (True, ())
    >>> either("investigations_cases", "also")
    ('offences_reported',)
    """
    return tuple(table("labels")[names].get(indicator, ()))
