"""Templates of pages, and what they say of themselves: how to cite them, who publishes them, what they may load."""

from __future__ import annotations

import base64
import datetime
import functools
import hashlib
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from trafficking_stats.countries import WORLD
from trafficking_stats.messages import Country, language, languages, page_file, say, translate_markdown
from trafficking_stats.messages.values import written
from trafficking_stats.reporting.archive import ARCHIVE
from trafficking_stats.reporting.plan import Task, version

if TYPE_CHECKING:
    import jinja2

_HERE = Path(__file__).parent


def country_name(code: str) -> str:
    """Return the name of a country as a title has it."""
    return written(Country(code), "bare")


def cite(task: Task, title: str) -> str:
    """Return how to cite a page of a country, with the day of its figures."""
    cited = say(
        "site.citation",
        authors=settings()["authors"],
        title=f"{title}: {country_name(task.country)}",
        version=version("trafficking-stats"),
    )
    dated = say("site.figures_as_of", date=_day(task.as_of), n=task.n_sources) if task.as_of else ""
    return f"{cited} {dated}".strip()


def _day(text: str) -> str:
    """Write the day a source is from: day, month or year alone, as the source tells it."""
    parts = [int(part) for part in text.split("-")]
    day = datetime.date(*[*parts, 1, 1][:3])
    return written(day, ("y", "MMMM y", "")[len(parts) - 1])


@functools.cache
def settings() -> dict[str, str]:
    """Return what the publisher of the pages says of them."""
    found = tomllib.loads((_HERE / "site.toml").read_text(encoding="utf-8"))
    return {key: str(value) for key, value in found.items()}


def render_template(name: str, code: str, **values: Any) -> str:
    """Fill a template of the package in a language."""
    with language(code):
        return _environment().get_template(f"{name}.j2").render(code=code, site=settings(), **values)


@functools.cache
def _environment() -> jinja2.Environment:
    # late: who only looks whether pages are up to date does not wait for them
    import jinja2
    from pygments import formatters, highlight, lexers  # type: ignore[import-untyped]

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=jinja2.select_autoescape(["html.j2"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style, script = (Markup((_HERE / "templates" / name).read_text("utf-8")) for name in ("report.css", "report.js"))
    environment.globals.update(style=style, script=script, archive=ARCHIVE, world=WORLD)
    for function in (cite, country_name, languages, page_file, say, translate_markdown):
        environment.globals[function.__name__] = function
    coloured = functools.partial(highlight, lexer=lexers.PythonLexer(), formatter=formatters.HtmlFormatter(nowrap=True))
    environment.filters["python"] = lambda source: Markup(coloured(source))
    environment.filters["digest"] = lambda text: base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return environment
