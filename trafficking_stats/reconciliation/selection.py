"""Which claims take part and whose weigh more: what an analyst may choose before claims are reconciled."""

from collections.abc import Collection

import pandas as pd

from trafficking_stats.countries import other_countries
from trafficking_stats.errors import ClaimError
from trafficking_stats.parameters import conform
from trafficking_stats.vocabulary import Vocabulary, load_vocabulary
from trafficking_stats.wording import meant


def select_claims(
    claims: pd.DataFrame,
    exclude_sources: Collection[str] = (),
    prefer: Collection[str] = (),
    countries: Collection[str] = (),
    vocabulary: Vocabulary | None = None,
) -> pd.DataFrame:
    """Leave sources out, and let those that are preferred weigh as much as the heaviest tier.

    Parameters
    ----------
    claims : pandas.DataFrame
        With columns ``source_id``, ``publisher`` and ``tier``.
    exclude_sources : collection of str
        Ids of sources whose claims are dropped.
    prefer : collection of str
        Ids of sources, or names of publishers, whose claims get the tier of the greatest weight. A preferred
        claim may still be rejected: it only costs as much to reject as one of an official register.
    countries : collection of str
        Only claims about these; about all by default.
    vocabulary : Vocabulary, optional
        Gives the tiers; by default the one that ships with the package.

    Returns
    -------
    pandas.DataFrame
        A copy with the same columns; the order of the rows is kept.

    Raises
    ------
    ClaimError
        If nobody has one of these names, a preferred source is left out, or nothing remains of a country.

    Examples
    --------
    >>> claims = pd.DataFrame(
    ...     {"source_id": ["tip-2021", "cmm-2022"], "publisher": ["State", "CMM"], "tier": ["compiler", "register"]}
    ... ).assign(country="DNK")
    >>> select_claims(claims, prefer=["State"]).tier.tolist()
    ['register', 'register']
    >>> select_claims(claims, exclude_sources=["cmm-2022"]).source_id.tolist()
    ['tip-2021']
    """
    vocabulary = vocabulary or load_vocabulary()
    # a notebook may have got one name as plain text
    exclude_sources = conform("exclude_sources", "list[str]", exclude_sources)
    prefer = conform("prefer", "list[str]", prefer)
    countries = conform("countries", "list[str]", countries)
    ids, publishers = (set(claims[name].unique()) for name in ("source_id", "publisher"))
    _check(exclude_sources, ids, "exclude_sources", "source id")
    _check(prefer, ids | publishers, "prefer", "source id or publisher")
    both = sorted(set(exclude_sources) & set(prefer))
    if both:
        raise ClaimError(f"{', '.join(both)}: a source cannot be left out and preferred at once")
    heaviest = max(vocabulary.tiers, key=lambda name: vocabulary.tiers[name].weight)
    kept = claims[~claims["source_id"].isin(list(exclude_sources))] if exclude_sources else claims
    if countries:
        there = sorted(kept["country"].unique())
        if missing := sorted(set(countries) - set(there)):
            raise ClaimError(f"no claims on country {', '.join(missing)}{other_countries(missing[0], there)}")
        kept = kept[kept["country"].isin(list(countries))]
    raised = kept["source_id"].isin(list(prefer)) | kept["publisher"].isin(list(prefer))
    return kept.assign(tier=kept["tier"].mask(raised, heaviest)).reset_index(drop=True)


def _check(names: Collection[str], known: set[str], parameter: str, what: str) -> None:
    """Name every unknown entry with the nearest known ones."""
    problems = []
    for name in sorted(set(names) - known):
        hint = meant(name, sorted(known), most=3) or "; data/raw/sources.csv lists those there are"
        problems.append(f"{parameter}: no claim has the {what} {name!r}{hint}")
    if problems:
        raise ClaimError(problems)
