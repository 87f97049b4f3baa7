"""Any table an analyst has becomes claims, and what cannot be read is named with its row."""

import datetime
import warnings

import numpy as np
import pandas as pd
import pytest

import trafficking_stats as ts
from trafficking_stats.frames import SkippedRowsWarning, as_claims
from trafficking_stats.intervals import intervals
from trafficking_stats.vocabulary import load_vocabulary

FIXED = {"source": "made-up-2024", "published": "2024-05-01", "country": "BRA", "indicator": "victims_identified"}


def one(value, year=2023, **given):
    """The single claim of a table of one figure."""
    claims = ts.claims_from(pd.DataFrame({"year": [year], "value": [value]}), **{**FIXED, **given})
    assert len(claims) == 1
    return claims.iloc[0]


def refused(table, **given):
    with pytest.raises(ts.ClaimError) as caught:
        ts.claims_from(table, **{**FIXED, **given})
    return caught.value.problems


# --- figures --------------------------------------------------------------------------------------------------

FIGURES = {
    77: (77, "exact"),
    77.5e1: (775, "exact"),
    np.int64(78): (78, "exact"),
    "77": (77, "exact"),
    " 77 ": (77, "exact"),
    "1 440": (1440, "exact"),
    "1\u00a0440": (1440, "exact"),
    "1\u202f440": (1440, "exact"),
    "1'440": (1440, "exact"),
    "1,234,567": (1_234_567, "exact"),
    "<5": (5, "less_than"),
    "< 5": (5, "less_than"),
    "≤ 5": (5, "at_most"),
    "fewer than 5": (5, "less_than"),
    "over 100": (100, "more_than"),
    ">=3": (3, "at_least"),
    "200+": (200, "at_least"),
    "5 or more": (5, "at_least"),
    "c. 200": (200, "about"),
    "ca. 200": (200, "about"),
    "~200": (200, "about"),
    "Approximately 200": (200, "about"),
    "nearly 300": (300, "nearly"),
    "up to 50": (50, "at_most"),
    "5-5": (5, "exact"),
}


@pytest.mark.parametrize("printed", FIGURES, ids=repr)
def test_a_figure_is_read_as_printed(printed):
    claim = one(printed)
    assert (claim["value"], claim["qualifier"]) == FIGURES[printed]


@pytest.mark.parametrize("printed", ["10-50", "10–50", "10 to 50", "between 10 and 50", "from 10 to 50", " 10 - 50 "])
def test_a_range_is_one_claim_with_two_ends(printed):
    claims = ts.claims_from(pd.DataFrame({"year": [2023], "value": [printed]}), **FIXED)
    assert claims[["value", "value_upper", "qualifier"]].to_numpy().tolist() == [[10.0, 50.0, "between"]]
    lower, upper = intervals(claims, load_vocabulary())
    assert (lower[0], upper[0]) == (10.0, 50.0)
    bounds = ts.reconcile(claims).series.iloc[0]
    assert (bounds["lower"], bounds["upper"], bounds["status"]) == (10, 50, "bounded")
    assert pd.isna(bounds["estimate"])


def test_a_table_without_ranges_has_no_second_end():
    assert "value_upper" not in ts.claims_from(pd.DataFrame({"year": [2023], "value": [7]}), **FIXED)


@pytest.mark.parametrize(
    ("printed", "message"),
    [
        ("12,000", "may be 12 or 12,000; say which mark is the decimal one"),
        ("1.000", "may be 1 or 1,000"),
        ("<12,000", "may be 12 or 12,000"),
        ("1,000-2,000", "may be 1 or 1,000"),
        ("٧٧", "must be a number in the digits 0 to 9"),
        ("７７", "must be a number in the digits 0 to 9"),
        ("77 (5)", "must be a number as printed"),
        ("77k", "must be a number as printed"),
        ("77 *x", "must be a number as printed"),
        ("1e5", "must be a number as printed"),
        ("twelve", "must be a number as printed"),
        ("1 44", "must be a number as printed"),
        ("50-10", "a range from the smaller number to the larger"),
        ("7.5", "must be a whole number of persons"),
        ("-3", "must not be negative"),
        ("<0", "nothing is less than 0"),
        (1e18, "the largest count that is held exactly"),
        (float("inf"), "must be a finite number"),
        (True, "must be a number, not true or false"),
        ("=1+1", "must be a number as printed"),
        ("12%", "must be a number as printed"),
    ],
)
def test_a_figure_that_cannot_be_read_is_named_with_its_row(printed, message):
    (problem,) = refused(
        pd.DataFrame({"year": [2023], "value": pd.Series([printed], dtype=object, index=["r7"])}, index=["r7"])
    )
    assert problem.startswith("row r7: column value, value ")
    assert message in problem


