"""An explanation in the current language: sentences, lines of arithmetic, text and HTML."""

import html
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from trafficking_stats.messages import Bounds, Country, Term, say, say_or
from trafficking_stats.messages.measures import Measure
from trafficking_stats.messages.readable import readable
from trafficking_stats.messages.values import Register, written
from trafficking_stats.reconciliation.evidence import Part, Period, RuleName, whole
from trafficking_stats.reconciliation.proofs import Proof
from trafficking_stats.reconciliation.rules import Cell
from trafficking_stats.wording import source_name

FROM_CLAIM = ("publisher", "published", "upstream", "tier", "url", "locator", "note", "cause", "doubt")
"""Columns that stand in the claims as they are told; ``note`` is the note on the scope."""

COLUMNS = ("verdict", "figure", "interval", "source", *FROM_CLAIM, "evidence", "clash", "if_kept")
"""Columns of the claims in an explanation, all text; ``verdict``, ``tier``, ``cause`` and ``doubt`` are codes."""

_FIXED = {"locator": re.compile("[a-z]+"), "note": re.compile("[^; ][^;]*")}
"""What of a locator and a note on the scope a catalogue may have: single words, and what stands between semicolons."""

_SHOWN = 7
"""Terms of one side of a line that are written out before the others are folded into their sum."""

_VOICES = 6
"""Sources that are named below a line."""


@dataclass(frozen=True)
class Explanation:
    """Why a cell has the value or the bounds it has.

    Parameters
    ----------
    title : str
        What the cell is and its value, such as ``Denmark, victims identified, 2020: 77``.
    summary : str
        How the value came about.
    rows : tuple of dict
        One row a claim on the cell, the kept ones first, with the columns `COLUMNS`: among them ``interval``, what
        the printed ``figure`` says of the cell; ``cause`` of a rejected claim or ``doubt`` of a kept one, with the
        ``evidence``; ``clash``, what it cannot be true together with; and ``if_kept``, the value of the cell had it
        been kept.
    chains : tuple of str
        The arithmetic that forces the bounds, where rules take part: ``x`` is the cell.
    """

    title: str
    summary: str
    rows: tuple[dict[str, str], ...]
    chains: tuple[str, ...]

    @property
    def claims(self) -> pd.DataFrame:
        """The rows as a table."""
        return pd.DataFrame([*self.rows], columns=list(COLUMNS), dtype=object)

    def __str__(self) -> str:
        lines = [self.title, self.summary, *(f"  {chain}" for chain in self.chains)]
        width = max((len(row["figure"]) for row in self.rows), default=0)
        verdict = ""
        for row, notes in _notes(self.rows):
            if row["verdict"] != verdict:
                verdict = row["verdict"]
                lines.append(say(f"reconciliation.verdict.{verdict}"))
            place = f"({row['source']}, {row['published'] or say('reconciliation.no_date')})"
            about = [f"{source_of(row)} {place}", written(Term("tier", row["tier"]))]
            about += [say("reconciliation.upstream", name=Register(row["upstream"]))] if row["upstream"] else []
            lines.append(f"  {row['figure']:>{width}}  {row['interval']}  {', '.join(about)}")
            lines += [f"      {note}" for note in notes]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        heads = ("source", "verdict", "figure", "interval", "published", "upstream", "tier")
        table = "".join(f"<th scope='col'>{say(f'reconciliation.head.{name}')}</th>" for name in heads)
        table = f"<table><thead><tr>{table}</tr></thead><tbody>"
        for row, notes in _notes(self.rows):
            name = html.escape(source_of(row))
            if row["url"].lower().startswith(("https://", "http://")):
                name = f"<a href='{html.escape(row['url'])}' rel='noreferrer'>{name}</a>"
            told = "".join(f"<br>{_as_html(note)}" for note in notes)
            shown = [say(f"reconciliation.verdict.{row['verdict']}"), row["figure"], row["interval"]]
            upstream, tier = written(Register(row["upstream"])), written(Term("tier", row["tier"]))
            shown += [readable(row["published"]), upstream, tier]
            cells = "".join(f"<td>{html.escape(text)}</td>" for text in shown)
            table += f"<tr><th scope='row'>{name} <code>{html.escape(row['source'])}</code>{told}</th>{cells}</tr>"
        table = f"{table}</tbody></table>" if self.rows else ""
        lines = "".join(f"<li>{_as_html(chain)}</li>" for chain in self.chains)
        start = f"<p class='title'><strong>{_as_html(self.title)}</strong></p><p>{html.escape(self.summary)}</p>"
        return f"<div class='explanation'>{start}{f'<ul>{lines}</ul>' if lines else ''}{table}</div>"


def _in_words(name: str) -> Callable[[re.Match[str]], str]:
    """Return what says a fixed word of a locator, or a fixed note, in the current language; others stay as recorded."""
    return lambda found: say_or(f"vocabulary.{name}.{found[0]}", found[0])


def _as_html(text: str) -> str:
    """Escape a text, with relations, days and years as a page can write them."""
    return html.escape(readable(text).replace(" <= ", " ≤ ").replace(" >= ", " ≥ "))


def _notes(rows: Sequence[dict[str, str]]) -> Iterator[tuple[dict[str, str], list[str]]]:
    """Say what is to be said below each claim; once of claims that follow each other and clash alike."""
    last: tuple[str, ...] = ()
    for row in rows:
        notes = [
            say(f"reconciliation.note.{name}", text=fixed.sub(_in_words(name), row[name]))
            for name, fixed in _FIXED.items()
            if row[name]
        ]
        for kind in ("cause", "doubt"):
            if row[kind]:
                named = {kind: say(f"reconciliation.{kind}.{row[kind]}")}
                notes.append(say(f"reconciliation.note.{kind}", evidence=row["evidence"], **named))
        clash = row["figure"], row["clash"], row["if_kept"]
        if row["clash"] and clash == last:
            notes.append(say("reconciliation.note.as_above"))
        else:
            notes += [say(f"reconciliation.note.{key}", text=row[key]) for key in ("clash", "if_kept") if row[key]]
        last = clash
        yield row, notes


