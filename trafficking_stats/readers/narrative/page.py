"""A page that shows the text with every proposed figure marked and its reading beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape

from trafficking_stats.readers.narrative.results import Proposal

_BLOCK = re.compile(r"\n\s*\n|\n(?=\S)")

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem;color:#1a1a1a;background:#fff}
.block{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr);gap:1.5rem;margin:0 0 1rem}
.block p{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}
.block ol{margin:0;padding-left:0;list-style:none;font-size:.85rem}
.block li{border-left:3px solid #0b6e4f;padding:.1rem .5rem;margin:0 0 .3rem}
.block li.low{border-color:#b35c00}
mark{background:#cdeedd;padding:0 .15em;border-radius:.2em}
mark.low{background:#ffe2bd}
small{color:#555}
@media(max-width:50rem){.block{grid-template-columns:1fr}}
"""

LOW = 0.75
"""Below this confidence a figure is marked in the second colour."""


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    begin = 0
    for match in _BLOCK.finditer(text):
        yield begin, match.start()
        begin = match.end()
    yield begin, len(text)


def _reading(p: Proposal, number: int) -> str:
    low = ' class="low"' if p.confidence < LOW else ""
    value = f"{p.value:.15g}"
    facts = [p.indicator.replace("_", " "), p.period]
    if p.breakdown != "total":
        facts.append(p.breakdown.replace(";", ", "))
    if p.qualifier != "exact":
        facts.append(p.qualifier.replace("_", " "))
    why = f"{p.rule}; period: {p.period_source}; confidence {p.confidence:.2f}"
    return (
        f"<li{low}><b>{number}. {escape(value)} {escape(p.unit)}</b> {escape(' · '.join(facts))}<br>"
        f"<small>{escape(why)}</small></li>"
    )


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
        HTML without scripts or links; everything from the text is escaped.

    Examples
    --------
    >>> "&lt;b&gt;" in to_html("<b>", [])
    True
    """
    parts = [
        "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width,initial-scale=1'>",
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{escape(title)}</h1><p>{len(proposals)} figures proposed.</p>",
    ]
    position = 0
    for begin, end in _blocks(text):
        if not text[begin:end].strip():
            continue
        first = position
        while position < len(proposals) and proposals[position].char_start < end:
            position += 1
        parts.append(_block(text, begin, end, proposals[first:position], first + 1))
    parts.append("</body></html>\n")
    return "\n".join(parts)


def _block(text: str, begin: int, end: int, proposals: Sequence[Proposal], first: int) -> str:
    pieces: list[str] = []
    k = begin
    spans: dict[tuple[int, int], list[int]] = {}
    for number, p in enumerate(proposals, first):
        spans.setdefault((p.char_start, p.char_end), []).append(number)
    for (start, stop), numbers in sorted(spans.items()):
        if start < k:
            continue
        low = ' class="low"' if min(proposals[n - first].confidence for n in numbers) < LOW else ""
        label = ", ".join(map(str, numbers))
        pieces.append(escape(text[k:start]))
        pieces.append(f"<mark{low}>{escape(text[start:stop])}<sup>{label}</sup></mark>")
        k = stop
    pieces.append(escape(text[k:end]))
    readings = "".join(_reading(p, number) for number, p in enumerate(proposals, first))
    return f"<div class='block'><p>{''.join(pieces)}</p><ol>{readings}</ol></div>"
