"""Raw figures in, claims out: every fault is named by file, line, column, value and what is allowed."""

import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_folder import REGISTER, SOURCES, YEARBOOK, write

import trafficking_stats as ts
from trafficking_stats.breakdowns import canonical_breakdown
from trafficking_stats.claims import read_sources
from trafficking_stats.countries import check_country
from trafficking_stats.schema import CLAIM, PRINTED, SOURCE, check_claims
from trafficking_stats.vocabulary import load_vocabulary

VOCABULARY = load_vocabulary()
HEADER = REGISTER.split("\n", 1)[0]


def problems_of(folder):
    with pytest.raises(ts.ClaimError) as caught:
        ts.read_claims(folder)
    assert str(caught.value).endswith("\n".join(caught.value.problems))
    return caught.value.problems


def row(**changes):
    """One sound row of a file of claims, with some cells changed."""
    sound = dict(
        zip(
            HEADER.split(","),
            ["DNK", "victims_identified", "", "2020-01-01", "2020-12-31", "77", "exact", "persons", "table 1", ""],
            strict=True,
        )
    )
    return ",".join({**sound, **changes}.values())


# --- what a sound folder becomes ------------------------------------------------------------------------------


def test_a_sound_folder_becomes_a_table_of_claims(tmp_path):
    claims = ts.read_claims(write(tmp_path))
    assert tuple(claims.columns) == CLAIM
    assert len(claims) == 5
    assert claims.value.dtype == float
    assert claims.claim_id.is_unique
    danish = claims[claims.source_id == "register-2021"].set_index("period_start")
    assert danish.loc["2019-01-01", ["publisher", "upstream", "tier", "published", "value"]].tolist() == [
        "Register",
        "CMM",
        "register",
        "2021-03-01",
        64.0,
    ]
    assert "age=child;sex=female" in set(claims.breakdown)


def test_the_upstream_of_a_national_figure_is_the_register_of_its_country(tmp_path):
    claims = ts.read_claims(write(tmp_path)).set_index(["source_id", "country"])
    assert claims.loc[("yearbook-2021", "DNK"), "upstream"] == "CMM"
    assert claims.loc[("yearbook-2021", "SWE"), "upstream"] == VOCABULARY.register("SWE", "identification")


def test_order_and_ids_do_not_depend_on_the_order_of_rows(tmp_path):
    first, *rows = REGISTER.splitlines()
    turned = write(tmp_path / "turned", register_2021="\n".join([first, *reversed(rows)]) + "\n")
    pd.testing.assert_frame_equal(ts.read_claims(write(tmp_path / "as")), ts.read_claims(turned))


def test_two_rows_whose_hashes_begin_alike_keep_different_ids(tmp_path):
    # "note 32113" and "note 58709" give the same first eight digits of SHA-256, found by trying
    cells = ["DNK", "victims_identified", "", "2020-01-01", "2020-12-31", "77", "exact", "persons", "page 1"]
    table = pd.DataFrame([[*cells, f"note {n}"] for n in (32113, 58709, 1)], columns=list(PRINTED))
    from trafficking_stats.claims import _claim_ids

    ids = _claim_ids(table.assign(source_id="made-up"))
    assert ids.is_unique
    assert ids[0][:16] == ids[1][:16] == "made-up:fa4e12cb"
    assert len(ids[2]) == len("made-up:") + 8


def test_spreadsheet_habits_are_forgiven(tmp_path):
    """A byte order mark, Windows line ends, blank lines and spaces around cells change nothing."""
    spoilt = ("\ufeff" + REGISTER.replace(",64,", ", 64 ,") + ",,,,,,,,,\n\n").replace("\n", "\r\n")
    pd.testing.assert_frame_equal(
        ts.read_claims(write(tmp_path / "a", register_2021=spoilt)), ts.read_claims(write(tmp_path / "b"))
    )


def test_a_note_made_safe_for_spreadsheets_reads_as_written(tmp_path):
    claims = ts.read_claims(write(tmp_path, register_2021=f"{HEADER}\n{row(scope_note=chr(39) + '+35 pct.')}\n"))
    assert "+35 pct." in set(claims.scope_note)


def test_a_quoted_line_break_stays_inside_its_cell_and_lines_are_counted_as_in_an_editor(tmp_path):
    note = '"one\u2028two\nthree"'
    text = f"{HEADER}\n{row(scope_note=note)}\n{row(value='x')}\n"
    (problem,) = problems_of(write(tmp_path, register_2021=text))
    assert problem.startswith("claims/register-2021.csv, line 4: column value, value 'x'")


