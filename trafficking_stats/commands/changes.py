"""The command that compares two states of the data."""

import io
import subprocess
import tarfile
import tempfile
from pathlib import Path

import click
import pandas as pd

from trafficking_stats.claims import load_claims, read_claims
from trafficking_stats.commands import options
from trafficking_stats.csv_tables import read_table, write_table
from trafficking_stats.paths import data_dir
from trafficking_stats.reconciliation.changes import changes
from trafficking_stats.reconciliation.reconciling import reconcile
from trafficking_stats.reconciliation.result import Reconciliation
from trafficking_stats.reconciliation.vintages import latest_day

_SHOWN = ["country", "indicator", "breakdown", "year", "kind", "old_lower", "old_upper", "new_lower", "new_upper"]


@click.command("changes")
@click.argument("old")
@click.argument("new")
@options.folder("--output", "-o", "out", text="Write changes.csv and the page changes.html to this folder.")
@click.option("--language", "-l", default="en", show_default=True, help="Of the page.")
@options.answering
def changes_command(old: str, new: str, out: Path | None, language: str) -> options.Answer:
    """Compare two states of the data: what moved, and the claims that moved it.

    OLD and NEW are each a folder of data (raw or clean), a date such as 2024-06-30 (what was published by then), or a
    git revision of the folder of data. The index of a folder of reports leads to the page once it is there.
    """
    moved = changes(_state(old), _state(new))
    text = ", ".join(f"{n:,} {kind}" for kind, n in moved["kind"].value_counts().items()) or "nothing moved"
    if out is None:
        return options.Answer(f"{options.as_text(moved, [*_SHOWN, 'claims'])}\n{text}", moved)

    from trafficking_stats.reporting.index import write_changes

    write_table(out / "changes.csv", moved)
    click.echo(write_changes(moved, old, new, out, language), err=True)
    return options.Answer(text, moved)


def _state(named: str) -> Reconciliation:
    """Return what a folder, a date or a git revision holds, reconciled."""
    if Path(named).is_dir():
        return _folder(Path(named))
    if latest_day(named):
        return reconcile(load_claims(), as_of=named)
    asked = ["git", "-C", str(data_dir()), "archive", named, "clean"]
    found = subprocess.run(asked, capture_output=True, check=False)
    if found.returncode:
        reason = found.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise click.BadParameter(f"{named!r} is no folder, no date, and no revision of {data_dir()}: {''.join(reason)}")
    with tempfile.TemporaryDirectory() as scratch, tarfile.open(fileobj=io.BytesIO(found.stdout)) as archive:
        archive.extractall(scratch, filter="data")
        return _folder(Path(scratch))


def _folder(folder: Path) -> Reconciliation:
    """Read the tables that ``clean`` wrote, or reconcile the raw figures where there are none."""
    clean = next((one for one in (folder / "clean", folder) if (one / "series.csv").is_file()), None)
    if clean is None:
        raw = folder / "raw"
        return reconcile(read_claims(raw if raw.is_dir() else folder))
    series, claims = (read_table(clean / f"{name}.csv") for name in ("series", "claims"))
    for table in (series, claims):
        for name in table.columns.intersection(["year", "estimate", "lower", "upper"]):
            table[name] = pd.to_numeric(table[name]).astype("Int64")
    claims["accepted"] = claims["accepted"] == "True"
    return Reconciliation(series, lambda: (claims, pd.DataFrame()))
