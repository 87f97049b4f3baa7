"""The breakdown of a figure: form of exploitation, age, sex, nationality."""

from __future__ import annotations

from trafficking_stats.readers.narrative.heads import Head
from trafficking_stats.readers.narrative.lexicon import PEOPLES, PLACES
from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.scene import Scene

REACH = 16
DIMENSIONS = ("form", "sex", "age", "nationality", "group")


def facets_of(scene: Scene, numeral: Numeral, head: Head) -> dict[str, str]:
    """Read the facets named between a number and the next one, or else those right before it.

    Parameters
    ----------
    scene : Scene
        The sentence.
    numeral, head : Numeral, Head
        The figure and its noun phrase.

    Returns
    -------
    dict of str to str
        Such as ``{"age": "child", "form": "sex"}``; a facet named with two values is left out.
    """
    low, start = scene.low, head.start
    stop = max(start, head.end if head.partitive else start)
    while stop < min(len(low), start + REACH):
        if low[stop] in ";:.()" or stop in scene.counts or stop in scene.shares:
            break
        if low[stop] == "," and stop >= head.end:
            break
        stop += 1
    found = facets_within(scene, start, stop, head.end + 2)
    if "age" not in found and any(_is_child_age(scene, k) for k in range(start, min(stop + 3, len(low)))):
        found["age"] = "child"
    return found or _facets_before(scene, numeral, head)


def _is_child_age(scene: Scene, k: int) -> bool:
    """Whether an age below 18 stands at token `k`: "was 17 years old", "var 17 år"."""
    is_age = scene.low[k].isdecimal() and len(scene.low[k]) < 3 and int(scene.low[k]) < 18
    return is_age and bool(scene.phrase("not_counts.years", k + 1) and scene.phrase("clause.copulas", k - 1))


def _facets_before(scene: Scene, numeral: Numeral, head: Head) -> dict[str, str]:
    """Read the facets that stand before a number: "girls were 38", "labour exploitation (12)"."""
    end = numeral.first
    if head.end > head.start and head.noun not in ("empty", "person"):
        return {}
    bracketed = scene.word(end - 1) == "("
    link = scene.before("clause.count_links", end)
    end -= 1 if bracketed else link
    start = end
    while start > 0 and scene.low[start - 1] not in ",;:().":
        if scene.phrase("clause.coordinators", start - 1) or any(n.end == start for n in scene.numerals):
            break
        start -= 1
    # "the Danish authorities identified 64" says nothing of the 64
    reach = start if link else end - (5 if bracketed else 2)
    until = end if bracketed else 0
    return facets_within(scene, start, end, until) if facets_within(scene, max(start, reach), end, until) else {}


def facets_within(scene: Scene, start: int, stop: int, people_until: int | None = None) -> dict[str, str]:
    """Read the facets named between two tokens; a facet named with two values is left out.

    Nouns such as "officers" and adjectives such as "Danish", which may belong to the next noun, count before the token
    `people_until` only.
    """
    found: dict[str, set[str]] = {}
    stop = min(stop, len(scene.low))
    k = start
    while k < stop:
        step = 1
        is_near = people_until is None or k < people_until
        for facet in DIMENSIONS if is_near else DIMENSIONS[:-1]:
            length = scene.phrase(f"facets.{facet}", k)
            if length:
                found.setdefault(facet, set()).add(scene.value(f"facets.{facet}", k))
                step = max(step, length)
        if scene.phrase(PEOPLES, k) and is_near:
            code, name = scene.value(PEOPLES, k)
            found.setdefault("nationality", set()).add("national" if code == scene.country else name)
        place, from_there = scene.phrase(PLACES, k), scene.phrase("clause.origins", k - 1)
        if place and (from_there or (k + 1 == stop and scene.word(k + place) == "(")):
            found.setdefault("nationality", set()).add(scene.value(PLACES, k)[1])
        k += step
    return {facet: min(values) for facet, values in sorted(found.items()) if len(values) == 1}
