"""Commands that bring figures in: extract, accept, import."""

from pathlib import Path
from typing import Any

import click

from trafficking_stats import paths
from trafficking_stats.claims import read_sources
from trafficking_stats.commands import options
from trafficking_stats.countries import is_country
from trafficking_stats.errors import ClaimError, ReaderError
from trafficking_stats.files import write_text
from trafficking_stats.readers import writing
from trafficking_stats.readers.narrative.lexicon import LANGUAGES
from trafficking_stats.readers.registry import READERS, Reader, read_file
from trafficking_stats.readers.revisions import Revisions, compare_releases, revised_since
from trafficking_stats.readers.tables import TableImport
from trafficking_stats.readers.triage import write_triage
from trafficking_stats.schema import SOURCE

raw_option = options.folder("--raw", text="Folder with sources.csv and claims/; by default data/raw of the checkout.")


def raw_folder(raw: Path | None) -> Path:
    """Return the folder of raw figures, or end the command where there is none to fall back on."""
    folder = raw or paths.raw_dir()
    if raw is None and not (folder / "claims").is_dir():
        raise click.UsageError("the raw figures are not installed with the package; name their folder with --raw")
    return folder


@click.command("extract")
@click.argument("file", type=options.DocumentFile())
@click.option("--source", "source_id", default="", metavar="ID", help="Id of the publication, as in sources.csv.")
@click.option("--country", type=options.COUNTRY, help="Country the text is about; by default the end of the source id.")
@click.option("--year", type=int, help="Year the text reports on; by default the one before the source's publication.")
@click.option("--language", type=click.Choice(sorted(LANGUAGES)), help="By default detected from the text.")
@options.folder("--output", "-o", "out", default=Path(), text="Folder of the review; by default the current one.")
@click.option("--replace", is_flag=True, help="Replace an older review of the same text.")
@click.option("--json", "as_json", is_flag=True, help="Print the proposals as JSON lines and write nothing.")
@raw_option
def extract_command(file: Path, source_id: str, out: Path, replace: bool, as_json: bool, **given: Any) -> None:
    """Propose claims from a document: PDF, Word, web page or text.

    Writes NAME-review.csv, in which you mark the rows to take with y and correct cells, and NAME-review.html, which
    shows each figure where it stands. `trafficking-stats accept` takes the marked rows.
    """
    from trafficking_stats.readers import narrative

    country = given["country"] or _country_of(source_id)
    if country and country != "EUU" and not is_country(country):
        raise click.BadParameter(f"{country!r} is no ISO 3166-1 alpha-3 code such as DNK", param_hint="--country")
    if not country:
        raise click.UsageError("--country: name the country the text is about, or --source with its code at the end")
    year = given["year"] or _year_before(source_id, given["raw"] or paths.raw_dir())
    if not year:
        raise click.UsageError("--year: name the year the text reports on (of a TIP report the edition minus 1)")
    document, about = narrative.read_document(file), {"source_id": source_id or file.stem, "country": country}
    proposals = narrative.extract(document.text, default_year=year, language=given["language"], **about)
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
    parts = reversed(source_id.upper().split("-"))
    return next((part for part in parts if len(part) == 3 and is_country(part)), "")


def _year_before(source_id: str, folder: Path) -> int | None:
    """Return the year before the publication of a known source."""
    if not source_id or not (folder / "sources.csv").is_file():
        return None
    published = read_sources(folder).set_index("source_id")["published"].get(source_id)
    return int(published[:4]) - 1 if published else None


@click.command("accept")
@click.argument("review", type=options.FILE)
@raw_option
@options.answering
def accept_command(review: Path, raw: Path | None) -> options.Answer:
    """Add the proposals you marked to the raw claims.

    REVIEW is a sheet of `trafficking-stats extract`. Rows marked y, yes, x, 1 or ja are checked and appended to
    claims/<source_id>.csv; doing it twice adds nothing.
    """
    from trafficking_stats.readers.narrative import accept

    done = accept(review, raw_folder(raw))
    if done.unknown_sources:
        click.echo(
            f"note: add a row to sources.csv for {', '.join(done.unknown_sources)}: {', '.join(SOURCE)}", err=True
        )
    if done.added + done.present == 0:
        text = f"no row of {review} is marked: write y into the column 'accept' of those to take"
    else:
        text = f"{done.added:,} claims added, {done.present:,} were there already"
    return options.Answer("\n".join([text, *map(str, done.files)]), done._asdict())


