"""The notebooks: a tagged contract, no outputs, prose and calls only; and they run for a large and a small country."""

import ast
import contextlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import lxml.html
import nbformat
import pandas as pd
import pytest
from babel.messages.pofile import read_po
from shown_claims import claim

import trafficking_stats as ts
from trafficking_stats import messages, texts
from trafficking_stats.messages import language, translate_markdown
from trafficking_stats.reporting.contract import check_parameters, read_notebook
from trafficking_stats.reporting.country import joined_facts
from trafficking_stats.reporting.fingerprints import read_data
from trafficking_stats.reporting.plan import plan
from trafficking_stats.reporting.warm import WarmProcess, is_supported

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
COMMON = {"start", "end", "method", "exclude_sources", "prefer", "language"}


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return request.param


@pytest.fixture
def content(notebook):
    return json.loads(notebook.read_text(encoding="utf-8"))


def code_of(content):
    return ["".join(cell["source"]) for cell in content["cells"] if cell["cell_type"] == "code"]


def test_there_are_six_one_for_countries_of_which_little_is_known_and_one_on_all():
    names = ["1_sources", "2_reconciliation", "3_gap", "4_peers", "5_protection", "6_victims"]
    assert [path.stem for path in NOTEBOOKS] == sorted(["0_overview", *names, "5_world"])
    assert [task.notebook for task in plan().tasks("WORLD", {})] == ["5_world"]
    assert [task.notebook for task in plan().tasks("EUU", {})] == ["0_overview"]
    assert [task.notebook for task in plan().tasks("DNK", {})] == names
    # parts of totals, however many, are no reason for six pages
    assert plan().data.held["EUU"].counts == 5 < plan().data.held["ISL"].counts


def test_a_country_gets_the_pages_that_its_figures_carry():
    made = plan()

    def pages(country, **parameters):
        return "".join(task.notebook[0] for task in made.tasks(country, parameters))

    assert pages("AUT") == "1234"  # no part of a total, and nothing on protection
    assert pages("ISL") == "12345"
    assert pages("AUT", numerator="asylum_granted") == "123"  # of which it has no figure to set beside others
    assert pages("AUT", denominator="victims_identified;sex=female") == "1234"  # parts are judged on the page
    # and what a country does not get is said, with what it would need
    assert made.missing("AUT", {}) == (
        "Pages that this country does not get, since there are too few figures: “Protection” (needs figures or "
        "statements on its subject) and “Victims” (needs 30 figures that are parts of totals)."
    )
    task = made.tasks("AUT", {"numerator": "asylum_granted"}, ("da",))[0]
    assert "»Ved siden af andre lande« (kræver 3 år med begge antal)" in task.missing


@pytest.mark.parametrize(
    ("indicator", "part"),
    [
        ("victims_repatriated", ""),
        ("victims_repatriated", "repatriation=abroad"),  # where they went says nothing of how many were helped
        ("victims_assisted", ""),
        ("asylum_granted", ""),
        ("victims_identified", ""),
    ],
)
def test_a_country_gets_the_page_on_protection_or_the_line_that_nothing_is_known(tmp_path, indicator, part):
    table = pd.DataFrame([claim(12, country="ISL", indicator=indicator, breakdown=part)])
    table.to_csv(tmp_path / "claims.csv", index=False)
    table.to_csv(tmp_path / "sources.csv", index=False)
    page = read_notebook(FOLDER / "5_protection.ipynb")
    given = not read_data(tmp_path).held["ISL"].lacks(page.fits["needs"], [])
    silent = "No source has figures on how often protection" in str(texts.coverage(ts.reconcile(table), "ISL"))
    assert (given, silent) == ((False, True) if part or indicator == "victims_identified" else (True, False))


def test_the_contract_is_typed_and_explained(notebook):
    declared = read_notebook(notebook).parameters
    defaults = {parameter.name: parameter.default for parameter in declared}
    assert set(defaults) >= COMMON
    assert all(parameter.description for parameter in declared)
    assert (defaults["method"], defaults["language"]) == ("consistent", None)
    assert defaults.get("country", "DNK") == "DNK"
    assert defaults["start"] is defaults["end"] is None  # the years are those that the country has figures for


def test_cells_fit_the_eye(content):
    sources = code_of(content)
    assert len(sources) <= 25
    for cell in content["cells"]:
        if cell["cell_type"] == "code" and "parameters" not in cell["metadata"].get("tags", []):
            assert len("".join(cell["source"]).splitlines()) <= 8, cell["id"]


def test_an_analyst_sees_the_public_api_and_nothing_else(content):
    for source in code_of(content):
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {alias.name for alias in node.names}
                assert names <= {"trafficking_stats", "plots", "tables", "texts"}


