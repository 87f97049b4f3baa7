"""Eurostat's tables on trafficking in human beings, read as claims."""

from __future__ import annotations

import csv
import datetime
import gzip
import re
import zlib
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pandas as pd
import pycountry

from trafficking_stats.errors import ReaderError
from trafficking_stats.readers.categories import categories, is_country
from trafficking_stats.readers.tables import (
    RAW_COLUMNS,
    TableImport,
    file_of,
    iso_date,
    load_map,
    looked_up,
    source_name,
    tell_apart,
    years,
)

EurostatImport = TableImport

_GZIP = b"\x1f\x8b"
_TABLE = re.compile(r"crim_thb_[a-z0-9]+", re.IGNORECASE)
_NOT_DIMENSIONS = {"time_period", "obs_value", "obs_flag", "conf_status", "line"}
_MISSING = ("", ":", "NaN")


def read_eurostat(
    path: str | Path,
    *,
    source_id: str | None = None,
    published: str | None = None,
    countries: Collection[str] | None = None,
    table: str | None = None,
) -> EurostatImport:
    r"""Read a download of a ``crim_thb_*`` table as claims.

    Both layouts of Eurostat's bulk downloads are read, plain or gzip-compressed: SDMX-CSV (version 1.0 or 2.0,
    with or without labels) and Eurostat's own TSV, in which flags follow the value. A flag is kept in words in
    ``scope_note``; a figure that is provisional, estimated, forecast or of low reliability gets the qualifier
    ``about``, so that its interval widens. Missing and confidential figures are skipped with the reason.

    Parameters
    ----------
    path : str or pathlib.Path
        The file as downloaded.
    source_id : str, optional
        Name of the publication; ``eurostat-<table>-<year>-<month>`` by default.
    published : str, optional
        ISO date of the last update; by default the one in the file. The TSV layout has none.
    countries : collection of str, optional
        Codes of ISO 3166-1, or ``EUU``, to read; all by default. The others count as skipped.
    table : str, optional
        Name of the table, such as ``crim_thb_sex``, if neither the file nor its name gives it.

    Returns
    -------
    EurostatImport
        The claims, the source, and the skipped figures.

    Raises
    ------
    ReaderError
        If the file is missing or of neither layout, is no ``crim_thb_*`` table, or has no date and
        ``published`` is not given.

    References
    ----------
    Eurostat, Trafficking in human beings (crim_thb), reference metadata; SDMX-CSV field guide of the SDMX
    Technical Working Group.

    Examples
    --------
    >>> import tempfile
    >>> text = "freq,leg_stat,sex,unit,geo\\TIME_PERIOD\t2020 \t2021 \nA,PER_VICT,T,NR,DK\t91 \t84 p\n"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "crim_thb_sex.tsv"
    ...     _ = path.write_text(text)
    ...     found = read_eurostat(path, published="2025-01-17")
    >>> found.claims[["country", "value", "qualifier", "scope_note"]].values.tolist()
    [['DNK', 91.0, 'exact', ''], ['DNK', 84.0, 'about', 'provisional']]
    """
    path = Path(path)
    names = load_map("eurostat.toml")
    lines = _lines(path)
    delimiter = "\t" if "\t" in lines[0] else ","
    data, stated = _from_tsv(lines, path) if delimiter == "\t" else _from_csv(lines, path)
    if data.empty:
        raise ReaderError(f"{path}: the file holds no figures")
    data["line"] = data.line.astype(int)
    name = _table_name(table or str(stated.get("flow", "")) or path.name, path)
    date = iso_date(published, "the date of publication") if published else _updated(stated.get("updated"), path)
    identifier = source_name(
        source_id or names["source_id"].format(table=name.replace("_", "-"), year=date[:4], month=date[5:7])
    )
    claims, reason = _claims(data, name, names)
    if countries is not None:
        wanted = _wanted(countries)
        reason = reason.mask((reason == "") & ~claims.country.isin(wanted), "country not asked for")
    tell_apart(claims, reason, pd.Series(False, index=claims.index))
    good = reason == ""
    skipped = pd.DataFrame({"row": data.line[~good], "label": claims.locator[~good], "reason": reason[~good]})
    source = {
        "source_id": identifier,
        "title": names["title"].format(table=name),
        "publisher": names["publisher"],
        "upstream": names["upstream"],
        "tier": names["tier"],
        "published": date,
        "edition": date[:7],
        "language": names["language"],
        "url": names["url"].format(table=name),
        **file_of(path),
        "note": names["note"],
    }
    claims = claims.loc[good, list(RAW_COLUMNS)].reset_index(drop=True)
    claims.insert(0, "source_id", identifier)
    return EurostatImport(claims, source, date, len(data), skipped.reset_index(drop=True))


