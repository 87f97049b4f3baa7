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
    found: dict[str, set[str]] = {}
    k = numeral.end
    stop = min(len(scene.low), numeral.end + REACH)
    while k < stop:
        word = scene.low[k]
        if word in ";.()" or scene.numeral_at(k) or scene.segments[k] != scene.segments[numeral.start]:
            break
        if word == "," and k >= head.end:
            break
        step = 1
        for facet, phrases in scene.lexicon.facets.items():
            match = phrases.at(scene.low, k)
            if match:
                found.setdefault(facet, set()).add(match[1])
                step = max(step, match[0]) if facet == "form" else step
        if word in nationals and k < head.end + 2:
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
