"""Tables of the gap and of the peers, made with great_tables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
from great_tables import GT

from trafficking_stats.gap_result import GapResult
from trafficking_stats.gap_words import number, years
from trafficking_stats.names import country_name
from trafficking_stats.tables import ABSENT, build
from trafficking_stats.texts import brief, label_of, short_span
from trafficking_stats.texts_gap import limits, span_signed, window_labels


def _rate(row: dict[str, Any], low: str, high: str) -> str:
    """Write a range of measures, or a dash where there is none."""
    return ABSENT if math.isnan(row[low]) else limits(row[low], row[high])


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _counts(row: dict[str, Any], name: str) -> str:
    low, high = row[f"{name}_lower"], row[f"{name}_upper"]
    return ABSENT if pd.isna(low) else short_span(int(low), pd.NA if pd.isna(high) else int(high))


def ratios(result: GapResult, shown: pd.DataFrame) -> GT:
    """Tabulate ratios with exact and widened limits, and the range over choices of source.

    Parameters
    ----------
    result : GapResult
        Gives the labels.
    shown : pandas.DataFrame
        Rows of ``result.ratios``.
    """
    events, exposed = label_of(result.numerator), label_of(result.denominator)
    rows = []
    for label, row in zip(window_labels(shown), _rows(shown), strict=True):
        refused = bool(row["refusal"])
        rows.append(
            {
                "years": label,
                events: _counts(row, "numerator"),
                exposed: _counts(row, "denominator"),
                "one for every": "refused" if refused else _rate(row, "inverse_min", "inverse_max"),
                "per 100": _rate(row, "per_100_min", "per_100_max"),
                "exact 95 %": _rate(row, "exact_lower", "exact_upper"),
                "widened 95 %": _rate(row, "widened_lower", "widened_upper"),
                "over sources": _rate(row, "sources_min", "sources_max"),
            }
        )
    columns = ["years", events, exposed, "one for every", "per 100", "exact 95 %", "widened 95 %", "over sources"]
    return build(pd.DataFrame(rows, columns=columns), "ratios", numbers=columns[1:])


def steps(result: GapResult) -> GT:
    """Tabulate how many of a stage there are per 100 of the stage before, over the whole run and its halves."""
    rows = [
        {
            "step": f"{row['to_label']} per 100 {row['from_label']}",
            "years": years(row["first"], row["last"]),
            "counts": f"{_counts(row, 'to')} of {_counts(row, 'from')}",
            "per 100": _rate(row, "per_100_min", "per_100_max") + (" (above one each)" if row["above_one"] else ""),
            "exact 95 %": _rate(row, "exact_lower", "exact_upper"),
            "widened 95 %": _rate(row, "widened_lower", "widened_upper"),
        }
        for row in _rows(result.steps[result.steps["kind"].isin(["whole", "early", "late"])])
        if not row["refusal"]
    ]
    columns = ["step", "years", "counts", "per 100", "exact 95 %", "widened 95 %"]
    return build(pd.DataFrame(rows, columns=columns), "steps", numbers=columns[2:], groups="step")


def sentences(result: GapResult) -> GT:
    """Tabulate plain statements with the number of sets of choices that bear them out."""
    rows = [
        {
            "statement": row["sentence"],
            "sets of choices": f"{row['holds']:,} of {row['answered']:,}",
            "policies": f"{row['policies_hold']} of {row['policies']}",
            "verdict": row["robust"],
            "against chance": row["shown"],
        }
        for row in _rows(result.sentences)
    ]
    columns = ["statement", "sets of choices", "policies", "verdict", "against chance"]
    return build(pd.DataFrame(rows, columns=columns), "sentences", numbers=columns[1:3])


def refusals(result: GapResult, analyses: Sequence[str] = ()) -> GT:
    """Tabulate what was not done, and why.

    Parameters
    ----------
    result : GapResult
        Holds the refusals.
    analyses : sequence of str
        Only these; all by default.
    """
    table = result.refusals
    if analyses:
        table = table[table["analysis"].isin(list(analyses))]
    rows = [
        {"analysis": row["analysis"], "of what": row["subject"].replace("-", "–"), "why not": brief(row["reason"])}
        for row in _rows(table)
    ]
    return build(pd.DataFrame(rows, columns=["analysis", "of what", "why not"]), "refusals")


def peers(result: GapResult) -> GT:
    """Tabulate the rates of the country and its peers by name, with the definition of victim; never by rank."""
    rows = [
        {
            "country": row["name"],
            "years": years(row["first"], row["last"]) if row["first"] else ABSENT,
            "victims are": row["definition"] or ABSENT,
            label_of(result.numerator): _counts(row, "numerator"),
            label_of(result.denominator): _counts(row, "denominator"),
            "per 100": "refused" if row["refusal"] else _rate(row, "per_100_min", "per_100_max"),
            "exact 95 %": _rate(row, "exact_lower", "exact_upper"),
            "widened 95 %": _rate(row, "widened_lower", "widened_upper"),
        }
        for row in _rows(result.peers)
    ]
    events, exposed = label_of(result.numerator), label_of(result.denominator)
    columns = ["country", "years", "victims are", events, exposed, "per 100", "exact 95 %", "widened 95 %"]
    return build(pd.DataFrame(rows, columns=columns), "peers", numbers=columns[3:])


def counterfactual(result: GapResult) -> GT:
    """Tabulate how many there would have been at each peer's rate, or why that is not said."""
    rows = [
        {
            "at the rate of": row["name"],
            "years": years(row["first"], row["last"]) if row["first"] else ABSENT,
            f"{label_of(result.numerator)}, {country_name(result.country)}": _counts(row, "observed"),
            "expected": _rate(row, "expected_min", "expected_max"),
            "short of it by": ABSENT if row["refusal"] else _short_by(row["gap_min"], row["gap_max"]),
            "widened 95 %": ABSENT if row["refusal"] else _short_by(row["widened_lower"], row["widened_upper"]),
            "reading": brief(row["refusal"]) or _reading(row["widened_verdict"]),
        }
        for row in _rows(result.counterfactual)
    ]
    own = f"{label_of(result.numerator)}, {country_name(result.country)}"
    columns = ["at the rate of", "years", own, "expected", "short of it by", "widened 95 %", "reading"]
    return build(pd.DataFrame(rows, columns=columns), "counterfactual", numbers=columns[2:6])


def _short_by(low: float, high: float) -> str:
    return span_signed(low, high).replace("+", "") if all(map(math.isfinite, (low, high))) else ABSENT


def _reading(verdict: str) -> str:
    return {
        "below": "fewer than at that rate",
        "above": "more than at that rate",
        "undetermined": "chance in batches can explain it",
    }.get(verdict, verdict)


def influence(result: GapResult) -> GT:
    """Tabulate how much of the spread of the answers each choice accounts for on its own."""
    names = {"level": "the rate", "change": "the change of the rate"}
    rows = [
        {
            "answer": names.get(row["question"], row["question"]),
            "choice": row["axis"].replace("_", " "),
            "share of the spread": f"{number(100 * row['share'])} %",
        }
        for row in _rows(result.multiverse.influence)
    ]
    columns = ["answer", "choice", "share of the spread"]
    return build(pd.DataFrame(rows, columns=columns), "influence", numbers=columns[2:], groups="answer")