def _wanted(countries: Collection[str]) -> frozenset[str]:
    unknown = sorted(code for code in countries if not is_country(code) and code != "EUU")
    if unknown or isinstance(countries, str):
        raise ReaderError(f"countries must be alpha-3 codes such as ['DNK', 'EUU'], not {unknown or countries!r}")
    return frozenset(countries)


def _lines(path: Path) -> list[str]:
    try:
        content = path.read_bytes()
        text = (gzip.decompress(content) if content.startswith(_GZIP) else content).decode("utf-8-sig")
    except FileNotFoundError as error:
        raise ReaderError(f"{path}: there is no such file") from error
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise ReaderError(f"{path}: not a text file in UTF-8, plain or gzip-compressed: {error}") from error
    lines = text.splitlines()
    if not lines:
        raise ReaderError(f"{path}: the file is empty")
    return lines


def _from_csv(lines: list[str], path: Path) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return one row a figure with dimensions in lower case, and what the file says of itself."""
    try:
        table = list(csv.reader(lines, strict=True))
    except csv.Error as error:
        raise ReaderError(f"{path}: not a CSV file: {error}") from error
    # with labels, a heading and a cell read "code: label", or the label has a column of its own
    header = [cell.split(":")[0].strip() for cell in table[0]]
    missing = [column for column in ("geo", "TIME_PERIOD", "OBS_VALUE") if column not in header]
    if missing:
        raise ReaderError(
            f"{path}: neither SDMX-CSV nor TSV as Eurostat writes them: the first line has no {', '.join(missing)}"
        )
    if len(set(header)) < len(header):
        raise ReaderError(f"{path}: the first line names a column twice")
    rows = []
    for at, row in enumerate(table[1:], start=2):
        if any(row):
            if len(row) != len(header):
                raise ReaderError(f"{path}, line {at}: {len(row)} cells instead of {len(header)}")
            rows.append([*row, str(at)])
    frame = pd.DataFrame(rows, columns=[*header, "line"], dtype=str)
    flow = next((frame[c].iloc[0] for c in ("DATAFLOW", "STRUCTURE_ID") if c in frame and rows), "")
    updated = frame["LAST UPDATE"].iloc[0] if "LAST UPDATE" in frame and rows else ""
    data = frame[[c for c in header if re.fullmatch(r"[a-z][a-z0-9_]*", c)] + ["line"]].copy()
    for column in data.columns.drop("line"):
        data[column] = data[column].str.split(":").str[0].str.strip()
    data["time_period"], data["obs_value"] = frame["TIME_PERIOD"].str.strip(), frame["OBS_VALUE"].str.strip()
    flag = frame["OBS_FLAG"] if "OBS_FLAG" in frame else frame.get("OBS_STATUS", pd.Series("", index=frame.index))
    data["obs_flag"] = flag.str.split(":").str[0].str.lower().str.replace(r"[^a-z]", "", regex=True)
    secret = frame["CONF_STATUS"] if "CONF_STATUS" in frame else pd.Series("", index=frame.index)
    hidden = secret.str.strip().str[:1].str.upper().isin(["C", "N", "S", "D"])
    data["obs_flag"] = data.obs_flag.where(~hidden | data.obs_flag.str.contains("c"), data.obs_flag + "c")
    return data, {"flow": str(flow), "updated": str(updated)}


def _from_tsv(lines: list[str], path: Path) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return one row a figure of the wide layout; see `_from_csv`."""
    key, *periods = [cell.strip() for cell in lines[0].split("\t")]
    names, _, time = key.partition("\\")
    dimensions = [name.strip().lower() for name in names.split(",")]
    if "geo" not in dimensions or time.lower() not in ("time", "time_period") or not periods:
        raise ReaderError(
            f"{path}: neither TSV nor SDMX-CSV as Eurostat writes them: the first line must begin with the "
            rf"dimensions, such as freq,leg_stat,sex,unit,geo\TIME_PERIOD, and go on with years; it begins {key!r}"
        )
    rows = []
    for at, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        series, *cells = line.split("\t")
        codes = [code.strip() for code in series.split(",")]
        if len(codes) != len(dimensions) or len(cells) != len(periods):
            raise ReaderError(
                f"{path}, line {at}: {len(codes)} codes and {len(cells)} figures instead of "
                f"{len(dimensions)} and {len(periods)}"
            )
        for period, cell in zip(periods, cells, strict=True):
            value, _, flag = cell.strip().partition(" ")
            rows.append((*codes, period, value, re.sub(r"[^a-z]", "", flag.lower()), str(at)))
    columns = [*dimensions, "time_period", "obs_value", "obs_flag", "line"]
    return pd.DataFrame(rows, columns=columns, dtype=str), {}


