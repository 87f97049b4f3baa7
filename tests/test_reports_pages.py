"""What a page may hold, and what must not be published."""

import base64
import html
import re

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import pytest
from markupsafe import Markup

from trafficking_stats import messages
from trafficking_stats.errors import ReportError
from trafficking_stats.messages import language
from trafficking_stats.plots.chart import chart as style_axes
from trafficking_stats.plots.chart import instead
from trafficking_stats.reporting import display
from trafficking_stats.reporting.canonical import as_bytes, canonicalise, failed_cell, refuse_volatile
from trafficking_stats.reporting.content import Page
from trafficking_stats.reporting.country import _linked
from trafficking_stats.reporting.export import export
from trafficking_stats.reporting.html_table import table_html
from trafficking_stats.reporting.plan import Task

v4 = nbformat.v4


def cleaned(html: str, page: Page | None = None) -> str:
    return str((page or Page()).place(html, "cell 1", listed=True))


def html_output(html: str) -> nbformat.NotebookNode:
    return v4.new_output("display_data", data={"text/html": html})


def notebook(*outputs, title="# Title", source="1"):
    cells = [v4.new_markdown_cell(title), v4.new_code_cell(source, outputs=list(outputs))]
    return canonicalise(v4.new_notebook(cells=cells))


def page_of(*outputs, task=None, **options):
    return export(notebook(*outputs, **options), task or Task("DNK", "3_gap", "en", "", {}))


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("<p>a<script>alert(1)</script>b</p>", "<p>ab</p>"),
        ("<iframe src='x'></iframe>a", "a"),
        ("<object><center><b>x</b></center></object>y", "<b>x</b>y"),
        ("<p onclick='x()' style='color:red'>a</p>", "<p>a</p>"),
        ("<a href='javascript:alert(1)'>a</a>!", "<a>a</a>!"),
        ("<a href=' JaVaScRiPt:alert(1)'>a</a>", "<a>a</a>"),
        ("<a href='data:text/html,x'>a</a>", "<a>a</a>"),
        ("<a href='//example.org/'>a</a>", "<a>a</a>"),
        ("<a href='https://example.org/'>a</a>", '<a href="https://example.org/">a</a>'),
        ("<a href='1_sources.html#note-3'>a</a>", '<a href="1_sources.html#note-3">a</a>'),
        ("<style>p{}</style><p>a</p><!-- c -->", "<p>a</p>"),
        ("a\x00b &lt;i&gt;", "ab &lt;i&gt;"),
        ("<svg><script>alert(1)</script></svg>a", "a"),
        ("<p id='main'>a</p>", "<p>a</p>"),
        ("<form action='https://x'><input></form>a", "a"),
        ("<math><mi//xlink:href='data:x,<script>alert(4)</script>'>a", ""),
    ],
)
def test_only_known_elements_stay(given, shown):
    assert cleaned(given) == shown


def test_headings_keep_their_order_and_fill_the_contents():
    page = Page()
    out = cleaned("<h1>Title</h1><h4>A</h4><h2>B</h2><h1>C</h1><h2>B</h2>", page)
    assert page.title == "Title"
    assert page.contents == [(2, "a", "A"), (2, "b", "B"), (2, "c", "C"), (2, "b-2", "B")]
    assert "<h4" not in out
    assert "<h1" not in out


def test_a_table_gets_scopes_alignment_and_a_region_of_its_own():
    out = cleaned(
        "<table><thead><tr><th></th><th>n</th></tr></thead><tbody><tr><th>a</th><td>12</td></tr>"
        "<tr><th>b</th><td><NA></td></tr></tbody></table>"
    )
    assert '<td></td><th scope="col" class="num">n</th>' in out
    assert '<th scope="row">a</th><td class="num">12</td>' in out
    assert '<td class="num">–</td>' in out
    assert 'role="region" tabindex="0" aria-label="Table 1"' in out


def test_the_name_of_the_index_joins_the_first_row_of_the_head():
    data = pd.DataFrame({"n": [1]}, index=pd.Index([2014], name="Year"))
    out = cleaned(data.style.to_html())
    assert out.count("<tr>") == 2
    assert ">Year</th>" in out


def test_an_image_needs_alternative_text_and_must_be_inside_the_page():
    page = Page()
    cleaned("<img src='https://example.org/a.png' alt='a'><img src='data:image/png;base64,AA'>", page)
    assert ["from outside" in page.problems[0], "no alternative text" in page.problems[1]] == [True, True]


