"""Figures: results and axes in, axes out. Every function returns axes that show themselves with caption and numbers."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from trafficking_stats.countries import as_code
from trafficking_stats.errors import TraffickingStatsError
from trafficking_stats.extras import needs

with needs("report", "Drawing figures"):
    from trafficking_stats.plots import rates, series
    from trafficking_stats.plots.claims import claims
    from trafficking_stats.plots.series import stages
    from trafficking_stats.plots.timeline import timeline
    from trafficking_stats.plots.world import coverage, regions
    from trafficking_stats.texts.focus import named

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from trafficking_stats.gap_analysis.answer import Gap
    from trafficking_stats.reconciliation.result import Reconciliation

__all__ = ["claims", "coverage", "draw", "draw_series", "regions", "stages", "timeline"]


def draw(gap: Gap, name: str, ax: Axes | None = None) -> Axes:
    """Draw a figure of the gap by its name; what `Gap.plot` calls.

    Parameters
    ----------
    gap : Gap
        Of `trafficking_stats.gap`.
    name : str
        A key of `FIGURES`.
    ax : matplotlib.axes.Axes, optional
        Where; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        A sentence instead of a drawing where the figures do not carry one.

    Raises
    ------
    TraffickingStatsError
        If there is no such figure.
    """
    return _named(name, FIGURES)(gap, ax)


def draw_series(rec: Reconciliation, name: str, ax: Axes | None = None, *, country: str = "", **options: Any) -> Axes:
    """Draw a figure of the series of a country by its name; what `Reconciliation.plot` calls."""
    draw_named = _named(name, SERIES)
    if not country and len(rec.settled) != 1:
        raise TraffickingStatsError(f"say which country: country='...', one of {', '.join(sorted(rec.settled))}")
    return draw_named(rec, as_code(country or next(iter(rec.settled))), ax=ax, **options)


def _named(name: str, figures: dict[str, Callable[..., Axes]]) -> Callable[..., Axes]:
    if name not in figures:
        raise TraffickingStatsError(f"there is no figure {name!r}; there are: {', '.join(figures)}")
    return figures[name]


def _rows(gap: Gap) -> pd.DataFrame:
    return named(gap.tables["stages"])


def _stages(gap: Gap, ax: Axes | None) -> Axes:
    rows = _rows(gap)
    years = (int(rows["year"].min()), int(rows["year"].max())) if len(rows) else (0, 0)
    return series.stage_panels(rows, list(dict.fromkeys(rows["indicator"])), gap.question.country, years, ax=ax)


FIGURES: dict[str, Callable[[Gap, Axes | None], Axes]] = {
    "stages": _stages,
    "pair": lambda gap, ax: series.pair(
        _rows(gap), str(gap.question.denominator), str(gap.question.numerator), gap.question.country, ax=ax
    ),
    "years": lambda gap, ax: series.years_strip(_rows(gap), gap.years, gap.question.country, ax=ax),
    "timeline": lambda gap, ax: timeline(_rows(gap), gap.question.country, ax=ax),
    "trend": series.trend,
    "choices": rates.choices,
    **{name: functools.partial(rates.draw_table, name) for name in rates.LINES},
}
"""The figures of a gap by name."""

SERIES: dict[str, Callable[..., Axes]] = {
    "stages": stages,
    "claims": functools.partial(claims, indicator="victims_identified"),
}
"""The figures of a reconciliation by name."""
