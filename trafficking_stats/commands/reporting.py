"""Commands that write reports: report, batch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from trafficking_stats.commands.options import FOLDER
from trafficking_stats.errors import ReportError
from trafficking_stats.reconciliation.methods import METHODS

set_option = click.option(
    "--set",
    "-p",
    "pairs",
    nargs=2,
    multiple=True,
    metavar="NAME VALUE",
    help="Any parameter of the notebooks; A,B is a list.",
)
file_option = click.option(
    "--parameters", "-f", "file", type=click.Path(dir_okay=False, path_type=Path), help="Parameters in YAML."
)


def _parameters(file: Path | None, pairs: tuple[tuple[str, str], ...], **given: Any) -> dict[str, Any]:
    """Join parameters of a file, of pairs and of options; the later prevail. Tuples of names become lists."""
    from trafficking_stats.reporting.notebooks import read_parameter_file

    named = {name: value for name, value in given.items() if value is not None and value != ()}
    joined = {
        **(read_parameter_file(file) if file else {}),
        **dict(pairs),
        **{name: list(value) if isinstance(value, tuple) else value for name, value in named.items()},
    }
    if "country" in joined:
        raise click.UsageError("country is no parameter here: name the countries as arguments")
    return joined


def _check_before_running(countries: Sequence[str], given: dict[str, Any]) -> None:
    """End the command with exit code 2 if a country or a parameter is wrong."""
    from trafficking_stats.reporting import reports

    made = reports.plan()
    try:
        for country in countries:
            made.task(country, given)
    except ReportError as error:
        raise click.UsageError(str(error)) from error


@click.command("report")
@click.argument("countries", nargs=-1, required=True, metavar="COUNTRY...")
@click.option("--output", "-o", type=FOLDER, default=Path("reports"), show_default=True, help="Folder of the reports.")
@click.option("--start", type=int, help="First year.")
@click.option("--end", type=int, help="Last year.")
@click.option("--method", type=click.Choice(METHODS), help="How clashes are resolved.")
@click.option(
    "--exclude-source", "exclude_sources", multiple=True, metavar="ID", help="Leave a source out (repeatable)."
)
@click.option("--prefer", multiple=True, metavar="ID", help="Let a source weigh like a register (repeatable).")
@set_option
@file_option
@click.option("--check", is_flag=True, help="Write nothing; run three ways and compare every byte.")
def report_command(countries: tuple[str, ...], output: Path, check: bool, **parameters: Any) -> None:
    """Write the HTML reports of one or more countries.

    COUNTRY is an ISO 3166-1 alpha-3 code such as DNK. Each notebook becomes one self-contained HTML page in
    OUTPUT/COUNTRY, listed in OUTPUT/index.html.
    """
    # imported here: papermill and nbconvert take a second that --help need not wait for
    from trafficking_stats.reporting import reports

    given = _parameters(**parameters)
    codes = [country.upper() for country in countries]
    _check_before_running(codes, given)
    for code in codes:
        if check:
            same = reports.check(code, **given)
            click.echo(f"{code}: {len(same)} files are the same in every run, byte for byte")
            continue
        for page in reports.report(code, output, progress=True, **given):
            click.echo(page)
    if not check:
        click.echo(output / "index.html")


@click.command("batch")
@click.option("--countries", "-c", multiple=True, metavar="COUNTRY", help="A country (repeatable).")
@click.argument("more", nargs=-1, metavar="[COUNTRY...]")
@click.option("--all", "every", is_flag=True, help="Every country that has claims.")
@click.option("--output", "-o", type=FOLDER, default=Path("reports"), show_default=True, help="Folder of the reports.")
@click.option("--workers", type=click.IntRange(min=1), help="Reports at once; by default the number of cores.")
@click.option("--scheduler", metavar="tcp://HOST:PORT", help="A Dask scheduler whose cluster runs the reports.")
@set_option
@file_option
@click.option("--force", is_flag=True, help="Also write what is unchanged.")
def batch_command(
    countries: tuple[str, ...],
    more: tuple[str, ...],
    every: bool,
    output: Path,
    workers: int | None,
    scheduler: str | None,
    pairs: tuple[tuple[str, str], ...],
    file: Path | None,
    force: bool,
) -> None:
    """Write the reports of many countries, skipping what is unchanged.

    Countries and parameters are checked first. A country that fails is then named in one line and the rest goes on;
    the exit code is 1. A batch that was stopped goes on where it was when it is started again.
    """
    from trafficking_stats.reporting.batch import batch

    chosen = [code.upper() for code in (*countries, *more)]
    if every == bool(chosen):
        raise click.UsageError("name countries, or --all")
    parameters = _parameters(file, pairs)
    _check_before_running(chosen, parameters)
    result = batch(
        None if every else chosen, output, workers=workers, scheduler=scheduler, force=force, parameters=parameters
    )
    click.echo(
        f"{len(result.written)} pages written, {len(result.skipped)} countries unchanged, {len(result.failures)} failed"
    )
    if result.failures:
        raise click.exceptions.Exit(1)
