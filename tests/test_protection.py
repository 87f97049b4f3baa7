"""What was taken up beside how many, the reasons that sources give, and of whom the victims were made up."""

import pandas as pd
import pytest
from gap_claims import rows as claim_rows
from shown_claims import rows

import trafficking_stats as ts
from trafficking_stats import tables, texts
from trafficking_stats.errors import ClaimError
from trafficking_stats.gap_analysis.beside import beside_rows, premise
from trafficking_stats.messages.gap import facts, moved
from trafficking_stats.reasons import REASON, load_reasons
from trafficking_stats.texts.words import number, signed

PAIR = {"denominator": "victims_identified", "vary_sources": False}


@pytest.fixture(scope="module")
def rec():
    return ts.reconcile(ts.select_claims(ts.load_claims(), countries=["DNK"]))


@pytest.mark.parametrize(
    ("numerator", "denominator", "years", "counts"),
    [
        ("prepared_return_accepted", "victims_identified", (2013, 2015), (62, 240)),
        ("asylum_granted", "asylum_applications", (2014, 2015), (2, 32)),
        ("compensation_claims", "victims_identified", (2014, 2015), (0, 164)),
        ("residence_permits;basis=aliens_act_9c5", "victims_identified", (2013, 2015), (0, 240)),
    ],
)
def test_neighbouring_years_of_both_counts_are_added(rec, numerator, denominator, years, counts):
    row = beside_rows(rec, "DNK", {numerator: denominator})[0]
    assert (row.first_year, row.last_year) == years
    assert (row.numerator_lower, row.denominator_lower) == counts
    assert row.exact_lower <= 100 * counts[0] / counts[1] <= row.exact_upper


def test_limits_of_none_of_164_are_those_of_the_beta_quantile(rec):
    row = beside_rows(rec, "DNK", {"compensation_claims": "victims_identified"})[0]
    share = 1 - 0.025 ** (1 / 164)  # of a count in 164, none of them
    assert row.exact_lower == 0
    assert row.exact_upper == pytest.approx(100 * share / (1 - share))


@pytest.mark.parametrize(
    ("text", "year", "verdict"),
    [
        ("few prepared_return_accepted/victims_identified", 2014, "holds"),
        ("few prepared_return_accepted/victims_identified", 2015, "open"),
        ("few prepared_return_accepted/victims_identified", 2019, "untested"),
        ("none residence_permits;basis=aliens_act_9c5/victims_identified", 2014, "holds"),
        ("none prepared_return_accepted/victims_identified", 2014, "fails"),
    ],
)
def test_a_figure_tests_what_a_reason_rests_on(rec, text, year, verdict):
    assert premise(rec, "DNK", text, year)[1] == verdict


def test_every_premise_names_two_measures_that_are_counted(rec):
    reasons = ts.load_reasons()
    texts_ = reasons.loc[reasons["premise"] != "", ["premise", "year"]].drop_duplicates()
    assert len(texts_)
    assert {premise(rec, "DNK", text, year)[1] for text, year in texts_.itertuples(index=False)} == {"holds", "open"}


@pytest.mark.parametrize(
    ("part", "early", "late"),
    [("exploitation=sexual", 304, 146), ("sex=male", 65, 141), ("age=child", 23, 30), ("citizenship=NGA", 235, 69)],
)
def test_a_part_of_the_victims_in_two_periods(rec, part, early, late):
    gap = ts.gap(rec, "DNK", 2014, 2021, numerator=f"victims_identified;{part}", **PAIR)
    size, mix = (gap.row("effects", stage=stage) for stage in ("denominator", "numerator"))
    assert (mix.early_lower, mix.late_lower) == (early, late)
    assert size.effect_min + mix.effect_min == pytest.approx((late - early) / 4)
    head, dimension, [name, first, second, *effects] = rows(tables.parts(rec, "DNK", [gap]))
    assert [head[0], len(dimension), len(effects)] == ["Part", 1, 3]
    assert name.endswith("2014–2017 | 2018–2021")
    assert first.startswith(f"{early}")
    assert second.startswith(f"{late}")


def test_sums_over_any_four_years_in_a_row(rec):
    parts = [f"victims_identified;{part}" for part in ("exploitation=sexual", "exploitation=forced_labour", "sex=male")]
    [head, *found] = rows(tables.windows(rec, "DNK", [*parts, "convictions_persons"]))
    sums = {row[0].replace("\u2060", ""): row[1:] for row in found}
    assert len(head) == 5
    assert sums["2014–2017"] == ["304", "7–8", "65", "36"]  # forced labour: 5 to 10 year by year
    assert sums["2018–2021"] == ["146", "90", "141", "1"]
    assert sums["2004–2007"] == ["–", "–", "–", "10–19"]
    assert "No count in Iceland has figures for 4 years in a row." in str(tables.windows(rec, "ISL", parts))


