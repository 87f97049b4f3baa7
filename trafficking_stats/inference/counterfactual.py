"""The convictions a country would have had at the rate of a peer (indirect standardisation)."""

from __future__ import annotations

from dataclasses import dataclass

from trafficking_stats.errors import RefusalError
from trafficking_stats.inference.counts import CountLike, CountRange, as_count_range
from trafficking_stats.inference.masked import DispersionLike, MaskedRatio, Verdict, masked_ratio


@dataclass(frozen=True)
class Counterfactual:
    """Observed against expected counts at a peer's rate.

    Parameters
    ----------
    observed : CountRange
        Events counted.
    expected_lower, expected_upper : float
        Events expected at the peer's rate; equal unless a cell they rest on is masked.
    peer_rate_lower, peer_rate_upper : float
        The peer's events per unit of exposure.
    gap_lower, gap_upper : float
        Expected less observed over everything the masked cells can be; negative for a surplus, never clipped.
    gap_limit_lower, gap_limit_upper : float
        The same with the exact limits of the ratio.
    gap_widened_lower, gap_widened_upper : float
        The same with the limits widened by the over-dispersion.
    ratio : MaskedRatio
        Observed by expected, the sampling error of the peer's rate included.
    """

    observed: CountRange
    expected_lower: float
    expected_upper: float
    peer_rate_lower: float
    peer_rate_upper: float
    gap_lower: float
    gap_upper: float
    gap_limit_lower: float
    gap_limit_upper: float
    gap_widened_lower: float
    gap_widened_upper: float
    ratio: MaskedRatio

    @property
    def verdict(self) -> Verdict:
        """Whether the observed count lies above or below the expected one, after widening."""
        return self.ratio.widened_verdict


def counterfactual(
    count: CountLike,
    exposure: CountLike,
    peer_count: CountLike,
    peer_exposure: CountLike,
    *,
    confidence: float = 0.95,
    dispersion: DispersionLike = 1.0,
) -> Counterfactual:
    """Compare a count with the one expected at a peer's rate.

    The answer is only as good as the likeness of the denominators: presumed and formally assessed victims are
    not the same thing, and which of them a country counts is for the caller to settle first.

    Parameters
    ----------
    count, exposure : int or (lower, upper)
        Own convictions and own victims over one window.
    peer_count, peer_exposure : int or (lower, upper)
        Those of the peer, or of several peers added.
    confidence, dispersion
        As for `trafficking_stats.inference.rates.ratio`; a pair of phi is (own, peer).

    Returns
    -------
    Counterfactual

    Raises
    ------
    RefusalError
        If the peer counted no event for certain, or may have counted none: there is no rate to apply.
    CountError
        For ends that are no counts or exposures.

    References
    ----------
    Breslow NE, Day NE (1987). Statistical Methods in Cancer Research II, sections 2.3 and 3.4. IARC.

    Examples
    --------
    Denmark 2012-2015, two of four years printed as "<5", at the rate of the Netherlands:

    >>> result = counterfactual((17, 25), 306, 513, 5551)
    >>> print(f"expected {result.expected_lower:.1f}, short of it by {result.gap_lower:.1f} to {result.gap_upper:.1f}")
    expected 28.3, short of it by 3.3 to 11.3
    >>> result.verdict
    'depends on the masked cells'
    """
    peer = as_count_range(peer_count, "peer_count")
    if peer.lower == 0:
        raise RefusalError(f"the peer counted {peer} events: a rate that may be 0 cannot be applied to others")
    if not peer.is_bounded:
        raise RefusalError(f"the peer counted {peer} events: without an upper end its rate has none either")
    result = masked_ratio(count, peer, exposure, peer_exposure, confidence=confidence, dispersion=dispersion)
    own, at_risk, peer_risk = result.count1, result.exposure1, result.exposure2
    rate = (peer.lower / peer_risk.upper, peer.upper / peer_risk.lower)
    expected = (at_risk.lower * rate[0], at_risk.upper * rate[1])
    gaps = [e * (1 - limit) for e in expected for limit in (result.lower, result.upper)]
    widened = [e * (1 - limit) for e in expected for limit in (result.widened_lower, result.widened_upper)]
    return Counterfactual(
        observed=own,
        expected_lower=expected[0],
        expected_upper=expected[1],
        peer_rate_lower=rate[0],
        peer_rate_upper=rate[1],
        gap_lower=expected[0] - own.upper,
        gap_upper=expected[1] - own.lower,
        gap_limit_lower=min(gaps),
        gap_limit_upper=max(gaps),
        gap_widened_lower=min(widened),
        gap_widened_upper=max(widened),
        ratio=result,
    )
