"""The layouts in which Eurostat's tables come, read into one: a row a figure, a column a dimension, always codes."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from trafficking_stats.errors import ReaderError
from trafficking_stats.headings import folded
from trafficking_stats.printed import plain
from trafficking_stats.readers.sheets import WORKBOOKS, csv_rows, read_text
from trafficking_stats.readers.tables import load_map

EUROSTAT = load_map("eurostat.toml")
"""How its codes and words are read."""

_NEEDED = {"geo": "geo", "time_period": "TIME_PERIOD", "obs_value": "OBS_VALUE"}
_FIGURE = ["OBS_VALUE", "OBS_FLAG"]
_BEFORE_LABEL = re.compile(r"^([A-Z0-9_]+):\s.*")
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
    table = _from_json(text, path) if text.lstrip().startswith("{") else _from_csv(text, path)
    data = _with_codes(_named(table, path), is_older="Value" in table)
    if data.empty:
        raise ReaderError(f"{path}: the file holds no figures")
    stated = {key: data[key].iloc[0] for key in ("flow", "updated") if key in data}
    data["obs_flag"] = _flags(data)
    return data.drop(columns=["conf_status", *stated], errors="ignore"), stated


def _from_csv(text: str, path: Path) -> pd.DataFrame:
    """Return the rows of a CSV or TSV file by their number."""
    (_, header), *body = csv_rows(text, path)
    body = [(number, row) for number, row in body if any(row)]
    for number, row in body:
        if len(row) != len(header):
            raise ReaderError(f"{path}, line {number}: {len(row)} cells instead of {len(header)}")
    keyed = [at for at, heading in enumerate(header, start=1) if "\\" in heading]
    names = ",".join(header).replace("\\", ",").split(",") if keyed else header
    if len(set(names)) < len(names):
        raise ReaderError(f"{path}: the first line names a column twice")
    table = pd.DataFrame([row for _, row in body], [number for number, _ in body], header, dtype=str)
    return _from_wide(table, keyed[0], path) if keyed else table


def _from_wide(table: pd.DataFrame, n_keys: int, path: Path) -> pd.DataFrame:
    """Lay out a row a figure what has a row a series and a column a year: TSV, and the frames of the Python package."""
    keys, figures = table.iloc[:, :n_keys], table.iloc[:, n_keys:]
    key, _, time = ",".join(keys.columns).partition("\\")
    dimensions = key.split(",")
    if "geo" not in dimensions or time.lower() not in ("time", "time_period") or figures.columns.empty:
        raise ReaderError(
            f"{path}: no layout of Eurostat's: the first line must begin with the dimensions,"
            rf" such as freq,leg_stat,sex,unit,geo\TIME_PERIOD, and go on with years; it begins {keys.columns[-1]!r}"
        )
    codes = keys.agg(",".join, axis=1).str.split(r"\s*,\s*", regex=True)
    if len(wrong := codes.index[codes.map(len) != len(dimensions)]):
        raise ReaderError(f"{path}, line {wrong[0]}: {len(codes[wrong[0]])} codes instead of {len(dimensions)}")
    series = pd.DataFrame(codes.tolist(), codes.index, dimensions, dtype=str)
    parts = []
    for period in (name for name in map(str, figures) if not name.endswith("_flag")):
        year, printed = period.removesuffix("_value"), figures[period].str.partition(" ")
        flag = figures.get(f"{year}_flag", printed[2])
        parts.append(series.assign(TIME_PERIOD=year, OBS_VALUE=printed[0], OBS_FLAG=flag.str.replace(":", "")))
    return pd.concat(parts).sort_index(kind="stable")


def _from_json(text: str, path: Path) -> pd.DataFrame:
    """Lay out a row a figure what JSON-stat has in the order of all combinations of codes."""
    try:
        said = json.loads(text)
        if not {"geo", "time"} <= set(said["id"]):
            raise ValueError("there is no dimension geo or time")
        categories = [_categories(said["dimension"][name]["category"]) for name in said["id"]]
        table = pd.MultiIndex.from_product(categories, names=said["id"]).to_frame(index=False)
        values, status = (_by_place(said.get(key) or {}) for key in ("value", "status"))
        flow = str(said.get("extension", {}).get("id", "") or said.get("label", ""))
        updated = str(said.get("updated", ""))[:10]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReaderError(f"{path}: not JSON-stat as Eurostat writes it: {type(error).__name__} {error}") from error
    figures = [(plain(values.get(at)), str(status.get(at, "")).replace(":", "")) for at in table.index]
    table[_FIGURE] = pd.DataFrame(figures, columns=_FIGURE)
    table = table.assign(**{"DATAFLOW": flow, "LAST UPDATE": updated})[table.index.isin([*values, *status])]
    return table.set_axis(table.index + 1)


def _categories(category: Mapping[str, Any]) -> list[str]:
    index = category.get("index", list(category.get("label", {})))
    return sorted(index, key=lambda code: index[code]) if isinstance(index, dict) else list(index)


def _by_place(values: Any) -> dict[int, Any]:
    pairs = values.items() if isinstance(values, dict) else enumerate(values)
    return {int(at): value for at, value in pairs if value is not None}


def _named(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Name the columns: by a code in lower case or that of a label, which stands beside it or alone."""
    headings = {folded(label): name for name, listed in EUROSTAT["headings"].items() for label in listed}
    names = []
    for cell in map(str, table):
        # the Data Browser before 2023 wrote codes in capitals
        code = (cell.lower() if "Value" in table and cell.isupper() else cell).split(":")[0].strip()
        is_code = re.fullmatch("[a-z][a-z0-9_]*", code)
        names.append(headings.get(folded(cell)) or headings.get(folded(code)) or (code if is_code else ""))
    missing = [printed for name, printed in _NEEDED.items() if name not in names]
    if missing:
        raise ReaderError(f"{path}: no layout of Eurostat's: the first line has no {', '.join(missing)}")
    data = table.set_axis(names, axis=1)
    # a code has its label in the next column: the first column of a name holds the codes
    data = data.loc[:, ~data.columns.duplicated()].drop(columns="", errors="ignore")
    return data.rename_axis("row of file").reset_index()


