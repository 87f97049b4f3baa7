"""Options and output that several commands share."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pandas as pd

from trafficking_stats.claims import known_countries, load_claims, read_claims
from trafficking_stats.errors import ClaimError
from trafficking_stats.readers.documents.opening import is_url
from trafficking_stats.reconciliation.methods import DEFAULT, METHODS

FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, exists=True, path_type=Path)


class DocumentFile(click.Path):
    """A document that exists; an address of the web is told apart from a file that is missing."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, exists=True, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path, or end the command with exit code 2."""
        if is_url(value):
            self.fail(f"{value} is an address, not a file: save it first, then give the file", param, ctx)
        return super().convert(value, param, ctx)


data_option = click.option(
    "--data",
    type=FOLDER,
    metavar="FOLDER",
    help="Folder of raw figures like data/raw; by default the claims that ship with the package.",
)
method_option = click.option(
    "--method",
    type=click.Choice(METHODS),
    default=DEFAULT,
    show_default=True,
    help="How clashes are resolved.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")


def claims_of(data: Path | None) -> pd.DataFrame:
    """Load the shipped claims, or read those of a folder."""
    return load_claims() if data is None else read_claims(data)


def check_country(claims: pd.DataFrame, country: str) -> str:
    """Return the country in capitals, or end the command with exit code 2 and the list of those there are."""
    try:
        return known_countries(claims, country.upper())
    except ClaimError as error:
        raise click.BadParameter(str(error), param_hint="COUNTRY") from error


def print_table(
    table: pd.DataFrame, as_json: bool, columns: Callable[[pd.DataFrame], pd.DataFrame] | None = None
) -> None:
    """Print a table for people, or as JSON records."""
    if as_json:
        print_json(records(table))
        return
    shown = columns(table) if columns else table
    with pd.option_context("display.max_rows", None, "display.max_columns", None, "display.width", None):
        click.echo(shown.to_string(index=False, na_rep="") if len(shown) else "(nothing)")


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Turn a table into records of plain values, missing ones as None."""
    rows: list[dict[str, Any]] = json.loads(table.to_json(orient="records", force_ascii=False, double_precision=15))
    return rows


def print_json(value: Any) -> None:
    """Print a value as JSON in a fixed form."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
