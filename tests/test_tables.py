"""Tables and computed prose: what they say, that text stays text, and that figures lead to their explanation."""

import math
import re
from dataclasses import replace

import lxml.html
import pandas as pd
import pytest

import trafficking_stats as ts
from trafficking_stats import wording as texts
from trafficking_stats.gap_analysis import result as measured
from trafficking_stats.reconciliation import accounting, selection
from trafficking_stats.reporting import display, focus
from trafficking_stats.reporting.focus import Cell
from trafficking_stats.reporting.html_table import plain, table_html
from trafficking_stats.tables import gap as tables_gap
from trafficking_stats.tables import reconciled as tables
from trafficking_stats.texts import captions as captions_gap
from trafficking_stats.texts import gap as texts_gap
from trafficking_stats.texts import peers as texts_peers
from trafficking_stats.texts import sources as texts_sources


def shown(table):
    """Head and rows as they are read."""
    tree = lxml.html.fromstring(table_html(table, "caption", {}))
    rows = [[" ".join(cell.text_content().split()) for cell in row] for row in tree.iter("tr")]
    return [[cell.replace("\u2060", "").replace("\u00a0", " ") for cell in row] for row in rows]


def tree(table):
    return lxml.html.fromstring(table_html(table, "caption", {}))


def claim(value, *, year=2020, end=None, qualifier="exact", publisher="CMM", tier="register", **more):
    indicator = more.pop("indicator", "victims_identified")
    return {
        "claim_id": f"{publisher}:{indicator}:{year}:{end}:{value}",
        "source_id": more.pop("source_id", publisher.lower()),
        "country": "DNK",
        "indicator": indicator,
        "breakdown": "",
        "period_start": f"{year}-01-01",
        "period_end": f"{end or year}-12-31",
        "value": float(value),
        "qualifier": qualifier,
        "unit": "persons",
        "locator": "",
        "scope_note": "",
        "publisher": publisher,
        "upstream": "CMM",
        "tier": tier,
        "published": "2022-05-04",
        **more,
    }


@pytest.fixture(scope="module")
def small():
    """Invented: three years with a total, an early snapshot, and a masked count."""
    return ts.reconcile(
        pd.DataFrame(
            [
                claim(60, year=2019),
                claim(77, year=2020),
                claim(64, year=2020, publisher="State (TIP)", tier="compiler"),
                claim(80, year=2021),
                claim(217, year=2019, end=2021, publisher="EU", tier="publisher"),
                claim(300, year=2019, end=2021, publisher="Paper <b>", tier="press", qualifier="more_than"),
                claim(5, year=2020, qualifier="less_than", indicator="convictions_persons", upstream="Courts"),
            ]
        )
    )


@pytest.fixture(scope="module")
def denmark():
    """The shipped claims on Danish totals of the stages."""
    claims = ts.load_claims().query("country == 'DNK' and breakdown == ''")
    stages = ["victims_identified", "charged_persons", "prosecutions_suspects", "convictions_persons"]
    return ts.reconcile(claims[claims["indicator"].isin(stages)])


@pytest.fixture(scope="module")
def gap(denmark):
    return measured.gap(denmark, "DNK", 2014, 2021, vary_sources=False)


# --- tables


def test_text_is_escaped_and_numbers_stand_right():
    table = tables.build(pd.DataFrame({"who": ["<script>x</script>"], "n": ["1,000"]}), "demo", numbers=["n"])
    assert "<script>" not in table.as_raw_html()
    cells = tree(table).xpath("//tbody//td")
    assert cells[0].text_content() == "<script>x</script>"
    assert "gt_right" in cells[1].get("class")


def test_links_of_the_first_column_stay_links():
    link = display.explain_link("DNK", "victims_identified", 2020, 77)
    table = tables.build(pd.DataFrame({"group": ["a"], "year": [link], "n": ["1"]}), "demo", groups="group")
    assert [a.get("href") for a in tree(table).iter("a")] == ["#explain-DNK-victims_identified-2020"]


def test_a_table_without_rows_says_so():
    table = tables.build(pd.DataFrame({"year": [], "n": []}), "demo", numbers=["n"], empty="No claim was rejected.")
    assert shown(table)[1:] == [["No claim was rejected."]]


def test_tables_are_the_same_in_every_run(small):
    assert tables.clashes(small, "DNK").as_raw_html() == tables.clashes(small, "DNK").as_raw_html()


