"""Tables: what they say, that text stays text, and that figures lead to their claims."""

import base64

import pandas as pd
import pytest
from markupsafe import Markup
from shown_claims import claim, rows, small_claims, tree

import trafficking_stats as ts
from trafficking_stats import tables
from trafficking_stats.messages import Country, language, say
from trafficking_stats.messages.shown import csv_text
from trafficking_stats.reconciliation import accounting
from trafficking_stats.tables import Column


@pytest.fixture(scope="module")
def small():
    return ts.reconcile(small_claims())


@pytest.fixture(scope="module")
def denmark():
    """The shipped claims on Danish totals of the stages."""
    claims = ts.load_claims().query("country == 'DNK' and breakdown == ''")
    stages = ["victims_identified", "charged_persons", "prosecutions_suspects", "convictions_persons"]
    return ts.reconcile(claims[claims["indicator"].isin(stages)])


@pytest.fixture(scope="module")
def gap(denmark):
    return ts.gap(denmark, "DNK", 2014, 2021, vary_sources=False)


def test_text_is_escaped_links_stay_and_numbers_stand_right():
    row = {"who": "<script>x</script>", "n": Markup('<a href="#note-1">1</a>')}
    table = tables.table("A", [row], ["who", Column("n", number=True)])
    assert "<script>" not in table.html
    [head, cell] = tree(table).xpath("//tbody//tr/*")
    assert (head.tag, head.text_content()) == ("th", "<script>x</script>")
    assert cell.get("class") == "num"
    assert [a.get("href") for a in cell] == ["#note-1"]


def test_a_table_without_rows_is_a_sentence():
    shown = tables.table("Sums", [], ["year"])
    assert shown.kind == "prose"
    assert str(shown) == "Sums: there is nothing to show."


def test_rows_of_a_group_stand_below_its_name():
    found = pd.DataFrame({"group": ["a", "a", "b"], "first": ["2019", "2020", "2019"], "n": [1, 2, 3000]})
    table = tables.table("A", found, [Column("first", head="year"), Column("n", head="own head")], groups="group")
    assert [row[0] for row in rows(table)] == ["Year", "a", "2019", "2020", "b", "2019"]
    assert [row[1] for row in rows(table) if len(row) == 2] == ["own head", "1", "2", "3,000"]


def test_the_data_come_as_csv_that_no_spreadsheet_runs_with_heads_in_the_language():
    data = pd.DataFrame({"country": ["=1+1"], "first_year": [2014], "other": [1]})
    assert csv_text(data) == "country,first year,other\n'=1+1,2014,1\n"
    with language("da"):
        assert csv_text(data).startswith("land,første år,other\n")
    [link] = tree(tables.table("a", [{"a": "b"}], ["a"], {"country": Country("DNK")}, data=data)).iter("a")
    assert link.get("download") == "DNK-a.csv"
    assert base64.b64decode(link.get("href").partition(",")[2]).decode() == csv_text(data)


def test_the_series_links_figures_to_their_claims_and_shows_ranges(small):
    table = tables.series(small, "DNK", 2019, 2021, ["victims_identified", "convictions_persons"])
    assert rows(table)[1:] == [["2019", "60", "–"], ["2020", "77", "0–4"], ["2021", "80", "–"]]
    links = [a.get("href") for a in tree(table).iter("a") if a.get("class") == "explain"]
    assert "#explain-DNK-victims_identified-2020" in links
    assert len(links) == 4


def test_every_figure_that_is_linked_is_explained(denmark):
    there = {one.get("id") for one in tree(tables.explanations(denmark, "DNK")).iter("details")}
    for table in (
        tables.series(denmark, "DNK"),
        tables.clashes(denmark, "DNK"),
        tables.clashes(denmark, "DNK", parts=True),
    ):
        links = {a.get("href")[1:] for a in tree(table).iter("a") if a.get("class") == "explain"}
        assert links <= there


def test_a_clash_names_who_says_what(small):
    by_year = {row[0]: row for row in rows(tables.clashes(small, "DNK"))[2:]}
    assert by_year["2020"][1:3] == ["77 (CMM 2022)", "64 (TIP 2022)"]
    assert by_year["2019–2021"][1:3] == ["217 (EU 2022)", "more than 300 (Paper <b> 2022)"]
    # a clash over several years has its claims one click away, too
    links = [a.text_content() for a in tree(tables.clashes(small, "DNK")).iter("a") if a.get("class") == "explain"]
    assert len(links) == 2


