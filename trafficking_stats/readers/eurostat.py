"""Eurostat's tables on trafficking in human beings, read as claims."""

import contextlib
import datetime
import re
from collections.abc import Collection
from pathlib import Path

import pandas as pd

from trafficking_stats.countries import country_code
from trafficking_stats.errors import ReaderError
from trafficking_stats.readers.draft import Draft
from trafficking_stats.readers.eurostat_layouts import EUROSTAT, read_layout
from trafficking_stats.readers.tables import TableImport, iso_date, source_row, wanted_countries

_NOT_DIMENSIONS = ("time_period", "obs_value", "obs_flag", "row of file")


def read_eurostat(
    path: str | Path,
    *,
    source_id: str | None = None,
    published: str | None = None,
    countries: Collection[str] | None = None,
    table: str | None = None,
) -> TableImport:
    r"""Read a download of a ``crim_thb_*`` table as claims.

    Every form of Eurostat's downloads is read, plain or gzip-compressed; see `eurostat_layouts.read_layout`. A flag is
    kept in words in ``scope_note``; a figure that is provisional, estimated, forecast or of low reliability gets the
    qualifier ``about``, so that its interval widens. Missing and confidential figures are skipped with the reason.

    Parameters
    ----------
    path : str or pathlib.Path
        The file as downloaded.
    source_id : str, optional
        Name of the publication; ``eurostat-<table>-<year>-<month>`` by default.
    published : str, optional
        ISO date of the last update; by default the one in the file. The TSV layout has none.
    countries : collection of str, optional
        Countries to read, by code or name, ``EUU`` for the union; all by default. The others count as skipped.
    table : str, optional
        Name of the table, such as ``crim_thb_sex``, if neither the file nor its name gives it.

    Returns
    -------
    TableImport
        The claims, the source, and the skipped figures.

    Raises
    ------
    ReaderError
        If the file is missing or of no layout that is known, is no ``crim_thb_*`` table, or has no date and
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
    path, wanted = Path(path), wanted_countries(countries)
    data, stated = read_layout(path)
    name = _table_name(table or stated.get("flow", "") or path.name, path)
    date = iso_date(published) if published else _updated(stated.get("updated", ""), path)
    draft = Draft(data["row of file"])
    series = data[[column for column in data if column not in _NOT_DIMENSIONS]]
    codes = series.iloc[:, 0].str.cat(series.iloc[:, 1:], sep=".")
    draft.claims["locator"] = f"{name} " + codes + " " + data["time_period"]
    draft.set_countries(data["geo"], _place, wanted)
    unions = [code for code in EUROSTAT["unions"]["order"] if code in set(data["geo"])]
    for other in unions[1:]:
        draft.leave_out(data["geo"] == other, f"another size of the European Union than {unions[0]}")
    _set_what_is_counted(draft, data, name)
    _set_figures(draft, data["obs_value"], data["obs_flag"])
    draft.add_note(data["geo"].where(data["geo"].isin(unions), ""))
    _set_flags(draft, data["obs_flag"])
    draft.leave_out((series == "").any(axis=1), "a dimension is empty")
    draft.set_years(data["time_period"], "the period {!r} is not a year")
    _break_down(draft, series.drop(columns=["geo", "freq", *EUROSTAT["what"]["columns"]], errors="ignore"))
    source = source_row(path, EUROSTAT["source"], date, source_id, {}, table=name, id=name.replace("_", "-"))
    return draft.finish(source, wanted)


def _table_name(text: str, path: Path) -> str:
    match = re.search("crim_thb_[a-z0-9]+", text.lower())
    if match is None:
        raise ReaderError(
            f"{path}: no table on trafficking in human beings: neither the file nor its name names a crim_thb_* "
            f"table, but {text!r}; name it: --table crim_thb_..."
        )
    return match[0]


def _updated(text: str, path: Path) -> str:
    for form in ("%d/%m/%y %H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%d/%m/%Y", "%Y-%m-%d"):
        with contextlib.suppress(ValueError):
            return datetime.datetime.strptime(text.strip(), form).date().isoformat()
    raise ReaderError(f"{path}: the file has no date of its last update; name it: --published YYYY-MM-DD")


def _place(code: str) -> tuple[str, str]:
    """Return the country of a code or a label and "", or "" and why it has none."""
    if code in EUROSTAT["unions"]["order"]:
        return "EUU", ""
    country = EUROSTAT["geo"].get(code, "")
    if not country and len(code) != 3:  # codes have two letters; a group such as EFT has three
        country = country_code(re.sub(r"\s*\(.*\)|\*$", "", code))
    return (country, "") if country not in ("", "EUU") else ("", f"{code!r} is no country, or a part of one")


def _set_what_is_counted(draft: Draft, data: pd.DataFrame, table: str) -> None:
    """Set indicator and unit by legal status and unit, refusing what the map does not hold."""
    what, entries = EUROSTAT["what"], EUROSTAT["indicators"]
    frequency, status, unit = (data.get(name, pd.Series("", index=data.index)) for name in what["columns"])
    if "leg_stat" not in data:
        status = status + next((code for start, code in what["tables"].items() if table.startswith(start)), "")
    counted = status.where(unit.isin(what["persons"]), status + " " + unit)
    draft.leave_out(~frequency.isin(what["annual"]), "the frequency {!r} is not annual", frequency)
    draft.leave_out(~status.isin(list(entries)), "the legal status {!r} is not in the map of this reader", status)
    draft.leave_out(~counted.isin(list(entries)), "the unit {!r} is not a number of persons", unit)
    draft.set_indicators(counted, entries)


def _set_figures(draft: Draft, printed: pd.Series, flags: pd.Series) -> None:
    missing, persons = printed.isin(EUROSTAT["missing"]), draft.claims["unit"] == "persons"
    draft.leave_out(missing & flags.str.contains("c", regex=False), "confidential")
    draft.leave_out(missing, "no figure")
    draft.leave_out(~printed.str.fullmatch(r"[0-9]+(\.[0-9]+)?"), "the value {!r} is not a count", printed)
    unclear = printed.str.fullmatch(r"[1-9][0-9]{0,2}\.[0-9]{3}")
    draft.leave_out(persons & unclear, "the value {!r} can be read in two ways", printed)
    draft.claims["value"] = pd.to_numeric(printed, errors="coerce").astype(float)


def _set_flags(draft: Draft, flags: pd.Series) -> None:
    """Say flags in words; some make the figure an approximate one."""
    known = EUROSTAT["flags"]
    said = {letters: [known.get(flag, {"label": f"flag {flag}"}) for flag in letters] for letters in flags.unique()}
    about = flags.map({letters: any(flag.get("about") for flag in listed) for letters, listed in said.items()})
    draft.claims["qualifier"] = about.map({True: "about", False: "exact"})
    draft.add_note(flags.map({at: ", ".join(dict.fromkeys(flag["label"] for flag in said[at])) for at in said}))


def _break_down(draft: Draft, series: pd.DataFrame) -> None:
    """Break figures down by the dimensions that are left, and leave out parts of a dimension that the map lacks."""
    keys: dict[str, str] = {name: key for key, entry in EUROSTAT["dimensions"].items() for name in entry["names"]}
    for name in map(str, series.columns):
        key = keys.get(name, "")
        entry = EUROSTAT["dimensions"].get(key, {})
        labels = series[name].where(~series[name].isin([*EUROSTAT["total"], *entry.get("whole", ())]))
        if key in draft.dimensions or not key:
            draft.leave_out(labels.notna(), f"{name} {{!r}} is not in the map of this reader", labels)
        else:
            draft.break_down(key, labels, entry, lambda code: (_place(code)[0].removeprefix("EUU"), 1))
