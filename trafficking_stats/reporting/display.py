"""What a notebook calls to put a headline, a figure, a table or a sentence on its report.

Each helper shows its content in JupyterLab too. Beside the content it hands the exporter what a page needs
to know about it: alternative text, caption, verdict. Text is escaped unless it is a `markupsafe.Markup`,
which only these helpers make.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol

import pandas as pd
from markupsafe import Markup, escape

from trafficking_stats.errors import ReportError
from trafficking_stats.reporting.html_table import adopted_html, csv_link, frame_html, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: The type under which the executed notebook carries the facts of its country for the index of the folder.
SUMMARY_TYPE = "application/vnd.trafficking-stats.summary+json"

Robustness = Literal["robust", "sensitive", "unsettled", "refused"]
_BREAKDOWN_SIGNS = re.compile(r"[^A-Za-z0-9_]+")


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
    labels: tuple[str, str] = ("How exact", "How robust"),
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
        The verdict in one word, by which the page colours it and the index sorts.
    word : str, optional
        What the page says instead of that word.
    labels : tuple of (str, str), optional
        What stands above the interval and above the verdict.

    Raises
    ------
    ReportError
        If one of the texts is empty or ``robustness`` is another word.
    """
    if robustness not in ("robust", "sensitive", "unsettled", "refused"):
        raise ReportError(f"robustness must be robust, sensitive, unsettled or refused, not {robustness!r}")
    for name, text in (("sentence", sentence), ("interval", interval), ("verdict", verdict)):
        if not str(text).strip():
            raise ReportError(f"the headline needs a {name}")
    html = Markup(
        '<div class="headline"><p class="sentence">{}</p><dl class="assurance">'
        '<div><dt>{}</dt><dd>{}</dd></div><div><dt>{}</dt><dd><span class="verdict {}">{}</span> '
        "{}</dd></div></dl></div>"
    ).format(sentence, labels[0], interval, labels[1], robustness, word or robustness, verdict)
    facts = {
        "sentence": plain(sentence),
        "interval": plain(interval),
        "verdict": plain(verdict),
        "robustness": robustness,
    }
    text = f"{facts['sentence']} {facts['interval']}. {word or robustness}: {facts['verdict']}"
    _show({"text/html": html, "text/plain": text}, "headline", **facts)


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
    import mistune

    render = mistune.create_markdown(escape=True, plugins=["table", "strikethrough"])
    try:
        html = Markup(render(template)).format(**values)
    except (KeyError, IndexError) as error:
        raise ReportError(f"the text names {{{error.args[0]}}}, which is not given") from error
    _show({"text/html": html, "text/plain": plain(html)}, "prose")


def figure(drawing: Axes | Figure, *, caption: str, alt: str, narrow: Axes | Figure | None = None) -> None:
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
    about = {name: image[name] for name in ("width", "height")}
    _show(
        {"image/svg+xml": image["svg"], "text/plain": alt},
        "figure",
        alt=alt,
        caption=plain(caption),
        **about,
        **facts,
    )


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
) -> None:
    """Show a table with its caption and source note.

    Parameters
    ----------
    data : pandas.DataFrame, great_tables.GT or pandas.io.formats.style.Styler
        A data frame is shown without its index; its first column heads the rows, numbers stand right.
    caption : str
        What the table holds, printed above.
    note : str, optional
        Sources and remarks, printed below.
    formats : mapping of str to str or callable, optional
        For a column of a data frame a format specification such as ``".1f"``, or a function of the value.
    csv : pandas.DataFrame, optional
        What the page offers below the table as CSV: the numbers behind what the table writes for readers.
    download : str, optional
        The file name of the CSV, by default the caption; with a name and no ``csv``, ``data`` itself is offered.

    Raises
    ------
    ReportError
        If the caption is empty or ``data`` is none of these.
    """
    if not caption.strip():
        raise ReportError("a table needs a caption")
    if isinstance(data, pd.DataFrame):
        inner = frame_html(data, caption, formats or {})
    elif hasattr(data, "as_raw_html"):
        inner = adopted_html(data.as_raw_html(), caption)
    elif hasattr(data, "to_html"):
        inner = adopted_html(data.to_html(), caption)
    else:
        raise ReportError(f"cannot show {type(data).__name__} as a table")
    offered = csv if csv is not None else data if download else None
    nothing = offered is None or (csv is not None and csv.empty)
    link = Markup("") if nothing else csv_link(offered, download or _file_name(caption))
    html = Markup('<div class="table">{}<div class="note">{} {}</div></div>').format(inner, note, link)
    if not note and not link:
        html = Markup('<div class="table">{}</div>').format(inner)
    _show({"text/html": html, "text/plain": plain(caption)}, "table", caption=plain(caption))