def source_of(claim: Mapping[str, Any]) -> str:
    """Name the publication that prints a claim: ``CMM 2022``."""
    return source_name(written(Register(claim["publisher"])), claim["published"])


def title(cell: Cell, number: int | None, known: Bounds) -> str:
    """Write what a cell is and its value: ``77``, ``0 to 4``, ``100 (between 90 and 110)``, ``at least 35``."""
    country, indicator, breakdown, start, end = cell
    names = [written(Country(country), "bare"), Measure(indicator).in_words()]
    names += [Part(breakdown).in_words()] if breakdown else []
    value = written(known)
    if number is not None and known.upper is not None and known.lower < known.upper:
        value = say("reconciliation.estimate", number=number, lower=known.lower, upper=known.upper)
    return f"{', '.join([*names, Period(start, end).in_words()])}: {value}"


def summary(claims: Sequence[Mapping[str, Any]], known: Bounds, status: str) -> str:
    """Say in a sentence how a value came about."""
    n, kept = len(claims), sum(bool(claim["accepted"]) for claim in claims)
    if n == 0:
        nothing = known.upper is None and known.lower == 0
        code = "unknown" if nothing else "deduced" if known.lower == known.upper else "deduced_range"
    elif kept < n:
        code = "some_lost" if kept else "all_lost"
    elif status == "bounded":
        code = "range"
    else:
        code = "one_doubtful" if n == 1 and claims[0]["doubt"] else ("one", "both", "all")[min(n, 3) - 1]
    return say(f"reconciliation.summary.{code}", n=n - kept if 0 < kept < n else n, all=n, kept=kept)


def aside(claims: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say how many of the kept claims on a cell are doubtful, and where its figures start."""
    doubtful = sum(bool(claim["doubt"]) for claim in claims)
    names = [Register(name) for name in sorted({claim["upstream"] for claim in claims} - {""})]
    said = [say("reconciliation.summary.doubtful", n=doubtful)] if doubtful and len(claims) > 1 else []
    return [*said, *([say("reconciliation.summary.upstreams", n=len(names), names=names)] if names else [])]


def name(cell: Cell, here: Cell) -> str:
    """Name a cell by what it does not share with another one: indicator, period, breakdown."""
    _, indicator, breakdown, *period = cell
    names = [Measure(indicator).in_words()] if indicator != here[1] else []
    if tuple(period) != here[3:] or cell == here:
        names.append(Period(*period).in_words())
    return ", ".join([*names, *([Part(breakdown).in_words()] if breakdown != here[2] else [])])


Term_ = tuple[float, float, str, str]
"""How often a figure is added, the figure, the name of its cell and of its source."""


def line(proof: Proof, terms: Sequence[Term_], rules: Sequence[RuleName]) -> str:
    """Write a proof as arithmetic that can be checked by hand, then who prints its figures.

    Examples
    --------
    >>> terms = [(1.0, 717.0, "2007-2020", "EU 2021"), (-1.0, 517.0, "2007-2016", "EU 2017")]
    >>> line(Proof(0, True, 200.0, rules=(0,)), terms, [])
    '517 (2007-2016) + x <= 717 (2007-2020) forces x <= 200 [EU 2021: 717; EU 2017: 517]'
    """
    relation = "=" if proof.exact else "<=" if proof.upper else ">="
    # what is only known not to be negative adds nothing that a reader must look up
    shown = [term for term in terms if proof.exact or term[1] or (term[0] > 0) == proof.upper]
    left, right = (_side([term for term in shown if (term[0] > 0) == positive]) for positive in (False, True))
    text = f"{left} + x {relation} {right or 0}" if left else f"x {relation} {right or 0}"
    if left or len(shown) != 1 or shown[0][0] != 1:
        forced, rounded = f"x {relation} {_number(proof.bound)}", f"x {relation} {_number(proof.whole)}"
        if forced != rounded:
            forced = say("reconciliation.line.whole", forced=forced, whole=rounded)
        text = say("reconciliation.line.forces", line=text, forced=forced)
    said: dict[str, list[str]] = {}
    for _, bound, _, source in shown:
        said.setdefault(source, []).append(_number(bound))
    voices = [f"{source}: {', '.join(numbers)}" for source, numbers in said.items() if source]
    more = len(voices) - _VOICES
    voices = [*voices[:_VOICES], say("reconciliation.line.more_sources", n=more)] if more > 1 else voices
    text += f" [{'; '.join(voices)}]" if voices else ""
    return "; ".join([text, *(say("reconciliation.line.definition", rule=rule) for rule in rules)])


def _side(terms: Sequence[Term_]) -> str:
    """Write one side of a relation; of a long one the last terms are folded into their sum."""
    shown = terms[:_SHOWN] if len(terms) > _SHOWN + 1 else terms
    parts = []
    for times, bound, name, _ in shown:
        factor = "" if math.isclose(abs(times), 1, abs_tol=1e-6) else f"{_number(abs(times))} x "
        parts.append(f"{factor}{_number(bound)} ({name})")
    folded = terms[len(shown) :]
    if folded:
        total, names = sum(abs(term[0]) * term[1] for term in folded), ", ".join(term[2] for term in folded)
        parts.append(say("reconciliation.line.folded", total=_number(total), number=len(folded), names=names))
    return " + ".join(parts)


def _number(value: float) -> str:
    return written(whole(round(value, 6) + 0.0), "#,##0.######")
