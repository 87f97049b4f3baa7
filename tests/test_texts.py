"""Computed prose: headlines and paragraphs fit any country, in each language."""

from dataclasses import replace

import pandas as pd
import pytest
from gap_claims import rows
from shown_claims import claim, small_claims, tree

import trafficking_stats as ts
from trafficking_stats import tables, texts
from trafficking_stats.messages import language, say
from trafficking_stats.messages.gap import change
from trafficking_stats.messages.reconciliation import statuses
from trafficking_stats.messages.values import breakdown_words
from trafficking_stats.reconciliation.methods import METHODS
from trafficking_stats.reconciliation.signs import CAUSES
from trafficking_stats.texts import words
from trafficking_stats.texts.focus import explained_cells, years_shown
from trafficking_stats.texts.gap import BADGE_OF
from trafficking_stats.texts.headline import BADGES
from trafficking_stats.texts.reconciliation import cause_words, choice_name, sensitivity_words
from trafficking_stats.vocabulary import load_vocabulary


@pytest.fixture(scope="module")
def small():
    return ts.reconcile(small_claims())


@pytest.fixture(scope="module")
def denmark():
    claims = ts.load_claims().query("country == 'DNK' and breakdown == ''")
    return ts.reconcile(claims[claims["indicator"].isin(["victims_identified", "convictions_persons"])])


@pytest.fixture(scope="module")
def gap(denmark):
    return ts.gap(denmark, "DNK", 2014, 2021, vary_sources=False)


def facts(shown):
    return {fact["label"]: fact["text"] for fact in shown.facts["facts"]}


def test_a_reconciliation_shows_itself(small):
    assert str(small).splitlines()[0] == small.headline
    assert small.headline.startswith("4 sources print 7 figures about human trafficking in Denmark.")
    assert small.headline.endswith("2 had to be set aside.")
    assert small.summary().splitlines()[-1] == "Every part of the calculation was carried out to the end."
    assert repr(small) == "Reconciliation(method='consistent', status='optimal')"
    page = small._repr_html_()
    assert small.headline in page
    assert {name: len(table) for name, table in small.tables.items()} == {
        "series": len(small.series),
        "periods": len(small.periods),
        "claims": 7,
        "clashes": len(small.clashes),
    }
    assert "<code>claims</code> (7): claim_id, source_id" in page


def test_a_reconciliation_of_several_countries_made_in_another_way_says_so():
    rec = ts.reconcile(ts.load_claims().query("country in ['NOR', 'SWE'] and breakdown == ''"), "latest")
    assert "about human trafficking in 2 countries." in rec.headline
    assert "latest edition" in rec.summary()


def test_a_reconciliation_that_was_not_finished_says_so(small):
    stopped = replace(small, status="feasible within gap 0.1")
    assert stopped.summary().splitlines()[-1].startswith("The calculation stopped before every part was done")


def test_the_page_on_sources_says_who_contradicts_whom(small):
    head = texts.sources_headline(small, "DNK")
    assert head.facts["sentence"] == (
        "4 sources print 7 figures about human trafficking in Denmark. Some of them contradict others, and 2 had to "
        "be set aside."
    )
    assert "TIP 2022 prints 64; the figure kept is 77" in facts(head)["Furthest apart"]
    assert head.facts["robustness"] == ""  # verdicts are those of the gap alone
    assert head.facts["summary"]["sources"] == 4


def test_a_single_claim_reads_well():
    rec = ts.reconcile(pd.DataFrame([claim(60, year=2019)]))
    head = texts.sources_headline(rec, "DNK")
    assert head.facts["sentence"] == (
        "1 source prints 1 figure about human trafficking in Denmark. No two of them are about the same count, so they "
        "cannot be checked against each other."
    )
    assert str(texts.comparison(rec, "DNK")).startswith("No two publishers")
    assert str(texts.coverage(rec, "DNK")).startswith("The sources: 1 by the official register. 1 publisher in all.")
    settled = texts.settled_headline(rec, "DNK")
    assert settled.facts["sentence"] == "Victims identified in Denmark come down to one number for 2019."


