"""The layouts in which Eurostat's tables come, read into one: a row a figure, a column a dimension, always codes."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from trafficking_stats.errors import ReaderError
from trafficking_stats.layout import folded
from trafficking_stats.readers.sheets import WORKBOOKS, Row, csv_rows, read_text
from trafficking_stats.readers.tables import load_map

EUROSTAT = load_map("eurostat.toml")
"""How its codes and words are read."""

_NEEDED = {"geo": "geo", "time_period": "TIME_PERIOD", "obs_value": "OBS_VALUE"}
_FIGURE = ["TIME_PERIOD", "OBS_VALUE", "OBS_FLAG"]
_CODE = re.compile(r"[a-z][a-z0-9_]*")
_HIDDEN = ("C", "N", "S", "D")
_THOUSANDS = r"(?<=\d)[ ,\u00a0](?=\d{3}(?!\d))"


def read_layout(path: Path) -> tuple[pd.DataFrame, dict[str, str]]:
    """Read a table in any of the layouts.

    Parameters
    ----------
    path : pathlib.Path
        SDMX-CSV 1.0 or 2.0 with codes, labels or both; TSV; JSON-stat; a frame of the R or Python package ``eurostat``
        saved as CSV; or ``..._1_Data.csv`` of the Data Browser before 2023. Plain or gzip-compressed.

    Returns
    -------
    data : pandas.DataFrame
        Text: the dimensions in lower case, ``time_period``, ``obs_value``, ``obs_flag`` and ``row of file``.
    stated : dict of str to str
        ``flow`` and ``updated``, as far as the file says them.

    Raises
    ------
    ReaderError
        If the file is missing, has none of these layouts, or holds no figures.

    References
    ----------
    SDMX-CSV field guide of the SDMX Technical Working Group; JSON-stat 2.0; Eurostat, API Statistics.
    """
    if path.suffix.lower() in WORKBOOKS:
        raise ReaderError(
            f"{path}: a workbook, which Eurostat lays out for people; download the table as SDMX-CSV or TSV"
        )
    text = read_text(path)
    if text.lstrip().startswith("{"):
        header, body = _from_json(text, path)
    else:
        (_, header), *body = csv_rows(text, path)
        body = [(number, row) for number, row in body if any(row)]
        if any("\\" in cell for cell in header):
            header, body = _from_wide(header, body, path)
    data = _in_columns(header, body, path)
    if data.empty:
        raise ReaderError(f"{path}: the file holds no figures")
    stated = {key: str(data.pop(key).iloc[0]) for key in ("flow", "updated") if key in data}
    data["obs_flag"] = _flags(data, EUROSTAT["labels"]["obs_flag"])
    return data, stated


def _from_wide(header: list[str], body: list[Row], path: Path) -> tuple[list[str], list[Row]]:
    """Lay out a row a figure what has a row a series and a column a year: TSV, and the frames of the Python package."""
    at = next(at for at, cell in enumerate(header) if "\\" in cell)
    key, _, time = ",".join(header[: at + 1]).partition("\\")
    dimensions, periods = key.split(","), header[at + 1 :]
    if "geo" not in dimensions or time.lower() not in ("time", "time_period") or not periods:
        raise ReaderError(
            f"{path}: no layout of Eurostat's: the first line must begin with the dimensions,"
            rf" such as freq,leg_stat,sex,unit,geo\TIME_PERIOD, and go on with years; it begins {header[at]!r}"
        )
    figures: list[Row] = []
    for number, row in body:
        series, cells = ",".join(row[: at + 1]).split(","), row[at + 1 :]
        if len(series) != len(dimensions) or len(cells) != len(periods):
            raise ReaderError(
                f"{path}, line {number}: {len(series)} codes and {len(cells)} figures instead of"
                f" {len(dimensions)} and {len(periods)}"
            )
        printed = dict(zip(periods, cells, strict=True))
        for period in (name for name in periods if not name.endswith("_flag")):
            year = period.removesuffix("_value")
            value, _, flag = printed[period].partition(" ")
            flag = printed.get(f"{year}_flag", flag).replace(":", "")
            figures.append((number, [*(code.strip() for code in series), year, value, flag]))
    return [*dimensions, *_FIGURE], figures


def _from_json(text: str, path: Path) -> tuple[list[str], list[Row]]:
    """Lay out a row a figure what JSON-stat has in the order of all combinations of codes."""
    try:
        said = json.loads(text)
        if not {"geo", "time"} <= set(said["id"]):
            raise ValueError("there is no dimension geo or time")
        categories = [_categories(said["dimension"][name]["category"]) for name in said["id"]]
        values, status = (_by_place(said.get(key) or {}) for key in ("value", "status"))
        about = [
            str(said.get("extension", {}).get("id", "") or said.get("label", "")),
            str(said.get("updated", ""))[:10],
        ]
        figures = [
            (at + 1, [*about, *codes, _digits(values.get(at)), str(status.get(at) or "").replace(":", "")])
            for at, codes in enumerate(itertools.product(*categories))
            if at in values or at in status
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReaderError(f"{path}: not JSON-stat as Eurostat writes it: {type(error).__name__} {error}") from error
    return ["DATAFLOW", "LAST UPDATE", *said["id"], *_FIGURE[1:]], figures


def _categories(category: Mapping[str, Any]) -> list[str]:
    index = category.get("index", list(category.get("label", {})))
    return sorted(index, key=lambda code: index[code]) if isinstance(index, dict) else list(index)


def _by_place(values: Any) -> dict[int, Any]:
    pairs = values.items() if isinstance(values, dict) else enumerate(values)
    return {int(at): value for at, value in pairs if value is not None}


def _digits(value: Any) -> str:
    return "" if value is None else repr(value).removesuffix(".0") if isinstance(value, int | float) else str(value)


def _in_columns(header: list[str], body: list[Row], path: Path) -> pd.DataFrame:
    """Name the columns, and put codes for labels; a label that is not listed stays as it is."""
    is_older = "Value" in header  # the Data Browser before 2023 wrote codes in capitals, and separated thousands
    headings = {folded(label): name for name, listed in EUROSTAT["headings"].items() for label in listed}
    columns = [_heading(cell.lower() if is_older and cell.isupper() else cell, headings) for cell in header]
    missing = [printed for name, printed in _NEEDED.items() if name not in columns]
    if missing:
        raise ReaderError(f"{path}: no layout of Eurostat's: the first line has no {', '.join(missing)}")
    if len(set(header)) < len(header):
        raise ReaderError(f"{path}: the first line names a column twice")
    for number, row in body:
        if len(row) != len(header):
            raise ReaderError(f"{path}, line {number}: {len(row)} cells instead of {len(header)}")
    frame = pd.DataFrame([row for _, row in body], columns=range(len(header)), dtype=str)
    # a code has its label in the next column: the first column of a name holds the codes
    data = pd.DataFrame({name: frame[columns.index(name)] for name in dict.fromkeys(columns) if name})
    for column in data.columns.difference(["obs_value", "obs_flag"]):
        labels = {
            folded(label): code for code, listed in EUROSTAT["labels"].get(column, {}).items() for label in listed
        }
        data[column] = data[column].map({cell: _code(cell, labels) for cell in data[column].unique()})
    data["time_period"] = data["time_period"].str.replace(r"^(\d{4})(-01-01|-12-31|\.0)$", r"\1", regex=True)
    if is_older:
        data["obs_value"] = data["obs_value"].str.replace(_THOUSANDS, "", regex=True)
    return data.astype(str).assign(**{"row of file": [number for number, _ in body]})


def _heading(cell: str, headings: Mapping[str, str]) -> str:
    """Return the name of a column: a code in lower case, or that of a label; empty where it says nothing."""
    code = cell.split(":")[0].strip()
    return headings.get(folded(cell)) or headings.get(folded(code)) or (code if _CODE.fullmatch(code) else "")


def _code(cell: str, labels: Mapping[str, str]) -> str:
    return labels.get(folded(cell)) or re.sub(r"^([A-Z0-9_]+):\s.*", r"\1", cell).strip()


def _flags(data: pd.DataFrame, labels: Mapping[str, list[str]]) -> pd.Series:
    """Return the letters of the flags of each figure, and take the column of confidentiality into them."""
    printed = data.pop("obs_flag") if "obs_flag" in data else pd.Series("", index=data.index)
    letters = {cell: _letters(cell.lower(), labels) for cell in printed.unique()}
    flags = printed.map(letters)
    secret = data.pop("conf_status") if "conf_status" in data else pd.Series("", index=data.index)
    is_hidden = secret.str[:1].str.upper().isin(_HIDDEN) & ~flags.str.contains("c", regex=False)
    return flags.mask(is_hidden, flags + "c")


def _letters(cell: str, labels: Mapping[str, list[str]]) -> str:
    in_words = [flag for flag, listed in labels.items() if any(label in cell for label in listed)]
    if in_words and not re.match("[a-z]+:", cell):
        return "".join(in_words)
    return "" if cell in ("na", "nan", "none") else re.sub("[^a-z]", "", cell.split(":")[0])
