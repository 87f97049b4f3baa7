"""Panels of claims whose truth is known: sound figures of four kinds of sources, with errors put in on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_uppercase

import numpy as np
import pandas as pd
from numpy.typing import NDArray

INDICATORS = ("victims_identified", "victims_cases", "prosecutions_suspects", "prosecutions_cases")
"""Persons and cases of two stages; no rule ties them together, so one may be filed as the other unnoticed."""

OTHER_UNIT = np.array([1, 0, 3, 2])
"""For each of `INDICATORS` the place of the one that counts the same event in another unit."""

BREAKDOWNS = (
    "",
    "sex=female",
    "sex=male",
    "age=adult",
    "age=child",
    "exploitation=criminal_activity",
    "exploitation=forced_labour",
    "exploitation=sexual",
)

ERRORS = ("unit", "double_count", "digit_slip", "shifted_year", "early_snapshot")
"""Kinds of errors, by the name of the cause that a reconciliation should give them."""

BIASED = "biased"
"""Kind of the figures of a source that counts too few throughout; no cause has this name."""

FIRST_YEAR = 2000

SOURCES = pd.DataFrame(
    {
        "name": ["register", "ministry", "compiler", "survey"],
        "tier": ["register", "publisher", "compiler", "compiler"],
        "upstream": ["register", "register", "compiler", "survey"],
        "months": [18, 20, 30, 42],
    }
)
"""Four sources; two of them have the same upstream. ``months``: published so long after the year began."""


@dataclass(frozen=True)
class Panel:
    """Claims with the truth behind them.

    Parameters
    ----------
    claims : pandas.DataFrame
        A table as `reconcile` takes it.
    truth : pandas.DataFrame
        ``country, indicator, breakdown, year, truth``, one row a cell.
    errors : pandas.DataFrame
        ``claim_id, kind, size``: the claims that are false, and by how much. A claim that an error left true by
        chance is not among them.
    """

    claims: pd.DataFrame
    truth: pd.DataFrame
    errors: pd.DataFrame


def make_panel(
    n_claims: int,
    seed: int = 1,
    *,
    error_rate: float = 0.03,
    coverage: float = 0.775,
    n_years: int = 20,
    masked: bool = True,
    loose: bool = True,
    cumulative: bool = True,
    stale: float = 0.0,
    biased: float = 0.0,
) -> Panel:
    """Make a panel of about `n_claims` claims, as many countries as it takes.

    Parameters
    ----------
    n_claims : int
        About how many claims.
    seed : int
        The same seed gives the same panel.
    error_rate : float
        Share of the claims that get an error, evenly over its five kinds.
    coverage : float
        Share of the cells that each source prints.
    n_years : int
        Years of each series.
    masked : bool
        Whether the compiler prints figures below five as "fewer than 5".
    loose : bool
        Whether the survey says "about" of its figures from a hundred on.
    cumulative : bool
        Whether the register also prints the sum of all years, and the compiler that of the first half.
    stale : float
        Share of the years in which all that the compiler prints of a country is an early snapshot.
    biased : float
        Share of the countries in which the survey counts too few throughout.

    Returns
    -------
    Panel
    """
    rng = np.random.default_rng(seed)
    per_country = len(INDICATORS) * n_years * len(BREAKDOWNS)
    n_countries = max(1, round(n_claims / (per_country * len(SOURCES) * coverage)))
    truth = _truth(rng, n_countries, n_years)
    shape = (*truth.shape, len(SOURCES))
    value = np.repeat(truth[..., None], len(SOURCES), axis=-1).astype(float)
    kind = np.where(rng.random(shape) < error_rate, rng.integers(1, len(ERRORS) + 1, shape), 0)
    value = _spoil(rng, value, kind)
    value, kind = _spoil_sources(rng, value, kind, stale, biased)
    printed = rng.random(shape) < coverage
    place = np.argwhere(printed)
    table = _table(place, value[printed], kind[printed], n_years)
    size = np.abs(value - truth[..., None])[printed]
    if masked:
        rows = (table["name"] == "compiler") & (table["value"] < 5)
        table.loc[rows, ["value", "qualifier"]] = 5.0, "less_than"
        size[rows & (truth[tuple(place[:, :4].T)] < 5)] = 0
    if loose:
        rows = (table["name"] == "survey") & (table["value"] >= 100)
        table.loc[rows, "qualifier"] = "about"
        size[rows & (size <= 0.1 * table["value"])] = 0
    table["kind"], table["size"] = np.array(["", *ERRORS, BIASED], dtype=object)[kind[printed]], size
    if cumulative:
        table = pd.concat([table, _sums(truth, n_years)], ignore_index=True)
    table["claim_id"] = [f"c{number:07d}" for number in rng.permutation(len(table))]
    wrong = (table["kind"] != "") & (table["size"] > 0)
    errors = table.loc[wrong, ["claim_id", "kind", "size"]].reset_index(drop=True)
    columns = ["claim_id", "source_id", "country", "indicator", "breakdown", "period_start", "period_end", "value"]
    columns += ["qualifier", "publisher", "upstream", "tier", "published"]
    return Panel(table[columns], _truth_table(truth), errors)


def _truth(rng: np.random.Generator, n_countries: int, n_years: int) -> NDArray[np.int64]:
    """Draw the true figures: country, indicator, year, breakdown."""
    level = np.exp(
        rng.normal(4.0, 1.0, (n_countries, 2, 1)) + np.cumsum(rng.normal(0, 0.2, (n_countries, 2, n_years)), 2)
    )
    persons = rng.poisson(level) + 1
    cases = rng.binomial(persons, 0.7) + 1
    totals = np.stack([persons[:, 0], cases[:, 0], persons[:, 1], cases[:, 1]], axis=1)
    truth = np.zeros((*totals.shape, len(BREAKDOWNS)), dtype=np.int64)
    truth[..., 0] = totals
    for first, shares in ((1, (0.62, 0.33)), (3, (0.8, 0.16)), (5, (0.1, 0.3, 0.5))):
        left, rest = totals.copy(), 1.0
        for k, share in enumerate(shares):
            truth[..., first + k] = rng.binomial(left, share / rest)
            left, rest = left - truth[..., first + k], rest - share
    return truth


def _spoil(rng: np.random.Generator, value: NDArray[np.float64], kind: NDArray[np.int64]) -> NDArray[np.float64]:
    """Put errors in."""
    true = value
    other = true[:, OTHER_UNIT]
    neighbour = np.roll(true, 1, axis=2)
    neighbour[:, :, 0] = true[:, :, 1]
    digits = 10.0 ** rng.integers(0, np.maximum(np.floor(np.log10(np.maximum(true, 1))).astype(int), 0) + 1)
    digit = true // digits % 10
    new = (digit + rng.integers(1, 9, true.shape)) % 10
    new = np.where((new == 0) & (true < 10 * digits), digit % 9 + 1, new)
    slip = true + (new - digit) * digits
    stale = np.floor(true * rng.uniform(0.65, 0.95, true.shape))
    return np.select([kind == k for k in range(1, 6)], [other, 2 * true, slip, neighbour, stale], true)


def _spoil_sources(
    rng: np.random.Generator, value: NDArray[np.float64], kind: NDArray[np.int64], stale: float, biased: float
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Make whole editions early, and whole series of a source too small."""
    names = SOURCES["name"].tolist()
    n_countries, _, n_years = value.shape[:3]
    factor, number = np.ones(value.shape), np.zeros(value.shape, dtype=np.int64)
    if stale:
        early = (rng.random((n_countries, n_years)) < stale)[:, None, :, None]
        share = rng.uniform(0.65, 0.95, (n_countries, n_years))[:, None, :, None]
        factor[..., names.index("compiler")] = np.where(early, share, 1.0)
        number[..., names.index("compiler")] = np.where(early, 1 + ERRORS.index("early_snapshot"), 0)
    if biased:
        low = (rng.random(n_countries) < biased)[:, None, None, None]
        share = rng.uniform(0.7, 0.9, n_countries)[:, None, None, None]
        factor[..., names.index("survey")] = np.where(low, share, 1.0)
        number[..., names.index("survey")] = np.where(low, 1 + len(ERRORS), 0)
    spoilt = (number > 0) & (kind == 0)
    return np.where(spoilt, np.floor(value * factor), value), np.where(spoilt, number, kind)