def test_every_markdown_cell_is_translated(content):
    for cell in content["cells"]:
        if cell["cell_type"] == "markdown":
            source = "".join(cell["source"])
            with language("da"):
                translated = translate_markdown(source)
            assert translated, cell["id"]
            assert translated.count("\n#") == source.count("\n#"), cell["id"]  # as many headings
            assert translate_markdown(source) == source


def test_every_parameter_is_explained_in_danish(notebook):
    for parameter in read_notebook(notebook).parameters:
        with language("da"):
            assert translate_markdown(parameter.description), parameter.name


def test_no_translation_is_of_a_text_that_no_notebook_has():
    there = set()
    for path in FOLDER.glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        there |= {"".join(cell["source"]).strip() for cell in cells if cell["cell_type"] == "markdown"}
        there |= {parameter.description for parameter in read_notebook(path).parameters}
    catalogues = Path(messages.__file__).parent / "catalogues"
    for file in catalogues.glob("*/notebooks.po"):
        with file.open("rb") as source:
            assert {str(message.id) for message in read_po(source) if message.id} <= there


def test_a_cell_that_somebody_edited_has_no_translation(content):
    with language("da"):
        assert translate_markdown("".join(content["cells"][0]["source"]) + " And more.") is None


def test_exactly_one_cell_is_tagged_as_parameters_and_comes_first(content):
    tagged = [k for k, cell in enumerate(content["cells"]) if "parameters" in cell["metadata"].get("tags", [])]
    first_code = next(k for k, cell in enumerate(content["cells"]) if cell["cell_type"] == "code")
    assert tagged == [first_code]


def test_nothing_was_run_before_it_was_committed(content):
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None
    assert set(content["metadata"]) - {"report"} == {"kernelspec", "language_info"}
    assert "version" not in content["metadata"]["language_info"]


def test_cells_have_names_of_their_own(content):
    names = [cell["id"] for cell in content["cells"]]
    assert len(set(names)) == len(names)
    assert all(name.replace("-", "").isalpha() for name in names)
    assert (content["nbformat"], content["nbformat_minor"]) == (4, 5)


def test_notebooks_hold_prose_and_calls_only(content):
    for source in code_of(content):
        nodes = list(ast.walk(ast.parse(source)))
        assert not any(isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda) for node in nodes)
        strings = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        assert not any(text.startswith(("/", "~", "..")) for text in strings)  # paths are for the library to find
        assert ".summary()" not in source


def test_every_page_has_a_title_a_headline_and_one_picture(content):
    assert "".join(content["cells"][0]["source"]).startswith("# ")
    tagged = ["".join(cell["source"]) for cell in content["cells"] if "headline" in cell["metadata"].get("tags", [])]
    assert len(tagged) == 2
    assert "_headline(" in tagged[0]
    assert "plot" in tagged[1]


def test_what_a_notebook_does_not_declare_is_refused():
    given = check_parameters([read_notebook(path) for path in NOTEBOOKS], {"peers": "SWE,NOR", "start": "2016"})
    assert given["4_peers"] == {"start": 2016, "peers": ["SWE", "NOR"]}
    assert given["1_sources"] == {"start": 2016}


@pytest.fixture(scope="module")
def server():
    if not is_supported():
        pytest.skip("warm processes need fork")
    with contextlib.closing(WarmProcess()) as running:
        yield running


def build(server, country, **parameters):
    """The pages of a country by name, and what they say of it together."""
    built = [server.build(task) for task in plan().tasks(country, parameters)]
    for one in built:
        assert one.failure is None, str(one.failure)
    pages = {one.task.file: {"notebook": one.task.notebook, "facts": one.facts} for one in built}
    return {one.task.file: one.html for one in built}, joined_facts(pages) | {
        one.task.notebook: one.facts.get("headline", {}) for one in built
    }


@pytest.mark.slow
def test_denmark_with_two_thousand_claims(server):
    pages, facts = build(server, "DNK", start=2014, end=2021)
    assert list(pages) == [f"{task.notebook}.html" for task in plan().tasks("DNK", {})]
    assert all(len(page) < 2_000_000 for page in pages.values())
    # register and Commission: the years add up to their totals
    for total in ("891", "968", "1,121", "1,233"):
        assert (
            f'<td class="num">{total}</td><td class="num">{total}</td><td>yes, exactly</td>'
            in pages["2_reconciliation.html"]
        )
    assert facts["3_gap"]["sentence"].startswith("In 2014–2021, Denmark identified 701 victims of trafficking and")
    assert facts["4_peers"]["sentence"].startswith("Denmark, 2014–2021: 5.3 persons convicted for every 100")
    assert facts["years"][0] < 2007
    for page in pages.values():
        assert 'class="messages"' not in page  # no warning reached the page
        assert "nan" not in page.split("<main")[1].split("</main>")[0].lower().split()


