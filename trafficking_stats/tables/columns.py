"""The columns of the tables: what each writes of a row, whether it stands right, and its head."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from trafficking_stats.messages import Measure, Term, Years, breakdown_words, readable, say, written
from trafficking_stats.reconciliation.sensitivity import WITHOUT
from trafficking_stats.reconciliation.words import source_of
from trafficking_stats.texts import words
from trafficking_stats.texts.links import source_link
from trafficking_stats.texts.reconciliation import cause_words, choice_name

Row = Mapping[str, Any]


class Column(NamedTuple):
    """A column of a table.

    Parameters
    ----------
    format : str or callable
        The key of a row, or what makes a text of the row.
    number : bool
        Whether it stands right.
    head : str
        The end of an id ``tables.head.NAME`` of the catalogue, or the text itself; by default the name of the column.
    """

    format: str | Callable[[Row], str]
    number: bool = False
    head: str = ""


Columns = Sequence[str | Column]


def sub(text: object, below: object) -> Markup:
    """Set a smaller line below a text, such as the years below the name of a country."""
    return Markup('{} <span class="sub">{}</span>').format(text, escape(below))


def printed_figure(claim: Row) -> str:
    """Write the figure of a claim as its source prints it."""
    return words.printed(claim["value"], claim["qualifier"], claim.get("value_upper"))


def count_columns(numerator: Measure, denominator: Measure) -> list[Column]:
    """Return the columns of the two counts that a rate is of."""
    both = (("numerator_", numerator), ("denominator_", denominator))
    return [Column(words.count(side), True, written(what, "capital")) for side, what in both]


def _every_figure(claim: Row) -> str:
    figure = printed_figure(claim)
    figure = say("tables.figures.percent", figure=figure) if claim["measure"] in ("share", "change") else figure
    return figure if claim["accepted"] else say("tables.figures.set_aside", figure=figure)


def _adds_up(row: Row) -> str:
    missing = f" ({say('tables.sums.missing', years=Years(row['missing']))})" if row["missing"] else ""
    return say(f"tables.sums.{row['verdict']}") + missing


def _choice(row: Row) -> str:
    left_out = row["left_out"].partition(" ")[2]  # behind whether it is an upstream or a publisher
    return choice_name(f"{WITHOUT}{left_out}" if left_out else row["method"])


def _shortfall(row: Row) -> str:
    return say("common.range", lower=int(row["shortfall_lower"]), upper=int(row["shortfall_upper"]))


def _statement(row: Row) -> Markup:
    end = row["period_end"][:4]
    years = {"first_year": row["period_start"][:4] or end, "last_year": end}
    return sub(words.title(row["indicator"], row["breakdown"]), words.span(years))


def _moved_by(row: Row) -> str:
    """Name the sources whose claims moved a figure, each once, with what happened to them."""
    pairs = zip(row["sources"].split(";"), row["events"].split(";"), strict=True)
    told = [f"{source} ({say(f'pages.moved.{event}')})" for source, event in pairs if source]
    return ", ".join(dict.fromkeys(told)) or say("pages.moved.method")


COLUMNS = {
    # of claims
    "when": Column(lambda row: words.period(row["period_start"], row["period_end"])),
    "part": Column(lambda row: breakdown_words(row["breakdown"])),
    "printed": Column(printed_figure, number=True),
    "every_figure": Column(_every_figure, number=True, head="printed"),
    "source": Column(lambda row: source_link(row["source_id"])),
    "edition": Column(source_of, head="source"),
    "statement": Column(_statement, head="what"),
    "indicator_title": Column(lambda row: words.title(row["indicator"])),
    # of sources
    "tier": Column(lambda row: written(Term("tier", row["tier"]), "capital")),
    "n_claims": Column("claims", number=True, head="figures"),
    "n_rejected": Column("rejected", number=True, head="set_aside"),
    "published": Column(lambda row: readable(row["published"]) or say("tables.no_date")),
    # of sums and of dates
    "several_years": Column(lambda row: words.unbroken(readable(row["period"])), head="when"),
    "sum": Column(words.count("sum_"), number=True),
    "adds_up": Column(_adds_up),
    "date": Column(lambda row: words.unbroken(written(row["date"], "d MMM y"))),
    "kind": Column(lambda row: say(f"pages.date.{row['kind']}")),
    # of rates
    "ratio": Column(lambda row: words.ratio_name(row).replace("–", "–\u2060"), head="years"),
    "country_years": Column(lambda row: sub(words.place_name(row["country"]), words.span(row)), head="country"),
    "rate": Column(words.rate_text, number=True),
    "interval": Column(words.limits(), number=True),
    "exact": Column(words.limits("exact_"), number=True),
    "definition": Column(lambda row: say(f"pages.definition.{row['definition']}")),
    "at_rate_of": Column(lambda row: sub(words.place_name(row["peer"]), words.span(row))),
    "shortfall": Column(_shortfall, number=True),
    "expected": Column(lambda row: words.short(row["expected_lower"], row["expected_upper"]), number=True),
    "observed": Column(words.count("observed_"), number=True),
    "choice": Column(_choice),
    "taken_up": Column(lambda row: sub(words.title(row["numerator"]), words.span(row)), head="what"),
    "part_and_years": Column("part_and_years", head="part"),
    **{name: Column(name, number=True) for name in ("n_years", "early", "late", "change_a_year", "by_size", "by_mix")},
    # of all countries
    "group_kind": Column(lambda row: say(f"pages.world.by_{row['kind']}")),
    "country": Column(lambda row: words.place_name(row["country"])),
    "year": Column(lambda row: str(row["year"])),
    "what": Column(lambda row: words.label(row["indicator"], row["breakdown"])),
    "middle": Column(lambda row: words.number(row["per_100"]), number=True),
    "another": Column(words.limits("another_"), number=True),
    "countries": Column("n_countries", number=True),
    "before": Column(words.count("old_"), number=True),
    "now": Column(words.count(""), number=True),
    "new": Column(words.count("new_"), number=True, head="now"),
    "kept_figure": Column(words.count("old_"), number=True, head="kept"),
    "set_aside_figure": Column(words.count(""), number=True, head="set_aside"),
    "its_cause": Column(lambda row: cause_words([row]), head="cause"),
    "moved": Column(lambda row: say(f"pages.moved.{row['kind']}"), head="change"),
    "moved_by": Column(_moved_by),
}
"""By name; what has no entry is the key of a row and its head, as it stands."""
