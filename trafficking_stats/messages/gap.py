"""The gap in words: headline, summary and the page of a notebook cell, said from values by the catalogue."""

import math
from collections import defaultdict
from collections.abc import Collection, Sequence
from html import escape
from typing import Any

from trafficking_stats.gap_analysis.answer import Gap
from trafficking_stats.gap_analysis.rows import Ratio, Refusal
from trafficking_stats.messages import Bounds, Country, Measure, Years, column_name, say, written

PEOPLE = (Measure("convictions_persons"), Measure("victims_identified"))
IN_HEADLINE = ("not_optimal", "break_accepted", "doubtful", "steep", "steep_fall", "uneven", "apart")
"""Caveats without which the headline would promise too much, in the order in which they are said there."""
SHOWN = {
    "ratios": ("kind", "first_year", "last_year", "lag", "per_100_min", "per_100_max", "lower", "upper"),
    "changes": ("series", "early_min", "early_max", "late_min", "late_max", "ratio_min", "ratio_max", "lower", "upper"),
}
"""Columns of the tables that a notebook cell shows of its own."""

OF_YEARS = ("missing_years", "loose_years", "definition_break", "beyond_break", "stage_missing")
"""Reasons that name years; two that differ in them are said apart."""


def values_of(gap: Gap) -> dict[str, Any]:
    """Return what any sentence on a gap may name."""
    question, half = gap.question, len(gap.years) // 2
    return {
        "country": Country(question.country),
        "numerator": question.numerator,
        "denominator": question.denominator,
        "years": Years(gap.years),
        "early_years": Years(gap.years[:half]),
        "late_years": Years(gap.years[half:]),
        "early_n": half,
        "late_n": len(gap.years) - half,
        "confidence": question.confidence,
    }


