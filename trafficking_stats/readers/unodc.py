"""UNODC's data file of the Global Report on Trafficking in Persons, read as claims."""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pandas as pd

from trafficking_stats.errors import ReaderError
from trafficking_stats.extras import needs
from trafficking_stats.readers.categories import categories, country_spellings, fold, is_country, slug
from trafficking_stats.readers.sheets import WORKBOOKS, csv_rows, sheets
from trafficking_stats.readers.tables import (
    NOT_ASKED_FOR,
    RAW_COLUMNS,
    TableImport,
    asked_codes,
    file_of,
    iso_date,
    load_map,
    looked_up,
    source_name,
    tell_apart,
    wanted_countries,
    years,
)

with needs("documents", "Reading a workbook"):
    from tqdm import tqdm

UnodcImport = TableImport
OPTIONS: dict[str, str] = {}
asked = asked_codes

_OPTIONAL = ("code", "origin")
_HEADER_WITHIN = 50
_CHUNK = 4096
_MASKED = re.compile(r"<\s*([0-9]+)")
_NUMBER = re.compile(r"[0-9]{1,3}(,[0-9]{3})+|[0-9]+(\.0{1,2})?")


def read_unodc(
    path: str | Path,
    *,
    source_id: str | None = None,
    published: str | None = None,
    countries: Collection[str] | None = None,
    progress: bool = False,
) -> UnodcImport:
    """Read a release of UNODC's ``data_glotip.xlsx`` as claims.

    Every figure of the file becomes a claim or a skipped row with its reason, never nothing. A count masked
    as ``<5`` becomes the value 5 with the qualifier ``less_than``. A label that the package's map lacks keeps
    a category of its own, so that two labels never share a cell.

    Where the file prints several rows of one label with different figures, each is kept under its own number
    (``row=1``, ``row=2``, ... in the breakdown): which of them is the whole, the file does not say. A row
    that prints the same figure again is skipped as a repeat.

    Parameters
    ----------
    path : str or pathlib.Path
        The workbook as released.
    source_id : str, optional
        Name of the publication; ``unodc-glotip-<year>-<month>`` of its date by default.
    published : str, optional
        ISO date of the release; by default the one in the banner above the header.
    countries : collection of str, optional
        Codes of ISO 3166-1 to read; all by default. Rows of other countries count as skipped.
    progress : bool
        Whether to show a progress bar on standard error.

    Returns
    -------
    UnodcImport
        The claims, the source, and the skipped rows.

    Raises
    ------
    ReaderError
        If the file is missing or no workbook, has no header with the expected columns, or neither its banner
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
    path = Path(path)
    names = load_map("unodc.toml")
    wanted = None if countries is None else wanted_countries(countries)
    data, banner = _sheet(path, names["columns"])
    date = iso_date(published, "the date of publication") if published else _banner_date(banner, path)
    identifier = source_name(source_id or names["source_id"].format(year=date[:4], month=date[5:7]))

    reason = pd.Series("", index=data.index)
    parts = []
    with tqdm(total=len(data), unit="row", desc=path.name, disable=not progress) as bar:
        spellings = country_spellings(names["names"])
        keys = _breakdowns(data, names)
        for start in range(0, len(data), _CHUNK):
            block = data.iloc[start : start + _CHUNK]
            parts.append(_claims(block, names, spellings, keys, wanted, reason))
            bar.update(len(block))
    claims = pd.concat(parts)
    _one_label_a_cell(claims, reason)
    _own_country(claims, reason, names)
    forms = {(name, label) for name, entry in names["dimensions"].items() for label in entry.get("several", ())}
    printed = zip(data.dimension, data.category, strict=True)
    tell_apart(claims, reason, pd.Series([pair in forms for pair in printed], index=data.index))

    kept = reason == ""
    skipped = pd.DataFrame({"row": data.index[~kept], "label": claims.loc[~kept, "locator"], "reason": reason[~kept]})
    source = {
        "source_id": identifier,
        "title": names["title"].format(date=date),
        "publisher": names["publisher"],
        "upstream": names["upstream"],
        "tier": names["tier"],
        "published": date,
        "edition": date[:7],
        "language": names["language"],
        "url": names["url"],
        **file_of(path),
        "note": names["note"],
    }
    claims = claims.loc[kept, list(RAW_COLUMNS)].reset_index(drop=True)
    claims.insert(0, "source_id", identifier)
    return UnodcImport(claims, source, date, len(data), skipped.reset_index(drop=True), wanted)


read = functools.partial(read_unodc, progress=True)
"""What the command calls."""


def is_own(path: Path) -> bool:
    """Whether a file has a header of UNODC's data file."""
    try:
        _sheet(path, load_map("unodc.toml")["columns"])
    except ReaderError:
        return False
    return True


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _sheet(path: Path, columns: dict[str, list[str]]) -> tuple[pd.DataFrame, list[list[Any]]]:
    """Return the table below the header as text, indexed by row number, and the rows above it."""
    tables = sheets(path) if path.suffix.lower() in WORKBOOKS else [("", csv_rows(path))]
    needed = [name for name in columns if name not in _OPTIONAL]
    best: tuple[int, str] = (-1, "the file has no row")
    for sheet, numbered in tables:
        place = f" of sheet {sheet!r}" if sheet else ""
        rows = [row for _, row in numbered]
        for at, row in enumerate(rows[:_HEADER_WITHIN]):
            found = _match(row, columns)
            missing = [columns[name][0] for name in needed if name not in found]
            if not missing:
                number = numbered[at][0]
                table = pd.DataFrame(rows[at + 1 :], index=[number for number, _ in numbered[at + 1 :]]).fillna("")
                filled = (table != "").any(axis=1)
                if not filled.any():
                    raise ReaderError(f"{path}: there are no rows below the header in row {number}{place}")
                data = pd.DataFrame({name: table[at].map(_text) for name, at in found.items()})
                return data[filled].reindex(columns=list(columns), fill_value=""), rows[:at]
            best = max(best, (len(found), f"row {numbered[at][0]}{place} lacks {', '.join(missing)}"))
    raise ReaderError(
        f"{path}: no header of UNODC's data file in the first {_HEADER_WITHIN} rows; "
        f"nearest to it, {best[1]}. Is it data_glotip.xlsx?"
    )


