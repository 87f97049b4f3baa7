"""Size of a hidden population from overlapping lists (multiple systems, capture-recapture).

For countries with several independent lists of victims that can be matched person by person. One register, as in
Denmark, gives no estimate at all.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special, stats

from trafficking_stats.errors import RefusalError
from trafficking_stats.inference.count_models import PoissonFit, maximise_poisson, poisson_fit
from trafficking_stats.inference.counts import CountError, check_counts, check_level

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class MultipleSystems:
    """An estimated population.

    Parameters
    ----------
    seen : int
        Persons on any list.
    total, se : float
        Estimated population and its standard error, from the Poisson regression.
    lower, upper : float
        Wald limits on the logarithm of the unseen.
    profile_total, profile_lower, profile_upper : float
        Multinomial maximum likelihood and profile limits; to be preferred where few persons are on two lists.
    deviance : float
        Of the model, on `df` degrees of freedom.
    df : int
    overlap : int
        Persons on two lists or more: all the information there is.
    interactions : tuple of str
        Those chosen.
    """

    seen: int
    total: float
    se: float
    lower: float
    upper: float
    profile_total: float
    profile_lower: float
    profile_upper: float
    deviance: float
    df: int
    overlap: int
    interactions: tuple[str, ...]


def multiple_systems(
    counts: Mapping[tuple[int, ...], int],
    lists: Sequence[str],
    interactions: Sequence[str] = (),
    *,
    confidence: float = 0.95,
) -> MultipleSystems:
    """Estimate how many persons are on no list by a log-linear model of the overlaps.

    Holds if the population is closed, persons are matched without error, everyone can be on every list, and the
    lists depend on each other as the interactions say and in no other way. The last cannot be tested for the
    unseen, and which interactions are chosen commonly moves the answer more than the limits are wide: show
    several models. Interactions have to be chosen by the caller; no search is made.

    Parameters
    ----------
    counts : mapping of tuple of 0 and 1 to int
        Persons by pattern of lists, in the order of `lists`; patterns not named count 0.
    lists : sequence of str
        The lists, 2 or more.
    interactions : sequence of str
        Dependent lists, such as "police:shelter".
    confidence : float
        Two-sided level.

    Returns
    -------
    MultipleSystems

    Raises
    ------
    RefusalError
        If a list is empty, lists which are to interact share nobody, no one is on two lists, or there are more
        parameters than patterns: then the unseen cannot be estimated.

    References
    ----------
    Fienberg SE (1972). The multiple recapture census for closed populations and incomplete 2^k contingency
    tables. Biometrika 59:591-603.
    Cormack RM (1992). Interval estimation for mark-recapture studies of closed populations. Biometrics 48:567-576.
    Bales K, Hesketh O, Silverman B (2015). Modern slavery in the UK: how many victims? Significance 12(3):16-21.
    Chan L, Silverman BW, Vincent K (2021). Multiple systems estimation for sparse capture data: inferential
    challenges when there are nonoverlapping lists. Journal of the American Statistical Association 116:1297-1306.

    Examples
    --------
    Two lists with 40 and 50 persons, 10 of them on both: 40 x 50 / 10.

    >>> result = multiple_systems({(1, 0): 30, (0, 1): 40, (1, 1): 10}, ["police", "shelter"])
    >>> round(result.total)
    200
    """
    names, events, patterns = _table(counts, lists)
    columns, labels = [np.ones(len(patterns)), *patterns.T], ["unseen", *names]
    for interaction in interactions:
        members = interaction.split(":")
        unknown = [name for name in members if name not in names]
        if len(set(members)) < 2 or unknown:
            raise CountError(f"interactions: {interaction!r} does not join two or more of {', '.join(names)}")
        labels.append(interaction)
        columns.append(patterns[:, [names.index(name) for name in members]].prod(axis=1))
    if len(labels) > len(patterns):
        raise RefusalError(f"{len(labels)} parameters cannot be told from {len(patterns)} patterns: drop interactions")
    design = np.column_stack(columns)
    overlap = int(events[patterns.sum(axis=1) > 1].sum())
    try:
        fit = poisson_fit(events, design, labels)
    except RefusalError as refusal:
        raise RefusalError(
            f"the unseen cannot be estimated, {overlap} of {events.sum():.0f} are on two lists or more: {refusal}"
        ) from refusal
    tail = (1 - check_level(confidence)) / 2
    seen, log_unseen = int(events.sum()), float(fit.coefficients[0])
    error = float(fit.standard_errors()[0])
    unseen, z = math.exp(log_unseen), float(stats.norm.isf(tail))
    profile = _profile(events, design, fit, z)
    return MultipleSystems(
        seen=seen,
        total=seen + unseen,
        se=math.sqrt(unseen + unseen**2 * error**2),
        lower=seen + math.exp(log_unseen - z * error),
        upper=seen + math.exp(log_unseen + z * error),
        profile_total=profile[0],
        profile_lower=profile[1],
        profile_upper=profile[2],
        deviance=fit.deviance,
        df=fit.df,
        overlap=overlap,
        interactions=tuple(interactions),
    )


def _table(counts: Mapping[tuple[int, ...], int], lists: Sequence[str]) -> tuple[list[str], Floats, Floats]:
    """Return list names, counts and 0/1 patterns of every combination that can be seen, in a fixed order."""
    names = list(lists)
    if len(names) < 2 or len(set(names)) != len(names):
        raise RefusalError(f"{len(names)} list(s) have no overlap: 2 or more different ones are needed")
    known = {tuple(int(mark) for mark in pattern): value for pattern, value in counts.items()}
    patterns = [pattern for pattern in product((1, 0), repeat=len(names)) if any(pattern)]
    wrong = sorted(set(known) - set(patterns))
    if wrong:
        raise CountError(f"counts: {wrong[0]} is no pattern of {len(names)} lists with 0 and 1, one of them 1")
    events = check_counts([known.get(pattern, 0) for pattern in patterns])
    table = np.array(patterns, dtype=float)
    empty = [name for name, column in zip(names, table.T, strict=True) if not (events @ column)]
    if empty:
        raise RefusalError(f"{len(empty)} of {len(names)} lists are empty: {', '.join(empty)}; leave them out")
    return names, events, table


def _profile(events: Floats, design: Floats, fit: PoissonFit, z: float) -> tuple[float, float, float]:
    """Maximum and limits of the multinomial profile likelihood of the population."""
    seen = float(events.sum())
    # Of the pattern of someone on no list only the constant is 1.
    full = np.vstack([design, np.eye(1, design.shape[1])])
    offset = np.zeros(len(full))

    def log_likelihood(unseen: float) -> float:
        cells = np.append(events, unseen)
        fitted = np.asarray(maximise_poisson(cells, full, offset).mu, dtype=float)
        total = seen + unseen
        combinatorial = special.gammaln(total + 1) - special.gammaln(unseen + 1)
        return float(combinatorial + special.xlogy(cells, fitted / total).sum())

    centre = float(fit.coefficients[0])
    spread = max(float(fit.standard_errors()[0]), 0.05)
    best = optimize.minimize_scalar(
        lambda log_unseen: -log_likelihood(math.exp(log_unseen)),
        bounds=(centre - spread, centre + spread),
        method="bounded",
        options={"xatol": 1e-9},
    )
    top = -float(best.fun) - z * z / 2

    def shortfall(log_unseen: float) -> float:
        return log_likelihood(math.exp(log_unseen)) - top

    limits = []
    for side in (-1, 1):
        reach = best.x + side * z * spread
        for _ in range(40):
            if shortfall(reach) < 0:
                break
            reach += side * spread
        else:
            limits.append(0.0 if side < 0 else math.inf)
            continue
        limits.append(math.exp(optimize.brentq(shortfall, min(best.x, reach), max(best.x, reach), xtol=1e-9)))
    return seen + math.exp(best.x), seen + limits[0], seen + limits[1]
