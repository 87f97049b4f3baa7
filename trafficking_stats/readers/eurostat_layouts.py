"""The layouts in which Eurostat's tables come, read into one: a row a figure, a column a dimension, always codes."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from trafficking_stats.errors import ReaderError
from trafficking_stats.layout import folded
from trafficking_stats.readers.sheets import Row, csv_rows, read_text

_NEEDED = {"geo": "geo", "time_period": "TIME_PERIOD", "obs_value": "OBS_VALUE"}
_CODE = re.compile(r"[a-z][a-z0-9_]*")


def read_layout(path: Path, names: dict[str, Any]) -> tuple[pd.DataFrame, dict[str, str]]:
    """Read a table in any of the layouts.

    Parameters
    ----------
    path : pathlib.Path
        SDMX-CSV 1.0 or 2.0 with codes, labels or both; TSV; JSON-stat; a frame of the R or Python package ``eurostat``
        saved as CSV; or ``..._1_Data.csv`` of the Data Browser before 2023. Plain or gzip-compressed.
    names : dict
        ``headings`` and ``labels`` of ``eurostat.toml``.

    Returns
    -------
    data : pandas.DataFrame
        Text: the dimensions in lower case, ``time_period``, ``obs_value``, ``obs_flag`` and ``row of file``.
    stated : dict of str to str
        ``flow`` and ``updated``, as far as the file says them.

    Raises
    ------
    ReaderError
        If the file is missing, or has none of these layouts.

    References
    ----------
    SDMX-CSV field guide of the SDMX Technical Working Group; JSON-stat 2.0; Eurostat, API Statistics.
    """
    text = read_text(path)
    if text.lstrip().startswith("{"):
        return _from_json(text, path, names)
    rows = csv_rows(path, "\t" if "\t" in text.split("\n", 1)[0] else None)
    (_, header), *body = rows
    body = [(number, row) for number, row in body if any(row)]
    if any("\\" in cell for cell in header):
        return _from_wide(header, body, path, names), {}
    return _from_long(header, body, path, names)


def _from_long(
    header: list[str], body: list[Row], path: Path, names: dict[str, Any]
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Read one row a figure."""
    is_older = "Value" in header  # the Data Browser before 2023 writes codes in capitals
    columns = [_heading(cell.lower() if is_older and cell.isupper() else cell, names) for cell in header]
    missing = [name for key, name in _NEEDED.items() if key not in columns]
    if missing:
        raise ReaderError(f"{path}: no layout of Eurostat's: the first line has no {', '.join(missing)}")
    if len(set(header)) < len(header):
        raise ReaderError(f"{path}: the first line names a column twice")
    for number, row in body:
        if len(row) != len(header):
            raise ReaderError(f"{path}, line {number}: {len(row)} cells instead of {len(header)}")
    frame = pd.DataFrame([row for _, row in body], columns=range(len(header)), dtype=str)
    # a code has its label in the next column: the first column of a name holds the codes
    place = {name: at for at, name in reversed(list(enumerate(columns))) if name}
    stated: dict[str, str] = {
        key: str(frame[place[key]].iloc[0]) for key in ("flow", "updated") if key in place and len(frame)
    }
    data = pd.DataFrame(
        {
            name: frame[at]
            for name, at in sorted(place.items(), key=lambda item: item[1])
            if name not in ("flow", "updated")
        }
    )
    if is_older:  # and separates thousands
        data["obs_value"] = data["obs_value"].str.replace(r"(?<=\d)[ ,\u00a0](?=\d{3}(?!\d))", "", regex=True)
    secret = data.pop("conf_status") if "conf_status" in data else pd.Series("", index=data.index)
    flag = data.pop("obs_flag") if "obs_flag" in data else pd.Series("", index=data.index)
    flag = (
        flag.replace(["NA", "nan", "None"], "").str.split(":").str[0].str.lower().str.replace(r"[^a-z]", "", regex=True)
    )
    hidden = secret.str[:1].str.upper().isin(["C", "N", "S", "D"])
    data["obs_flag"] = flag.where(~hidden | flag.str.contains("c"), flag + "c")
    data["row of file"] = [number for number, _ in body]
    return _coded(data, names), stated


