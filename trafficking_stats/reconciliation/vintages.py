"""What was known when: claims as of a date, and how each publisher's figures changed from edition to edition."""

from __future__ import annotations

import datetime
import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trafficking_stats.errors import ReconciliationError
from trafficking_stats.intervals import period_label
from trafficking_stats.messages import Country, Term, say
from trafficking_stats.wording import part_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RELEASE_YEARS = 3
"""An edition that prints a series for so many years is a release of it, not a report on the year that has passed."""


def latest_day(date: str | datetime.date) -> str:
    """Return the last day that a date of publication can mean, as ISO text.

    Parameters
    ----------
    date : str or datetime.date
        ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.

    Returns
    -------
    str
        Comparable with others of its kind; empty where no date can be read.

    Examples
    --------
    >>> latest_day("2023"), latest_day("2023-06-30"), latest_day("")
    ('2023-12-31', '2023-06-30', '')
    """
    text = str(date)
    try:
        return pd.Period(text).end_time.date().isoformat() if re.fullmatch(r"\d{4}(-\d\d){0,2}", text) else ""
    except ValueError:
        return ""


def known_by(claims: pd.DataFrame, as_of: str | datetime.date) -> pd.DataFrame:
    """Return the claims that were certainly published by a date.

    Parameters
    ----------
    claims : pandas.DataFrame
        With the column ``published``.
    as_of : str or datetime.date
        The date; a year or month means its last day.

    Returns
    -------
    pandas.DataFrame
        Of a source that gives only a year or month, the last day counts; one without any date is left out.

    Raises
    ------
    ReconciliationError
        If ``as_of`` is no date.

    Examples
    --------
    >>> known_by(pd.DataFrame({"published": ["2022-05-01", "2023", ""]}), "2023-06-30").published.tolist()
    ['2022-05-01']
    """
    day = latest_day(as_of)
    if not day:
        raise ReconciliationError(f"as_of: must be a date such as 2023-06-30, a month or a year, not {as_of!r}")
    published = claims["published"].astype(str).map({date: latest_day(date) for date in claims["published"].unique()})
    return claims[(published != "") & (published <= day)].reset_index(drop=True)


VINTAGE = (
    *("publisher", "start", "end", "published", "source_id", "claim_id"),
    *("value", "lower", "upper", "step", "change"),
)
"""What one edition of a publisher says of one period; columns of `Vintages.triangle`.

``step`` is ``first``, ``repeated`` (the same interval as before), ``refined`` (another one that has numbers in
common with it, as a figure in the place of a mask), ``revised`` (none in common), ``withdrawn`` (a release of the
series that prints other years on both sides no longer has it) or ``restored`` (printed again after that).
``change`` is the least change that both intervals allow, with its sign, in the unit of the indicator.
"""

_SERIES = ["country", "indicator", "breakdown", "publisher"]
_PERIOD = [*_SERIES, "end", "start"]


