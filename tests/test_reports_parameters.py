"""The parameter contract: read without a kernel, refused before one starts."""

import datetime
import sys

import numpy as np
import pytest
from report_notebooks import write_notebook

from trafficking_stats.countries import check_country
from trafficking_stats.errors import ParameterError, ReportError
from trafficking_stats.parameters import conform
from trafficking_stats.reporting import reports
from trafficking_stats.reporting.build import WARM_ENGINE, execute
from trafficking_stats.reporting.contract import (
    Notebook,
    Parameter,
    check_parameters,
    read_notebook,
    read_parameter_file,
)
from trafficking_stats.reporting.plan import plan, read_languages

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
    return read_notebook(write_notebook(tmp_path, "a", parameters=CONTRACT))


def test_contract_is_read_with_types_defaults_and_comments(declared):
    assert [(p.name, p.annotation, p.default, p.description) for p in declared.parameters] == [
        ("country", "str", "DNK", "ISO code"),
        ("start", "int", 2014, "first year of the window"),
        ("method", "str", "consistent", ""),
        ("exclude_sources", "list[str]", [], "left out"),
        ("share", "float | None", None, ""),
        ("strict", "bool", True, ""),
    ]


@pytest.mark.parametrize(("kind", "default"), [("date | None", "None"), ("Literal['a', 'b']", "'a'")])
def test_a_type_in_quotes_is_that_type(tmp_path, kind, default):
    (read,) = read_notebook(write_notebook(tmp_path, "a", parameters=f'x: "{kind}" = {default}')).parameters
    assert read.annotation == kind


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("country = 'DNK'", "line 1"),
        ("country: str = open('x').read()", "plain value"),
        ("country: str = 'DNK", "not Python"),
        ("start: dict = {}", "annotated dict"),
        ("start: int = 'x'", "must be a whole number"),
        ("import os", "line 1"),
    ],
)
def test_a_cell_that_is_no_contract_is_refused(tmp_path, cell, told):
    with pytest.raises(ReportError, match=told):
        read_notebook(write_notebook(tmp_path, "a", parameters=cell))


def test_a_file_that_is_no_notebook_is_refused(tmp_path):
    (tmp_path / "a.ipynb").write_text("{}")
    with pytest.raises(ReportError, match="not a readable notebook"):
        read_notebook(tmp_path / "a.ipynb")


@pytest.mark.parametrize(
    ("annotation", "given", "seen"),
    [
        ("int", "2016", 2016),
        ("int", 2016, 2016),
        ("int", np.int64(2016), 2016),
        ("float", 2, 2.0),
        ("float", "0.5", 0.5),
        ("bool", "false", False),
        ("bool", "no", False),
        ("bool", True, True),
        ("list[str]", "a, b", ["a", "b"]),
        ("list[str]", "unodc", ["unodc"]),
        ("list[str]", "[]", []),
        ("list[str]", '["a", "b"]', ["a", "b"]),
        ("list[str]", "['a', b]", ["a", "b"]),
        ("list[str]", ("a", "b"), ["a", "b"]),
        ("list[str]", {"b", "a"}, ["a", "b"]),
        ("list[str]", ["NO"], ["NO"]),
        ("list[int]", ["1", 2], [1, 2]),
        ("list[int] | None", "null", None),
        ("int | None", "null", None),
        ("int | None", "2016", 2016),
        ("str", "007", "007"),
        ("str", "", ""),
        ("date", "2020-02-29", "2020-02-29"),
        ("date | None", datetime.date(2020, 2, 29), "2020-02-29"),
        ("Literal['a', 'b']", "b", "b"),
    ],
)
def test_values_become_the_declared_type(annotation, given, seen):
    value = conform("x", annotation, given)
    assert value == seen
    assert type(value) is type(seen)


@pytest.mark.parametrize(
    ("annotation", "given", "told"),
    [
        ("int", True, "a whole number, not True"),
        ("int", "2016.5", "a whole number"),
        ("int", None, "a whole number, not None"),
        ("int", "null", "a whole number"),
        ("int", 2016.0, "a whole number"),
        ("int", "2014-01-01", "a whole number"),
        ("int", datetime.date(2014, 1, 1), "a whole number"),
        ("str", 7, "text, not 7"),
        ("str", False, "text, not False; YAML reads NO, ON and YES"),
        ("bool", 1, "true or false"),
        ("list[str]", 3, "a list of texts such as a,b"),
        ("list[str]", [3], "a list of texts"),
        ("list[int]", "1,x", "a list of whole numbers such as 0,1,2"),
        ("float", "much", "a number"),
        ("date", "2021-02-29", "a date as 2020-12-31"),
        ("int | None", "x", "a whole number, or null"),
        ("Literal['a', 'b']", "c", "one of a, b"),
        ("dict", {}, "annotated dict: use str"),
    ],
)
def test_values_of_another_type_are_refused_in_plain_words(annotation, given, told):
    with pytest.raises(ParameterError, match=f"parameter x (must be|is) {told}") as caught:
        conform("x", annotation, given)
    assert "\n" not in str(caught.value)


