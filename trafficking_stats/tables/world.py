"""Tables of all countries: rates by region, each country in small, what was revised, where sources disagree most."""

import base64

import numpy as np
import pandas as pd
from markupsafe import Markup

from trafficking_stats.csv_tables import records
from trafficking_stats.gap_analysis.countries import Countries
from trafficking_stats.intervals import period_kind
from trafficking_stats.messages import Country, say
from trafficking_stats.messages.shown import Shown
from trafficking_stats.plots.style import STAGE_SHADES, shade
from trafficking_stats.reconciliation.result import Reconciliation
from trafficking_stats.reconciliation.vintages import steps
from trafficking_stats.tables.columns import Column, Columns, Row, count_columns
from trafficking_stats.tables.html import csv_link, table
from trafficking_stats.texts.links import country_link
from trafficking_stats.texts.words import limits, number, place_name, rate_text
from trafficking_stats.texts.world import by_region, counts_of, group_name, printed_years

SHOWN = 25
"""Rows of a list of the largest; its CSV holds all."""

_CELL = ["country", "indicator", "breakdown"]


def regions(world: Countries) -> Shown:
    """Tabulate the rate of the middle country of all, of each region, and of each definition of a victim."""
    countries, groups = world.tables["countries"].assign(all="all"), world.tables["groups"]
    ends = [f"{side}_{end}" for side in ("numerator", "denominator") for end in ("lower", "upper")]
    summed = [
        countries.groupby(kind, as_index=False)[ends].sum().assign(kind=kind).rename(columns={kind: "group"})
        for kind in ("all", "region", "definition")
    ]
    rows = groups.merge(pd.concat(summed), on=["kind", "group"]).assign(name=groups["group"].map(group_name))
    few = sorted(
        group_name(one.subject) for one in world.refusals if one.analysis == "groups" and one.subject.isdigit()
    )
    both = {"numerator": world.numerator, "denominator": world.denominator}
    counts = count_columns(world.numerator, world.denominator)
    columns: Columns = [Column("name", head="group"), "middle", "interval", "another", "countries", *counts]
    rows = rows.sort_values(["kind", "name"])
    return table("world_regions", rows, columns, {**both, "regions": few}, groups="group_kind", data=groups)


def multiples(rec: Reconciliation, world: Countries, start: int | None = None, end: int | None = None) -> Shown:
    """Show every country in small: both counts over the same years, its rate drawn to its region, a link to its page.

    Parameters
    ----------
    rec : Reconciliation
        The series.
    world : Countries
        Of `trafficking_stats.compare_countries`.
    start, end : int, optional
        First and last year; those that there are by default.
    """
    rows = printed_years(rec, world, start, end)
    rates = {row["country"]: _rate(row) for row in records(world.tables["countries"])}
    years = (int(rows["year"].min()), int(rows["year"].max())) if len(rows) else (0, 0)
    shades = {1: shade(world.denominator.indicator), 2: STAGE_SHADES["conviction"]}
    found = {str(code): own for code, own in rows.groupby("country")}
    item = Markup('<li>{}{} <span class="sub">{}</span></li>').format
    shown = Markup()
    for region, codes in by_region(found).items():
        shown += Markup('<h3>{}</h3><ul class="multiples">').format(place_name(region))
        for code in codes:
            rate = rates.get(code) or say("pages.world.no_rate")
            alt = say("pages.world.multiple", country=Country(code), rate=rate)
            shown += item(_small(found[code], years, shades, alt), country_link(code), rate)
        shown += Markup("</ul>")
    both = {"numerator": world.numerator, "denominator": world.denominator}
    note = say("pages.world.multiples", first=str(years[0]), last=str(years[1]), **both)
    foot = Markup('<p class="note">{} {}</p>').format(note, csv_link(world.tables["countries"], "world-countries"))
    return Shown("multiples", shown + foot)


def _rate(row: Row) -> str:
    """Write the rate of a country drawn to that of its region, with its limits; as counted where that is not known."""
    if not row["drawn_to"]:
        return rate_text(row)
    return say("pages.world.rate", rate=number(row["shrunk"]), limits=limits("shrunk_")(row))


