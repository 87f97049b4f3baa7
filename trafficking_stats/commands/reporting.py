"""The command that writes reports."""

from pathlib import Path
from typing import Any

import click

from trafficking_stats.commands import options
from trafficking_stats.reconciliation.methods import METHODS
from trafficking_stats.wording import counted

_NAMED = ("start", "end", "method", "exclude_sources", "prefer")
"""Parameters of the notebooks that have an option of their own."""


def _parameters(file: Path | None, pairs: tuple[tuple[str, str], ...], named: dict[str, Any]) -> dict[str, Any]:
    """Join parameters of a file, of pairs and of options; the later prevail."""
    from trafficking_stats.reporting.contract import read_parameter_file

    given = {name: value for name, value in named.items() if value not in (None, ())}
    joined = {**(read_parameter_file(file) if file else {}), **dict(pairs), **given}
    elsewhere = {"country": "name the countries as arguments", "language": "name languages with --language"}
    for name in elsewhere.keys() & joined.keys():
        raise click.UsageError(f"{name} is no parameter here: {elsewhere[name]}")
    return joined


@click.command("report")
@click.argument("countries", nargs=-1, metavar="COUNTRY...", type=options.COUNTRY)
@click.option("--all", "every", is_flag=True, help="Every country that has claims.")
@options.folder("--output", "-o", default=Path("reports"), text="Folder of the reports.")
@click.option("--language", "-l", multiple=True, default=("en",), show_default=True, help="Such as da, or en,da.")
@click.option("--start", type=int, help="First year.")
@click.option("--end", type=int, help="Last year.")
@click.option("--method", type=click.Choice(METHODS), help="How clashes are resolved.")
@click.option("--exclude-source", "exclude_sources", multiple=True, metavar="ID", help="A source to leave out.")
@click.option("--prefer", multiple=True, metavar="ID", help="Let a source weigh like a register (repeatable).")
@click.option(
    "--set",
    "-p",
    "pairs",
    nargs=2,
    multiple=True,
    metavar="NAME VALUE",
    help="Any parameter of the notebooks; A,B is a list, null is nothing.",
)
@click.option("--parameters", "-f", "file", type=options.NEW_FILE, help="Parameters in YAML.")
@click.option("--workers", type=click.IntRange(min=1), help="Pages at once; by default the number of cores.")
@click.option("--scheduler", metavar="tcp://HOST:PORT", help="A Dask scheduler whose cluster builds the pages.")
@click.option("--limit", type=click.IntRange(min=1), default=600, show_default=True, help="Seconds a cell may take.")
@click.option("--force", is_flag=True, help="Also write what is unchanged.")
@click.option("--pdf", is_flag=True, help="Also print each one-page brief, where Chromium is installed.")
@click.option("--check", is_flag=True, help="Write nothing; run three ways and compare every byte.")
def report_command(countries: tuple[str, ...], every: bool, output: Path, check: bool, **given: Any) -> None:
    """Write the HTML reports of countries, skipping what is unchanged.

    COUNTRY is a name or an ISO 3166-1 alpha-3 code such as DNK, or WORLD for the page on all countries. Each notebook
    becomes one self-contained HTML page in OUTPUT/COUNTRY, listed in OUTPUT/index.html. Countries, languages and
    parameters are checked before anything runs.
    A country that fails is then named in one line and the rest goes on; the exit code is 1. A run that was stopped goes
    on where it was when it is started again.
    """
    # imported here: --help need not wait for it
    from trafficking_stats.reporting import repeated, reports

    if every == bool(countries):
        raise click.UsageError("name countries, or --all")
    asked = None if every else countries
    parameters = _parameters(given.pop("file"), given.pop("pairs"), {name: given.pop(name) for name in _NAMED})
    if check:
        same = repeated.check(asked, language=given["language"], limit=given["limit"], **parameters)
        click.echo(f"{len(same)} files are the same in every run, byte for byte")
        return
    result = reports.run(asked, output, progress=True, **given, **parameters)
    for page in () if every else result.pages:
        click.echo(page)
    written = counted(len(result.written), "country", "countries")
    click.echo(f"{written} written, {len(result.skipped)} unchanged, {len(result.failures)} failed")
    click.echo(output / "index.html")
    if result.failures:
        raise click.exceptions.Exit(1)