@click.group("import")
def import_command() -> None:
    """Import a data file: of UNODC, of Eurostat, or any table.

    Every figure becomes a claim or is skipped with the reason. --dry-run shows both and writes nothing.
    """


_COUNTRY = "Only this country (repeatable); of any table also the country of all rows, or the column it stands in."

_REMEDY = "give the new ones another id (--source), or replace the old ones (--replace)"


def _import_by(reader: Reader) -> click.Command:
    """Make the command of one reader."""

    def run(
        file: Path, compare: Path | None, triage: Path | None, raw: Path | None, as_json: bool, **given: Any
    ) -> None:
        replace, dry_run = given.pop("replace"), given.pop("dry_run")
        about = {name: given.pop(name) for name in ("source_id", "published")}
        given["countries"] = given["countries"] or None
        found, folder = read_file(reader, file, **about, **given), raw_folder(raw)
        compared = _compared(reader, compare, found, given) if compare else revised_since(folder, found)
        against, revisions = compared
        if not as_json:
            click.echo(found.shown() if dry_run else found)
            if revisions is not None:
                click.echo(f"against {against}: {revisions}")
        for path in write_triage(found, revisions, against, triage) if triage else ():
            click.echo(path, err=as_json)
        if found.claims.empty:
            skipped = f"{len(found.skipped):,} of {found.n_rows:,} figures were skipped"
            raise ReaderError(f"nothing can be imported: {skipped}")
        record = {**found.record, "revisions": None, "file": None, "changed": False}
        if revisions is not None:
            record["revisions"] = {"against": against, **revisions.record}
        said = {*found.said, *(name for name, value in about.items() if value)}
        lost = f"; {len(found.left_out):,} of {found.n_rows:,} figures are left out" if len(found.left_out) else ""
        what = (found.claims, found.source, folder)
        how = {"replace": replace, "countries": found.countries, "said": said, "remedy": _REMEDY}
        if dry_run:
            plan = writing.plan(*what, **how)
            present = f"{plan.path} has these claims already; there is nothing to do"
            step = "to import, say the same without --dry-run" if plan.files else present
            record["next"] = plan.hindrance or step
            told = f"{record['next']}\nnothing was written{lost}"
        else:
            record["file"], record["changed"] = writing.write_raw(*what, **how)
            state = "written" if record["changed"] else "was there already, the same to the last byte"
            folders = f" --raw {raw} --output FOLDER" if raw else ""
            told = f"next: trafficking-stats clean{folders}\n{record['file']}: {state}{lost}"
        options.print_answer(options.Answer(told, record), as_json)
        if found.unread:
            left = f"nothing can be imported of the columns {', '.join(found.unread)}"
            click.echo(f"warning: {left}; this ends with 1 until --value names every column to take", err=True)
            raise click.exceptions.Exit(1)

    parameters = [
        click.Argument(["file"], type=options.FILE),
        click.Option(["--published"], metavar="DATE", help="Date of publication; by default the one in the file."),
        click.Option(["--source", "source_id"], metavar="ID", help="Id of the publication; by default from the file."),
        click.Option(["--country", "countries"], multiple=True, help=_COUNTRY),
        *(
            click.Option([f"--{name}"], multiple="(repeatable" in text, help=text)
            for name, text in reader.options.items()
        ),
        click.Option(["--compare"], type=options.FILE, metavar="OTHER", help="Show the revisions against this file."),
        click.Option(["--triage"], type=options.FOLDER, help="Write what looks wrong in the file to this folder."),
        click.Option(["--replace"], is_flag=True, help="Replace other claims of the same source and countries."),
        click.Option(["--dry-run"], is_flag=True, help="Show everything, write nothing."),
    ]
    command = click.Command(reader.name, params=parameters, callback=run, help=reader.title, short_help=reader.title)
    return raw_option(options.json_option(command))


def _compared(reader: Reader, file: Path, found: TableImport, given: dict[str, Any]) -> tuple[str, Revisions | None]:
    """Compare with an earlier file, which may have no date of its own: none is needed to compare with."""
    try:
        earlier = read_file(reader, file, **given)
    except ReaderError:
        earlier = read_file(reader, file, published="1900-01-01", **given)
    return earlier.source["source_id"], compare_releases(earlier.claims, found.claims)


for _reader in READERS:
    import_command.add_command(_import_by(_reader))
