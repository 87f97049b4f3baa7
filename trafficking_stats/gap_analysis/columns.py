"""The tables of the gap: every column with its kind and its meaning, and how rows become such a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from trafficking_stats.inference.counts import CountRange
from trafficking_stats.inference.masked import MaskedRatio

Columns = Mapping[str, str]
"""Names of columns with their kind: text, whole, count (whole or not known), measure or flag."""

_LIMITS = {
    "exact_lower": "measure",
    "exact_upper": "measure",
    "widened_lower": "measure",
    "widened_upper": "measure",
}

RATIOS: Columns = {
    "kind": "text",
    "first": "whole",
    "last": "whole",
    "lag": "whole",
    "numerator_lower": "count",
    "numerator_upper": "count",
    "denominator_lower": "count",
    "denominator_upper": "count",
    "per_100_min": "measure",
    "per_100_max": "measure",
    **_LIMITS,
    "inverse_min": "measure",
    "inverse_max": "measure",
    "inverse_exact_lower": "measure",
    "inverse_exact_upper": "measure",
    "inverse_widened_lower": "measure",
    "inverse_widened_upper": "measure",
    "sources_min": "measure",
    "sources_max": "measure",
    "phi_numerator": "measure",
    "phi_denominator": "measure",
    "phi_borrowed": "flag",
    "above_one": "flag",
    "refusal": "text",
}
"""Columns of ``GapResult.ratios``."""

PERIODS: Columns = {
    "kind": "text",
    "early_first": "whole",
    "early_last": "whole",
    "late_first": "whole",
    "late_last": "whole",
    "early_numerator_lower": "count",
    "early_numerator_upper": "count",
    "early_denominator_lower": "count",
    "early_denominator_upper": "count",
    "late_numerator_lower": "count",
    "late_numerator_upper": "count",
    "late_denominator_lower": "count",
    "late_denominator_upper": "count",
    "early_per_100_min": "measure",
    "early_per_100_max": "measure",
    "late_per_100_min": "measure",
    "late_per_100_max": "measure",
    "ratio_min": "measure",
    "ratio_max": "measure",
    **_LIMITS,
    "p_min": "measure",
    "p_max": "measure",
    "phi": "measure",
    "phi_borrowed": "flag",
    "tipping_phi": "measure",
    "verdict": "text",
    "widened_verdict": "text",
    "refusal": "text",
}
"""Columns of ``GapResult.periods``."""

STAGES: Columns = {
    "stage": "text",
    "indicator": "text",
    "label": "text",
    "year": "whole",
    "lower": "count",
    "upper": "count",
    **_LIMITS,
    "phi": "measure",
    "phi_borrowed": "flag",
    "status": "text",
    "n_claims": "whole",
    "refusal": "text",
}
"""Columns of ``GapResult.stages``."""

STEPS: Columns = {
    "step": "text",
    "from_indicator": "text",
    "from_label": "text",
    "to_indicator": "text",
    "to_label": "text",
    "kind": "text",
    "first": "whole",
    "last": "whole",
    "from_lower": "count",
    "from_upper": "count",
    "to_lower": "count",
    "to_upper": "count",
    "per_100_min": "measure",
    "per_100_max": "measure",
    **_LIMITS,
    "above_one": "flag",
    "refusal": "text",
}
"""Columns of ``GapResult.steps``."""

CHANGE: Columns = {
    "stage": "text",
    "indicator": "text",
    "label": "text",
    "early_first": "whole",
    "early_last": "whole",
    "late_first": "whole",
    "late_last": "whole",
    "early_lower": "count",
    "early_upper": "count",
    "late_lower": "count",
    "late_upper": "count",
    "effect_min": "measure",
    "effect_max": "measure",
    "percent": "measure",
    "chance_lower": "measure",
    "chance_upper": "measure",
    "sign_fixed": "flag",
    "above_one": "flag",
    "merged": "text",
}
"""Columns of ``GapResult.change``."""

TREND: Columns = {
    "series": "text",
    "indicator": "text",
    "label": "text",
    "first": "whole",
    "last": "whole",
    "n": "whole",
    "masked": "whole",
    "events_lower": "count",
    "events_upper": "count",
    "percent_min": "measure",
    "percent_max": "measure",
    "lower": "measure",
    "upper": "measure",
    "p_min": "measure",
    "p_max": "measure",
    "phi_min": "measure",
    "phi_max": "measure",
    "describe_only": "flag",
    "verdict": "text",
    "refusal": "text",
}
"""Columns of ``GapResult.trend``."""

FITTED: Columns = {
    "series": "text",
    "indicator": "text",
    "year": "whole",
    "fitted_min": "measure",
    "fitted_max": "measure",
    "band_lower": "measure",
    "band_upper": "measure",
}
"""Columns of ``GapResult.fitted``."""

BREAK_YEARS: Columns = {
    "year": "whole",
    "step": "measure",
    "lower": "measure",
    "upper": "measure",
    "policy_date": "text",
    "refusal": "text",
}
"""Columns of ``GapResult.break_years``."""

SPELLS: Columns = {
    "first": "whole",
    "last": "whole",
    "years": "whole",
    "certain": "flag",
    "denominator_lower": "count",
    "denominator_upper": "count",
    "limit_per_year": "measure",
    "limit_per_year_widened": "measure",
    "limit_per_100": "measure",
    "limit_per_100_widened": "measure",
    "expected_min": "measure",
    "expected_max": "measure",
    "probability": "measure",
    "probability_widened": "measure",
    "phi": "measure",
    "phi_borrowed": "flag",
    "refusal": "text",
}
"""Columns of ``GapResult.spells``."""

COUNTERFACTUAL: Columns = {
    "peer": "text",
    "name": "text",
    "definition": "text",
    "first": "whole",
    "last": "whole",
    "observed_lower": "count",
    "observed_upper": "count",
    "peer_rate_min": "measure",
    "peer_rate_max": "measure",
    "expected_min": "measure",
    "expected_max": "measure",
    "gap_min": "measure",
    "gap_max": "measure",
    **_LIMITS,
    "ratio_min": "measure",
    "ratio_max": "measure",
    "ratio_exact_lower": "measure",
    "ratio_exact_upper": "measure",
    "p_min": "measure",
    "p_max": "measure",
    "verdict": "text",
    "widened_verdict": "text",
    "refusal": "text",
}
"""Columns of ``GapResult.counterfactual``."""

PEERS: Columns = {
    "country": "text",
    "name": "text",
    "own": "flag",
    "definition": "text",
    "first": "whole",
    "last": "whole",
    "numerator_lower": "count",
    "numerator_upper": "count",
    "denominator_lower": "count",
    "denominator_upper": "count",
    "per_100_min": "measure",
    "per_100_max": "measure",
    **_LIMITS,
    "expected": "measure",
    "funnel_lower": "measure",
    "funnel_upper": "measure",
    "funnel_lower_998": "measure",
    "funnel_upper_998": "measure",
    "funnel_wide_lower": "measure",
    "funnel_wide_upper": "measure",
    "pooled": "measure",
    "pooled_lower": "measure",
    "pooled_upper": "measure",
    "phi": "measure",
    "phi_borrowed": "flag",
    "refusal": "text",
}
"""Columns of ``GapResult.peers``."""

SOURCES: Columns = {
    "method": "text",
    "left_out": "text",
    "numerator_lower": "count",
    "numerator_upper": "count",
    "denominator_lower": "count",
    "denominator_upper": "count",
    "per_100_min": "measure",
    "per_100_max": "measure",
    "refusal": "text",
}
"""Columns of ``GapResult.sources``."""

BREAKS: Columns = {
    "country": "text",
    "indicator": "text",
    "year": "whole",
    "reason": "text",
    "declared": "flag",
    "accepted": "flag",
}
"""Columns of ``GapResult.breaks``."""

SPECIFICATIONS: Columns = {
    "question": "text",
    "method": "text",
    "left_out": "text",
    "lag": "whole",
    "window": "text",
    "unit": "text",
    "masked_cells": "text",
    "value": "measure",
    "default": "flag",
    "refusal": "text",
}
"""Columns of ``GapMultiverse.specifications``."""

MULTIVERSE: Columns = {
    "question": "text",
    "specifications": "whole",
    "answered": "whole",
    "refused": "whole",
    "minimum": "measure",
    "median": "measure",
    "maximum": "measure",
    "share_same_sign": "measure",
    "moves_most": "text",
    "moves_share": "measure",
    "robust": "text",
}
"""Columns of ``GapMultiverse.summary``."""

INFLUENCE: Columns = {
    "question": "text",
    "axis": "text",
    "share": "measure",
    "alone_mean": "measure",
    "alone_max": "measure",
}
"""Columns of ``GapMultiverse.influence``."""

SENTENCES: Columns = {
    "claim": "text",
    "sentence": "text",
    "holds": "whole",
    "answered": "whole",
    "refused": "whole",
    "methods_hold": "whole",
    "methods": "whole",
    "robust": "text",
    "shown": "text",
}
"""Columns of ``GapResult.sentences``."""

REFUSALS: Columns = {"analysis": "text", "subject": "text", "reason": "text", "number": "measure"}
"""Columns of ``GapResult.refusals``."""

_DTYPES = {"text": "str", "whole": "int64", "count": "Int64", "measure": "float64", "flag": "bool"}
_MISSING: Mapping[str, Any] = {"text": "", "whole": 0, "count": pd.NA, "measure": float("nan"), "flag": False}


def tidy(rows: Iterable[Mapping[str, Any]], columns: Columns) -> pd.DataFrame:
    """Make a table of rows; what a row lacks is empty text, NA, nan or False by the kind of the column.

    Examples
    --------
    >>> tidy([{"analysis": "trend", "number": 4}], REFUSALS)
      analysis subject reason  number
    0    trend                    4.0
    """
    filled = [{name: row.get(name, _MISSING[kind]) for name, kind in columns.items()} for row in rows]
    table = pd.DataFrame(filled, columns=list(columns))
    return table.astype({name: _DTYPES[kind] for name, kind in columns.items()})


def ends(cell: CountRange, name: str) -> dict[str, Any]:
    """Return the two columns of a range; an upper end that is not known is NA.

    Examples
    --------
    >>> ends(CountRange(0, 4), "numerator")
    {'numerator_lower': 0, 'numerator_upper': 4}
    """
    prefix = f"{name}_" if name else ""
    return {f"{prefix}lower": int(cell.lower), f"{prefix}upper": int(cell.upper) if cell.is_bounded else pd.NA}


def per_100(result: MaskedRatio) -> dict[str, float]:
    """Return the columns of a ratio and its limits, for every 100 of the denominator.

    Examples
    --------
    >>> from trafficking_stats.inference.masked import masked_ratio
    >>> columns = per_100(masked_ratio(CountRange(0, 4), CountRange(80, 80)))
    >>> columns["per_100_min"], columns["per_100_max"]
    (0.0, 5.0)
    """
    return {
        "per_100_min": 100 * result.ratio_lower,
        "per_100_max": 100 * result.ratio_upper,
        "exact_lower": 100 * result.lower,
        "exact_upper": 100 * result.upper,
        "widened_lower": 100 * result.widened_lower,
        "widened_upper": 100 * result.widened_upper,
    }
