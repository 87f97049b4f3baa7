"""One count beside another in years that follow each other: what was taken up of what was offered, and of how many.

For series too short or too broken for a gap: exact limits of the ratio of two counts, no model and no pooling of years
that are not neighbours.
"""

from collections.abc import Mapping

from trafficking_stats.gap_analysis.figures import figures_of
from trafficking_stats.gap_analysis.rows import Beside, pooled
from trafficking_stats.inference.contrasts import count_ratio
from trafficking_stats.inference.windows import runs
from trafficking_stats.messages.measures import Measure
from trafficking_stats.reconciliation.result import Reconciliation

CONFIDENCE = 0.95
"""Two-sided level of the exact limits."""


def beside_rows(
    rec: Reconciliation, country: str, pairs: Mapping[str, str], start: int | None = None, end: int | None = None
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

    Examples
    --------
    >>> import trafficking_stats as ts
    >>> rec = ts.reconcile(ts.load_claims().query("country == 'DNK' and breakdown == ''"))
    >>> row = beside_rows(rec, "DNK", {"prepared_return_accepted": "victims_identified"})[0]
    >>> row.first_year, row.last_year, row.numerator_lower, row.denominator_lower
    (2013, 2015, 62, 240)
    """
    rows = []
    for pair in pairs.items():
        top, bottom = (figures_of(rec, country, Measure.read(one)).counts for one in pair)
        known = [year for year in sorted(set(top) & set(bottom)) if (start or year) <= year <= (end or year)]
        for years in runs(known):
            if bottom.sum(years).lower:
                counted = count_ratio(top.sum(years), bottom.sum(years), CONFIDENCE)
                rows.append(Beside(numerator=pair[0], denominator=pair[1], **pooled(years), **vars(counted)))
    return rows


def premise(rec: Reconciliation, country: str, text: str, year: int) -> tuple[Beside | None, str]:
    """Test what a stated reason rests on: ``few`` (fewer than half) or ``none`` of one measure per other, in a year.

    Returns
    -------
    Beside or None, str
        The counts of the year; and ``holds`` or ``fails`` where the limits say so, ``open`` where they do not,
        ``untested`` where there is no figure.

    Examples
    --------
    >>> import trafficking_stats as ts
    >>> rec = ts.reconcile(ts.load_claims().query("country == 'DNK' and breakdown == ''"))
    >>> few = "few prepared_return_accepted/victims_identified"
    >>> [premise(rec, "DNK", few, year)[1] for year in (2014, 2015, 2016)]
    ['holds', 'open', 'untested']
    """
    word, _, pair = text.partition(" ")
    rows = beside_rows(rec, country, dict([pair.split("/")]), year, year)
    if not rows:
        return None, "untested"
    row, most = rows[0], {"none": 0, "few": 50}[word]
    ends = (row.exact_lower, row.exact_upper) if most else (row.numerator_lower, row.numerator_upper)
    return row, "holds" if ends[1] <= most else "fails" if ends[0] > most else "open"
