"""From a table of claims to cells, intervals and accounting rules: the linear system, not yet solved."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trafficking_stats.intervals import intervals
from trafficking_stats.numbering import first_of, number_of
from trafficking_stats.reconciliation.forms import beside_totals, copied_years, doubtful, parts_of, sums_of
from trafficking_stats.reconciliation.impossible import impossible
from trafficking_stats.reconciliation.mistakes import costs, describe, heaviest, parts_of_mistakes
from trafficking_stats.reconciliation.rules import KEY, Rules, build_rules, needed_cells
from trafficking_stats.reconciliation.weights import claim_weights, first_named
from trafficking_stats.vocabulary import Vocabulary


@dataclass(frozen=True)
class System:
    """Cells, the groups of claims that bound them, and the rules among them.

    Parameters
    ----------
    cells : pandas.DataFrame
        One row a cell: country, indicator, breakdown, start, end, kind, measure.
    claim_lower, claim_upper : numpy.ndarray of float, shape (n_claims,)
        Interval of each claim; ``nan`` for claims that are no counts.
    claim_group : numpy.ndarray of int, shape (n_claims,)
        Group of each claim, -1 for claims that are no counts.
    groups : pandas.DataFrame
        One row for each interval that is claimed of a cell: ``cell``, ``lower``, ``upper``, ``weight`` (one vote
        an upstream, in `weights.UNITS`), ``impossible``, ``leader``, the row of the claim that speaks for the group,
        and ``edition``, the number of that claim's source. Sorted by cell, lower and upper: what decides ties never
        depends on the names of the claims.
    rules : Rules
        The accounting rules.
    links : pandas.DataFrame
        Parts that fall if the total of their form is found to be a mistake, as `mistakes.parts_of_mistakes` returns it.
    doubted : pandas.DataFrame
        Claims that other figures of their own source speak against: ``doubt``, ``number`` and ``other``, as
        `forms.copied_years` and `forms.doubtful` return them, in the order of the claims.
    """

    cells: pd.DataFrame
    claim_lower: NDArray[np.float64]
    claim_upper: NDArray[np.float64]
    claim_group: NDArray[np.int64]
    groups: pd.DataFrame
    rules: Rules
    links: pd.DataFrame
    doubted: pd.DataFrame


def build_system(claims: pd.DataFrame, vocabulary: Vocabulary) -> System:
    """Turn a checked table of claims into cells, groups of equal claims, and rules.

    Parameters
    ----------
    claims : pandas.DataFrame
        As `frames.as_claims` returns it.
    vocabulary : Vocabulary
        Indicators, dimensions, rules and weights.

    Returns
    -------
    System
        Ready to be solved.
    """
    lower, upper = intervals(claims, vocabulary)
    counted = np.flatnonzero(~np.isnan(lower))
    named = claims.iloc[counted].rename(columns={"period_start": "start", "period_end": "end"})[KEY]
    number = number_of(*(named[name] for name in KEY))
    cells = needed_cells(named.iloc[first_of(number)], vocabulary)
    # claims come in the order of their cells
    cell = np.flatnonzero(cells.pop("claimed"))[number]

    key = pd.DataFrame({"cell": cell, "lower": lower[counted], "upper": upper[counted]})
    group = np.asarray(key.groupby(["cell", "lower", "upper"], sort=True).ngroup(), dtype=np.int64)
    weight = claim_weights(claims, vocabulary)[counted]
    upstream = upstreams(claims)[counted]
    groups = key.iloc[np.unique(group, return_index=True)[1]].reset_index(drop=True)
    described = describe(claims.iloc[counted], upstream, vocabulary).join(key.assign(group=group))
    described["figure"] = number_of(upstream, group)
    once = first_of(number_of(group, described["publisher"]))
    described["alone"] = (np.bincount(group[once]) == 1)[group]
    rules = build_rules(cells, vocabulary)
    parts = parts_of(rules, vocabulary)
    sums = sums_of(described, parts)
    totals = beside_totals(described, sums)
    doubted, copies = doubtful(totals), copied_years(described, vocabulary.causes.shift_from)
    links = parts_of_mistakes(described, totals, groups, vocabulary)
    groups["weight"] = costs(described, sums, totals, copies, len(groups), vocabulary)
    groups["impossible"] = impossible(described, sums, groups, cells, parts, vocabulary)
    groups["leader"] = counted[heaviest(group, weight)]  # which speaks for its group
    claim_group = np.full(len(claims), -1, dtype=np.int64)
    claim_group[counted] = group
    groups["edition"] = pd.factorize(claims["source_id"], sort=True)[0][groups["leader"]]
    doubted = pd.concat([copies, doubted])
    doubted = doubted.set_index(counted[doubted.index]).sort_index(kind="stable")
    return System(cells, lower, upper, claim_group, groups, rules, links, doubted)


def upstreams(claims: pd.DataFrame) -> NDArray[np.int64]:
    """Give each upstream a number; a claim that names none is a measurement of its publisher, or of its source.

    Parameters
    ----------
    claims : pandas.DataFrame
        Columns ``upstream``, ``publisher`` and ``source_id``.

    Returns
    -------
    numpy.ndarray of int, shape (n_claims,)
        The same number for claims of the same upstream.
    """
    return np.asarray(pd.factorize(first_named(claims, "upstream", "publisher", "source_id"))[0], dtype=np.int64)