def test_a_printed_breakdown_that_means_another_is_folded_with_a_note():
    claims = ts.load_claims()
    folded = claims[claims.scope_note.str.startswith("printed as ")]
    assert VOCABULARY.equivalents
    for entry in VOCABULARY.equivalents:
        wanted = set(entry.printed.split(";"))
        here = claims if entry.country == "*" else claims[claims.country == entry.country]
        assert not here.breakdown.str.split(";").map(lambda parts, wanted=wanted: wanted <= set(parts)).any(), entry
    assert len(folded)


# --- bad input: one test a fault ------------------------------------------------------------------------------

BAD_CELLS = {
    "wrong indicator": (
        {"indicator": "victims_identifed"},
        r"column indicator, value 'victims_identifed': .*did you mean victims_identified\?",
    ),
    "negative count": ({"value": "-3"}, r"column value, value '-3': must not be negative"),
    "broken count": (
        {"value": "7.5"},
        r"column value, value '7\.5': must be a whole number of persons",
    ),
    "count with separators": ({"value": '"1,048"'}, r"column value, value '1,048': must be a number, digits only"),
    "not a number": ({"value": "nan"}, r"column value, value 'nan': must be a finite number"),
    "no value": ({"value": ""}, r"column value, value '': must be a number"),
    "too large": ({"value": "9" * 17}, r"column value, .*must be from 0 to 1,000,000,000,000, the largest count"),
    "end before start": (
        {"period_start": "2021-01-01"},
        r"column period_end, value '2020-12-31': must not lie before period_start 2021-01-01",
    ),
    "no such day": (
        {"period_end": "2020-02-30"},
        r"column period_end, value '2020-02-30': must be a date as YYYY-MM-DD",
    ),
    "week for a date": ({"period_end": "2020-W01-1"}, r"column period_end, .*must be a date as YYYY-MM-DD"),
    "year for a date": ({"period_start": "2020"}, r"column period_start, value '2020': must be a date"),
    "no end": ({"period_end": ""}, r"column period_end, value '': must be a date"),
    "breakdown key that does not exist": (
        {"breakdown": "gender=female"},
        r"column breakdown, value 'gender=female': must be made of the keys .*sex.*; 'gender' does not exist",
    ),
    "category that does not exist": (
        {"breakdown": "sex=unknown_to_all"},
        r"column breakdown, .*must be a category of sex: female, male.*'unknown_to_all' is none",
    ),
    "breakdown without a category": ({"breakdown": "sex"}, r"column breakdown, value 'sex': must be .*key=value pairs"),
    "the same key twice": ({"breakdown": "sex=male;sex=female"}, r"column breakdown, .*must be made of different keys"),
    "qualifier": ({"qualifier": "circa"}, r"column qualifier, value 'circa': must be one of exact, .*nearly"),
    "unit": ({"unit": "cases"}, r"column unit, value 'cases': must be persons.*, the unit of victims_identified"),
    "two-letter country": ({"country": "DK"}, r"column country, value 'DK': .*did you mean DNK\?"),
    "less than nothing": ({"value": "0", "qualifier": "less_than"}, r"column value, value '0': nothing is less than 0"),
}


@pytest.mark.parametrize("fault", BAD_CELLS)
def test_a_bad_cell_is_named_with_file_line_column_value_and_what_is_allowed(tmp_path, fault):
    changes, expected = BAD_CELLS[fault]
    text = f"{HEADER}\n{row(period_start='2019-01-01', period_end='2019-12-31')}\n{row(**changes)}\n"
    (problem,) = problems_of(write(tmp_path, register_2021=text))
    assert re.match(r"claims/register-2021\.csv, line 3: " + expected, problem), problem


def test_a_missing_and_an_unknown_column(tmp_path):
    (problem,) = problems_of(write(tmp_path, register_2021=REGISTER.replace(",qualifier,", ",qualifer,")))
    assert problem.startswith(
        "claims/register-2021.csv, line 1: the columns qualifier are missing; the columns 'qualifer' are unknown; "
        "there must be: country, indicator,"
    )


def test_a_column_named_twice(tmp_path):
    text = REGISTER.replace("scope_note", "scope_note,scope_note", 1)
    (problem,) = problems_of(write(tmp_path, register_2021=text))
    assert "a column is named twice" in problem


def test_a_duplicate_claim_names_the_line_of_the_first(tmp_path):
    text = f"{HEADER}\n{row(breakdown='age=child;sex=male')}\n{row()}\n{row(breakdown='sex=male;age=child')}\n"
    (problem,) = problems_of(write(tmp_path, register_2021=text))
    assert problem == "claims/register-2021.csv, line 4: the same claim stands in line 2; remove one of the two"


