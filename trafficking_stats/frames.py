"""From any table of figures to claims: every cell read as it is printed, every row kept or named."""

import warnings
from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from trafficking_stats.breakdowns import canonical_breakdown
from trafficking_stats.claims import in_order
from trafficking_stats.countries import country_code
from trafficking_stats.errors import ClaimError
from trafficking_stats.printed import plain
from trafficking_stats.reading import check_frame, read_frame
from trafficking_stats.schema import CLAIM, RANGE_END, claim_faults
from trafficking_stats.vocabulary import Vocabulary, load_vocabulary

REQUIRED = tuple(column for column in CLAIM if column not in ("unit", "locator", "scope_note"))
"""Columns of a table that is made of claims already."""

TEXTS = tuple(column for column in CLAIM if column != "value")
"""Columns of text."""

_REPEATED = tuple(column for column in TEXTS if column != "claim_id")
"""Columns in which one text stands in many rows."""


class SkippedRowsWarning(UserWarning):
    """Figures of a table were left out, because there are none or they repeat others."""


def claims_from(
    table: pd.DataFrame,
    *,
    source: str | None = None,
    published: str | None = None,
    country: str | None = None,
    indicator: str | None = None,
    year: str | int | None = None,
    start: str | None = None,
    end: str | None = None,
    value: str | Mapping[str, str] | None = None,
    value_upper: str | None = None,
    qualifier: str | None = None,
    unit: str | None = None,
    breakdown: str | Collection[str] | Mapping[str, str] | None = None,
    area: str | None = None,
    publisher: str | None = None,
    upstream: str | None = None,
    tier: str | None = None,
    locator: str | None = None,
    note: str | None = None,
    decimal: str | None = None,
    fiscal_year: int | None = None,
    labels: Mapping[str, Mapping[str, str]] | None = None,
    vocabulary: Vocabulary | None = None,
) -> pd.DataFrame:
    """Make claims of any table of figures.

    A column is found by its heading (``Country``, ``Year``, ``Gender``, an indicator), or named. Each keyword is the
    name of a column, or else a value for all rows. Only country, indicator, value, year and source are needed.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a figure; or wide, with a column a year, an indicator or a category. Headings in two rows, such as
        ``2023`` above ``Women``, are a column ``2023 / Women``.
    source : str
        Id of the publication; what cannot stand in an id becomes a hyphen.
    published : str or date
        When it was published: a day, a month or a year.
    country : str
        ISO 3166-1 code or name.
    indicator : str
        A name or label of the vocabulary.
    year : str or int
        ``2023``, ``"2023 Q1"``, ``"2019-2021"``, or ``"2022/23"`` with ``fiscal_year``.
    start, end : str
        First and last day, in place of a year: dates, text, or the numbers Excel holds for dates.
    value : str or mapping of str to str
        The figures; or what each of several columns holds, such as ``{"Opfer": "victims_identified / sex=female"}``.
        A figure may be a number or text as printed: ``"<5"``, ``"c. 200"``, ``"10-50"`` (one claim with the qualifier
        ``between``), ``"1 440"``, ``".."``.
    value_upper, qualifier, unit : str
        Where the table has them; otherwise they follow from the figure and the indicator.
    breakdown : str, collection of str, or mapping of str to str
        A column of ``key=category`` pairs, such a pair for all rows, the columns that break the figures down, or
        these columns with the dimension of each.
    area : str
        A column of places within the country: their figures are added up, unless one of them is hidden or missing.
    publisher, upstream, tier : str
        By default the source itself, its publisher, and ``publisher``. The upstream ``national`` is the register of
        the country.
    locator, note : str
        Where the figure stands (its row by default), and what one must know.
    decimal : {".", ","}
        The decimal mark. Without it ``12,000`` is refused, because it can be read in two ways.
    fiscal_year : int
        Month in which the fiscal year begins.
    labels : mapping of str to mapping of str to str
        Words of the table by field or dimension, such as ``{"sex": {"kvinder": "female"}}``.
    vocabulary : Vocabulary, optional
        By default the one that ships with the package.

    Returns
    -------
    pandas.DataFrame
        Claims as `trafficking_stats.read_claims` gives them; ``value_upper`` is there if a figure is a range.

    Raises
    ------
    ClaimError
        With every row that cannot be read: its index, column, value, and what is allowed.

    Warns
    -----
    SkippedRowsWarning
        If figures are left out: there is none (``".."``), another row prints it, or no heading says what it counts.

    Examples
    --------
    >>> table = pd.DataFrame({"Country": ["Sweden", "Norway"], "Year": ["2023", 2023]})
    >>> table["Victims identified"] = ["c. 200", "<5"]
    >>> claims = claims_from(table, source="yearbook-2024", published="2024")
    >>> claims[["country", "period_end", "value", "qualifier"]].values.tolist()
    [['NOR', '2023-12-31', 5.0, 'less_than'], ['SWE', '2023-12-31', 200.0, 'about']]
    """
    columns = {name: given for name, given in locals().items() if name not in ("table", "vocabulary")}
    read = read_frame(table, columns, vocabulary or load_vocabulary())
    if len(read.wrong):
        raise ClaimError(_told(read.wrong))
    if len(read.skipped):
        text = f"{len(read.skipped):,} of {read.n_rows:,} figures were left out: " + "; ".join(_told(read.skipped)[:10])
        warnings.warn(text + ("; ..." if len(read.skipped) > 10 else ""), SkippedRowsWarning, stacklevel=2)
    return read.claims


