"""Options and output that several commands share."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import Any

import click
import pandas as pd

from trafficking_stats import countries
from trafficking_stats.claims import load_claims, read_claims
from trafficking_stats.readers.documents.opening import is_url
from trafficking_stats.reconciliation.methods import DEFAULT, METHODS
from trafficking_stats.vocabulary import load_vocabulary

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
limit_option = click.option(
    "--time-limit",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    help="Seconds of computing after which the search stops and says what is open; by default 60 for 10,000 figures.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")


def claims_of(data: Path | None, *asked: str) -> pd.DataFrame:
    """Load the shipped claims or read those of a folder: all, or those on the countries asked for."""
    claims = load_claims() if data is None else read_claims(data)
    return claims[claims["country"].isin([check_country(claims, name) for name in asked])] if asked else claims


def check_country(claims: pd.DataFrame, country: str) -> str:
    """Return the country in capitals, or end the command with exit code 2 and the list of those there are."""
    return countries.check_country(country.upper(), claims["country"])


def check_indicator(name: str) -> None:
    """End the command with exit code 2 and the nearest names where an indicator does not exist."""
    known = load_vocabulary().indicators
    if name not in known:
        near = difflib.get_close_matches(name, list(known), n=3)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise click.BadParameter(f"there is no indicator {name!r}{hint}")


def print_table(table: pd.DataFrame, columns: list[str]) -> None:
    """Print some columns of a table for people."""
    with pd.option_context("display.max_rows", None, "display.max_columns", None, "display.width", None):
        click.echo(table[columns].to_string(index=False, na_rep="") if len(table) else "(nothing)")


def print_json(value: Any) -> None:
    """Print a value as JSON in a fixed form, tables as lists of rows."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: Any) -> Any:
    if isinstance(value, pd.DataFrame):
        return json.loads(value.to_json(orient="records", force_ascii=False, double_precision=15))
    return str(value) if isinstance(value, Path) else value.item()
