"""The verdict on each claim; and, when that is asked for, why it was rejected and what is doubtful."""

import numpy as np
import pandas as pd

from trafficking_stats.frames import TEXTS
from trafficking_stats.reconciliation.causes import probable_causes
from trafficking_stats.reconciliation.doubts import doubts
from trafficking_stats.reconciliation.series import build_clashes
from trafficking_stats.reconciliation.settle import Settled
from trafficking_stats.vocabulary import Vocabulary


def judge(table: pd.DataFrame, settled: Settled) -> pd.DataFrame:
    """Add to each claim its interval, the verdict, and what it clashes with."""
    system = settled.system
    judged = table.copy(deep=False)
    for name, ends in (("lower", system.claim_lower), ("upper", system.claim_upper)):
        judged[name] = pd.array(np.where(np.isfinite(ends), ends, np.nan), dtype="Int64")
    judged["accepted"] = settled.accepted
    leader = settled.claim_ids[system.groups["leader"].to_numpy()]
    against = np.full(len(leader) + 1, "", dtype=object)  # the last is of claims that are no counts
    for group, (groups, _) in settled.solution.conflicts.items():
        against[group] = ";".join(sorted(leader[list(groups)]))
    judged["cause"] = ""
    judged["clashes_with"] = against[system.claim_group]
    return judged


def explained(judged: pd.DataFrame, settled: Settled, vocabulary: Vocabulary) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Say why claims were rejected and what is doubtful of others.

    Returns
    -------
    claims : pandas.DataFrame
        As `Reconciliation.claims` says.
    clashes : pandas.DataFrame
        As `build_clashes` returns it.
    """
    system, solution = settled.system, settled.solution
    claims = judged.astype({name: object for name in TEXTS if name in judged})
    claims["doubt"] = ""
    claims["evidence"] = pd.Series("", index=judged.index, dtype=object)
    bounds, own = np.zeros((len(judged), 2)), system.groups["cell"].to_numpy()
    if len(system.groups):  # else no claim is a count
        cell = own[system.claim_group]
        bounds = np.column_stack([solution.lower[cell], solution.upper[cell]])
    # what names a figure on another cell and no rule fell with its total
    with_rival = {part: others[0] for part, (others, tied) in solution.conflicts.items() if others and not tied}
    fell = [part for part, rival in with_rival.items() if own[part] != own[rival]]
    rejected = judged.assign(fallen=np.isin(system.claim_group, fell))
    for found in (probable_causes(rejected, bounds, vocabulary), doubts(judged, system.doubted, vocabulary)):
        claims.loc[found.index, list(found)] = found
    return claims, build_clashes(judged.assign(cause=claims["cause"]), vocabulary)
