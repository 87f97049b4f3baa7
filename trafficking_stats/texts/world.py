"""What is said of all countries together, and the rows that figures and tables of them share."""

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd

from trafficking_stats.countries import iso_codes, region_of
from trafficking_stats.csv_tables import records
from trafficking_stats.gap_analysis.countries import Countries
from trafficking_stats.messages import Bounds, Country, say
from trafficking_stats.messages.shown import Shown, prose
from trafficking_stats.reconciliation.result import Reconciliation
from trafficking_stats.texts.focus import known
from trafficking_stats.texts.headline import headline
from trafficking_stats.texts.words import place_name


def group_name(group: str) -> str:
    """Return the name of a group of countries: all, a region, or a definition of who counts as a victim."""
    return place_name(group) if group.isdigit() else say(f"pages.world.group.{group}")


def by_region(countries: Iterable[str]) -> dict[str, list[str]]:
    """Order countries by the names of their regions and their own; what is in no region stands below the world.

    Examples
    --------
    >>> by_region(["SWE", "BRA", "DNK"])
    {'154': ['DNK', 'SWE'], '005': ['BRA']}
    """
    found: dict[str, list[str]] = {}
    for code in sorted(countries, key=lambda code: (place_name(region_of(code) or "001"), place_name(code))):
        found.setdefault(region_of(code) or "001", []).append(code)
    return found


def counts_of(table: pd.DataFrame, world: Countries) -> pd.DataFrame:
    """Return the rows of a series or of claims that are on the two counts: ``count`` is 1 denominator, 2 numerator."""
    own = table[table["country"] != "EUU"]
    parts = [
        own[(own["indicator"] == one.indicator) & (own["breakdown"] == one.breakdown)].assign(count=number)
        for number, one in enumerate((world.denominator, world.numerator), start=1)
    ]
    return pd.concat(parts)


def printed_years(rec: Reconciliation, world: Countries, start: int | None, end: int | None) -> pd.DataFrame:
    """Return what is known of both counts in the years for which somebody prints one."""
    rows = known(counts_of(rec.series[rec.series["n_claims"] > 0], world))
    return rows[rows["year"].between(start or 0, end or 9999)]


def world_headline(world: Countries) -> Shown:
    """Say how many of the one count all countries together have for how many of the other, and how they differ."""
    countries = world.tables["countries"]
    without = sum(one.analysis == "countries" for one in world.refusals)
    missing = say("pages.world.without", countries=without, silent=len(_silent(world)))
    if countries.empty:
        return headline(say("pages.world.none"), {"pages.world.missing": missing})
    sides = [f"{side}_{end}" for side in ("numerator", "denominator") for end in ("lower", "upper")]
    low, high, least, most = (int(count) for count in countries[sides].sum())
    values: dict[str, Any] = {
        "numerator": world.numerator,
        "denominator": world.denominator,
        "countries": len(countries),
        "counted": Bounds(least, most),
        "convicted": Bounds(low, high),
        "rate": Bounds(100 * low / most, 100 * high / least if least else math.inf),
        "n": int((countries["definition"] != "unknown").sum()),
        "first": str(countries["first_year"].min()),
        "last": str(countries["last_year"].max()),
    }
    apart = say("tables.world_regions.none")
    for row in records(world.tables["groups"].query("kind == 'all'")):
        apart = say("pages.world.apart", low=row["per_100"] / row["spread"], high=row["per_100"] * row["spread"], **row)
    return headline(
        say("pages.world.sentence", **values),
        {
            "pages.world.how_far_apart": apart,
            "pages.peers.beware": say("pages.world.beware", **values),
            "pages.gap.years": say("pages.world.years", **values),
            "pages.world.missing": missing,
        },
    )


def _silent(world: Countries) -> set[str]:
    """Return the countries and areas of ISO 3166-1 on which there is no figure at all."""
    spoken = {one.subject for one in world.refusals} | set(world.tables["countries"]["country"])
    return {code for code in iso_codes() if region_of(code)} - spoken


def missing(world: Countries) -> Shown:
    """Name the countries whose figures carry no rate, and count those of each region without any figure."""
    silent = _silent(world)
    regions = by_region(code for code in iso_codes() if region_of(code))
    parts = [
        say("pages.world.of_region", n=n, all=len(inside), region=place_name(region))
        for region, inside in regions.items()
        if (n := len(silent.intersection(inside)))
    ]
    refused: dict[str, list[Country]] = {"few_own_years": [], "says_nothing": []}
    for one in sorted(world.refusals, key=lambda one: place_name(one.subject)):
        if one.analysis == "countries" and one.reason in refused:
            refused[one.reason].append(Country(one.subject))
    paragraphs = [say(f"pages.world.{reason}", who=who) for reason, who in refused.items() if who]
    return prose(*paragraphs, say("pages.world.silent", parts=parts) if parts else "")