def test_the_page_on_the_reconciliation_opens_with_what_is_settled(small):
    head = texts.settled_headline(small, "DNK")
    assert head.facts["sentence"] == (
        "Victims identified in Denmark come down to one number for 2019–2021. Persons convicted in Denmark come down "
        "only to a range, for 2020."
    )
    assert "victims identified in 2020" in facts(head)["Would other choices change this?"]
    assert facts(head)["How many figures fit together"].startswith("2 of 7 figures cannot be true")


def test_the_headline_of_the_gap_has_both_facts_the_years_and_every_figure(gap, denmark):
    # Rigsadvokaten via CMM: 37 convicted; CMM: 701 victims
    head = texts.gap_headline(gap, denmark)
    assert head.facts["sentence"].startswith(
        "In 2014–2021, Denmark identified 701 victims of trafficking and convicted 37"
    )
    assert list(facts(head)) == [
        "Beyond chance?",
        "Same under other choices?",
        "Years used, and why",
    ]
    assert "The figures added up Victims identified: 71" in str(head)
    links = [a.get("href")[1:] for a in tree(head).iter("a")]
    assert len(links) == 16
    assert "explain-DNK-convictions_persons-2016" in links


def test_every_finding_has_one_of_four_badges_and_the_legend_says_what_it_means():
    assert set(BADGE_OF.values()) == set(BADGES)
    assert len(BADGES) == 4
    assert len(list(tree(texts.legend()).iter("dd"))) == 4


def test_a_country_without_a_rate_says_why():
    rec = ts.reconcile(pd.DataFrame([claim(60, year=2019)]))
    gap = ts.gap(rec, "DNK", vary_sources=False)
    head = texts.gap_headline(gap, rec)
    assert head.facts["robustness"] == "no_answer"
    assert facts(head)["Why there is no answer"]
    for words_of in (texts.change, texts.silences, texts.refusals):
        assert str(words_of(gap)).strip()
    assert str(texts.peers_headline(gap, rec)).startswith("There is no rate in Denmark")


def test_a_country_without_others_has_its_rate_and_nothing_to_compare(denmark):
    gap = ts.gap(denmark, "DNK", 2014, 2021, vary_sources=False)
    head = texts.peers_headline(gap, denmark)
    assert head.facts["sentence"] == (
        "Denmark, 2014–2021: 5.3 persons convicted for every 100 victims identified. There is no other country to "
        "compare it with."
    )
    assert "How it is compared" not in facts(head)
    assert "stand beside it" not in gap.plot("peers").alt + str(gap.plot("peers"))
    assert texts.refusals(gap, ["peers"]).html == "<p>There is no other country to compare it with.</p>"


def test_peers_of_another_definition_are_shown_and_not_compared():
    claims = ts.load_claims().query("country in ['DNK', 'NLD'] and breakdown == ''")
    rec = ts.reconcile(claims[claims["indicator"].isin(["victims_identified", "convictions_persons"])])
    gap = ts.gap(rec, "DNK", 2014, 2021, peers=["NLD"], vary_sources=False)
    head = texts.peers_headline(gap, rec)
    assert head.facts["sentence"].startswith(
        "Denmark, 2014–2021: 5.3 persons convicted for every 100 victims identified."
    )
    assert "the Netherlands" in facts(head)["Left out"]


def test_whether_the_series_depends_on_choices_is_said_with_the_years():
    table = pd.DataFrame({"year": [2019, 2020], "consistent": [64, 77], "latest": [64, 77]}).astype("Int64")
    assert sensitivity_words(table, "victims_identified") == (
        "Victims identified: no other method gives another figure. All its figures come from one original register, so "
        "they cannot check each other."
    )
    more = table.assign(earliest=[64, 64], **{"without A": [64, None]}).convert_dtypes()
    assert sensitivity_words(more, "victims_identified") == (
        "Victims identified: another choice gives another figure in 1 of 2 years (2020). These choices do: earliest "
        "edition (2020). Without A there is no figure for 2020."
    )


def test_solver_and_method_are_named(small):
    assert str(texts.solver(small)) == "Every part of the calculation was carried out to the end."
    assert "latest edition" in str(texts.solver(replace(small, method="latest")))
    assert "stopped before" in str(texts.solver(replace(small, status=("time limit in 2019",))))


