"""Commands on the data: clean, reconcile, sources, errata."""

from pathlib import Path

import click

from trafficking_stats.commands import options
from trafficking_stats.csv_tables import read_table, write_table
from trafficking_stats.errors import ReconciliationError
from trafficking_stats.paths import data_dir
from trafficking_stats.reconciliation.cleaning import clean
from trafficking_stats.reconciliation.errata import errata
from trafficking_stats.reconciliation.reconciling import reconcile
from trafficking_stats.reconciliation.result import OPTIMAL
from trafficking_stats.wording import counted

_LISTED = 30
"""So many clashes are printed, those of totals first."""
_ONE = {
    **{"claims": "claim", "clashes": "clash", "series": "series"},
    **{"reasons": "reason", "sources": "source", "statements": "statement"},
}


@click.command("clean")
@options.folder("--raw", text="Folder of raw figures; by default data/raw of the checkout.")
@options.folder("--output", "-o", "out", text="Folder to write to; by default data/clean of the checkout.")
@options.limit_option
@options.answering
def clean_command(raw: Path | None, out: Path | None, time_limit: float | None) -> options.Answer:
    """Clean data/raw into data/clean and reconcile it.

    Writes claims.csv, series.csv, clashes.csv, reasons.csv, statements.csv, sources.csv and datapackage.json. Running
    it twice changes no byte.
    """
    tables = clean(raw, out, lambda step: click.echo(step, err=True), time_limit)
    sizes = {name: len(table) for name, table in tables.items()}
    return options.Answer(", ".join(counted(size, _ONE[name], name) for name, size in sizes.items()), sizes)


@click.command("reconcile")
@click.argument("countries", nargs=-1, metavar="[COUNTRY]...", type=options.COUNTRY)
@options.folder("--output", "-o", "out", text="Write series.csv, claims.csv and clashes.csv to this folder.")
@options.reconciling
@options.answering
def reconcile_command(countries: tuple[str, ...], out: Path | None, reconciled: options.Command) -> options.Answer:
    """Reconcile claims: list the clashes, or write the three tables.

    Of the countries named, or of all. Printed are the first 30 clashes, those of totals before those of parts; --output
    and --json give all. series.csv has one row a cell with its estimate and bounds, claims.csv one row a claim with its
    verdict, clashes.csv one row a clash with the values, who prints them, which was kept and the probable cause.
    """
    rec = reconciled(*countries)
    tables = {"series": rec.series, "claims": rec.claims, "clashes": rec.clashes}
    rejected = int((~rec.claims["accepted"]).sum())
    text = f"{len(rec.claims):,} claims, {rejected:,} rejected; {len(rec.series):,} cells"
    if out is None:
        columns = ["country", "indicator", "breakdown", "period", "values", "won", "cause"]
        first = rec.clashes.sort_values("breakdown", key=lambda own: own != "", kind="stable").head(_LISTED)
        left = len(rec.clashes) - len(first)
        more = f"and {left:,} more clashes; all of them: --output FOLDER, or --json\n" if left else ""
        text = f"{options.as_text(first, columns)}\n{more}{text}"
    else:
        for name, table in tables.items():
            write_table(out / f"{name}.csv", table)
        text = f"{text}; written to {out}"
    if rec.status != OPTIMAL:
        click.echo(f"note: not proven: {rec.status}", err=True)
    counts = {name: len(table) for name, table in tables.items()}
    return options.Answer(text, {**counts, "rejected": rejected, "status": rec.status, "clashing": rec.clashes})


@click.command("sources")
@click.argument("country", required=False, type=options.COUNTRY)
@options.data_option
@options.answering
def sources_command(country: str | None, data: Path | None) -> options.Answer:
    """List the publications behind the claims.

    Of one COUNTRY, or of all.
    """
    sources = options.sources_of(data)
    claims = options.claims_of(data, country)
    counts = claims["source_id"].value_counts()
    table = sources[sources["source_id"].isin(counts.index)].assign(claims=lambda t: t["source_id"].map(counts))
    columns = ["source_id", "publisher", "published", "tier", "upstream", "claims"]
    return options.Answer(options.as_text(table, columns), table)


@click.command("errata")
@click.option("--output", "-o", "out", type=options.NEW_FILE, help="The file; by default data/errata.csv.")
@options.data_option
@options.answering
def errata_command(out: Path | None, data: Path | None) -> options.Answer:
    """Keep a ledger of official figures that cannot hold, to send to their publishers.

    One row a figure: what is printed and where, what would hold, and the claims and rules that it cannot be true with.
    Fill in status (open, reported, fixed, withdrawn), status_date and note by hand: they are kept when the file is
    made again. What a later edition has mended is told, and so is a row that matches nothing any more; exit code 1
    then.
    """
    file = out or data_dir() / "errata.csv"
    try:
        before = read_table(file) if file.exists() else None
    except ValueError as error:
        raise ReconciliationError(f"{file}: not a CSV file in UTF-8: {error}") from error
    try:
        ledger = errata(reconcile(options.claims_of(data)), before)
    except ReconciliationError as error:
        raise ReconciliationError(f"{file}: {error}") from error
    write_table(file, ledger.records)
    counts = ledger.records["status"].value_counts().to_dict()
    for record in ledger.mended:
        click.echo(f"mended by a later edition: {record}", err=True)
    for record in ledger.unmatched:
        click.echo(f"matches no rejected figure any more: {record}", err=True)
    text = f"{file}: " + ", ".join(f"{number:,} {status}" for status, number in sorted(counts.items()))
    told = {"records": counts, "mended": list(ledger.mended), "unmatched": list(ledger.unmatched)}
    return options.Answer(text, told, failed=bool(ledger.unmatched))
