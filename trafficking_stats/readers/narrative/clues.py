"""Signs in a sentence that the rules ask about."""

from __future__ import annotations

from trafficking_stats.readers.narrative.governors import LEFT_REACH, Governor, auxiliary_before, copula_after
from trafficking_stats.readers.narrative.heads import Head
from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.scene import Scene


def link_before(scene: Scene, numeral: Numeral) -> int | None:
    """Return the token where "numbered", "rose to" or a colon before a number starts, or None."""
    k = numeral.first
    found = scene.lexicon.phrases["clause.count_links"].ending_at(scene.low, k)
    if found is None and scene.is_word("compare.change_from", k - 1):
        changed = any(scene.is_word("compare.change_verbs", i) for i in range(max(0, k - 10), k))
        return k - 1 if changed else None
    return k - found[0] if found else None


def changes(scene: Scene, link: int) -> bool:
    """Whether the link says that a figure went up or down: "and sank to 95"."""
    groups = ("statements.up", "statements.down", "compare.change_verbs")
    return any(scene.contains(group, link, link + 1) for group in groups)


def clause_start(scene: Scene, k: int, bound: int) -> int:
    """Return the first token of the clause that token `k` ends, back to `bound`."""
    while k > bound and scene.low[k - 1] not in ",;(":
        k -= 1
    return k


def opens_clause(scene: Scene, numeral: Numeral) -> bool:
    """Whether a number opens its clause."""
    return numeral.first == 0 or scene.low[numeral.first - 1] in ",;"


def said_potential_after(scene: Scene, head: Head) -> bool:
    """Whether "as potential victims" follows a noun phrase and its verb."""
    for k in range(head.end, min(head.end + 7, len(scene.low))):
        if scene.low[k] in ",;.(" or scene.numeral_at(k):
            return False
        if scene.lexicon.potential.at(scene.low, k):
            return scene.lexicon.nouns.found(scene.low, k + 1, k + 3) is not None and not head.formal
    return False


def exists(scene: Scene, numeral: Numeral) -> bool:
    """Whether "there were" or an auxiliary stands before a number."""
    return scene.contains("clause.existential", max(0, numeral.first - 8), numeral.first) or auxiliary_before(
        scene, numeral
    )


def victims_include(scene: Scene, numeral: Numeral) -> bool:
    """Return whether "victims included" stands right before the figure."""
    for k in range(max(1, numeral.first - 4), numeral.first):
        if scene.phrase("clause.subset", k):
            return (scene.lexicon.nouns.at(scene.low, k - 1) or (0, ""))[1] == "victim"
    return False


def number_of_victims(scene: Scene, numeral: Numeral) -> bool:
    """Return whether "the number of victims" stands before a bare figure."""
    for k in range(max(0, numeral.start - LEFT_REACH), numeral.start):
        n = scene.phrase("clause.number_of", k)
        if n and any(
            (scene.lexicon.nouns.at(scene.low, i) or (0, ""))[1] == "victim"
            for i in range(k + n, k + n + 4)
            if i < numeral.start
        ):
            return True
    return False


def points_back(scene: Scene, numeral: Numeral, head: Head, right: Governor | None) -> bool:
    """Whether the sentence goes on about the figure of the sentence before."""
    begin = max(0, numeral.start - LEFT_REACH)
    if head.partitive or scene.contains("clause.anaphors", begin, numeral.start):
        return True
    if scene.segments[numeral.start] in scene.comparisons and head.noun == "empty":
        return True
    if scene.contains("clause.figure_nouns", begin, numeral.start) or scene.phrase("clause.continuers", head.end):
        return True
    if head.noun in ("person", "empty", "victim") and (copula_after(scene, head) or right is not None):
        return True
    return head.noun in ("person", "empty") and auxiliary_before(scene, numeral)
