"""What is to be built: the pages of each country and language, and the hash of all that decides each of them."""

import functools
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from trafficking_stats import paths
from trafficking_stats.countries import WORLD, check_country
from trafficking_stats.errors import ParameterError, ReportError
from trafficking_stats.messages import language, languages, page_file, say
from trafficking_stats.reporting.contract import Notebook, Parameter, check_parameters, read_notebook
from trafficking_stats.reporting.fingerprints import Data, hash_files, hash_of, read_data

# What decides the bytes of a page besides the data and the notebooks.
_VERSIONED = (
    "trafficking-stats pandas numpy scipy statsmodels matplotlib seaborn papermill nbformat ipython ipykernel jinja2 "
    "mistune pygments lxml markupsafe pydantic nh3 babel highspy"
)
_CODE = (".py", ".toml", ".po", ".j2", ".css", ".js", ".json")


@dataclass(frozen=True)
class Task:
    """One page that is to be built.

    Parameters
    ----------
    country : str
        Code of the country.
    notebook : str
        Name of the notebook.
    language : str
        Code of the language.
    source : str
        The text of the ``.ipynb`` file.
    values : mapping of str to object
        The checked parameters it takes.
    parameters : tuple of Parameter
        Every parameter that the notebook declares, for the foot of the page.
    siblings : tuple of tuple of (str, str)
        File and title of each page of the country in this language.
    missing : str
        Which pages the country does not get, and what they would need, in words.
    languages : tuple of str
        The languages in which the page is written.
    as_of, n_sources
        The day of the newest source about the country, and how many there are.
    folder : str
        Where the notebooks lie: their working directory.
    code : str
        The hash of the package alone.
    environment : mapping of str to str
        Variables of the process in which the notebook runs.
    limit : int
        Seconds that a cell may take.
    """

    country: str
    notebook: str
    language: str
    source: str
    values: Mapping[str, Any]
    parameters: tuple[Parameter, ...] = ()
    siblings: tuple[tuple[str, str], ...] = ()
    missing: str = ""
    languages: tuple[str, ...] = ("en",)
    as_of: str = ""
    n_sources: int = 0
    folder: str = ""
    code: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    limit: int = 600

    @property
    def file(self) -> str:
        """The name of the page."""
        return page_file(self.notebook, self.language)

    def key(self, data: Data, reads: Iterable[str]) -> str:
        """Return the hash of all that decides the page, such as the figures of the countries that it reads."""
        # a page on all countries changes also with a country that it could not read yet
        figures = data.key(() if self.country == WORLD else reads)
        about = [self.siblings, self.missing, self.language, self.languages, self.as_of, self.n_sources]
        return hash_of([self.code, self.source, self.values, about, figures])