def test_the_series_links_explained_figures_and_marks_intervals(small):
    explained = [Cell("victims_identified", 2020, "")]
    table = tables.series(small, "DNK", ["victims_identified", "convictions_persons"], 2019, 2021, explained)
    assert shown(table)[1:] == [["2019", "60", "–"], ["2020", "77", "0–4"], ["2021", "80", "–"]]
    assert [a.get("href") for a in tree(table).iter("a")] == ["#explain-DNK-victims_identified-2020"]


def test_a_clash_names_who_says_what(small):
    rows = shown(tables.clashes(small, "DNK"))
    assert rows[1] == ["Victims identified"]
    by_year = {row[0]: row for row in rows[2:]}
    assert by_year["2020"][1:3] == ["77 (CMM 2022)", "64 (TIP 2022)"]
    assert by_year["2019–2021"][1:3] == ["217 (EU 2022)", "more than 300 (Paper <b> 2022)"]


def test_without_a_clash_the_table_says_so(small):
    assert shown(tables.clashes(small, "DNK", parts=True))[1:] == [["No claim on a part was rejected."]]
    assert shown(tables.clashes(small, "DNK", indicators=["convictions_persons"]))[1:] == [
        ["No claim on a total was rejected."]
    ]


def test_sources_that_are_in_no_file_are_shown_by_their_id(small):
    listed = pd.DataFrame({"source_id": ["cmm"], "title": ["Figures <i>"], "url": ["javascript:alert(1)"]})
    table = tables.sources(small, "DNK", listed)
    text = " ".join(" ".join(row) for row in shown(table))
    assert "Figures <i> (javascript:alert(1))" in text
    assert "paper <b>" in text
    assert not list(tree(table).iter("a"))


def test_policy_dates_are_those_of_the_years(small):
    rows = shown(tables.policy_dates(small, "DNK", 2012, 2012))
    assert [row[1] for row in rows[1:]] == ["8 to 10 years; crime added"]
    assert shown(tables.policy_dates(small, "DNK", 1990, 1991))[1:] == [["No change is on record."]]


# --- do the years add up


def test_a_total_is_compared_with_the_years_that_sources_name(small):
    sums = accounting.check_sums(small, "DNK", "victims_identified")
    assert sums[["value", "verdict"]].values.tolist() == [[217.0, "adds up"], [300.0, "does not add up"]]


def test_a_year_that_only_the_total_implies_proves_nothing():
    rec = ts.reconcile(pd.DataFrame([claim(60, year=2019), claim(150, year=2019, end=2020)]))
    [row] = accounting.check_sums(rec, "DNK", "victims_identified").to_dict("records")
    assert (row["verdict"], row["missing"]) == ("cannot be checked", (2020,))


def test_the_danish_years_add_up_to_what_the_register_and_the_commission_print(denmark):
    # CMM, "Tal og statistik" 2019 to 2023: 891, 1,048, 1,121 and 1,233 since 2007; European Commission 2021: 968
    sentence = texts_sources.sums_sentence(
        accounting.check_sums(denmark, "DNK", "victims_identified"), "victims_identified"
    )
    for total in (
        "891 for 2007–2019 (CMM 2020",
        "968 for 2007–2020 (European Commission 2021)",
        "1,121 for 2007–2022 (CMM 2023)",
        "1,233 for 2007–2023 (CMM 2024)",
    ):
        assert total in sentence
    assert "nearly 300 for 2012–2015 (U.S. Department of State 2016) against 306" in sentence


def test_no_total_over_years_is_said(small):
    sums = accounting.check_sums(small, "DNK", "convictions_persons")
    assert texts_sources.sums_sentence(sums, "convictions_persons") == (
        "No source gives a figure on persons convicted for several years together."
    )


# --- which claims take part


def test_an_unknown_source_is_refused_with_the_nearest(small):
    with pytest.raises(ts.ClaimError, match=r"exclude_sources: no claim has the source id 'cmn'; did you mean cmm\?"):
        selection.select(small.claims, ["cmn"])
    with pytest.raises(ts.ClaimError, match="left out and preferred at once"):
        selection.select(small.claims, ["cmm"], ["cmm"])


def test_leaving_out_every_source_of_a_country_is_refused(small):
    with pytest.raises(ts.ClaimError, match="country 'DNK' has no claims"):
        selection.select(small.claims, sorted(set(small.claims["source_id"])), countries=["DNK"])


def test_a_preferred_source_can_win():
    rows = pd.DataFrame([claim(77), claim(64, publisher="State", tier="compiler", published="2023")])
    assert ts.reconcile(rows).series["estimate"].tolist() == [77]
    assert ts.reconcile(selection.select(rows, prefer=["State"])).series["estimate"].tolist() == [64]


# --- prose


