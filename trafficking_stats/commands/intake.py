"""Commands that bring figures in: extract, accept, import."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any

import click
import pandas as pd

from trafficking_stats import paths
from trafficking_stats.claims import SOURCE, known_source, read_sources
from trafficking_stats.commands.options import FILE, FOLDER, DocumentFile, json_option, print_json
from trafficking_stats.errors import ClaimError, ReaderError
from trafficking_stats.files import write_text
from trafficking_stats.readers.narrative.lexicon import LANGUAGES
from trafficking_stats.readers.registry import READERS, Reader, reader_of
from trafficking_stats.readers.revisions import Revisions, compare_releases
from trafficking_stats.readers.tables import TableImport
from trafficking_stats.readers.writing import Plan, claims_of_source, plan, write_raw

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
    from trafficking_stats.countries import is_country
    from trafficking_stats.readers import narrative

    country = (country or _country_of(source_id)).upper()
    if country and country != "EUU" and not is_country(country):
        raise click.BadParameter(f"{country!r} is no ISO 3166-1 alpha-3 code such as DNK", param_hint="--country")
    if not country:
        raise click.UsageError("--country: name the country the text is about, or --source with its code at the end")
    year = year or _year_before(source_id, raw)
    if not year:
        raise click.UsageError("--year: name the year the text reports on (of a TIP report the edition minus 1)")
    document = narrative.read_document(file)
    proposals = narrative.extract(
        document.text, country=country, default_year=year, language=language, source_id=source_id or file.stem
    )
    if as_json:
        click.echo(narrative.to_json_lines(proposals), nl=False)
        return
    sheet, page = out / f"{file.stem}-review.csv", out / f"{file.stem}-review.html"
    if sheet.exists() and not replace:
        raise ClaimError(f"{sheet}: is there already and may hold your marks; rename it, or say --replace")
    narrative.to_review_csv(proposals, sheet, document)
    write_text(page, narrative.to_html(document.text, proposals, title=f"Proposed figures: {file.name}"))
    click.echo(f"{len(proposals):,} figures proposed; mark the right ones with y in {sheet}, read them in {page}")
    click.echo(f"then: trafficking-stats accept {sheet}")


def _country_of(source_id: str) -> str:
    """Return the country that a source id ends with, such as DNK in tip-2026-dnk."""
    from trafficking_stats.countries import is_country

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
    """Import a data file: of UNODC, of Eurostat, or any table.

    Every figure becomes a claim or is skipped with the reason. --dry-run shows both and writes nothing.
    """


def _import_of(reader: Reader) -> click.Command:
    """Make the command of one reader."""

    def run(file: Path, compare: Path | None, countries: tuple[str, ...], **given: Any) -> None:
        options = {name: given.pop(name.replace("-", "_")) for name in reader.module.OPTIONS}
        keys = {"source_id": given.pop("source_id"), "published": given.pop("published")}
        asked = reader.module.asked(countries) if countries else None
        found = _read(reader, file, countries=asked, **keys, **options).cleanable()
        earlier = _earlier(reader, compare, countries=asked, **options) if compare else None
        _finish(found, earlier, **given)

    parameters = [
        click.Argument(["file"], type=FILE),
        click.Option(["--published"], metavar="DATE", help="Date of publication; by default the one in the file."),
        click.Option(
            ["--source", "source_id"], metavar="ID", help="Id of the publication; by default made of the file."
        ),
        click.Option(["--country", "countries"], multiple=True, help="Only this country (repeatable)."),
        *(
            click.Option([f"--{name}"], multiple="(repeatable" in text, help=text)
            for name, text in reader.module.OPTIONS.items()
        ),
        click.Option(["--compare"], type=FILE, metavar="OTHER", help="Show the revisions against this earlier file."),
        click.Option(["--replace"], is_flag=True, help="Replace other claims of the same source and countries."),
        click.Option(["--dry-run"], is_flag=True, help="Show everything, write nothing."),
    ]
    command = click.Command(reader.name, params=parameters, callback=run, help=reader.title, short_help=reader.title)
    return raw_option(json_option(command))


def _earlier(reader: Reader, file: Path, **given: Any) -> TableImport:
    """Read a file to compare with; it may have no date of its own, and none is needed for that."""
    try:
        return _read(reader, file, **given)
    except ReaderError:
        return _read(reader, file, published="1900-01-01", **given)


def _read(reader: Reader, file: Path, **given: Any) -> TableImport:
    """Read a file, and say so where it looks like one of another reader."""
    try:
        found: TableImport = reader.module.read(file, **given)
    except ReaderError as error:
        other = reader
        with contextlib.suppress(ReaderError):
            other = reader_of(file)
        if other.name in (reader.name, READERS[-1].name):
            raise
        raise ReaderError(
            f"{error}\nit looks like another file: trafficking-stats import {other.name} {file}"
        ) from error
    return found


for _reader in READERS:
    import_command.add_command(_import_of(_reader))


def _finish(
    found: TableImport,
    earlier: TableImport | None,
    *,
    raw: Path | None,
    replace: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Show what was read and what changed, and write it."""
    folder = raw_folder(raw)
    name, revisions = _revisions_in(folder, found) if earlier is None else _revisions(earlier, found)
    if not as_json:
        click.echo(found.shown() if dry_run else str(found))
        if revisions is not None:
            click.echo(f"against {name}: {revisions}")
    if found.claims.empty:
        raise ReaderError(f"nothing can be imported: {len(found.skipped):,} of {found.n_rows:,} figures were skipped")
    path, changed, step = None, False, ""
    if dry_run:
        made = plan(found.claims, found.source, folder, replace=replace, countries=found.countries)
        step = _next_step(made, replace)
    else:
        path, changed = write_raw(found.claims, found.source, folder, replace=replace, countries=found.countries)
    if as_json:
        print_json({**_as_record(found, name, revisions, path, changed), **({"next": step} if dry_run else {})})
    elif path is None:
        click.echo(f"{step}\nnothing was written")
    else:
        click.echo(f"next: trafficking-stats clean{f' --raw {raw} --output FOLDER' if raw else ''}")
        click.echo(f"{path}: {'written' if changed else 'was there already, the same to the last byte'}")


def _next_step(made: Plan, replace: bool) -> str:
    """Say what the import would do without --dry-run."""
    if not made.files:
        return f"{made.path} has these claims already; there is nothing to do"
    if made.differing and not replace:
        return (
            f"{made.path} has {made.differing:,} other claims of this source: to import, say --replace, or give these"
            " another id with --source"
        )
    return "to import, say the same without --dry-run"


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
        old = claims_of_source(folder, name)
        both = set(old["country"]) & set(found.claims["country"])
        if name != identifier and both:
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
            "reasons": {
                kind: tables[kind]["reason"].value_counts().sort_index().to_dict() for kind in ("changed", "vanished")
            },
            "corrupt": revisions.corrupt["evidence"].tolist(),
        }
    return record