@pytest.mark.parametrize("code", ["en", "da"])
def test_every_code_that_can_come_has_its_words(code):
    with language(code):
        for cause, _ in CAUSES:
            assert cause_words([{"cause": cause, "evidence": ""}])
        for method in METHODS:
            assert choice_name(method)
        vocabulary = load_vocabulary()
        for kind in {date.kind for date in vocabulary.policy_dates}:
            assert words.say(f"pages.date.{kind}")
        for stage in {indicator.stage for indicator in vocabulary.indicators.values()}:
            assert say(f"gap.subject.{stage}")


def test_years_are_those_of_the_country_unless_others_are_asked_for(small):
    assert years_shown(small, "DNK", None, None) == (2019, 2021)
    assert years_shown(small, "DNK", 2010, None) == (2010, 2021)
    # no claim is about 2024 alone: its figure follows from that of two years
    denmark = ts.reconcile(ts.load_claims().query("country == 'DNK'"))
    assert years_shown(denmark, "DNK", None, None)[1] == 2024
    assert ("victims_identified", 2020, "") in explained_cells(small, "DNK")


def test_a_country_may_have_nothing_to_explain():
    of_part = claim(5, qualifier="less_than", indicator="suspects_formal_contact", breakdown="citizenship=SWE")
    assert explained_cells(ts.reconcile(pd.DataFrame([of_part])), "DNK") == []


def test_numbers_are_written_as_the_language_does():
    found = [words.number(5.278), words.number(1234.5), words.short(0, 4), words.printed(1077.0, "less_than")]
    assert found == ["5.3", "1,234", "0–4", "fewer than 1,077"]
    with language("da"):
        found = [words.number(5.278), words.number(1234.5), words.short(0, 4), words.printed(1077.0, "less_than")]
        assert found == ["5,3", "1.234", "0–4", "færre end 1.077"]
        assert words.title("victims_identified", "sex=female") == "Identificerede ofre (kvinder)"


def test_danish_prose_holds_no_english(small, gap, denmark):
    with language("da"):
        found = [
            texts.sources_headline(small, "DNK"),
            texts.settled_headline(small, "DNK"),
            texts.gap_headline(gap, denmark),
            texts.coverage(small, "DNK"),
            texts.limits(gap),
            texts.change(gap),
            texts.silences(gap),
            texts.refusals(gap),
        ]
        text = " ".join(map(str, found))
    for word in (" the ", " and ", " figures", " years", "Denmark"):
        assert word not in text


def test_the_claims_drawn_first_are_of_a_count_that_has_some():
    rec = ts.reconcile(pd.DataFrame([claim(2097, indicator="convictions_persons")]))
    assert texts.leading_indicators(rec, "DNK") == ["convictions_persons"]
    assert texts.leading_indicators(ts.reconcile(small_claims()), "DNK", 2019, 2021) == ["victims_identified"]


def test_one_source_is_not_said_to_agree_with_itself(small):
    rec = ts.reconcile(pd.DataFrame([claim(60, year=2019)]))
    assert statuses(rec.series.query("n_claims > 0")) == "1 figure: 1 that one source prints, uncontradicted."
    told = facts(texts.settled_headline(rec, "DNK"))["Would other choices change this?"]
    assert told.startswith("No: every other method gives the same figures for victims identified. Each of these")
    assert told.endswith("starts in one original register, so none could be left out.")


def test_a_brief_without_years_says_nothing_of_years(denmark):
    head = texts.gap_headline(ts.gap(denmark, "DNK", 1990, 1995, vary_sources=False), denmark)
    assert not [line for line in head.facts["summary"]["caveats"] if "change of definition" in line]


def test_a_change_of_detection_is_said_with_its_direction(gap):
    # 9.4 per 100, then 0.31: 30 times as many of the victims would have to be found
    assert "would have had to rise to 30 times what it was to make this difference" in str(texts.change(gap))


def test_the_limit_on_silent_years_is_one_on_the_level_and_named_as_computed(gap):
    said = str(texts.silences(gap))
    assert "an underlying level, around which the counts of single years vary, of up to 1.9 a year" in said
    assert "upper end of the 95% interval" in said


def test_an_answer_that_others_turn_around_says_how_many(gap, monkeypatch):
    verdict = replace(gap.verdict, beyond_chance="no", same_under_other_choices="no", answers=10, agree=7)
    monkeypatch.setattr(type(gap), "verdict", verdict)
    said = str(texts.change(gap))
    assert "other choices of sources, methods or years do not all agree" in said
    assert "7 of 10 distinct answers" in said


