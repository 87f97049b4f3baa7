"""What a notebook can be asked: the parameters it declares, read without running it.

The cell tagged ``parameters`` is the contract: annotated assignments of literals, each followed by a comment that
says what it means. It is read with `ast`: papermill's own inspection passes over ``int | None`` without a word.
"""

import ast
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from trafficking_stats.errors import ParameterError, ReportError
from trafficking_stats.messages import translate_markdown
from trafficking_stats.parameters import conform
from trafficking_stats.wording import meant


@dataclass(frozen=True)
class Parameter:
    """One parameter of a notebook.

    Parameters
    ----------
    name : str
        The variable that the notebook assigns.
    annotation : str
        Its type as written, see `trafficking_stats.parameters.conform`.
    default : object
        The value it has when nobody sets it.
    description : str
        The comment behind the assignment.
    """

    name: str
    annotation: str
    default: Any
    description: str = ""


@dataclass(frozen=True)
class Notebook:
    """A notebook as it lies in its folder.

    Parameters
    ----------
    name : str
        The file name without its ending.
    source : str
        The text of the file.
    parameters : tuple of Parameter
        What it declares, in the order of the cell.
    fits : mapping of str to object
        Which countries get it: with ``instead_below``, those with fewer totals than that, in the place of all others;
        with ``needs``, those that have what `trafficking_stats.reporting.fingerprints.Held.lacks` asks for.
    prose : tuple of str
        Its cells of Markdown.
    """

    name: str
    source: str
    parameters: tuple[Parameter, ...]
    fits: Mapping[str, Any] = field(default_factory=dict)
    prose: tuple[str, ...] = ()

    @property
    def of_country(self) -> bool:
        """Whether it makes a page for each country; one without the parameter ``country`` makes one for all of them."""
        return any(parameter.name == "country" for parameter in self.parameters)

    @property
    def title(self) -> str:
        """The first heading, in the current language; empty if there is none."""
        lines = (line for text in self.prose for line in (translate_markdown(text) or text).splitlines())
        return next((line[2:].strip() for line in lines if line.startswith("# ")), "")

    def measures(self, values: Mapping[str, Any]) -> list[str]:
        """Return the counts that it sets beside each other, as given or as it declares them."""
        both = (one for one in self.parameters if one.name in ("numerator", "denominator"))
        return [str(values.get(one.name, one.default)) for one in both]


def read_notebook(path: Path) -> Notebook:
    """Read a notebook and the parameters it declares.

    Parameters
    ----------
    path : pathlib.Path
        An ``.ipynb`` file.

    Returns
    -------
    Notebook
        Without parameters if no cell is tagged ``parameters``.

    Raises
    ------
    ReportError
        If the file is no notebook, or the cell holds something other than annotated literals.
    """
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text)
        tagged = [cell for cell in content["cells"] if "parameters" in cell["metadata"].get("tags", [])]
        fits = dict(content.get("metadata", {}).get("report", {}))
        told = ("".join(cell["source"]) for cell in content["cells"] if cell["cell_type"] == "markdown")
        prose = tuple(text for text in told if text.strip())
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReportError(f"{path} is not a readable notebook: {error}") from error
    contract = "".join(tagged[0]["source"]) if tagged else ""
    return Notebook(path.stem, text, tuple(_parameters(contract, path.name)), fits, prose)


def _parameters(source: str, where: str) -> list[Parameter]:
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        raise ReportError(f"{where}: the parameters cell is not Python: {error}") from error
    lines, parameters = source.encode("utf-8").split(b"\n"), []
    for node in body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if not (isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None):
            raise ReportError(
                f"{where}: line {node.lineno} of the parameters cell is not of the form name: type = value"
            )
        # a type that the notebook does not import, such as "date | None", stands in quotes
        name, annotation = node.target.id, ast.unparse(node.annotation).strip("'\"")
        try:
            default = conform(name, annotation, ast.literal_eval(node.value))
        except ValueError as error:
            raise ReportError(f"{where}: the default of {name} must be a plain value") from error
        parameters.append(Parameter(name, annotation, default, _comment(lines, node)))
    return parameters


def _comment(lines: Sequence[bytes], node: ast.AnnAssign) -> str:
    """Return the comment on a line of its own before an assignment, or the one behind it."""
    before = lines[node.lineno - 2].strip() if node.lineno > 1 else b""
    behind = lines[(node.end_lineno or node.lineno) - 1][node.end_col_offset :]
    told = before if before.startswith(b"#") else behind.partition(b"#")[2]
    return told.decode("utf-8").lstrip("# ").rstrip()


def check_parameters(notebooks: Sequence[Notebook], values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Check values against what the notebooks declare, and give each notebook those it takes.

    Parameters
    ----------
    notebooks : sequence of Notebook
        From `read_notebook`.
    values : mapping of str to object
        The values asked for.

    Returns
    -------
    dict of str to dict
        For each notebook its values, in the order it declares them.

    Raises
    ------
    ParameterError
        If no notebook declares a name, a value has the wrong type, or ``end`` lies before ``start``.

    Examples
    --------
    >>> declared = (Parameter("country", "str", "DNK"), Parameter("start", "int", 2014))
    >>> check_parameters([Notebook("3_gap", "", declared)], {"country": "SWE", "start": "2016"})
    {'3_gap': {'country': 'SWE', 'start': 2016}}
    """
    known = sorted({p.name for notebook in notebooks for p in notebook.parameters})
    for name in values:
        if name not in known:
            hint = meant(name, known) or "."
            raise ParameterError(f"no notebook has a parameter {name!r}{hint} There are: {', '.join(known)}")
    taken: dict[str, dict[str, Any]] = {}
    for notebook in notebooks:
        given = {p.name: conform(p.name, p.annotation, values[p.name]) for p in notebook.parameters if p.name in values}
        years = {p.name: given.get(p.name, p.default) for p in notebook.parameters}
        start, end = years.get("start"), years.get("end")
        if isinstance(start, int) and isinstance(end, int) and start > end:
            raise ParameterError(f"start {start} lies after end {end}")
        taken[notebook.name] = given
    return taken


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
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader) or {}
        return TypeAdapter(dict[str, str | list[str]]).validate_python(content)
    except ValidationError as error:
        raise ReportError(f"{path} must hold lines of the form name: value or name: [value, value]") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ReportError(f"cannot read the parameters in {path}: {error}") from error
