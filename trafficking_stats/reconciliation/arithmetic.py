"""Chains of rules written as arithmetic that can be checked by hand, with who prints each figure."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trafficking_stats.intervals import period_label
from trafficking_stats.names import breakdown_name
from trafficking_stats.reconciliation.cells import System
from trafficking_stats.reconciliation.chains import Chain, Term
from trafficking_stats.reconciliation.rules import KEY
from trafficking_stats.vocabulary import Vocabulary
from trafficking_stats.wording import counted, label_of, source_name

_SHOWN = 7
"""Terms of one side that are written out before the others are folded into their sum."""

_VOICES = 6
"""Sources that are named below a line."""

_SMALL = 1e-7


def write(chain: Chain, name: Callable[[int], str]) -> str:
    """Write a chain as arithmetic that can be checked by hand.

    Parameters
    ----------
    chain : Chain
        What forces the bound.
    name : callable
        Names a cell by its number.

    Returns
    -------
    str
        Such as ``517 (2007-2016) + 86 (2017) + 31 (2018) + 38 (2019) + x = 717 (2007-2020) forces x = 45``: an
        equation where the sum holds both ways. Of a long sum the first terms, and what the others come to. Empty
        where no rule takes part.

    Examples
    --------
    >>> names = ["x", "2007-2020", "2007-2016", "2017-2019"]
    >>> terms = (Term(1, 1, 717), Term(2, -1, 517), Term(3, -1, 155))
    >>> write(Chain(0, True, 45, terms, (0,)), names.__getitem__)
    '517 (2007-2016) + 155 (2017-2019) + x <= 717 (2007-2020) forces x <= 45'
    >>> write(Chain(0, True, 45, terms, (0,), exact=True), names.__getitem__)
    '517 (2007-2016) + 155 (2017-2019) + x = 717 (2007-2020) forces x = 45'
    >>> write(Chain(0, True, 717, terms[:1], (0,)), names.__getitem__)
    'x <= 717 (2007-2020)'
    """
    if not chain.rules:
        return ""
    relation = "=" if chain.exact else "<=" if chain.upper else ">="
    shown = _worth_naming(chain)
    left = _side([term for term in shown if term.times < 0], name)
    right = _side([term for term in shown if term.times > 0], name) or "0"
    if not left and len(shown) == 1 and shown[0].times == 1:
        return f"x {relation} {right}"
    bound = chain.bound + 0.0
    forced = f"x {relation} {bound:,.6g}" if bound != round(bound) else f"x {relation} {bound:,.0f}"
    if bound != round(bound):
        whole = math.floor(bound + _SMALL) if chain.upper else math.ceil(bound - _SMALL)
        forced += f", in whole numbers x {relation} {whole:,}"
    return f"{left} + x {relation} {right} forces {forced}" if left else f"x {relation} {right} forces {forced}"


def _worth_naming(chain: Chain) -> list[Term]:
    """Leave out what is only known not to be negative: it adds nothing that a reader must look up."""
    if chain.exact:
        return list(chain.terms)
    return [term for term in chain.terms if term.bound != 0 or (term.times > 0) == chain.upper]


def _side(terms: list[Term], name: Callable[[int], str]) -> str:
    """Write one side of a relation; a long one with its last terms folded."""
    folded = terms[_SHOWN:] if len(terms) > _SHOWN + 1 else []
    parts = []
    for term in terms[: len(terms) - len(folded)]:
        times = abs(term.times)
        number = f"{term.bound + 0.0:,.15g} ({name(term.cell)})"
        parts.append(number if abs(times - 1) < _SMALL else f"{times:.6g} x {number}")
    if folded:
        total = sum(abs(term.times) * term.bound for term in folded)
        parts.append(f"{total:,.15g} ({len(folded)} more: {', '.join(name(term.cell) for term in folded)})")
    return " + ".join(parts)


class Words:
    """Names the cells and the sources of the claims that bound them.

    Parameters
    ----------
    system : System
        Cells, groups and rules.
    claims : pandas.DataFrame
        The claims that the system was built from.
    vocabulary : Vocabulary
        Gives the labels.
    """

    def __init__(self, system: System, claims: pd.DataFrame, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._cells = [system.cells[column].to_numpy() for column in KEY[1:]]
        self._bounds = [system.groups[column].to_numpy() for column in ("cell", "lower", "upper", "weight", "leader")]
        self._rules = system.rules.table
        self._labels = {rule.name: rule.label for rule in vocabulary.rules}
        self._publishers, self._dates = claims["publisher"].to_numpy(), claims["published"].to_numpy()

    def name(self, cell: int, here: int) -> str:
        """Name a cell by what it does not share with another one: period, indicator, breakdown."""
        indicator, breakdown, start, end = (column[cell] for column in self._cells)
        its, part, *dates = (column[here] for column in self._cells)
        words = []
        if indicator != its:
            words.append(label_of(indicator, self._vocabulary))
        if [start, end] != dates or cell == here:
            words.append(period_label(start, end))
        if breakdown != part:
            words.append(breakdown_name(breakdown, self._vocabulary) or "in all")
        return ", ".join(words)

    def write(self, chain: Chain, groups: NDArray[np.int64]) -> str:
        """Write a chain, and in brackets who prints its figures.

        Parameters
        ----------
        chain : Chain
            What forces a bound.
        groups : numpy.ndarray of int
            The groups of claims that were used.
        """
        line = write(chain, lambda cell: self.name(cell, chain.cell))
        if not line:
            return ""
        cell, lower, upper, weight, leader = self._bounds
        said: dict[str, list[str]] = {}
        for term in _worth_naming(chain):
            side = upper if (term.times > 0) == chain.upper else lower
            speaking = groups[(cell[groups] == term.cell) & (side[groups] == term.bound)]
            if len(speaking):
                first = leader[speaking[np.argmax(weight[speaking])]]
                source = source_name(self._publishers[first], self._dates[first])
                said.setdefault(source, []).append(f"{term.bound:,.15g}")
        definitions = self._definitions(chain)
        voices = [f"{source}: {', '.join(numbers)}" for source, numbers in said.items()]
        more = len(voices) - _VOICES
        shown = [*voices[:_VOICES], counted(more, "more source")] if more > 1 else voices
        return "".join(
            [line, f" [{'; '.join(shown)}]" if shown else "", *(f"; by definition {d}" for d in definitions)]
        )

    def _definitions(self, chain: Chain) -> list[str]:
        """Name the rules between indicators that a chain uses: breakdowns and years explain themselves."""
        rules = self._rules.iloc[list(chain.rules)]
        names = rules.loc[rules["kind"] == "indicator", "detail"].str.split(" ").str[0]
        return [self._labels[name] for name in dict.fromkeys(names) if name in self._labels]
