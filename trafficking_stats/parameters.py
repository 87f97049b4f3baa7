"""Parameters as people give them, read by one rule on the command line, in Python and in notebooks."""

from __future__ import annotations

import functools
import json
import operator
from datetime import date
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Optional, Union, get_args, get_origin

from pydantic import BeforeValidator, Strict, TypeAdapter, ValidationError

from trafficking_stats.errors import ParameterError

_NOTHING = {"", "null", "None", "none", "~"}
_WORDS = {int: "a whole number", float: "a number", bool: "true or false", str: "text", date: "a date as 2020-12-31"}
_PLURALS = {int: "whole numbers such as 0,1,2", float: "numbers such as 0.5,1", str: "texts such as a,b"}
_NAMES = {"Literal": Literal, "list": list, **{kind.__name__: kind for kind in _WORDS}}


def conform(name: str, annotation: str, value: Any) -> Any:
    """Return the value of a parameter in its declared type.

    Parameters
    ----------
    name : str
        Of the parameter, for the message.
    annotation : str
        Its type as Python writes it: ``str``, ``int``, ``float``, ``bool``, ``date``, ``Literal[...]``,
        ``list[...]`` of these, each with ``| None`` or not.
    value : object
        A value of that type, or text as a command line or a YAML file holds it: ``a,b`` and ``["a", "b"]`` are
        lists, ``null`` is nothing.

    Returns
    -------
    object
        The value, dates as text of the form YYYY-MM-DD.

    Raises
    ------
    ParameterError
        If the value is of another type, or there is no such type.

    Examples
    --------
    >>> conform("start", "int | None", "2016"), conform("end", "int | None", "null")
    (2016, None)
    >>> conform("prefer", "list[str]", "unodc")
    ['unodc']
    """
    kind = read_type(name, annotation)
    try:
        found = _adapter(annotation).validate_python(value)
    except ValidationError:
        hint = ""
        if isinstance(value, bool):
            hint = "; YAML reads NO, ON and YES as true or false: put text in quotes"
        raise ParameterError(f"parameter {name} must be {_words(kind)}, not {value!r}{hint}") from None
    return found.isoformat() if isinstance(found, date) else found


def read_type(name: str, annotation: str) -> Any:
    """Return the type that an annotation names.

    Parameters
    ----------
    name : str
        Of the parameter, for the message.
    annotation : str
        As in `conform`.

    Raises
    ------
    ParameterError
        If it is none of those that a parameter can have.
    """
    try:
        kind = eval(annotation, {"__builtins__": {}}, _NAMES)
        _readable(kind)
    except (NameError, SyntaxError, TypeError, KeyError) as error:
        raise ParameterError(
            f"parameter {name} is annotated {annotation}: use str, int, float, bool, date, Literal[...] or "
            "list[...] of these, with | None if it may be missing"
        ) from error
    return kind


@functools.cache
def _adapter(annotation: str) -> TypeAdapter[Any]:
    return TypeAdapter(_readable(read_type("", annotation)))


def _readable(kind: Any) -> Any:
    """Return a type that also reads text, and takes nothing else for what it is not."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        (inner,) = (_readable(part) for part in parts if part is not NoneType)
        return Annotated[Optional[inner], BeforeValidator(_or_nothing)]  # noqa: UP045
    if origin is list:
        return Annotated[list[_readable(parts[0])], BeforeValidator(_items)]  # type: ignore[misc]
    if origin is Literal:
        return kind
    return Annotated[kind, Strict()] if kind is str else Annotated[kind, BeforeValidator(_EXACT[kind])]


def _or_nothing(value: Any) -> Any:
    return None if isinstance(value, str) and value.strip() in _NOTHING else value


def _items(value: Any) -> Any:
    if isinstance(value, str):
        text = value.strip()
        if text.startswith("["):
            try:
                return json.loads(text)
            except ValueError:
                text = text.strip("[]")
        return [item.strip().strip("'\"") for item in text.split(",") if item.strip()]
    if isinstance(value, set | frozenset):
        return sorted(value)
    return list(value) if hasattr(value, "__iter__") and not isinstance(value, dict) else value


def _whole(value: Any) -> Any:
    """Whole numbers of any library, and text; neither true nor 2016.0."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        raise ValueError("no number")
    try:
        return operator.index(value)
    except TypeError as error:
        raise ValueError("no whole number") from error


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("no number")
    return value.strip() if isinstance(value, str) else float(value) if hasattr(value, "__float__") else value


def _truth(value: Any) -> Any:
    if not isinstance(value, bool | str):
        raise ValueError("neither true nor false")
    return value.strip() if isinstance(value, str) else value


def _day(value: Any) -> Any:
    if not isinstance(value, date | str):
        raise ValueError("no date")
    return value


def _words(kind: Any) -> str:
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return " or ".join(_words(part) for part in parts if part is not NoneType) + ", or null"
    if origin is list:
        inner = get_args(parts[0])
        return f"a list such as {','.join(map(str, inner[:2]))}" if inner else f"a list of {_PLURALS[parts[0]]}"
    if origin is Literal:
        return "one of " + ", ".join(map(str, parts))
    return _WORDS[kind]


_EXACT = {int: _whole, float: _number, bool: _truth, date: _day}
