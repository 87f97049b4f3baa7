"""Options that several commands share, and how their answers are printed."""

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import click
import pandas as pd

from trafficking_stats import countries
from trafficking_stats.claims import load_claims, load_sources, read_claims, read_sources
from trafficking_stats.readers.documents.document import is_url
from trafficking_stats.reconciliation.methods import DEFAULT, METHODS
from trafficking_stats.reconciliation.reconciling import reconcile
from trafficking_stats.reconciliation.result import Reconciliation
from trafficking_stats.vocabulary import load_vocabulary
from trafficking_stats.wording import meant

Command = Callable[..., Any]
FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, exists=True, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)


class DocumentFile(click.Path):
    """A document that exists; an address of the web is told apart from a file that is missing."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, exists=True, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path, or end the command with exit code 2."""
        if is_url(value):
            self.fail(f"{value} is an address, not a file: save it first, then give the file", param, ctx)
        return super().convert(value, param, ctx)


COUNTRY = click.types.FuncParamType(countries.as_code)
COUNTRY.name = "country"  # as --help shows it


def check_indicator(_ctx: click.Context, _param: click.Parameter, measure: str) -> str:
    """Return an indicator, perhaps with a part, or end the command with exit code 2 and the nearest names."""
    name, known = measure.partition(";")[0], load_vocabulary().indicators
    if name not in known:
        raise click.BadParameter(f"there is no indicator {name!r}{meant(name, known, most=3)}")
    return measure


def folder(*names: str, text: str, default: Path | None = None) -> Command:
    """Make an option that names a folder."""
    return click.option(*names, type=FOLDER, default=default, show_default=default is not None, help=text)


def measure(name: str, default: str, text: str) -> Command:
    """Make an option that names an indicator, perhaps with a part."""
    return click.option(name, callback=check_indicator, default=default, show_default=True, help=text)


class Answer(NamedTuple):
    """What a command answers: in words, as a record or as JSON, and whether something is wrong (exit code 1)."""

    text: str
    record: Any
    failed: bool = False


data_option = click.option(
    "--data",
    type=FOLDER,
    metavar="FOLDER",
    help="Folder of raw figures like data/raw; by default the claims that ship with the package.",
)
limit_option = click.option(
    "--time-limit",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    help="Seconds of computing after which the search stops and says what is open; by default 60 for 10,000 figures.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")


def answering(command: Command) -> Command:
    """Add ``--json`` to a command, and print the `Answer` that it returns."""

    @json_option
    @functools.wraps(command)
    def run(as_json: bool, **given: Any) -> None:
        print_answer(command(**given), as_json)

    return run


def reconciling(command: Command) -> Command:
    """Add the options of a reconciliation, and give the command ``reconciled``: a function of countries, or of none."""

    @data_option
    @click.option(
        "--method", type=click.Choice(METHODS), default=DEFAULT, show_default=True, help="How clashes are resolved."
    )
    @limit_option
    @functools.wraps(command)
    def run(data: Path | None, method: str, time_limit: float | None, **given: Any) -> Any:
        def reconciled(*asked: str) -> Reconciliation:
            return reconcile(claims_of(data, *asked), method, time_limit=time_limit)

        return command(reconciled=reconciled, **given)

    return run


def claims_of(data: Path | None, *asked: str | None) -> pd.DataFrame:
    """Load the shipped claims or read those of a folder: all, or those on the countries asked for."""
    claims = load_claims() if data is None else read_claims(data)
    named = [countries.check_country(name, claims["country"]) for name in asked if name]
    return claims[claims["country"].isin(named)] if named else claims


def sources_of(data: Path | None) -> pd.DataFrame:
    """Load the shipped publications or read those of a folder."""
    return load_sources() if data is None else read_sources(data)


def as_text(table: pd.DataFrame, columns: list[str]) -> str:
    """Return some columns of a table for people."""
    return table[columns].to_string(index=False, na_rep="") if len(table) else "(nothing)"


def print_answer(answer: Answer, as_json: bool) -> None:
    """Print an answer as text or as JSON in a fixed form, tables as lists of rows, and set the exit code."""
    text = answer.record if as_json else answer.text
    if not isinstance(text, str):
        text = json.dumps(text, ensure_ascii=False, indent=2, default=_plain)
    click.echo(text)
    if answer.failed:
        raise click.exceptions.Exit(1)


def _plain(value: Any) -> Any:
    if isinstance(value, pd.DataFrame):
        return json.loads(value.to_json(orient="records", force_ascii=False, double_precision=15))
    return str(value) if isinstance(value, Path) else value.item()