def _match(row: list[Any], columns: dict[str, list[str]]) -> dict[str, int]:
    printed = {_text(cell).casefold(): place for place, cell in reversed(list(enumerate(row)))}
    found = {}
    for name, headings in columns.items():
        for heading in headings:
            if heading.casefold() in printed:
                found[name] = printed[heading.casefold()]
                break
    return found


def _banner_date(banner: list[list[Any]], path: Path) -> str:
    for cell in (cell for row in banner for cell in row):
        if isinstance(cell, datetime.date):
            return cell.isoformat()[:10]
        match = re.fullmatch(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", _text(cell))
        if match:
            day, month, year = match.groups()
            return iso_date(f"{year}-{int(month):02d}-{int(day):02d}", f"the banner's date in {path.name}")
    raise ReaderError(f"{path}: no date above the header; name the date of the release: --published YYYY-MM-DD")


def _breakdowns(data: pd.DataFrame, names: dict[str, Any]) -> pd.DataFrame:
    """Return how every combination of dimension, category, sex and age in the file is keyed.

    The columns are ``breakdown``; ``own``, the breakdown with the label's own category in place of a country's
    code; and ``rank``, the label's rank among the spellings of its country.
    """
    kinds = data[["dimension", "category", "sex", "age"]].drop_duplicates()
    sex = {"Total": "", **categories(sorted(set(kinds.sex) - {"Total"}), names["sex"])}
    age = {"Total": "", **categories(sorted(set(kinds.age) - {"Total"}), names["age"])}
    spellings = country_spellings(names["names"], names["nationalities"], names["other_spellings"])
    taken = {"sex", "age", "row", *(entry["key"] for entry in names["dimensions"].values())}
    # category by dimension and label: key, category, own category, rank
    found: dict[tuple[str, str], tuple[str, str, str, int]] = {("Total", "Total"): ("", "", "", 0)}
    for dimension, labels in kinds.groupby("dimension", sort=True).category:
        entry = names["dimensions"].get(dimension, {})
        known = entry.get("categories", {})
        key = entry.get("key") or slug(str(dimension).removeprefix("by ").title())
        if not entry and key in taken:
            key = f"{key}_dimension"
        alias = {
            label: (category, at)
            for category, listed in entry.get("aliases", {}).items()
            for at, label in enumerate(listed, 1)
        }
        for label, own in categories(sorted(set(labels)), known).items():
            category, rank = own, 0
            if label in alias:
                category, rank = alias[label]
            elif entry.get("countries") and label not in known:
                category, rank = spellings.get(fold(label), (own, 0))
            found.setdefault((str(dimension), label), (key, category, own, rank))
    rows = []
    for dimension, label, printed_sex, printed_age in kinds.itertuples(index=False, name=None):
        key, category, own, rank = found[(dimension, label)]
        rest = {"sex": sex[printed_sex], "age": age[printed_age]}
        rows.append((_joined({key: category, **rest}), _joined({key: own, **rest}), rank))
    return pd.DataFrame(rows, columns=["breakdown", "own", "rank"], index=pd.MultiIndex.from_frame(kinds))


def _joined(pairs: dict[str, str]) -> str:
    return ";".join(f"{key}={pairs[key]}" for key in sorted(pairs) if pairs[key])


def _country(
    code: str, name: str, spellings: dict[str, tuple[str, int]], not_countries: dict[str, str]
) -> tuple[str, str]:
    """Return the alpha-3 code of a row and "", or "" and why it has none."""
    named, _ = spellings.get(fold(name), ("", 0))
    for printed in (name, code):
        if printed in not_countries and not named:
            return "", not_countries[printed]
    if code and not is_country(code):
        return (named, "") if named else ("", f"{code!r} ({name or 'no name'}) is no country of ISO 3166-1")
    if code and named and code != named:
        return "", f"the row has the code {code} and the name {name!r}, which is {named}"
    if code or named:
        return code or named, ""
    return "", f"{name!r} is no country of ISO 3166-1" if name else "the row names no country"


def _figure(text: str) -> tuple[float, str, str]:
    """Return value and qualifier of a printed figure and "", or why it is none."""
    if text == "":
        return float("nan"), "", "the row has no value"
    masked = _MASKED.fullmatch(text)
    if masked:
        return float(masked[1]), "less_than", ""
    if _NUMBER.fullmatch(text):
        return float(text.replace(",", "")), "exact", ""
    return float("nan"), "", f"the value {text!r} is not a whole number"


def _claims(
    block: pd.DataFrame,
    names: dict[str, Any],
    spellings: dict[str, tuple[str, int]],
    keys: pd.DataFrame,
    wanted: frozenset[str] | None,
    reason: pd.Series,
) -> pd.DataFrame:
    """Return claims for a block of rows, and note in ``reason`` which of them are none."""
    out = pd.DataFrame(index=block.index)

    def refuse(rows: pd.Series, why: pd.Series | str) -> None:
        rows = rows & (reason[rows.index] == "")
        reason.loc[rows.index[rows]] = why[rows] if isinstance(why, pd.Series) else why

    places = {
        pair: _country(pair[0], pair[1], spellings, names["not_countries"])
        for pair in block[["code", "country"]].drop_duplicates().itertuples(index=False, name=None)
    }
    pairs = pd.Series(list(zip(block.code, block.country, strict=True)), index=block.index)
    out["country"] = pairs.map(lambda pair: places[pair][0])
    refuse(out.country == "", pairs.map(lambda pair: places[pair][1]))
    if wanted is not None:
        refuse(~out.country.isin(wanted), NOT_ASKED_FOR)

    entries = names["indicators"]
    known = block.indicator.isin(list(entries))
    refuse(~known, "indicator " + block.indicator.map(repr) + " is not in the map of this reader")
    refuse(~block.unit.isin(list(names["units"])), "unit " + block.unit.map(repr) + " is not a count")
    year = pd.to_numeric(block.year, errors="coerce")
    valid = year.between(1900, 2100) & (year % 1 == 0)
    refuse(~valid, "the year is " + block.year.map(repr))
    figures = {text: _figure(text) for text in block.value.unique()}
    refuse(block.value.map(lambda text: figures[text][2]) != "", block.value.map(lambda text: figures[text][2]))

    out["indicator"] = looked_up(block.indicator, {label: entry["indicator"] for label, entry in entries.items()})
    note = looked_up(block.indicator, {label: entry["note"] for label, entry in entries.items()})
    for dimension, entry in names["dimensions"].items():
        here = block.dimension == dimension
        out.loc[here, "indicator"] = out.indicator[here].replace(entry.get("indicators", {}))
        if "note" in entry:
            note = note.mask(here, entry["note"])
    kind = pd.MultiIndex.from_frame(block[["dimension", "category", "sex", "age"]])
    for column in keys.columns:
        out[column] = keys[column].reindex(kind).to_numpy()
    out["period_start"], out["period_end"] = years(year.where(valid, 0).astype(int))
    out["value"] = block.value.map(lambda text: figures[text][0])
    out["qualifier"] = block.value.map(lambda text: figures[text][1])
    out["unit"] = looked_up(block.indicator, {label: entry["unit"] for label, entry in entries.items()})
    out["locator"] = "row " + block.indicator
    for column in ("dimension", "category", "sex", "age", "year"):
        out["locator"] += " / " + block[column]
    origin = block.origin.mask(block.origin != "", block.origin + " questionnaire")
    masked = pd.Series(names["masked_note"], index=block.index).where(out.qualifier == "less_than", "")
    out["scope_note"] = note.where((note == "") | (origin == ""), note + ", ") + origin
    out["scope_note"] += masked.where((masked == "") | (out.scope_note == ""), "; " + masked)
    return out


def _one_label_a_cell(claims: pd.DataFrame, reason: pd.Series) -> None:
    """Where two spellings of a country meet in a cell, leave the code to the better one."""
    cell = ["country", "indicator", "breakdown", "period_start"]
    kept = claims[reason == ""].sort_values(["rank", "own"], kind="stable")
    best = kept.groupby(cell, sort=False)["own"].transform("first")
    other = kept.index[kept["own"] != best]
    claims.loc[other, "breakdown"] = claims.loc[other, "own"]


def _own_country(claims: pd.DataFrame, reason: pd.Series, names: dict[str, Any]) -> None:
    """Give the reporting country's own name the category of nationals, unless another label has it in the cell."""
    for entry in names["dimensions"].values():
        if "own_country" not in entry:
            continue
        kept = claims[reason == ""]
        home = kept[kept.breakdown == entry["key"] + "=" + kept.country]
        national = home.assign(breakdown=f"{entry['key']}={entry['own_country']}")
        cell = ["country", "indicator", "breakdown", "period_start"]
        free = ~pd.MultiIndex.from_frame(national[cell]).isin(pd.MultiIndex.from_frame(kept[cell]))
        claims.loc[home.index[free], "breakdown"] = national.breakdown[free]