def test_many_parts_of_one_printed_table_set_aside_for_one_cause_are_one_row_that_opens():
    # as UNODC prints the numbers of the questions of its form as figures by citizenship
    codes = ["POL", "ROU", "BGR", "HUN", "UKR", "MDA"]
    totals = [claim(6, year=year) for year in (2019, 2020)]
    few, many = (
        [claim(int(f"611{k}{year}"), year=year, breakdown=f"citizenship={code}") for k, code in enumerate(of)]
        for year, of in ((2019, codes[:4]), (2020, codes))
    )
    rec = ts.reconcile(pd.DataFrame([*totals, *few, *many]))
    table = tables.clashes(rec, "DNK", parts=True)
    heads, *lines = [row for row in rows(table) if len(row) == 5]
    assert heads == ["When", "Part", "Kept", "Set aside", "Probable cause"]
    assert sorted(row[0] for row in lines) == ["2019"] * 4 + ["2020"]
    [folded] = [row for row in lines if row[0] == "2020"]
    assert folded[1].startswith("6 parts (citizenship)")
    assert folded[2:4] == ["(0–6)", "6 figures (CMM 2022)"]
    [opening] = tree(table).iter("details")
    assert [item.text_content().partition(" (CMM")[0] for item in opening.iter("li")] == [
        "citizens of Bulgaria: 61,122,020",
        "citizens of Hungary: 61,132,020",
        "citizens of Moldova: 61,152,020",
        "citizens of Poland: 61,102,020",
        "citizens of Romania: 61,112,020",
        "citizens of Ukraine: 61,142,020",
    ]
    assert len(opening.xpath(".//a[@class='explain']")) == 6
    # all rows stand in the data
    [link] = [one for one in tree(table).iter("a") if one.get("download")]
    assert base64.b64decode(link.get("href").partition(",")[2]).decode().count("\n") == 11


def test_without_a_clash_the_table_says_so(small):
    assert (
        str(tables.clashes(small, "DNK", parts=True))
        == "No figure on a part of a total had to be set aside in Denmark."
    )
    assert "No figure on a total" in str(tables.clashes(small, "DNK", indicators=["convictions_persons"]))


def test_sources_that_are_in_no_file_are_shown_by_their_id(small):
    table = tables.sources(small, "DNK")
    # a page on some counts counts their figures alone, so the same source has other numbers on another page
    assert "how many the source prints on what this page is about" in str(table)
    assert "paper <b>" in " ".join(" ".join(row) for row in rows(table))
    assert not [a for a in tree(table).iter("a") if a.get("class") != "download"]
    assert [row[0] for row in rows(table) if len(row) == 1] == [
        "Official register",
        "Direct publisher",
        "Compiler",
        "Press and secondary",
    ]


def test_policy_dates_are_listed_with_their_kind(small):
    found = {row[1]: row for row in rows(tables.policy_dates(small, "DNK"))}
    assert found["8 to 10 years; crime added"][:3] == ["27 Mar 2012", "8 to 10 years; crime added", "penalty"]
    with language("da"):
        assert "strafferamme" in str(tables.policy_dates(small, "DNK"))
        assert "Europarådets konvention ratificeret" in str(tables.policy_dates(small, "DNK"))
    assert "No change of law or policy in Iceland is on record here." in str(tables.policy_dates(small, "ISL"))


def test_a_total_is_compared_with_the_years_that_sources_name(small):
    table = rows(tables.sums(small, "DNK", "victims_identified"))
    assert [row[:4] for row in table[1:]] == [
        ["2019–2021", "217", "217", "yes, exactly"],
        ["2019–2021", "more than 300", "217", "no"],
    ]
    assert "No source gives a figure on persons convicted" in str(tables.sums(small, "DNK", "convictions_persons"))