@pytest.mark.parametrize("kind", ["image/png", "image/svg+xml"])
def test_a_figure_without_alternative_text_fails_the_build(kind):
    bare = v4.new_output("display_data", data={kind: "iVBORw0KGgo=", "text/plain": "<Figure>"})
    with pytest.raises(ReportError, match=r"3_gap, cell 2: a figure has no alternative text"):
        page_of(bare)


def test_a_notebook_without_title_fails_the_build():
    with pytest.raises(ReportError, match="must begin with a heading"):
        page_of(title="no heading")


def test_a_page_is_whole_and_asks_for_nothing():
    page = page_of(html_output("<p>text</p>"))
    assert page.html.startswith('<!doctype html>\n<html lang="en">')
    assert "<title>Denmark: Title</title>" in page.html
    assert "default-src 'none'" in html.unescape(page.html)
    assert not re.search(r"(?:src|srcset|poster|action)=.http|url\(|@import", page.html)


def test_names_of_countries_and_parameters_are_escaped():
    shown, siblings = (("p", "<script>", '"<v>'),), (('a.html"<k>', "<b>"),)
    text = page_of(task=Task('C"<i>', "3_gap", "en", "", {}, shown, siblings)).html
    assert "C&#34;&lt;i&gt;" in text
    for raw in ("<i>", "<b>", "<k>", "<v>"):
        assert raw not in text


def test_markdown_from_data_shows_html_as_text():
    html = page_of(v4.new_output("display_data", data={"text/markdown": "**a** <img src=x onerror=y>"})).html
    assert "<strong>a</strong> &lt;img src=x onerror=y&gt;" in html


def test_links_to_explanations_stay_or_lead_to_the_page_that_has_them():
    here = '<section class="explanation" id="explain-DNK-v-2020"></section>'
    links = '<a href="#explain-DNK-v-2020">1</a><a href="#explain-DNK-v-2021">2</a><a href="#explain-DNK-v-2022">3</a>'
    first = page_of(html_output(here), html_output(links)).html
    other = page_of(html_output(here.replace("2020", "2021"))).html
    pages, dead = _linked({"3_gap.html": first, "2_reconciliation.html": other})
    text = pages["3_gap.html"].decode()
    assert 'href="#explain-DNK-v-2020"' in text
    assert 'href="2_reconciliation.html#explain-DNK-v-2021"' in text
    assert dead == ["explain-DNK-v-2022"]
    # what is linked already stays so, and is looked after again
    assert _linked({"3_gap.html": text})[1] == ["explain-DNK-v-2021", "explain-DNK-v-2022"]


def test_a_place_may_stand_once():
    twice = html_output('<p id="explain-a">a</p><p id="explain-a">b</p>')
    with pytest.raises(ReportError, match="on the page twice"):
        page_of(twice)


def test_what_differs_between_runs_is_taken_out():
    def executed(seed: str) -> nbformat.NotebookNode:
        outputs = [
            v4.new_output("stream", name="stderr", text=f"/tmp/ipykernel_{seed}/{seed}.py:1: W\n"),
            v4.new_output("stream", name="stdout", text="a"),
            html_output(f'<style>#T_a{seed} td</style><table id="T_a{seed}"></table>'),
            v4.new_output("execute_result", data={"text/plain": f"<x at 0x{seed}{seed}>", "text/html": "x"}),
        ]
        cell = v4.new_code_cell("1", outputs=outputs, execution_count=int(seed), id=f"x{seed}")
        cell.metadata = {"papermill": {"duration": seed}, "execution": {"iopub.status.busy": seed}, "tags": ["a"]}
        nb = v4.new_notebook(cells=[cell])
        nb.metadata = {
            "papermill": {"start_time": seed, "parameters": {"country": "DNK"}},
            "language_info": {"version": seed},
        }
        return nb

    first, second = canonicalise(executed("1234")), canonicalise(executed("5678"))
    assert as_bytes(first) == as_bytes(second)
    assert first.metadata.papermill == {"parameters": {"country": "DNK"}}
    assert [o.get("name") for o in first.cells[0].outputs[:2]] == ["stdout", "stderr"]
    refuse_volatile(first, "a")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("<object at 0x7f3a2b1c9d00>", "memory address"),
        ("saved to /tmp/abc.csv", "temporary path"),
        ("made 2026-11-22 04:45:53", "time of day"),
        ("Wall time: 3 s", "timing"),
    ],
)
def test_what_would_differ_is_refused(text, what):
    nb = notebook(v4.new_output("stream", name="stdout", text=text))
    with pytest.raises(ReportError, match=f"a, cell 2: the output shows a {what}"):
        refuse_volatile(nb, "a")


