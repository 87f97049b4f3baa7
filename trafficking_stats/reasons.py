"""What sources state beside their figures: causes, recommendations, what the law offers, contradictions of text."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from trafficking_stats import paths
from trafficking_stats.csv_tables import read_rows
from trafficking_stats.errors import ClaimError
from trafficking_stats.vocabulary import load_vocabulary

REASON = (
    "country",
    "kind",
    "topic",
    "source_id",
    "locator",
    "year",
    "text_en",
    "text_da",
    "indicators",
    "premise",
)
"""The columns: ``text`` in our words, ``indicators`` that speak to it joined by ``;``, and the ``premise`` it rests on,
``few`` or ``none`` before numerator/denominator, empty where no figure can test it."""

KINDS = ("reason", "recommendation", "offer", "contradiction")


def read_reasons(folder: str | Path) -> pd.DataFrame:
    """Read and check ``reasons/*.csv`` of a folder of raw figures; a folder without such files has none.

    Parameters
    ----------
    folder : str or pathlib.Path
        Like ``data/raw``.

    Returns
    -------
    pandas.DataFrame
        The columns of `REASON`; ``year`` is whole, all else text.

    Raises
    ------
    ClaimError
        With every problem of every file.

    Examples
    --------
    >>> read_reasons("no/such/folder").empty
    True
    """
    problems: list[str] = []
    tables = [read_rows(file, REASON, problems) for file in sorted((Path(folder) / "reasons").glob("*.csv"))]
    return _checked(tables, problems)


def load_reasons() -> pd.DataFrame:
    """Load what the sources that ship with the package state beside their figures.

    Returns
    -------
    pandas.DataFrame
        See `read_reasons`.

    Examples
    --------
    >>> sorted(load_reasons().query("country == 'DNK'").kind.unique())
    ['contradiction', 'offer', 'reason', 'recommendation']
    """
    file, problems = paths.clean_dir() / "reasons.csv", list[str]()
    return _checked([read_rows(file, REASON, problems)] if file.exists() else [], problems)


def _checked(tables: list[pd.DataFrame], problems: list[str]) -> pd.DataFrame:
    rows = pd.concat([pd.DataFrame(columns=[*REASON, "_file", "_line"]), *tables], ignore_index=True)
    known = load_vocabulary().indicators
    for row in rows.to_dict("records"):
        faults = {
            "kind": "" if row["kind"] in KINDS else f"must be one of {', '.join(KINDS)}",
            "year": "" if row["year"].isdigit() else "must be a year",
            "indicators": ", ".join(name for name in row["indicators"].split(";") if name and name not in known),
        }
        problems += [f"{row['_file']}, line {row['_line']}: {name}: {text}" for name, text in faults.items() if text]
    if problems:
        raise ClaimError(problems)
    return rows[list(REASON)].astype({"year": int})