def test_headlines_fit_any_country(small):
    sources = texts_sources.sources_headline(small, "DNK")
    assert sources["sentence"].startswith(
        "4 sources print 7 figures about Denmark; on 2 counts they cannot all be true"
    )
    assert "64 in TIP 2022 against 77" in sources["interval"]
    choices = focus.sensitivities(small, "DNK", focus.LEADING)
    whole = texts_sources.reconciliation_headline(small, "DNK", choices)
    assert whole["sentence"] == "5 of 7 figures about Denmark can be true together; 2 cannot."
    assert whole["robustness"] == "sensitive"
    assert "victims identified in 2020" in whole["verdict"]


def test_a_single_claim_reads_well():
    rec = ts.reconcile(pd.DataFrame([claim(60, year=2019)]))
    head = texts_sources.sources_headline(rec, "DNK")
    assert head["sentence"] == "1 source prints 1 figure about Denmark; all of them can be true together."
    assert head["robustness"] == "unsettled"
    assert head["verdict"] == "Nothing can be compared, since every count rests on a single source."
    assert texts_sources.comparison([], "victims_identified", "DNK").startswith("No two publishers")
    assert texts_sources.coverage(rec, "DNK") == (
        "1 source by 1 publisher prints 1 figure about Denmark for 2019: all on totals, on 1 indicator."
    )
    assert texts.status_note(rec.series, ["victims_identified"]) == "1 figure on which all claims agree."
    assert texts.status_note(rec.series, ["convictions_persons"]) == ""
    head = texts_sources.reconciliation_headline(rec, "DNK", {})
    assert head["interval"] == "Every yearly total that some source names is settled to the person."


def test_two_claims_of_which_none_names_a_number_read_well():
    masked = {"qualifier": "less_than", "indicator": "convictions_persons"}
    rec = ts.reconcile(pd.DataFrame([claim(5, **masked), claim(5, publisher="UNODC", source_id="glotip", **masked)]))
    assert texts_sources.sources_headline(rec, "DNK")["verdict"] == (
        "1 count can be compared because more than one source has a figure."
    )
    assert texts_sources.sources_headline(rec, "DNK")["word"] == "undisputed"
    head = texts_sources.reconciliation_headline(rec, "DNK", {})
    assert head["interval"].startswith("No yearly total that some source names is settled to the person")


def test_series_are_described_for_who_cannot_see_them(small):
    assert texts.stages_alt(small.series, ["victims_identified", "convictions_persons", "arrests_persons"]) == (
        "Bars a year. victims identified: 60 in 2019, 80 in 2021; persons convicted: 0–4 in 2020, known only within "
        "bounds in 2020; persons arrested: no source has a figure."
    )


def test_solver_and_method_are_named(small):
    assert texts_sources.solver_words(small) == "Every part of the problem was solved to the end."
    assert "method “latest”" in texts_sources.solver_words(replace(small, method="latest"))
    assert "time limit" in texts_sources.solver_words(replace(small, status=("time limit in 2019",)))


# --- the gap


def test_the_headline_of_the_gap_can_be_quoted(gap):
    # Rigsadvokaten via CMM: 37 convicted; CMM: 701 victims; exact limits of the ratio from cases_open.json, O04
    head = texts_gap.headline(gap)
    assert plain(head["sentence"]) == (
        "Denmark, 2014–2021: 701 victims identified and 37 persons convicted: one for every 18.9. Per 100 it fell from "
        "9.4 in 2014–2017 to 0.31 in 2018–2021."
    )
    assert 'href="#how-many-were-identified">701 victims identified</a>' in head["sentence"]
    assert head["interval"].startswith(
        "95 % interval: one for every 8.6 to 52.2, since cases come in batches (phi 4.1)"
    )
    assert head["interval"].endswith("13.6 to 27.1 if everybody had been convicted alone.")


def test_how_many_were_identified_links_the_extremes_only_where_they_are_certain(gap, denmark, small):
    own = denmark.series.query("breakdown == '' and 2014 <= year <= 2021")
    words = texts_gap.identified(gap, own, [Cell("victims_identified", 2016, "")])
    assert plain(words) == (
        "In Denmark, 701 victims identified are on record for 2014–2021, most of them in 2016 (121) and fewest in 2019 "
        "(64)."
    )
    assert words.count("<a ") == 1
    masked = own.copy()
    masked.loc[(masked["indicator"] == "victims_identified") & (masked["year"] == 2014), ["lower", "upper"]] = [0, 66]
    assert plain(texts_gap.identified(gap, masked)).endswith("2014–2021, most of them in 2016 (121).")
    none = texts_gap.identified(gap, own[own["year"] > 2100])
    assert none == "No source has a yearly figure on victims identified in Denmark for these years."