def test_an_unknown_source_id_is_a_file_without_a_row(tmp_path):
    (problem,) = problems_of(write(tmp_path, yearbook_2012=YEARBOOK))
    assert problem == (
        "claims/yearbook-2012.csv: source id 'yearbook-2012' is not in sources.csv; add a row there; "
        "did you mean yearbook-2021?"
    )


def test_a_source_id_in_the_file_must_be_its_name(tmp_path):
    text = f"source_id,{HEADER}\nregister-2021,{row()}\nregister-2020,{row(value='78')}\n"
    (problem,) = problems_of(write(tmp_path, register_2021=text))
    assert problem == (
        "claims/register-2021.csv, line 3: column source_id, value 'register-2020': must be 'register-2021', "
        "the name of the file"
    )


@pytest.mark.parametrize(("encoding", "guess"), [("utf-16", "UTF-16"), ("utf-16-be", "UTF-16"), ("latin-1", "Latin-1")])
def test_a_file_in_another_encoding(tmp_path, encoding, guess):
    content = REGISTER.replace("masked", "maskeret på siden").encode(encoding)
    (problem,) = problems_of(write(tmp_path, register_2021=content))
    assert guess in problem
    assert problem.endswith("save the file as CSV UTF-8")
    assert problem.startswith("claims/register-2021.csv")
    if encoding == "latin-1":
        assert problem.startswith("claims/register-2021.csv, line 4: ")


def test_an_empty_file_a_ragged_row_and_a_huge_cell(tmp_path):
    problems = problems_of(write(tmp_path, register_2021="", yearbook_2021=f"{HEADER}\nDNK,victims_identified\n"))
    assert "line 1: the file is empty; there must be the columns: country, indicator" in problems[0]
    assert problems[1] == "claims/yearbook-2021.csv, line 2: 2 cells instead of 10; quote commas"
    (problem,) = problems_of(write(tmp_path, register_2021=f"{HEADER}\n{'x' * 200_000}\n"))
    assert problem.startswith("claims/register-2021.csv, line 2: not a CSV file: field larger")


def test_an_empty_folder_and_no_folder(tmp_path):
    with pytest.raises(ts.ClaimError, match=r"there are no claims; add a file named <source_id>\.csv with the columns"):
        ts.read_claims(tmp_path)
    with pytest.raises(ts.ClaimError, match="there is no such folder"):
        ts.read_claims(tmp_path / "nowhere")


def test_files_without_a_single_row_give_an_empty_table(tmp_path):
    claims = ts.read_claims(write(tmp_path, register_2021=HEADER + "\n", yearbook_2021=HEADER + "\n"))
    assert tuple(claims.columns) == CLAIM
    assert claims.empty


def test_missing_sources_are_one_problem_not_one_a_file(tmp_path):
    write(tmp_path)
    (tmp_path / "sources.csv").unlink()
    assert problems_of(tmp_path) == ["sources.csv: there is no such file"]


def test_bad_sources(tmp_path):
    sources = SOURCES + (
        "register-2021,Again,Register,CMM,register,2021,,da,,,,\n"
        "bad/id,,Press,national,newspaper,21-01-2021,,da,,,abc,\n"
    )
    problems = problems_of(write(tmp_path, sources=sources))
    assert [problem.split(":")[0] for problem in problems] == ["sources.csv, line 4"] + ["sources.csv, line 5"] * 5
    text = "\n".join(problems)
    for expected in (
        "source_id 'register-2021' stands twice",
        "column source_id, value 'bad/id': must be an id of letters, digits and hyphens",
        "column title, value '': must be filled in",
        "column tier, value 'newspaper': must be one of",
        "column published, value '21-01-2021': must be a date as YYYY, YYYY-MM or YYYY-MM-DD",
        "column sha256, value 'abc': must be 64 hexadecimal digits, or nothing",
    ):
        assert expected in text
    with pytest.raises(ts.ClaimError):
        read_sources(tmp_path)


def test_every_problem_of_every_file_comes_in_one_error(tmp_path):
    """Eleven faults in four files, named in one go."""
    faulty = "\n".join(
        [
            HEADER,
            row(indicator="victims", value="-1"),
            row(value="7.5"),
            row(breakdown="gender=f"),
            row(country="XYZ", qualifier="some", period_start="2021-01-01"),
            row(),
            row(),
        ]
    )
    folder = write(
        tmp_path,
        sources=SOURCES.replace(",compiler,", ",blog,"),
        register_2021=faulty,
        yearbook_2021=YEARBOOK.replace("locator", "place"),
        unknown_2020=YEARBOOK.encode("utf-16"),
    )
    problems = problems_of(folder)
    places = [re.match(r"[\w/.-]+(, line \d+)?", problem).group() for problem in problems]
    assert places == [
        "sources.csv, line 3",
        "claims/unknown-2020.csv, line 1",
        "claims/unknown-2020.csv",
        "claims/yearbook-2021.csv, line 1",
        *[f"claims/register-2021.csv, line {line}" for line in (2, 3, 4, 5, 5, 5, 7)],
    ]
    with pytest.raises(ts.ClaimError, match=rf"^{len(problems)} problems in the claims:\n"):
        ts.read_claims(folder)


