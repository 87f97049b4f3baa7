"""Parameters as people give them, read by one rule on the command line, in Python and in notebooks."""

import json
import operator
from collections.abc import Callable, Iterable
from datetime import date
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from trafficking_stats.errors import ParameterError

_TRUTHS = {**dict.fromkeys(("true", "yes", "on", "1"), True), **dict.fromkeys(("false", "no", "off", "0"), False)}
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
        return _read(kind, value)
    except (ValueError, TypeError, KeyError, AttributeError):
        hint = ""
        if isinstance(value, bool):
            hint = "; YAML reads NO, ON and YES as true or false: put text in quotes"
        raise ParameterError(f"parameter {name} must be {_words(kind)}, not {value!r}{hint}") from None


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
        _words(kind)
    except (NameError, SyntaxError, TypeError, KeyError) as error:
        raise ParameterError(
            f"parameter {name} is annotated {annotation}: use str, int, float, bool, date, Literal[...] or "
            "list[...] of these, with | None if it may be missing"
        ) from error
    return kind


def _read(kind: Any, value: Any) -> Any:
    """Return a value in a type, or raise ValueError or TypeError."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        is_nothing = value is None or (isinstance(value, str) and value.strip() in _NOTHING)
        return None if is_nothing else _read(next(part for part in parts if part is not NoneType), value)
    if origin is list:
        return [_read(parts[0], item) for item in _items(value)]
    if origin is Literal:
        return parts[parts.index(value)]
    if isinstance(value, bool) and kind is not bool:
        raise TypeError("neither text nor a number")
    return _READ[kind](value.strip() if isinstance(value, str) and kind is not str else value)


def _items(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        raise TypeError("no list")
    if not isinstance(value, str):
        return sorted(value) if isinstance(value, set | frozenset) else list(value)
    text = value.strip()
    if text.startswith("["):
        try:
            return list(json.loads(text))
        except ValueError:
            text = text.strip("[]")
    return [item.strip().strip("'\"") for item in text.split(",") if item.strip()]


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


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


_READ: dict[Any, Callable[[Any], Any]] = {
    str: _text,
    int: lambda value: int(value) if isinstance(value, str) else operator.index(value),
    float: float,
    bool: lambda value: value if isinstance(value, bool) else _TRUTHS[value.lower()],
    date: lambda value: (value if isinstance(value, date) else date.fromisoformat(value)).isoformat()[:10],
}
