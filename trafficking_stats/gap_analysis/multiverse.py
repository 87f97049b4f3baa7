"""The gap under every defensible set of choices: method, what is left out, lag, window, unit, masked cells."""

from __future__ import annotations

import dataclasses
import math
import statistics
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from trafficking_stats.errors import RefusalError
from trafficking_stats.gap_analysis.choices import Choice, Counts
from trafficking_stats.gap_analysis.columns import INFLUENCE, MULTIVERSE, SOURCES, SPECIFICATIONS, ends, tidy
from trafficking_stats.gap_analysis.data import CountSeries, Refusal
from trafficking_stats.gap_analysis.ratios import Pair
from trafficking_stats.inference.counts import CountRange
from trafficking_stats.inference.specifications import Multiverse, multiverse

AXES = ("method", "left_out", "lag", "window", "unit", "masked_cells")
MASKED = ("low", "high")

Span = tuple[int, int]


@dataclass(frozen=True)
class Universe:
    """The counts that every choice leads to, and the choices of the headline.

    Parameters
    ----------
    counts : mapping of Choice to Counts
        Years and ranges by indicator.
    pair : Pair
        The headline's series, years and breaks.
    units : tuple of str
        Indicators of the numerator's stage; the headline's own first.
    method : str
        The headline's method.
    lags : tuple of int
        Years by which the denominator may lie earlier.
    """

    counts: Mapping[Choice, Counts]
    pair: Pair
    units: tuple[str, ...]
    method: str
    lags: tuple[int, ...]

    @property
    def methods(self) -> list[str]:
        """Every method, in the order of the counts."""
        return list(dict.fromkeys(choice.method for choice in self.counts))

    @property
    def left_out(self) -> list[str]:
        """What is left out, nothing first."""
        return list(dict.fromkeys(choice.left_out for choice in self.counts))

    def axes(self, windows: Sequence[Hashable]) -> dict[str, Sequence[Hashable]]:
        """Return every axis with its choices, the headline's own first."""
        return {
            "method": [self.method, *(method for method in self.methods if method != self.method)],
            "left_out": self.left_out,
            "lag": self.lags,
            "window": windows,
            "unit": self.units,
            "masked_cells": MASKED,
        }

    def series(self, method: str, left_out: str, indicator: str) -> CountSeries:
        """Return an indicator under a choice, with the breaks of the headline's series."""
        own = self.pair.numerator if indicator != self.pair.denominator.indicator else self.pair.denominator
        counts = self.counts[Choice(method, left_out)].get(indicator, {})
        return dataclasses.replace(own, indicator=indicator, counts=counts, unusable={})

    def sums(self, method: str, left_out: str, unit: str, span: Span, lag: int) -> tuple[CountRange, CountRange]:
        """Return numerator and denominator of a window under a choice.

        Raises
        ------
        RefusalError
            If a year has no figure, or a definition breaks within the window.
        """
        first, last = span
        return (
            self.series(method, left_out, unit).sum(first, last),
            self.series(method, left_out, self.pair.denominator.indicator).sum(first - lag, last - lag),
        )

    def level(self, method: str, left_out: str, lag: int, window: Span, unit: str, masked_cells: str) -> float:
        """Rate per 100 of a window, masked cells at the ends that make it lowest or highest."""
        low, high = corners(*self.sums(method, left_out, unit, window, lag))
        return 100 * (low if masked_cells == "low" else high)

    def change(
        self, method: str, left_out: str, lag: int, window: tuple[Span, Span], unit: str, masked_cells: str
    ) -> float:
        """Late less early rate per 100, below 0 for a fall; masked cells at the ends that make it lowest or highest."""
        early, late = (corners(*self.sums(method, left_out, unit, span, lag)) for span in window)
        if early[1] == late[1] == 0:
            raise RefusalError("0 events in both periods: nothing can have changed")
        return 100 * (late[0] - early[1] if masked_cells == "low" else late[1] - early[0])


def corners(numerator: CountRange, denominator: CountRange) -> tuple[float, float]:
    """Return the smallest and the largest ratio that two ranges allow.

    Raises
    ------
    RefusalError
        If the denominator is 0, or may be.

    Examples
    --------
    >>> corners(CountRange(0, 4), CountRange(80, 100))
    (0.0, 0.05)
    """
    if denominator.lower == 0:
        raise RefusalError(f"the denominator is {denominator}: a rate by 0 does not exist")
    return numerator.lower / denominator.upper, numerator.upper / denominator.lower