@pytest.mark.parametrize(("decimal", "value"), [(".", 12000), (",", 12)])
def test_the_decimal_mark_decides(decimal, value):
    assert one("12,000", decimal=decimal)["value"] == value
    assert one("1.234.567", decimal=",")["value"] == 1_234_567


@pytest.mark.parametrize("printed", ["..", "", None, float("nan"), "n/a", ":", "*", "x", "-", "–", "no data", pd.NA])
def test_a_cell_without_a_figure_is_left_out_and_told(printed):
    table = pd.DataFrame({"year": [2022, 2023], "value": pd.Series([7, printed], dtype=object)})
    with pytest.warns(SkippedRowsWarning, match=r"1 of 2 figures were left out: row 1: "):
        assert len(ts.claims_from(table, **FIXED)) == 1


# --- periods --------------------------------------------------------------------------------------------------

PERIODS = {
    2023: ("2023-01-01", "2023-12-31"),
    2022.0: ("2022-01-01", "2022-12-31"),
    "2023": ("2023-01-01", "2023-12-31"),
    "2023.0": ("2023-01-01", "2023-12-31"),
    pd.Timestamp("2023-12-31"): ("2023-01-01", "2023-12-31"),
    datetime.date(2023, 1, 1): ("2023-01-01", "2023-12-31"),
    45291: ("2023-01-01", "2023-12-31"),
    "2019-2021": ("2019-01-01", "2021-12-31"),
    "2023 Q1": ("2023-01-01", "2023-03-31"),
    "Q4 2023": ("2023-10-01", "2023-12-31"),
    "2023H2": ("2023-07-01", "2023-12-31"),
    "2023-05": ("2023-05-01", "2023-05-31"),
    "Feb 2024": ("2024-02-01", "2024-02-29"),
    "2023-01-01 to 2023-06-30": ("2023-01-01", "2023-06-30"),
    "July 2021 – June 2022": ("2021-07-01", "2022-06-30"),
    "Sept. 2023 to Jan. 2024": ("2023-09-01", "2024-01-31"),
    "Year 2023": ("2023-01-01", "2023-12-31"),
    "2023 рік": ("2023-01-01", "2023-12-31"),
    "2023年": ("2023-01-01", "2023-12-31"),
    "2023.": ("2023-01-01", "2023-12-31"),
}


@pytest.mark.parametrize("printed", PERIODS, ids=str)
def test_a_period_is_read_as_printed(printed):
    claim = one(7, printed)
    assert (claim["period_start"], claim["period_end"]) == PERIODS[printed]


@pytest.mark.parametrize("printed", ["2022/23", "2022-23", "2022/2023", "FY2023", "Fiscal year 2023", 2023])
def test_a_fiscal_year_needs_its_month(printed):
    claim = one(7, printed, fiscal_year=4)
    assert (claim["period_start"], claim["period_end"]) == ("2022-04-01", "2023-03-31")
    if printed != 2023:
        (problem,) = refused(pd.DataFrame({"year": [printed], "value": [7]}))
        assert "the month in which the fiscal year begins (fiscal_year=4 for April)" in problem


@pytest.mark.parametrize(
    "printed", ["23", "last year", "2023-13", "1/2/2023", "2021-2019", "", "0001", 1, "9999", "2023-02-30"]
)
def test_a_period_that_cannot_be_read_is_named(printed):
    (problem,) = refused(pd.DataFrame({"year": [printed], "value": [7]}))
    assert "must be" in problem
    assert repr(str(printed)) in problem or "column period" in problem


