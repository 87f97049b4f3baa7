"""Reports: run the notebooks for a country and publish their pages with an index of the folder."""

from __future__ import annotations

import csv
import functools
import hashlib
import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from trafficking_stats import paths
from trafficking_stats.errors import ReportError
from trafficking_stats.reporting import folder as report_folder
from trafficking_stats.reporting.build import STANDARD_ENGINE, WARM_ENGINE, Built, NotebookTask, Task, build
from trafficking_stats.reporting.index import write_index
from trafficking_stats.reporting.notebooks import (
    Parameter,
    check_country,
    check_parameters,
    read_parameters,
)
from trafficking_stats.reporting.warm import WarmServer, is_supported

Countries = Sequence[str] | Callable[[], Iterable[str]] | None

# What decides the bytes of a page besides the data and the notebooks.
_VERSIONED = (
    "trafficking-stats pandas numpy scipy statsmodels matplotlib seaborn great-tables papermill nbconvert nbformat "
    "ipython ipykernel jinja2 mistune pygments lxml markupsafe pydantic"
)
_SHOWN = ("trafficking-stats", "pandas", "scipy", "statsmodels")


@dataclass(frozen=True)
class Plan:
    """What the notebooks of a folder are and take, read once for many countries.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the notebooks.
    sources : mapping of str to str
        Text of each notebook by name, sorted.
    titles : mapping of str to str
        First heading of each.
    contracts : mapping of str to sequence of Parameter
        What each declares.
    countries : tuple of str
        The codes that have claims; empty allows every code.
    inputs : str
        Hash of data, package, versions and notebooks.
    data : str
        Hash of the data alone.
    """

    folder: Path
    sources: Mapping[str, str]
    titles: Mapping[str, str]
    contracts: Mapping[str, Sequence[Parameter]]
    countries: tuple[str, ...]
    inputs: str
    data: str

    def task(self, country: str, parameters: Mapping[str, Any]) -> Task:
        """Return what is to be run for a country.

        Parameters
        ----------
        country : str
            ISO 3166-1 alpha-3, or ``EUU``.
        parameters : mapping of str to object
            Parameters of the notebooks besides ``country``.

        Returns
        -------
        Task
            Checked.

        Raises
        ------
        ReportError
            If a parameter or the country is wrong.
        """
        check_country(country, self.countries)
        values = check_parameters(self.contracts, {**parameters, "country": country}, self.countries)
        from trafficking_stats.names import country_name  # late: it brings the vocabulary

        name = country_name(country)
        notebooks = tuple(
            NotebookTask(
                notebook,
                self.titles[notebook],
                source,
                values[notebook],
                tuple(
                    (p.name, _shown(values[notebook].get(p.name, p.default)), p.description)
                    for p in self.contracts[notebook]
                ),
            )
            for notebook, source in self.sources.items()
        )
        key = hashlib.sha256(json.dumps([self.inputs, values, name], sort_keys=True).encode()).hexdigest()
        provenance = {
            "Data": f"SHA-256 {self.data[:16]}",
            "Made with": ", ".join(f"{name} {_version(name)}" for name in _SHOWN),
            "Python": ".".join(map(str, sys.version_info[:3])),
        }
        defaults = {p.name: p.default for declared in self.contracts.values() for p in declared}
        given = {parameter: value for taken in values.values() for parameter, value in taken.items()}
        return Task(country, name, notebooks, str(self.folder), key, {**defaults, **given}, provenance)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value in (None, "") else str(value)


def plan(notebooks: Path | str | None = None, countries: Countries = None) -> Plan:
    """Read the notebooks and hash everything that decides what they show.

    Parameters
    ----------
    notebooks : path, optional
        A folder of notebooks; those of the package by default.
    countries : sequence of str or callable, optional
        The codes that may be asked for; those of the claims that ship with the package by default. An empty
        sequence allows every code.

    Returns
    -------
    Plan
        For any number of countries.

    Raises
    ------
    ReportError
        If the folder has no notebooks or one of them cannot be read.
    """
    folder = Path(notebooks) if notebooks is not None else paths.notebooks_dir()
    files = sorted(path for path in folder.glob("*.ipynb") if not path.name.endswith(".failed.ipynb"))
    if not files:
        raise ReportError(f"there are no notebooks in {folder}")
    contracts = {path.stem: read_parameters(path) for path in files}
    for name, declared in contracts.items():
        if not any(parameter.name == "country" for parameter in declared):
            raise ReportError(f"{name}: no cell tagged 'parameters' declares country: str")
    sources = {path.stem: path.read_text(encoding="utf-8") for path in files}
    titles = {name: _title(source) or name for name, source in sources.items()}
    allowed = claimed_countries() if countries is None else countries() if callable(countries) else countries
    data = _hash_files(sorted(paths.clean_dir().glob("*")))
    code = _hash_files(
        sorted(p for p in paths.PACKAGE.rglob("*") if p.suffix in (".py", ".toml", ".j2", ".css", ".js", ".json"))
    )
    versions = [f"{name} {_version(name)}" for name in _VERSIONED.split()]
    inputs = json.dumps([data, code, versions, sys.version, sorted(sources.items())])
    return Plan(
        folder.resolve(),
        sources,
        titles,
        contracts,
        tuple(sorted(set(allowed))),
        hashlib.sha256(inputs.encode()).hexdigest(),
        data,
    )