@pytest.mark.slow
def test_a_handful_of_figures_is_one_short_page_of_what_is_known_and_what_is_missing(server):
    pages, facts = build(server, "EUU")
    assert list(pages) == ["0_overview.html"]
    assert facts["0_overview"]["robustness"] == "no_answer"
    said = "7 figures about human trafficking in the European Union can be found here, from 3 sources, but only 5 are"
    assert facts["0_overview"]["sentence"].startswith(said)
    assert "No yearly figures on victims identified and persons prosecuted." in pages["0_overview.html"]
    for figure in ("30,146", "10,093", "2,097", "37 %", "citizens of the EU"):
        assert figure in pages["0_overview.html"]


@pytest.mark.slow
def test_another_numerator_answers_where_convictions_are_not_counted(server):
    measures = {"numerator": "prosecutions_suspects", "denominator": "victims_identified"}
    pages, facts = build(server, "FIN", **measures)
    assert "persons prosecuted" in facts["3_gap"]["sentence"]
    assert "Persons prosecuted for every 100 victims identified" in pages["4_peers.html"]


ENGLISH = re.compile(r"\b(the|which|with|from|cannot|are|was|were|years|figures|this|that|is|claims?)\b")


@pytest.mark.slow
@pytest.mark.parametrize("country", ["ISL", "EUU"])
def test_no_english_sentence_is_left_on_a_danish_page(server, country):
    for task in plan().tasks(country, {}, ("en", "da")):
        if task.language == "da":
            root = lxml.html.fromstring(server.build(task).html)
            for part in root.xpath("//style | //script | //details[@class='code'] | //*[@lang='en'] | //a[@rel]"):
                part.drop_tree()
            texts = [text.strip() for text in [*root.xpath("//main//text()"), *root.xpath("//footer//text()")]]
            texts += [*root.xpath("//@alt"), *root.xpath("//@aria-label"), *root.xpath("//title/text()")]
            # where a figure stands, and what somebody noted of it, is said in the words of the data
            told = [text for text in texts if not text.startswith(("sted:", "bemærkning:"))]
            assert [text for text in told if len(set(ENGLISH.findall(text))) > 1] == [], task.file


@pytest.mark.slow
def test_choices_reach_every_page(server):
    pages, facts = build(
        server, "ISL", method="latest", start=2016, end=2020, prefer=["UNODC"], exclude_sources=["unodc-glotip-2023-05"]
    )
    assert "latest edition, one figure for each count" in pages["2_reconciliation.html"]
    assert facts["sources"] == 3  # of four


@pytest.mark.slow
def test_plain_papermill_runs_from_any_folder(tmp_path):
    command = [sys.executable, "-m", "papermill", "--no-progress-bar", FOLDER / "1_sources.ipynb", "out.ipynb"]
    command += ["-p", "country", "ISL", "-p", "exclude_sources", '["unodc-glotip-2023-05"]', "-p", "start", "None"]
    command += ["-y", "{prefer: [UNODC], end: null}"]
    environment = {**os.environ, "MPLBACKEND": "agg"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    outputs = json.loads((tmp_path / "out.ipynb").read_text(encoding="utf-8"))
    text = json.dumps(outputs, ensure_ascii=False)
    assert "3 sources print" in text  # of four
    assert "trafficking in Iceland" in text


@pytest.mark.slow
def test_an_analyst_adds_a_paragraph_and_a_plot_changes_the_years_and_swaps_the_numerator(server, tmp_path):
    notebook = nbformat.read(FOLDER / "3_gap.ipynb", as_version=4)
    own = 'import seaborn as sns\n\nsns.lineplot(gap.tables["stages"], x="year", y="upper", hue="indicator");'
    added = [nbformat.v4.new_markdown_cell("My own paragraph."), nbformat.v4.new_code_cell(own)]
    place = next(k for k, cell in enumerate(notebook.cells) if cell.id == "years")
    notebook.cells = [*notebook.cells[:place], *added, *notebook.cells[place : place + 2]]
    nbformat.write(notebook, tmp_path / "gap.ipynb")
    parameters = {
        "start": 2013,
        "end": "2021",
        "numerator": "prosecutions_suspects",
        "exclude_sources": "tip-2016-dnk-da",
    }
    english, danish = (server.build(task) for task in plan(tmp_path).tasks("DNK", parameters, ("en", "da")))
    assert english.failure is None, str(english.failure)
    page, other = english.html, danish.html
    assert "persons prosecuted" in english.facts["headline"]["sentence"]
    assert "2013–2021" in english.facts["headline"]["sentence"]
    assert page.count("<figure") == 4
    assert "This figure has no description." in page
    assert '<div class="out-prose" lang="en"><p>My own paragraph.</p>' in other
    assert "ikke oversat" in other


@pytest.mark.slow
def test_an_unknown_source_is_named_with_its_cell(server):
    built = server.build(plan().tasks("ISL", {"exclude_sources": ["unodc-glotip-2023"]})[0])
    assert built.failure is not None
    assert "did you mean unodc-glotip-2023-05" in str(built.failure)
