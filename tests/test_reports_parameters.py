"""The parameter contract: read without a kernel, refused before one starts."""

import pytest
from report_notebooks import write_notebook

from trafficking_stats.errors import ReportError
from trafficking_stats.reporting import reports
from trafficking_stats.reporting.notebooks import (
    Parameter,
    check_country,
    check_parameters,
    read_parameter_file,
    read_parameters,
)

CONTRACT = '''"""What the report is about."""
country: str = "DNK"  # ISO code
# first year of the window
start: int = 2014
method: str = "consistent"
exclude_sources: list[str] = []  # left out
share: float | None = None
strict: bool = True
'''


@pytest.fixture
def declared(tmp_path):
    return read_parameters(write_notebook(tmp_path, "a", parameters=CONTRACT))


def test_contract_is_read_with_types_defaults_and_comments(declared):
    assert [(p.name, p.annotation, p.default, p.description) for p in declared] == [
        ("country", "str", "DNK", "ISO code"),
        ("start", "int", 2014, "first year of the window"),
        ("method", "str", "consistent", ""),
        ("exclude_sources", "list[str]", [], "left out"),
        ("share", "float | None", None, ""),
        ("strict", "bool", True, ""),
    ]


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("country = 'DNK'", "line 1"),
        ("country: str = open('x').read()", "plain value"),
        ("country: str = 'DNK", "not Python"),
        ("start: dict = {}", "annotated dict"),
        ("start: int = 'x'", "must be int"),
        ("import os", "line 1"),
    ],
)
def test_a_cell_that_is_no_contract_is_refused(tmp_path, cell, told):
    with pytest.raises(ReportError, match=told):
        read_parameters(write_notebook(tmp_path, "a", parameters=cell))


def test_a_file_that_is_no_notebook_is_refused(tmp_path):
    (tmp_path / "a.ipynb").write_text("{}")
    with pytest.raises(ReportError, match="not a readable notebook"):
        read_parameters(tmp_path / "a.ipynb")


@pytest.mark.parametrize(
    ("annotation", "given", "seen"),
    [
        ("int", "2016", 2016),
        ("int", 2016, 2016),
        ("float", 2, 2.0),
        ("float", "0.5", 0.5),
        ("bool", "false", False),
        ("bool", True, True),
        ("list[str]", "a, b", ["a", "b"]),
        ("list[str]", ["NO"], ["NO"]),
        ("list[int]", ["1", 2], [1, 2]),
        ("int | None", "null", None),
        ("str", "007", "007"),
        ("str", "", ""),
    ],
)
def test_values_become_the_declared_type(annotation, given, seen):
    value = Parameter("x", annotation, None, "").check(given)
    assert value == seen
    assert type(value) is type(seen)


@pytest.mark.parametrize(
    ("annotation", "given"),
    [
        ("int", True),
        ("int", "2016.5"),
        ("int", None),
        ("int", 2016.0),
        ("str", 7),
        ("str", False),
        ("bool", "NO"),
        ("bool", 1),
        ("list[str]", 3),
        ("list[str]", [3]),
        ("float", "much"),
    ],
)
def test_values_of_another_type_are_refused(annotation, given):
    with pytest.raises(ReportError, match="parameter x must be"):
        Parameter("x", annotation, None, "").check(given)


def test_an_unknown_name_lists_those_that_exist(declared):
    with pytest.raises(
        ReportError, match=r"no notebook has a parameter 'polcy'; did you mean method\?.*country.*start"
    ):
        check_parameters({"a": declared}, {"polcy": "latest"}, [])


def test_each_notebook_gets_what_it_declares():
    contracts = {
        "a": [Parameter("country", "str", "DNK", "")],
        "b": [Parameter("country", "str", "DNK", ""), Parameter("start", "int", 2000, "")],
    }
    taken = check_parameters(contracts, {"start": 2014, "country": "DNK"}, ["DNK"])
    assert taken == {"a": {"country": "DNK"}, "b": {"country": "DNK", "start": 2014}}


def test_norway_in_yaml_is_text_and_the_error_names_its_code(tmp_path):
    file = tmp_path / "p.yml"
    file.write_text("country: NO\nstart: 2014\nexclude_sources: [NO, 007]\n")
    values = read_parameter_file(file)
    assert values == {"country": "NO", "start": "2014", "exclude_sources": ["NO", "007"]}
    with pytest.raises(ReportError, match=r"country 'NO'\. Did you mean NOR \(Norway\)\?.*DNK, NOR"):
        check_country(values["country"], ["NOR", "DNK"])


def test_norway_that_became_false_is_named():
    with pytest.raises(ReportError, match="Write NOR for Norway"):
        check_country(False, ["NOR"])


@pytest.mark.parametrize("text", ["- a\n- b\n", "a: {b: c}\n", "a: [[b]]\n", "a: [\n"])
def test_a_parameter_file_of_another_shape_is_refused(tmp_path, text):
    (tmp_path / "p.yml").write_text(text)
    with pytest.raises(ReportError, match=r"p\.yml"):
        read_parameter_file(tmp_path / "p.yml")


def test_an_empty_parameter_file_sets_nothing(tmp_path):
    (tmp_path / "p.yml").write_text("# nothing\n")
    assert read_parameter_file(tmp_path / "p.yml") == {}


@pytest.mark.parametrize(
    ("country", "parameters", "told"),
    [
        ("DNL", {}, "no claims on country 'DNL'.*DNK, SWE"),
        ("Sweden", {}, "Did you mean SWE"),
        ("DNK", {"begin": 2014}, "no notebook has a parameter 'begin'"),
        ("DNK", {"start": "soon"}, "start must be int"),
    ],
)
def test_nothing_runs_after_a_wrong_parameter(root, tmp_path, country, parameters, told):
    with pytest.raises(ReportError, match=told):
        reports.report(
            country, tmp_path / "out", notebooks=root / "tests/notebooks", countries=["SWE", "DNK"], **parameters
        )
    assert not (tmp_path / "out").exists()


def test_a_folder_without_notebooks_and_a_notebook_without_country_are_refused(tmp_path):
    with pytest.raises(ReportError, match="no notebooks in"):
        reports.plan(tmp_path, [])
    write_notebook(tmp_path, "a", parameters="start: int = 1")
    with pytest.raises(ReportError, match="declares country"):
        reports.plan(tmp_path, [])


def test_the_key_changes_with_parameters_notebook_and_country(tmp_path):
    write_notebook(tmp_path, "a", "1 + 1", parameters='country: str = "DNK"\nstart: int = 2014')
    made = reports.plan(tmp_path, [])
    keys = {made.task("DNK", {}).key, made.task("SWE", {}).key, made.task("DNK", {"start": 2015}).key}
    write_notebook(tmp_path, "a", "1 + 2", parameters='country: str = "DNK"\nstart: int = 2014')
    keys.add(reports.plan(tmp_path, []).task("DNK", {}).key)
    assert len(keys) == 4
    assert made.task("DNK", {}).key == made.task("DNK", {}).key


def test_years_that_end_before_they_begin_are_found_before_anything_runs():
    contracts = {"gap": [Parameter("start", "int", 2014, ""), Parameter("end", "int", 2021, "")]}
    with pytest.raises(ReportError, match="start 2022 lies after end 2021"):
        check_parameters(contracts, {"start": "2022"}, [])
    assert check_parameters(contracts, {"start": 2021}, []) == {"gap": {"start": 2021}}
