"""What a notebook calls to put a headline, a figure, a table or a sentence on its report.

Each helper shows its content in JupyterLab too. Beside the content it hands the exporter what a page needs
to know about it: alternative text, caption, verdict. Text is escaped unless it is a `markupsafe.Markup`,
which only these helpers make.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, get_args

import pandas as pd
from markupsafe import Markup, escape

from trafficking_stats.errors import ReportError
from trafficking_stats.files import spreadsheet_safe
from trafficking_stats.messages import say
from trafficking_stats.reporting.html_table import plain, table_html
from trafficking_stats.reporting.links import explain_anchor, explain_link, source_link
from trafficking_stats.reporting.markdown import render

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "explain_link",
    "explanation",
    "figure",
    "headline",
    "prose",
    "source_link",
    "summarise",
    "summary",
    "table",
]

#: The type under which the executed notebook carries the facts of its country for the index of the folder.
SUMMARY_TYPE = "application/vnd.trafficking-stats.summary+json"

Robustness = Literal["robust", "sensitive", "unsettled", "refused"]
_ROBUSTNESS = get_args(Robustness)


class _Reconciled(Protocol):
    """The part of a reconciliation that the index needs."""

    series: pd.DataFrame
    claims: pd.DataFrame
    clashes: pd.DataFrame


def _show(bundle: dict[str, Any], kind: str, **facts: Any) -> None:
    from IPython.display import display

    display(bundle, raw=True, metadata={"report": {"kind": kind, **facts}})


def headline(
    sentence: str,
    *,
    interval: str,
    verdict: str,
    robustness: Robustness,
    word: str = "",
    labels: tuple[str, str] | None = None,
) -> None:
    """Show the answer of the page: one sentence, how sure it is, and how far the choice of source moves it.

    Put it in a cell tagged ``headline``; the figure shown in the same or the next cell of that tag stands
    beside it on the first screen.

    Parameters
    ----------
    sentence : str
        The finding, with its number and years.
    interval : str
        The uncertainty of that number in words, such as ``"95 % interval 3.1 to 4.6"``.
    verdict : str
        What another method, or leaving one publisher out, does to it.
    robustness : {"robust", "sensitive", "unsettled", "refused"}
        The verdict as a code, by which the page colours it and the index sorts.
    word : str, optional
        What the page says for that code.
    labels : tuple of (str, str), optional
        What stands above the interval and above the verdict.

    Raises
    ------
    ReportError
        If one of the texts is empty or ``robustness`` is another word.
    """
    if robustness not in _ROBUSTNESS:
        raise ReportError(f"robustness must be robust, sensitive, unsettled or refused, not {robustness!r}")
    for name, text in (("sentence", sentence), ("interval", interval), ("verdict", verdict)):
        if not str(text).strip():
            raise ReportError(f"the headline needs a {name}")
    word = word or say(f"site.verdict_{robustness}")
    how_exact, how_robust = labels or (say("site.how_exact"), say("site.how_robust"))
    html = Markup(
        '<div class="headline"><p class="sentence">{}</p><dl class="assurance">'
        '<div><dt>{}</dt><dd>{}</dd></div><div><dt>{}</dt><dd><span class="verdict {}">{}</span> '
        "{}</dd></div></dl></div>"
    ).format(sentence, how_exact, interval, how_robust, robustness, word, verdict)
    facts = {name: plain(text) for name, text in (("sentence", sentence), ("interval", interval), ("verdict", verdict))}
    text = f"{facts['sentence']} {facts['interval']}. {word}: {facts['verdict']}"
    _show({"text/html": html, "text/plain": text}, "headline", **facts, robustness=robustness, word=word)


def prose(template: str, /, **values: object) -> None:
    """Show a paragraph of Markdown into which computed values are set.

    Parameters
    ----------
    template : str
        Markdown with ``{name}`` where a value goes; HTML in it is shown as text.
    **values : object
        The values; they are escaped, except links made by `explain_link` and `source_link`.

    Raises
    ------
    ReportError
        If the template names a value that is not given.
    """
    try:
        html = Markup(render(template, escape=True)).format(**values)
    except (KeyError, IndexError) as error:
        raise ReportError(f"the text names {{{error.args[0]}}}, which is not given") from error
    _show({"text/html": html, "text/plain": plain(html)}, "prose")


def figure(
    drawing: Axes | Figure,
    *,
    caption: str,
    alt: str,
    narrow: Axes | Figure | None = None,
    csv: pd.DataFrame | None = None,
    name: str = "",
) -> None:
    """Show a figure with its caption and alternative text, and close it.

    A figure on which nothing is drawn is left out, and its caption stands as a sentence.

    Parameters
    ----------
    drawing : matplotlib.axes.Axes or matplotlib.figure.Figure
        The figure, or any of its axes.
    caption : str
        What is to be seen and from which sources, printed below.
    alt : str
        What the figure shows, for who cannot see it; computed from the data.
    narrow : matplotlib.axes.Axes or matplotlib.figure.Figure, optional
        The same figure for the screen of a phone.
    csv : pandas.DataFrame, optional
        The numbers that are drawn; the page offers them.
    name : str, optional
        A short name that stays when the caption changes: the place of the figure on its page, and the name of
        the files that are saved from it.

    Raises
    ------
    ReportError
        If the caption or the alternative text is empty.
    """
    if not alt.strip() or not caption.strip():
        raise ReportError("a figure needs an alternative text and a caption")
    own, *small = [_figure_of(one) for one in (drawing, narrow) if one is not None]
    if not any(ax.axison for part in own.axes for ax in (part, *part.child_axes)):
        for one in (own, *small):
            _close(one)
        prose("{text}", text=caption)
        return
    image = _svg(own)
    facts: dict[str, Any] = {"narrow": _svg(small[0])} if small else {}
    if csv is not None and len(csv):
        facts["csv"] = csv_text(csv)
    facts |= {side: image[side] for side in ("width", "height")}
    bundle = {"image/svg+xml": image["svg"], "text/plain": alt}
    _show(bundle, "figure", alt=alt, caption=plain(caption), name=name or _file_name(caption), **facts)


def _figure_of(drawing: Axes | Figure) -> Any:
    return drawing if hasattr(drawing, "savefig") else drawing.get_figure(root=True)


def _close(fig: Any) -> None:
    import matplotlib.pyplot as plt

    plt.close(fig)


def _svg(fig: Any) -> dict[str, Any]:
    """Draw a figure, and close it: its text as paths, its size in pixels."""
    import matplotlib as mpl

    width, height = (round(96 * inches) for inches in fig.get_size_inches())
    image = io.BytesIO()
    # The salt and the missing date make the drawing the same in every run.
    with mpl.rc_context({"svg.hashsalt": "trafficking_stats", "svg.fonttype": "path"}):
        fig.savefig(image, format="svg", metadata={"Date": None, "Creator": None})
    _close(fig)
    return {"svg": image.getvalue().decode("utf-8"), "width": width, "height": height}


def table(
    data: Any,
    *,
    caption: str,
    note: str = "",
    formats: Mapping[str, str | Callable[[Any], object]] | None = None,
    csv: pd.DataFrame | None = None,
    download: str = "",
    name: str = "",
    phone: Sequence[str] = (),
) -> None:
    """Show a table with its caption and source note.

    Parameters
    ----------
    data : pandas.DataFrame or anything with ``to_html`` or ``as_raw_html``
        A data frame is shown without its index; its first column heads the rows, numbers stand right.
    caption : str
        What the table holds, printed above.
    note : str, optional
        Sources and remarks, printed below.
    formats : mapping of str to str or callable, optional
        For a column of a data frame a format specification such as ``".1f"``, or a function of the value.
    csv : pandas.DataFrame, optional
        What the page offers below the table as CSV: the numbers behind what the table writes for readers. By
        default ``data`` itself, if it is a data frame.
    download : str, optional
        The file name of the CSV, by default the name.
    name : str, optional
        As in `figure`.
    phone : sequence of str, optional
        The columns of a data frame, besides the first, that a narrow screen shows; all by default.

    Raises
    ------
    ReportError
        If the caption is empty or ``data`` is none of these.
    """
    if not caption.strip():
        raise ReportError("a table needs a caption")
    inner = table_html(data, caption, formats or {}, phone)
    offered = csv if csv is not None else data if isinstance(data, pd.DataFrame) else None
    name = name or _file_name(caption)
    link = Markup("")
    if offered is not None and len(offered):
        file, address = download or f"{name}.csv", csv_address(csv_text(offered))
        link = Markup('<a class="download" download="{}" href="{}">CSV</a>').format(file, address)
    foot = Markup('<div class="note">{} {}</div>').format(note, link) if note or link else Markup("")
    html = Markup('<div class="table">{}{}</div>').format(inner, foot)
    _show({"text/html": html, "text/plain": plain(caption)}, "table", caption=plain(caption), name=name)


def csv_text(data: pd.DataFrame) -> str:
    r"""Return a data frame as CSV that no spreadsheet takes for formulas; links become their text.

    Examples
    --------
    >>> csv_text(pd.DataFrame({"a": ["=1+1", Markup("<b>x</b>")]}))
    "a\n'=1+1\nx\n"
    """
    texts = data.map(lambda cell: plain(cell) if isinstance(cell, Markup) else cell)
    return spreadsheet_safe(texts).to_csv(index=False, lineterminator="\n", float_format="%.6g")


def csv_address(text: str) -> str:
    """Return a link under which the page itself holds a CSV file."""
    return f"data:text/csv;base64,{base64.b64encode(text.encode('utf-8')).decode('ascii')}"


def _file_name(caption: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", plain(caption).lower()).strip("-")[:60].strip("-")


def explanation(
    content: Any, country: str, indicator: str, year: int | str, *, title: str = "", breakdown: str = ""
) -> None:
    """Show why a figure is what it is, at the place to which `explain_link` leads; folded until somebody comes.

    Parameters
    ----------
    content : object
        What a reconciliation returns as explanation: an object with ``_repr_html_``, or text.
    country, indicator, year, breakdown
        The cell, see `explain_anchor`.
    title : str, optional
        Names the figure; by default the title of ``content``.

    Raises
    ------
    ReportError
        If there is no title.
    """
    title = title or str(getattr(content, "title", ""))
    if not title:
        raise ReportError("an explanation needs a title")
    inner = Markup(content._repr_html_()) if hasattr(content, "_repr_html_") else escape(str(content))
    html = Markup('<details class="explanation" id="{}"><summary>{}</summary>{}</details>').format(
        explain_anchor(country, indicator, year, breakdown), title, inner
    )
    _show({"text/html": html, "text/plain": f"{title}\n{content}"}, "explanation")


def summary(
    *,
    years: tuple[int, int] | None = None,
    sources: int | None = None,
    clashes: int | None = None,
    lines: Mapping[str, Sequence[tuple[int, int]]] | None = None,
    caveats: Sequence[str] = (),
    references: Sequence[object] = (),
) -> None:
    """Hand the index and the one-page brief what they say about a country; the page itself shows nothing of it.

    Parameters
    ----------
    years : tuple of (int, int), optional
        First and last year with a figure.
    sources, clashes : int, optional
        How many there are.
    lines : mapping of str to sequence of (year, value), optional
        At most two series for a sparkline, by what they count in words.
    caveats : sequence of str, optional
        What a reader of the brief must know, most important first.
    references : sequence of str or markupsafe.Markup, optional
        The sources that matter most, such as links made by `source_link`.
    """
    facts = {
        "years": list(years) if years else None,
        "sources": sources,
        "clashes": clashes,
        "lines": {label: [[int(y), int(v)] for y, v in points] for label, points in (lines or {}).items()},
        "caveats": [plain(text) for text in caveats],
        "references": [str(escape(text)) for text in references],
    }
    _show({SUMMARY_TYPE: {key: value for key, value in facts.items() if value}}, "summary")


def summarise(
    reconciled: _Reconciled,
    country: str,
    *,
    victims: str = "victims_identified",
    convictions: str = "convictions_persons",
) -> None:
    """Hand the index of the folder what it says about a country: years, sources, clashes, two series.

    Parameters
    ----------
    reconciled : Reconciliation
        Its ``series``, ``claims`` and ``clashes`` are read.
    country : str
        The country.
    victims, convictions : str
        The indicators drawn as sparklines.
    """
    claims = reconciled.claims[reconciled.claims["country"] == country]
    series = reconciled.series[(reconciled.series["country"] == country) & (reconciled.series["breakdown"] == "")]
    clashes = reconciled.clashes[reconciled.clashes["country"] == country]

    def line(indicator: str) -> list[tuple[int, int]]:
        rows = series[series["indicator"] == indicator].dropna(subset=["estimate"]).sort_values("year")
        return [(int(y), int(v)) for y, v in zip(rows["year"], rows["estimate"], strict=True)]

    years = [int(year) for year in series.loc[series["n_claims"] > 0, "year"]]
    summary(
        years=(min(years), max(years)) if years else None,
        sources=int(claims["source_id"].nunique()),
        clashes=len(clashes),
        lines={"victims identified": line(victims), "persons convicted": line(convictions)},
    )
