"""What a page may hold, and what must not be published."""

import base64
import html
import io
import re

import matplotlib.pyplot as plt
import nbformat
import pandas as pd
import pytest

from trafficking_stats import messages
from trafficking_stats.errors import ReportError
from trafficking_stats.plots.chart import describe, drawing
from trafficking_stats.reporting.canonical import as_bytes, canonicalise, failed_cell
from trafficking_stats.reporting.card import draw_card
from trafficking_stats.reporting.content import Page
from trafficking_stats.reporting.contract import Parameter
from trafficking_stats.reporting.country import _linked
from trafficking_stats.reporting.export import export
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
def test_a_drawing_that_nobody_described_is_published_and_says_so(kind):
    bare = v4.new_output("display_data", data={kind: "iVBORw0KGgo=", "text/plain": "<Figure>"})
    page = page_of(bare).html
    assert 'alt="This figure has no description."' in page
    assert "<figcaption>This figure has no description.</figcaption>" in page


def test_a_figure_offers_its_numbers_and_has_a_place_of_its_own():
    with drawing(None, 1) as ax:
        describe(ax, caption="caption", alt="alt", name="rates", table=pd.DataFrame({"a": ["=1"]}))
    bundle, about = ax._repr_mimebundle_()
    page = page_of(v4.new_output("display_data", data=bundle, metadata=about)).html
    assert '<figure id="fig-rates" data-name="rates">' in page
    assert 'href="#fig-rates"' in page
    code = page.split('download="rates.csv" href="data:text/csv;base64,')[1].split('"')[0]
    assert base64.b64decode(code).decode() == "a\n'=1\n"
    assert page.count("data:image/svg+xml;base64,") == 1  # one drawing for page and phone


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
    shown, siblings = (Parameter("p", "str", "<script>", '"<v>'),), (('a.html"<k>', "<b>"),)
    text = page_of(task=Task('C"<i>', "3_gap", "en", "", {}, shown, siblings, "No page <u>.")).html
    assert "C&#34;&lt;i&gt;" in text
    assert "<p>No page &lt;u&gt;.</p>" in text
    for raw in ("<i>", "<b>", "<k>", "<v>", "<u>"):
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
    text = pages["3_gap.html"]
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
            v4.new_output("execute_result", data={"text/plain": f"<x at 0x{seed}{seed}>"}),
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


def test_sections_in_which_there_is_nothing_to_show_are_named_in_one_sentence():
    nothing = v4.new_output("display_data", data={"text/html": "<p>None.</p>"}, metadata={"report": {"nothing": True}})
    optional = {"tags": ["optional"]}
    cells = [
        v4.new_markdown_cell("# Title"),
        v4.new_markdown_cell("## Wide?\n\nHow it is measured.", metadata=optional),
        v4.new_code_cell("wide()", outputs=[nothing]),
        v4.new_markdown_cell("### In parts"),
        v4.new_code_cell("parts()", outputs=[nothing]),
        v4.new_markdown_cell("## Narrow?", metadata=optional),
        v4.new_code_cell("narrow()", outputs=[nothing]),
        v4.new_code_cell("more()", outputs=[html_output("<p>Seven.</p>")]),
        v4.new_markdown_cell("## Always"),
        v4.new_code_cell("always()", outputs=[nothing]),
        v4.new_markdown_cell("## Method", metadata=optional),
        v4.new_code_cell("method()", outputs=[nothing]),
    ]
    text = export(canonicalise(v4.new_notebook(cells=cells)), Task("DNK", "3_gap", "en", "", {})).html
    words = html.unescape(re.sub(r"<[^>]+>|\s+", " ", text))
    assert re.findall(r"<h[23][^>]*>(.*?)</h", text) == ["Narrow?", "Always", "About this page"]
    assert "How it is measured" not in words
    assert "Sections left out here, since there is nothing to show in them: “Wide?” and “Method”." in words
    # nothing is left out of the code
    for name in ("wide", "parts", "narrow", "more", "always", "method"):
        assert len(re.findall(rf"\b{name} +\( *\)", words)) == 1, name


def test_the_page_says_what_it_offers_to_others():
    page = page_of(task=Task("DNK", "3_gap", "en", "", {}, as_of="2025-03-31", n_sources=118)).html
    assert '<meta property="og:title" content="Denmark: Title">' in page
    assert "Figures as of 31 March 2025, from 118 sources." in page
    assert "CC BY 4.0" in page
    assert "SHA-256" not in page


def test_the_picture_of_a_page_holds_its_longest_sentence():
    sentence = "Nobody was convicted. " * 50
    picture = plt.imread(io.BytesIO(draw_card("Denmark", "Identification and prosecution", sentence)))
    ground = picture[0, 0]
    assert (picture[-20:] == ground).all()
    assert (picture[:, -20:] == ground).all()
    assert not (picture[-160:] == ground).all()
