"""What a text says of its figures beyond counting: shares, changes, comparisons, ranks and sums, as cells."""

from __future__ import annotations

from dataclasses import dataclass

from trafficking_stats.readers.narrative.claims import Cell
from trafficking_stats.readers.narrative.readings import Reading


@dataclass(frozen=True, slots=True)
class Spoken:
    """A reading with its breakdown, its period and the number of its sentence."""

    reading: Reading
    facets: dict[str, str]
    label: str
    sentence: int
    indicator: str = ""
    """Of the vocabulary, where it is read for statements only ("granted asylum")."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence about figures that is no count, as numbers and codes that can be tested.

    With S and B for the values of `subject` and `base`, v for `value`, it says:

    ========== ============ ==================================================================
    kind       direction    says
    ========== ============ ==================================================================
    share                   100 S / B = v
    change     up, down     unit percent: 100 (S - B) / B = v or -v; persons or cases:
                            S - B = v or -v; v is None: S > B or S < B ("a decrease from 13")
    change     same         S = B ("unchanged from 2013")
    comparison more, fewer  S > B or S < B ("fewer than in 2015")
    comparison same         S = B ("the same number as in 2019")
    comparison times        S = v B ("twice as many as in 2014")
    rank       highest      S >= every year within the period of B ("the highest since 2016")
    rank       lowest       S <= every year within the period of B
    rank       first        the years within the period of B are 0
    rank       only         the years within the period of B add up to v ("only four ever")
    sum                     S = v over a period of several years; with `parts`, S is also the
                            sum of the parts printed with it
    ========== ============ ==================================================================

    `qualifier` belongs to v ("more than 200", "nearly 80 %").

    Attributes
    ----------
    kind : str
        share, change, comparison, rank or sum.
    direction : str
        As in the table; "" for shares and sums.
    value : float or None
        v; None where the text gives a direction only.
    unit : str
        Of v: percent, times, persons, cases, or as the indicator; "" without v.
    qualifier : str
        As in the vocabulary.
    char_start, char_end : int
        The number, or the words that say it, in the text as given (code points).
    text : str
        The same, as printed.
    subject : Cell
        What is spoken of. Its `value` is the number the text prints for it, None if it prints none.
    base : Cell or None
        What it is measured against: the whole of a share, the earlier period of a change, the years a rank
        ranges over (an empty `period_start` means since records began).
    parts : tuple of Cell
        Of a sum.
    sentence : int
        Number of the sentence in the document, from 1.
    sentence_start, sentence_end : int
        Its place.
    """

    kind: str
    direction: str
    value: float | None
    unit: str
    qualifier: str
    char_start: int
    char_end: int
    text: str
    subject: Cell
    base: Cell | None
    parts: tuple[Cell, ...]
    sentence: int
    sentence_start: int
    sentence_end: int