def _table_name(text: str, path: Path) -> str:
    match = _TABLE.search(text)
    if match is None:
        raise ReaderError(
            f"{path}: no table on trafficking in human beings: neither the file nor its name names a crim_thb_* "
            f"table, but {text!r}; give its name as table='crim_thb_...'"
        )
    return match[0].lower()


def _updated(text: str | None, path: Path) -> str:
    for form in ("%d/%m/%y %H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%d/%m/%Y"):
        try:
            return datetime.datetime.strptime((text or "").strip(), form).date().isoformat()
        except ValueError:
            continue
    raise ReaderError(f"{path}: the file has no date of its last update; give it as published='YYYY-MM-DD'")


def _claims(data: pd.DataFrame, table: str, names: dict[str, Any]) -> tuple[pd.DataFrame, pd.Series]:
    """Return a claim for every figure, and why it is none ("" where it is one)."""
    reason = pd.Series("", index=data.index)
    out = pd.DataFrame(index=data.index)
    dimensions = [column for column in data.columns if column not in _NOT_DIMENSIONS]

    def refuse(rows: pd.Series, why: pd.Series | str) -> None:
        rows = rows & (reason == "")
        reason.loc[rows] = why[rows] if isinstance(why, pd.Series) else why

    series = data[dimensions].agg(".".join, axis=1)
    out["locator"] = f"{table} " + series + " " + data.time_period
    flags = data.obs_flag.map(lambda text: list(dict.fromkeys(text)))
    words = flags.map(lambda found: ", ".join(names["flags"].get(f, {"label": f"flag {f}"})["label"] for f in found))

    missing = data.obs_value.isin(_MISSING)
    refuse(missing & data.obs_flag.str.contains("c"), "confidential")
    refuse(missing, "no figure")
    value = pd.to_numeric(data.obs_value, errors="coerce")
    refuse(value.isna() | (value < 0), "the value " + data.obs_value.map(repr) + " is not a count")
    year = pd.to_numeric(data.time_period.where(data.time_period.str.fullmatch(r"\d{4}")), errors="coerce")
    refuse(year.isna(), "the period " + data.time_period.map(repr) + " is not a year")
    out["period_start"], out["period_end"] = years(year.fillna(0).astype(int))

    places = {code: _place(code, names) for code in data.geo.unique()}
    out["country"] = data.geo.map(lambda code: places[code][0])
    refuse(out.country == "", data.geo.map(lambda code: places[code][1]))
    unions = [code for code in names["unions"]["order"] if code in set(data.geo)]
    refuse(data.geo.isin(unions[1:]), "another size of the European Union than " + (unions or [""])[0])

    _indicator(data, table, names, out, refuse)
    whole = value.fillna(0) % 1 == 0
    refuse((out.unit == "persons") & ~whole, "the value " + data.obs_value.map(repr) + " is not a whole number")
    out["breakdown"] = _breakdowns(data, dimensions, names)
    out["value"] = value.astype(float)
    about = flags.map(lambda found: any(names["flags"].get(f, {}).get("about", False) for f in found))
    out["qualifier"] = about.map({True: "about", False: "exact"})
    union = data.geo.where(data.geo.isin(unions), "")
    out["scope_note"] = words.where((union == "") | (words == ""), union + "; " + words).mask(words == "", union)
    return out, reason