def test_the_failed_cell_is_counted_as_in_the_notebook():
    cells = [
        v4.new_markdown_cell("banner", metadata={"tags": ["papermill-error-cell-tag"]}),
        v4.new_markdown_cell("# T"),
        v4.new_code_cell("x = 1", metadata={"tags": ["parameters"]}),
        v4.new_code_cell("x = 2", metadata={"tags": ["injected-parameters"]}),
        v4.new_code_cell(
            "\n1 / 0\nmore",
            outputs=[v4.new_output("error", ename="E", evalue="\x1b[31mbad\x1b[0m\nsecond", traceback=[])],
        ),
    ]
    assert failed_cell(v4.new_notebook(cells=cells)) == (3, "1 / 0", "E", "bad")
    assert failed_cell(v4.new_notebook(cells=cells[:3])) is None


def test_a_data_frame_becomes_a_table_with_everything_escaped():
    data = pd.DataFrame(
        {
            "Year": [2014, 2015],
            "n": pd.array([12345, pd.NA], dtype="Int64"),
            "link": [display.explain_link("DNK", "v", 2014, "<64>"), "65"],
            "r": [np.float64(1.5), 2.0],
            "x": [np.float64(1.5), 2.0],
            "note": ["<script>", None],
        }
    )
    html = cleaned(table_html(data, "A & B", {"r": ".1f", "note": lambda v: f"{v}!"}))
    assert "<caption>A &amp; B</caption>" in html
    assert '<th scope="row">2014</th>' in html
    assert '<td class="num">12,345</td>' in html
    assert '<td class="num">–</td>' in html
    assert "&lt;64&gt;</a>" in html
    assert "&lt;script&gt;!" in html
    for number in ("1.5", "2.0", "1.50", "2"):
        assert f'<td class="num">{number}</td>' in html
    with language("da"):
        assert "12.345" in table_html(data, "A", {})
        assert "1,50" in table_html(data, "A", {})


def test_columns_that_a_phone_can_spare_are_marked():
    data = pd.DataFrame({"Country": ["Denmark"], "Law": ["1"], "Answer": ["2"]})
    html = cleaned(table_html(data, "A", {}, phone=["Answer"]))
    assert '<th scope="col">Answer</th>' in html.replace(' class="num"', "")
    assert html.count("wide") == 2  # head and cell of the law


def test_a_table_of_another_library_keeps_its_cells_and_gets_our_caption():
    gt = pytest.importorskip("great_tables")
    table = gt.GT(pd.DataFrame({"a": [1]})).tab_header("Old").tab_source_note("source")
    html = table_html(table, "New <b>", {})
    assert "<caption>New &lt;b&gt;</caption>" in html
    assert "Old" not in html
    assert "source" in html
    assert "<style" not in html
    with pytest.raises(ReportError, match="cannot show str"):
        table_html("nothing", "x", {})


def test_a_download_is_safe_for_spreadsheets(shown):
    display.table(pd.DataFrame({"a": ["=1+1", Markup("<b>x</b>")]}), caption="A", download='f".csv')
    link = shown[0][0]["text/html"]
    assert 'download="f&#34;.csv"' in link
    code = link.split("base64,")[1].split('"')[0]
    assert base64.b64decode(code).decode() == "a\n'=1+1\nx\n"
    assert "data:text/csv" in cleaned(link)


@pytest.fixture
def shown(monkeypatch):
    """What the helpers hand to IPython: the bundle and what is said about it."""
    seen = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw, metadata: seen.append((data, metadata["report"])))
    return seen


def test_a_table_offers_the_numbers_behind_it(shown):
    numbers = pd.DataFrame({"year": [2020], "rate": [1 / 3]})
    display.table(pd.DataFrame({"year": ["2020"], "rate": ["0.33"]}), caption="Rates, Denmark 2020", csv=numbers)
    assert 'download="rates-denmark-2020.csv"' in shown[0][0]["text/html"]
    code = shown[0][0]["text/html"].split("base64,")[1].split('"')[0]
    assert base64.b64decode(code).decode() == "year,rate\n2020,0.333333\n"
    display.table(pd.DataFrame({"year": ["2020"]}), caption="Rates", csv=numbers.head(0))
    assert "download" not in shown[1][0]["text/html"]


