"""Eurostat's tables on trafficking in human beings, read as claims."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pandas as pd

from trafficking_stats.countries import country_code
from trafficking_stats.errors import ReaderError
from trafficking_stats.readers.categories import categories
from trafficking_stats.readers.eurostat_layouts import read_layout
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

EurostatImport = TableImport

OPTIONS = {"table": "Name of the table, such as crim_thb_sex, if the file does not say it."}
asked = asked_codes

_TABLE = re.compile(r"crim_thb_[a-z0-9]+", re.IGNORECASE)
_NOT_DIMENSIONS = {"time_period", "obs_value", "obs_flag", "row of file"}
_MISSING = ("", ":", "NaN", "NA", "nan", "None", ": ")


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
    wanted = None if countries is None else wanted_countries(countries)
    data, stated = read_layout(path, names)
    if data.empty:
        raise ReaderError(f"{path}: the file holds no figures")
    name = _table_name(table or stated.get("flow", "") or path.name, path)
    date = iso_date(published, "the date of publication") if published else _updated(stated.get("updated"), path)
    identifier = source_name(
        source_id or names["source_id"].format(table=name.replace("_", "-"), year=date[:4], month=date[5:7])
    )
    claims, reason = _claims(data, name, names)
    if wanted is not None:
        reason = reason.mask((reason == "") & ~claims.country.isin(wanted), NOT_ASKED_FOR)
    tell_apart(claims, reason, pd.Series(False, index=claims.index))
    good = reason == ""
    skipped = pd.DataFrame({"row": data["row of file"][~good], "label": claims.locator[~good], "reason": reason[~good]})
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
    return EurostatImport(claims, source, date, len(data), skipped.reset_index(drop=True), wanted)


read = read_eurostat


def is_own(path: Path) -> bool:
    """Whether a file has a layout of Eurostat's."""
    return not read_layout(path, load_map("eurostat.toml"))[0].empty


def _table_name(text: str, path: Path) -> str:
    match = _TABLE.search(text)
    if match is None:
        raise ReaderError(
            f"{path}: no table on trafficking in human beings: neither the file nor its name names a crim_thb_* "
            f"table, but {text!r}; name it: --table crim_thb_..."
        )
    return match[0].lower()


def _updated(text: str | None, path: Path) -> str:
    for form in ("%d/%m/%y %H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.datetime.strptime((text or "").strip(), form).date().isoformat()
        except ValueError:
            continue
    raise ReaderError(f"{path}: the file has no date of its last update; name it: --published YYYY-MM-DD")


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
    plain = data.obs_value.str.fullmatch(r"[0-9]+(\.[0-9]+)?")
    value = pd.to_numeric(data.obs_value.where(plain), errors="coerce")
    refuse(value.isna(), "the value " + data.obs_value.map(repr) + " is not a count")
    empty = (data[dimensions] == "").any(axis=1)
    refuse(empty, "a dimension is empty")
    year = pd.to_numeric(data.time_period.where(data.time_period.str.fullmatch(r"[0-9]{4}")), errors="coerce")
    refuse(year.isna(), "the period " + data.time_period.map(repr) + " is not a year")
    out["period_start"], out["period_end"] = years(year.fillna(0).astype(int))

    places = {code: _place(code, names) for code in data.geo.unique()}
    out["country"] = data.geo.map(lambda code: places[code][0])
    refuse(out.country == "", data.geo.map(lambda code: places[code][1]))
    unions = [code for code in names["unions"]["order"] if code in set(data.geo)]
    refuse(data.geo.isin(unions[1:]), "another size of the European Union than " + (unions or [""])[0])

    _indicator(data, table, names, out, refuse)
    unclear = data.obs_value.str.fullmatch(r"[1-9][0-9]{0,2}\.[0-9]{3}")
    refuse((out.unit == "persons") & unclear, "the value " + data.obs_value.map(repr) + " can be read in two ways")
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
    """Return the country of a code or a label and "", or "" and why it has none."""
    if code in names["unions"]["order"]:
        return "EUU", ""
    if code in names["geo"]:
        return names["geo"][code], ""
    is_label = len(code) > 3
    country = (
        country_code(re.sub(r"\s*\(.*\)|\*$", "", code)) if is_label else country_code(code) if len(code) == 2 else ""
    )
    return (country, "") if country and country != "EUU" else ("", f"{code!r} is no country, or a part of one")


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