def test_a_country_without_claims_is_answered_with_those_that_have(tmp_path):
    claims = ts.read_claims(write(tmp_path))
    assert check_country("SWE", claims["country"]) == "SWE"
    with pytest.raises(
        ts.TraffickingStatsError, match=r"^no claims on country 'SWD'; did you mean SWE\? There are: DNK, SWE$"
    ):
        check_country("SWD", claims["country"])
    assert check_country("Sweden", claims["country"]) == "SWE"
    # a country that there is, is no other one misspelt: LTU is as like to TUR as DNK to DNX
    with pytest.raises(
        ts.TraffickingStatsError, match=r"country 'TUR'; figures of your own .* import\. There are: LTU$"
    ):
        check_country("TUR", ["LTU"])
    with pytest.raises(
        ts.ClaimError, match=r"^no claims on country NOR; figures of your own come in with .* There are: DNK, SWE$"
    ):
        ts.select_claims(claims, countries=["NOR", "SWE"])
    with pytest.raises(ts.ClaimError, match=r"^no claims on country Sweden; did you mean SWE\? There are: DNK, SWE$"):
        ts.select_claims(claims, countries=["Sweden"])


# --- what ships -----------------------------------------------------------------------------------------------


def test_what_ships_is_what_data_raw_says(root):
    pd.testing.assert_frame_equal(ts.load_claims(), ts.read_claims(root / "data" / "raw"))
    pd.testing.assert_frame_equal(ts.load_sources(), read_sources(root / "data" / "raw"))
    assert tuple(ts.load_sources().columns) == SOURCE


def test_missing_or_older_cleaned_tables_say_what_to_run(tmp_path, monkeypatch):
    from trafficking_stats import paths

    monkeypatch.setattr(paths, "clean_dir", lambda: tmp_path)
    with pytest.raises(ts.ClaimError, match=r"claims\.csv: there is no such file; run trafficking-stats clean"):
        ts.load_claims()
    (tmp_path / "claims.csv").write_text("claim_id,country\na,DNK\n", encoding="utf-8")
    with pytest.raises(
        ts.ClaimError, match=r"the columns source_id, indicator.* are missing; .*; run trafficking-stats clean"
    ):
        ts.load_claims()


# --- breakdowns, for any input --------------------------------------------------------------------------------


@st.composite
def breakdowns(draw):
    keys = draw(st.lists(st.sampled_from([k for k, d in VOCABULARY.dimensions.items() if d.categories]), unique=True))
    return [f"{key}={draw(st.sampled_from(VOCABULARY.dimensions[key].categories))}" for key in keys]


@given(
    breakdowns().flatmap(lambda parts: st.tuples(st.just(parts), st.permutations(parts))), st.sampled_from(["", " "])
)
def test_a_breakdown_has_one_canonical_form(orders, space):
    parts, shuffled = orders
    canonical = canonical_breakdown(f";{space}".join(shuffled) + space)
    assert canonical == ";".join(sorted(parts))
    assert canonical_breakdown(canonical) == canonical


@settings(max_examples=25)
@given(st.lists(breakdowns(), min_size=1, max_size=5), st.text("abc=;_ ", max_size=12))
def test_a_sound_breakdown_passes_and_any_other_text_is_named(sound, other):
    table = pd.DataFrame(
        [[*row(breakdown=";".join(sorted(parts))).split(",")] for parts in sound], columns=HEADER.split(",")
    )
    table["value"] = [str(n) for n in range(len(table))]
    table.loc[len(table)] = row(breakdown=canonical_breakdown(other)).split(",")
    table = table.assign(source_id="a", _file="f", _line=range(2, len(table) + 2))
    problems = check_claims(table, VOCABULARY)
    named = [problem for problem in problems if f"line {len(table) + 1}: column breakdown" in problem]
    assert problems == named
    assert bool(named) == bool(canonical_breakdown(other))


@settings(max_examples=25)
@given(st.binary(max_size=200))
def test_no_content_of_a_file_is_met_with_anything_but_a_claim_error(tmp_path_factory, content):
    folder = write(tmp_path_factory.mktemp("raw"), register_2021=content)
    try:
        ts.read_claims(folder)
    except ts.ClaimError as error:
        assert error.problems  # noqa: PT017
