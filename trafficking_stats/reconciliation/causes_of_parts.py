"""Causes that a part gives away: it exceeds its whole, or the parts of a source do not fit together."""

from __future__ import annotations

from collections import defaultdict

from trafficking_stats import breakdowns
from trafficking_stats.reconciliation.evidence import Figures, Rejected, number
from trafficking_stats.wording import listed


def corrupt(claim: Rejected, figures: Figures) -> str:
    """Return the evidence that a part exceeds its whole: the source's own, or by more than half any other."""
    country, indicator, breakdown, start, end = claim.place
    keys = breakdowns.parse(breakdown)
    for key in keys:
        if breakdowns.relation(key, figures.vocabulary) == "apart":
            continue
        rest = breakdowns.unparse({k: v for k, v in keys.items() if k != key})
        for whole in (rest, ""):
            own, total = figures.own(claim, whole), figures.accepted.get((country, indicator, whole, start, end))
            if own and claim.lower > max(own):
                return (
                    f"{figures.named(claim.value, breakdown)} exceeds the source's own {figures.named(max(own), whole)}"
                )
            if total is not None and not own and claim.lower > 1.5 * total + figures.vocabulary.causes.near_count:
                return f"{figures.named(claim.value, breakdown)} exceeds {figures.named(total, whole)}"
    return ""


def arithmetic(claim: Rejected, figures: Figures) -> str:
    """Return the evidence that the source's own parts do not fit its whole."""
    country, indicator, breakdown, start, end = claim.place
    sums: dict[str, float] = defaultdict(float)
    own = breakdowns.parse(breakdown)
    for part, value in figures.parts.get((claim.source_id, country, indicator, start, end), ()):
        keys = breakdowns.parse(part)
        extra = set(keys) - set(own)
        if len(extra) == 1 and len(keys) == len(own) + 1 and own.items() <= keys.items():
            key = extra.pop()
            dimension = figures.vocabulary.dimensions.get(key)
            if dimension is not None and dimension.is_exclusive(keys[key], indicator):
                sums[f"by {dimension.label}"] += value
    for name, total in sorted(sums.items()):
        if total > claim.upper:
            return f"the source's own parts {name} come to {number(total)}, more than its {number(claim.value)}"
    for rule in figures.vocabulary.rules:
        parts = rule.parts if rule.whole == indicator else ()
        values = [
            value
            for part in parts
            for value in figures.printed.get((claim.source_id, (country, part, breakdown, start, end)), ())
        ]
        total = sum(values) if rule.kind == "sum" else max(values, default=0.0)
        if total > claim.upper:
            what = "parts come" if rule.kind == "sum" else "part comes"
            return f"the source's own {what} to {number(total)}, more than its {number(claim.value)}: {rule.label}"
    return ""


def too_many_parts(claim: Rejected, figures: Figures) -> str:
    """Return the evidence that the figure and the source's own parts beside it exceed the whole that is kept."""
    country, indicator, breakdown, start, end = claim.place
    keys = breakdowns.parse(breakdown)
    for key in keys:
        dimension = figures.vocabulary.dimensions.get(key)
        rest = breakdowns.unparse({k: v for k, v in keys.items() if k != key})
        whole = figures.accepted.get((country, indicator, rest, start, end))
        if dimension is None or whole is None or not dimension.is_exclusive(keys[key], indicator):
            continue
        beside = []
        for part, value in figures.parts.get((claim.source_id, country, indicator, start, end), ()):
            theirs = breakdowns.parse(part)
            same = theirs.keys() == keys.keys() and all(theirs[k] == keys[k] for k in keys if k != key)
            if same and theirs[key] != keys[key] and dimension.is_exclusive(theirs[key], indicator) and value > 0:
                beside.append((part, value))
        total = claim.lower + sum(value for _, value in beside)
        if beside and total > whole:
            others = listed(figures.named(value, part) for part, value in beside)
            its = "its " if whole in figures.own(claim, rest) else ""
            more = f"more than {its}{figures.named(whole, rest)}"
            return f"with the source's own {others} it comes to {number(total)}, {more}"
    return ""
