"""How much a series depends on choices: every method, and the default without each upstream."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from trafficking_stats.errors import ReconciliationError
from trafficking_stats.reconciliation.cells import build_system
from trafficking_stats.reconciliation.methods import DEFAULT, METHODS, pick
from trafficking_stats.reconciliation.series import build_series
from trafficking_stats.reconciliation.solve import solve
from trafficking_stats.vocabulary import Vocabulary
from trafficking_stats.wording import counted, listed, year_list

if TYPE_CHECKING:
    from trafficking_stats.reconciliation.result import Reconciliation

_LEFT_OUT = "without "
_NO_CHOICE = ("year", DEFAULT, "range_lower", "range_upper")


def sensitivity(rec: Reconciliation, country: str, indicator: str, breakdown: str = "") -> pd.DataFrame:
    """Reconcile a series under every method and without each upstream; see `Reconciliation.sensitivity`.

    Only claims that rules can connect with the series are reconciled anew: those on indicators linked to this one.
    """
    claims = rec.claims[rec.claims["country"] == country]
    own = claims[claims["indicator"] == indicator]
    if own.empty:
        have = ", ".join(sorted(set(claims["indicator"]))) or "none"
        raise ReconciliationError(f"{country} has no claims on {indicator}; it has: {have}")
    series = rec.series[(rec.series["country"] == country) & (rec.series["indicator"] == indicator)]
    if breakdown not in set(series["breakdown"]):
        have = ", ".join(map(repr, sorted(set(series["breakdown"]))))
        raise ReconciliationError(f"{country} has no figures on {indicator} with {breakdown!r}; there are: {have}")
    tables = {}
    for method in METHODS:
        tables[method] = series if method == rec.method else _series(rec, claims, indicator, method)
    names = _upstreams(claims)
    for name in sorted(set(names[own.index])) if names[own.index].nunique() > 1 else []:
        tables[_LEFT_OUT + name] = _series(rec, claims[names != name], indicator, DEFAULT)
    chosen = {name: table[table["breakdown"] == breakdown].set_index("year") for name, table in tables.items()}
    wide = pd.DataFrame({name: table["estimate"] for name, table in chosen.items()}).sort_index()
    named = [table[table["n_claims"] > 0] for table in chosen.values()]
    wide["range_lower"] = pd.concat([table["lower"] for table in named]).groupby(level=0).min()
    wide["range_upper"] = _largest([table["upper"] for table in named])
    return wide.astype("Int64").rename_axis("year").reset_index()


def _series(rec: Reconciliation, claims: pd.DataFrame, indicator: str, method: str) -> pd.DataFrame:
    """Settle the cells of one indicator, from the claims that can have a say in them."""
    # the rivals pick one claim a cell, without any rule
    names = linked(indicator, rec.vocabulary) if method == DEFAULT else frozenset([indicator])
    table = claims[claims["indicator"].isin(names)].reset_index(drop=True)
    system = build_system(table, rec.vocabulary)
    solution = solve(system) if method == DEFAULT else pick(system, table, method, rec.vocabulary)
    in_system = system.claim_group >= 0
    table["accepted"] = True
    table.loc[in_system, "accepted"] = solution.accepted[system.claim_group[in_system]]
    series, _ = build_series(table, system, solution, rec.vocabulary)
    return series[series["indicator"] == indicator]


def linked(indicator: str, vocabulary: Vocabulary) -> frozenset[str]:
    """Return the indicators whose claims can bear on one: those that a chain of rules connects with it.

    Examples
    --------
    >>> from trafficking_stats.vocabulary import load_vocabulary
    >>> sorted(linked("charged_persons", load_vocabulary()))
    ['charged_persons', 'charges_counts']
    """
    found, waiting = {indicator}, [indicator]
    while waiting:
        name = waiting.pop()
        for rule in vocabulary.rules:
            members = {rule.whole, *rule.parts}
            waiting += sorted(members - found) if name in members else []
            found |= members if name in members else set()
    return frozenset(found)


def _upstreams(claims: pd.DataFrame) -> pd.Series:
    """Name the upstream of each claim: its publisher, or its source, where it names none, as in its weight."""
    name = claims["upstream"].where(claims["upstream"] != "", claims["publisher"])
    return name.where(name != "", claims["source_id"])


def _largest(uppers: list[pd.Series]) -> pd.Series:
    """Return the largest upper bound of each year, NA where one of them is unbounded."""
    together = pd.concat(uppers)
    return together.groupby(level=0).max().mask(together.isna().groupby(level=0).any())


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
    default = table[DEFAULT]
    differ = {str(name): table["year"][(table[name] != default).fillna(False)] for name in _choices(table)}
    return {name: [int(year) for year in years] for name, years in differ.items() if len(years)}


def _losses(table: pd.DataFrame) -> dict[str, list[int]]:
    """List the years for which nothing but an interval is left when an upstream is left out."""
    names = [name for name in _choices(table) if name.startswith(_LEFT_OUT)]
    lost = {name: table["year"][table[name].isna() & table[DEFAULT].notna()] for name in names}
    return {name: [int(year) for year in years] for name, years in lost.items() if len(years)}


def _choices(table: pd.DataFrame) -> list[str]:
    return [str(name) for name in table if name not in _NO_CHOICE]


def sensitivity_sentence(table: pd.DataFrame) -> str:
    """Say in one sentence whether a series depends on a choice.

    Parameters
    ----------
    table : pandas.DataFrame
        As `Reconciliation.sensitivity` returns it.

    Returns
    -------
    str
        Names the years and the choices that change them, and the years that hang on one upstream.

    Examples
    --------
    >>> table = pd.DataFrame({"year": [2019, 2020], "consistent": [64, 77], "latest": [64, 77]}).astype("Int64")
    >>> sensitivity_sentence(table)
    'The series does not depend on the method; all its figures start in one upstream.'
    >>> sensitivity_sentence(table.assign(earliest=[64, 64], **{"without A": [64, None]}).convert_dtypes())
    'The series depends on the choice in 1 of 2 years (2020): earliest changes 1; without A no figure is left for 2020.'
    """
    moved, lost = moves(table), _losses(table)
    several = any(name.startswith(_LEFT_OUT) for name in _choices(table))
    hang = "; ".join(f"{name} no figure is left for {year_list(years)}" for name, years in lost.items())
    hang = hang if several else "all its figures start in one upstream"
    ending = f"; {hang}." if hang else "."
    if not moved:
        what = "the method or on any one upstream" if several and not lost else "the method"
        return f"The series does not depend on {what}{ending}"
    years = sorted({year for found in moved.values() for year in found})
    changes = listed(f"{name} changes {len(found)}" for name, found in moved.items())
    of = f"{len(years)} of {counted(len(table), 'year')} ({year_list(years)})"
    return f"The series depends on the choice in {of}: {changes}{ending}"