def test_a_headline_may_name_its_verdict_in_other_words(shown):
    display.headline(
        "a", interval="b", verdict="c", robustness="sensitive", word="contested", labels=("How far", "Who")
    )
    assert '<span class="verdict sensitive">contested</span>' in shown[0][0]["text/html"]
    assert "<dt>How far</dt>" in shown[0][0]["text/html"]
    assert (shown[0][1]["robustness"], shown[0][1]["word"]) == ("sensitive", "contested")


def test_a_figure_without_content_is_a_sentence(shown):
    display.figure(instead(style_axes(None, 1), "nothing"), caption="No source <has> a figure.", alt="nothing")
    assert shown[0][0]["text/html"] == "<p>No source &lt;has&gt; a figure.</p>\n"
    assert shown[0][1]["kind"] == "prose"
    assert not plt.get_fignums()


def test_a_phone_gets_its_own_figure(shown):
    wide, narrow = style_axes(None, 1, width=5), style_axes(None, 1, width=2)
    display.figure(wide, caption="caption", alt="alt", narrow=narrow)
    bundle, about = shown[0]
    output = v4.new_output("display_data", data=bundle, metadata={"report": about})
    page = page_of(output).html
    assert '<source media="screen and (max-width: 40rem)" srcset="data:image/svg+xml;base64,' in page
    assert 'width="192" height="96"><img src="data:image/svg+xml' in page
    assert not plt.get_fignums()


def test_a_figure_offers_its_numbers_and_has_a_place_of_its_own(shown):
    axes = style_axes(None, 1, width=5)
    display.figure(axes, caption="caption", alt="alt", csv=pd.DataFrame({"a": ["=1"]}), name="rates")
    bundle, about = shown[0]
    page = page_of(v4.new_output("display_data", data=bundle, metadata={"report": about})).html
    assert '<figure id="fig-rates" data-name="rates">' in page
    assert 'download="rates.csv" href="data:text/csv;base64,' in page
    assert 'href="#fig-rates"' in page


def test_a_page_speaks_its_language_and_says_what_is_not_translated(monkeypatch):
    known = {"# Title": "# Titel", "text": None}
    monkeypatch.setattr(messages, "translate_markdown", known.get, raising=False)
    cells = [v4.new_markdown_cell("# Title"), v4.new_markdown_cell("text")]
    task = Task("DNK", "3_gap", "da", "", {}, languages=("en", "da"), as_of="2025-03", n_sources=3)
    page = export(canonicalise(v4.new_notebook(cells=cells)), task).html
    assert '<html lang="da">' in page
    assert "<title>Danmark: Titel</title>" in page
    assert '<div class="out-prose" lang="en"><p>text</p>' in page
    assert "ikke oversat" in page
    assert "Tal pr. marts 2025 fra 3 kilder." in page
    assert '<a href="3_gap.html" lang="en" hreflang="en">English</a>' in page
    known["text"] = "tekst"
    whole = export(canonicalise(v4.new_notebook(cells=cells)), task).html
    assert '<div class="out-prose"><p>tekst</p>' in whole
    assert "ikke oversat" not in whole


def test_the_page_says_what_it_offers_to_others():
    page = page_of(task=Task("DNK", "3_gap", "en", "", {}, as_of="2025-03-31", n_sources=118)).html
    assert '<meta property="og:title" content="Denmark: Title">' in page
    assert "Figures as of 31 March 2025, from 118 sources." in page
    assert "CC BY 4.0" in page
    assert "SHA-256" not in page


@pytest.mark.parametrize(
    "call",
    [
        lambda: display.headline("", interval="a", verdict="b", robustness="robust"),
        lambda: display.headline("a", interval="a", verdict="b", robustness="sure"),
        lambda: display.table(pd.DataFrame({"a": [1]}), caption=" "),
        lambda: display.table([1], caption="a"),
        lambda: display.prose("{missing}"),
        lambda: display.figure(None, caption="a", alt=""),
    ],
)
def test_helpers_refuse_what_a_page_cannot_carry(call):
    with pytest.raises(ReportError):
        call()


def test_only_web_addresses_become_links():
    assert "href" not in display.source_link("javascript:alert(1)", "a")
    assert "href" not in display.source_link("//example.org", "a")
    assert display.source_link("", "<a>") == "&lt;a&gt;"
    assert 'href="https://example.org/?a=1&amp;b=%22"' in display.source_link("https://example.org/?a=1&b=%22", "a")
