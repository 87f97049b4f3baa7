"""What was taken up beside how many, the reasons that sources give, and of whom the victims were made up."""

import pandas as pd
import pytest

import trafficking_stats as ts
from trafficking_stats import tables, texts
from trafficking_stats.errors import ClaimError
from trafficking_stats.gap_analysis.beside import beside_rows, premise
from trafficking_stats.gap_analysis.composition import REST, part_rows, periods_compared
from trafficking_stats.reasons import REASON, read_reasons

PERIODS = (range(2014, 2018), range(2018, 2022))


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
        ("", 2014, "untested"),
    ],
)
def test_a_figure_tests_what_a_reason_rests_on(rec, text, year, verdict):
    assert premise(rec, "DNK", text, year)[1] == verdict


def test_every_premise_names_two_measures_that_are_counted(rec):
    reasons = ts.load_reasons()
    texts_ = reasons.loc[reasons["premise"] != "", ["premise", "year"]].drop_duplicates()
    assert len(texts_)
    assert {premise(rec, "DNK", text, year)[1] for text, year in texts_.itertuples(index=False)} == {"holds", "open"}


def test_form_sex_and_convictions_of_two_periods(rec):
    forms = {row.category: row for row in part_rows(rec, "DNK", "victims_identified", "exploitation", PERIODS)}
    sexual, labour = forms["sexual"], forms["forced_labour"]
    assert (sexual.early_lower, sexual.late_lower) == (304, 146)
    assert labour.early_lower < labour.early_upper
    assert labour.late_lower == labour.late_upper == 90
    men = {row.category: row for row in part_rows(rec, "DNK", "victims_identified", "sex", PERIODS)}["male"]
    assert (men.early_lower, men.late_lower) == (65, 141)


def test_size_and_mix_add_up_to_the_change_and_parts_to_the_total(rec):
    rows = part_rows(rec, "DNK", "victims_identified", "sex", PERIODS)
    for row in rows:
        assert row.size_min + row.mix_min == pytest.approx(row.late_lower - row.early_lower)
    assert rows[-1].category == REST
    assert sum(row.early_lower for row in rows) == 71 + 93 + 121 + 98
    assert sum(row.size_min for row in rows) == pytest.approx(318 - 383)


def test_years_without_figures_give_way_to_halves_of_those_that_have(rec):
    assert periods_compared(rec, "DNK", ["victims_identified"], [2014, 2017], [2018, 2021])[0] == (
        2014,
        2015,
        2016,
        2017,
    )
    halves = periods_compared(rec, "DNK", ["victims_identified"], [1994, 1997], [2018, 2021])
    assert (halves[0][0], halves[1][-1]) == (2007, 2024)
    assert periods_compared(rec, "DNK", ["residence_permits"], [2014, 2017], [2018, 2021]) == ((), ())


def test_forty_two_of_968_victims_are_in_no_named_form(rec):
    shown = str(tables.unnamed(rec, "DNK", "victims_identified", "exploitation"))
    assert (
        "96842717 sexual exploitation, 111 forced labour, 95 criminal activity and 3 slavery-like conditions" in shown
    )


def test_reasons_are_read_with_the_line_of_what_is_wrong(tmp_path):
    (tmp_path / "reasons").mkdir()
    row = ["DNK", "rumour", "x", "s", "p1", "soon", "a", "b", "victims", ""]
    pd.DataFrame([row], columns=list(REASON)).to_csv(tmp_path / "reasons" / "DNK.csv", index=False)
    with pytest.raises(ClaimError, match="line 2: kind: must be one of reason"):
        read_reasons(tmp_path)


def test_a_country_of_which_nothing_is_stated_gets_one_line(rec):
    none = ts.load_reasons().query("country == 'SWE'")
    assert (
        str(tables.stated(rec, "DNK", none, "offer"))
        == "No source at hand says what the law offers victims in Denmark."
    )


def test_the_first_screens(rec):
    pairs = {"prepared_return_accepted": "victims_identified", "asylum_granted": "asylum_applications"}
    said = texts.protection_headline(rec, "DNK", pairs).facts["sentence"]
    assert said.startswith("Denmark: 62 accepted a prepared return beside 240 victims identified (2013–2015); 2 were")
    victims = texts.victims_headline(rec, "DNK", PERIODS).facts["sentence"]
    assert "victims identified 383, then 318; persons convicted 36, then 1." in victims


def test_money_and_sentences(rec):
    assert "482,759" in str(tables.money(rec, "DNK"))  # 70 million for 145 victims identified in 2007-2010
    assert "44%" in str(tables.penalties(rec, "DNK"))  # 42 months of 8 years