def _small(rows: pd.DataFrame, years: tuple[int, int], shades: dict[int, str], alt: str) -> Markup:
    """Draw the counts of a country as bars as high as is certain, the second in front of the first."""
    step, top = 96 / (years[1] - years[0] + 1), max(1.0, float(rows["lower"].max()))
    paths = ""
    for place, colour in shades.items():
        wide, own = step * (0.9 if place == 1 else 0.5), rows[rows["count"] == place]
        places = (own["year"] - years[0] + 0.5) * step - wide / 2
        heights = 0.6 + 30 * own["lower"].astype(float) / top
        bars = [f"M{x:.1f} 32v-{y:.1f}h{wide:.1f}V32z" for x, y in zip(places, heights, strict=True)]
        paths += f'<path fill="{colour}" d="{"".join(bars)}"/>'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 32" width="96" height="32">{paths}</svg>'
    address = "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
    return Markup('<img src="{}" alt="{}" width="96" height="32">').format(address, alt)


def revisions(rec: Reconciliation, world: Countries) -> Shown:
    """Tabulate what the newest edition of each publisher revised or withdrew, the largest first."""
    claims = _yearly(counts_of(rec.claims, world))
    claims = claims[(claims["published"] != "") & claims["lower"].notna()]
    newest = claims.groupby("publisher")["published"].max()
    moved = steps(claims)
    moved = moved[moved["step"].isin(["revised", "withdrawn"]) & (moved["published"] == moved["publisher"].map(newest))]
    moved = moved.assign(year=moved["end"].str[:4])
    gone = moved.assign(**{end: moved[end].mask(moved["step"] == "withdrawn", 0) for end in ("lower", "upper")})
    moved = moved.assign(size=_apart(gone)).sort_values(["size", "country", "year"], ascending=[False, True, True])
    return _largest("world_revisions", moved, ["before", "now", "edition"])


def disagreements(rec: Reconciliation, world: Countries) -> Shown:
    """Tabulate the rejected figures that are farthest from what was kept for their year; not those revised since."""
    claims = _yearly(counts_of(rec.claims[~rec.claims["accepted"] & (rec.claims["cause"] != "revision")], world))
    kept = rec.series[[*_CELL, "year", "lower", "upper"]].rename(columns={"lower": "old_lower", "upper": "old_upper"})
    apart = claims.assign(year=claims["period_end"].str[:4].astype(int)).merge(kept, on=[*_CELL, "year"])
    apart = apart.assign(size=_apart(apart)).sort_values(["size", "claim_id"], ascending=[False, True])
    apart = apart.drop_duplicates([*_CELL, "year"])
    return _largest("world_disagreements", apart, ["kept_figure", "set_aside_figure", "edition", "its_cause"])


def moved_figures(moved: pd.DataFrame, old: str, new: str) -> Shown:
    """Tabulate what moved between two states of the data, named ``old`` and ``new``; see `changes`."""
    return _largest("world_moved", moved, ["before", "new", "moved", "moved_by"], shown=10 * SHOWN, old=old, new=new)


def _yearly(claims: pd.DataFrame) -> pd.DataFrame:
    kinds = map(period_kind, claims["period_start"], claims["period_end"])
    return claims[[kind == "year" for kind in kinds]]


def _apart(table: pd.DataFrame) -> pd.Series:
    """Return the least distance of two intervals, as the difference of square roots: chance moves all counts alike."""
    ends = ("lower", "upper", "old_lower", "old_upper")
    low, high, least, most = (table[name].astype(float).fillna(np.inf) ** 0.5 for name in ends)
    return pd.concat([low - most, least - high], axis="columns").max(axis="columns")


def _largest(name: str, data: pd.DataFrame, columns: Columns, *, shown: int = SHOWN, **names: str) -> Shown:
    """Tabulate pairs of figures, the largest distance first, and what else is said of each."""
    note = say("tables.largest", shown=min(shown, len(data)), n=len(data))
    return table(name, data.head(shown), ["country", "year", "what", *columns], names, note=note, data=data)
