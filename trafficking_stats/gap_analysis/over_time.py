"""The gap over time: trends of both stages and of their rate, spells of zeros, and a step at every year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from trafficking_stats.errors import RefusalError
from trafficking_stats.gap_analysis.columns import BREAK_YEARS, FITTED, SPELLS, TREND, ends, tidy
from trafficking_stats.gap_analysis.data import CountSeries, Refusal, longest_run
from trafficking_stats.gap_analysis.ratios import Pair
from trafficking_stats.inference.counts import CountRange, total
from trafficking_stats.inference.overdispersion import Dispersion
from trafficking_stats.inference.segmented import placebo_breaks
from trafficking_stats.inference.spells import ZeroSpell, spell_probability, zero_spell_limit, zero_spells
from trafficking_stats.inference.trends import MaskedTrend, masked_trend
from trafficking_stats.vocabulary import Vocabulary


def trend_tables(
    numerator: CountSeries, denominator: CountSeries, pair: Pair | None, start: int, end: int, confidence: float
) -> tuple[pd.DataFrame, pd.DataFrame, list[Refusal]]:
    """Fit the trend of the numerator, of the denominator, and of the numerator by the denominator.

    Each series is taken over its own longest run of years, the rate over that which both have.

    Returns
    -------
    trend : pandas.DataFrame
        One row a series; change per year in per cent.
    fitted : pandas.DataFrame
        The lines with the limits of the expected count (of the rate per 100 for the rate).
    refusals : list of Refusal
    """
    rows, lines, refusals = [], [], []
    for name, series, other in (
        ("numerator", numerator, None),
        ("denominator", denominator, None),
        ("rate", numerator, denominator),
    ):
        label = f"{series.label} by {other.label}" if other else series.label
        run = longest_run([series], start, end) if other is None else (pair.first, pair.last) if pair else None
        first, last = run or (start, end)
        row: dict[str, Any] = {"series": name, "indicator": series.indicator, "label": label}
        row |= {"first": first, "last": last}
        try:
            counts = series.values(first, last)
            masked = sum(not cell.is_exact for cell in counts)
            row |= {"n": len(counts), "masked": masked, **ends(total(counts), "events")}
            exposures = _exposures(other, first, last) if other else None
            fit = masked_trend(counts, list(range(first, last + 1)), exposures, confidence=confidence)
        except RefusalError as refusal:
            rows.append(row | {"refusal": str(refusal)})
            refusals.append(Refusal.of("trend", label, refusal))
        else:
            rows.append(row | _slope(fit))
            lines += _lines(name, series, fit, exposures)
    return tidy(rows, TREND), tidy(lines, FITTED), refusals


def _exposures(denominator: CountSeries, first: int, last: int) -> list[float]:
    """Return the denominator as numbers above 0, which the trend of a rate needs."""
    cells = denominator.values(first, last)
    masked = sum(not cell.is_exact for cell in cells)
    if masked:
        raise RefusalError(
            f"{masked} of {len(cells)} years of {denominator.label} are masked: the trend of a rate needs them"
        )
    zero = sum(cell.upper == 0 for cell in cells)
    if zero:
        raise RefusalError(f"{zero} of {len(cells)} years have no {denominator.label}: there is no rate")
    return [cell.lower for cell in cells]


def _slope(fit: MaskedTrend) -> dict[str, Any]:
    low, high = fit.low, fit.high
    return {
        "percent_min": low.per_unit.percent,
        "percent_max": high.per_unit.percent,
        "lower": min(low.per_unit.percent_limits[0], high.per_unit.percent_limits[0]),
        "upper": max(low.per_unit.percent_limits[1], high.per_unit.percent_limits[1]),
        "p_min": min(low.per_unit.p_value, high.per_unit.p_value),
        "p_max": max(low.per_unit.p_value, high.per_unit.p_value),
        "phi_min": min(low.phi, high.phi),
        "phi_max": max(low.phi, high.phi),
        "describe_only": low.describe_only,
        "verdict": fit.verdict,
    }


def _lines(name: str, series: CountSeries, fit: MaskedTrend, exposures: Sequence[float] | None) -> list[dict[str, Any]]:
    scale = np.ones(fit.low.n) if exposures is None else 100 / np.array(exposures)
    both = (fit.low, fit.high)
    columns = {
        "fitted_min": np.min([one.fitted for one in both], axis=0) * scale,
        "fitted_max": np.max([one.fitted for one in both], axis=0) * scale,
        "band_lower": np.min([one.band_lower for one in both], axis=0) * scale,
        "band_upper": np.max([one.band_upper for one in both], axis=0) * scale,
    }
    return [
        {"series": name, "indicator": series.indicator, "year": int(year)}
        | {column: float(values[k]) for column, values in columns.items()}
        for k, year in enumerate(fit.low.times)
    ]


def break_year_table(
    series: CountSeries, start: int, end: int, vocabulary: Vocabulary, confidence: float
) -> tuple[pd.DataFrame, list[Refusal]]:
    """Fit a step at every year of a series' longest run, with the policy dates of the year where there are some."""
    first, last = longest_run([series], start, end) or (start, end)
    try:
        counts = series.values(first, last)
        masked = sum(not cell.is_exact for cell in counts)
        if masked:
            raise RefusalError(f"{masked} of {len(counts)} counts are masked: a step needs every count")
        found = placebo_breaks(
            [cell.lower for cell in counts], list(range(first, last + 1)), float(first), confidence=confidence
        )
    except RefusalError as refusal:
        return tidy([], BREAK_YEARS), [Refusal.of("break years", f"{series.label}, {first}-{last}", refusal)]
    dates: dict[int, list[str]] = {}
    for entry in vocabulary.policy_dates_of(series.country):
        dates.setdefault(entry.date.year, []).append(entry.label)
    rows = [
        {"year": int(one.event), "policy_date": "; ".join(dates.get(int(one.event), [])), "refusal": one.refusal}
        | (
            {"step": one.level.ratio, "lower": one.level.lower, "upper": one.level.upper}
            if one.level is not None
            else {}
        )
        for one in found.breaks
    ]
    return tidy(rows, BREAK_YEARS), []


