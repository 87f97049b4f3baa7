"""How breakdowns relate: which is a part of which, and which parts exclude each other."""

from collections.abc import Iterator

from trafficking_stats.entries import Dimension
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


def canonical_breakdown(breakdown: str) -> str:
    """Sort the keys of a breakdown; the total is the empty string.

    Parameters
    ----------
    breakdown : str
        ``key=value`` pairs joined by ``;`` in any order.

    Returns
    -------
    str
        The same pairs sorted by key, without spaces.

    Examples
    --------
    >>> canonical_breakdown("sex=male; age=child")
    'age=child;sex=male'
    """
    return ";".join(sorted(part.strip() for part in breakdown.split(";") if part.strip()))


def relation(key: str, vocabulary: Vocabulary) -> str:
    """Return ``part`` or ``apart``; a key the vocabulary does not hold is apart, so that no rule touches it."""
    return vocabulary.dimensions[key].relation if key in vocabulary.dimensions else "apart"


def is_exhaustive(dimension: Dimension) -> bool:
    """Whether the exclusive categories add up to the whole; those of an open pattern can never be known to."""
    return dimension.exhaustive and dimension.open_exclusive is None


def _parts(keys: dict[str, str], vocabulary: Vocabulary) -> Iterator[tuple[str, str, Dimension, str]]:
    """Give each key that makes a part of a whole, its category and dimension, and the breakdown without it."""
    for key, category in keys.items():
        if relation(key, vocabulary) == "part":
            yield key, category, vocabulary.dimensions[key], unparse({k: v for k, v in keys.items() if k != key})


def edges(breakdown: str, vocabulary: Vocabulary, indicator: str = "") -> list[tuple[str, str, str, int]]:
    """List the relations between a breakdown and those one step above it.

    Parameters
    ----------
    breakdown : str
        Canonical.
    vocabulary : Vocabulary
        Gives the dimensions.
    indicator : str
        In some, categories overlap that exclude each other elsewhere.

    Returns
    -------
    list of (whole, kind, detail, size)
        ``kind`` is ``exclusive`` (parts of one dimension exclude each other), ``exhaustive`` (and add up to the
        whole), ``overlapping`` (each is at most the whole), ``within`` (a category inside another one) or ``union``
        (the whole is the sum of these parts). Parts of the same whole, kind and detail add up; ``size`` says how
        many of them are exactly the whole, 0 if no number is.

    Examples
    --------
    >>> from trafficking_stats.vocabulary import load_vocabulary
    >>> edges("sex=female", load_vocabulary())
    [('', 'exclusive', 'sex', 0)]
    """
    keys = parse(breakdown)
    found: list[tuple[str, str, str, int]] = []
    for key, category, dimension, rest in _parts(keys, vocabulary):
        alone = f"{key} {breakdown}"
        exclusive = dimension.is_exclusive(category, indicator)
        if not exclusive:
            found.append((rest, "overlapping", alone, 0))
        elif is_exhaustive(dimension):
            found.append((rest, "exhaustive", key, len(dimension.exclusive)))
        else:
            found.append((rest, "exclusive", key, 0))
        if category in dimension.within:
            found.append((unparse({**keys, key: dimension.within[category]}), "within", alone, 0))
        for union, parts in dimension.unions.items():
            if category in parts:
                kind = ("union", key, len(parts)) if exclusive else ("within", alone, 0)
                found.append((unparse({**keys, key: union}), *kind))
    return found


def ancestors(breakdown: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """List every breakdown that relations with this one go through, whether or not somebody names it.

    These are the breakdowns above it, up to the total; the category it lies within, so that the part excludes what
    that category excludes; the parts of a union; and the siblings that an exhaustive dimension adds up.

    Parameters
    ----------
    breakdown : str
        Canonical.
    vocabulary : Vocabulary
        Gives the dimensions.

    Returns
    -------
    tuple of str
        Sorted, without the breakdown itself.

    Examples
    --------
    >>> from trafficking_stats.vocabulary import load_vocabulary
    >>> ancestors("age=child;sex=male", load_vocabulary())
    ('', 'age=child', 'sex=male')
    """
    needed: set[str] = set()
    waiting = [breakdown]
    while waiting:
        keys = parse(waiting.pop())
        for key, category, dimension, rest in _parts(keys, vocabulary):
            # a category around this one matters where it takes part in a further relation
            middle = {*dimension.exclusive, *dimension.within, *sum(dimension.unions.values(), ())}
            beside = [dimension.within[category]] if dimension.within.get(category, "") in middle else []
            beside += dimension.unions.get(category, ())
            if is_exhaustive(dimension) and category in dimension.exclusive:
                beside += dimension.exclusive
            above = [rest, *(unparse({**keys, key: other}) for other in beside)]
            waiting += [other for other in above if other not in needed and other != breakdown]
            needed.update(above)
    return tuple(sorted(needed - {breakdown}))


def folds(breakdown: str, vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """List what some count with a category of a breakdown: that part, and the breakdowns with it or with one within.

    Examples
    --------
    >>> from trafficking_stats.vocabulary import load_vocabulary
    >>> folds("exploitation=forced_labour", load_vocabulary())[:2]
    [('exploitation=criminal_activity', 'exploitation=criminal_activity'), \
('exploitation=criminal_activity', 'exploitation=forced_labour_commercial')]
    """
    keys = parse(breakdown)
    found = []
    for key in filter(vocabulary.dimensions.get, keys):
        dimension, category = vocabulary.dimensions[key], keys[key]
        inner = [part for part, outer in dimension.within.items() if outer == category]
        for other in dimension.folds.get(category, ()):
            found += [(f"{key}={other}", unparse({**keys, key: part})) for part in (other, *inner)]
    return found