@pytest.mark.parametrize(
    ("heading", "parts", "ends"),
    [
        ("Quarter", ["Q1", "2", "Total"], ["2023-03-31", "2023-06-30", "2023-12-31"]),
        ("Month", ["January", 2.0, "12"], ["2023-01-31", "2023-02-28", "2023-12-31"]),
        ("half", ["H1", 2, ""], ["2023-06-30", "2023-12-31", "2023-12-31"]),
    ],
)
def test_a_part_of_a_year_may_have_a_column_of_its_own(heading, parts, ends):
    table = pd.DataFrame({"Year": [2023] * 3, heading: pd.Series(parts, dtype=object), "value": [1, 2, 3]})
    claims = ts.claims_from(table, **FIXED).sort_values("value")
    assert claims["period_end"].tolist() == ends
    (problem, *_) = refused(table.assign(**{heading: "5th"}))
    assert "column year, value '5th 2023': must be a year such as 2023" in problem


def test_a_column_a_month_or_quarter_beside_the_year():
    table = pd.DataFrame({"Year": [2023], "Jan": [3], "February": ["<5"], "Q2": [9], "Total": [30], "10": [1]})
    with pytest.warns(SkippedRowsWarning, match="1 of 5 figures were left out: row 0: the heading '10'"):
        claims = ts.claims_from(table, **FIXED).sort_values("period_end")
    assert claims[["period_start", "period_end", "value"]].to_numpy().tolist() == [
        ["2023-01-01", "2023-01-31", 3.0],
        ["2023-02-01", "2023-02-28", 5.0],
        ["2023-04-01", "2023-06-30", 9.0],
        ["2023-01-01", "2023-12-31", 30.0],
    ]


def test_two_ends_in_two_columns_are_a_range():
    table = pd.DataFrame({"Year": [2022, 2023], "Lower": [10, 7], "Upper": [20, None]})
    claims = ts.claims_from(table, **FIXED)
    assert claims["qualifier"].tolist() == ["between", "exact"]
    assert claims["value_upper"].tolist()[0] == 20


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2022-04-01", "2023-03-31"),
        (pd.Timestamp("2022-04-01"), pd.Timestamp("2023-03-31")),
        (44652, 45016),
        ("01.04.2022", "31.03.2023"),
        ("1 April 2022", "31 March 2023"),
        ("2022-04-01 00:00:00", "2023-03-31T00:00:00"),
    ],
)
def test_two_days_are_a_period(start, end):
    claims = ts.claims_from(pd.DataFrame({"Start date": [start], "End date": [end], "n": [7]}), **FIXED)
    assert claims[["period_start", "period_end"]].to_numpy().tolist() == [["2022-04-01", "2023-03-31"]]


# --- countries, indicators, breakdowns ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("Sweden", "SWE"),
        ("SWE", "SWE"),
        ("swe", "SWE"),
        ("se", "SWE"),
        ("Turkey", "TUR"),
        ("Türkiye", "TUR"),
        ("Côte d’Ivoire", "CIV"),
        ("The Gambia", "GMB"),
        ("Bosnia & Herzegovina", "BIH"),
        ("United States", "USA"),
        ("UK", "GBR"),
        ("South Korea", "KOR"),
        ("DR Congo", "COD"),
        ("Kosovo", "XKX"),
        ("European Union", "EUU"),
    ],
)
def test_a_country_by_code_or_name(printed, code):
    assert one(7, country=printed)["country"] == code


def test_nobody_is_guessed():
    (problem,) = refused(pd.DataFrame({"Country": ["Swedn"], "year": [2023], "value": [1]}), country=None)
    assert problem == (
        "row 0: column country, value 'Swedn': must be a country: its ISO 3166-1 code or its name in English"
        "; did you mean SWE?"
    )
    (problem,) = refused(pd.DataFrame({"year": [2023], "value": [1]}), indicator="victims identifed")
    assert "; did you mean victims_identified?" in problem
    (problem,) = refused(pd.DataFrame({"year": [2023], "value": [1], "Sex": ["feminine"]}))
    assert "column sex, value 'feminine': must be a category of sex: female, male" in problem
    assert "Congo" in refused(pd.DataFrame({"year": [2023], "value": [1]}), country="Congo, which one")[0]


def test_a_table_by_sex_age_and_citizenship():
    table = pd.DataFrame(
        {
            "Year": [2023] * 4,
            "Gender": ["Women", "M", "Total", "both sexes"],
            "Age group": ["0-17", "Adults", "all ages", ""],
            "Nationality": ["Total", "", "Romania", None],
            "Victims": [1, 2, 3, 9],
        }
    )
    claims = ts.claims_from(table, value="Victims", **FIXED)
    assert sorted(claims["breakdown"]) == ["", "age=adult;sex=male", "age=child;sex=female", "citizenship=ROU"]