def _file_name(caption: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", plain(caption).lower()).strip("-")[:60].strip("-") + ".csv"


def explain_anchor(country: str, indicator: str, year: int | str, breakdown: str = "") -> str:
    """Return the name of the place on a page where a figure is explained.

    Parameters
    ----------
    country, indicator : str
        As in the claims.
    year : int or str
        The calendar year.
    breakdown : str, optional
        ``key=value`` pairs; empty for the total.

    Returns
    -------
    str
        A name that may stand in a link.

    Examples
    --------
    >>> explain_anchor("DNK", "victims_identified", 2020, "sex=female")
    'explain-DNK-victims_identified-2020-sex-female'
    """
    parts = [country, indicator, str(year), *([breakdown] if breakdown else [])]
    return "explain-" + "-".join(_BREAKDOWN_SIGNS.sub("-", part) for part in parts)


def explain_link(country: str, indicator: str, year: int | str, text: object, *, breakdown: str = "") -> Markup:
    """Return a link from a figure to the claims behind it.

    The link leads to the explanation on the same page where there is one, and otherwise to the page of the
    reconciliation in the same folder.

    Parameters
    ----------
    country, indicator, year, breakdown
        The cell, see `explain_anchor`.
    text : object
        The figure as it is to be read.

    Returns
    -------
    markupsafe.Markup
        To be used in `prose`, `headline` or the cells of a `table`.

    Examples
    --------
    >>> str(explain_link("DNK", "victims_identified", 2020, 80))
    '<a class="explain" href="#explain-DNK-victims_identified-2020">80</a>'
    """
    anchor = explain_anchor(country, indicator, year, breakdown)
    return Markup('<a class="explain" href="#{}">{}</a>').format(anchor, text)


def source_link(url: str, text: object) -> Markup:
    """Return a link to a source; anything but an http(s) address is shown as text.

    Parameters
    ----------
    url : str
        The address as the sources file holds it.
    text : object
        The title of the source.

    Returns
    -------
    markupsafe.Markup
        A link, or title and address as text.

    Examples
    --------
    >>> str(source_link("javascript:alert(1)", "<b>"))
    '&lt;b&gt; (javascript:alert(1))'
    """
    if url.lower().startswith(("https://", "http://")):
        return Markup('<a href="{}" rel="noreferrer">{}</a>').format(url, text)
    return Markup("{} ({})").format(text, url) if url else escape(text)


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

    def line(indicator: str) -> list[list[int]]:
        rows = series[series["indicator"] == indicator].dropna(subset=["estimate"]).sort_values("year")
        return [[int(y), int(v)] for y, v in zip(rows["year"], rows["estimate"], strict=True)]

    years = [int(year) for year in series.loc[series["n_claims"] > 0, "year"]]
    facts = {
        "first_year": min(years) if years else None,
        "last_year": max(years) if years else None,
        "sources": int(claims["source_id"].nunique()),
        "clashes": len(clashes),
        "victims": line(victims),
        "convictions": line(convictions),
    }
    _show({SUMMARY_TYPE: facts}, "summary")
