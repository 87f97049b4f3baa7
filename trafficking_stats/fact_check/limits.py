"""When a figure is taken for another one, and when it is too uncertain to be accused, read from ``limits.toml``."""

from pathlib import Path

from trafficking_stats.entries import Entry, Positive, Share


class Limits(Entry):
    """The limits; ``limits.toml`` says what each is for."""

    least_telling: Positive
    least_typed: Positive
    loose: Share
    loose_times: Share
    loose_share: float
    near: Share
    around: int
    beside: int
    one_group: tuple[str, ...]
    since: int
    open_units: tuple[str, ...]
    ever: str
    desks: tuple[str, ...]
    earlier: tuple[str, ...]
    other_meaning: tuple[str, ...]
    slips: tuple[str, ...]
    typed: tuple[str, ...]
    supposed: tuple[str, ...]
    carried: str
    of_before: tuple[str, ...]
    own: tuple[str, ...]
    vouching: int
    of_two: tuple[str, ...]


LIMITS = Limits.read(Path(__file__).with_name("limits.toml"))
