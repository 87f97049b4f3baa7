"""Tables of the gap and of the peers: the answer in the second column, its interval beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from trafficking_stats.csv_tables import records
from trafficking_stats.messages import Country, Noun, say
from trafficking_stats.messages.values import written
from trafficking_stats.shown import Shown
from trafficking_stats.tables.html import heads, sub, table
from trafficking_stats.texts.reconciliation import choice_name
from trafficking_stats.texts.words import ABSENT, capital, number, rate_text, ratio_name, short, span, unbroken

if TYPE_CHECKING:
    from trafficking_stats.gap_analysis.answer import Gap


def ratios(gap: Gap) -> Shown:
    """Tabulate the rate over all years, their halves, lags and moving windows; single years are in the CSV."""
    data = gap.tables["ratios"]
    rows = [
        [unbroken(ratio_name(row)), rate_text(row), _interval(row), *_counts(row)]
        for row in records(data[data["kind"] != "year"])
        if row["kind"] != "lag" or row["lag"] != gap.question.lags[0]  # the same as all years
    ]
    return _rates(gap, "ratios", "years", rows)


def peers(gap: Gap) -> Shown:
    """Tabulate the rates of the country and its peers by name, with who counts as a victim; never by rank."""
    rows = []
    for row in records(gap.tables["peers"]):
        name = sub(written(Country(row["country"]), "bare"), span(row))
        definition = say(f"pages.definition.{row['definition'] or 'unknown'}")
        rows.append([name, rate_text(row), _interval(row), *_counts(row), definition])
    return _rates(gap, "peers", "country", rows, "definition")


def _rates(gap: Gap, name: str, first: str, rows: Sequence[Sequence[Any]], *more: str) -> Shown:
    what, of = gap.question.numerator.words(), gap.question.denominator.words()
    return table(
        [*heads(first, "rate", "interval"), capital(what), capital(of), *heads(*more)],
        rows,
        caption=say(f"pages.{name}.table", what=capital(what), of=of, country=Country(gap.question.country)),
        numbers=(1, 2, 3, 4),
        note=say(f"pages.{name}.note"),
        data=gap.tables[name],
        name=f"{gap.question.country}-{name}",
    )


def shortfalls(gap: Gap) -> Shown:
    """Tabulate how many events there would have been at each peer's rate, and how many fewer there were."""
    rows = []
    for row in records(gap.tables["shortfalls"]):
        expected, seen = (short(row[f"{name}"], row[f"{other}"]) for name, other in _SHORTFALL)
        missing = say("common.range", lower=int(row["shortfall_lower"]), upper=int(row["shortfall_upper"]))
        rows.append([sub(written(Country(row["peer"]), "bare"), span(row)), missing, expected, seen])
    what = capital(gap.question.numerator.words())
    return table(
        heads("at_rate_of", "shortfall", "expected", "observed"),
        rows,
        caption=say("pages.shortfalls.table", what=what, country=Country(gap.question.country)),
        numbers=(1, 2, 3),
        note=say("pages.shortfalls.note"),
        data=gap.tables["shortfalls"],
        name=f"{gap.question.country}-shortfalls",
        empty=say("pages.shortfalls.none"),
    )


_SHORTFALL = (("expected_min", "expected_max"), ("observed_lower", "observed_upper"))


def choices(gap: Gap) -> Shown:
    """Tabulate the rate of all years under each other choice of method and source; what changes nothing is counted."""
    found = gap.rows["sources"]
    what, of = gap.question.numerator.words(), gap.question.denominator.words()
    rows = []
    kept = [one for one in found if not one.repeat and (not one.left_out or one.method == found[0].method)]
    for row in kept:
        left_out = row.left_out.partition(" ")[2]  # behind whether it is an upstream or a publisher
        name = choice_name(f"without {left_out}") if left_out else choice_name(row.method)
        refused = bool(row.refusal) or math.isnan(row.per_100_max)
        rows.append([name, say("pages.rates.refused") if refused else rate_text(vars(row))])
    repeats = sum(one.repeat for one in found)
    return table(
        heads("choice", "rate"),
        rows,
        caption=say("pages.choices.table", what=capital(what), of=of),
        numbers=(1,),
        note=say("pages.choices.note", choices=Noun(repeats, "pages.choices.more"), n=repeats) if repeats else "",
        data=gap.tables["sources"],
        name=f"{gap.question.country}-choices",
        empty=say("pages.choices.none"),
    )


def _interval(row: Mapping[str, Any]) -> str:
    low, high = float(row["lower"]), float(row["upper"])
    return ABSENT if math.isnan(low) else say("common.range", lower=number(low), upper=number(high))


def _counts(row: Mapping[str, Any]) -> list[str]:
    return [short(row[f"{side}_lower"], row[f"{side}_upper"]) for side in ("numerator", "denominator")]
