"""The verdict on each claim: whether it is kept, what it clashes with, why it was rejected, and what is doubtful."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trafficking_stats.reconciliation.causes import probable_causes
from trafficking_stats.reconciliation.doubts import doubts
from trafficking_stats.reconciliation.settle import Settled
from trafficking_stats.vocabulary import Vocabulary


def judge(table: pd.DataFrame, settled: Settled, vocabulary: Vocabulary) -> pd.DataFrame:
    """Add to each claim its interval, the verdict, what it clashes with, the probable cause, and what is doubtful."""
    system, solution = settled.system, settled.solution
    judged = table.copy(deep=False)
    for name, ends in (("lower", system.claim_lower), ("upper", system.claim_upper)):
        judged[name] = pd.array(np.where(np.isfinite(ends), ends, np.nan), dtype="Int64")
    judged["accepted"] = settled.accepted
    leader = settled.claim_ids[system.groups["leader"].to_numpy()]
    against = np.full(len(leader) + 1, "", dtype=object)  # the last is of claims that are no counts
    for group, (groups, _) in solution.conflicts.items():
        against[group] = ";".join(sorted(leader[list(groups)]))
    judged["cause"] = ""
    judged["clashes_with"] = against[system.claim_group]
    judged["doubt"] = ""
    judged["evidence"] = pd.Series("", index=judged.index, dtype=object)
    bounds = np.zeros((len(judged), 2))
    if len(system.groups):  # else no claim is a count
        cell = system.groups["cell"].to_numpy()[system.claim_group]
        bounds = np.column_stack([solution.lower[cell], solution.upper[cell]])
    for found in (probable_causes(judged, bounds, vocabulary), doubts(judged, vocabulary)):
        judged.loc[found.index, list(found)] = found
    return judged
