"""What became of every sentence of the texts at hand: held as a figure, a date or a reason, or left out and why."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from trafficking_stats import paths
from trafficking_stats.claims import read_claims
from trafficking_stats.csv_tables import read_table

COLUMNS = ["source_id", "locator", "held", "what"]
"""The place of a sentence; what it is held as; the figure, date, topic or ground."""


def inventory(raw: str | Path | None = None) -> pd.DataFrame:
    """List the sentences of the texts whose locators a program can follow, and what they are held as.

    Parameters
    ----------
    raw : path, optional
        Folder of the raw figures; by default ``data/raw`` of the checkout.

    Returns
    -------
    pandas.DataFrame
        A row for each sentence and thing it is held as, with the columns of `COLUMNS`. ``held`` is ``claim``,
        ``date``, ``reason``, ``recommendation``, ``offer``, ``contradiction`` or ``left_out``.

    Raises
    ------
    ClaimError
        If the figures are not as they must be.

    Examples
    --------
    >>> found = inventory()
    >>> sorted(found.held.unique())
    ['claim', 'contradiction', 'date', 'left_out', 'offer', 'reason', 'recommendation']
    """
    folder = Path(raw) if raw else paths.raw_dir()
    claims = read_claims(folder)
    place = claims["locator"].str.extract(r"^(p\d+(?:-\d+)? s\d+): ")[0]
    claims = claims.assign(locator=place, held="claim", what=claims["claim_id"])[place.notna()]
    reasons = pd.concat([read_table(path) for path in sorted((folder / "reasons").glob("*.csv"))])
    reasons = reasons.assign(held=reasons["kind"], what=reasons["topic"])
    others = pd.concat([read_table(path) for path in sorted((folder / "inventory").glob("*.csv"))])
    found = pd.concat([table[COLUMNS] for table in (claims, reasons, others)])
    return found.sort_values(["source_id", "locator", "held", "what"], kind="stable", ignore_index=True)
