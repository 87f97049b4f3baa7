"""What sources state beside their figures, and of them: causes, recommendations, offers of the law, shares, ranks."""

from pathlib import Path

import pandas as pd

from trafficking_stats import paths
from trafficking_stats.csv_tables import read_rows
from trafficking_stats.errors import ClaimError
from trafficking_stats.schema import Checks, check_rows, like, one_of
from trafficking_stats.vocabulary import load_vocabulary

REASON = ("country", "kind", "topic", "source_id", "locator", "year", "text_en", "text_da", "indicators", "premise")
"""The columns: ``text`` in our words, ``indicators`` that speak to it joined by ``;``, and the ``premise`` it rests on,
``few`` or ``none`` before numerator/denominator, empty where no figure can test it."""

STATED = ("share", "change", "comparison", "rank", "sum")
"""Kinds of what a source says of its figures."""

KINDS = ("reason", "recommendation", "offer", "contradiction")

STATEMENT = (
    *("country", "source_id", "locator", "kind", "direction", "value", "unit", "qualifier"),
    *("indicator", "breakdown", "period_start", "period_end", "printed"),
    *("base_breakdown", "base_period_start", "base_period_end", "base_printed", "note"),
)
"""The columns of what a source says of its figures; ``printed`` is the number that it gives for the cell itself."""


def load_statements(folder: str | Path | None = None) -> pd.DataFrame:
    """Return what sources say of their figures beyond counting: shares, changes, ranks and sums; a row each, as text.

    Parameters
    ----------
    folder : str or pathlib.Path, optional
        A folder of raw figures, whose ``statements/*.csv`` are read; by default those that ship with the package.

    Raises
    ------
    ClaimError
        If a file is no table of statements.
    """
    number, day = like(r"|-?\d+(\.\d+)?", "a number, or empty"), like(r"|\d{4}-\d\d-\d\d", "a date as YYYY-MM-DD")
    checks: Checks = {
        ("kind",): one_of(STATED),
        ("indicator",): one_of(load_vocabulary().indicators, "the indicators of the vocabulary"),
        **{(name,): number for name in ("value", "printed", "base_printed")},
        **{(name,): day for name in ("period_start", "period_end", "base_period_start", "base_period_end")},
    }
    return _read("statements", folder, STATEMENT, checks)


def load_reasons(folder: str | Path | None = None) -> pd.DataFrame:
    """Return what sources state beside their figures: reasons, recommendations, offers of the law, contradictions.

    Parameters
    ----------
    folder : str or pathlib.Path, optional
        A folder of raw figures, whose ``reasons/*.csv`` are read, none if there are no such files; by default those
        that ship with the package.

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
    >>> sorted(load_reasons().query("country == 'DNK'").kind.unique())
    ['contradiction', 'offer', 'reason', 'recommendation']
    >>> load_reasons("no/such/folder").empty
    True
    """
    named = "|".join(load_vocabulary().indicators)
    checks: Checks = {
        ("kind",): one_of(KINDS),
        ("year",): like(r"\d{4}", "a year"),
        ("indicators",): like(rf"|({named})(;({named}))*", "indicators of the vocabulary, joined by ;"),
    }
    return _read("reasons", folder, REASON, checks).astype({"year": int})


def _read(name: str, folder: str | Path | None, columns: tuple[str, ...], checks: Checks) -> pd.DataFrame:
    files = (Path(folder) / name).glob("*.csv") if folder else paths.clean_dir().glob(f"{name}.csv")
    problems: list[str] = []
    tables = [read_rows(file, columns, problems) for file in sorted(files)]
    rows = pd.concat([pd.DataFrame(columns=[*columns, "_file", "_line"]), *tables], ignore_index=True)
    problems += check_rows(rows, checks)
    if problems:
        raise ClaimError(problems)
    return rows[list(columns)]
