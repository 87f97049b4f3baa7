"""Tables of the gap and of the peers: the answer in the second column, its interval beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from trafficking_stats.messages import say
from trafficking_stats.messages.gap import values_of
from trafficking_stats.messages.values import written
from trafficking_stats.reconciliation.sensitivity import WITHOUT
from trafficking_stats.shown import Shown
from trafficking_stats.tables.html import Format, sub, table
from trafficking_stats.texts.reconciliation import choice_name
from trafficking_stats.texts.words import count, limits, place_name, rate_text, ratio_name, short, span, unbroken

if TYPE_CHECKING:
    from trafficking_stats.gap_analysis.answer import Gap


def ratios(gap: Gap) -> Shown:
    """Tabulate the rate over all years, their halves, lags and moving windows; single years are in the CSV."""
    rows = gap.tables["ratios"]
    same_as_all_years = (rows["kind"] == "lag") & (rows["lag"] == gap.question.lags[0])
    rows = rows[(rows["kind"] != "year") & ~same_as_all_years]
    return _rates(gap, "ratios", rows, {"years": lambda row: unbroken(ratio_name(row))}, {})


def peers(gap: Gap) -> Shown:
    """Tabulate the rates of the country and its peers by name, with who counts as a victim; never by rank."""
    name: dict[str, Format] = {"country": lambda row: sub(place_name(row["country"]), span(row))}
    definition: dict[str, Format] = {"definition": lambda row: say(f"pages.definition.{row['definition']}")}
    return _rates(gap, "peers", gap.tables["peers"], name, definition)


def _rates(gap: Gap, name: str, rows: pd.DataFrame, first: Mapping[str, Format], last: Mapping[str, Format]) -> Shown:
    sides = {
        written(getattr(gap.question, side), "capital"): count(f"{side}_") for side in ("numerator", "denominator")
    }
    columns = {**first, "rate": rate_text, "interval": limits(), **sides, **last}
    return table(name, rows, columns, values_of(gap), numbers=range(1, 5), data=gap.tables[name])


def shortfalls(gap: Gap) -> Shown:
    """Tabulate how many events there would have been at each peer's rate, and how many fewer there were."""

    def missing(row: Mapping[str, Any]) -> str:
        return say("common.range", lower=int(row["shortfall_lower"]), upper=int(row["shortfall_upper"]))

    return table(
        "shortfalls",
        gap.tables["shortfalls"],
        {
            "at_rate_of": lambda row: sub(place_name(row["peer"]), span(row)),
            "shortfall": missing,
            "expected": lambda row: short(row["expected_min"], row["expected_max"]),
            "observed": count("observed_"),
        },
        values_of(gap),
        numbers=range(1, 4),
    )


def choices(gap: Gap) -> Shown:
    """Tabulate the rate of all years under each other choice of method and source; what changes nothing is counted."""

    def choice(row: Mapping[str, Any]) -> str:
        left_out = row["left_out"].partition(" ")[2]  # behind whether it is an upstream or a publisher
        return choice_name(f"{WITHOUT}{left_out}" if left_out else row["method"])

    found = gap.tables["sources"]
    used_here = found["method"].isin(found["method"].head(1))
    repeats = int(found["repeat"].sum())
    return table(
        "choices",
        found[~found["repeat"] & (used_here | (found["left_out"] == ""))],
        {
            "choice": choice,
            "rate": lambda row: say("pages.rates.refused") if math.isnan(row["per_100_max"]) else rate_text(row),
        },
        values_of(gap),
        numbers=(1,),
        note=say("tables.choices.repeats", choices=say("tables.choices.more", n=repeats), n=repeats) if repeats else "",
        data=found,
    )
