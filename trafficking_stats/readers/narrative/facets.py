"""The breakdown of a figure: form of exploitation, age, sex, nationality."""

from __future__ import annotations

from trafficking_stats.readers.narrative.demonyms import territories
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
    stop = max(k, min(head.end, len(low)) if head.partitive else k)
    while stop < min(len(low), k + REACH):
        if low[stop] == "(" and stop + 1 in scene.shares:
            stop = scene.shares[stop + 1] + 1
            continue
        ends = low[stop] in ";:.()" or scene.numeral_at(stop) or stop in scene.shares or scene.segments[stop] != segment
        if ends or (low[stop] == "," and stop >= head.end):
            break
        stop += 1
    found = facets_within(scene, k, stop, nationals, head.end + 2)
    if "age" not in found and any(_is_child_age(scene, i) for i in range(k, min(stop + 3, len(low)))):
        found["age"] = "child"
    return found or facets_before(scene, numeral, head, nationals)


def _is_child_age(scene: Scene, k: int) -> bool:
    """Whether an age below 18 stands at token `k`: "17 years old", "var 17 år"."""
    word = scene.low[k]
    if not (word.isdecimal() and len(word) < 3 and int(word) < 18) or k + 1 >= len(scene.low):
        return False
    old = scene.lexicon.phrases["not_counts.years"].at(scene.low, k + 1)
    return old is not None and scene.is_word("clause.copulas", k - 1)


def _past_share_before(scene: Scene, first: int) -> int:
    """Return where the bracket of a number begins, past a share in it: "(27 %; 1,139)"."""
    for start, end in scene.shares.items():
        if end + 1 == first and scene.low[end] in ";," and start > 0 and scene.low[start - 1] == "(":
            return start
    return first


def facets_before(scene: Scene, numeral: Numeral, head: Head, nationals: frozenset[str]) -> dict[str, str]:
    """Read the facets that stand before a number: "girls were 38", "labour exploitation (12)", "for begging, 12"."""
    low, first = scene.low, numeral.first
    first = _past_share_before(scene, first)
    bracketed = first > 0 and low[first - 1] == "("
    link = scene.lexicon.phrases["clause.count_links"].ending_at(low, first)
    end = first - 1 if bracketed else first - (link[0] if link else 0)
    start = end
    while start > 0 and low[start - 1] not in ",;:()." and scene.numeral_at(start - 1) is None:
        ends_number = any(n.end == start for n in scene.numerals)
        if ends_number or scene.is_word("clause.coordinators", start - 1):
            break
        start -= 1
    # "the Danish authorities identified 64" says nothing of the 64; "Danish citizens: 5" does
    own = nationals if bracketed or link is not None else frozenset()
    found = facets_within(scene, start, end, own)
    fronted = start < end and scene.is_word("clause.prepositions", start)
    adjacent = bool(found) and bool(facets_within(scene, max(start, end - (5 if bracketed else 2)), end, own))
    empty = head.end <= head.start or head.noun == "person"  # "women with a total of 764 persons"
    return found if (link is not None and empty) or fronted or (adjacent and empty) else {}


def facets_within(
    scene: Scene, start: int, stop: int, nationals: frozenset[str], nationals_until: int | None = None
) -> dict[str, str]:
    """Read the facets named between two tokens; a facet named with two values is left out."""
    found: dict[str, set[str]] = {}
    stop = min(stop, len(scene.low))
    until = stop if nationals_until is None else nationals_until
    k = start
    while k < stop:
        step = 1
        for facet, phrases in scene.lexicon.facets.items():
            match = phrases.at(scene.low, k)
            if match:
                found.setdefault(facet, set()).add(match[1])
                step = max(step, match[0])
        if scene.low[k] in nationals and k < until:
            found.setdefault("nationality", set()).add("national")
        origin = scene.is_word("clause.origins", k - 1) or (k + 1 == stop and stop < len(scene.low))
        place = territories(scene.lexicon.code).at(scene.low, k) if origin and scene.low[k][0].isalpha() else None
        if place is not None and (scene.is_word("clause.origins", k - 1) or scene.low[k + place[0]] == "("):
            found.setdefault("nationality", set()).add(place[1])
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