@dataclass(frozen=True)
class Plan:
    """What the notebooks of a folder take and what the data hold, read once for many countries.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the notebooks.
    notebooks : tuple of Notebook
        By name.
    countries : tuple of str
        The codes that may be asked for; empty allows every code.
    code : str
        Hash of package and versions.
    data : Data
        What is known of the data.
    """

    folder: Path
    notebooks: tuple[Notebook, ...]
    countries: tuple[str, ...]
    code: str
    data: Data

    def notebooks_of(self, country: str, parameters: Mapping[str, Any]) -> list[Notebook]:
        """Return the notebooks that make the pages of a country, or those on all countries."""
        held = self.data.on(country)
        fitting = [one for one in self.notebooks if one.of_country == (country != WORLD)]
        others = [one for one in fitting if "instead_below" not in one.fits]
        return (
            [one for one in fitting if held.counts < one.fits.get("instead_below", 0)]
            or [one for one in others if not held.lacks(one.fits.get("needs", {}), one.measures(parameters))]
            or others
        )

    def missing(self, country: str, parameters: Mapping[str, Any]) -> str:
        """Say which pages a country does not get and what they would need; nothing where one stands for all."""
        made, told = self.notebooks_of(country, parameters), []
        if country == WORLD or any("instead_below" in one.fits for one in made):
            return ""
        for one in self.notebooks:
            if one.of_country and one not in made and "needs" in one.fits:
                short = self.data.on(country).lacks(one.fits["needs"], one.measures(parameters))
                needs = [say(f"site.needs.{name}", n=n) for name, n in short.items()]
                told.append(say("site.missing.page", title=say("site.quoted", text=one.title), needs=needs))
        return say("site.missing", n=len(told), pages=told) if told else ""

    @property
    def subjects(self) -> tuple[str, ...]:
        """All that pages are made of: the countries, and the world where a notebook is on all of them."""
        return (*self.countries, WORLD) if self.notebooks_of(WORLD, {}) else self.countries

    def tasks(
        self,
        country: str,
        parameters: Mapping[str, Any],
        codes: Sequence[str] = ("en",),
        *,
        limit: int = 600,
        environment: Mapping[str, str] | None = None,
    ) -> list[Task]:
        """Return the pages to be built for a country.

        Parameters
        ----------
        country : str
            ISO 3166-1 alpha-3, or ``EUU``; ``WORLD`` for the pages on all countries.
        parameters : mapping of str to object
            Parameters of the notebooks besides ``country``.
        codes : sequence of str
            Languages.
        limit : int
            Seconds that a cell may take.
        environment : mapping of str to str, optional
            Variables of the processes in which the notebooks run.

        Raises
        ------
        ReportError
            If a parameter or the country is wrong.
        """
        own = {} if country == WORLD else {"country": check_country(country, self.countries)}
        values = check_parameters(self.notebooks, {**parameters, **own})
        notebooks = self.notebooks_of(country, parameters)
        held = self.data.on(country)
        tasks = []
        for code in codes:
            with language(code):
                siblings = tuple((page_file(notebook.name, code), notebook.title) for notebook in notebooks)
                missing = self.missing(country, parameters)
            for notebook in notebooks:
                spoken = {"language": code} if any(p.name == "language" for p in notebook.parameters) else {}
                task = Task(
                    country=country,
                    notebook=notebook.name,
                    language=code,
                    source=notebook.source,
                    values={**values[notebook.name], **spoken},
                    parameters=notebook.parameters,
                    siblings=siblings,
                    missing=missing,
                    languages=tuple(codes),
                    as_of=held.as_of,
                    n_sources=held.sources,
                    folder=str(self.folder),
                    code=self.code,
                    environment={**(environment or {}), "TRAFFICKING_STATS_LANGUAGE": code},
                    limit=limit,
                )
                tasks.append(task)
        return tasks


def plan(notebooks: Path | str | None = None, countries: Iterable[str] | None = None) -> Plan:
    """Read the notebooks and hash everything that decides what they show.

    Parameters
    ----------
    notebooks : path, optional
        A folder of notebooks; those of the package by default.
    countries : iterable of str, optional
        The codes that may be asked for; those that have claims by default. An empty one allows every code.

    Raises
    ------
    ReportError
        If the folder has no notebooks, or one of them cannot be read.
    """
    folder = Path(notebooks) if notebooks is not None else paths.notebooks_dir()
    files = sorted(path for path in folder.glob("*.ipynb") if not path.name.endswith(".failed.ipynb"))
    if not files:
        raise ReportError(f"there are no notebooks in {folder}")
    read = tuple(read_notebook(path) for path in files)
    data = read_data(paths.clean_dir())
    code = hash_files(sorted(path for path in paths.PACKAGE.rglob("*") if path.suffix in _CODE))
    versions = [f"{name} {version(name)}" for name in _VERSIONED.split()]
    allowed = data.held if countries is None else countries
    return Plan(folder.resolve(), read, tuple(sorted(set(allowed))), hash_of([code, versions, sys.version]), data)


def read_languages(given: str | Iterable[str]) -> tuple[str, ...]:
    """Return the codes of the languages asked for.

    Parameters
    ----------
    given : str or iterable of str
        Such as ``"en"``, ``"en,da"`` or ``["en", "da"]``.

    Raises
    ------
    ReportError
        If one of them has no catalogue, or there is none.

    Examples
    --------
    >>> read_languages("en,da")
    ('en', 'da')
    """
    parts = [given] if isinstance(given, str) else list(given)
    codes = tuple(dict.fromkeys(code.strip() for part in parts for code in part.split(",") if code.strip()))
    for code in codes:
        if code not in languages():
            raise ParameterError(f"there is no language {code!r}; there are: {', '.join(languages())}")
    if not codes:
        raise ParameterError(f"name a language: {', '.join(languages())}")
    return codes


@functools.cache
def version(name: str) -> str:
    """Return the version of an installed package."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "unknown"
