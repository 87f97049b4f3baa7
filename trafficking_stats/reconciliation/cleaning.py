"""From ``data/raw`` to ``data/clean``: the cleaned tables and the Frictionless package that describes them."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.io.json import build_table_schema

from trafficking_stats import paths
from trafficking_stats.claims import read_claims, read_sources
from trafficking_stats.csv_tables import table_text
from trafficking_stats.errors import TraffickingStatsError
from trafficking_stats.files import locked, write_together
from trafficking_stats.reasons import load_reasons, load_statements
from trafficking_stats.reconciliation.reconciling import reconcile
from trafficking_stats.reconciliation.result import OPTIMAL
from trafficking_stats.schema import CLAIM, RANGE_END, SOURCE

_VERDICT = ["lower", "upper", "accepted", "cause", "clashes_with", "doubt", "evidence"]


def clean(
    raw: str | Path | None = None,
    out: str | Path | None = None,
    progress: Callable[[str], None] = lambda step: None,
    time_limit: float | None = None,
) -> dict[str, pd.DataFrame]:
    """Read the raw figures, reconcile them, and write the cleaned tables.

    Parameters
    ----------
    raw : path, optional
        Folder of the raw figures; by default ``data/raw`` of the checkout.
    out : path, optional
        Folder to write to; by default ``data/clean`` of the checkout.
    progress : callable
        Told what is being done.
    time_limit : float, optional
        As in `reconcile`.

    Returns
    -------
    dict of str to pandas.DataFrame
        ``claims`` (with their verdict), ``series``, ``clashes``, ``reasons``, ``sources`` and ``statements``, as
        written to CSV files of those names beside ``datapackage.json``. The same input gives the same bytes.

    Raises
    ------
    ClaimError
        If the raw figures are not as they must be; nothing is written then.
    TraffickingStatsError
        If there is no checkout to write to and no folder is given.
    """
    if raw is None or out is None:
        raw, out = raw or paths.raw_dir(), out or paths.clean_dir()
        if not (paths.raw_dir() / "claims").is_dir():
            raise TraffickingStatsError(
                "the raw figures are not installed with the package; name a folder like data/raw, or start one of your "
                "own with trafficking-stats init FOLDER"
            )
    # unlike Path.resolve, realpath takes a link to itself as it is
    if Path(os.path.realpath(out)).is_relative_to(os.path.realpath(raw)):
        raise TraffickingStatsError(
            f"{out} lies in the folder of the raw figures, which are never written over: name another"
        )
    progress("reading and checking the raw figures")
    claims = read_claims(raw)
    progress(f"reconciling {len(claims):,} claims")
    rec = reconcile(claims, time_limit=time_limit)
    if rec.status != OPTIMAL:
        progress(f"not proven: {rec.status}")
    tables = {
        "claims": rec.claims[[column for column in rec.claims if column in (*CLAIM, RANGE_END, *_VERDICT)]],
        "clashes": rec.clashes,
        "reasons": load_reasons(raw),
        "series": rec.series,
        "sources": read_sources(raw)[list(SOURCE)],
        "statements": load_statements(raw),
    }
    progress(f"writing {out}")
    files = {f"{name}.csv": table_text(table).encode() for name, table in tables.items()}
    files["datapackage.json"] = _described(tables, files)
    with locked(Path(out)):
        write_together(Path(out), files)
    return tables


def _described(tables: dict[str, pd.DataFrame], files: dict[str, bytes]) -> bytes:
    """Describe the tables as a Frictionless data package."""
    package = json.loads((paths.PACKAGE / "datapackage.json").read_text(encoding="utf-8"))
    meaning = package.pop("columns")
    for resource in package["resources"]:
        content, table = files[resource["path"]], tables[resource["name"]]
        resource["bytes"] = len(content)
        resource["hash"] = f"sha256:{hashlib.sha256(content).hexdigest()}"
        fields: Any = build_table_schema(table, index=False)["fields"]
        resource["schema"]["fields"] = [
            {"name": field["name"], "type": field["type"], "description": meaning[field["name"]]} for field in fields
        ]
    return (json.dumps(package, indent=2, ensure_ascii=False) + "\n").encode()
