"""Do the years add up? Every figure about several years beside the sum of the yearly figures it covers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from trafficking_stats.intervals import period_kind, period_label

if TYPE_CHECKING:
    from trafficking_stats.reconciliation.result import Reconciliation

PRINTED = ["claim_id", "source_id", "publisher", "published", "value", "qualifier", "accepted"]


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
        One row a claim, ordered by period and source: ``period``, the columns `PRINTED` of the claim,
        ``sum_lower`` and ``sum_upper`` of the years, ``missing`` (tuple of years without a claim of their own), and
        ``verdict``: ``adds_up``, ``within_the_bounds``, ``does_not_add_up`` or ``cannot_be_checked``.

    Examples
    --------
    >>> import trafficking_stats as ts
    >>> own = ts.load_claims().query("country == 'DNK' and indicator == 'victims_identified' and breakdown == ''")
    >>> sums = check_sums(ts.reconcile(own), "DNK", "victims_identified")
    >>> sums.loc[sums.period == "2007-2020", ["value", "sum_lower", "verdict"]].values.tolist()
    [[968.0, 968, 'adds_up']]
    """
    known = rec.vocabulary.indicators.get(indicator)
    claims, series = (
        table[(table["country"] == country) & (table["indicator"] == indicator) & (table["breakdown"] == "")]
        for table in (rec.claims.dropna(subset=["lower"]), rec.series[rec.series["n_claims"] > 0])
    )
    several = [
        known is not None and known.measure == "count" and period_kind(*days) == "years"
        for days in zip(claims["period_start"], claims["period_end"], strict=True)
    ]
    claims = claims[pd.Series(several, index=claims.index, dtype=bool)]
    claims = claims.sort_values(["period_start", "period_end", "published", "claim_id"])
    years = series.set_index("year")[["lower", "upper"]]
    columns = ["period", *PRINTED, "sum_lower", "sum_upper", "missing", "verdict"]
    rows = [_compare(claim, years) for claim in claims.to_dict("records")]
    return pd.DataFrame(rows, columns=columns).astype({"sum_lower": "Int64", "sum_upper": "Int64"})


def _compare(claim: dict[Any, Any], years: pd.DataFrame) -> dict[str, Any]:
    start, end, lower, upper = (claim[name] for name in ("period_start", "period_end", "lower", "upper"))
    named = years.reindex(range(int(start[:4]), int(end[:4]) + 1))
    missing = tuple(int(year) for year in named.index[named["lower"].isna()])
    low, high = named["lower"].sum(), named["upper"].sum(skipna=False)
    too_many = not pd.isna(upper) and low > upper
    if too_many or not (missing or pd.isna(high) or high >= lower):
        verdict = "does_not_add_up"
    elif missing:
        verdict = "cannot_be_checked"
    else:
        exact = not pd.isna(high) and not pd.isna(upper) and low == high == lower == upper
        verdict = "adds_up" if exact else "within_the_bounds"
    printed = {name: claim[name] for name in PRINTED}
    found = {"sum_lower": low, "sum_upper": high, "missing": missing, "verdict": verdict}
    return {"period": period_label(start, end), **printed, **found}