def test_the_words_of_another_language_are_named():
    table = pd.DataFrame({"År": [2023, 2023], "Kön": ["kvinnor", "män"], "Antal": [4, 2], "Typ": ["offer", "offer"]})
    claims = ts.claims_from(
        table,
        source="bra-2024",
        country="SWE",
        year="År",
        value="Antal",
        indicator="Typ",
        breakdown={"Kön": "sex"},
        labels={"sex": {"kvinnor": "female", "män": "male"}, "indicator": {"offer": "victims_identified"}},
    )
    assert claims[["breakdown", "value"]].to_numpy().tolist() == [["sex=female", 4.0], ["sex=male", 2.0]]


# --- wide tables ----------------------------------------------------------------------------------------------


def test_a_column_a_year():
    table = pd.DataFrame({"Country": ["Sweden", "Norway"], "2022": [5, 6], "2023": ["<5", 7]})
    claims = ts.claims_from(table, **{**FIXED, "country": None})
    assert claims[["country", "period_end", "value"]].to_numpy().tolist() == [
        ["NOR", "2022-12-31", 6.0],
        ["NOR", "2023-12-31", 7.0],
        ["SWE", "2022-12-31", 5.0],
        ["SWE", "2023-12-31", 5.0],
    ]


def test_a_column_an_indicator():
    table = pd.DataFrame({"year": [2023], "victims_identified": [9], "Persons convicted": [2]})
    given = {**FIXED, "indicator": None}
    claims = ts.claims_from(
        table, value={"victims_identified": "victims_identified", "Persons convicted": "convictions_persons"}, **given
    )
    assert claims["indicator"].tolist() == ["convictions_persons", "victims_identified"]
    assert len(ts.claims_from(table.drop(columns="Persons convicted"), **given)) == 1


def test_headings_in_two_rows():
    table = pd.DataFrame({"Country": ["Sweden"], "2022 / Women": [5], "2022 / Men": [1], "2023 / Total": [8]})
    claims = ts.claims_from(table, **{**FIXED, "country": None})
    assert claims[["breakdown", "period_end"]].to_numpy().tolist() == [
        ["", "2023-12-31"],
        ["sex=female", "2022-12-31"],
        ["sex=male", "2022-12-31"],
    ]


def test_men_women_boys_and_girls():
    table = pd.DataFrame({"Year": [2023], "Men": [3], "Women": [4], "Boys": ["<5"], "Girls": [1]})
    claims = ts.claims_from(table, **FIXED)
    assert claims[["breakdown", "value", "qualifier"]].to_numpy().tolist() == [
        ["age=adult;sex=female", 4.0, "exact"],
        ["age=adult;sex=male", 3.0, "exact"],
        ["age=child;sex=female", 1.0, "exact"],
        ["age=child;sex=male", 5.0, "less_than"],
    ]
    of_all_ages = ts.claims_from(table[["Year", "Men", "Women"]], **FIXED)
    assert of_all_ages["breakdown"].tolist() == ["sex=female", "sex=male"]


def test_a_total_stands_beside_its_parts():
    parts = pd.DataFrame(
        {"Year": [2023], "Adults": [3], "Children": [4], "Unknown": [1], "Total": [8], "Rank": ["n/a"]}
    )
    claims = ts.claims_from(parts, **FIXED)
    assert claims[["breakdown", "value"]].to_numpy().tolist() == [
        ["", 8.0],
        ["age=adult", 3.0],
        ["age=child", 4.0],
        ["age=unknown", 1.0],
    ]


@pytest.mark.parametrize(
    ("table", "unread"),
    [
        ({"Year": [2023], "Men": [3], "Kobiety": [4]}, "Kobiety"),
        ({"Year": [2023], "Men": [3], "Adults": [4], "Unknown": [1]}, "Unknown"),
        ({"Sex": ["F"], "2022": [3], "2023": [4], "Total": [7]}, "Total"),
        ({"Year": [2023], "Victims identified": [3], "Prosecutions": ["c. 10"]}, "Prosecutions"),
        ({"Year": [2023], "Number": [3], "Persons convicted": [1]}, "Persons convicted"),
    ],
)
def test_a_column_of_figures_that_nothing_explains_is_told(table, unread):
    given = {**FIXED, "indicator": None} if "Victims identified" in table else FIXED
    figures = len(table) - 1
    with pytest.warns(
        SkippedRowsWarning, match=rf"1 of {figures} figures were left out: row 0: the heading '{unread}'"
    ):
        assert len(ts.claims_from(pd.DataFrame(table), **given)) == figures - 1


