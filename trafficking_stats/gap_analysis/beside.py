"""One count beside another in years that follow each other: what was taken up of what was offered, and of how many.

For series too short or too broken for a gap: exact limits of the ratio of two counts, no model and no pooling of years
that are not neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trafficking_stats.csv_tables import records
from trafficking_stats.gap_analysis.figures import figures_of
from trafficking_stats.inference.contrasts import exact_limits, ratio_range, whole_ends
from trafficking_stats.inference.counts import CountRange, total
from trafficking_stats.inference.windows import runs
from trafficking_stats.intervals import period_kind
from trafficking_stats.measures import Measure
from trafficking_stats.reconciliation.result import Reconciliation


@dataclass(frozen=True, kw_only=True)
class Beside:
    """A numerator per 100 of a denominator over years that follow each other."""

    numerator: str
    denominator: str
    first_year: int
    last_year: int
    numerator_lower: int
    numerator_upper: int
    denominator_lower: int
    denominator_upper: int
    per_100_min: float  # the smallest and the largest that masked figures allow
    per_100_max: float
    exact_lower: float  # if every event were independent of every other
    exact_upper: float


def beside_rows(
    rec: Reconciliation,
    country: str,
    pairs: Mapping[str, str],
    start: int | None = None,
    end: int | None = None,
    *,
    confidence: float = 0.95,
) -> list[Beside]:
    """Set counts beside others, one row a pair and a run of years that both have.

    Parameters
    ----------
    rec : Reconciliation
        The series.
    country : str
        ISO 3166-1 alpha-3.
    pairs : mapping of str to str
        The measure of which it is asked how often, and the measure of how many; each as ``ts.gap`` takes it.
    start, end : int, optional
        First and last year; all by default.
    confidence : float
        Two-sided level.

    Examples
    --------
    >>> import trafficking_stats as ts
    >>> rec = ts.reconcile(ts.load_claims().query("country == 'DNK' and breakdown == ''"))
    >>> row = beside_rows(rec, "DNK", {"prepared_return_accepted": "victims_identified"})[0]
    >>> row.first_year, row.last_year, row.numerator_lower, row.denominator_lower
    (2013, 2015, 62, 240)
    """
    rows = []
    for numerator, denominator in pairs.items():
        below = figures_of(rec, country, Measure.read(denominator)).counts
        below = {year: count for year, count in below.items() if (start or year) <= year <= (end or year)}
        for years, top in _spans(rec, country, Measure.read(numerator), below).items():
            bottom = total(below[year] for year in years)
            if bottom.lower:
                rate = [100 * end for end in ratio_range(top, bottom)]
                exact = [100 * end for end in exact_limits(top, bottom, confidence)]
                row = Beside(
                    numerator=numerator,
                    denominator=denominator,
                    first_year=years[0],
                    last_year=years[-1],
                    **whole_ends("numerator", top),
                    **whole_ends("denominator", bottom),
                    per_100_min=rate[0],
                    per_100_max=rate[1],
                    exact_lower=exact[0],
                    exact_upper=exact[1],
                )
                rows.append(row)
    return rows


def _spans(
    rec: Reconciliation, country: str, measure: Measure, below: Mapping[int, CountRange]
) -> dict[tuple[int, ...], CountRange]:
    """Return years that follow each other and the count in them; without yearly figures the longest period printed."""
    counts = figures_of(rec, country, measure).counts
    if counts:
        return {years: total(counts[year] for year in years) for years in runs(sorted(set(counts) & set(below)))}
    own = (rec.periods["country"] == country) & (rec.periods["indicator"] == measure.indicator)
    own &= (rec.periods["breakdown"] == measure.breakdown) & rec.periods["upper"].notna()
    found = {
        tuple(range(int(row["start"][:4]), int(row["end"][:4]) + 1)): CountRange(row["lower"], row["upper"])
        for row in records(rec.periods[own])
        if period_kind(row["start"], row["end"]) == "years"
    }
    longest = max((years for years in found if set(years) <= set(below)), key=len, default=None)
    return {longest: found[longest]} if longest else {}


def premise(rec: Reconciliation, country: str, text: str, year: int) -> tuple[Beside | None, str]:
    """Test what a stated reason rests on: ``few`` (fewer than half) or ``none`` of one measure per other, in a year.

    Returns
    -------
    Beside or None, str
        The counts of the year, or of the years around it that are printed together; and ``holds`` or ``fails`` where
        the limits say so, ``open`` where they do not, ``untested`` where there is no figure.

    Examples
    --------
    >>> import trafficking_stats as ts
    >>> rec = ts.reconcile(ts.load_claims().query("country == 'DNK' and breakdown == ''"))
    >>> few = "few prepared_return_accepted/victims_identified"
    >>> [premise(rec, "DNK", few, year)[1] for year in (2014, 2015, 2016)]
    ['holds', 'open', 'untested']
    """
    word, _, pair = text.partition(" ")
    numerator, _, denominator = pair.partition("/")
    pairs = {numerator: denominator} if denominator else {}
    # the very year where it has figures, else the years around it
    rows = [*beside_rows(rec, country, pairs, year, year), *beside_rows(rec, country, pairs)]
    row = next((row for row in rows if row.first_year <= year <= row.last_year), None)
    if row is None:
        return None, "untested"
    least, most = (row.numerator_lower, row.numerator_upper) if word == "none" else (row.exact_lower, row.exact_upper)
    bound = 0 if word == "none" else 50
    return row, "holds" if most <= bound else "fails" if least > bound else "open"
