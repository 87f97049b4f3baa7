"""What the gap was asked for, checked before anything is computed."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from trafficking_stats.gap_analysis.question import GapError
from trafficking_stats.gap_analysis.settings import load_gap_settings
from trafficking_stats.inference.counts import check_level
from trafficking_stats.reconciliation.result import Reconciliation

LONGEST_LAG = 20
YEARS = (1800, 2200)


@dataclass(frozen=True)
class GapRequest:
    """Checked parameters of `gap`.

    Parameters
    ----------
    country, numerator, denominator : str
        Which ratio.
    start, end : int
        The period, also where none was asked for.
    lags : tuple of int
        Each once, the shortest first.
    window : int
        Years pooled in the moving windows.
    peers : tuple of str
        Each once, without the country itself.
    confidence, borrow : float
        Level, and the phi of short series.
    """

    country: str
    numerator: str
    denominator: str
    start: int
    end: int
    lags: tuple[int, ...]
    window: int
    peers: tuple[str, ...]
    confidence: float
    borrow: float


def check_request(
    rec: Reconciliation,
    country: str,
    period: tuple[int | None, int | None],
    indicators: tuple[str, str],
    lags: Sequence[int],
    window: int,
    peers: Sequence[str],
    confidence: float,
    borrowed_phi: float | None,
) -> GapRequest:
    """Check the parameters of `gap`.

    Returns
    -------
    GapRequest

    Raises
    ------
    GapError
        Naming the parameter, what it was and what it may be.
    """
    if not isinstance(rec, Reconciliation):
        raise GapError(f"rec: expected what reconcile returns, got {type(rec).__name__}")
    have = sorted(set(rec.series["country"]) | set(rec.claims["country"]))
    if country not in have:
        raise GapError(f"country: no claim on {country!r}; there are claims on {', '.join(have) or 'no country'}")
    for name, indicator in zip(("numerator", "denominator"), indicators, strict=True):
        _check_indicator(rec, country, name, indicator)
    if indicators[0] == indicators[1]:
        raise GapError(f"numerator and denominator are both {indicators[0]}; their ratio is 1")
    if isinstance(lags, str) or not all(_is_whole(lag) and 0 <= lag <= LONGEST_LAG for lag in lags) or not len(lags):
        raise GapError(f"lags: expected one or more whole numbers of years from 0 to {LONGEST_LAG}, got {lags!r}")
    if not _is_whole(window) or window < 1:
        raise GapError(f"window: expected a whole number of years from 1 up, got {window!r}")
    if isinstance(peers, str):
        raise GapError(f"peers: expected a sequence of country codes, got the text {peers!r}")
    phi = load_gap_settings().dispersion.borrowed if borrowed_phi is None else borrowed_phi
    if isinstance(phi, bool) or not isinstance(phi, int | float) or not 1 <= phi < 1e6:
        raise GapError(f"borrowed_phi: expected a number from 1 up, got {borrowed_phi!r}")
    start, end = _period(rec, country, period, indicators)
    return GapRequest(
        country=country,
        numerator=indicators[0],
        denominator=indicators[1],
        start=start,
        end=end,
        lags=tuple(sorted({int(lag) for lag in lags})),
        window=int(window),
        peers=tuple(dict.fromkeys(peer for peer in peers if peer != country)),
        confidence=check_level(confidence),
        borrow=float(phi),
    )


def _check_indicator(rec: Reconciliation, country: str, name: str, indicator: str) -> None:
    known = rec.vocabulary.indicators
    if indicator in known and known[indicator].measure != "count":
        raise GapError(f"{name}: {indicator} is a {known[indicator].measure}, not a count that adds up over years")
    if indicator not in known and indicator not in set(rec.series["indicator"]):
        near = difflib.get_close_matches(str(indicator), [*known], n=3)
        raise GapError(f"{name}: there is no indicator {indicator!r}; near it: {', '.join(near) or 'none'}")


def _period(
    rec: Reconciliation, country: str, period: tuple[int | None, int | None], indicators: tuple[str, str]
) -> tuple[int, int]:
    for name, year in zip(("start", "end"), period, strict=True):
        if year is not None and not (_is_whole(year) and YEARS[0] <= year <= YEARS[1]):
            raise GapError(f"{name}: expected a year from {YEARS[0]} to {YEARS[1]}, got {year!r}")
    known = [_known_years(rec, country, indicator) for indicator in indicators]
    # the years that both have, or where there are none those that either has
    years = known[0] & known[1] or known[0] | known[1]
    first = int(period[0]) if period[0] is not None else min(years, default=None)
    last = int(period[1]) if period[1] is not None else max(years, default=None)
    if first is None or last is None:
        raise GapError(f"start and end: {country} has no figure for {' or '.join(indicators)}; name the years")
    if last < first:
        raise GapError(f"start and end: {first}-{last} ends before it begins")
    return first, last


def _known_years(rec: Reconciliation, country: str, indicator: str) -> set[int]:
    series = rec.series
    rows = (series["country"] == country) & (series["indicator"] == indicator) & (series["breakdown"] == "")
    return {int(year) for year in series.loc[rows & series["upper"].notna(), "year"]}


def _is_whole(value: object) -> bool:
    return hasattr(value, "__index__") and not isinstance(value, bool)