def as_claims(table: pd.DataFrame, vocabulary: Vocabulary) -> pd.DataFrame:
    """Return a table as claims that can be reconciled, whatever it was made from, in a fixed order.

    Parameters
    ----------
    table : pandas.DataFrame
        Claims, whose further columns are kept, or anything that `claims_from` takes without more words.
    vocabulary : Vocabulary
        What is allowed.

    Returns
    -------
    pandas.DataFrame
        A sorted copy, its text columns but for the ids as categories: what is asked of a text is asked once, not in
        every row.

    Raises
    ------
    ClaimError
        Naming every claim, or every row, that is not as it must be.
    """
    check_frame(table)
    if not set(REQUIRED) <= set(table):
        claims = claims_from(table, vocabulary=vocabulary)
        return claims.astype({column: "category" for column in _REPEATED if column in claims})
    claims = table.reset_index(drop=True)
    claims["claim_id"] = np.array([*map(plain, claims["claim_id"].tolist())], dtype=object)
    for column in _REPEATED:
        if column in claims:
            claims[column] = _each(claims[column], plain)
    claims["country"] = _each(claims["country"], lambda cell: country_code(cell) or cell)
    claims["breakdown"] = _each(claims["breakdown"], canonical_breakdown)
    if "unit" in claims and (claims["unit"] == "").any():
        # a figure of which nothing else is said is in the unit of its indicator
        own = _each(claims["indicator"], lambda name: getattr(vocabulary.indicators.get(name), "unit", ""))
        claims["unit"] = claims["unit"].astype(object).where(claims["unit"] != "", own).astype("category")
    problems = [f"claim {claims['claim_id'][row]!r}: {text}" for row, text in claim_faults(claims, vocabulary)]
    again = claims["claim_id"][claims["claim_id"].duplicated(keep=False)]
    problems += [
        f"claim {name!r}: column claim_id, value {name!r}: must be an id that no other claim has"
        for name in filter(None, again)
    ]
    if problems:
        raise ClaimError(problems)
    for column in {"value", RANGE_END} & set(claims):
        claims[column] = pd.to_numeric(claims[column]).astype(float)
    return in_order(claims)


def _told(rows: pd.DataFrame) -> list[str]:
    return [f"row {row}: {reason}" for row, reason in zip(rows["row"], rows["reason"], strict=True)]


def _each(column: pd.Series, function: Callable[[Any], str]) -> pd.Series:
    """Apply a function to each different value of a column; the results are its categories."""
    codes, values = pd.factorize(column, use_na_sentinel=False)
    place, texts = pd.factorize(np.array([*map(function, values.tolist())], dtype=object), sort=True)
    return pd.Series(pd.Categorical.from_codes(place[codes], pd.Index(texts)), index=column.index)