@dataclass(frozen=True)
class GapMultiverse:
    """The answers to two questions over all combinations of choices; there is no p value over them.

    Parameters
    ----------
    specifications : pandas.DataFrame
        One row a combination, columns `gap_analysis.columns.SPECIFICATIONS`. Question ``level`` is the rate per 100;
        ``change`` is the late less the early rate per 100, below 0 for a fall.
    summary : pandas.DataFrame
        One row a question, columns `gap_analysis.columns.MULTIVERSE`.
    influence : pandas.DataFrame
        ``question``, ``axis``, ``share`` of the variance of the answers that the axis explains on its own, and how
        far answers lie apart that differ in this choice alone: ``alone_mean``, ``alone_max``.
    """

    specifications: pd.DataFrame
    summary: pd.DataFrame
    influence: pd.DataFrame

    @classmethod
    def empty(cls) -> GapMultiverse:
        """Return the one without any specification."""
        return cls(tidy([], SPECIFICATIONS), tidy([], MULTIVERSE), tidy([], INFLUENCE))

    @property
    def robust(self) -> str:
        """Whether the direction of the change holds: in every specification, depending on a choice, or undetermined."""
        change = self.summary[self.summary["question"] == "change"]
        return "undetermined" if change.empty else str(change["robust"].iloc[0])

    def __str__(self) -> str:
        if self.summary.empty:
            return "no specification has an answer"
        names = {"level": "the rate per 100", "change": "its change"}
        return "; ".join(
            f"{names[row['question']]} is {row['minimum']:,.3g} to {row['maximum']:,.3g} (median {row['median']:,.3g}) "
            f"in {row['answered']:,} of {row['specifications']:,} specifications, moved most by {row['moves_most']}"
            for row in self.summary.to_dict("records")
        )

    def _repr_html_(self) -> str:
        return self.summary.to_html(index=False)


def gap_multiverse(universe: Universe, window: int) -> tuple[GapMultiverse, list[Refusal]]:
    """Answer both questions under every combination of choices."""
    pair = universe.pair
    whole = (pair.first, pair.last)
    halves = ((pair.first, pair.middle - 1), (pair.middle, pair.last))
    levels: list[Span] = [whole]
    parts: list[tuple[Span, Span]] = []
    if pair.first < pair.middle <= pair.last:
        levels += list(halves)
        parts.append(halves)
        parts += [
            ((pair.first, split - 1), (split, pair.last))
            for split in (pair.middle - 1, pair.middle + 1)
            if pair.first < split <= pair.last
        ]
        if 2 * window <= pair.last - pair.first + 1:
            parts.append(((pair.first, pair.first + window - 1), (pair.last - window + 1, pair.last)))
    home = {
        axis: choices[0] for axis, choices in universe.axes([whole]).items() if axis not in ("window", "masked_cells")
    }
    tables: dict[str, list[dict[str, Any]]] = {"specifications": [], "summary": [], "influence": []}
    refusals: list[Refusal] = []
    questions: list[tuple[str, Callable[..., float], Sequence[Hashable]]] = [
        ("level", universe.level, levels),
        ("change", universe.change, list(dict.fromkeys(parts))),
    ]
    for question, estimate, windows in questions:
        try:
            answers = run(universe, estimate, windows)
        except RefusalError as refusal:
            refusals.append(Refusal.of("multiverse", question, refusal))
            continue
        default = home | {"window": windows[0]}
        tables["specifications"] += [
            _specification(question, one.choices, one.value, one.refusal, default) for one in answers.specifications
        ]
        shares = answers.influence()
        tables["influence"] += [
            {"question": question, "axis": axis, "share": share, **_alone(answers, axis)}
            for axis, share in shares.items()
        ]
        tables["summary"].append(_summary(question, answers, shares))
    found = GapMultiverse(
        tidy(tables["specifications"], SPECIFICATIONS),
        tidy(tables["summary"], MULTIVERSE),
        tidy(tables["influence"], INFLUENCE),
    )
    return found, refusals


def run(
    universe: Universe,
    estimate: Callable[..., float],
    windows: Sequence[Hashable],
    moving: Sequence[str] = AXES,
) -> Multiverse:
    """Run one estimate over all choices.

    Parameters
    ----------
    universe : Universe
        The counts under every choice.
    estimate : callable
        Takes one choice of each axis by name.
    windows : sequence of hashable
        The choices of the axis ``window``.
    moving : sequence of str
        The axes that vary; the others stay at the headline's choice.

    Returns
    -------
    Multiverse

    Raises
    ------
    RefusalError
        If no combination has an answer, or there is no window.
    """
    if not windows:
        raise RefusalError("1 year has no earlier and later part")
    axes = universe.axes(windows)
    return multiverse({axis: axes[axis] if axis in moving else axes[axis][:1] for axis in AXES}, estimate)


