"""UNODC's data file of the Global Report on Trafficking in Persons, read as claims."""

import datetime
import functools
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pandas as pd

from trafficking_stats.countries import country_code, is_country
from trafficking_stats.errors import ReaderError
from trafficking_stats.headings import headed
from trafficking_stats.printed import plain
from trafficking_stats.readers.draft import Draft
from trafficking_stats.readers.header import below_header
from trafficking_stats.readers.sheets import tables_in
from trafficking_stats.readers.tables import TableImport, iso_date, load_map, source_row, wanted_countries
from trafficking_stats.wording import without_accents

_MAP = load_map("unodc.toml")
_OPTIONAL = ("code", "origin")
_NOT_IN_MAP = "{} {{!r}} is not in the map of this reader"
_MASKED = r"<\s*[0-9]+"
_WHOLE = r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+(?:\.0{1,2})?"


def read_unodc(
    path: str | Path,
    *,
    source_id: str | None = None,
    published: str | None = None,
    countries: Collection[str] | None = None,
) -> TableImport:
    """Read a release of UNODC's ``data_glotip.xlsx`` as claims.

    Every figure of the file becomes a claim or a skipped row with its reason, never nothing. A count masked
    as ``<5`` becomes the value 5 with the qualifier ``less_than``. A country's name that the package's map
    lacks keeps a category of its own, so that two labels never share a cell.

    Where the file prints several rows of one label with different figures, each is kept under its own number
    (``row=1``, ``row=2``, ... in the breakdown): which of them is the whole, the file does not say. A row
    that prints the same figure again is skipped as a repeat.

    Parameters
    ----------
    path : str or pathlib.Path
        The workbook as released, or the CSV of the portal.
    source_id : str, optional
        Name of the publication; ``unodc-glotip-<year>-<month>`` of its date by default.
    published : str, optional
        ISO date of the release; by default the one in the banner above the header.
    countries : collection of str, optional
        Countries to read, by code or name; all by default. Rows of other countries count as skipped.

    Returns
    -------
    TableImport
        The claims, the source, and the skipped rows.

    Raises
    ------
    ReaderError
        If the file is missing or no table, has no header with the expected columns, or neither its banner
        nor ``published`` gives a date.

    References
    ----------
    UNODC, Global Report on Trafficking in Persons, statistical annex (data_glotip.xlsx).

    Examples
    --------
    >>> read_unodc("no/such/data_glotip.xlsx")
    Traceback (most recent call last):
    trafficking_stats.errors.ReaderError: no/such/data_glotip.xlsx: there is no such file
    """
    path, wanted = Path(path), wanted_countries(countries)
    data, banner = open_release(path)
    date = iso_date(published) if published else _banner_date(banner, path)
    draft = Draft(pd.Series(data.index, index=data.index))
    pairs = pd.Series(list(zip(data["code"], data["country"], strict=True)), index=data.index)
    draft.set_countries(pairs, lambda pair: _place(*pair), wanted)
    _set_what_is_counted(draft, data)
    draft.set_years(data["year"], "the year is {!r}")
    _set_figures(draft, data["value"])
    _break_down(draft, data)
    labels = data[["dimension", "category", "sex", "age", "year"]]
    draft.claims["locator"] = "row " + data["indicator"].str.cat(labels, sep=" / ")
    draft.add_note(data["origin"].mask(data["origin"] != "", data["origin"] + " questionnaire"), ", ")
    draft.add_note((draft.claims["qualifier"] == "less_than").map({True: _MAP["masked_note"], False: ""}))
    forms = [(name, label) for name, entry in _MAP["dimensions"].items() for label in entry.get("several", ())]
    several = pd.MultiIndex.from_frame(data[["dimension", "category"]]).isin(forms)
    return draft.finish(source_row(path, _MAP["source"], date, source_id, {}), wanted, several)


