"""How breakdowns relate: which is a part of which, and which parts exclude each other."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from trafficking_stats.vocabulary import Vocabulary


def parse(breakdown: str) -> dict[str, str]:
    """Split a canonical breakdown into its keys and categories.

    Examples
    --------
    >>> parse("age=child;sex=male")
    {'age': 'child', 'sex': 'male'}
    """
    return dict(part.split("=", 1) for part in breakdown.split(";") if part)


def unparse(keys: dict[str, str]) -> str:
    """Write keys and categories as a canonical breakdown, the inverse of `parse`."""
    return ";".join(f"{key}={keys[key]}" for key in sorted(keys))


def relation(key: str, vocabulary: Vocabulary) -> str:
    """Return ``part`` or ``apart``; a key the vocabulary does not hold is apart, so that no rule touches it."""
    return vocabulary.dimensions[key].relation if key in vocabulary.dimensions else "apart"


def edges(breakdowns: Iterable[str], vocabulary: Vocabulary) -> pd.DataFrame:
    """List the relations between each breakdown and those one step above it.

    Parameters
    ----------
    breakdowns : iterable of str
        Canonical breakdowns.
    vocabulary : Vocabulary
        Gives the dimensions.

    Returns
    -------
    pandas.DataFrame
        Columns ``part``, ``whole``, ``dimension`` and ``kind``: ``exclusive`` (parts of one dimension exclude
        each other), ``exhaustive`` (and add up to the whole), ``overlapping`` (each is at most the whole),
        ``within`` (a category inside another one) or ``union`` (the whole is the sum of these parts).

    Examples
    --------
    >>> from trafficking_stats.vocabulary import load_vocabulary
    >>> edges(["sex=female"], load_vocabulary()).values.tolist()
    [['sex=female', '', 'sex', 'exclusive']]
    """
    rows: list[tuple[str, str, str, str]] = []
    for breakdown in sorted(set(breakdowns)):
        keys = parse(breakdown)
        for key, category in keys.items():
            if relation(key, vocabulary) == "apart":
                continue
            dimension = vocabulary.dimensions[key]
            rest = {k: v for k, v in keys.items() if k != key}
            kind = "overlapping"
            if dimension.is_exclusive(category):
                kind = "exhaustive" if dimension.exhaustive else "exclusive"
            rows.append((breakdown, unparse(rest), key, kind))
            if category in dimension.within:
                rows.append((breakdown, unparse({**rest, key: dimension.within[category]}), key, "within"))
            rows += [
                (breakdown, unparse({**rest, key: union}), key, "union")
                for union, parts in dimension.unions.items()
                if category in parts
            ]
    return pd.DataFrame(rows, columns=["part", "whole", "dimension", "kind"])


def ancestors(breakdowns: Iterable[str], vocabulary: Vocabulary) -> pd.DataFrame:
    """List every breakdown that relations with each one go through, whether or not somebody names it.

    These are the breakdowns above it, up to the total; the category it lies within, so that the part excludes what
    that category excludes; the parts of a union; and the siblings that an exhaustive dimension adds up.

    Parameters
    ----------
    breakdowns : iterable of str
        Canonical breakdowns.
    vocabulary : Vocabulary
        Gives the dimensions.

    Returns
    -------
    pandas.DataFrame
        Columns ``breakdown`` and ``needs``, one row a pair, not counting the breakdown itself.

    Examples
    --------
    >>> from trafficking_stats.vocabulary import load_vocabulary
    >>> ancestors(["age=child;sex=male"], load_vocabulary()).needs.tolist()
    ['', 'age=child', 'sex=male']
    """
    rows: list[tuple[str, str]] = []
    for breakdown in sorted(set(breakdowns)):
        needed: set[str] = set()
        open_ = [breakdown]
        while open_:
            keys = parse(open_.pop())
            for key, category in keys.items():
                if relation(key, vocabulary) == "apart":
                    continue
                dimension = vocabulary.dimensions[key]
                # a category around this one matters where it takes part in a further relation
                middle = {*dimension.exclusive, *dimension.within, *sum(dimension.unions.values(), ())}
                above = [unparse({k: v for k, v in keys.items() if k != key})]
                beside = [dimension.within[category]] if dimension.within.get(category, "") in middle else []
                beside += dimension.unions.get(category, ())
                if dimension.exhaustive and category in dimension.exclusive:
                    beside += dimension.exclusive
                above += [unparse({**keys, key: other}) for other in beside]
                open_ += [b for b in above if b not in needed and b != breakdown]
                needed.update(above)
        rows += [(breakdown, other) for other in sorted(needed - {breakdown})]
    return pd.DataFrame(rows, columns=["breakdown", "needs"])
