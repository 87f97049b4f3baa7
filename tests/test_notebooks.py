"""The notebooks: a tagged contract, no outputs, prose and calls only; and they run for a large and a small country."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from trafficking_stats.reporting.contract import check_parameters, read_notebook
from trafficking_stats.reporting.country import joined_facts
from trafficking_stats.reporting.plan import plan
from trafficking_stats.reporting.warm import WarmProcess, is_supported

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
COMMON = ["country", "start", "end", "method", "exclude_sources", "prefer"]


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return request.param


@pytest.fixture
def content(notebook):
    return json.loads(notebook.read_text(encoding="utf-8"))


def code_of(content):
    return ["".join(cell["source"]) for cell in content["cells"] if cell["cell_type"] == "code"]


def test_there_are_four():
    assert [path.stem for path in NOTEBOOKS] == ["1_sources", "2_reconciliation", "3_gap", "4_peers"]


def test_the_contract_is_typed_and_explained(notebook):
    declared = read_notebook(notebook).parameters
    assert [parameter.name for parameter in declared[: len(COMMON)]] == COMMON
    assert all(parameter.description for parameter in declared)
    assert {p.name: p.default for p in declared} | {"country": "DNK", "method": "consistent"} == {
        p.name: p.default for p in declared
    }


def test_exactly_one_cell_is_tagged_as_parameters_and_comes_first(content):
    tagged = [k for k, cell in enumerate(content["cells"]) if "parameters" in cell["metadata"].get("tags", [])]
    first_code = next(k for k, cell in enumerate(content["cells"]) if cell["cell_type"] == "code")
    assert tagged == [first_code]


def test_nothing_was_run_before_it_was_committed(content):
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None
    assert set(content["metadata"]) == {"kernelspec", "language_info"}
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
    assert tagged[0].startswith("display.headline(")
    assert "display.figure(" in tagged[1]


def test_what_a_notebook_does_not_declare_is_refused():
    given = check_parameters([read_notebook(path) for path in NOTEBOOKS], {"peers": "SWE,NOR", "start": "2016"})
    assert given["4_peers"] == {"start": 2016, "peers": ["SWE", "NOR"]}
    assert given["1_sources"] == {"start": 2016}


@pytest.fixture(scope="module")
def server():
    if not is_supported():
        pytest.skip("warm processes need fork")
    with WarmProcess() as running:
        yield running


def build(server, country, **parameters):
    """The pages of a country by name, and what they say of it together."""
    built = [server.build(task) for task in plan().tasks(country, parameters)]
    for one in built:
        assert one.failure is None, str(one.failure)
    pages = {one.task.file: {"notebook": one.task.notebook, "facts": one.facts} for one in built}
    return {one.task.file: one.html.decode("utf-8") for one in built}, joined_facts(pages) | {
        one.task.notebook: one.facts.get("headline", {}) for one in built
    }


@pytest.mark.slow
def test_denmark_with_two_thousand_claims(server):
    pages, facts = build(server, "DNK")
    assert list(pages) == [f"{path.stem}.html" for path in NOTEBOOKS]
    assert all(len(page) < 1_500_000 for page in pages.values())
    # register and Commission: the years add up to their totals
    for total in ("891 for 2007–2019", "968 for 2007–2020", "1,121 for 2007–2022", "1,233 for 2007–2023"):
        assert total in pages["2_reconciliation.html"]
    assert facts["3_gap"]["sentence"].startswith("Denmark, 2014–2021: 701 victims identified and 37 persons")
    assert "Denmark" in facts["4_peers"]["sentence"]
    assert facts["years"][0] < 2007
    for page in pages.values():
        assert 'class="messages"' not in page  # no warning reached the page
        assert "nan" not in page.split("<main")[1].split("</main>")[0].lower().split()


@pytest.mark.slow
def test_a_country_without_prosecutions_says_so(server):
    pages, facts = build(server, "EUU")
    assert facts["3_gap"]["robustness"] == "refused"
    assert "no ratio of persons convicted to victims identified can be given" in pages["3_gap.html"]
    assert "no source has a yearly figure on victims identified or persons convicted" in pages["3_gap.html"]
    assert "<figure" not in pages["3_gap.html"]  # sentences instead of empty charts
    assert facts["4_peers"]["robustness"] == "refused"


@pytest.mark.slow
def test_choices_reach_every_page(server):
    pages, facts = build(
        server, "ISL", method="latest", start=2016, end=2020, prefer=["UNODC"], exclude_sources=["unodc-glotip-2023-05"]
    )
    assert "method “latest”" in pages["2_reconciliation.html"]
    assert facts["sources"] == 3  # of four


@pytest.mark.slow
def test_plain_papermill_runs_from_any_folder(tmp_path):
    command = [sys.executable, "-m", "papermill", "--no-progress-bar", FOLDER / "1_sources.ipynb", "out.ipynb"]
    environment = {**os.environ, "MPLBACKEND": "agg"}
    done = subprocess.run(
        [*command, "-p", "country", "ISL"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    outputs = json.loads((tmp_path / "out.ipynb").read_text(encoding="utf-8"))
    text = json.dumps(outputs, ensure_ascii=False)
    assert "Iceland" in text
    assert "about Denmark" not in text


@pytest.mark.slow
def test_an_unknown_source_is_named_with_its_cell(server):
    built = server.build(plan().tasks("ISL", {"exclude_sources": ["unodc-glotip-2023"]})[0])
    assert built.failure is not None
    assert "did you mean unodc-glotip-2023-05" in str(built.failure)