def test_doubts_stand_beside_the_answer_and_in_the_sentence_that_stands_alone():
    found = {
        "victims_identified": dict(enumerate(["541", "564", "469", "2315", "3308", "3885"], 2010)),
        "convictions_persons": dict(enumerate(["141", "151", "138", "174", "184", "297"], 2010)),
    }
    rec = ts.reconcile(rows("USA", found))
    head = texts.gap_headline(ts.gap(rec, "USA", vary_sources=False), rec)
    assert facts(head)["Read with care"] == "The number of victims identified (2013) rose steeply."
    assert "steeply" not in "".join(tree(head).xpath("//p[@class='sentence']//text()"))
    assert head.facts["sentence"].endswith("Read with care: the number of victims identified (2013) rose steeply.")


@pytest.mark.parametrize(
    ("years", "victims", "why", "needed"),
    [
        (
            (2017, 2018),
            "900",
            "there are not enough years with a figure for both persons convicted and victims",
            "in at least 3 years between which no definition changes. Such years at hand: 2017 and 2018.",
        ),
        (
            (2017, 2018, 2021),
            "<5",
            "the counts of persons convicted and victims identified in 2017, 2018 and 2021 say",
            "than those of 2017, 2018 and 2021, or exact ones in the place of masked ones.",
        ),
    ],
)
def test_a_country_without_a_rate_has_no_years_of_one(years, victims, why, needed):
    found = {"victims_identified": dict.fromkeys(years, victims), "convictions_persons": dict.fromkeys(years, "<5")}
    rec = ts.reconcile(rows("AND", found))
    head = texts.gap_headline(ts.gap(rec, "AND", vary_sources=False), rec)
    assert why in head.facts["sentence"]
    assert head.facts["robustness"] == "no_answer"
    assert list(facts(head)) == ["Why there is no answer"]
    assert facts(head)["Why there is no answer"]
    # one paragraph says what is missing and what it would take
    assert needed in str(texts.refusals(ts.gap(rec, "AND", vary_sources=False)))


def test_what_rests_on_a_rate_is_marked_as_nothing_to_show_where_there_is_none():
    gap = ts.gap(ts.reconcile(rows("AND", {"convictions_persons": {2017: "4"}})), "AND", vary_sources=False)
    for shown in (texts.limits(gap), texts.change(gap), texts.silences(gap), tables.ratios(gap), tables.choices(gap)):
        assert shown.facts == {"nothing": True}
    for name in ("rates", "trend", "effects", "splits", "choices"):
        assert gap.plot(name)._repr_mimebundle_()[1]["report"]["nothing"]
    assert not texts.refusals(gap).facts


def test_doubtful_totals_are_named_beside_what_is_settled():
    found = rows("SLE", {"victims_identified": {2020: "50", 2021: "41"}})
    heads = [
        texts.settled_headline(ts.reconcile(found.assign(published=published)), "SLE")
        for published in ("2022-03-01", "2021-06-01")
    ]
    assert "Read with care" not in facts(heads[0])
    assert facts(heads[1])["Read with care"] == "The figures for victims identified (2021) are in doubt."


def test_a_label_that_no_map_knows_is_written_without_its_checksum():
    assert breakdown_words("citizenship=otras_nacionalidades_2b0426c9") == "citizenship otras nacionalidades"


def test_one_figure_and_several_are_said_without_a_slip():
    women = rows("NIU", {"victims_identified": {2019: "7"}}).assign(breakdown="sex=female")
    said = texts.known_headline(ts.reconcile(women), "NIU").facts["sentence"]
    assert said.startswith("1 figure about human trafficking in Niue can be found here, from 1 source")


def test_a_range_is_not_mistaken_for_the_change(gap, monkeypatch):
    row = replace(gap.row("changes", series="rate"), early_min=15.0, early_max=16.0)
    verdict = replace(gap.verdict, beyond_chance="yes", same_under_other_choices="one_source")
    monkeypatch.setattr(type(gap), "row", lambda *_, **__: row)
    monkeypatch.setattr(type(gap), "verdict", verdict)
    assert "fell from 15–16 in" in change(gap)
