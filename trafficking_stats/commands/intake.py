"""Commands that bring figures in: extract, accept, import."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click
import pandas as pd

from trafficking_stats import paths
from trafficking_stats.claims import SOURCE, known_source, read_sources
from trafficking_stats.commands.options import FILE, FOLDER, DocumentFile, json_option, print_json
from trafficking_stats.errors import ClaimError
from trafficking_stats.files import read_table, write_text
from trafficking_stats.readers.narrative.lexicon import LANGUAGES
from trafficking_stats.readers.revisions import Revisions, compare_releases
from trafficking_stats.readers.tables import RAW_COLUMNS, TableImport
from trafficking_stats.readers.writing import write_raw

raw_option = click.option(
    "--raw", type=FOLDER, help="Folder with sources.csv and claims/; by default data/raw of the checkout."
)


def raw_folder(raw: Path | None) -> Path:
    """Return the folder of raw figures, or end the command where there is none to fall back on."""
    folder = raw or paths.raw_dir()
    if raw is None and not (folder / "claims").is_dir():
        raise click.UsageError("the raw figures are not installed with the package; name their folder with --raw")
    return folder


@click.command("extract")
@click.argument("file", type=DocumentFile())
@click.option("--source", "source_id", default="", metavar="ID", help="Id of the publication, as in sources.csv.")
@click.option("--country", metavar="ISO3", help="Country the text is about; by default the end of the source id.")
@click.option("--year", type=int, help="Year the text reports on; by default the one before the source's publication.")
@click.option("--language", type=click.Choice(sorted(LANGUAGES)), help="By default detected from the text.")
@click.option(
    "--output", "-o", "out", type=FOLDER, default=Path(), help="Folder of the review; by default the current one."
)
@click.option("--replace", is_flag=True, help="Replace an older review of the same text.")
@click.option("--json", "as_json", is_flag=True, help="Print the proposals as JSON lines and write nothing.")
@raw_option
def extract_command(
    file: Path,
    source_id: str,
    country: str | None,
    year: int | None,
    language: str | None,
    out: Path,
    replace: bool,
    as_json: bool,
    raw: Path | None,
) -> None:
    """Propose claims from a document: PDF, Word, web page or text.

    Writes NAME-review.csv, in which you mark the
    rows to take with y and correct cells, and NAME-review.html, which shows each figure where it stands.
    `trafficking-stats accept` takes the marked rows.
    """
    from trafficking_stats.readers import narrative
    from trafficking_stats.readers.categories import is_country

    country = (country or _country_of(source_id)).upper()
    if country and country != "EUU" and not is_country(country):
        raise click.BadParameter(f"{country!r} is no ISO 3166-1 alpha-3 code such as DNK", param_hint="--country")
    if not country:
        raise click.UsageError("--country: name the country the text is about, or --source with its code at the end")
    year = year or _year_before(source_id, raw)
    if not year:
        raise click.UsageError("--year: name the year the text reports on (of a TIP report the edition minus 1)")
    text = narrative.read_document(file).text
    proposals = narrative.extract(
        text, country=country, default_year=year, language=language, source_id=source_id or file.stem
    )
    if as_json:
        click.echo(narrative.to_json_lines(proposals), nl=False)
        return
    sheet, page = out / f"{file.stem}-review.csv", out / f"{file.stem}-review.html"
    if sheet.exists() and not replace:
        raise ClaimError(f"{sheet}: is there already and may hold your marks; rename it, or say --replace")
    narrative.to_review_csv(proposals, sheet)
    write_text(page, narrative.to_html(text, proposals, title=f"Proposed figures: {file.name}"))
    click.echo(f"{len(proposals):,} figures proposed; mark the right ones with y in {sheet}, read them in {page}")
    click.echo(f"then: trafficking-stats accept {sheet}")


def _country_of(source_id: str) -> str:
    """Return the country that a source id ends with, such as DNK in tip-2026-dnk."""
    from trafficking_stats.readers.categories import is_country

    codes = [part.upper() for part in source_id.split("-") if len(part) == 3]
    return next((code for code in reversed(codes) if is_country(code)), "")


def _year_before(source_id: str, raw: Path | None) -> int | None:
    """Return the year before the publication of a known source."""
    folder = raw or paths.raw_dir()
    if not source_id or not (folder / "sources.csv").is_file():
        return None
    row = known_source(read_sources(folder), source_id)
    return int(row["published"][:4]) - 1 if row and row["published"] else None


@click.command("accept")
@click.argument("review", type=FILE)
@raw_option
@json_option
def accept_command(review: Path, raw: Path | None, as_json: bool) -> None:
    """Add the proposals you marked to the raw claims.

    REVIEW is a sheet of `trafficking-stats extract`. Rows marked y, yes, x, 1 or ja are checked and appended to
    claims/<source_id>.csv; doing it twice adds nothing.
    """
    from trafficking_stats.readers.narrative import accept

    done = accept(review, raw_folder(raw))
    if as_json:
        print_json(
            {
                "added": done.added,
                "present": done.present,
                "files": [str(path) for path in done.files],
                "unknown_sources": list(done.unknown_sources),
            }
        )
        return
    if done.added + done.present == 0:
        click.echo(f"no row of {review} is marked: write y into the column 'accept' of those to take")
        return
    click.echo(f"{done.added:,} claims added, {done.present:,} were there already")
    for path in done.files:
        click.echo(path)
    if done.unknown_sources:
        click.echo(
            f"note: add a row to sources.csv for {', '.join(done.unknown_sources)}: {', '.join(SOURCE)}", err=True
        )


@click.group("import")
def import_command() -> None:
    """Import a data file of UNODC or Eurostat."""


def _import_options(command: Any) -> Any:
    options = [
        click.argument("file", type=FILE),
        click.option("--published", metavar="DATE", help="Date of the release; by default the one in the file."),
        click.option("--source", "source_id", metavar="ID", help="Id of the publication; by default made of its date."),
        click.option("--country", "countries", multiple=True, metavar="ISO3", help="Only this country (repeatable)."),
        click.option("--compare", type=FILE, metavar="OTHER", help="Show the revisions against this earlier file."),
        click.option("--replace", is_flag=True, help="Replace other claims of the same source."),
        click.option("--dry-run", is_flag=True, help="Show everything, write nothing."),
        raw_option,
        json_option,
    ]
    for option in reversed(options):
        command = option(command)
    return command


@import_command.command("unodc")
@_import_options
def import_unodc(file: Path, compare: Path | None, as_json: bool, **given: Any) -> None:
    """Import UNODC's data file of the Global Report on Trafficking in Persons.

    FILE is data_glotip.xlsx as released. Every figure becomes a claim or is counted as skipped with the reason.
    """
    from trafficking_stats.readers.unodc import read_unodc

    countries = _codes(given.pop("countries"))
    keys = {"source_id": given.pop("source_id"), "published": given.pop("published")}
    found = read_unodc(file, countries=countries, progress=not as_json, **keys)
    earlier = read_unodc(compare, countries=countries, published=None, progress=not as_json) if compare else None
    _finish(found, earlier, as_json=as_json, **given)


@import_command.command("eurostat")
@click.option("--table", metavar="NAME", help="Name of the table, such as crim_thb_sex, if the file does not say it.")
@_import_options
def import_eurostat(file: Path, compare: Path | None, table: str | None, as_json: bool, **given: Any) -> None:
    """Import a crim_thb table of Eurostat, downloaded as SDMX-CSV or TSV.

    Flags stay in the notes; provisional and estimated figures count as about.
    """
    from trafficking_stats.readers.eurostat import read_eurostat

    countries = _codes(given.pop("countries"))
    keys = {"source_id": given.pop("source_id"), "published": given.pop("published")}
    found = read_eurostat(file, countries=countries, table=table, **keys)
    # an earlier TSV has no date of its own, and none is needed to compare
    earlier = read_eurostat(compare, countries=countries, table=table, published="1900-01-01") if compare else None
    _finish(found, earlier, as_json=as_json, **given)


def _codes(countries: tuple[str, ...]) -> list[str] | None:
    return [country.upper() for country in countries] or None


def _finish(
    found: TableImport, earlier: TableImport | None, *, raw: Path | None, replace: bool, dry_run: bool, as_json: bool
) -> None:
    """Show what was read and what changed, and write it."""
    folder = raw_folder(raw)
    name, revisions = _revisions_in(folder, found) if earlier is None else _revisions(earlier, found)
    if not as_json:
        click.echo(str(found))
        if revisions is not None:
            click.echo(f"against {name}: {revisions}")
    path, changed = (None, False) if dry_run else write_raw(found.claims, found.source, folder, replace=replace)
    if as_json:
        print_json(_as_record(found, name, revisions, path, changed))
    elif path is None:
        click.echo("nothing was written")
    else:
        click.echo(f"{path}: {'written' if changed else 'was there already, the same to the last byte'}")


def _revisions(earlier: TableImport, found: TableImport) -> tuple[str, Revisions | None]:
    return earlier.source["source_id"], compare_releases(earlier.claims, found.claims)


def _revisions_in(folder: Path, found: TableImport) -> tuple[str, Revisions | None]:
    """Compare with the latest earlier release in the folder, on the countries that both are about."""
    identifier, publisher = found.source["source_id"], found.source["publisher"]
    series = re.sub(r"-\d{4}(-\d{2})*$", "", identifier)
    if not (folder / "sources.csv").is_file():
        return "", None
    sources = read_sources(folder)
    alike = sources["source_id"].str.match(rf"{re.escape(series)}(-\d{{4}}(-\d{{2}})*)?$")
    earlier = sources[alike & (sources["publisher"] == publisher) & (sources["published"] < found.published)]
    for name in earlier.sort_values("published", ascending=False)["source_id"]:
        file = folder / "claims" / f"{name}.csv"
        if name != identifier and file.is_file():
            old = read_table(file)[list(RAW_COLUMNS)].astype({"value": float})
            both = set(old["country"]) & set(found.claims["country"])
            parts = [table[table["country"].isin(both)] for table in (old, found.claims)]
            return name, compare_releases(*parts)
    return "", None


def _as_record(
    found: TableImport, name: str, revisions: Revisions | None, path: Path | None, changed: bool
) -> dict[str, Any]:
    counts: pd.Series = found.claims["indicator"].value_counts().sort_index()
    record: dict[str, Any] = {
        "source": found.source,
        "published": found.published,
        "figures": found.n_rows,
        "claims": len(found.claims),
        "countries": int(found.claims["country"].nunique()),
        "by_indicator": {str(indicator): int(count) for indicator, count in counts.items()},
        "skipped": {row["reason"]: int(row["rows"]) for row in found.reasons.to_dict("records")},
        "file": None if path is None else str(path),
        "changed": changed,
        "revisions": None,
    }
    if revisions is not None:
        tables = {"changed": revisions.changed, "new": revisions.new, "vanished": revisions.vanished}
        record["revisions"] = {
            "against": name,
            **{kind: len(table) for kind, table in tables.items()},
            "corrupt": revisions.corrupt["evidence"].tolist(),
        }
    return record
