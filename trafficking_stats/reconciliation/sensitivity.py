"""How much a series depends on choices: every method, and the default without each upstream."""

from collections.abc import Iterable, Mapping

import pandas as pd

from trafficking_stats.errors import ReconciliationError
from trafficking_stats.reconciliation.cells import build_system
from trafficking_stats.reconciliation.methods import DEFAULT, METHODS
from trafficking_stats.reconciliation.series import build_series
from trafficking_stats.reconciliation.settle import settle
from trafficking_stats.reconciliation.weights import first_named
from trafficking_stats.vocabulary import Vocabulary
from trafficking_stats.wording import part_of

WITHOUT = "without "
"""Begins the name of a choice that leaves an upstream out."""


def sensitivity(
    claims: pd.DataFrame,
    by_method: Mapping[str, pd.DataFrame],
    method: str,
    vocabulary: Vocabulary,
    which: tuple[str, str, str],
) -> pd.DataFrame:
    """Reconcile a series under every method and without each upstream; see `Reconciliation.sensitivity`.

    Parameters
    ----------
    claims : pandas.DataFrame
        Of a reconciliation.
    by_method : mapping of str to pandas.DataFrame
        Its series under its own method, and those of `rivals`.
    method : str
        Its method.
    vocabulary : Vocabulary
        Its vocabulary.
    which : (str, str, str)
        Country, indicator, breakdown.
    """
    country, indicator, breakdown = which
    claims = claims[claims["country"] == country]
    own = claims[claims["indicator"] == indicator]
    if own.empty:
        have = ", ".join(sorted(set(claims["indicator"]))) or "none"
        raise ReconciliationError(f"{country} has no claims on {indicator}; it has: {have}")
    about = {name: table[table["country"] == country] for name, table in by_method.items()}
    found = {name: table[table["indicator"] == indicator] for name, table in about.items()}
    if breakdown not in set(found[method]["breakdown"]):
        have = ", ".join(map(part_of, sorted(set(found[method]["breakdown"]))))
        raise ReconciliationError(f"{country} has no figures on {indicator}, {part_of(breakdown)}; there are: {have}")

    # what else can bear on the default: claims that rules connect with the series
    near = claims["indicator"].isin(linked(indicator, vocabulary))
    if method != DEFAULT:
        found[DEFAULT] = _by_default(claims[near], indicator, vocabulary)
    tables = {name: found[name] for name in METHODS}
    # a claim that names no upstream is a measurement of its publisher, or of its source, as in its weight
    names = first_named(claims, "upstream", "publisher", "source_id")
    for name in sorted(set(names[own.index])) if names[own.index].nunique() > 1 else []:
        tables[WITHOUT + name] = _by_default(claims[near & (names != name)], indicator, vocabulary)
    chosen = {name: table[table["breakdown"] == breakdown].set_index("year") for name, table in tables.items()}
    wide = pd.DataFrame({name: table["estimate"] for name, table in chosen.items()}).sort_index()
    named = pd.concat([table[table["n_claims"] > 0] for table in chosen.values()])
    wide["range_lower"] = named["lower"].groupby(level=0).min()
    wide["range_upper"] = named["upper"].groupby(level=0).max().mask(named["upper"].isna().groupby(level=0).any())
    return wide.astype("Int64").rename_axis("year").reset_index()


def rivals(claims: pd.DataFrame, vocabulary: Vocabulary) -> dict[str, pd.DataFrame]:
    """Settle the claims of a reconciliation under every method that picks one claim a cell."""
    return series_by_method(claims, METHODS[1:], vocabulary)


def _by_default(claims: pd.DataFrame, indicator: str, vocabulary: Vocabulary) -> pd.DataFrame:
    found = series_by_method(claims.reset_index(drop=True), [DEFAULT], vocabulary)[DEFAULT]
    return found[found["indicator"] == indicator]


def series_by_method(claims: pd.DataFrame, methods: Iterable[str], vocabulary: Vocabulary) -> dict[str, pd.DataFrame]:
    """Settle the claims of a reconciliation anew under several methods; one system for all, and no causes."""
    system, tables = build_system(claims, vocabulary), {}
    for method in methods:
        settled = settle(system, claims, method, vocabulary)
        judged = claims.assign(accepted=settled.accepted)
        tables[method], _ = build_series(judged, system, settled.solution, vocabulary)
    return tables


def linked(indicator: str, vocabulary: Vocabulary) -> frozenset[str]:
    """Return the indicators whose claims can bear on one: those that a chain of rules connects with it.

    Examples
    --------
    >>> from trafficking_stats.vocabulary import load_vocabulary
    >>> sorted(linked("charged_persons", load_vocabulary()))
    ['charged_persons', 'charges_counts']
    """
    found = {indicator}
    for _ in vocabulary.rules:  # each round goes one rule further
        found |= {
            name for rule in vocabulary.rules if found & {rule.whole, *rule.parts} for name in (rule.whole, *rule.parts)
        }
    return frozenset(found)


def moves(table: pd.DataFrame) -> dict[str, list[int]]:
    """List the years in which a choice gives another figure than the default.

    Parameters
    ----------
    table : pandas.DataFrame
        As `Reconciliation.sensitivity` returns it.

    Returns
    -------
    dict of str to list of int
        For each choice that does so; a year in which one of the two has only an interval is no other figure.

    Examples
    --------
    >>> moves(pd.DataFrame({"year": [2019, 2020], "consistent": [64, 77], "earliest": [64, 64]}).astype("Int64"))
    {'earliest': [2020]}
    """
    choices = table.drop(columns=["year", DEFAULT, "range_lower", "range_upper"], errors="ignore")
    differ = choices.ne(table[DEFAULT], axis=0).fillna(False)
    return {str(name): table.loc[differ[name], "year"].tolist() for name in choices if differ[name].any()}
