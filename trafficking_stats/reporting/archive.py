"""All figures of a country as one file to take away: the cleaned tables, what their columns mean, how to cite them."""

import functools
import io
import json
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from trafficking_stats.csv_tables import read_table, table_text
from trafficking_stats.errors import ReportError
from trafficking_stats.messages import page_file

ARCHIVE = "data.zip"


def archive(country: str, folder: Path, state: str, readmes: Iterable[tuple[str, str]]) -> bytes:
    """Pack the figures of a country; the same bytes for the same figures.

    Parameters
    ----------
    country : str
        Its code.
    folder : pathlib.Path
        The cleaned tables.
    state : str
        A hash of them: they are read once for all countries.
    readmes : iterable of (str, str)
        Code of a language, and what to say in it.

    Raises
    ------
    ReportError
        If the tables cannot be read.
    """
    tables = _tables(folder, state)
    own = {name: table[table["country"] == country] for name, table in tables.items() if "country" in table}
    cited = pd.concat([table["source_id"] for table in own.values() if "source_id" in table])
    own["sources"] = tables["sources"][tables["sources"]["source_id"].isin(cited)]
    files = {f"{name}.csv": table_text(table) for name, table in [*own.items(), ("columns", tables["columns"])]}
    files |= {page_file("README", code, "txt"): text for code, text in readmes}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, text in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{country}/{name}")
            entry.external_attr = 0o644 << 16
            zipped.writestr(entry, text, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


@functools.lru_cache(maxsize=1)
def _tables(folder: Path, state: str) -> dict[str, pd.DataFrame]:
    """Read the tables, and what their description says of the columns as one more."""
    try:
        described = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))["resources"]
        tables = {each["name"]: read_table(folder / each["path"]) for each in described}
    except (OSError, KeyError, ValueError) as error:
        raise ReportError(f"cannot read the tables in {folder}: {error}; run trafficking-stats clean") from error
    columns = [{"table": each["name"], **field} for each in described for field in each["schema"]["fields"]]
    return {**tables, "columns": pd.DataFrame(columns)}
