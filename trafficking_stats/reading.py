"""A table laid out with one row a figure, read cell by cell: every figure is a claim, left out, or wrong."""

import functools
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import pandas as pd
from pandas.api.types import is_list_like, is_object_dtype

from trafficking_stats.areas import add_up
from trafficking_stats.breakdowns import canonical_breakdown
from trafficking_stats.claims import finish
from trafficking_stats.countries import country_code, meant_country
from trafficking_stats.dates import read_day, read_period, read_published
from trafficking_stats.errors import ClaimError
from trafficking_stats.headings import DIMENSION, Columns, category_named, folded, indicator_meant, indicator_named
from trafficking_stats.layout import long_table
from trafficking_stats.ledger import Cells
from trafficking_stats.printed import WORDS, NoFigureError, UnreadableError, plain, read_figure
from trafficking_stats.schema import CELL, RANGE_END, as_id
from trafficking_stats.vocabulary import Vocabulary

_CELL = ["source_id", *CELL]
_FIGURE = ["value", RANGE_END, "qualifier"]
_TOTALS = WORDS["totals"]["words"]
_WAYS = {"fill": "table[COLUMN] = table[COLUMN].ffill()", "value": "value={{'{column}': 'INDICATOR', ...}}"}
_FAR_AHEAD = 20  # years: budgets and plans reach less far


class Read(NamedTuple):
    """What a table says.

    Attributes
    ----------
    claims : pandas.DataFrame
        The claims.
    skipped, wrong : pandas.DataFrame
        Figures left out, and figures that cannot be read: ``row`` (label of its index), ``label`` (its heading) and
        ``reason``.
    n_rows : int
        How many figures the table has.
    unclear : tuple of str
        Figures that can be read in two ways, in words.
    unread : tuple of str
        Columns of figures of which nothing says what they count.
    """

    claims: pd.DataFrame
    skipped: pd.DataFrame
    wrong: pd.DataFrame
    n_rows: int
    unclear: tuple[str, ...]
    unread: tuple[str, ...]


def check_frame(table: object) -> None:
    """Raise `ClaimError` if a table is none, names a column twice, or has a cell that is a list."""
    if not isinstance(table, pd.DataFrame):
        raise ClaimError(f"claims must be a pandas.DataFrame such as load_claims gives, not {type(table).__name__}")
    twice = sorted({str(name) for name in table.columns[table.columns.duplicated()]})
    if twice:
        raise ClaimError(f"the table has two columns of one name: {', '.join(twice)}; rename or drop one of each")
    for name in table:
        if is_object_dtype(table[name]) and table[name].map(is_list_like).any():
            raise ClaimError(f"column {name}: a cell holds a list; it must be a single value")


def read_frame(
    table: pd.DataFrame,
    columns: Columns,
    vocabulary: Vocabulary,
    about: Mapping[str, str] = MappingProxyType({}),
    ways: Mapping[str, str] = _WAYS,
) -> Read:
    """Read a table figure by figure and keep apart what cannot be read; see `claims_from`.

    ``about`` gives fields one value whatever columns there are; ``ways`` are what one types to fill
    empty cells (``fill``) and to say what a column holds (``value``).
    """
    check_frame(table)
    long = long_table(table, columns, vocabulary, about)
    _check_fields(long, table, columns)
    rows = Cells(long, columns.get("labels") or {}, ways["fill"])
    for at in long.index[long["unread"].astype(bool)]:
        name = long["column"][at]
        say = f"say what each column of figures holds ({ways['value'].format(column=name)})"
        rows.skip(at, f"the heading {name!r} is no indicator, year or category; {say}")
    claims = pd.DataFrame(index=long.index)
    claims["country"] = rows.read("country", _country)
    claims["indicator"] = rows.read("indicator", functools.partial(_indicator, vocabulary))
    claims["breakdown"] = _breakdowns(rows, vocabulary)
    claims["period_start"], claims["period_end"] = _periods(rows, columns.get("fiscal_year"))
    _set_figures(claims, rows, columns.get("decimal"))
    units = {name: entry.unit for name, entry in vocabulary.indicators.items()}
    claims["unit"] = rows.text("unit", claims["indicator"].map(units))
    column = ", " + long["column"] if long["column"].nunique() > 1 else ""
    claims["locator"] = rows.text("locator", "row " + long["row"].map(str) + column)
    notes = rows.text("note", "")
    claims["scope_note"] = ["; ".join(filter(None, [notes[at], *rows.marks.get(at, ())])) for at in long.index]
    claims["source_id"] = rows.read("source", _source_id, marked=False)
    claims["publisher"] = rows.text("publisher", long["source"].map(plain))
    claims["upstream"] = rows.text("upstream", claims["publisher"])
    claims["tier"] = rows.text("tier", "publisher")
    claims["published"] = rows.read("published", read_published, marked=False) if "published" in long else ""
    kept = rows.kept(claims)
    if "area" in long:
        kept, left_out = add_up(claims, kept, long, rows.wrong)
        for at, reason in left_out.items():
            rows.skip(at, reason)
    rows.check(kept, vocabulary)
    _refuse_far_ahead(rows.kept(kept), rows)
    kept = _once(rows.kept(kept), rows)
    skipped, wrong = rows.told(rows.skipped), rows.told(rows.wrong)
    unread = tuple(long["column"][long["unread"].astype(bool)].unique())
    return Read(finish(kept, vocabulary), skipped, wrong, len(long), tuple(rows.unclear), unread)


