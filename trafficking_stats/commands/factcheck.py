"""The command factcheck."""

from __future__ import annotations

from pathlib import Path

import click

from trafficking_stats.commands.options import DocumentFile, check_country, claims_of, data_option, json_option
from trafficking_stats.fact_check.result import factcheck
from trafficking_stats.files import write_text


@click.command("factcheck")
@click.argument("file", type=DocumentFile())
@click.option("--country", required=True, help="ISO 3166-1 alpha-3 code of the country the document is about.")
@click.option("--year", type=click.IntRange(1990, 2100), help="The year it reports on, where the text does not say it.")
@click.option("--language", help="Language of the document; found by itself if not given.")
@click.option("--exclude-source", "exclude", multiple=True, help="A source to leave out of the record; repeatable.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write an HTML page here.")
@data_option
@json_option
def factcheck_command(
    file: Path,
    country: str,
    year: int | None,
    language: str | None,
    exclude: tuple[str, ...],
    output: Path | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """Check the figures and statements of a document against the record.

    It never says that a text is false: it says what the record holds. For instance:
    trafficking-stats factcheck article.pdf --country DNK -o article.html
    """
    claims = claims_of(data)
    code = check_country(claims, country)
    found = factcheck(file, code, year, language, claims=claims, exclude_sources=exclude)
    if output:
        write_text(output, found.html)
    click.echo(found.to_json() if as_json else str(found))
    if output and not as_json:
        click.echo(f"the page is {output}")