def test_a_notebook_reads_names_as_the_command_does():
    """A list that papermill gave as plain text is no list of letters."""
    import trafficking_stats as ts

    claims = ts.load_claims()
    with pytest.raises(ts.ClaimError, match="unodc"):
        ts.select_claims(claims, exclude_sources="unodc", countries="ISL")
    assert len(ts.select_claims(claims, prefer="[]", countries="ISL")) == (claims["country"] == "ISL").sum()


def test_the_language_of_a_page_reaches_its_notebook(tmp_path):
    write_notebook(tmp_path, "a", parameters='country: str = "DNK"\nlanguage: str = "en"')
    write_notebook(tmp_path, "b")
    tasks = plan(tmp_path, []).tasks("DNK", {}, ("en", "da"))
    assert [task.values.get("language") for task in tasks] == ["en", None, "da", None]
    assert [task.environment["TRAFFICKING_STATS_LANGUAGE"] for task in tasks] == ["en", "en", "da", "da"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the warm engine forks, which is safe on Linux only")
def test_lists_nothing_and_dates_reach_the_notebook_as_they_were_meant(tmp_path):
    declared = 'country: str = "DNK"\nsince: "date | None" = None\nend: int | None = 2020\npeers: list[str] = []'
    write_notebook(tmp_path, "a", "print([since, end, peers])", parameters=declared)
    given = {"since": datetime.date(2020, 2, 29), "end": "null", "peers": "SWE, NOR"}
    (task,) = plan(tmp_path, []).tasks("DNK", given)
    assert execute(task, WARM_ENGINE).cells[-1].outputs[0].text == "['2020-02-29', None, ['SWE', 'NOR']]\n"


def test_languages_are_read_as_a_list_or_as_text():
    assert read_languages(("en,da", "da")) == ("en", "da")
    with pytest.raises(ParameterError, match="no language 'dk'; there are: en, da"):
        read_languages("dk")
    with pytest.raises(ParameterError, match="name a language"):
        read_languages([])


def test_an_unknown_name_lists_those_that_exist(declared):
    with pytest.raises(
        ReportError, match=r"no notebook has a parameter 'metod'; did you mean method\?.*country.*start"
    ):
        check_parameters([declared], {"metod": "latest"})


def test_each_notebook_gets_what_it_declares():
    country = Parameter("country", "str", "DNK")
    notebooks = [Notebook("a", "", (country,)), Notebook("b", "", (country, Parameter("start", "int", 2000)))]
    taken = check_parameters(notebooks, {"start": 2014, "country": "DNK"})
    assert taken == {"a": {"country": "DNK"}, "b": {"country": "DNK", "start": 2014}}


def test_norway_in_yaml_is_text_and_the_error_names_its_code(tmp_path):
    file = tmp_path / "p.yml"
    file.write_text("country: NO\nstart: 2014\nexclude_sources: [NO, 007]\n")
    values = read_parameter_file(file)
    assert values == {"country": "NO", "start": "2014", "exclude_sources": ["NO", "007"]}
    with pytest.raises(ReportError, match=r"country 'NO'; did you mean NOR.*DNK, NOR"):
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
        ("Swedn", {}, "did you mean SWE"),
        ("DNK", {"begin": 2014}, "no notebook has a parameter 'begin'"),
        ("DNK", {"start": "soon"}, "start must be a whole number"),
    ],
)
def test_nothing_runs_after_a_wrong_parameter(root, tmp_path, country, parameters, told):
    with pytest.raises(ReportError, match=told):
        reports.report(
            country, tmp_path / "out", notebooks=root / "tests/notebooks", known=["SWE", "DNK"], **parameters
        )
    assert not (tmp_path / "out").exists()


def test_a_folder_without_notebooks_is_refused(tmp_path):
    with pytest.raises(ReportError, match="no notebooks in"):
        plan(tmp_path, [])


def test_the_key_changes_with_parameters_notebook_country_and_language(tmp_path):
    write_notebook(tmp_path, "a", "1 + 1", parameters='country: str = "DNK"\nstart: int = 2014')
    made = plan(tmp_path, [])

    def key(plan, country, languages=("en",), **parameters):
        return plan.tasks(country, parameters, languages)[0].key(plan.data, ())

    keys = {key(made, "DNK"), key(made, "SWE"), key(made, "DNK", start=2015), key(made, "DNK", ("da",))}
    write_notebook(tmp_path, "a", "1 + 2", parameters='country: str = "DNK"\nstart: int = 2014')
    keys.add(key(plan(tmp_path, []), "DNK"))
    assert len(keys) == 5
    assert key(made, "DNK") == key(made, "DNK")


def test_years_that_end_before_they_begin_are_found_before_anything_runs():
    gap = Notebook("gap", "", (Parameter("start", "int", 2014), Parameter("end", "int", 2021)))
    with pytest.raises(ParameterError, match="start 2022 lies after end 2021"):
        check_parameters([gap], {"start": "2022"})
    assert check_parameters([gap], {"start": 2021}) == {"gap": {"start": 2021}}
