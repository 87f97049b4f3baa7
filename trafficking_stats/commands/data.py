"""Commands on the data: clean, reconcile, sources, errata."""

from __future__ import annotations

from pathlib import Path

import click

from trafficking_stats.claims import load_sources, read_sources
from trafficking_stats.cleaning import clean
from trafficking_stats.commands.options import (
    FOLDER,
    NEW_FILE,
    claims_of,
    data_option,
    json_option,
    limit_option,
    method_option,
    print_json,
    print_table,
)
from trafficking_stats.csv_tables import read_table, write_table
from trafficking_stats.errors import ReconciliationError
from trafficking_stats.paths import data_dir
from trafficking_stats.reconciliation.errata import errata
from trafficking_stats.reconciliation.result import OPTIMAL, reconcile
from trafficking_stats.wording import counted

_ONE = {"claims": "claim", "clashes": "clash", "series": "series", "reasons": "reason", "sources": "source"}


@click.command("clean")
@click.option("--raw", type=FOLDER, help="Folder of raw figures; by default data/raw of the checkout.")
@click.option("--output", "-o", "out", type=FOLDER, help="Folder to write to; by default data/clean of the checkout.")
@limit_option
@json_option
def clean_command(raw: Path | None, out: Path | None, time_limit: float | None, as_json: bool) -> None:
    """Clean data/raw into data/clean and reconcile it.

    Writes claims.csv, series.csv, clashes.csv, sources.csv and datapackage.json. Running it twice changes no byte.
    """
    tables = clean(raw, out, lambda step: click.echo(step, err=True), time_limit)
    if as_json:
        print_json({name: len(table) for name, table in tables.items()})
    else:
        click.echo(", ".join(counted(len(table), _ONE[name], name) for name, table in tables.items()))


@click.command("reconcile")
@click.argument("countries", nargs=-1, metavar="[COUNTRY]...")
@click.option("--output", "-o", "out", type=FOLDER, help="Write series.csv, claims.csv and clashes.csv to this folder.")
@data_option
@method_option
@limit_option
@json_option
def reconcile_command(
    countries: tuple[str, ...],
    out: Path | None,
    data: Path | None,
    method: str,
    time_limit: float | None,
    as_json: bool,
) -> None:
    """Reconcile claims: list the clashes, or write the three tables.

    Of the countries named, or of all. series.csv has one row a cell with its estimate and bounds, claims.csv one row
    a claim with its verdict, clashes.csv one row a clash with the values, who prints them, which was kept and the
    probable cause.
    """
    rec = reconcile(claims_of(data, *countries), method, time_limit=time_limit)
    tables = {"series": rec.series, "claims": rec.claims, "clashes": rec.clashes}
    if out is not None:
        for name, table in tables.items():
            write_table(out / f"{name}.csv", table)
    rejected = int((~rec.claims["accepted"]).sum())
    if as_json:
        counts = {name: len(table) for name, table in tables.items()}
        print_json({**counts, "rejected": rejected, "status": rec.status, "clashing": rec.clashes})
        return
    if out is None:
        print_table(rec.clashes, ["country", "indicator", "breakdown", "period", "values", "won", "cause"])
    if rec.status != OPTIMAL:
        click.echo(f"note: not proven: {rec.status}", err=True)
    written = f"; written to {out}" if out else ""
    click.echo(f"{len(rec.claims):,} claims, {rejected:,} rejected; {len(rec.series):,} cells{written}")


@click.command("sources")
@click.argument("country", required=False)
@data_option
@json_option
def sources_command(country: str | None, data: Path | None, as_json: bool) -> None:
    """List the publications behind the claims.

    Of one COUNTRY, or of all.
    """
    sources = load_sources() if data is None else read_sources(data)
    claims = claims_of(data, country) if country else claims_of(data)
    counts = claims["source_id"].value_counts()
    table = sources[sources["source_id"].isin(counts.index)].assign(claims=lambda t: t["source_id"].map(counts))
    if as_json:
        print_json(table)
    else:
        print_table(table, ["source_id", "publisher", "published", "tier", "upstream", "claims"])


@click.command("errata")
@click.option("--output", "-o", "out", type=NEW_FILE, help="The file; by default data/errata.csv.")
@data_option
@json_option
def errata_command(out: Path | None, data: Path | None, as_json: bool) -> None:
    """Keep a ledger of official figures that cannot hold, to send to their publishers.

    One row a figure: what is printed and where, what would hold, and the claims and rules that it cannot be true with.
    Fill in status (open, reported, fixed, withdrawn), status_date and note by hand: they are kept when the file is
    made again. What a later edition has mended is told, and so is a row that matches nothing any more; exit code 1
    then.
    """
    file = out or data_dir() / "errata.csv"
    try:
        before = read_table(file) if file.exists() else None
    except (ValueError, UnicodeDecodeError) as error:
        raise ReconciliationError(f"{file}: not a CSV file in UTF-8: {error}") from error
    try:
        ledger = errata(reconcile(claims_of(data)), before)
    except ReconciliationError as error:
        raise ReconciliationError(f"{file}: {error}") from error
    write_table(file, ledger.records)
    counts = ledger.records["status"].value_counts().to_dict()
    if as_json:
        print_json({"records": counts, "mended": list(ledger.mended), "unmatched": list(ledger.unmatched)})
    else:
        click.echo(f"{file}: " + ", ".join(f"{number:,} {status}" for status, number in sorted(counts.items())))
    for record in ledger.mended:
        click.echo(f"mended by a later edition: {record}", err=True)
    for record in ledger.unmatched:
        click.echo(f"matches no rejected figure any more: {record}", err=True)
    if ledger.unmatched:
        raise SystemExit(1)