def claimed_countries(clean: Path | None = None) -> list[str]:
    """Return the codes of the countries on which there are claims.

    Parameters
    ----------
    clean : pathlib.Path, optional
        A folder with ``claims.csv``; the one that ships with the package by default.

    Returns
    -------
    list of str
        Sorted.

    Raises
    ------
    ReportError
        If the file cannot be read.
    """
    path = (clean or paths.clean_dir()) / "claims.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return sorted({row["country"] for row in csv.DictReader(file)})
    except (OSError, KeyError, ValueError) as error:
        raise ReportError(f"cannot read the countries from {path}: {error}") from error


def _title(source: str) -> str:
    for cell in json.loads(source)["cells"]:
        if cell["cell_type"] == "markdown":
            for line in "".join(cell["source"]).splitlines():
                if line.startswith("# "):
                    return line[2:].strip()
    return ""


@functools.cache
def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "unknown"


def _hash_files(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        if path.is_file():
            content = path.read_bytes()
            digest.update(f"{path.name} {len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()


def report(
    country: str,
    output_dir: Path | str = "reports",
    *,
    notebooks: Path | str | None = None,
    engine: str | None = None,
    countries: Countries = None,
    progress: bool = False,
    **parameters: Any,
) -> list[Path]:
    """Run the notebooks for one country and write their pages and the index of the folder.

    Parameters
    ----------
    country : str
        ISO 3166-1 alpha-3, or ``EUU``.
    output_dir : path, optional
        The pages go to a folder named after the country in it, beside executed copies of the notebooks.
    notebooks : path, optional
        A folder of notebooks; those of the package by default.
    engine : str, optional
        A papermill engine, such as ``nbclient``, the standard one. By default several notebooks run in forks of
        one process that has the libraries imported and the claims reconciled, which gives the same bytes; a
        notebook on its own runs in the standard engine, and so does everything where processes cannot be forked.
    countries : sequence of str or callable, optional
        The codes that may be asked for; those that have claims by default.
    progress : bool, optional
        Whether to show the progress of each notebook on a terminal.
    **parameters : object
        Parameters of the notebooks, such as ``start``, ``end`` or ``method``. Each notebook gets those that
        it declares.

    Returns
    -------
    list of pathlib.Path
        The pages, in the order of the notebooks.

    Raises
    ------
    ReportError
        If a parameter or the country is wrong, before anything runs; if a notebook fails, of which the
        executed copy is then left as ``<name>.failed.ipynb``; if the folder cannot be written. Older pages
        stay as they are.

    Examples
    --------
    >>> import trafficking_stats as ts
    >>> ts.report("DNK", start=2014, end=2021)  # doctest: +SKIP
    """
    task = plan(notebooks, countries).task(country, parameters)
    folder = Path(output_dir)
    built = _build(task, engine, progress=progress)
    pages = publish(folder, [built])
    if built.failure is not None:
        raise ReportError(str(built.failure))
    return pages


def _build(task: Task, engine: str | None, *, progress: bool) -> Built:
    if engine is not None or len(task.notebooks) == 1 or not is_supported():
        return build(task, engine, progress=progress)
    with WarmServer() as server:
        return server.build(task, progress=progress)


def publish(folder: Path, built: Iterable[Built]) -> list[Path]:
    """Store what was built and write the index of the folder.

    Parameters
    ----------
    folder : pathlib.Path
        The output folder.
    built : iterable of Built
        Pages or failures.

    Returns
    -------
    list of pathlib.Path
        The pages.
    """
    pages = [page for one in built for page in report_folder.store(folder, one)]
    write_index(folder)
    return pages


def check(
    country: str,
    *,
    notebooks: Path | str | None = None,
    countries: Countries = None,
    engines: Sequence[str | None] = (STANDARD_ENGINE, WARM_ENGINE, None),
    **parameters: Any,
) -> dict[str, str]:
    """Build the report of a country several times in different folders and compare every byte.

    Parameters
    ----------
    country : str
        As in `report`.
    notebooks, countries
        As in `report`.
    engines : sequence of str or None, optional
        One run each, as in `report`; by default one by standard papermill, one by the warm engine in this
        process, and one in a warm process, as a batch runs them.
    **parameters : object
        As in `report`.

    Returns
    -------
    dict of str to str
        SHA-256 of every file, if all runs agree.

    Raises
    ------
    ReportError
        If a run fails, or two runs differ: the text names file, line and both versions.
    """
    seen: dict[str, bytes] | None = None
    for number, engine in enumerate(engines, start=1):
        with tempfile.TemporaryDirectory(prefix=f"run-{'x' * number}-") as scratch:
            folder = Path(scratch) / f"run {number}"
            report(country, folder, notebooks=notebooks, countries=countries, engine=engine, **parameters)
            files = {
                path.relative_to(folder).as_posix(): path.read_bytes()
                for path in sorted(folder.rglob("*"))
                if path.is_file()
            }
        if seen is not None:
            _compare(seen, files, engine)
        seen = seen or files
    return {name: hashlib.sha256(content).hexdigest() for name, content in (seen or {}).items()}


def _compare(first: Mapping[str, bytes], other: Mapping[str, bytes], engine: str | None) -> None:
    label = engine or "the default"
    if first.keys() != other.keys():
        raise ReportError(f"two runs wrote different files: {sorted(first.keys() ^ other.keys())}")
    for name, content in first.items():
        if content != other[name]:
            pairs = zip(content.splitlines(), other[name].splitlines(), strict=False)
            number, (old, new) = next(((i, p) for i, p in enumerate(pairs, start=1) if p[0] != p[1]), (0, (b"", b"")))
            raise ReportError(
                f"{name} differs between two runs (the second with {label}), line {number}:\n"
                f"  {old[:160].decode(errors='replace')}\n  {new[:160].decode(errors='replace')}"
            )