def test_no_sum_over_years_crosses_a_change_of_a_definition():
    sweden = ts.reconcile(ts.load_claims().query("country == 'SWE' and breakdown == ''"))
    [head, *found] = rows(tables.windows(sweden, "SWE", ["victims_identified", "victims_identified;sex=other"]))
    assert head == ["Years", "Victims identified"]  # a count without sums has no column
    years = [row[0].replace("\u2060", "") for row in found]
    assert {"2008–2011", "2019–2022"} <= set(years)
    assert not {"2013–2016", "2014–2017"} & set(years)  # from fewer than five victims to two hundred


def test_forty_two_of_968_victims_are_in_no_named_form(rec):
    own = rec.claims[(rec.claims["source_id"] == "european-commission-2021-dnk") & rec.claims["accepted"]]
    own = own[(own["indicator"] == "victims_identified") & (own["period_end"] == "2020-12-31")]
    forms = own[own["breakdown"].str.match("exploitation=[a-z_]+$")].groupby("breakdown")["value"].max()
    assert own.loc[own["breakdown"] == "", "value"].max() - forms.sum() == 42
    reasons = ts.load_reasons().query("topic == 'no_form'")
    assert "926 of the 968" in str(tables.stated(rec, "DNK", reasons, "contradiction"))


def test_reasons_are_read_with_the_line_of_what_is_wrong(tmp_path):
    (tmp_path / "reasons").mkdir()
    row = ["DNK", "rumour", "x", "s", "p1", "soon", "a", "b", "victims", ""]
    pd.DataFrame([row], columns=list(REASON)).to_csv(tmp_path / "reasons" / "DNK.csv", index=False)
    with pytest.raises(ClaimError, match="line 2: column kind, value 'rumour': must be one of reason"):
        load_reasons(tmp_path)


def test_a_country_of_which_nothing_is_stated_gets_one_line(rec):
    none = ts.load_reasons().query("country == 'SWE'")
    assert (
        str(tables.stated(rec, "DNK", none, "offer"))
        == "No source at hand says what the law offers victims in Denmark."
    )


@pytest.mark.parametrize("kind", ["reason", "recommendation", "offer", "contradiction"])
def test_the_editions_behind_a_sentence_are_links(rec, kind):
    shown = tables.stated(rec, "DNK", ts.load_reasons(), kind)
    assert "Markup" not in str(shown)
    assert "&lt;" not in shown.html
    assert 'rel="noreferrer">' in shown.html


def test_a_sentence_of_two_editions_is_said_once(rec):
    told = str(tables.stated(rec, "DNK", ts.load_reasons(), "recommendation"))
    assert told.count("Give victims reasons to help") == 1
    assert "while they assist. (U.S. Department of State 2015; U.S. Department of State 2016)" in told


def test_only_later_editions_can_have_left_a_recommendation_out(rec):
    made = ts.load_reasons().query("kind == 'recommendation' and topic in ['incentive', 'why_few', 'transfer']")
    made = made[~((made["topic"] == "transfer") & (made["year"] == 2014))]  # first made in the later edition
    told = str(tables.stated(rec, "DNK", made, "recommendation")).split("From custody")
    assert "Not made again in U.S. Department of State 2016" in told[0]
    assert "Not made again" not in told[1]


def test_the_first_screens(rec):
    pairs = {"prepared_return_accepted": "victims_identified", "asylum_granted": "asylum_applications"}
    said = texts.protection_headline(rec, "DNK", pairs).facts["sentence"]
    assert said.startswith("Denmark: 62 accepted a prepared return beside 240 victims identified (2013–2015); 2 were")
    gaps = [ts.gap(rec, "DNK", 2014, 2021, **PAIR)]
    gaps += [ts.gap(rec, "DNK", 2014, 2021, numerator="victims_identified;exploitation=sexual", **PAIR)]
    victims = texts.victims_headline(rec, "DNK", gaps).facts["sentence"]
    assert (
        "victims identified 383, then 318; persons convicted 36, then 1; sexual exploitation 304, then 146" in victims
    )


