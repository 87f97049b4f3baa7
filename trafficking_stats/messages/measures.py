"""What is counted: an indicator of the vocabulary, or a part of it."""

from __future__ import annotations

from dataclasses import dataclass

from trafficking_stats.breakdowns import parse, unparse
from trafficking_stats.errors import GapError
from trafficking_stats.messages.catalogue import say
from trafficking_stats.messages.values import Term, breakdown_words, written


@dataclass(frozen=True)
class Measure:
    """What is counted: an indicator, or a part of it.

    Parameters
    ----------
    indicator : str
        A key of the vocabulary.
    breakdown : str
        Empty for the total, else ``key=value`` pairs joined by ``;``.

    Examples
    --------
    >>> Measure.read("victims_identified;sex=female;age=child")
    Measure(indicator='victims_identified', breakdown='age=child;sex=female')
    """

    indicator: str
    breakdown: str = ""

    @classmethod
    def read(cls, text: str | Measure) -> Measure:
        """Read ``indicator`` or ``indicator;key=value;...``."""
        if isinstance(text, Measure):
            return text
        indicator, _, breakdown = str(text).partition(";")
        parts = [part for part in breakdown.split(";") if part]
        if not all("=" in part for part in parts):
            raise GapError(f"{text!r}: after the indicator come parts key=value joined by ;")
        return cls(indicator, unparse(parse(breakdown)))

    def __str__(self) -> str:
        return f"{self.indicator};{self.breakdown}" if self.breakdown else self.indicator

    def in_words(self, spec: str = "") -> str:
        """Write what is counted as it stands in a sentence; ``bare`` leaves out a unit in parentheses."""
        name = written(Term("indicator", self.indicator))
        name = name.partition(" (")[0] if spec == "bare" else name
        name = name[:1].lower() + name[1:]
        return say("common.part_of", whole=name, part=breakdown_words(self.breakdown)) if self.breakdown else name
