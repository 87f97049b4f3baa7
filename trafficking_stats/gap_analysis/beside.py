"""One count beside another in years that follow each other: what was taken up of what was offered, and of how many.

For series too short or too broken for a gap: exact limits of the ratio of two counts, no model and no pooling of years
that are not neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trafficking_stats.csv_tables import records
from trafficking_stats.gap_analysis.figures import figures_of
from trafficking_stats.gap_analysis.rows import Beside, pooled
from trafficking_stats.inference.contrasts import count_ratio
from trafficking_stats.inference.counts import CountRange
from trafficking_stats.inference.windows import runs
from trafficking_stats.intervals import period_kind
from trafficking_stats.measures import Measure
from trafficking_stats.reconciliation.result import Reconciliation


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
        known = [year for year in below if (start or year) <= year <= (end or year)]
        for years, top in _spans(rec, country, Measure.read(numerator), known).items():
            bottom = below.sum(years)
            if bottom.lower:
                counted = count_ratio(top, bottom, confidence)
                rows.append(Beside(numerator=numerator, denominator=denominator, **pooled(years), **vars(counted)))
    return rows


def _spans(
    rec: Reconciliation, country: str, measure: Measure, known: Sequence[int]
) -> dict[tuple[int, ...], CountRange]:
    """Return years that follow each other and the count in them; without yearly figures the longest period printed."""
    counts = figures_of(rec, country, measure).counts
    if counts:
        return {years: counts.sum(years) for years in runs(sorted(set(counts) & set(known)))}
    own = (rec.periods["country"] == country) & (rec.periods["indicator"] == measure.indicator)
    own &= (rec.periods["breakdown"] == measure.breakdown) & rec.periods["upper"].notna()
    found = {
        tuple(range(int(row["start"][:4]), int(row["end"][:4]) + 1)): CountRange(row["lower"], row["upper"])
        for row in records(rec.periods[own])
        if period_kind(row["start"], row["end"]) == "years"
    }
    longest = max((years for years in found if set(years) <= set(known)), key=len, default=None)
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