def test_a_number_of_the_row_is_no_country():
    table = pd.DataFrame({"ID": [17], "No": [1], "Year": [2023], "Number": [8]})
    assert ts.claims_from(table, **FIXED)[["breakdown", "value"]].to_numpy().tolist() == [["", 8.0]]
    wide = pd.DataFrame({"ID": [17], "Year": [2023], "Romania": [3], "Nigeria": [4], "Total": [8]})
    with pytest.warns(
        SkippedRowsWarning, match="1 of 4 figures were left out: row 0: the heading 'ID' is no indicator"
    ):
        claims = ts.claims_from(wide, **FIXED)
    assert claims["breakdown"].tolist() == ["", "citizenship=NGA", "citizenship=ROU"]


def test_nationals_are_no_national_total():
    wide = pd.DataFrame({"Year": [2023], "National": [3], "Foreign": [4], "All": [7]})
    long = pd.DataFrame({"Year": [2023] * 3, "Citizenship": ["National", "Foreign", "All"], "Number": [3, 4, 7]})
    for table in (wide, long):
        claims = ts.claims_from(table, **FIXED)
        assert claims["breakdown"].tolist() == ["", "citizenship=foreign", "citizenship=national"]
        assert claims["value"].tolist() == [7.0, 4.0, 3.0]


def test_two_columns_of_one_meaning_must_agree():
    table = pd.DataFrame({"Year": [2023, 2022], "Men": [3, 1], "Males": [4, 1], "Women": [2, 2]})
    problems = refused(table)
    assert len(problems) == 2
    assert "rows 0 (Men), 0 (Males) give different figures for one cell" in problems[0]
    with pytest.warns(
        SkippedRowsWarning, match="1 of 3 figures were left out: row 1: prints again the figure of row 1"
    ):
        assert len(ts.claims_from(table.tail(1), **FIXED)) == 2


# --- places within a country ----------------------------------------------------------------------------------

STATES = pd.DataFrame(
    {"State": ["Acre", "Bahia", "Pará"] * 2, "Year": [2022] * 3 + [2023] * 3, "n": [1, 2, 3, 4, "<5", 6]}
)


def test_headings_that_pandas_read_in_two_rows_and_an_index_with_a_name():
    heads = [("Country", "Unnamed: 0_level_1"), ("2022", "Women"), ("2022", "Men"), ("2023", "Total")]
    table = pd.DataFrame([["Kenya", 1, "<5", 3]], columns=pd.MultiIndex.from_tuples(heads))
    claims = ts.claims_from(table, source="made-up", indicator="victims_identified")
    assert claims[["country", "breakdown", "period_end", "value"]].to_numpy().tolist() == [
        ["KEN", "", "2023-12-31", 3.0],
        ["KEN", "sex=female", "2022-12-31", 1.0],
        ["KEN", "sex=male", "2022-12-31", 5.0],
    ]
    by_year = pd.DataFrame(
        {"value": [5, 6], "Unnamed: 3": "", "Unnamed: 4": ""}, index=pd.Index([2021, 2022], name="year")
    )
    claims = ts.claims_from(by_year, source="made-up", country="Kenya", indicator="victims_identified")
    assert claims["period_end"].tolist() == ["2021-12-31", "2022-12-31"]


def test_places_are_added_up_with_a_note_or_refused_where_one_is_masked():
    with pytest.warns(SkippedRowsWarning, match=r"3 places cannot be added up: Bahia \(row 4\) has '<5'"):
        claims = ts.claims_from(STATES, area="State", **FIXED)
    assert claims[["period_end", "value", "scope_note"]].to_numpy().tolist() == [["2022-12-31", 6.0, "sum of 3 places"]]