@dataclass(frozen=True)
class Vintages:
    """How the figures of one series changed from edition to edition of each publisher.

    Parameters
    ----------
    country, indicator, breakdown : str
        Which series.
    triangle : pandas.DataFrame
        One row a period and edition of a publisher that says something of it, columns `VINTAGE`, in order of
        publisher, period and time. Claims without a date of publication are left out.
    """

    country: str
    indicator: str
    breakdown: str
    triangle: pd.DataFrame

    @property
    def wide(self) -> pd.DataFrame:
        """The triangles to look at: one row a publisher and period, one column an edition; a withdrawn figure is NA."""
        table = self.triangle.assign(period=[*map(period_label, self.triangle["start"], self.triangle["end"])])
        kept = table.drop_duplicates(["publisher", "period", "published"], keep="last")
        return kept.pivot(index=["publisher", "period"], columns="published", values="value").astype("Float64")

    @property
    def sizes(self) -> pd.DataFrame:
        """Number, directions and sizes of revisions: one row a publisher.

        ``figures`` counts periods, ``median`` is the median size of a revision and ``largest`` the largest, with its
        sign; both NA where nothing was revised.
        """
        table, by = self.triangle, self.triangle["publisher"]
        change = table["change"].astype(float).where(table["step"] == "revised")
        kinds = ["repeated", "refined", "revised", "withdrawn"]
        sizes = table.groupby("publisher").agg(editions=("source_id", "nunique"), figures=("end", "nunique"))
        sizes = sizes.join(pd.crosstab(by, table["step"]).reindex(columns=kinds, fill_value=0))
        sizes["up"], sizes["down"] = (change > 0).groupby(by).sum(), (change < 0).groupby(by).sum()
        sizes["median"] = change.abs().groupby(by).median()
        sizes["largest"] = change.groupby(by).agg(lambda own: max(own.dropna(), key=abs, default=np.nan))
        columns = ["editions", "figures", *kinds[:3], "up", "down", "withdrawn", "median", "largest"]
        return sizes[columns].reset_index()

    def __str__(self) -> str:
        counts = self.sizes.select_dtypes("number").sum()
        values = {name: int(counts[name]) for name in ("editions", "figures", "revised", "up", "down", "withdrawn")}
        return f"{self.title()}. {say('reconciliation.vintages.counts', **values)}"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(str(self))}</p>{self.wide.to_html(na_rep='')}"

    def title(self) -> str:
        """Name the series in the current language."""
        what = {"country": Country(self.country), "indicator": Term("indicator", self.indicator)}
        return say("reconciliation.vintages.title", **what)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the revisions; see `trafficking_stats.plots.vintages.revisions`."""
        from trafficking_stats.plots.vintages import revisions

        return revisions(self, ax)


def vintages(judged: pd.DataFrame, country: str, indicator: str, breakdown: str = "") -> Vintages:
    """Order the figures of one series by publisher, period and edition.

    Parameters
    ----------
    judged : pandas.DataFrame
        The claims of a reconciliation, with ``lower`` and ``upper``.
    country, indicator, breakdown : str
        Which series.

    Returns
    -------
    Vintages
        See there.

    Raises
    ------
    ReconciliationError
        If no claim with a date is about this series.

    References
    ----------
    Croushore D, Stark T (2001). A real-time data set for macroeconomists. Journal of Econometrics 105, 111-130.

    Examples
    --------
    >>> import trafficking_stats as ts
    >>> found = ts.reconcile(ts.load_claims().query("country == 'DNK'")).vintages("DNK", "victims_identified")
    >>> unodc = found.triangle.query("publisher == 'UNODC' and end == '2021-12-31'")
    >>> unodc[["published", "value", "step"]].values.tolist()
    [['2023-05-30', 80.0, 'first'], ['2025-04-14', 80.0, 'repeated']]
    """
    own = judged[(judged["country"] == country) & (judged["indicator"] == indicator)]
    triangle = steps(own[own["breakdown"] == breakdown])
    if triangle.empty:
        what = f"{country} {indicator}, {part_of(breakdown)}"
        raise ReconciliationError(f"no dated claim on {what}: there are no vintages of it")
    return Vintages(country, indicator, breakdown, triangle[list(VINTAGE)])


def steps(judged: pd.DataFrame) -> pd.DataFrame:
    """Follow each period of every series through the editions of each publisher.

    Parameters
    ----------
    judged : pandas.DataFrame
        Claims with ``lower``, ``upper`` and ``accepted``. Those without a date of publication are left out.

    Returns
    -------
    pandas.DataFrame
        Columns ``country``, ``indicator``, ``breakdown``, `VINTAGE`, and ``old_lower`` and ``old_upper``, the interval
        before; in order of series, publisher, period and time.
    """
    days = judged["published"].map({date: latest_day(date) for date in judged["published"].unique()})
    printed = judged.assign(day=days)[(days != "") & judged["lower"].notna()]
    printed = printed.rename(columns={"period_start": "start", "period_end": "end"})
    # an edition that prints two figures for one cell is taken at the one that was accepted
    printed = printed.sort_values(["accepted", "claim_id"], ascending=[False, True])
    printed = printed.drop_duplicates([*_PERIOD, "source_id"])
    of_years = printed[is_year(printed["start"], printed["end"])]
    edition = of_years.groupby([*_SERIES, "source_id", "published", "day"])["end"].agg(["nunique", "min", "max"])
    releases = edition[edition["nunique"] >= RELEASE_YEARS].reset_index()
    missing = printed[_PERIOD].drop_duplicates().merge(releases, on=_SERIES)
    inside = (missing["min"] < missing["end"]) & (missing["end"] < missing["max"])
    missing = missing[inside & (missing["start"].str[:4] == missing["end"].str[:4])]
    table = pd.concat([printed, missing]).drop_duplicates([*_PERIOD, "source_id"])
    table = table.sort_values([*_PERIOD, "day", "source_id"], ignore_index=True)

    period = table.groupby(_PERIOD).ngroup()
    printed_before = table["claim_id"].groupby(period).shift().notna()
    lower, upper = table["lower"].astype(float), table["upper"].astype(float).where(table["upper"].notna(), np.inf)
    ends = pd.DataFrame({"lower": lower, "upper": upper.where(lower.notna())})
    old = ends.groupby(period).ffill().groupby(period).shift()
    up, down = lower - old["upper"], upper - old["lower"]
    kinds = {
        "withdrawn": lower.isna(),
        "first": old["lower"].isna(),
        "restored": ~printed_before,
        "repeated": (old["lower"] == lower) & (old["upper"] == upper),
        "revised": (up > 0) | (down < 0),
    }
    table["step"] = np.select(list(kinds.values()), list(kinds), "refined")
    table["change"] = up.where(up > 0, down.where(down < 0, 0)).where(lower.notna() & old["lower"].notna())
    table["old_lower"], table["old_upper"] = old["lower"], old["upper"].replace(np.inf, np.nan)
    # it is withdrawn once, and by whoever had printed it before
    table = table[(table["step"] != "withdrawn") | printed_before]
    table["claim_id"] = table["claim_id"].fillna("")
    whole = ["lower", "upper", "change", "old_lower", "old_upper"]
    return table.astype(dict.fromkeys(whole, "Int64"))[[*_SERIES[:3], *VINTAGE, *whole[3:]]].reset_index(drop=True)


def is_year(start: pd.Series, end: pd.Series) -> pd.Series:
    """Tell which periods are calendar years."""
    return start.str.endswith("-01-01") & end.str.endswith("-12-31") & (start.str[:4] == end.str[:4])
