"""What the gap was asked for, checked before anything is computed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from trafficking_stats.countries import as_code, other_countries
from trafficking_stats.errors import GapError
from trafficking_stats.inference.counts import check_level
from trafficking_stats.messages.measures import Measure
from trafficking_stats.reconciliation.result import Reconciliation
from trafficking_stats.wording import meant

LONGEST_LAG = 20
YEARS = (1800, 2200)


@dataclass(frozen=True)
class Question:
    """Checked parameters of `gap`.

    Parameters
    ----------
    country : str
        ISO 3166-1 alpha-3, or a name as asked for.
    numerator, denominator : Measure
        The two counts.
    start, end : int or None
        First and last year that may be used, as asked for.
    lags : sequence of int
        Each once, the shortest first.
    window : int
        Years pooled in the moving windows.
    peers : sequence of str
        Each once, without the country itself.
    confidence : float
        Two-sided level of every interval.
    widen : float
        By how much the spread of the prior of phi is multiplied.
    accept_breaks, accept_definitions : bool
        What the reader accepts.
    """

    country: str
    numerator: Measure
    denominator: Measure
    start: int | None = None
    end: int | None = None
    lags: Sequence[int] = (0,)
    window: int = 3
    peers: Sequence[str] = ()
    confidence: float = 0.95
    widen: float = 1.0
    accept_breaks: bool = False
    accept_definitions: bool = False

    def covers(self, year: int) -> bool:
        """Whether a year lies in the period asked for."""
        return (self.start is None or self.start <= year) and (self.end is None or year <= self.end)


def checked(rec: Reconciliation, asked: Question) -> Question:
    """Check what was asked of a reconciliation, and write it in one way.

    Raises
    ------
    GapError
        Naming the parameter, what it was and what it may be.
    """
    lags, window, peers, widen = asked.lags, asked.window, asked.peers, asked.widen
    if not isinstance(rec, Reconciliation):
        raise GapError(f"rec: expected what reconcile returns, got {type(rec).__name__}")
    country = as_code(asked.country)
    if country not in rec.settled:
        raise GapError(f"country: no claims on {asked.country!r}{other_countries(country, rec.settled)}")
    for name, measure in (("numerator", asked.numerator), ("denominator", asked.denominator)):
        _check_measure(rec, name, measure)
    if asked.numerator == asked.denominator:
        raise GapError(f"numerator and denominator are both {asked.numerator}; their ratio is 1")
    if isinstance(lags, str) or not all(_is_whole(lag) and 0 <= lag <= LONGEST_LAG for lag in lags) or not len(lags):
        raise GapError(f"lags: expected one or more whole numbers of years from 0 to {LONGEST_LAG}, got {lags!r}")
    if not _is_whole(window) or window < 1:
        raise GapError(f"window: expected a whole number of years from 1 up, got {window!r}")
    if isinstance(peers, str):
        raise GapError(f"peers: expected a sequence of country codes, got the text {peers!r}")
    if isinstance(widen, bool) or not isinstance(widen, int | float) or not 0.1 <= widen <= 10:
        raise GapError(f"widen: expected a number from 0.1 to 10, got {widen!r}")
    start, end = _year("start", asked.start), _year("end", asked.end)
    if start is not None and end is not None and end < start:
        raise GapError(f"start and end: {start}-{end} ends before it begins")
    return replace(
        asked,
        country=country,
        start=start,
        end=end,
        lags=tuple(sorted({int(lag) for lag in lags})),
        window=int(window),
        peers=tuple(dict.fromkeys(peer for peer in map(as_code, peers) if peer != country)),
        confidence=check_level(asked.confidence),
        widen=float(widen),
    )


def _check_measure(rec: Reconciliation, name: str, measure: Measure) -> None:
    known = rec.vocabulary.indicators
    if measure.indicator in known and known[measure.indicator].measure != "count":
        kind = known[measure.indicator].measure
        raise GapError(f"{name}: {measure.indicator} is a {kind}, not a count that adds up over years")
    if measure.indicator not in known and measure.indicator not in set(rec.series["indicator"]):
        raise GapError(f"{name}: there is no indicator {measure.indicator!r}{meant(measure.indicator, known, most=3)}")


def _year(name: str, year: int | None) -> int | None:
    if year is not None and not (_is_whole(year) and YEARS[0] <= year <= YEARS[1]):
        raise GapError(f"{name}: expected a year from {YEARS[0]} to {YEARS[1]}, got {year!r}")
    return None if year is None else int(year)


def _is_whole(value: object) -> bool:
    return hasattr(value, "__index__") and not isinstance(value, bool)
