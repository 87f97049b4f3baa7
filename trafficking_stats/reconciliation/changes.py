"""What moved between two states of the data: figures, bounds and verdicts, and the claims that moved them."""

import numpy as np
import pandas as pd

from trafficking_stats.reconciliation.result import Reconciliation

_CELL = ["country", "indicator", "breakdown", "year"]
_NEAR = {"same_cell": _CELL, "same_year": ["country", "indicator", "year"], "same_country": ["country"]}


def changes(old: Reconciliation, new: Reconciliation) -> pd.DataFrame:
    """Compare two reconciliations.

    Parameters
    ----------
    old, new : Reconciliation
        The earlier and the later state.

    Returns
    -------
    pandas.DataFrame
        One row a reconciled figure (``kind`` is ``figure``), or bound alone (``bound``), that moved, appeared (``new``)
        or disappeared (``gone``), and one a claim that is now ``kept`` or ``set_aside``, with the ends ``old_lower``,
        ``old_upper``, ``new_lower`` and ``new_upper``. ``size`` is the larger change of an end, of square roots, so
        that small and large counts are judged alike; the largest come first, and what is new or gone comes last.
        ``claims`` are up to three of the ``sources`` that were, in the same order, ``added``, ``removed``, ``kept`` or
        ``set_aside``, as ``events`` has it; ``near`` says whether they stand in the ``same_cell``, the ``same_year``
        or the ``same_country``; empty where no claim of the country changed, so that the method did.

    Examples
    --------
    >>> import trafficking_stats as ts
    >>> claims = ts.load_claims().query("country == 'FRA' and indicator == 'victims_identified' and breakdown == ''")
    >>> moved = changes(ts.reconcile(claims, as_of="2024"), ts.reconcile(claims, as_of="2025"))
    >>> moved[["year", "kind", "old_lower", "new_lower", "near"]].head(2).values.tolist()
    [[2017, 'figure', 198, 1456, 'same_cell'], [2020, 'figure', 1020, 1373, 'same_cell']]
    """
    events = _events(old.claims, new.claims)
    verdicts = events[events["kind"].isin(["kept", "set_aside"])]
    ends = {f"{state}_{end}": verdicts[end] for state in ("old", "new") for end in ("lower", "upper")}
    verdicts = verdicts[[*_CELL, "kind"]].assign(**ends)
    moved = pd.concat([_cells(old.series, new.series), verdicts], ignore_index=True)
    least = [moved[f"{state}_lower"].astype(float).fillna(0) ** 0.5 for state in ("old", "new")]
    most = [moved[f"{state}_upper"].astype(float) ** 0.5 for state in ("old", "new")]
    size = np.maximum((least[1] - least[0]).abs(), (most[1].fillna(least[1]) - most[0].fillna(least[0])).abs())
    moved = moved.assign(size=size, claims="", sources="", events="", near="", last=moved["kind"].isin(["new", "gone"]))
    happened = events[["claim_id", "source_id", "kind"]].set_axis(["claims", "sources", "events"], axis="columns")
    for near, on in _NEAR.items():
        told = happened.groupby([events[name] for name in on]).agg(_first_three)
        found = moved[on].join(told.assign(near=near), on=on)[[*told, "near"]]
        rows = (moved["near"] == "") & found["near"].notna()
        moved.loc[rows, [*told, "near"]] = found[rows]
    order = moved.sort_values(["last", "size", *_CELL, "kind"], ascending=[True, False, *[True] * 5], ignore_index=True)
    return order.drop(columns="last")


def _first_three(texts: pd.Series) -> str:
    return ";".join(texts[:3])


def _cells(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Return the cells whose figure or bounds differ."""
    states = [table.set_index(_CELL)[["estimate", "lower", "upper"]] for table in (old, new)]
    both = states[0].add_prefix("old_").join(states[1].add_prefix("new_"), how="outer")
    ends = both.astype(float).fillna(-1)
    differs = pd.DataFrame({end: ends[f"old_{end}"] != ends[f"new_{end}"] for end in states[0]})
    kinds = [~both.index.isin(states[0].index), ~both.index.isin(states[1].index), differs["estimate"].to_numpy()]
    return both.assign(kind=np.select(kinds, ["new", "gone", "figure"], "bound"))[differs.any(axis=1)].reset_index()


def _events(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Return the claims that are new, gone, or judged otherwise than before, each with what happened in ``kind``."""
    columns = ["claim_id", "source_id", "country", "indicator", "breakdown", "period_end", "lower", "upper"]
    tables = [table[[*columns, "accepted"]] for table in (old, new)]
    both = tables[0].merge(tables[1], on=columns, how="outer", indicator="side")
    before, now = both["accepted_x"].eq(True), both["accepted_y"].eq(True)
    kinds = [both["side"] == "left_only", both["side"] == "right_only", now & ~before, before & ~now]
    both = both.assign(kind=np.select(kinds, ["removed", "added", "kept", "set_aside"], ""))
    return both[both["kind"] != ""].assign(year=lambda table: table["period_end"].str[:4].astype(int))
