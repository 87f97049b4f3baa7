"""Tables of the gap and of the peers, made with great_tables."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import pandas as pd
from great_tables import GT

from trafficking_stats.gap_analysis.result import GapResult
from trafficking_stats.gap_analysis.words import years
from trafficking_stats.tables.reconciled import ABSENT, build
from trafficking_stats.texts.gap import limits, window_labels
from trafficking_stats.wording import brief, short_span, span_signed, unbroken


def _rate(row: dict[str, Any], low: str, high: str) -> str:
    """Write a range of measures, or a dash where there is none."""
    return ABSENT if math.isnan(row[low]) else limits(row[low], row[high])


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _counts(row: dict[str, Any], name: str) -> str:
    low, high = row[f"{name}_lower"], row[f"{name}_upper"]
    return ABSENT if pd.isna(low) else short_span(int(low), pd.NA if pd.isna(high) else int(high))


def _both(row: dict[str, Any], part: str, whole: str) -> str:
    return f"{_counts(row, part)} by {_counts(row, whole)}"


def ratios(result: GapResult, shown: pd.DataFrame) -> GT:
    """Tabulate ratios with exact and widened limits, and the range over choices of source.

    Parameters
    ----------
    result : GapResult
        Gives the labels.
    shown : pandas.DataFrame
        Rows of ``result.ratios``.
    """
    rows = []
    for label, row in zip(window_labels(shown), _rows(shown), strict=True):
        refused = bool(row["refusal"])
        rows.append(
            {
                "years": unbroken(label),
                "counts": ABSENT if refused else _both(row, "numerator", "denominator"),
                "one for every": "refused" if refused else _rate(row, "inverse_min", "inverse_max"),
                "per 100": _rate(row, "per_100_min", "per_100_max"),
                "exact 95 %": _rate(row, "exact_lower", "exact_upper"),
                "widened 95 %": _rate(row, "widened_lower", "widened_upper"),
                "over sources": _rate(row, "sources_min", "sources_max"),
            }
        )
    columns = ["years", "counts", "one for every", "per 100", "exact 95 %", "widened 95 %", "over sources"]
    return build(pd.DataFrame(rows, columns=columns), "ratios", numbers=columns[1:])


def steps(result: GapResult) -> GT:
    """Tabulate how many of a stage there are per 100 of the stage before, over the whole run and its halves."""
    rows = [
        {
            "step": f"{row['to_label']} per 100 {row['from_label']}",
            "years": unbroken(years(row["first"], row["last"])),
            "counts": _both(row, "to", "from"),
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
            "methods": f"{row['methods_hold']} of {row['methods']}",
            "verdict": row["robust"],
            "against chance": row["shown"],
        }
        for row in _rows(result.sentences)
    ]
    columns = ["statement", "sets of choices", "methods", "verdict", "against chance"]
    return build(pd.DataFrame(rows, columns=columns), "sentences", numbers=columns[1:3])


def refusals(result: GapResult, analyses: Sequence[str] = ()) -> GT:
    """Tabulate what was not done, and why.

    Parameters
    ----------
    result : GapResult
        Holds the refusals.
    analyses : sequence of str
        Only these; all by default, but none on peers where none were asked for.
    """
    table = result.refusals
    if analyses:
        table = table[table["analysis"].isin(list(analyses))]
    elif len(result.peers) < 2:
        table = table[table["analysis"] != "peers"]
    rows = [
        {"analysis": row["analysis"], "of what": _period(row["subject"]), "why not": brief(row["reason"])}
        for row in _rows(table)
    ]
    return build(pd.DataFrame(rows, columns=["analysis", "of what", "why not"]), "refusals")


def _period(subject: str) -> str:
    """Write a period as readers do, one year as one year."""
    return re.sub(r"\b(\d{4})–\1\b", r"\1", subject.replace("-", "–"))


def peers(result: GapResult) -> GT:
    """Tabulate the rates of the country and its peers by name, with the definition of victim; never by rank."""
    rows = [
        {
            "country": unbroken(row["name"]),
            "years": years(row["first"], row["last"]) if row["first"] else ABSENT,
            "victims are": row["definition"] or ABSENT,
            "counts": ABSENT if row["refusal"] else _both(row, "numerator", "denominator"),
            "per 100": "refused" if row["refusal"] else _rate(row, "per_100_min", "per_100_max"),
            "exact 95 %": _rate(row, "exact_lower", "exact_upper"),
            "widened 95 %": _rate(row, "widened_lower", "widened_upper"),
        }
        for row in _rows(result.peers)
    ]
    columns = ["country", "years", "victims are", "counts", "per 100", "exact 95 %", "widened 95 %"]
    return build(pd.DataFrame(rows, columns=columns), "peers", numbers=columns[3:])


def counterfactual(result: GapResult) -> GT:
    """Tabulate how many there would have been at each peer's rate, or why that is not said."""
    rows = [
        {
            "at the rate of": unbroken(row["name"]),
            "years": ABSENT if row["refusal"] else years(row["first"], row["last"]),
            "counted": _counts(row, "observed"),
            "expected": _rate(row, "expected_min", "expected_max"),
            "short of it by": ABSENT if row["refusal"] else _short_by(row["gap_min"], row["gap_max"]),
            "widened 95 %": ABSENT if row["refusal"] else _short_by(row["widened_lower"], row["widened_upper"]),
            "reading": "refused" if row["refusal"] else _reading(row["widened_verdict"]),
        }
        for row in sorted(_rows(result.counterfactual), key=lambda row: (row["peer"] == "pooled", row["name"]))
    ]
    columns = ["at the rate of", "years", "counted", "expected", "short of it by", "widened 95 %", "reading"]
    return build(pd.DataFrame(rows, columns=columns), "counterfactual", numbers=columns[2:6])


def _short_by(low: float, high: float) -> str:
    return span_signed(low, high).replace("+", "") if all(map(math.isfinite, (low, high))) else ABSENT


def _reading(verdict: str) -> str:
    return {
        "below": "fewer than at that rate",
        "above": "more than at that rate",
        "undetermined": "within chance",
    }.get(verdict, verdict)


def influence(result: GapResult) -> GT:
    """Tabulate how much of the spread of the answers each choice accounts for on its own."""
    names = {"level": "spread of the rate", "change": "spread of its change"}
    shares = result.multiverse.influence
    wide = shares.pivot(index="axis", columns="question", values="share").reindex(columns=list(names))
    wide = wide.reindex(list(dict.fromkeys(shares["axis"])))
    rows = [
        {"choice": str(axis).replace("_", " ")}
        | {head: _percent(float(wide.loc[axis, question])) for question, head in names.items()}
        for axis in wide.index
    ]
    columns = ["choice", *names.values()]
    return build(pd.DataFrame(rows, columns=columns), "influence", numbers=columns[1:])


def _percent(share: float) -> str:
    if math.isnan(share):
        return ABSENT
    return "below 1 %" if share < 0.01 else f"{100 * share:.0f} %"