def _summary(question: str, found: Multiverse, shares: Mapping[str, float]) -> dict[str, Any]:
    values = found.values
    most = next(iter(shares))
    row: dict[str, Any] = {
        "question": question,
        "specifications": len(found.specifications),
        "answered": len(values),
        "refused": found.refused,
        "minimum": found.minimum,
        "median": statistics.median(values),
        "maximum": found.maximum,
        "moves_most": words(most) if shares[most] > 0 else "nothing",
        "moves_share": shares[most],
    }
    if question == "change":
        above = sum(value > 0 for value in values) / len(values)
        below = sum(value < 0 for value in values) / len(values)
        row |= {"share_same_sign": max(above, below), "robust": found.robust(0.0).replace("_", " ")}
    return row


def _alone(found: Multiverse, axis: str) -> dict[str, float]:
    """Return how far answers lie apart that differ in one choice alone, on average and at most.

    Unlike the share of the variance this compares like with like also where some combinations were refused.
    """
    position = found.axes.index(axis)
    matched: dict[tuple[Any, ...], list[float]] = {}
    for one in found.specifications:
        if one.value is not None and math.isfinite(one.value):
            others = tuple(choice for k, (_, choice) in enumerate(one.choices) if k != position)
            matched.setdefault(others, []).append(one.value)
    apart = [max(values) - min(values) for values in matched.values() if len(values) > 1]
    if not apart:
        return {}
    return {"alone_mean": math.fsum(apart) / len(apart), "alone_max": max(apart)}


def words(axis: str) -> str:
    """Return an axis as it stands in a sentence."""
    return axis.replace("_", " ")


def window_label(window: Any) -> str:
    """Write a window, or two that are compared.

    Examples
    --------
    >>> window_label((2014, 2021)), window_label(((2014, 2017), (2018, 2021)))
    ('2014-2021', '2014-2017 / 2018-2021')
    """
    if isinstance(window[0], tuple):
        return " / ".join(window_label(part) for part in window)
    return f"{window[0]}-{window[1]}" if window[0] != window[1] else str(window[0])


def _specification(
    question: str,
    choices: tuple[tuple[str, Hashable], ...],
    value: float | None,
    refusal: str,
    default: Mapping[str, Hashable],
) -> dict[str, Any]:
    chosen = dict(choices)
    return {
        "question": question,
        **chosen,
        "window": window_label(chosen["window"]),
        "value": math.nan if value is None else value,
        "default": all(chosen[axis] == choice for axis, choice in default.items()),
        "refusal": refusal,
    }


def source_table(universe: Universe) -> pd.DataFrame:
    """Tabulate how far the choice of figures alone moves the rate of the whole run, at no lag."""
    pair = universe.pair
    rows = []
    for choice in universe.counts:
        row: dict[str, Any] = {"method": choice.method, "left_out": choice.left_out}
        try:
            sums = universe.sums(choice.method, choice.left_out, universe.units[0], (pair.first, pair.last), 0)
            low, high = corners(*sums)
            row |= ends(sums[0], "numerator") | ends(sums[1], "denominator")
            rows.append(row | {"per_100_min": 100 * low, "per_100_max": 100 * high})
        except RefusalError as refusal:
            rows.append(row | {"refusal": str(refusal)})
    return tidy(rows, SOURCES)


def source_ranges(universe: Universe, ratios: pd.DataFrame) -> pd.DataFrame:
    """Return the table of ratios with ``sources_min`` and ``sources_max``: the range over the choices of figures."""
    ends_of: list[tuple[float, float]] = []
    for first, last, lag in ratios[["first", "last", "lag"]].itertuples(index=False, name=None):
        found: list[float] = []
        for choice in universe.counts:
            try:
                sums = universe.sums(choice.method, choice.left_out, universe.units[0], (first, last), lag)
                found += corners(*sums)
            except RefusalError:
                continue
        ends_of.append((100 * min(found), 100 * max(found)) if found else (math.nan, math.nan))
    return ratios.assign(sources_min=[low for low, _ in ends_of], sources_max=[high for _, high in ends_of])
