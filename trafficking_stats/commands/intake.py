"""Commands that bring figures in: extract, accept, import."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any

import click
import pandas as pd

from trafficking_stats import paths
from trafficking_stats.claims import read_sources
from trafficking_stats.commands.options import FILE, FOLDER, DocumentFile, json_option, print_json
from trafficking_stats.countries import is_country
from trafficking_stats.errors import ClaimError, ReaderError
from trafficking_stats.files import write_text
from trafficking_stats.readers.narrative.lexicon import LANGUAGES
from trafficking_stats.readers.registry import READERS, Reader, reader_of
from trafficking_stats.readers.revisions import Revisions, compare_releases
from trafficking_stats.readers.tables import TableImport
from trafficking_stats.readers.triage import write_triage
from trafficking_stats.readers.writing import Plan, claims_of_source, plan, write_raw
from trafficking_stats.schema import SOURCE

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

    Writes NAME-review.csv, in which you mark the rows to take with y and correct cells, and NAME-review.html, which
    shows each figure where it stands. `trafficking-stats accept` takes the marked rows.
    """
    from trafficking_stats.readers import narrative

    country = (country or _country_of(source_id)).upper()
    if country and country != "EUU" and not is_country(country):
        raise click.BadParameter(f"{country!r} is no ISO 3166-1 alpha-3 code such as DNK", param_hint="--country")
    if not country:
        raise click.UsageError("--country: name the country the text is about, or --source with its code at the end")
    year = year or _year_before(source_id, raw or paths.raw_dir())
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
    codes = [part.upper() for part in source_id.split("-") if len(part) == 3]
    return next((code for code in reversed(codes) if is_country(code)), "")


def _year_before(source_id: str, folder: Path) -> int | None:
    """Return the year before the publication of a known source."""
    if not source_id or not (folder / "sources.csv").is_file():
        return None
    published = read_sources(folder).set_index("source_id")["published"].get(source_id)
    return int(published[:4]) - 1 if published else None


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
        print_json(done._asdict())
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


_COUNTRY_HELP = "Only this country (repeatable); of any table also the country of all rows, or the column it stands in."


def _import_of(reader: Reader) -> click.Command:
    """Make the command of one reader."""

    def run(file: Path, compare: Path | None, countries: tuple[str, ...], **given: Any) -> None:
        options = {name: given.pop(name.replace("-", "_")) for name in reader.module.OPTIONS}
        options["countries"] = reader.module.asked(countries) if countries else None
        keys = {"source_id": given.pop("source_id"), "published": given.pop("published")}
        found = _read(reader, file, **keys, **options).cleanable()
        earlier = None
        if compare:
            try:
                earlier = _read(reader, compare, **options)
            except ReaderError:  # it may have no date of its own, and none is needed to compare with
                earlier = _read(reader, compare, published="1900-01-01", **options)
        _finish(found, earlier, **given)

    parameters = [
        click.Argument(["file"], type=FILE),
        click.Option(["--published"], metavar="DATE", help="Date of publication; by default the one in the file."),
        click.Option(
            ["--source", "source_id"], metavar="ID", help="Id of the publication; by default made of the file."
        ),
        click.Option(["--country", "countries"], multiple=True, help=_COUNTRY_HELP),
        *(
            click.Option([f"--{name}"], multiple="(repeatable" in text, help=text)
            for name, text in reader.module.OPTIONS.items()
        ),
        click.Option(["--compare"], type=FILE, metavar="OTHER", help="Show the revisions against this earlier file."),
        click.Option(["--triage"], type=FOLDER, help="Write what looks wrong in the file to this folder."),
        click.Option(["--replace"], is_flag=True, help="Replace other claims of the same source and countries."),
        click.Option(["--dry-run"], is_flag=True, help="Show everything, write nothing."),
    ]
    command = click.Command(reader.name, params=parameters, callback=run, help=reader.title, short_help=reader.title)
    return raw_option(json_option(command))


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
    triage: Path | None,
    replace: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Show what was read and what changed, and write it."""
    folder = raw_folder(raw)
    if earlier is None:
        name, revisions = _earlier_in(folder, found)
    else:
        name, revisions = earlier.source["source_id"], compare_releases(earlier.claims, found.claims)
    if not as_json:
        click.echo(found.shown() if dry_run else str(found))
        if revisions is not None:
            click.echo(f"against {name}: {revisions}")
    if triage:
        for path in write_triage(found, revisions, name, triage):
            click.echo(path, err=as_json)
    if found.claims.empty:
        raise ReaderError(f"nothing can be imported: {len(found.skipped):,} of {found.n_rows:,} figures were skipped")
    record = {**_as_record(found, name, revisions), "file": None, "changed": False}
    given: dict[str, Any] = {"replace": replace, "countries": found.countries}
    if dry_run:
        record["next"] = _next_step(plan(found.claims, found.source, folder, **given), replace)
        told = [record["next"], "nothing was written"]
    else:
        record["file"], record["changed"] = write_raw(found.claims, found.source, folder, **given)
        state = "written" if record["changed"] else "was there already, the same to the last byte"
        told = [
            f"next: trafficking-stats clean{f' --raw {raw} --output FOLDER' if raw else ''}",
            f"{record['file']}: {state}",
        ]
    if as_json:
        print_json(record)
    else:
        click.echo("\n".join(told))


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


def _earlier_in(folder: Path, found: TableImport) -> tuple[str, Revisions | None]:
    """Compare with the latest earlier release in the folder, on the countries that both are about."""
    if not (folder / "sources.csv").is_file():
        return "", None
    series = re.sub(r"-\d{4}(-\d{2})*$", "", found.source["source_id"])
    sources = read_sources(folder)
    alike = sources["source_id"].str.fullmatch(rf"{re.escape(series)}(-\d{{4}}(-\d{{2}})*)?")
    alike &= sources["publisher"] == found.source["publisher"]
    earlier = sources[alike & (sources["published"] < found.published)].sort_values("published", ascending=False)
    for name in earlier["source_id"]:
        old = claims_of_source(folder, name)
        both = set(old["country"]) & set(found.claims["country"])
        if both and name != found.source["source_id"]:
            return name, compare_releases(*(table[table["country"].isin(both)] for table in (old, found.claims)))
    return "", None


def _as_record(found: TableImport, name: str, revisions: Revisions | None) -> dict[str, Any]:
    """Say in numbers what was read and what changed."""
    record: dict[str, Any] = {
        "source": found.source,
        "published": found.published,
        "figures": found.n_rows,
        "claims": len(found.claims),
        "countries": found.claims["country"].nunique(),
        "by_indicator": _counts(found.claims["indicator"]),
        "skipped": found.reasons.set_index("reason")["rows"].to_dict(),
        "revisions": None,
    }
    if revisions is not None:
        record["revisions"] = {
            "against": name,
            **{kind: len(getattr(revisions, kind)) for kind in ("changed", "new", "vanished")},
            "reasons": {kind: _counts(getattr(revisions, kind)["reason"]) for kind in ("changed", "vanished")},
            "corrupt": revisions.corrupt["evidence"].tolist(),
        }
    return record


def _counts(names: pd.Series) -> dict[Any, int]:
    return names.value_counts().sort_index().to_dict()
