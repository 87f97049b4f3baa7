"""Do the years add up? Every figure about several years beside the sum of the yearly figures it covers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from trafficking_stats.intervals import period_kind, period_label

if TYPE_CHECKING:
    from trafficking_stats.reconciliation.result import Reconciliation

COLUMNS = (
    "claim_id",
    "source_id",
    "publisher",
    "published",
    "period",
    "value",
    "qualifier",
    "sum_lower",
    "sum_upper",
    "missing",
    "verdict",
    "accepted",
)


def check_sums(rec: Reconciliation, country: str, indicator: str) -> pd.DataFrame:
    """Compare each claim about several whole calendar years with the sum of the yearly figures.

    Only years which some claim names by itself are added: a year deduced from the very total would prove nothing.

    Parameters
    ----------
    rec : Reconciliation
        The claims and the series.
    country, indicator : str
        Which series; totals only, and only indicators that add up over years.

    Returns
    -------
    pandas.DataFrame
        One row a claim, ordered by period and source: ``period``, the printed ``value`` and ``qualifier``,
        ``sum_lower`` and ``sum_upper`` of the years, ``missing`` (tuple of years without a claim of their own),
        ``verdict`` (``adds up``, ``within the bounds``, ``does not add up`` or ``cannot be checked``) and
        whether the claim was ``accepted``.

    Examples
    --------
    >>> import trafficking_stats as ts
    >>> own = ts.load_claims().query("country == 'DNK' and indicator == 'victims_identified' and breakdown == ''")
    >>> sums = check_sums(ts.reconcile(own), "DNK", "victims_identified")
    >>> sums.loc[sums.period == "2007-2020", ["value", "sum_lower", "verdict"]].values.tolist()
    [[968.0, 968, 'adds up']]
    """
    claims = rec.claims
    own = claims[
        (claims["country"] == country) & (claims["indicator"] == indicator) & (claims["breakdown"] == "")
    ].dropna(subset=["lower"])
    series = rec.series
    cells = series[
        (series["country"] == country) & (series["indicator"] == indicator) & (series["breakdown"] == "")
    ].set_index("year")
    known = rec.vocabulary.indicators.get(indicator)
    own = own.sort_values(["period_start", "period_end", "published", "claim_id"])
    printed: list[dict[str, Any]] = own.to_dict("records") if known and known.measure == "count" else []  # type: ignore[assignment]
    several = [claim for claim in printed if period_kind(claim["period_start"], claim["period_end"]) == "years"]
    table = pd.DataFrame([{**claim, **_compare(claim, cells)} for claim in several], columns=list(COLUMNS))
    for column in ("sum_lower", "sum_upper"):
        table[column] = table[column].astype("Int64")
    return table


def _compare(claim: dict[str, Any], cells: pd.DataFrame) -> dict[str, Any]:
    start, end = claim["period_start"], claim["period_end"]
    years = range(int(start[:4]), int(end[:4]) + 1)
    named = cells[cells["n_claims"] > 0].reindex(years)
    missing = tuple(int(year) for year in named.index[named["lower"].isna()])
    low = named["lower"].sum()
    high = pd.NA if missing or named["upper"].isna().any() else named["upper"].sum()
    lower, upper = claim["lower"], claim["upper"]
    if not pd.isna(upper) and low > upper:
        verdict = "does not add up"
    elif missing:
        verdict = "cannot be checked"
    elif not pd.isna(high) and high < lower:
        verdict = "does not add up"
    elif low == high == lower == upper:
        verdict = "adds up"
    else:
        verdict = "within the bounds"
    return {
        "period": period_label(start, end),
        "sum_lower": low,
        "sum_upper": high,
        "missing": missing,
        "verdict": verdict,
    }