def _with_codes(data: pd.DataFrame, *, is_older: bool) -> pd.DataFrame:
    """Put codes for labels, and years for days; a label that is not listed stays as it is."""
    for column in data.columns.difference(["obs_value", "obs_flag", "row of file"]):
        labels = _labels(column)
        codes = {cell: labels.get(folded(cell)) or _BEFORE_LABEL.sub(r"\1", cell) for cell in data[column].unique()}
        data[column] = data[column].map(codes).astype(str)
    data["time_period"] = data["time_period"].str.replace(r"^(\d{4})(-01-01|-12-31|\.0)$", r"\1", regex=True)
    if is_older:
        data["obs_value"] = data["obs_value"].str.replace(_THOUSANDS, "", regex=True)
    return data


def _labels(column: str) -> dict[str, str]:
    return {folded(label): code for code, listed in EUROSTAT["labels"].get(column, {}).items() for label in listed}


def _flags(data: pd.DataFrame) -> pd.Series:
    """Return the letters of the flags of each figure, with one where the column of confidentiality hides it."""
    nothing = pd.Series("", index=data.index)
    printed, secret = data.get("obs_flag", nothing), data.get("conf_status", nothing)
    flags = printed.map({cell: _letters(cell.lower()) for cell in printed.unique()})
    is_hidden = secret.str[:1].str.upper().isin(_HIDDEN) & ~flags.str.contains("c", regex=False)
    return flags.mask(is_hidden, flags + "c")


def _letters(cell: str) -> str:
    """Return the letters of flags in letters, or in words."""
    in_words = [code for label, code in _labels("obs_flag").items() if label in cell]
    if in_words and not re.match("[a-z]+:", cell):
        return "".join(dict.fromkeys(in_words))
    return "" if cell in ("na", "nan", "none") else re.sub("[^a-z]", "", cell.split(":")[0])