def open_release(path: Path) -> tuple[pd.DataFrame, list[Any]]:
    """Return the table below the header as text, indexed by row number, and the cells above it.

    Raises
    ------
    ReaderError
        If the file is no table, or has no header of UNODC's data file.
    """
    columns: dict[str, list[str]] = _MAP["columns"]
    faults = []
    for sheet, rows in tables_in(path):
        try:
            table = below_header(rows, "", path)
        except ReaderError as error:
            faults.append(str(error))
            continue
        found = {name: heading for name, listed in columns.items() if (heading := headed(table, listed))}
        missing = [listed[0] for name, listed in columns.items() if name not in found and name not in _OPTIONAL]
        if not missing:
            text = {
                name: table[heading].map({cell: plain(cell) for cell in table[heading].unique()})
                for name, heading in found.items()
            }
            data = pd.DataFrame(text).reindex(columns=list(columns), fill_value="")
            return data, [cell for number, cells in rows if number < data.index[0] for cell in cells]
        faults.append(f"the header above row {table.index[0]} of sheet {sheet!r} lacks {', '.join(missing)}")
    raise ReaderError(f"{path}: no header of UNODC's data file, data_glotip.xlsx: {'; '.join(faults)}")


def _banner_date(banner: list[Any], path: Path) -> str:
    for cell in banner:
        if isinstance(cell, datetime.date):
            return cell.isoformat()[:10]
        if match := re.fullmatch(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", plain(cell)):
            day, month, year = match.groups()
            return iso_date(f"{year}-{int(month):02d}-{int(day):02d}", f"the banner's date in {path.name}")
    raise ReaderError(f"{path}: no date above the header; name the date of the release: --published YYYY-MM-DD")


@functools.cache
def _spellings() -> dict[str, tuple[str, int]]:
    """Return the country of each spelling, and its rank: names before nationalities, those before slips of the pen."""
    spellings: dict[str, tuple[str, int]] = {}
    for rank, table in ((0, "names"), (200, "nationalities"), (400, "other_spellings")):
        for country, listed in _MAP[table].items():
            for at, spelling in enumerate(listed):
                spellings.setdefault(_folded(spelling), (country, rank + at))
    return spellings


def _folded(name: str) -> str:
    return without_accents(name).casefold().replace("’", "'").strip()


def _country_of(label: str) -> tuple[str, int]:
    return _spellings().get(_folded(label)) or (country_code(label), 100)


def _place(code: str, name: str) -> tuple[str, str]:
    """Return the alpha-3 code of a row and "", or "" and why it has none."""
    named, is_code = _country_of(name)[0], is_country(code)
    if is_code and named and code != named:
        return "", f"the row has the code {code} and the name {name!r}, which is {named}"
    if not named and (why := _MAP["not_countries"].get(name) or _MAP["not_countries"].get(code)):
        return "", why
    if named or is_code:
        return named or code, ""
    if code:
        return "", f"{code!r} ({name or 'no name'}) is no country of ISO 3166-1"
    return "", f"{name!r} is no country of ISO 3166-1" if name else "the row names no country"


def _set_what_is_counted(draft: Draft, data: pd.DataFrame) -> None:
    """Set indicator and unit; some indicators count something else along one of their dimensions."""
    entries, indicator = _MAP["indicators"], data["indicator"]
    draft.leave_out(~indicator.isin(list(entries)), _NOT_IN_MAP.format("indicator"), indicator)
    draft.leave_out(~data["unit"].isin(_MAP["units"]), "unit {!r} is not a count", data["unit"])
    apart = indicator + " " + data["dimension"]
    draft.set_indicators(apart.where(apart.isin(list(entries)), indicator), entries)


def _set_figures(draft: Draft, printed: pd.Series) -> None:
    masked, whole = printed.str.fullmatch(_MASKED), printed.str.fullmatch(_WHOLE)
    draft.leave_out(printed == "", "the row has no value")
    draft.leave_out(~masked & ~whole, "the value {!r} is not a whole number", printed)
    digits = printed.str.replace(r"[<,\s]", "", regex=True)
    draft.claims["value"] = pd.to_numeric(digits.where(masked | whole), errors="coerce").astype(float)
    draft.claims["qualifier"] = masked.map({True: "less_than", False: "exact"})


def _break_down(draft: Draft, data: pd.DataFrame) -> None:
    """Break figures down by sex, by age, and by the dimension that the file names in each row."""
    entries, dimension = _MAP["dimensions"], data["dimension"]
    is_whole = (dimension == "Total") & (data["category"] == "Total")
    draft.leave_out(~is_whole & ~dimension.isin(list(entries)), _NOT_IN_MAP.format("dimension"), dimension)
    for key in ("sex", "age"):
        draft.break_down(key, data[key].where(data[key] != "Total"), {"categories": _MAP[key]})
    for name, entry in entries.items():
        draft.break_down(entry["key"], data["category"].where(dimension == name), entry, _country_of)
