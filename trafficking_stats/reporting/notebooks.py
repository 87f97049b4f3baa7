"""What a notebook can be asked: the parameters it declares, read without running it.

The first cell tagged ``parameters`` is the contract: annotated assignments of literals, each followed by a
comment that says what it means. It is read with `ast`, so a wrong name, type or country is refused before a
kernel starts.
"""

from __future__ import annotations

import ast
import difflib
import io
import json
import re
import tokenize
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trafficking_stats.errors import ReportError

_SCALARS: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool}
_ANNOTATION = re.compile(r"^(?:(list)\[(str|int|float)\]|(str|int|float|bool))( \| None)?$")
_TRUE, _FALSE, _NONE = {"true", "True"}, {"false", "False"}, {"", "null", "None", "~"}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a notebook.

    Parameters
    ----------
    name : str
        The variable that the notebook assigns.
    annotation : str
        Its type as written: ``str``, ``int``, ``float``, ``bool``, ``list[...]``, each with ``| None`` or not.
    default : object
        The value it has when nobody sets it.
    description : str
        The comment behind the assignment.
    """

    name: str
    annotation: str
    default: Any
    description: str

    def check(self, value: Any) -> Any:
        """Return ``value`` as the notebook will see it.

        Parameters
        ----------
        value : object
            A Python value of the declared type, or text as a command line or a YAML file holds it.

        Returns
        -------
        object
            The value in the declared type.

        Raises
        ------
        ReportError
            If the value is of another type.

        Examples
        --------
        >>> Parameter("start", "int", 2014, "first year").check("2016")
        2016
        """
        match = _ANNOTATION.match(self.annotation)
        if match is None:
            raise ReportError(
                f"parameter {self.name} is annotated {self.annotation}: "
                "use str, int, float, bool, list[str], list[int] or list[float], with | None if it may be missing"
            )
        is_list, element, scalar, optional = match.groups()
        if value is None or (isinstance(value, str) and value in _NONE and element is None and scalar != "str"):
            if optional:
                return None
            raise self._refuse(value)
        if is_list is None:
            return self._scalar(scalar, value)
        items = [item.strip() for item in value.split(",") if item.strip()] if isinstance(value, str) else value
        if not isinstance(items, Sequence):
            raise self._refuse(value)
        return [self._scalar(element, item) for item in items]

    def _scalar(self, kind: str, value: Any) -> Any:
        if isinstance(value, str) and kind != "str":
            if kind == "bool":
                if value in _TRUE | _FALSE:
                    return value in _TRUE
                raise self._refuse(value)
            try:
                return _SCALARS[kind](value.strip())
            except ValueError:
                raise self._refuse(value) from None
        if kind == "float" and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if type(value) is not _SCALARS[kind]:
            raise self._refuse(value)
        return value

    def _refuse(self, value: Any) -> ReportError:
        hint = ""
        if isinstance(value, bool) and self.annotation.startswith("str"):
            hint = "; a YAML file read elsewhere turns NO, ON and YES into true or false: put the text in quotes"
        return ReportError(f"parameter {self.name} must be {self.annotation}, not {value!r}{hint}")


def read_parameters(notebook: Path) -> list[Parameter]:
    """Read the parameters that a notebook declares.

    Parameters
    ----------
    notebook : pathlib.Path
        An ``.ipynb`` file.

    Returns
    -------
    list of Parameter
        In the order of the cell; empty if the notebook has no cell tagged ``parameters``.

    Raises
    ------
    ReportError
        If the file is no notebook, or the cell holds something other than annotated literals.
    """
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReportError(f"{notebook} is not a readable notebook: {error}") from error
    for cell in cells:
        if "parameters" in cell.get("metadata", {}).get("tags", []):
            return _parse_cell("".join(cell["source"]), notebook.name)
    return []


def _parse_cell(source: str, where: str) -> list[Parameter]:
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        raise ReportError(f"{where}: the parameters cell is not Python: {error}") from error
    comments = _comments(source)
    parameters = []
    for node in body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if not (isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None):
            raise ReportError(
                f"{where}: line {node.lineno} of the parameters cell is not of the form name: type = value"
            )
        name, annotation = node.target.id, ast.unparse(node.annotation)
        try:
            default = ast.literal_eval(node.value)
        except ValueError as error:
            raise ReportError(f"{where}: the default of {name} must be a plain value") from error
        parameter = Parameter(name, annotation, default, comments.get(node.end_lineno or node.lineno, ""))
        parameter.check(default)
        parameters.append(parameter)
    return parameters


def _comments(source: str) -> dict[int, str]:
    """Return the comment of each line; a comment on a line of its own belongs to the next line."""
    found: dict[int, str] = {}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            own_line = not token.line[: token.start[1]].strip()
            found.setdefault(token.start[0] + own_line, token.string.lstrip("# ").strip())
    return found


def check_parameters(
    contracts: Mapping[str, Sequence[Parameter]], values: Mapping[str, Any], countries: Iterable[str]
) -> dict[str, dict[str, Any]]:
    """Check values against what the notebooks declare, and give each notebook those it takes.

    Parameters
    ----------
    contracts : mapping of str to sequence of Parameter
        What each notebook declares, by its name.
    values : mapping of str to object
        The values asked for.
    countries : iterable of str
        The codes of the countries that have claims; empty means that every code is allowed.

    Returns
    -------
    dict of str to dict
        For each notebook its values, in the order it declares them.

    Raises
    ------
    ReportError
        If no notebook declares a name, a value has the wrong type, or nobody has claims on the country.

    Examples
    --------
    >>> contracts = {"3_gap": [Parameter("country", "str", "DNK", ""), Parameter("start", "int", 2014, "")]}
    >>> check_parameters(contracts, {"country": "SWE", "start": "2016"}, ["DNK", "SWE"])
    {'3_gap': {'country': 'SWE', 'start': 2016}}
    """
    known = sorted({p.name for declared in contracts.values() for p in declared})
    for name in values:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ReportError(f"no notebook has a parameter {name!r}{hint or '.'} There are: {', '.join(known)}")
    if "country" in values:
        check_country(values["country"], countries)
    for declared in contracts.values():
        years = {p.name: p.check(values[p.name]) if p.name in values else p.default for p in declared}
        start, end = years.get("start"), years.get("end")
        if isinstance(start, int) and isinstance(end, int) and start > end:
            raise ReportError(f"start {start} lies after end {end}")
    return {
        notebook: {p.name: p.check(values[p.name]) for p in declared if p.name in values}
        for notebook, declared in contracts.items()
    }


def check_country(country: Any, countries: Iterable[str]) -> str:
    """Return ``country`` if somebody has claims on it.

    Parameters
    ----------
    country : object
        What the user gave, an ISO 3166-1 alpha-3 code or ``EUU``.
    countries : iterable of str
        The codes that have claims; empty means that every code is allowed.

    Returns
    -------
    str
        The code.

    Raises
    ------
    ReportError
        If it is not one of them; the text names the code that was probably meant.
    """
    allowed = sorted(set(countries))
    if isinstance(country, str) and (country in allowed or not allowed):
        return country
    if country is False:
        raise ReportError("country must be text, not False: YAML reads NO as false. Write NOR for Norway")
    meant = _meant_country(str(country))
    hint = f" Did you mean {meant}?" if meant and not meant.startswith(f"{country} ") else ""
    listed = ", ".join(allowed)
    raise ReportError(f"there are no claims on country {country!r}.{hint} Countries with claims: {listed}")


def _meant_country(text: str) -> str | None:
    # imported here: they read their data when first used, and only a mistake needs them
    import pycountry

    from trafficking_stats.names import country_name

    try:
        found = pycountry.countries.lookup(text)
    except LookupError:
        return None
    return f"{found.alpha_3} ({country_name(found.alpha_3)})"


def read_parameter_file(path: Path) -> dict[str, Any]:
    """Read parameters from a YAML file and keep every value as the text it is.

    Parameters
    ----------
    path : pathlib.Path
        A mapping of names to values. ``NO`` stays ``"NO"``; the notebook's annotations give the types.

    Returns
    -------
    dict of str to object
        Text, or lists of text.

    Raises
    ------
    ReportError
        If the file cannot be read or is not such a mapping.
    """
    import yaml  # type: ignore[import-untyped]

    try:
        # BaseLoader knows no types but text, list and mapping: Norway stays a country.
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ReportError(f"cannot read the parameters in {path}: {error}") from error
    if content in (None, ""):
        return {}
    if not isinstance(content, dict) or not all(
        isinstance(v, str) or (isinstance(v, list) and all(isinstance(i, str) for i in v)) for v in content.values()
    ):
        raise ReportError(f"{path} must hold lines of the form name: value or name: [value, value]")
    return content