def test_a_row_of_the_whole_country_is_preferred_to_its_places():
    table = pd.concat([STATES, pd.DataFrame({"State": ["Total"], "Year": [2023], "n": [17]})], ignore_index=True)
    with pytest.warns(SkippedRowsWarning):
        claims = ts.claims_from(table, area="State", **FIXED)
    assert claims["value"].tolist() == [6.0, 17.0]


def test_places_that_nobody_named_are_not_thrown_together():
    problems = refused(STATES)
    assert "rows 0, 1, 2 give different figures for one cell; say what tells them apart" in problems[0]


# --- defaults and what reconcile takes ------------------------------------------------------------------------


def test_what_is_filled_in():
    claim = one(7, source="Ministério da Justiça 2024", published=None)
    assert claim[["source_id", "publisher", "upstream", "tier", "unit", "published", "locator"]].tolist() == [
        "ministerio-da-justica-2024",
        "Ministério da Justiça 2024",
        "Ministério da Justiça 2024",
        "publisher",
        "persons",
        "",
        "row 0",
    ]
    assert one(7, upstream="national", country="DNK")["upstream"] == "CMM"
    assert one(7, published=datetime.date(2024, 5, 1))["published"] == "2024-05-01"
    assert one(7, published="May 2024")["published"] == "2024-05"


@pytest.mark.parametrize("missing", ["source", "country", "indicator"])
def test_what_nobody_gives_is_named(missing):
    (problem,) = refused(pd.DataFrame({"year": [2023], "value": [1]}), **{missing: None})
    assert problem == (
        f"nothing gives the {missing}: name a column or give a value for all rows, such as {missing}='...';"
        " the columns are: year, value"
    )
    (problem,) = refused(pd.DataFrame({"value": [1]}))
    assert problem.startswith("nothing gives the year, or start and end")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"year": [2023], "this": [1], "that": [2]}, "no heading says what is counted"),
        ("text", "must be a pandas.DataFrame"),
        ({"year": [2023], "value": [[1, 2]]}, "a cell holds a list"),
        ({"year": [2023], "value": [{"a": 1}]}, "column value: a cell holds a list"),
    ],
)
def test_tables_that_are_none(table, message):
    (problem,) = refused(pd.DataFrame(table) if isinstance(table, dict) else table)
    assert message in problem


def test_two_columns_of_one_name_are_refused_everywhere():
    table = pd.DataFrame([[2023, 1, 2]], columns=["year", "value", "value"])
    assert "two columns of one name: value" in refused(table)[0]
    claims = ts.load_claims().head(3)
    with pytest.raises(ts.ClaimError, match="two columns of one name: tier"):
        ts.reconcile(pd.concat([claims, claims[["tier"]]], axis=1))


def test_a_table_without_a_row_or_without_a_figure_gives_no_claim():
    table = pd.DataFrame({"year": [2023], "value": [".."], "State": ["Acre"]})
    for area in (None, "State"):
        assert list(ts.claims_from(table.head(0), area=area, **FIXED)) == list(ts.load_claims())
        with pytest.warns(SkippedRowsWarning):
            assert ts.claims_from(table, area=area, **FIXED).empty


def test_the_same_figure_twice_is_one_claim():
    with pytest.warns(SkippedRowsWarning, match="row 1: prints again the figure of row 0"):
        claims = ts.claims_from(pd.DataFrame({"year": [2023, "2023"], "value": [7, "7"]}), **FIXED)
    assert len(claims) == 1


def test_reconcile_takes_five_columns():
    table = pd.DataFrame(
        {
            "country": ["Sweden", "SWE", "Sweden"],
            "indicator": ["victims_identified"] * 3,
            "year": [2023, "2023", 2022],
            "value": [7, 9, "<5"],
            "source": ["a", "b", "a"],
        }
    )
    rec = ts.reconcile(table)
    assert rec.series[["country", "year", "lower"]].to_numpy().tolist()[0] == ["SWE", 2022, 0]
    assert len(rec.series) == 2
    assert set(rec.claims["country"]) == {"SWE"}
    with pytest.raises(ts.ClaimError, match=r"did you mean victims_identified\?"):
        ts.reconcile(table.assign(indicator="victim_identified"))
    with pytest.raises(ts.ClaimError, match=r"'Swedn'.*did you mean SWE\?"):
        ts.reconcile(table.assign(country="Swedn"))


