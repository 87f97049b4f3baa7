"""The breakdown of a figure: form of exploitation, age, sex, nationality."""

from __future__ import annotations

from trafficking_stats.readers.narrative.heads import Head
from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.scene import Scene

REACH = 16


def facets_of(scene: Scene, numeral: Numeral, head: Head, nationals: frozenset[str]) -> dict[str, str]:
    """Read the facets named between a number and the next one.

    Parameters
    ----------
    scene : Scene
        The sentence.
    numeral, head : Numeral, Head
        The figure and its noun phrase.
    nationals : frozenset of str
        Words for the country's own people ("danish", "danske").

    Returns
    -------
    dict of str to str
        Such as ``{"age": "child", "form": "sex"}``; a facet named with two values is left out.
    """
    low, k = scene.low, head.start
    segment = scene.segments[min(k, len(low) - 1)] if k > numeral.end else scene.segments[numeral.start]
    stop = k
    while stop < min(len(low), k + REACH):
        ends = low[stop] in ";.()" or scene.numeral_at(stop) or stop in scene.shares or scene.segments[stop] != segment
        if ends or (low[stop] == "," and stop >= head.end):
            break
        stop += 1
    return facets_within(scene, k, stop, nationals, head.end + 2)


def facets_within(
    scene: Scene, start: int, stop: int, nationals: frozenset[str], nationals_until: int | None = None
) -> dict[str, str]:
    """Read the facets named between two tokens; a facet named with two values is left out."""
    found: dict[str, set[str]] = {}
    until = stop if nationals_until is None else nationals_until
    k = start
    while k < stop:
        step = 1
        for facet, phrases in scene.lexicon.facets.items():
            match = phrases.at(scene.low, k)
            if match:
                found.setdefault(facet, set()).add(match[1])
                step = max(step, match[0]) if facet == "form" else step
        if scene.low[k] in nationals and k < until:
            found.setdefault("nationality", set()).add("national")
        k += step
    return {facet: min(values) for facet, values in sorted(found.items()) if len(values) == 1}


def written(facets: dict[str, str]) -> str:
    """Facets as a breakdown label, sorted by key; "total" where there are none.

    Examples
    --------
    >>> written({"form": "sex", "age": "child"})
    'age=child;form=sex'
    """
    return ";".join(f"{key}={value}" for key, value in sorted(facets.items())) or "total"