def _place(code: str, names: dict[str, Any]) -> tuple[str, str]:
    """Return the country of a code and "", or "" and why it has none."""
    if code in names["unions"]["order"]:
        return "EUU", ""
    if code in names["geo"]:
        return names["geo"][code], ""
    country = pycountry.countries.get(alpha_2=code) if len(code) == 2 else None
    return (country.alpha_3, "") if country else ("", f"{code!r} is no country, or a part of one")


def _indicator(data: pd.DataFrame, table: str, names: dict[str, Any], out: pd.DataFrame, refuse: Any) -> None:
    """Set indicator and unit by legal status and unit, refusing what the map does not hold."""
    if "freq" in data:
        refuse(data.freq != "A", "the frequency " + data.freq.map(repr) + " is not annual")
    default = next((status for start, status in names["tables"].items() if table.startswith(start)), "")
    column = next((c for c in names["legal_status"]["dimension"] if c in data), None)
    status = data[column] if column else pd.Series(default, index=data.index)
    out["indicator"] = looked_up(status, names["legal_status"]["indicators"])
    refuse(out.indicator == "", "the legal status " + status.map(repr) + " is not in the map of this reader")
    unit = next((data[c] for c in names["unit"]["dimension"] if c in data), pd.Series("NR", index=data.index))
    out["unit"] = looked_up(unit, dict.fromkeys(names["unit"]["persons"], "persons") | names["unit"]["rate_units"])
    for code, rates in names["unit"]["rates"].items():
        out.loc[unit == code, "indicator"] = looked_up(out.indicator[unit == code], rates)
    refuse((out.unit == "") | (out.indicator == ""), "the unit " + unit.map(repr) + " is not a number of persons")


def _breakdowns(data: pd.DataFrame, dimensions: list[str], names: dict[str, Any]) -> pd.Series:
    """Return the breakdown of every figure from the dimensions that are left."""
    rest = {"freq", "geo", *names["legal_status"]["dimension"], *names["unit"]["dimension"]}
    keys: dict[str, pd.Series] = {}
    for dimension in (name for name in dimensions if name not in rest):
        found = [(key, entry) for key, entry in names["dimensions"].items() if dimension in entry["names"]]
        key, entry = found[0] if found else (dimension, {})
        key = key if key not in keys else dimension
        codes = sorted(set(data[dimension]) - {*names["total"], *entry.get("whole", ())})
        known = dict(entry.get("categories", {}))
        if entry.get("countries"):
            known |= {code: place for code in codes if (place := _place(code, names)[0]) not in ("", "EUU")}
        own = categories(codes, {code: known[code] for code in codes if code in known})
        pairs = {code: f"{key}={category}" for code, category in own.items()}
        keys[key] = looked_up(data[dimension], pairs)
    if not keys:
        return pd.Series("", index=data.index)
    rows = zip(*(keys[key] for key in sorted(keys)), strict=True)
    return pd.Series([";".join(filter(None, row)) for row in rows], index=data.index, dtype=str)