@pytest.mark.parametrize("missing", ["claim_id", "tier", "published", "upstream"])
def test_claims_without_one_of_their_columns_are_read_as_any_table(missing):
    claims = ts.load_claims().query("country == 'DNK'")
    assert (claims["period_start"] == "").any()
    assert claims.duplicated(["source_id", "indicator", "breakdown", "period_start", "period_end"]).any()
    assert len(as_claims(claims.drop(columns=missing), load_vocabulary())) == len(claims)


def test_a_claims_table_with_a_country_by_name_is_no_second_country():
    claims = ts.load_claims().query("country == 'SWE' and indicator == 'victims_identified'")
    mixed = claims.assign(country=["Sweden", "swe", *claims["country"][2:]])
    assert set(ts.reconcile(mixed).series["country"]) == {"SWE"}
    pd.testing.assert_frame_equal(ts.reconcile(mixed).series, ts.reconcile(claims).series)


def test_the_claims_of_a_frame_are_those_of_the_folder_it_is_written_to(tmp_path):
    """The same check, the same ids, the same upstreams, whichever way a claim comes in."""
    from trafficking_stats.schema import PRINTED

    claims = ts.claims_from(
        pd.DataFrame({"year": [2022, 2023], "value": [7, "10-50"]}), **{**FIXED, "country": "DNK"}, upstream="national"
    )
    (tmp_path / "claims").mkdir()
    columns = [*PRINTED[:6], "value_upper", *PRINTED[6:]]
    claims[columns].to_csv(tmp_path / "claims" / "made-up-2024.csv", index=False)
    (tmp_path / "sources.csv").write_text(
        "source_id,title,publisher,upstream,tier,published,edition,language,url,document,sha256,note\n"
        "made-up-2024,Title,made-up-2024,national,publisher,2024-05-01,,en,,,,\n"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pd.testing.assert_frame_equal(ts.read_claims(tmp_path), claims)


def test_a_total_beside_the_columns_of_its_parts_is_read():
    table = pd.DataFrame({"Year": [2020], "Women": [10], "Men": [3], "Total": [13]})
    read = ts.claims_from(table, country="NOR", indicator="victims_identified", source="ministry", published="2024")
    assert dict(zip(read["breakdown"], read["value"], strict=True)) == {"": 13, "sex=female": 10, "sex=male": 3}
    read = ts.claims_from(
        table.rename(columns={"Total": "Number"}),
        country="NOR",
        indicator="victims_identified",
        source="ministry",
        published="2024",
    )
    assert read["value"].tolist() == [13, 10, 3]


def test_a_sum_over_years_that_no_heading_names_is_no_figure():
    table = pd.DataFrame({"indicator": ["victims_identified"], "2019": [10], "2020": [3], "Total": [13]})
    with pytest.warns(SkippedRowsWarning, match="1 of 3 figures were left out: row 0: the heading 'Total'"):
        assert ts.claims_from(table, country="NOR", source="ministry", published="2024")["value"].tolist() == [10, 3]


def test_the_one_column_left_holds_the_figures():
    table = pd.DataFrame({"Month": ["Jan 2023", "Feb 2023"], "Ofre": [3, 4]})
    read = ts.claims_from(table, country="DNK", indicator="victims_identified", source="ministry", published="2024")
    assert read[["period_end", "value"]].values.tolist() == [["2023-01-31", 3], ["2023-02-28", 4]]


def test_headings_and_names_of_other_languages():
    table = pd.DataFrame({"Land": ["Danmark", "Tyskland"], "År": [2020, 2021], "Kvinder": [50, 60], "Mænd": [20, 30]})
    read = ts.claims_from(table, indicator="victims_identified", source="ministry", published="2024")
    assert set(read["country"]) == {"DNK", "DEU"}
    assert set(read["breakdown"]) == {"sex=female", "sex=male"}


def test_what_to_do_about_empty_cells_is_said_in_python():
    table = pd.DataFrame({"Country": ["Estonia", "", None, "Latvia", ""], "Year": range(2018, 2023)})
    with pytest.raises(ts.ClaimError) as error:
        ts.claims_from(table.assign(value=1), source="a", indicator="victims_identified")
    assert "fill the cells below one that holds for them (table[COLUMN] = table[COLUMN].ffill())" in str(error.value)
    assert "--fill" not in str(error.value)
