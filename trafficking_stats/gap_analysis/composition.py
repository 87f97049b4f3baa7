"""Of whom a total is made up in two periods, and what of a part's change is a change of the total or of the mix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trafficking_stats.gap_analysis.figures import common_stretches, figures_of
from trafficking_stats.inference.counts import CountRange, total
from trafficking_stats.inference.decomposition import split_change
from trafficking_stats.inference.windows import latest_stretch
from trafficking_stats.inference.yearly import halves
from trafficking_stats.measures import Measure
from trafficking_stats.reconciliation.result import Reconciliation

REST = ""
"""The category of whoever is in no category that has figures for all years: unknown, other, or not named."""


@dataclass(frozen=True, kw_only=True)
class PartChange:
    """A part of a total in two periods; the two effects add up to the change (Das Gupta, with two factors)."""

    dimension: str
    category: str
    early_lower: int
    early_upper: int
    late_lower: int
    late_upper: int
    size_min: float  # what the change of the total does at the mix of both periods
    size_max: float
    mix_min: float  # what the change of the part's share does
    mix_max: float


def periods_compared(
    rec: Reconciliation, country: str, measures: Sequence[str], early: Sequence[int] = (), late: Sequence[int] = ()
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the years of two periods, or the halves of the years with figures where those asked for lack one.

    No definition changes between the years, as in a gap.

    Parameters
    ----------
    rec : Reconciliation
        The series.
    country : str
        ISO 3166-1 alpha-3.
    measures : sequence of str
        What must have a figure in every year, as ``ts.gap`` takes it; those after the first only where all of them have
        figures for at least four years together.
    early, late : sequence of int
        First and last year of each period.
    """
    figures = [figures_of(rec, country, Measure.read(name)) for name in measures]
    years = sorted(figures[0].counts)
    known = common_stretches(figures, years, accept_breaks=False)
    if len(latest_stretch(known, 4)) < 4:
        known = common_stretches(figures[:1], years, accept_breaks=False)
    asked = [tuple(range(ends[0], ends[-1] + 1)) if ends else () for ends in (early, late)]
    if all(asked) and any(set(years) >= {*asked[0], *asked[1]} for years in known):
        return asked[0], asked[1]
    return halves(latest_stretch(known, 4))


def part_rows(
    rec: Reconciliation,
    country: str,
    indicator: str,
    dimension: str,
    periods: tuple[Sequence[int], Sequence[int]],
) -> list[PartChange]:
    """Compare the parts of a total between two periods; the rest is what no part with figures for all years holds.

    Parameters
    ----------
    rec : Reconciliation
        The series.
    country, indicator : str
        Of which totals.
    dimension : str
        A dimension whose categories exclude each other, such as ``exploitation``.
    periods : pair of sequence of int
        The years of the earlier and of the later period.

    Examples
    --------
    >>> import trafficking_stats as ts
    >>> rec = ts.reconcile(ts.load_claims().query("country == 'DNK' and indicator == 'victims_identified'"))
    >>> rows = part_rows(rec, "DNK", "victims_identified", "sex", (range(2014, 2018), range(2018, 2022)))
    >>> [(row.category, row.early_lower, row.late_lower) for row in rows][1]
    ('male', 65, 141)
    """
    entry, known = rec.vocabulary.dimensions[dimension], rec.series
    there = known.loc[(known["country"] == country) & (known["indicator"] == indicator), "breakdown"].unique()
    categories = [name.partition("=")[2] for name in there if name.startswith(f"{dimension}=") and ";" not in name]
    whole = _sums(rec, country, Measure(indicator), periods) if all(periods) else None
    if whole is None or not all(one.lower for one in whole):
        return []
    exclusive = [name for name in categories if entry.is_exclusive(name)]
    sums = {name: _sums(rec, country, Measure(indicator, f"{dimension}={name}"), periods) for name in exclusive}
    parts = {name: found for name, found in sums.items() if found is not None}
    if not parts:
        return []
    named = [total(found[period] for found in parts.values()) for period in (0, 1)]
    rest = [
        CountRange(max(one.lower - other.upper, 0), max(one.upper - other.lower, 0))
        for one, other in zip(whole, named, strict=True)
    ]
    rows = [_row(dimension, name, whole, found) for name, found in parts.items()]
    rows.sort(key=lambda row: (-row.early_lower - row.late_lower, row.category))
    return [*rows, _row(dimension, REST, whole, rest)] if any(one.upper for one in rest) else rows


def _sums(
    rec: Reconciliation, country: str, measure: Measure, periods: tuple[Sequence[int], Sequence[int]]
) -> list[CountRange] | None:
    """Return the sums over both periods, None if a year of them has no figure."""
    counts = figures_of(rec, country, measure).counts
    if not set(counts) >= {*periods[0], *periods[1]}:
        return None
    return [total(counts[year] for year in years) for years in periods]


def _row(dimension: str, category: str, whole: Sequence[CountRange], part: Sequence[CountRange]) -> PartChange:
    least, most = split_change((whole[0], part[0]), (whole[1], part[1]))
    return PartChange(
        dimension=dimension,
        category=category,
        early_lower=int(part[0].lower),
        early_upper=int(part[0].upper),
        late_lower=int(part[1].lower),
        late_upper=int(part[1].upper),
        size_min=least[0],
        size_max=most[0],
        mix_min=least[1],
        mix_max=most[1],
    )
