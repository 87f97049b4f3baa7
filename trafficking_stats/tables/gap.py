"""Tables of the gap, of its parts and of the peers: the answer in the second column, its interval beside it."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
from markupsafe import Markup

from trafficking_stats.gap_analysis.answer import Gap
from trafficking_stats.gap_analysis.beside import beside_rows
from trafficking_stats.gap_analysis.figures import common_stretches, figures_of
from trafficking_stats.inference.windows import runs
from trafficking_stats.inference.yearly import halves
from trafficking_stats.messages import Country, Measure, Term, Years, breakdown_words, say, written
from trafficking_stats.messages.gap import values_of
from trafficking_stats.messages.shown import Shown
from trafficking_stats.reconciliation.result import Reconciliation
from trafficking_stats.tables.columns import COLUMNS, Column, Columns, Row, count_columns
from trafficking_stats.tables.html import table
from trafficking_stats.texts.focus import shown_ratios
from trafficking_stats.texts.links import in_a_row
from trafficking_stats.texts.words import by_name, count, label, short, signed, unbroken

_BELOW = Markup("{}<br><small>{}</small>")


def ratios(gap: Gap) -> Shown:
    """Tabulate the rate over all years, their halves, lags and moving windows; single years are in the CSV."""
    columns: Columns = ["ratio", *_rates(gap), "n_years"]
    return table("ratios", shown_ratios(gap), columns, values_of(gap), data=gap.tables["ratios"])


def peers(gap: Gap) -> Shown:
    """Tabulate the rates of the country and its peers by name, with who counts as a victim; never by rank."""
    columns: Columns = ["country_years", *_rates(gap), "definition"]
    rows = gap.tables["peers"]
    return table("peers", by_name(rows, first=gap.question.country), columns, values_of(gap), data=rows)


def _rates(gap: Gap) -> Columns:
    """Return the columns of a rate: itself, its limits, and the two counts that it is of."""
    head = say("tables.head.interval_at", confidence=gap.question.confidence)
    counts = count_columns(gap.question.numerator, gap.question.denominator)
    return ["rate", COLUMNS["interval"]._replace(head=head), *counts]


def shortfalls(gap: Gap) -> Shown:
    """Tabulate how many events there would have been at each peer's rate, and how many fewer there were."""
    columns = ["at_rate_of", "shortfall", "expected", "observed"]
    rows = gap.tables["shortfalls"]
    return table("shortfalls", by_name(rows, "peer"), columns, values_of(gap), data=rows)


def choices(gap: Gap) -> Shown:
    """Tabulate the rate of all years under each other choice of method and source; what changes nothing is counted."""
    found = gap.tables["sources"]
    used_here = found["method"].isin(found["method"].head(1))
    rows = found[~found["repeat"] & (used_here | (found["left_out"] == ""))]
    n = int(found["repeat"].sum())
    note = say("tables.choices.repeats", choices=n, n=n) if n else ""
    return table("choices", rows, ["choice", "rate"], values_of(gap), note=note, data=found)


def parts(rec: Reconciliation, country: str, gaps: Sequence[Gap]) -> Shown:
    """Tabulate parts of a count in the two halves of the years, and what of each change a year is of whole and mix.

    Parameters
    ----------
    rec : Reconciliation
        The series.
    country : str
        Which country.
    gaps : sequence of Gap
        Of a part to its whole each, as ``ts.gap`` measures it; those that are refused are left out.
    """
    rows = []
    for gap in gaps:
        measure, years = gap.question.numerator, halves(gap.years)
        whole, part = (gap.row("effects", stage=stage) for stage in ("denominator", "numerator"))
        if part is None:
            continue
        figures = [in_a_row(rec, country, measure, half) for half in years]
        named = written(breakdown_words(measure.breakdown), "capital")
        row = {
            "dimension": written(Term("dimension", measure.breakdown.partition("=")[0]), "capital"),
            "part_and_years": _BELOW.format(named, " | ".join(written(Years(half), "span") for half in years)),
            "early": _BELOW.format(_in_years(part.early_lower, part.early_upper, part.early_years), figures[0]),
            "late": _BELOW.format(_in_years(part.late_lower, part.late_upper, part.late_years), figures[1]),
            "change_a_year": signed(
                part.late_lower / part.late_years - part.early_upper / part.early_years,
                part.late_upper / part.late_years - part.early_lower / part.early_years,
            ),
            "by_size": signed(whole.effect_min, whole.effect_max),
            "by_mix": signed(part.effect_min, part.effect_max),
        }
        rows.append(row)
    columns = ["part_and_years", "early", "late", "change_a_year", "by_size", "by_mix"]
    values = {"whole": gaps[0].question.denominator if gaps else ""}
    data = pd.concat([gap.tables["effects"] for gap in gaps]) if rows else None
    return table("parts", rows, columns, values, groups="dimension", data=data)


def _in_years(lower: int, upper: int, n: int) -> str:
    return say("tables.parts.in_years", count=short(lower, upper), n=n)


def beside(
    rec: Reconciliation, country: str, pairs: Mapping[str, str], start: int | None = None, end: int | None = None
) -> Shown:
    """Tabulate how often something was taken up, beside how many could have, with exact limits.

    Parameters
    ----------
    rec : Reconciliation
        The series.
    country : str
        Which country.
    pairs : mapping of str to str
        The measure of which it is asked how often, and the measure of how many.
    start, end : int, optional
        First and last year; all by default.
    """
    found = pd.DataFrame(map(vars, beside_rows(rec, country, pairs, start, end)))
    lacking = [Measure.read(name) for name in pairs if found.empty or name not in set(found["numerator"])]

    def summed(side: str, row: Row, what: str = "") -> Markup:
        measure, years = Measure.read(row[side]), range(row["first_year"], row["last_year"] + 1)
        return _BELOW.format(f"{count(f'{side}_')(row)} {what}".strip(), in_a_row(rec, country, measure, years))

    columns: Columns = [
        "taken_up",
        Column(lambda row: summed("numerator", row), True, "how_many"),
        Column(lambda row: summed("denominator", row, label(row["denominator"])), True, "beside"),
        "rate",
        "exact",
    ]
    note = say("tables.beside.lacking", what=lacking) if lacking else ""
    return table("beside", found, columns, {"country": Country(country)}, note=note)


def windows(rec: Reconciliation, country: str, indicators: Iterable[str], n: int = 4) -> Shown:
    """Tabulate sums over years that follow each other, of all such years, so that none are picked.

    No sum crosses a change of a definition.

    Parameters
    ----------
    rec : Reconciliation
        The series.
    country : str
        Which country.
    indicators : iterable of str
        One a column, parts as ``ts.gap`` takes them.
    n : int
        How many years.
    """
    rows: dict[tuple[int, ...], dict[str, str]] = {}
    columns: list[Column] = []
    for one in map(Measure.read, indicators):
        own = figures_of(rec, country, one)
        stretches = common_stretches([own], sorted(own.counts), accept_breaks=False)
        in_a_row = [run[k : k + n] for stretch in stretches for run in runs(stretch) for k in range(len(run) - n + 1)]
        for years in in_a_row:
            row = rows.setdefault(years, {"years": unbroken(written(Years(years), "span"))})
            row[str(one)] = short(*own.counts.sum(years))
        columns += [Column(str(one), True, written(one, "capital"))] if in_a_row else []
    values = {"country": Country(country), "n": n}
    return table("windows", [rows[years] for years in sorted(rows)], ["years", *columns], values)
