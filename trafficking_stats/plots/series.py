"""Figures of the series: stages over the years, and victims beside convictions.

Each function takes a table and axes and returns axes. Rows are those of one country and one breakdown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from trafficking_stats.plots.style import (
    HATCH,
    HERO_WIDTH,
    PAPER,
    SOFT,
    STAGE_SHADES,
    WIDTH,
    Dated,
    axes,
    count_axis,
    figure_width,
    key,
    mark_dates,
    records,
    say,
    theme,
    year_ticks,
)
from trafficking_stats.vocabulary import Vocabulary, load_vocabulary
from trafficking_stats.wording import short_span, years_known

#: The stages from identification to conviction, counted in persons.
STAGES = ("victims_identified", "charged_persons", "prosecutions_suspects", "convictions_persons")


def interval_bars(
    ax: Axes,
    rows: pd.DataFrame,
    colour: str,
    *,
    years: int,
    width: float = 0.72,
    halo: bool = True,
    raised: Collection[int] = (),
) -> None:
    """Draw a bar a year: solid as far as the count is certain, hatched to the highest value it can have.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    rows : pandas.DataFrame
        Columns ``year``, ``lower``, ``upper`` and ``status``; a deduced year has a broken edge.
    colour : str
        Of the solid part.
    years : int
        How many the axis spans, which decides the size of the figures above the bars.
    width : float
        In years.
    halo : bool
        Whether the figures stand on paper, so that lines do not cross them.
    raised : collection of int
        Years whose figure stands a line higher, to make room for another one.
    """
    top = float(pd.concat([rows["lower"], rows["upper"]]).max())
    longest = max(len(short_span(row["lower"], row["upper"])) for row in records(rows))
    size = label_size(ax, years, longest)
    upright = size < 6.5 and longest <= 5
    if upright:  # below each other the letters have room that they lack side by side
        size = min(8.0, 72 * 0.88 * figure_width(ax) / (years + 0.2) / 1.25)
    for row in records(rows):
        lower, certain = float(row["lower"]), row["status"] != "deduced"
        unbounded = pd.isna(row["upper"])
        upper = max(lower + 0.12 * top, 1.0) if unbounded else float(row["upper"])
        edge = (0, (2, 1.5)) if not certain else "-"
        fill = colour if certain else PAPER
        ax.bar(row["year"], lower, width, color=fill, edgecolor=colour, linewidth=1, linestyle=edge, zorder=2)
        if upper > lower:
            ax.bar(
                row["year"],
                upper - lower,
                width,
                bottom=lower,
                color=PAPER,
                edgecolor=colour,
                hatch=HATCH,
                linewidth=0.8,
                linestyle=edge,
                zorder=2,
            )
        if unbounded:
            ax.plot(row["year"], upper, marker="^", color=colour, markersize=6, zorder=3)
        ax.annotate(
            short_span(row["lower"], row["upper"]),
            (row["year"], upper),
            xytext=(0, (5 if unbounded else 2) + (10 if row["year"] in raised else 0)),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=size,
            rotation=90 if upright else 0,
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.4} if halo else None,
            zorder=5,
        )


def label_size(ax: Axes, years: int, letters: int) -> float:
    """Return the size in points, from 4.5 to 8.5, at which as many letters fit above each year."""
    room = 72 * 0.88 * figure_width(ax) / (years + 0.2)
    return min(8.5, max(4.5, room / (0.66 * letters)))


def stage(
    series: pd.DataFrame,
    indicator: str,
    ax: Axes | None = None,
    *,
    years: tuple[int, int] | None = None,
    vocabulary: Vocabulary | None = None,
) -> Axes:
    """Draw one indicator over the years, as bars that show what is certain and what is only bounded.

    Parameters
    ----------
    series : pandas.DataFrame
        Rows of `Reconciliation.series` of one country and breakdown; other indicators are ignored.
    indicator : str
        What to draw.
    ax : matplotlib.axes.Axes, optional
        Where; a new figure by default.
    years : tuple of int, optional
        First and last year shown; those of the rows by default. A dash marks a year without any figure.
    vocabulary : Vocabulary, optional
        Gives name, unit and stage.

    Returns
    -------
    matplotlib.axes.Axes
        With a sentence instead of bars where no source has a figure.

    Examples
    --------
    >>> empty = pd.DataFrame(columns=["indicator", "year", "lower", "upper", "status"])
    >>> stage(empty, "convictions_persons").texts[0].get_text()
    'no source has a figure'
    """
    vocabulary = vocabulary or load_vocabulary()
    known = vocabulary.indicators.get(indicator)
    label, unit = (known.label, known.unit) if known else (indicator, "")
    rows = years_known(series[series["indicator"] == indicator])
    with theme():
        ax = axes(ax, 2.4 if len(rows) else 1.2)
        ax.set_title(label)
        if rows.empty:
            return say(ax, "no source has a figure")
        first, last = years or (int(rows["year"].min()), int(rows["year"].max()))
        interval_bars(ax, rows, STAGE_SHADES[known.stage] if known else SOFT, years=last - first + 1)
        _mark_unknown(ax, set(range(first, last + 1)) - set(rows["year"]))
        ax.set_ylabel(unit)
        ax.set_ylim(0, float(pd.concat([rows["lower"], rows["upper"]]).max()) * 1.22 + 0.5)
        count_axis(ax, 4)
        year_ticks(ax, first, last)
    return ax


def _mark_unknown(ax: Axes, years: Iterable[int]) -> None:
    """Put a dash where no source has a figure, so that nobody reads the gap as a zero."""
    for year in years:
        ax.annotate("–", (year, 0), xytext=(0, 2), textcoords="offset points", ha="center", color=SOFT, fontsize=8)


def stages(
    series: pd.DataFrame,
    indicators: Sequence[str] = STAGES,
    panels: Sequence[Axes] | None = None,
    *,
    dates: Iterable[Dated] = (),
    width: float = WIDTH,
    vocabulary: Vocabulary | None = None,
) -> np.ndarray:
    """Draw several indicators below each other over the same years, each on a scale of its own.

    Parameters
    ----------
    series : pandas.DataFrame
        Rows of `Reconciliation.series` of one country and breakdown.
    indicators : sequence of str
        From top to bottom.
    panels : sequence of matplotlib.axes.Axes, optional
        One an indicator; a new figure by default.
    dates : iterable of Dated
        Policy dates to mark.
    width : float
        Of a new figure, in inches.
    vocabulary : Vocabulary, optional
        Gives names, units and stages.

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes, shape (n_indicators,)
        The panels.
    """
    indicators = list(indicators)
    own = years_known(series[series["indicator"].isin(indicators)])
    with theme():
        if panels is None:
            height = 0.75 + sum(1.3 if indicator in set(own["indicator"]) else 0.6 for indicator in indicators)
            ratios = [1.3 if indicator in set(own["indicator"]) else 0.6 for indicator in indicators]
            panels = list(
                plt.subplots(
                    len(indicators),
                    1,
                    figsize=(width, height + 0.5),
                    layout="constrained",
                    gridspec_kw={"height_ratios": ratios},
                    squeeze=False,
                )[1][:, 0]
            )
        years = None if own.empty else (int(own["year"].min()), int(own["year"].max()))
        for indicator, panel in zip(indicators, panels, strict=True):
            stage(series, indicator, panel, years=years, vocabulary=vocabulary)
        drawn = [panel for panel in panels if panel.axison]
        for panel in drawn:
            if panel is not drawn[-1]:
                panel.set_xlabel("")
                panel.tick_params(labelbottom=False)
        if drawn:
            raised = mark_dates(drawn, dates)
            drawn[0].set_title(drawn[0].get_title(loc="left"), pad=6 + raised)
    return np.asarray(panels)


def victims_and_convictions(
    series: pd.DataFrame,
    ax: Axes | None = None,
    *,
    victims: str = "victims_identified",
    convictions: str = "convictions_persons",
    width: float = HERO_WIDTH,
    vocabulary: Vocabulary | None = None,
) -> Axes:
    """Draw those convicted into the bars of those identified, on one scale: the gap at a glance.

    Parameters
    ----------
    series : pandas.DataFrame
        Rows of `Reconciliation.series` of one country and breakdown.
    ax : matplotlib.axes.Axes, optional
        Where; a new figure by default.
    victims, convictions : str
        The two indicators.
    width : float
        Of a new figure, in inches.
    vocabulary : Vocabulary, optional
        Gives their names.

    Returns
    -------
    matplotlib.axes.Axes
        With a sentence instead of bars where neither has a figure.
    """
    vocabulary = vocabulary or load_vocabulary()
    found = {name: years_known(series[series["indicator"] == name]) for name in (victims, convictions)}
    names = {name: vocabulary.indicators[name].label.lower() for name in found if name in vocabulary.indicators}
    with theme():
        both = pd.concat(found.values())
        ax = axes(ax, 3.0 if len(both) else 1.2, width=width)
        if both.empty:
            return say(ax, f"no source has a figure on {' or '.join(names.get(n, n) for n in found)}")
        top = float(pd.concat([both["lower"], both["upper"]]).max())
        first, last = int(both["year"].min()), int(both["year"].max())
        close = _too_close(found[victims], found[convictions], 0.09 * top)
        for name, shade, thick, raised in (
            (victims, "identification", 0.84, close),
            (convictions, "conviction", 0.5, set()),
        ):
            if len(found[name]):
                years = last - first + 1
                interval_bars(ax, found[name], STAGE_SHADES[shade], years=years, width=thick, halo=False, raised=raised)
        year_ticks(ax, first, last)
        ax.set_ylim(0, top * 1.12 + 0.5)
        count_axis(ax, 5)
        ax.set_ylabel("persons")
        shades = {victims: "identification", convictions: "conviction"}
        key(
            ax,
            {
                names.get(name, name) + ("" if len(found[name]) else " (no source has a figure)"): STAGE_SHADES[shade]
                for name, shade in shades.items()
            },
        )
    return ax


def _too_close(tall: pd.DataFrame, short: pd.DataFrame, room: float) -> set[int]:
    """Return the years in which the figures above two bars would stand on each other."""
    both = tall.merge(short, on="year", suffixes=("_tall", "_short"))
    tops = [both[f"upper_{name}"].fillna(both[f"lower_{name}"]).astype(float) for name in ("tall", "short")]
    return {int(year) for year in both.loc[(tops[0] - tops[1]).abs() < room, "year"]}