def test_a_year_that_only_the_total_implies_proves_nothing():
    rec = ts.reconcile(pd.DataFrame([claim(60, year=2019), claim(150, year=2019, end=2020)]))
    [row] = accounting.check_sums(rec, "DNK", "victims_identified").to_dict("records")
    assert (row["verdict"], row["missing"]) == ("cannot_be_checked", (2020,))
    assert (
        rows(tables.sums(rec, "DNK", "victims_identified"))[1][3] == "cannot be checked (no figure of its own for 2020)"
    )


def test_the_danish_years_add_up_to_what_the_register_and_the_commission_print(denmark):
    # CMM, "Tal og statistik" 2019 to 2023: 891, 1,048, 1,121 and 1,233 since 2007; European Commission 2021: 968
    sums = rows(tables.sums(denmark, "DNK", "victims_identified"))
    exact = {(row[0], row[1]) for row in sums if row[3] == "yes, exactly"}
    assert {("2007–2019", "891"), ("2007–2020", "968"), ("2007–2022", "1,121"), ("2007–2023", "1,233")} <= exact


def test_what_another_choice_makes_of_a_year_stands_bold_where_it_differs(small):
    table = tables.sensitivity(small, "DNK", "victims_identified")
    found = {row[0]: row[1:] for row in rows(table)}
    assert found["Choice"] == ["2019", "2020", "2021"]
    assert found["all sources together (used here)"] == ["60", "77", "80"]
    assert found["lowest figure"] == ["60", "64", "80"]
    assert [bold.text_content() for bold in tree(table).iter("b")].count("64") >= 1
    assert "77" not in [bold.text_content() for bold in tree(table).iter("b")]


def test_choices_that_all_give_the_same_are_said_and_not_tabulated():
    claims = small_claims()
    alone = ts.reconcile(claims[claims["publisher"] == claims["publisher"].iat[0]])
    shown = tables.sensitivity(alone, "DNK", "victims_identified")
    assert "<table" not in shown.html
    assert str(shown).startswith("Victims identified: no other method gives another figure.")


def test_ratios_have_the_answer_second_and_its_interval_third(gap):
    table = rows(tables.ratios(gap))
    assert table[0] == ["Years", "Per 100", "95% interval", "Persons convicted", "Victims identified", "Years counted"]
    assert table[1][:2] + table[1][3:] == ["all years, 2014–2021", "5.3", "37", "701", "8"]
    # the shortest lag only where all lags have fewer years
    assert not [row for row in table if "the same years" in row[0]]


def test_peers_are_named_and_never_ranked():
    claims = ts.load_claims().query("country in ['DNK', 'DEU', 'NLD', 'SWE'] and breakdown == ''")
    claims = claims[claims["indicator"].isin(["victims_identified", "convictions_persons"])]
    gap = ts.gap(ts.reconcile(claims), "DNK", 2014, 2021, peers=["SWE", "DEU", "NLD"], vary_sources=False)
    table = rows(tables.peers(gap))
    assert [row[0].split()[0] for row in table[1:]] == ["Denmark", "Germany", "Netherlands", "Sweden"]
    assert {row[-1] for row in table[1:]} == {"assessed by an authority", "everyone reported", "not known"}
    with language("da"):
        danish = [row[0].split()[0] for row in rows(tables.peers(gap))[1:]]
        figure = [label.get_text().split(",")[0] for label in gap.plot("peers").get_yticklabels()]
    assert danish == figure == ["Danmark", "Nederlandene", "Sverige", "Tyskland"]
    assert "No other country can stand in" in str(tables.shortfalls(gap))


def test_every_column_has_a_head_in_the_catalogue():
    headless = {"indicator_title", "tier", "group_kind"}  # rows stand below them
    for name, column in tables.COLUMNS.items():
        assert name in headless or say(f"tables.head.{column.head or name}")


def test_danish_tables_hold_no_english(denmark):
    with language("da"):
        text = str(tables.series(denmark, "DNK")) + str(tables.sources(denmark, "DNK").html).split("<tbody>")[0]
        clashes = rows(tables.clashes(denmark, "DNK"))
    assert "Identificerede ofre" in text
    assert clashes[0] == ["Hvornår", "Beholdt", "Sat til side", "Sandsynlig årsag"]
    for word in ("Victims", "Persons", "Year", "Figures", "set aside"):
        assert word not in text
