"""A page that shows a text with its figures marked, and a note on each beside it."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import groupby
from typing import Any

from trafficking_stats.readers.narrative.results import Proposal

LIKELY = 0.75
"""Below this confidence a figure is marked as doubtful."""

_BLOCK = re.compile(r"\n\s*\n|\n(?=\S)")


@dataclass(frozen=True)
class Note:
    """What is said of a stretch of a text.

    Attributes
    ----------
    start, end : int
        The stretch (code points).
    kind : str
        A class of the style sheet of the page.
    title, tag, text, small : str
        The note in its parts.
    """

    start: int
    end: int
    kind: str
    title: str
    tag: str
    text: str
    small: str = ""


def page(text: str, notes: Sequence[Note], language: str = "en", **words: Any) -> str:
    """Show a text with notes, each beside its paragraph, as one self-contained page.

    Parameters
    ----------
    text : str
        The text; all of it is escaped.
    notes : sequence of Note
        In the order of the text.
    language : str
        Language of the page.
    **words
        ``title``, ``lead``, ``counts`` (kind, number, words) and ``remarks`` (lines) of its head.
    """
    from jinja2 import Environment

    source = files(__package__).joinpath("page.html.j2").read_text(encoding="utf-8")
    template = Environment(autoescape=True).from_string(source)
    return template.render(language=language, blocks=list(_blocks(text, deque(enumerate(notes, 1)))), **words)


def _blocks(text: str, notes: deque[tuple[int, Note]]) -> Iterator[dict[str, Any]]:
    begin = 0
    for gap in _BLOCK.finditer(f"{text}\n\n"):
        here = []
        while notes and notes[0][1].start < gap.start():
            here.append(notes.popleft())
        if text[begin : gap.start()].strip():
            yield {"notes": here, "pieces": list(_pieces(text, begin, gap.start(), here))}
        begin = gap.end()


def _pieces(text: str, begin: int, end: int, notes: list[tuple[int, Note]]) -> Iterator[dict[str, Any]]:
    """Cut a paragraph into plain stretches and marked ones; of stretches that overlap the first is marked."""

    def place(numbered: tuple[int, Note]) -> tuple[int, int]:
        return numbered[1].start, numbered[1].end

    for (start, stop), of_place in groupby(sorted(notes, key=place), key=place):
        numbers, found = zip(*of_place, strict=True)
        if start >= begin:
            yield {"text": text[begin:start]}
            yield {"text": text[start:stop], "notes": numbers, "kind": found[0].kind}
            begin = stop
    yield {"text": text[begin:end]}


def to_html(text: str, proposals: Sequence[Proposal], title: str = "Proposed figures") -> str:
    """Show a text with its proposals as one self-contained page.

    Parameters
    ----------
    text : str
        The text the proposals were read from.
    proposals : sequence of Proposal
        From `extract`, in order.
    title : str
        Heading of the page.

    Returns
    -------
    str
        HTML without scripts or links to elsewhere; everything from the text is escaped.

    Examples
    --------
    >>> "&lt;b&gt;" in to_html("<b>", [])
    True
    """
    notes = [
        Note(
            p.char_start,
            p.char_end,
            "likely" if p.confidence >= LIKELY else "doubtful",
            f"{p.value:.15g} {p.unit}",
            "",
            " · ".join(
                part.replace("_", " ").replace(";", ", ")
                for part in (p.indicator, p.period, p.breakdown, p.qualifier)
                if part not in ("total", "exact")
            ),
            f"{p.rule}; period: {p.period_source}; confidence {p.confidence:.2f}",
        )
        for p in proposals
    ]
    return page(text, notes, title=title, lead=f"{len(proposals)} figures proposed.", counts=(), remarks=())