def test_where_nothing_was_taken_up_the_first_screen_says_what_is_known():
    rows = [{"indicator": "victims_repatriated", "year": year, "value": 9} for year in (2010, 2012, 2013, 2014)]
    table = pd.DataFrame([*rows, {"indicator": "victims_identified", "year": 2012, "value": 30}])
    rec = ts.reconcile(ts.claims_from(table, source="yearbook-2015", published="2015-05-01", country="Ghana"))
    said = texts.protection_headline(rec, "GHA", {"prepared_return_accepted": "victims_identified"}).facts
    assert said["sentence"].startswith("No source has figures on how often protection was taken up in Ghana")
    assert said["facts"][0] == {"label": "What is known", "text": "Victims repatriated (2010 and 2012–2014)."}


def test_halves_of_an_odd_number_of_years_are_compared_as_means_a_year(rec):
    gap = ts.gap(rec, "DNK", 2015, 2021, numerator="victims_identified;sex=male", **PAIR)
    early, late = (gap.row("ratios", kind=kind) for kind in ("early", "late"))
    assert (early.n_years, late.n_years) == (3, 4)
    shown = texts.victims_headline(rec, "DNK", [gap])
    means = early.denominator_lower / 3, late.denominator_lower / 4
    assert "on average a year in 2015–2017 and then in 2018–2021" in shown.facts["sentence"]
    assert "victims identified {}, then {};".format(*map(number, means)) in shown.facts["sentence"]
    effects = gap.tables["effects"]
    change = late.numerator_lower / 4 - early.numerator_lower / 3
    assert effects["effect_min"].sum() == pytest.approx(change)
    [_, _, row] = rows(tables.parts(rec, "DNK", [gap]))
    assert row[1].startswith(f"{early.numerator_lower} in 3 years")
    assert row[3] == signed(change, change)


def test_a_mean_that_comes_out_even_is_a_whole_number():
    # UNODC, Kuwait
    figures = {
        "victims_identified": {2015: "7", 2016: "6", 2017: "48"},
        "convictions_persons": {2015: "<5", 2016: "10", 2017: "17"},
    }
    rec = ts.reconcile(claim_rows("KWT", figures))
    said = texts.victims_headline(rec, "KWT", [ts.gap(rec, "KWT", **PAIR)]).facts["sentence"]
    assert said.endswith("victims identified 7, then 27; persons convicted 0–4, then 14.")
    figures["victims_identified"] |= {2016: "<5"}
    rec = ts.reconcile(claim_rows("KWT", figures))
    said = texts.victims_headline(rec, "KWT", [ts.gap(rec, "KWT", **PAIR)]).facts["sentence"]
    assert "victims identified 7, then 24–26;" in said


def test_the_page_on_victims_says_of_chance_what_the_gap_says(rec):
    gap = ts.gap(rec, "DNK", 2014, 2021, **PAIR)
    told = {fact["label"]: fact["text"] for fact in texts.victims_headline(rec, "DNK", [gap]).facts["facts"]}
    assert told["Beyond chance?"] == f"{facts(gap)[0]} {moved(gap)}"


def test_money_for_two_years_or_more_is_divided_by_people(rec):
    funds = rows(tables.figures(rec, "DNK", ["funding_dkk", "funding_usd"], per=["victims_identified"]))
    per_victim = {(row[0].replace("\u2060", ""), row[1]): row[3] for row in funds if len(row) == 5}
    assert per_victim["2007–2010", "70,000,000"] == "482,759"  # for 145 victims
    assert per_victim["2008", "800,000"] == "–"  # of a year alone nothing is said


def test_what_sources_say_of_their_own_figures_and_cannot_stand(rec):
    shown = str(tables.contradicted(rec, "DNK"))
    for told in ("43 for 2015, more than 38", "at least 5; the text says 4", "19; the text says 25"):
        assert told in shown


def test_sentences_are_divided_by_the_longest_that_the_law_allows(rec):
    names = ["sentence_min_months", "sentence_max_months", "max_penalty_years"]
    shown = rows(tables.figures(rec, "DNK", names, per=names[-1:]))
    shares = {(row[0], row[1]): row[3] for row in shown if len(row) == 5}
    # 18 to 36 months in 2014, 24 to 36 in 2015, of ten years
    assert [shares[key] for key in (("2014", "18"), ("2014", "36"), ("2015", "24"))] == ["0.15", "0.30", "0.20"]
    assert shares["2016", "10"] == "–"
    assert "No source at hand prints such figures in Sweden." in str(tables.figures(rec, "SWE", names))
