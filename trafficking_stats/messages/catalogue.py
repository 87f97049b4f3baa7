"""Catalogues of sentences, and the language in which they are said."""

import functools
import gettext
import io
import os
import string
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from trafficking_stats.errors import TraffickingStatsError

_HERE = Path(__file__).parent
_SOURCE = "en"
_LANGUAGE: ContextVar[str | None] = ContextVar("language", default=None)


class MessageError(TraffickingStatsError):
    """A sentence is in no catalogue, lacks a value, or its language does not exist."""


@functools.cache
def languages() -> dict[str, dict[str, Any]]:
    """Return what is known of each language, by its code; the source language comes first.

    Examples
    --------
    >>> list(languages())
    ['en', 'da']
    """
    with (_HERE / "languages.toml").open("rb") as file:
        return tomllib.load(file)


def current() -> str:
    """Return the code of the language that sentences are now said in.

    Outside of `language` it is the one that the variable TRAFFICKING_STATS_LANGUAGE of the environment names: so a
    notebook speaks the language of the page it is run for.
    """
    code = _LANGUAGE.get() or os.environ.get("TRAFFICKING_STATS_LANGUAGE") or _SOURCE
    return code if code in languages() else _SOURCE


def page_file(notebook: str, language: str, kind: str = "html") -> str:
    """Return the name of a page, or of a file of another kind beside it; the first language needs no mark.

    Examples
    --------
    >>> page_file("3_gap", "en"), page_file("3_gap", "da")
    ('3_gap.html', '3_gap.da.html')
    """
    mark = "" if language == _SOURCE else f".{language}"
    return f"{notebook}{mark}.{kind}"


def use_language(code: str | None) -> None:
    """Say everything from now on in a language, in the whole process: for notebooks.

    Parameters
    ----------
    code : str or None
        A key of `languages`; None leaves the language as it is, such as that of the page a notebook is run for.

    Raises
    ------
    MessageError
        If there is no such language.

    Examples
    --------
    >>> use_language("en")
    >>> say("common.none")
    'none'
    """
    if code is not None:
        _check(code)
        os.environ["TRAFFICKING_STATS_LANGUAGE"] = code


def _check(code: str) -> None:
    if code not in languages():
        raise MessageError(f"there is no language {code!r}; there are: {', '.join(languages())}")


@contextmanager
def language(code: str) -> Iterator[None]:
    """Say what is said inside in another language.

    Parameters
    ----------
    code : str
        A key of `languages`.

    Raises
    ------
    MessageError
        If there is no such language.

    Examples
    --------
    >>> with language("da"):
    ...     say("common.at_least", number=1200)
    'mindst 1.200'
    """
    _check(code)
    token = _LANGUAGE.set(code)
    try:
        yield
    finally:
        _LANGUAGE.reset(token)


@functools.cache
def catalogue(code: str, domain: str) -> gettext.NullTranslations:
    """Read the sentences of a domain in a language; none where there is no such file."""
    # imported here: whoever says nothing starts faster without Babel
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    path = _HERE / "catalogues" / code / f"{domain}.po"
    if not path.exists():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def translate_markdown(text: str) -> str | None:
    """Return a markdown cell of a notebook in the current language.

    Parameters
    ----------
    text : str
        The cell as it stands, in the source language.

    Returns
    -------
    str or None
        None where the catalogue ``notebooks`` has no such text, as of a cell that somebody edited.

    Examples
    --------
    >>> with language("da"):
    ...     translate_markdown("## Sources"), translate_markdown("A cell of my own.")
    ('## Kilder', None)
    """
    found = catalogue(current(), "notebooks").gettext(text.strip())
    return None if found == text.strip() and current() != _SOURCE else found


def template(key: str, n: int = 1) -> str:
    """Return the sentence of an id in the current language, or in the source language where it lacks one.

    Parameters
    ----------
    key : str
        ``domain.name...``.
    n : int
        Chooses the singular or plural.

    Raises
    ------
    MessageError
        If no catalogue has it.
    """
    return _template(current(), key, n)


@functools.lru_cache(maxsize=8192)
def _template(language: str, key: str, n: int) -> str:
    domain = key.partition(".")[0]
    for code in dict.fromkeys((language, _SOURCE)):
        # an entry with plural forms answers ngettext alone, any other entry both
        found = catalogue(code, domain).ngettext(key, key, n)
        if found == key:
            found = catalogue(code, domain).gettext(key)
        if found != key:
            return found
    raise MessageError(f"no catalogue has the sentence {key!r}; add it to catalogues/{_SOURCE}/{domain}.po")


def say(key: str, /, **values: object) -> str:
    """Say a sentence in the current language.

    Parameters
    ----------
    key : str
        Its id, ``domain.name...``.
    **values
        What stands in its fields. Numbers, dates, lists and the types of `trafficking_stats.messages.values` are
        written as the language does; ``n`` also chooses the plural.

    Returns
    -------
    str
        Plain text.

    Raises
    ------
    MessageError
        If no catalogue has the sentence, or a value is missing.

    Examples
    --------
    >>> say("common.at_least", number=1200)
    'at least 1,200'
    """
    n = values.get("n", 1)
    sentence = template(key, n if isinstance(n, int) else 1)
    try:
        return _Writer().vformat(sentence, (), values)
    except KeyError as error:
        raise MessageError(f"the sentence {key!r} lacks a value for {error}") from error


def say_or(key: str, otherwise: str, /, **values: object) -> str:
    """Say a sentence, or something else where no catalogue has it: a word of somebody's own vocabulary.

    Examples
    --------
    >>> say_or("common.none", "nothing"), say_or("vocabulary.indicator.tea_drunk", "tea drunk")
    ('none', 'tea drunk')
    """
    try:
        template(key)
    except MessageError:
        return otherwise
    return say(key, **values)


def column_name(column: str) -> str:
    """Name a column of a data frame for readers; one of somebody's own as it stands.

    Examples
    --------
    >>> column_name("per_100_min"), column_name("my_column")
    ('per 100, least', 'my_column')
    """
    return say_or(f"pages.column.{column}", column)


class _Writer(string.Formatter):
    """Fills the fields of a sentence, each value written as the language does."""

    def format_field(self, value: Any, format_spec: str) -> str:
        from trafficking_stats.messages.values import written

        return written(value, format_spec)