def _codes(n: int) -> list[str]:
    """Make up codes of countries: ``AAA`` to ``AAZ``, then ``A00`` to ``Z99``."""
    made_up = [f"AA{letter}" for letter in ascii_uppercase]
    return [*made_up, *(f"{letter}{number:02}" for letter in ascii_uppercase for number in range(100))][:n]


def _table(place: NDArray[np.int64], value: NDArray[np.float64], kind: NDArray[np.int64], n_years: int) -> pd.DataFrame:
    country, indicator, year, breakdown, source = place.T
    source_rows = SOURCES.iloc[source].reset_index(drop=True)
    codes = np.array(_codes(int(country.max(initial=0)) + 1), dtype=object)
    starts = np.array([f"{FIRST_YEAR + y}-01-01" for y in range(n_years)], dtype=object)
    ends = np.array([f"{FIRST_YEAR + y}-12-31" for y in range(n_years)], dtype=object)
    # an early snapshot is printed early: a yearly source is one edition a year, dated by its months
    months = np.where(kind == 1 + ERRORS.index("early_snapshot"), 14, source_rows["months"])
    since = 12 * (FIRST_YEAR + year) + months
    published = [f"{m // 12}-{m % 12 + 1:02d}" for m in since.tolist()]
    names = source_rows["name"].to_numpy(object)
    return pd.DataFrame(
        {
            "country": codes[country],
            "indicator": np.array(INDICATORS, dtype=object)[indicator],
            "breakdown": np.array(BREAKDOWNS, dtype=object)[breakdown],
            "period_start": starts[year],
            "period_end": ends[year],
            "value": value,
            "qualifier": "exact",
            "source_id": names + "-" + codes[country] + "-" + np.array(published, dtype=object),
            "name": names,
            "publisher": names,
            "upstream": source_rows["upstream"].to_numpy(object),
            "tier": source_rows["tier"].to_numpy(object),
            "published": published,
        }
    )


def _sums(truth: NDArray[np.int64], n_years: int) -> pd.DataFrame:
    """Sums over all years by the register, and over the first half by the compiler: all of them true."""
    tables = []
    for source, years in ((0, n_years), (2, n_years // 2)):
        place = np.argwhere(np.ones(truth.shape[:2], dtype=bool))
        full = np.column_stack([place, np.full(len(place), years - 1), np.zeros((len(place), 1), int)])
        full = np.column_stack([full, np.full(len(place), source)])
        total = truth[:, :, :years, 0].sum(axis=2).ravel().astype(float)
        table = _table(full, total, np.zeros(len(place), int), n_years)
        tables.append(table.assign(period_start=f"{FIRST_YEAR}-01-01", kind="", size=0.0))
    return pd.concat(tables, ignore_index=True)


def _truth_table(truth: NDArray[np.int64]) -> pd.DataFrame:
    n_countries, _, n_years, _ = truth.shape
    years = range(FIRST_YEAR, FIRST_YEAR + n_years)
    index = pd.MultiIndex.from_product(
        [_codes(n_countries), INDICATORS, years, BREAKDOWNS], names=["country", "indicator", "year", "breakdown"]
    )
    return pd.Series(truth.ravel(), index=index, name="truth").reset_index()
