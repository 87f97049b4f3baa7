"""Time, memory and accuracy of ts.reconcile, against pandas groupby(...).median() on the same claims in the same run.

First all claims that ship with the package, then panels whose truth is known (tests/synthetic.py): four sources, of
which the survey counts too few in a fifth of the countries and a tenth of the compiler's years are early snapshots;
masked figures, sums over years, and 3 % of all figures with an error of unit, count, digit, year or date. Each table
is measured in a process of its own, warmed up with a small one; times are CPU seconds: to the series, and to the claims
with their causes, which are found when they are asked for. The peak of memory is that after both.

Run: python benchmarks/reconcile.py [--sizes 10000 100000 1000000] [--clean]
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import trafficking_stats as ts

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from synthetic import BIASED, Panel, make_panel

CELL = ["country", "indicator", "breakdown", "period_start", "period_end"]
PLACE = ["country", "indicator", "breakdown", "year"]
COLUMNS = """
Shares in %: errors found, and of these named; figures of the biased survey rejected; sound claims rejected; cells whose
bounds hold the truth, are one point, have no upper end; and the median width of the other bounds (persons)"""
# Beyond this size the rival methods are not run: their accuracy does not depend on it.
COMPARED = 200_000


@dataclass
class Measured:
    """What one table took and, where the truth is known, how well it was met."""

    name: str
    n_claims: int
    n_cells: int
    seconds: float
    explained: float
    baseline: float
    megabytes: float
    status: str
    quality: dict[str, float] = field(default_factory=dict)
    estimates: pd.DataFrame | None = None


def measure(size: int, clean: bool) -> Measured:
    """Measure the claims that ship with the package (``size`` 0) or a panel."""
    ts.reconcile(make_panel(2_000).claims)
    panel = None
    if size:
        panel = make_panel(size) if clean else make_panel(size, stale=0.1, biased=0.2)
    claims = panel.claims if panel else ts.load_claims()
    baseline = min(cpu(lambda: claims.groupby(CELL)["value"].median())[0] for _ in range(5))
    seconds, rec = cpu(lambda: ts.reconcile(claims))
    explained = seconds + cpu(lambda: rec.claims)[0]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    name = f"panel {size:,}" if panel else "claims that ship"
    row = Measured(name, len(claims), len(rec.series), seconds, explained, baseline, peak, rec.status)
    if panel:
        row.quality = quality(rec, panel)
        row.estimates = estimates(rec, panel) if size <= COMPARED else None
    return row


def cpu(function: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    result = function()
    return time.process_time() - start, result


def quality(rec: ts.Reconciliation, panel: Panel) -> dict[str, float]:
    """Shares of errors found and named, of sound claims rejected, and how the bounds hold the truth."""
    judged = rec.claims[["claim_id", "accepted", "cause"]].merge(panel.errors, on="claim_id", how="left")
    injected = judged[judged["kind"].notna() & (judged["kind"] != BIASED)]
    found = injected[~injected["accepted"]]
    biased = judged[judged["kind"] == BIASED]
    cells = rec.series.merge(panel.truth, on=PLACE)
    lower, upper = cells["lower"].to_numpy(float), cells["upper"].to_numpy(float, na_value=np.inf)
    truth = cells["truth"].to_numpy(float)
    between = np.isfinite(upper) & (lower < upper)
    return {
        "found": 100 * len(found) / len(injected),
        "named": 100 * (found["cause"] == found["kind"]).mean(),
        "biased": 100 * (~biased["accepted"]).mean() if len(biased) else np.nan,
        "wronged": 100 * (~judged.loc[judged["kind"].isna(), "accepted"]).mean(),
        "covered": 100 * ((lower <= truth) & (truth <= upper)).mean(),
        "point": 100 * (lower == upper).mean(),
        "open": 100 * np.isinf(upper).mean(),
        "width": float(np.median((upper - lower)[between])) if between.any() else np.nan,
    }


def estimates(rec: ts.Reconciliation, panel: Panel) -> pd.DataFrame:
    """Accuracy of the estimate of each way, on the cells for which all of them have one."""
    claims = panel.claims
    ways = {"consistent": rec.series}
    ways |= {name: ts.reconcile(claims, name).series for name in ("latest", "median")}
    table = panel.truth.set_index(PLACE)
    for name, series in ways.items():
        table[name] = series.set_index(PLACE)["estimate"].astype(float)
    yearly = claims[claims["period_start"].str[:4] == claims["period_end"].str[:4]]
    yearly = yearly.assign(year=yearly["period_end"].str[:4].astype(int))
    table["majority vote"] = majority(yearly)
    table["groupby(...).median()"] = yearly.groupby(PLACE)["value"].median()
    table = table.dropna()
    truth = table.pop("truth")
    error = table.sub(truth, axis=0).abs()
    return pd.DataFrame(
        {
            "exactly right": 100 * (error == 0).mean(),
            "off by over 10 %": 100 * error.gt(0.1 * truth, axis=0).mean(),
            "sum of errors": 100 * error.sum() / truth.sum(),
        }
    )


def majority(claims: pd.DataFrame) -> pd.Series:
    """The value that most claims on a cell print, of equally many the latest."""
    votes = claims.groupby([*PLACE, "value"]).agg(n=("value", "size"), last=("published", "max")).reset_index()
    best = votes.sort_values([*PLACE, "n", "last", "value"]).drop_duplicates(PLACE, keep="last")
    return best.set_index(PLACE)["value"]


def apart(size: int, clean: bool) -> Measured:
    """Measure in a process of its own, so that the peak of memory is that of this table."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measure, size, clean).result()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000], help="claims of the panels")
    parser.add_argument("--clean", action="store_true", help="no biased survey and no early editions")
    given = parser.parse_args()
    rows: list[Measured] = []
    print(
        f"{'':<18} {'claims':>9} {'cells':>8} {'seconds':>8} {'causes':>8} {'median':>8} {'ratio':>6} {'causes':>6} "
        f"{'MB':>6}  growth           status"
    )
    for size in [0, *given.sizes]:
        row = apart(size, given.clean)
        growth = ""
        if len(rows) > 1:
            growth = f"{row.n_claims / rows[-1].n_claims:.1f}x -> {row.seconds / rows[-1].seconds:.1f}x"
        rows.append(row)
        print(
            f"{row.name:<18} {row.n_claims:>9,} {row.n_cells:>8,} {row.seconds:>8.2f} {row.explained:>8.2f} "
            f"{row.baseline:>8.4f} {row.seconds / row.baseline:>6.0f} {row.explained / row.baseline:>6.0f} "
            f"{row.megabytes:>6.0f}  {growth:<16} {row.status}",
            flush=True,
        )
    panels = [row for row in rows if row.quality]
    if panels:
        print(COLUMNS)
        print(f"{'':<18}" + "".join(f"{name:>9}" for name in panels[0].quality))
    for row in panels:
        print(f"{row.name:<18}" + "".join(f"{value:>9.1f}" for value in row.quality.values()))
    for row in panels:
        if row.estimates is not None:
            print(f"\nEstimates, {row.name} (%)")
            print(row.estimates.round(2).to_string())


if __name__ == "__main__":
    main()
