"""Errors of known kinds put into cells on which all publications agree: which are found, named, and what it costs.

Each kind is put, by a fixed seed, into a number of tables of a panel whose truth is known: four publishers print the
total, the women and men, the adults and children of every country and year, two of them in two editions. Of the claims
that an error made false, the share that is rejected (found), and of these the share with a fitting cause (named);
of all others, the share that is rejected all the same (wronged); and of the totals that an error touched, the share
that comes out right, beside what other ways of choosing one figure a cell make of the same claims. "copy-aware" is
written from Dong, Berti-Equille and Srivastava (2009), simplified to one value a cell: accuracy of each publisher and
dependence of each pair are estimated in turns, and a vote counts less the more probably it was copied.

Dong XL, Berti-Equille L, Srivastava D (2009). Integrating conflicting data: the role of source dependence.
Proceedings of the VLDB Endowment 2(1), 550-561.

Run: nice -n 19 python benchmarks/injection.py [--tables 40] [--seed 1]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from itertools import combinations

import numpy as np
import pandas as pd

import trafficking_stats as ts

PARTS = ("", "sex=female", "sex=male", "age=adult", "age=child")
CELL = ["country", "indicator", "breakdown", "period_start", "period_end"]
# publisher, tier, upstream, edition, years from the year to the edition; None for one date for all years
EDITIONS = (
    ("Register", "register", "national", "", 1, "03-01"),
    ("Compiler", "compiler", "national", "old", None, "2023-05-30"),
    ("Compiler", "compiler", "national", "new", None, "2025-04-14"),
    ("State", "compiler", "national", "", 1, "06-20"),
    ("Agency", "publisher", "agency", "", 2, "02-01"),
)
YEARS = range(2010, 2020)
Rng = np.random.Generator


def panel(rng: Rng, n_countries: int) -> pd.DataFrame:
    """All publishers print the truth; the state and the agency print no ages."""
    rows = []
    for number in range(n_countries):
        size = rng.lognormal(4.5, 1.0)
        for year in YEARS:
            total = 20 + int(rng.poisson(size))
            women, adults = rng.binomial(total, 0.7), rng.binomial(total, 0.8)
            truth = dict(zip(PARTS, (total, women, total - women, adults, total - adults), strict=True))
            for publisher, tier, upstream, edition, later, day in EDITIONS:
                published = day if later is None else f"{year + later}-{day}"
                place = f"C{number:02}", year, publisher, tier, upstream, edition, published
                parts = PARTS[:3] if publisher in ("State", "Agency") else PARTS
                rows += [(*place, part, truth[part]) for part in parts]
    names = ["country", "year", "publisher", "tier", "upstream", "edition", "published", "breakdown", "truth"]
    table = pd.DataFrame(rows, columns=names)
    table["source_id"] = table["publisher"] + table["edition"] + table["published"].where(table["edition"] == "", "")
    table["source_id"] = table["source_id"].str.lower()
    # the register and the agency print half of the years, as most of the world's do not print at all
    years = table[["country", "year", "publisher"]].drop_duplicates()
    years["silent"] = years["publisher"].isin(["Register", "Agency"]) & (rng.random(len(years)) < 0.5)
    table = table.merge(years)
    return table.assign(value=table["truth"].astype(float))


def at(table: pd.DataFrame, country: str, year: int, publisher: str, edition: str | None = None) -> pd.Series:
    """Tell which rows are of one table."""
    rows = (table["country"] == country) & (table["year"] == year) & (table["publisher"] == publisher)
    return rows if edition is None else rows & (table["edition"] == edition)


def misread_table(table: pd.DataFrame, rng: Rng, country: str, year: int) -> pd.Series:
    """The sexes of both editions are those of another column, many times too large."""
    rows = at(table, country, year, "Compiler") & table["breakdown"].str.startswith("sex")
    table.loc[rows, "value"] = table.loc[rows, "truth"] * int(rng.integers(3, 8)) + 7
    return rows


def newest_total(table: pd.DataFrame, rng: Rng, country: str, year: int) -> pd.Series:
    """One digit of the total slips in the newest edition."""
    rows = at(table, country, year, "Compiler", "new") & (table["breakdown"] == "")
    digits = list(f"{table.loc[rows, 'truth'].item():.0f}")
    place = int(rng.integers(len(digits) - 1))
    digits[place] = str(1 + (int(digits[place]) + int(rng.integers(2, 7))) % 9)
    table.loc[rows, "value"] = float("".join(digits))
    return rows


def total_too_low(table: pd.DataFrame, rng: Rng, country: str, year: int) -> pd.Series:
    """The total is 5 to 40 % too low in both editions, the sexes and ages are right; nobody else prints one."""
    rows = at(table, country, year, "Compiler") & (table["breakdown"] == "")
    table.loc[rows, "value"] = np.floor(table.loc[rows, "truth"] * (1 - rng.uniform(0.05, 0.4)))
    table.loc[
        (table["country"] == country) & (table["year"] == year) & (table["publisher"] != "Compiler"), "silent"
    ] = True
    return rows


def total_slightly_off(table: pd.DataFrame, rng: Rng, country: str, year: int) -> pd.Series:
    """The total is 3 % too high in both editions."""
    rows = at(table, country, year, "Compiler") & (table["breakdown"] == "")
    table.loc[rows, "value"] = np.ceil(table.loc[rows, "truth"] * 1.03)
    return rows


def twice(table: pd.DataFrame, rng: Rng, country: str, year: int) -> pd.Series:
    """A publisher counts everybody twice."""
    rows = at(table, country, year, "State") & (table["breakdown"] == "")
    table.loc[rows, "value"] = 2.0 * table.loc[rows, "truth"]
    return rows


def early(table: pd.DataFrame, rng: Rng, country: str, year: int) -> pd.Series:
    """A publisher prints what was known half a year after the year."""
    rows = at(table, country, year, "State")
    table.loc[rows, "value"] = np.floor(table.loc[rows, "truth"] * 0.8)
    return rows


def another_country(table: pd.DataFrame, rng: Rng, country: str, year: int) -> pd.Series:
    """Both editions print the table of another country."""
    rows = at(table, country, year, "Compiler")
    others = [name for name in table["country"].unique() if name != country]
    other = at(table, others[int(rng.integers(len(others)))], year, "Compiler", "new")
    values = table.loc[other].set_index("breakdown")["truth"]
    table.loc[rows, "value"] = table.loc[rows, "breakdown"].map(values).astype(float)
    return rows


def shifted(table: pd.DataFrame, rng: Rng, country: str, year: int) -> pd.Series:
    """The newest edition prints each year of a country under the year before."""
    rows = (table["country"] == country) & (table["edition"] == "new") & (table["year"] < YEARS[-1])
    after = table[(table["country"] == country) & (table["edition"] == "new")].set_index(["year", "breakdown"])["truth"]
    table.loc[rows, "value"] = [float(after[y + 1, b]) for y, b in table.loc[rows, ["year", "breakdown"]].to_numpy()]
    return rows


def stale(table: pd.DataFrame, rng: Rng, country: str, year: int) -> pd.Series:
    """Four publications repeat a total that the register has revised since."""
    rows = at(table, country, year, "State") & (table["breakdown"] == "")
    first = table[rows].assign(value=np.floor(table.loc[rows, "truth"] * 0.75))
    copies = [
        first.assign(publisher=name, source_id=f"{name.lower()}-{year}") for name in ("Press", "Union", "Charity")
    ]
    table.loc[rows, "value"] = first["value"]
    for copy in copies:
        for row in copy.to_dict("records"):
            table.loc[table.index.max() + 1] = row
    return rows.reindex(table.index, fill_value=True)


KINDS: dict[str, tuple[Callable[..., pd.Series], tuple[str, ...]]] = {
    "a table misread, both editions": (misread_table, ("corrupt", "arithmetic")),
    "a digit of the newest total": (newest_total, ("digit_slip",)),
    "a total 5 to 40 % too low, both": (total_too_low, ("arithmetic", "revision")),
    "a total 3 % too high, both": (total_slightly_off, ("small_difference", "revision", "rounding")),
    "counted twice": (twice, ("double_count",)),
    "an early count": (early, ("early_snapshot", "revision")),
    "a table of another country, both": (another_country, ("corrupt", "arithmetic")),
    "years shifted in one release": (shifted, ("shifted_year", "copied_year", "revision")),
    "a stale figure repeated by four": (stale, ("early_snapshot", "revision")),
}
"""What puts each kind in, and the causes that fit it."""


def claims_of(table: pd.DataFrame) -> pd.DataFrame:
    """Make claims of a panel."""
    year = table["year"].astype(str)
    claims = table[["source_id", "country", "breakdown", "publisher", "upstream", "tier", "published", "value"]]
    claims = claims.assign(indicator="victims_identified", period_start=year + "-01-01", period_end=year + "-12-31")
    return claims.assign(qualifier="exact", claim_id=[f"c{number:06}" for number in range(len(claims))])


def copy_aware(claims: pd.DataFrame, rounds: int = 8) -> pd.Series:
    """Choose one value a cell by votes that count less where they were probably copied (Dong et al. 2009)."""
    latest = claims.sort_values("published").drop_duplicates([*CELL, "publisher"], keep="last")
    wide = latest.pivot(index=CELL, columns="publisher", values="value")
    publishers, errors, prior = [str(name) for name in wide], 50, 0.2
    accuracy, copied = dict.fromkeys(publishers, 0.8), dict.fromkeys(combinations(publishers, 2), 0.0)
    truth = wide.median(axis=1)
    for _ in range(rounds):
        score = {}
        for value in pd.unique(latest["value"]):
            says = wide == value
            votes = pd.Series(0.0, index=wide.index)
            counted: list[str] = []
            for one in sorted(publishers, key=lambda name: -accuracy[name]):
                own = 1.0
                for other in counted:
                    pair = (one, other) if (one, other) in copied else (other, one)
                    own = own * (1 - 0.8 * copied[pair] * says[other].astype(float))
                votes += says[one] * own * np.log(errors * accuracy[one] / (1 - accuracy[one]))
                counted.append(one)
            score[value] = votes
        truth = pd.DataFrame(score).idxmax(axis=1)
        for one in publishers:
            printed = wide[one].notna()
            accuracy[one] = float(np.clip((wide[one] == truth)[printed].mean(), 0.05, 0.99))
        for one, other in copied:
            both = wide[one].notna() & wide[other].notna()
            same = both & (wide[one] == wide[other])
            right, wrong, differ = (
                (same & (wide[one] == truth)).sum(),
                (same & (wide[one] != truth)).sum(),
                (both & ~same).sum(),
            )
            p = accuracy[one] * accuracy[other]
            q = (1 - accuracy[one]) * (1 - accuracy[other]) / errors
            apart = right * np.log(p) + wrong * np.log(q) + differ * np.log(max(1 - p - q, 1e-9))
            a, c = accuracy[other], 0.8
            dependent = right * np.log(a * c + p * (1 - c)) + wrong * np.log((1 - a) * c + q * (1 - c))
            dependent += differ * np.log(max((1 - p - q) * (1 - c), 1e-9))
            copied[one, other] = float(1 / (1 + (1 - prior) / prior * np.exp(np.clip(apart - dependent, -500, 500))))
    return truth


def measure(name: str, n_tables: int, seed: int) -> dict[str, object]:
    """Put one kind of error into a panel, and see what each way makes of it."""
    rng = np.random.default_rng(seed)
    put, fitting = KINDS[name]
    table = panel(rng, max(8, n_tables // 4))
    table["wrong"] = False
    countries = table["country"].unique()
    for number in range(n_tables if put is not shifted else len(countries) // 2):
        country = countries[number % len(countries)]
        year = int(YEARS[1 + (3 * (number // len(countries))) % 8])
        rows = put(table, rng, country, year)
        table["wrong"] = table["wrong"].fillna(False).astype(bool) | rows
    table["wrong"] &= table["value"] != table["truth"]
    table = table[~table["silent"]].reset_index(drop=True)
    claims = claims_of(table)
    rec = ts.reconcile(claims)
    judged = rec.claims.set_index("claim_id").loc[claims["claim_id"]]
    wrong, lost = table["wrong"].to_numpy(), ~judged["accepted"].to_numpy(bool)
    doubted = (judged["doubt"] != "").to_numpy()
    touched = table[table["wrong"]][["country", "year", "breakdown"]].drop_duplicates()
    truth = table.drop_duplicates(["country", "year", "breakdown"]).set_index(["country", "year", "breakdown"])["truth"]
    truth = truth[pd.MultiIndex.from_frame(touched)]
    row: dict[str, object] = {
        "kind": name,
        "wrong": int(wrong.sum()),
        "found": (lost & wrong).sum() / wrong.sum(),
        "doubted": (doubted & ~lost & wrong).sum() / wrong.sum(),
        "named": judged["cause"].isin(fitting).to_numpy()[lost & wrong].mean() if (lost & wrong).any() else np.nan,
        "wronged": (lost & ~wrong).sum() / (~wrong).sum(),
    }
    ways = {"consistent": rec.series} | {
        way: ts.reconcile(claims, way).series for way in ("latest", "median", "register")
    }
    for way, series in ways.items():
        found = series.set_index(["country", "year", "breakdown"])["estimate"].reindex(truth.index)
        row[way] = (found.astype(float) == truth).mean()
    aware = copy_aware(claims).reset_index(name="value")
    aware["year"] = aware["period_end"].str[:4].astype(int)
    row["copy-aware"] = (
        aware.set_index(["country", "year", "breakdown"])["value"].reindex(truth.index) == truth
    ).mean()
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=int, default=40, help="tables with an error, of each kind")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rows = pd.DataFrame([measure(name, given.tables, given.seed) for name in KINDS])
    shares = rows.columns[2:]
    rows[shares] = (100 * rows[shares]).round(1)
    print("shares in %: wrong claims found, only doubted, and of those found named; sound claims rejected (wronged);")
    print("cells with a wrong claim that come out right, by the way of choosing")
    print(rows.to_string(index=False))


if __name__ == "__main__":
    main()