def _check_fields(long: pd.DataFrame, table: pd.DataFrame, columns: Columns) -> None:
    """Say which field nobody gives, and which columns nobody named."""
    missing = [field for field in ("source", "country", "indicator") if field not in long]
    if "year" not in long and not {"start", "end"} <= set(long):
        missing.append("year, or start and end")
    if missing:
        named = [given for given in columns.values() if isinstance(given, str)]
        there = ", ".join(str(name) for name in table if name not in named)
        raise ClaimError(
            f"nothing gives the {', the '.join(missing)}: name a column or give a value for all rows, such as"
            f" {missing[0].split(',')[0]}='...'; the columns are: {there}"
        )


def _country(cell: object) -> str:
    name = plain(cell)
    if code := country_code(name):
        return code
    raise UnreadableError(f"a country: its ISO 3166-1 code or its name in English{meant_country(name)}")


def _indicator(vocabulary: Vocabulary, cell: object) -> str:
    if name := indicator_named(plain(cell), vocabulary):
        return name
    raise UnreadableError(f"one of the indicators of the vocabulary{indicator_meant(cell, vocabulary)}")


def _category(key: str, vocabulary: Vocabulary, cell: object) -> str:
    label = plain(cell)
    if (category := category_named(key, label, vocabulary)) or folded(label) in _TOTALS:
        return category
    listed = ", ".join(vocabulary.dimensions[key].categories)
    raise UnreadableError(f"a category of {key}: {listed}; or say in labels.{key} what {label!r} means")


def _breakdowns(rows: Cells, vocabulary: Vocabulary) -> list[str]:
    """Join what the column of breakdowns and those of the dimensions say."""
    said: list[Any] = [rows.text("breakdown", "")]
    for column in (str(name) for name in rows.long if str(name).startswith(DIMENSION)):
        key = column.removeprefix(DIMENSION)
        found = rows.read(column, functools.partial(_category, key, vocabulary))
        said.append([f"{key}={category}" if category else "" for category in found])
    return [canonical_breakdown(";".join(parts)) for parts in zip(*said, strict=True)]


def _periods(rows: Cells, fiscal_year: int | None) -> tuple[list[str], list[str]]:
    """Read the periods: two days where the table has them, else a year."""
    if {"start", "end"} <= set(rows.long):
        starts = rows.read("start", lambda cell: read_day(cell) if plain(cell) else "")  # "": since records began
        return starts, rows.read("end", read_day)
    periods = rows.read("year", functools.partial(_period, fiscal_year))
    return [period[0] if period else "" for period in periods], [period[1] if period else "" for period in periods]


def _period(fiscal_year: int | None, cell: object) -> tuple[str, str]:
    if plain(cell) and folded(cell) in _TOTALS:
        raise NoFigureError(f"{plain(cell)!r} is no year but a sum of several")
    return read_period(cell, fiscal_year)


def _set_figures(claims: pd.DataFrame, rows: Cells, decimal: str | None) -> None:
    """Read the figures; the qualifier and the other end of a range may have columns of their own."""
    figures = rows.read("value", lambda cell: read_figure(cell, decimal))
    claims["value"] = [figure and figure.value for figure in figures]
    upper = pd.Series([figure.upper if figure else None for figure in figures], dtype=object)
    claims[RANGE_END] = rows.text(RANGE_END, upper.where(upper.notna(), ""))
    said = pd.Series([figure.qualifier if figure else "" for figure in figures], dtype=object)
    is_range = (said == "exact") & (claims[RANGE_END] != "")
    claims["qualifier"] = rows.text("qualifier", said.mask(is_range, "between"))
    for at in claims.index[(claims["qualifier"] != said) & ~said.isin(["exact", ""])]:
        rows.refuse(at, f"column qualifier, value {claims['qualifier'][at]!r}: the figure itself says {said[at]}")


def _refuse_far_ahead(claims: pd.DataFrame, rows: Cells) -> None:
    """Refuse what ends decades after its publication: a year of another calendar."""
    for at, end, published in zip(claims.index, claims["period_end"], claims["published"], strict=True):
        if published and int(end[:4]) > int(published[:4]) + _FAR_AHEAD:
            why = f"must not lie decades after the publication, {published}; it must be a year of our calendar"
            rows.refuse(at, f"column year, value {end[:4]!r}: {why}")


def _source_id(cell: object) -> str:
    if found := as_id(plain(cell)):
        return found
    raise UnreadableError("the id or the name of a source")


def _once(kept: pd.DataFrame, rows: Cells) -> pd.DataFrame:
    """Leave out figures that stand there already; refuse different ones of a cell that something unread tells apart."""
    row, column = rows.long["row"].map(str), rows.long["column"]
    first = kept.assign(at=kept.index).groupby(_CELL + _FIGURE, sort=False)["at"].transform("first")
    for at in kept.index[first != kept.index]:
        rows.skip(at, f"prints again the figure of row {row[first[at]]}")
    kept = rows.kept(kept)
    several = kept[kept.duplicated(_CELL, keep=False)]
    if several.empty:
        return kept
    apart = pd.Series(zip(column, rows.long["rest"], strict=True), rows.long.index, dtype=object)
    place = row + " (" + column + ")" if column.nunique() > 1 else row
    cells = several.assign(place=place, apart=apart).groupby(_CELL, sort=False)
    places, n_apart = cells["place"].transform(", ".join), cells["apart"].transform("nunique")
    for at in several.index[n_apart > 1]:
        rows.refuse(
            at,
            f"rows {places[at]} give different figures for one cell; say what tells them apart"
            " (breakdown='...' or area='...')",
        )
    return rows.kept(kept)