def headline(gap: Gap) -> str:
    """Say the answer, which count moved it, and in few words the caveats without which it would promise too much."""
    told = care(gap)
    sentences = [
        answer(gap),
        moved(gap) if gap.verdict.beyond_chance == "yes" else "",
        say("gap.care", told=told) if told else "",
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def answer(gap: Gap) -> str:
    """Say how wide the gap is and, as far as both facts allow, whether it changed."""
    whole: Ratio | None = gap.row("ratios", kind="whole")
    if whole is None:
        return say(f"gap.headline.{'small' if is_too_small(gap) else 'none'}", **values_of(gap))
    return f"{level(gap, whole)} {change(gap)}".strip()


def is_too_small(gap: Gap) -> bool:
    """Tell whether there are years enough for a gap, and their counts alone are too small for one."""
    return any((one.analysis, one.reason, one.subject) == ("ratios", "says_nothing", "whole") for one in gap.refusals)


def care(gap: Gap) -> str:
    """Say in a few words what the answer must be read with care for: each caveat once, with all counts it is on."""
    if gap.row("ratios", kind="whole") is None:
        return ""
    told = []
    for code in IN_HEADLINE:
        found = [one for one in gap.caveats if one.code == code]
        what = [say("gap.care.of", what=subject_words(one.subject), years=Years(one.years)) for one in found]
        told += [say(f"gap.care.{code}", **values_of(gap), what=what, n=len(found[0].years))] if found else []
    return "; ".join(told)


def care_sentence(gap: Gap) -> str:
    """Say the same as a sentence of its own."""
    told = care(gap)
    return f"{written(told, 'capital')}." if told else ""


def level(gap: Gap, whole: Ratio) -> str:
    """Say how many of the numerator there are for the denominator, over all years used."""
    values = {
        **values_of(gap),
        "above": Bounds(whole.numerator_lower, whole.numerator_upper),
        "below": Bounds(whole.denominator_lower, whole.denominator_upper),
        "rate": Bounds(whole.per_100_min, whole.per_100_max),
    }
    if (gap.question.numerator, gap.question.denominator) != PEOPLE or whole.lag:
        lag = say("gap.headline.lag", n=whole.lag) if whole.lag else ""
        return say("gap.headline.counts", **values, lag=lag)
    if whole.numerator_upper == 0:
        return say("gap.headline.nobody", **values)
    if whole.above_one or whole.per_100_min == 0:
        return say("gap.headline.people_rate", **values)
    return say("gap.headline.people", **values, every=Bounds(100 / whole.per_100_max, 100 / whole.per_100_min))


def change(gap: Gap) -> str:
    """Say what the rate was in both halves, and no more of its direction than both facts carry; empty if refused."""
    row, beyond, finding = gap.row("changes", series="rate"), gap.verdict.beyond_chance, gap.verdict.finding
    if row is None or beyond == "refused":
        return ""
    if not row.direction:
        finding = "masked"
    elif finding in ("refused", "one_source") and beyond != "yes":
        finding = "chance_alone" if beyond == "no" else beyond
    elif finding == "refused":
        finding = "unvaried"
    moved = row.direction if finding in ("robust", "depends_on_choices", "one_source", "unvaried") else "open"
    ends = {"early": Bounds(row.early_min, row.early_max), "late": Bounds(row.late_min, row.late_max)}
    answers = {"answers": gap.verdict.answers, "others": gap.verdict.answers - gap.verdict.agree}
    return f"{say(f'gap.change.{moved}', **values_of(gap), **ends)} {say(f'gap.finding.{finding}', **answers)}"


def limits_sentence(gap: Gap) -> str:
    """Say within which limits chance leaves the rate; empty if it was refused."""
    whole = gap.row("ratios", kind="whole")
    if whole is None:
        return ""
    limits = {"interval": Bounds(whole.lower, whole.upper), "exact": Bounds(whole.exact_lower, whole.exact_upper)}
    varied = {
        f"{name}{side}": getattr(row, name)
        for row, side in zip(gap.rows["dispersions"], ("", "_below"), strict=True)
        for name in ("phi", "lower", "upper", "prior")
    }
    return say("gap.limits", **values_of(gap), **limits, **varied, n=len(gap.years))


def facts(gap: Gap) -> list[str]:
    """Say both facts on the change, whether it is beyond chance and whether other choices agree; then what moved it."""
    verdict, row = gap.verdict, gap.row("changes", series="rate")
    if row is None:
        return []
    same = verdict.same_under_other_choices
    found = [
        say(f"gap.beyond_chance.{verdict.beyond_chance}", chance=row.chance),
        say(f"gap.same.{same if row.direction or same == 'refused' else 'masked'}", **vars(verdict)),
        moved(gap),
    ]
    if verdict.searched > 1 and not math.isnan(verdict.search_chance):
        found.append(say("gap.search", n=verdict.searched, share=verdict.search_chance))
    return found


def moved(gap: Gap) -> str:
    """Say which of the two counts changed by more than chance."""
    beyond = [row.series for row in gap.rows["changes"] if row.series != "rate" and row.beyond_chance]
    return say(f"gap.moved.{'_and_'.join(beyond) or 'neither'}", **values_of(gap))


def caveats(gap: Gap) -> list[str]:
    """Say what must be known beside the answer, with the reasons."""
    return [
        say(
            f"gap.caveat.{one.code}",
            **values_of(gap) | {"subject": subject_words(one.subject), "years": Years(one.years), "n": len(one.years)},
            reasons="; ".join(say(f"reconciliation.doubt.{reason}") for reason in one.reasons),
        )
        for one in gap.caveats
    ]


def subject_words(subject: str) -> str:
    """Write of what something is said: a country, a measure, or a code of the catalogue."""
    if len(subject) == 3 and subject.isupper():
        return written(Country(subject))
    if "_" in subject:
        return Measure.read(subject).in_words()
    return say(f"gap.subject.{subject.split(' ')[0]}") if subject else ""


def refusals_by_reason(refusals: Sequence[Refusal], analyses: Collection[str] = ()) -> list[str]:
    """Say each reason once, with all that it holds for; of some analyses only, all by default.

    Examples
    --------
    >>> refused = [Refusal("peers", "unknown_definition", 0, 0, (2014,), code) for code in ("NOR", "SWE")]
    >>> refusals_by_reason(refused)
    ['Not compared, since it is not known who is counted as a victim: Norway and Sweden.']
    """
    together: dict[tuple[str, int, int, tuple[int, ...]], list[str]] = defaultdict(list)
    for one in (one for one in refusals if not analyses or one.analysis in analyses):
        years = one.years if one.reason in OF_YEARS else ()
        together[one.reason, one.have if years else 0, one.need, years].append(one.subject)
    found = []
    for (reason, have, need, years), subjects in together.items():
        words = list(dict.fromkeys(subject_words(subject) for subject in subjects if subject))
        found.append(say(f"gap.refusal.{reason}", n=have, need=need, years=Years(years), subject=words or ""))
    return list(dict.fromkeys(found))


def summary(gap: Gap) -> list[str]:
    """Return the lines of the summary."""
    lines = [headline(gap)]
    if gap.years:
        lines += [say("gap.years_used", n=len(gap.years), years=Years(gap.years)), limits_sentence(gap), *facts(gap)]
    lines += caveats(gap)
    reasons = refusals_by_reason(gap.refusals)
    if reasons:
        lines += [say("gap.not_given"), *(f"  {reason}" for reason in reasons)]
    return [line for line in lines if line]


def page(gap: Gap) -> str:
    """Write the gap as HTML for a notebook."""
    lines = summary(gap)
    tables = []
    for name, columns in SHOWN.items():
        table = gap.tables[name]
        table = table[table["kind"] != "year"] if "kind" in table else table
        if len(table):
            shown = table[list(columns)].rename(columns=column_name)
            html = shown.to_html(index=False, float_format=lambda value: f"{value:,.3g}", na_rep="–")
            tables.append(f"<h4>{escape(say(f'gap.table.{name}'))}</h4>{html}")
    text = "".join(f"<p>{escape(line)}</p>" for line in lines[1:])
    return f"<div class='gap'><p><strong>{escape(lines[0])}</strong></p>{text}{''.join(tables)}</div>"