def _from_wide(header: list[str], body: list[Row], path: Path, names: dict[str, Any]) -> pd.DataFrame:
    """Read a row a series and a column a year: TSV, and the frames of the Python package."""
    at = next(at for at, cell in enumerate(header) if "\\" in cell)
    key, _, time = header[at].partition("\\")
    dimensions = [_heading(name, names) or name for name in [*header[:at], *key.split(",")] if name]
    first = at + 1 - len([name for name in header[:at] if name])  # a saved frame may have its index in front
    periods = header[at + 1 :]
    if "geo" not in dimensions or time.lower() not in ("time", "time_period") or not periods:
        raise ReaderError(
            f"{path}: no layout of Eurostat's: the first line must begin with the dimensions,"
            rf" such as freq,leg_stat,sex,unit,geo\TIME_PERIOD, and go on with years; it begins {header[at]!r}"
        )
    if len(set(dimensions)) < len(dimensions):
        raise ReaderError(f"{path}: the first line names a column twice")
    figures = []
    for number, row in body:
        series = [code.strip() for cell in row[first - 1 if first > 0 else 0 : at + 1] for code in cell.split(",")]
        series = series[-len(dimensions) :] if len(series) > len(dimensions) and not header[0] else series
        if len(series) != len(dimensions) or len(row) != len(header):
            raise ReaderError(
                f"{path}, line {number}: {len(series)} codes and {len(row) - at - 1} figures instead of"
                f" {len(dimensions)} and {len(periods)}"
            )
        cells = dict(zip(periods, row[at + 1 :], strict=True))
        for period in (name for name in periods if not name.endswith("_flag")):
            value, _, flag = cells[period].partition(" ")
            flag = cells.get(period.removesuffix("_value") + "_flag", flag)
            figures.append((*series, period.removesuffix("_value"), value, re.sub(r"[^a-z]", "", flag.lower()), number))
    return _coded(
        pd.DataFrame(figures, columns=[*dimensions, "time_period", "obs_value", "obs_flag", "row of file"]), names
    )


def _from_json(text: str, path: Path, names: dict[str, Any]) -> tuple[pd.DataFrame, dict[str, str]]:
    """Read JSON-stat, in which figures stand in the order of all combinations of codes."""
    try:
        said = json.loads(text)
        dimensions = [_heading(name, names) for name in said["id"]]
        categories = [_categories(said["dimension"][name]["category"]) for name in said["id"]]
        values, status = (_by_place(said.get(key) or {}) for key in ("value", "status"))
        combinations = enumerate(itertools.product(*categories))
        figures = [
            (*codes, _digits(values.get(at)), str(status.get(at, "") or ""), at + 1)
            for at, codes in combinations
            if at in values or at in status
        ]
        flow = str(said.get("extension", {}).get("id", "") or said.get("label", ""))
        updated = str(said.get("updated", ""))[:10]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReaderError(f"{path}: not JSON-stat as Eurostat writes it: {type(error).__name__} {error}") from error
    data = pd.DataFrame(figures, columns=[*dimensions, "obs_value", "obs_flag", "row of file"])
    if not {"geo", "time_period"} <= set(data):
        raise ReaderError(f"{path}: not JSON-stat as Eurostat writes it: there is no dimension geo or time")
    data["obs_flag"] = data["obs_flag"].str.lower().str.replace(r"[^a-z]", "", regex=True)
    return _coded(data, names), {"flow": flow, "updated": updated}


def _categories(category: dict[str, Any]) -> list[str]:
    index = category.get("index", list(category.get("label", {})))
    return sorted(index, key=lambda code: index[code]) if isinstance(index, dict) else list(index)


def _by_place(values: Any) -> dict[int, Any]:
    pairs: Iterator[tuple[Any, Any]] = iter(values.items()) if isinstance(values, dict) else iter(enumerate(values))
    return {int(at): value for at, value in pairs if value is not None}


def _digits(value: Any) -> str:
    return "" if value is None else repr(value).removesuffix(".0") if isinstance(value, int | float) else str(value)


def _heading(cell: str, names: dict[str, Any]) -> str:
    """Return the name of a column: a code in lower case, or that of a label; empty where it says nothing."""
    code = cell.split(":")[0].strip()
    known = {folded(label): name for name, labels in names["headings"].items() for label in labels}
    if folded(cell) in known or folded(code) in known:
        return known.get(folded(cell), known.get(folded(code), ""))
    return code if _CODE.fullmatch(code) else ""


def _coded(data: pd.DataFrame, names: dict[str, Any]) -> pd.DataFrame:
    """Put codes for labels; a label that is not listed stays as it is."""
    data = data.copy()
    for column in data.columns.difference(["obs_value", "obs_flag", "row of file"]):
        labels = {folded(label): code for code, listed in names["labels"].get(column, {}).items() for label in listed}
        codes = {
            cell: labels.get(
                folded(cell), re.split(r":\s", cell)[0].strip() if re.match(r"[A-Z0-9_]+:\s", cell) else cell
            )
            for cell in data[column].unique()
        }
        data[column] = data[column].map(codes)
    data["time_period"] = data["time_period"].str.replace(r"^(\d{4})(-01-01|-12-31|\.0)$", r"\1", regex=True)
    return data.astype({name: str for name in data if name != "row of file"})
