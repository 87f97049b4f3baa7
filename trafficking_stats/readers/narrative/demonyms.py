"""Words for a country's own people, to know national victims from foreign ones."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(files(__package__).joinpath("demonyms.toml").read_text(encoding="utf-8"))


def nationals_of(country: str, language: str) -> frozenset[str]:
    """Lower-case words for the people of a country; empty where the table does not hold it.

    Examples
    --------
    >>> "danish" in nationals_of("DNK", "en")
    True
    """
    return frozenset(_table().get(country, {}).get(language, []))
