"""From a proposal to a row of claims: our indicator, breakdown, dates and qualifier."""

from __future__ import annotations

import calendar
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from trafficking_stats.readers.narrative.proposals import Proposal


@cache
def _labels() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("labels.toml").read_text(encoding="utf-8"))


def dates(period: str, country: str) -> tuple[str, str, str]:
    """Return the first and last day of a period label, and a note where they are a guess.

    Examples
    --------
    >>> dates("2016-01/2016-08", "DNK")
    ('2016-01-01', '2016-08-31', '')
    >>> dates("FY2014", "USA")
    ('2013-10-01', '2014-09-30', '')
    """
    if period.startswith("FY"):
        year = int(period[2:])
        rule = _labels()["fiscal"].get(country)
        if rule is None:
            return f"{year}-01-01", f"{year}-12-31", f"fiscal year {year}: set its dates"
        month, start = rule["month"], year - rule["before"]
        last = calendar.monthrange(start + 1, month - 1)[1]
        return f"{start}-{month:02}-01", f"{start + 1}-{month - 1:02}-{last:02}", ""
    first, _, second = period.partition("/")
    second = second or first
    start = f"{first}-01" if len(first) == 7 else f"{first}-01-01"
    if len(second) == 7:
        year, month = int(second[:4]), int(second[5:])
        return start, f"{second}-{calendar.monthrange(year, month)[1]:02}", ""
    return start, f"{second}-12-31", ""


def _breakdown(label: str) -> tuple[str, str]:
    table: dict[str, str] = _labels()["breakdown"]
    facets = [] if label == "total" else label.split(";")
    known = sorted(table[facet] for facet in facets if facet in table)
    lost = [facet for facet in facets if facet not in table]
    return ";".join(known), f"breakdown {', '.join(lost)}" if lost else ""


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
    from trafficking_stats.vocabulary import load_vocabulary

    counted = set(proposal.counted.lower().split())
    entry = next(
        (
            row
            for row in _labels()["indicator"]
            if row["label"] == proposal.indicator
            and row["unit"] == proposal.unit
            and ("counted" not in row or counted & set(row["counted"]))
        ),
        None,
    )
    breakdown, lost = _breakdown(proposal.breakdown)
    start, end, guess = dates(proposal.period, proposal.country)
    notes = [note for note in (lost, guess) if note]
    value = proposal.value
    indicator, unit = "", proposal.unit
    if entry is None:
        notes.insert(0, f"the vocabulary has no indicator for {proposal.indicator} in {proposal.unit}")
    else:
        indicator = entry["indicator"]
        unit = load_vocabulary().indicators[indicator].unit
        factor = entry.get("factor", 1)
        if factor != 1:
            notes.append(f"printed as {proposal.value:.15g} {proposal.unit}")
        value *= factor
    return {
        "country": proposal.country,
        "indicator": indicator,
        "breakdown": breakdown,
        "period_start": start,
        "period_end": end,
        "value": format(value, ".15g"),
        "qualifier": _labels()["qualifiers"][proposal.qualifier],
        "unit": unit,
        "locator": f"sentence {proposal.sentence}, characters {proposal.char_start}-{proposal.char_end}",
        "scope_note": "; ".join(notes),
    }