def test_a_caption_explains_only_what_is_drawn(small):
    own = small.series
    both = texts.stages_caption(own, ["victims_identified", "convictions_persons"], "Denmark")
    assert "hatched: as many as there can have been" in both  # the masked convictions of 2020
    assert "A dash: no source has a figure." in both  # those of 2019 and 2021
    one = texts.stages_caption(own, ["victims_identified"], "Denmark")
    assert one == "Denmark. Each stage has a scale of its own."
    assert texts.stages_caption(own, ["arrests_persons"], "Denmark").startswith("Denmark: no source has")
    pair = texts.pair_caption(own, "victims_identified", "convictions_persons", "Denmark")
    assert pair.endswith("Hatched: known only within bounds. A year without a bar has no figure.")


def test_a_country_without_a_ratio_is_refused_in_words(small):
    result = measured.gap(small, "DNK", 2020, 2020, vary_sources=False)
    no_ratio = measured.gap(ts.reconcile(pd.DataFrame([claim(60, year=2019)])), "DNK", 2014, 2021, vary_sources=False)
    assert texts_gap.headline(result)["robustness"] in ("unsettled", "sensitive")
    head = texts_gap.headline(no_ratio)
    assert head["robustness"] == "refused"
    assert "no ratio of persons convicted to victims identified" in head["sentence"]
    nothing = measured.gap(ts.reconcile(pd.DataFrame([claim(60, year=2019)])), "DNK", 2010, 2012, vary_sources=False)
    assert "no source has a yearly figure on victims identified or" in texts_gap.headline(nothing)["sentence"]
    assert captions_gap.ratios_alt(no_ratio.ratios) == "There is no rate to show."
    for words in (texts_gap.change_words, texts_gap.period_words, texts_gap.trend_words, texts_gap.spells_words):
        assert words(no_ratio).endswith(".")
    for table in (tables_gap.steps, tables_gap.sentences, tables_gap.influence, tables_gap.peers):
        assert shown(table(no_ratio))[1:] == [["none"]]
    assert texts_peers.headline(no_ratio)["robustness"] == "refused"


def test_ratios_are_tabulated_with_both_kinds_of_limits(gap):
    rows = shown(tables_gap.ratios(gap, texts_gap.shown_ratios(gap)))
    assert rows[0] == ["years", "counts", "one for every", "per 100", "exact 95 %", "widened 95 %", "over sources"]
    assert rows[1][:5] == ["2014–2021", "37 by 701", "18.9", "5.3", "3.7 to 7.3"]
    zero = next(row for row in rows if row[0] == "2019–2021")
    assert zero[1:4] == ["0 by 221", "without limit", "0"]


def test_every_refusal_is_listed(gap):
    rows = shown(tables_gap.refusals(gap))
    assert len(rows) - 1 == (gap.refusals["analysis"] != "peers").sum()  # no peers were asked for
    assert {row[0] for row in shown(tables_gap.refusals(gap, ["peers"]))[1:]} == {"peers"}


def test_runs_of_years_are_folded():
    long = "3 of 8 years are lacking: 2014 (no figure), 2015 (no figure), 2018 (at least 3, no upper end)"
    assert texts.brief(long) == "3 of 8 years are lacking: 2014 and 2015 (no figure), 2018 (at least 3, no upper end)"


def test_limits_never_show_an_exponent():
    for low, high in ((1e-12, 1e9), (0.0, math.inf), (2e-5, 3e-4), (4.0, math.inf), (math.inf, math.inf)):
        assert not re.search(r"e[+-]\d", texts_gap.limits(low, high))


def test_peers_are_named_and_never_ranked():
    claims = ts.load_claims().query("country in ['DNK', 'DEU', 'NLD', 'SWE'] and breakdown == ''")
    claims = claims[claims["indicator"].isin(["victims_identified", "convictions_persons"])]
    result = measured.gap(ts.reconcile(claims), "DNK", 2014, 2021, peers=["SWE", "DEU", "NLD"], vary_sources=False)
    assert [row[0] for row in shown(tables_gap.peers(result))[1:]] == ["Denmark", "Germany", "Netherlands", "Sweden"]
    head = texts_peers.headline(result)
    assert head["sentence"].startswith("Denmark has 5.3 persons convicted per 100 victims identified in 2014–2021")
    assert "They are not ranked" in head["verdict"]
    refused = {row[0]: row[-1] for row in shown(tables_gap.counterfactual(result))[1:]}
    assert refused["Netherlands"] == "refused"  # presumed victims there, assessed ones in Denmark
    assert "There is no funnel" in texts_peers.funnel_caption(result)