def spell_table(
    numerator: CountSeries, denominator: CountSeries, start: int, end: int, phi: Dispersion, confidence: float
) -> tuple[pd.DataFrame, list[Refusal]]:
    """Tabulate the spells without any event, how high the rate can have been, and how likely so long a silence was.

    The probability takes the mean of the years before the spell, as known; a spell picked because it was empty
    is likelier than that.
    """
    counts = {year: cell for year, cell in numerator.counts.items() if start <= year <= end}
    certain = zero_spells(counts)
    possible = [spell for spell in zero_spells(counts, possible=True) if not spell.certain]
    rows, refusals = [], []
    for spell in sorted([*certain, *possible], key=lambda one: (one.first, one.last)):
        row = _spell_row(numerator, denominator, spell, counts, phi, confidence)
        rows.append(row)
        if row["refusal"]:
            refusals.append(Refusal.of("spells", f"{spell.first}-{spell.last}", row["refusal"]))
    return tidy(rows, SPELLS), refusals


def _spell_row(
    numerator: CountSeries,
    denominator: CountSeries,
    spell: ZeroSpell,
    counts: Mapping[int, CountRange],
    phi: Dispersion,
    confidence: float,
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "first": spell.first,
        "last": spell.last,
        "years": spell.years,
        "certain": spell.certain,
        "limit_per_year": zero_spell_limit(spell.years, confidence=confidence),
        "limit_per_year_widened": zero_spell_limit(spell.years, confidence=confidence, dispersion=phi),
        "phi": phi.factor,
        "phi_borrowed": phi.borrowed,
        "refusal": "",
    }
    try:
        exposure = denominator.sum(spell.first, spell.last)
        row |= ends(exposure, "denominator")
        if exposure.lower > 0:
            limits = [zero_spell_limit(exposure.lower, confidence=confidence, dispersion=one) for one in (1.0, phi)]
            row |= {"limit_per_100": 100 * limits[0], "limit_per_100_widened": 100 * limits[1]}
    except RefusalError as refusal:
        row["refusal"] = str(refusal)
    before = [cell for year, cell in counts.items() if year < spell.first]
    if not before or total(before).upper == 0:
        years = f"{len(before)} years" if before else "no year"
        row["refusal"] = row["refusal"] or f"0 {numerator.label} in {years} before {spell.first}: no earlier rate"
        return row
    expected = [spell.years * end / len(before) for end in total(before)]
    row |= {"expected_min": expected[0], "expected_max": expected[1]}
    # of the silences that the masked cells allow, the likeliest
    if expected[0] == 0:
        return row | {"probability": 1.0, "probability_widened": 1.0}
    row["probability"] = spell_probability(expected[0])
    row["probability_widened"] = spell_probability(expected[0], dispersion=phi)
    return row
