"""The reader of narratives: what it must read, and what it must leave alone.

Every expected figure is read off the sentence by hand.
"""

import importlib.util
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trafficking_stats.errors import ReaderError
from trafficking_stats.readers.narrative import extract
from trafficking_stats.readers.narrative.lexicon import detect_language, load
from trafficking_stats.readers.narrative.numerals import find_numerals
from trafficking_stats.readers.narrative.times import find_periods
from trafficking_stats.readers.narrative.tokens import sentences, tokenize
from trafficking_stats.readers.narrative.words import Words

MADE_UP = Path(__file__).parent / "data" / "narrative"


def read(text, language="en", year=2018):
    """Figures as (indicator, period, value)."""
    found = extract(text, country="DNK", default_year=year, language=language)
    for p in found:
        assert text[p.char_start : p.char_end] == p.text
    return [(p.indicator, p.period, p.value) for p in found]


def numbers(text, language="en"):
    return [n.value for n in find_numerals(Words(tokenize(text), load(language))) if n.kind == "count"]


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("twenty-three victims", "en", 23),
        ("one hundred and five victims", "en", 105),
        ("two thousand three hundred victims", "en", 2300),
        ("1,814 victims", "en", 1814),
        ("toogtyve ofre", "da", 22),
        ("syvoghalvfems ofre", "da", 97),
        ("treogtres ofre", "da", 63),
        ("hundrede og tyve ofre", "da", 120),
        ("1.814 ofre", "da", 1814),
        ("ét offer", "da", 1),
    ],
)
def test_numbers_in_words_and_digits(text, language, value):
    assert numbers(text, language) == [value]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("12 percent", "en"),
        ("$1.3 million", "en"),
        ("7 million krone", "en"),
        ("Section 262(a)", "en"),
        ("Sections 133, 133a, and 175", "en"),
        ("under the age of 18", "en"),
        ("three times", "en"),
        ("a 2013 amendment", "en"),
        ("an increase of 28", "en"),
        ("23 mio. kr.", "da"),
        ("§ 262 a", "da"),
        ("20 procent", "da"),
        ("en stigning på 28", "da"),
    ],
)
def test_numbers_that_count_nobody(text, language):
    assert numbers(text, language) == []


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("in the first six months of the year", ["2018-01/2018-06"]),
        ("as of August 31", ["2018-01/2018-08"]),
        ("since 2009", ["2009/2018"]),
        ("in the last three years", ["2016/2018"]),
        ("between 2007 and 2017", ["2007/2017"]),
        ("from January to September 2017", ["2017-01/2017-09"]),
        ("in FY 2014 and fiscal year 2015", ["FY2014", "FY2015"]),
        ("on March 12, 2017", ["2017-03"]),
        ("a 2013 amendment", []),
    ],
)
def test_expressions_of_time(text, labels):
    assert [p.label for p in find_periods(Words(tokenize(text), load("en")), 2018)] == labels


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How many victims were identified in 2015?\n\n112\n\nOther matters.", [("victims_identified", "2015", 112)]),
        ("How many traffickers were convicted in 2015?\nNine.", [("convictions", "2015", 9)]),
        (
            "How many victims were found in 2015?\n112\nHow many persons were convicted in 2015?\n9\n",
            [("victims_identified", "2015", 112), ("convictions", "2015", 9)],
        ),
        (
            "Results of 2015\n\n- Victims identified: 112\n- Traffickers convicted: 9\n",
            [("victims_identified", "2015", 112), ("convictions", "2015", 9)],
        ),
        (
            "In 2015 the police identified:\n* 12 victims of forced labour;\n* 5 victims of forced begging.",
            [("victims_identified", "2015", 12), ("victims_identified", "2015", 5)],
        ),
        (
            "Of the 17 victims identified in 2015:\n• **12** were women\n• five were men",
            [("victims_identified", "2015", 17), ("victims_identified", "2015", 12), ("victims_identified", "2015", 5)],
        ),
    ],
)
def test_answers_and_items_of_a_list_lean_on_the_line_before(text, expected):
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Police identified 12, 15 and 20 victims in 2015, 2016 and 2017, respectively.", "en"),
        ("I 2015, 2016 og 2017 identificerede politiet henholdsvis 12, 15 og 20 ofre.", "da"),
    ],
)
def test_figures_said_respectively_have_a_year_each(text, language):
    assert [row[1:] for row in read(text, language)] == [("2015", 12), ("2016", 15), ("2017", 20)]


def test_signs_of_less_and_more_are_qualifiers():
    found = extract("Courts convicted <5 traffickers in 2017.", country="DNK", default_year=2018, language="en")
    assert [(p.value, p.qualifier, p.text) for p in found] == [(5, "fewer_than", "5")]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Authorities noted a rise in victims from Nigeria and identified 38 of them.", "en"),
        ("There was a rise in victims from Romania, of whom police identified 38.", "en"),
        ("Der var en stigning i antallet af ofre fra Nigeria, og politiet identificerede 38 ofre.", "da"),
    ],
)
def test_a_rise_from_a_country_compares_nothing(text, language):
    assert read(text, language) == [("victims_identified", "2018", 38)]


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("Police identified 61 victims (2016) and 48 (2017).", ["2016", "2017"]),
        ("Police identified 61 victims (in 2016).", ["2016"]),
        ("Police identified 61 victims (the law was amended in 2015).", ["2018"]),
        ("Police identified 61 victims (see the table for 2016) and 12 suspects.", ["2018"]),
    ],
)
def test_only_a_year_alone_in_brackets_dates_the_figure_before(text, years):
    assert [period for _, period, _ in read(text)] == years


def test_a_figure_in_brackets_after_a_section_of_a_law_is_none_of_its_sections():
    text = "Prosecutors charged 32 defendants under article 189 (49 in 2015) and 33 under article 203 (25 in 2015)."
    told = [("2018", 32), ("2015", 49), ("2018", 33), ("2015", 25)]
    assert read(text) == [("prosecutions", period, value) for period, value in told]


@pytest.mark.parametrize("answer", ["No, none.", "No, not one."])
def test_an_answer_that_says_no_twice_is_one_figure(answer):
    text = f"Q: Were any traffickers convicted in 2017?\nA: {answer}"
    assert read(text) == [("convictions", "2017", 0)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The number of victims rose to 12; five traffickers were convicted.",
            [("victims_identified", "2018", 12), ("convictions", "2018", 5)],
        ),
        (
            "Victims numbered 31, 12 traffickers were convicted.",
            [("victims_identified", "2018", 31), ("convictions", "2018", 12)],
        ),
    ],
)
def test_a_figure_shares_no_noun_across_a_stop(text, expected):
    assert read(text) == expected


def test_persons_sentenced_to_years_are_no_range_of_years():
    text = "The court sentenced two to four years' imprisonment."
    first = extract(text, country="DNK", default_year=2018, language="en")[0]
    assert (first.indicator, first.value, first.unit) == ("sentences", 2, "persons")


def test_the_number_of_a_directive_is_no_year():
    assert read("Under Directive 2011/36/EU the police identified 17 victims.") == [("victims_identified", "2018", 17)]


def test_a_word_in_quotation_marks_says_what_it_says_without():
    assert read('Police identified nine "potential" victims.') == [("victims_potential", "2018", 9)]


def test_figures_in_brackets_are_of_the_words_before_them():
    text = "Police identified victims of labour exploitation in agriculture (12) and in construction (9)."
    found = extract(text, country="DNK", default_year=2018, language="en")
    assert [(p.value, p.breakdown) for p in found] == [(12, "form=labor"), (9, "form=labor")]


def test_a_figure_compared_with_one_that_is_not_read_is_not_of_the_sentence_before():
    text = (
        "In 2013, 93 people were convicted. Police contacted 472 suspects in 2019, compared with 602 the year before."
    )
    assert read(text) == [("convictions", "2013", 93)]


def test_confirmed_ones_among_potential_victims_are_identified():
    text = "Authorities identified 80 potential victims, including 25 confirmed victims."
    assert read(text) == [("victims_potential", "2018", 80), ("victims_identified", "2018", 25)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Of the victims identified, four were 17 years old.", "en"),
        ("Politiet identificerede ofre i 2018, og fire var 17 år.", "da"),
    ],
)
def test_an_age_below_18_makes_a_child(text, language):
    found = extract(text, country="DNK", default_year=2018, language=language)
    assert [(p.value, p.breakdown) for p in found] == [(4, "age=child")]


def test_comparison_takes_its_own_year():
    text = "Authorities investigated 12 cases in 2014, a decrease from 13 in 2013."
    assert read(text) == [("investigations", "2014", 12), ("investigations", "2013", 13)]


def test_comparison_without_a_year_is_the_year_before():
    text = "In 2016 courts convicted 20 traffickers, up from 14."
    assert read(text) == [("convictions", "2016", 20), ("convictions", "2015", 14)]


def test_previous_year_hangs_on_the_compared_year():
    text = "In 2012, police identified 40 victims, compared with 31 the previous year."
    assert read(text)[1] == ("victims_identified", "2011", 31)


def test_bracketed_lists_inherit_head_and_year():
    text = "Police identified 9 victims (5 women, 4 men) in 2018 compared to 7 (6 women, 1 man) in 2016."
    years = [period for _, period, _ in read(text)]
    assert years == ["2018"] * 3 + ["2016"] * 3


def test_a_comparison_is_of_what_was_counted_not_of_what_it_was_counted_in():
    text = "Police counted 494 victims in closed investigations in 2019, against 503 in 2018."
    assert [(name, year) for name, year, _ in read(text)] == [
        ("victims_identified", "2019"),
        ("victims_identified", "2018"),
    ]


def test_a_centre_against_trafficking_compares_nothing():
    danish = "I 2018 identificerede Center mod Menneskehandel 97 ofre, mod 98 året før."
    assert [(year, value) for _, year, value in read(danish, "da")] == [("2018", 97), ("2017", 98)]


def test_referrals_of_victims_or_into_a_mechanism_are_counted():
    text = "The referral mechanism received 627 referrals in 2019 and police made nine referrals to prosecutors."
    assert read(text) == [("victims_referred", "2019", 627), ("victims_referred", "2019", 9)]
    assert read("The police made 27 referrals in 2019.") == []


def test_parts_are_of_the_year_of_the_sentence_before():
    text = "The board counted 196 victims in 2016. In 2017 the number climbed to 269. Of these, 66 were children."
    assert [(year, value) for _, year, value in read(text)] == [("2016", 196), ("2017", 269), ("2017", 66)]


def test_how_far_a_rank_reaches_back_dates_nothing():
    text = "In 2019 police identified 1,372 victims, the highest number since 2014, when 1,256 people were identified."
    assert [(year, value) for _, year, value in read(text)] == [("2019", 1372), ("2014", 1256)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("On average 78 victims were found each year between 2014 and 2021.", "en"),
        ("Police find about 78 victims every year.", "en"),
        ("I gennemsnit blev 78 ofre fundet hvert år.", "da"),
    ],
)
def test_a_mean_of_years_is_no_figure_of_any(text, language):
    assert read(text, language) == []


def test_years_up_to_one_and_the_year_after():
    text = "In the ten years to 2016, police identified 632 victims. A year later there were 98."
    assert [(year, value) for _, year, value in read(text)] == [("2007/2016", 632), ("2017", 98)]


def test_persons_who_got_the_status_of_victims_were_not_convicted():
    text = "Tolv personer blev dømt i 2015. I 2016 fik 254 personer status som mulige ofre."
    assert read(text, "da") == [("convictions", "2015", 12)]


def test_help_given_to_victims_is_help():
    assert read("Assistance was given to 130 victims in 2016.") == [("victims_assisted", "2016", 130)]


def test_a_count_after_a_colon():
    assert read("Figures for 2016: 73 victims (48 women, 25 men).")[0] == ("victims_identified", "2016", 73)


def test_compared_figures_pair_in_order():
    text = "The government reported 10 investigations and five prosecutions, compared with 12 and six, respectively."
    assert read(text) == [
        ("investigations", "2018", 10),
        ("prosecutions", "2018", 5),
        ("investigations", "2017", 12),
        ("prosecutions", "2017", 6),
    ]


def test_months_of_the_compared_year():
    text = "From January to September, police rescued 77 women, up from 54 during the same period of 2017."
    assert read(text)[1] == ("victims_identified", "2017-01/2017-09", 54)


def test_two_verbs_give_two_records():
    text = "The agency identified and assisted 12 victims. Nine men were identified and referred to care."
    assert read(text) == [
        ("victims_identified", "2018", 12),
        ("victims_assisted", "2018", 12),
        ("victims_identified", "2018", 9),
        ("victims_referred", "2018", 9),
    ]


def test_repeated_total_is_not_proposed_twice():
    text = "Police identified 71 victims. Of the 71 victims, eight were children."
    assert read(text) == [("victims_identified", "2018", 71), ("victims_identified", "2018", 8)]


def test_known_total_with_another_verb_is_a_figure():
    text = "Police identified 18 victims and referred all 18 to shelters."
    assert read(text) == [("victims_identified", "2018", 18), ("victims_referred", "2018", 18)]


def test_subset_of_potential_victims_stays_potential():
    text = "Officials identified 30 potential victims. Of the 30, 12 were women."
    assert read(text)[1][0] == "victims_potential"


def test_negated_verb_counts_none_but_not_reported_is_missing():
    assert read("Courts did not convict any traffickers.") == [("convictions", "2018", 0)]
    assert read("The government did not report any convictions.") == []
    assert read("Police did not proactively identify victims.") == []
    assert read("There were no convictions in 2016.") == [("convictions", "2016", 0)]


def test_negated_list_of_verbs():
    text = "The government did not investigate, prosecute, or convict any officials."
    assert [i for i, _, _ in read(text)] == ["investigations", "prosecutions", "convictions"]


def test_penalties_of_a_law_are_not_sentences():
    assert read("The law prescribes penalties of three to 10 years' imprisonment.") == []
    text = "The law prescribes 5 to 10 years' imprisonment; in 2018 courts sentenced three traffickers to six years."
    assert read(text) == [
        ("sentences", "2018", 3),
        ("sentence_min", "2018", 6),
        ("sentence_max", "2018", 6),
    ]


def test_range_of_sentences_in_two_units():
    text = "Convicted traffickers received terms ranging from 18 months to four years in prison."
    found = extract(text, country="DNK", default_year=2014)
    assert [(p.indicator, p.value, p.unit) for p in found] == [
        ("sentence_min", 18, "months"),
        ("sentence_max", 4, "years"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Police arrested 45 suspected traffickers.",
        "A court acquitted 12 defendants.",
        "The government trained 120 police officers and 40 judges.",
        "Authorities granted residence permits to 25 victims.",
        "Officials repatriated 12 victims.",
        "The ministry ran 27 shelters with 300 beds.",
        "NGOs estimated that 5,000 women were exploited.",
        "Police referred nine cases to prosecutors.",
        "The government disbursed 5 million pesos to 484 victims.",
    ],
)
def test_what_is_ignored_on_purpose(text):
    assert read(text) == []


@pytest.mark.parametrize(
    ("words", "qualifier"),
    [
        ("more than 30", "more_than"),
        ("at least 30", "at_least"),
        ("nearly 30", "almost"),
        ("approximately 30", "approximately"),
        ("up to 30", "up_to"),
        ("fewer than 30", "fewer_than"),
        ("30", "exact"),
    ],
)
def test_qualifiers(words, qualifier):
    (found,) = extract(f"Courts convicted {words} traffickers in the year.", country="DNK", default_year=2018)
    assert found.qualifier == qualifier


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I 2018 blev 77 personer vurderet som ofre for menneskehandel.", [("victims_identified", "2018", 77)]),
        (
            "Domstolene dømte fem menneskehandlere; året før blev syv dømt.",
            [("convictions", "2018", 5), ("convictions", "2017", 7)],
        ),
        ("Domstolene dømte ikke nogen menneskehandlere.", [("convictions", "2018", 0)]),
        ("Regeringen har ikke rapporteret om sager.", []),
        (
            "Antallet af ofre steg fra 71 i 2014 til 93 i 2015.",
            [("victims_identified", "2014", 71), ("victims_identified", "2015", 93)],
        ),
        (
            "Anklagemyndigheden retsforfulgte 26 personer, heraf seks for tvangsarbejde, mod 19 i 2017.",
            [("prosecutions", "2018", 26), ("prosecutions", "2018", 6), ("prosecutions", "2017", 19)],
        ),
        ("Loven fastsætter straffe på mellem to og ti års fængsel.", []),
        ("I alt 61 ofre har modtaget støtte.", [("victims_assisted", "2018", 61)]),
    ],
)
def test_danish(text, expected):
    assert read(text, "da") == expected


def test_lines_broken_at_a_width_are_one_paragraph():
    text = "I 2015 efterforskede politiet tre sager om menneskehandel, hvilket er en nedgang \n\nfra 12 sager i 2014. "
    text += "Regeringen indledte dog retsforfølgelse af 58 mistænkte for \n\nmenneskehandel i 2015, hvilket er \n\n"
    text += "en stigning fra 15 i 2014, og domstolene dømte i alt ni personer i de sager, der \n\nblev ført."
    found = {s.paragraph for s in sentences(text, load("da"))}
    assert found == {0}
    assert read(text, "da", 2015)[1] == ("investigations", "2014", 12)


def test_abbreviations_do_not_end_a_sentence():
    text = "The U.S. Department reported it. Police, e.g. Inspector B. Jensen, found 12 victims."
    assert len(list(sentences(text, load("en")))) == 2


def test_every_proposal_explains_itself():
    text = "In 2014, the government identified 71 victims, compared with 76 in 2013."
    for p in extract(text, country="DNK", default_year=2014):
        assert p.rule
        assert p.period_source
        assert 0 < p.confidence <= 1
        assert p.context == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Prosecutions numbered four.", [("prosecutions", "2018", 4)]),
        ("The number of those convicted rose to 640.", [("convictions", "2018", 640)]),
        (
            "Police identified 4,309 victims; 72% (3,142) were male and 28% (1,167) female.",
            [
                ("victims_identified", "2018", 4309),
                ("victims_identified", "2018", 3142),
                ("victims_identified", "2018", 1167),
            ],
        ),
        (
            "Police opened 17 cases, up from 10 in 2017: three labour, 14 sex.",
            [
                ("investigations", "2018", 17),
                ("investigations", "2017", 10),
                ("investigations", "2018", 3),
                ("investigations", "2018", 14),
            ],
        ),
        ("In 2015 police arrested 22. Courts convicted eight.", [("convictions", "2015", 8)]),
        (
            "Officials identified and gave support to 196 victims.",
            [("victims_identified", "2018", 196), ("victims_assisted", "2018", 196)],
        ),
        (
            "In the first half of 2017 police opened six cases, in the second half 19.",
            [("investigations", "2017-01/2017-06", 6), ("investigations", "2017-07/2017-12", 19)],
        ),
        ("Police registered 73 cases in the second quarter of 2017.", [("investigations", "2017-04/2017-06", 73)]),
        ("Police opened 12 cases in the 2017/18 financial year.", [("investigations", "FY2018", 12)]),
        ("In the year to March 2017, police opened 12 cases.", [("investigations", "2016-04/2017-03", 12)]),
        ("None of these cases led to convictions.", [("convictions", "2018", 0)]),
        ("Courts convicted 17 people, all but two of them men.", [("convictions", "2018", 17)]),
        ("Police found 12 victims; the youngest was four.", [("victims_identified", "2018", 12)]),
        ("Of those convicted, 19 received suspended prison sentences.", [("sentences", "2018", 19)]),
        (
            "Courts convicted nine, against 12 in 2017, and secured 15 indictments.",
            [("convictions", "2018", 9), ("convictions", "2017", 12), ("prosecutions", "2018", 15)],
        ),
        (
            "In 2017 police identified 40 victims. Courts convicted eight.",
            [("victims_identified", "2017", 40), ("convictions", "2017", 8)],
        ),
        (
            "Police identified 40 victims. In 2016 the figure was 52. Courts convicted eight.",
            [("victims_identified", "2018", 40), ("victims_identified", "2016", 52), ("convictions", "2018", 8)],
        ),
        (
            "Compared with 2017, the number of victims rose by 7 % to 93.",
            [("victims_identified", "2018", 93)],
        ),
        ("Courts convicted 20 people for domestic violence.", []),
        ("Police rescued 300 victims of domestic violence.", []),
        ("The average sentence was 23 months, and courts convicted four.", [("convictions", "2018", 4)]),
        ("Police identified 1 440 victims.", [("victims_identified", "2018", 1440)]),
        ("Police identified 1'200 victims.", [("victims_identified", "2018", 1200)]),
        (
            "Authorities opened 134 investigations and 55 prosecutions, versus 113 and 46 in 2017.",
            [
                ("investigations", "2018", 134),
                ("prosecutions", "2018", 55),
                ("investigations", "2017", 113),
                ("prosecutions", "2017", 46),
            ],
        ),
    ],
)
def test_kinds_of_sentences(text, expected):
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        ("In Q1 2018 police identified 34 victims.", ["2018-01/2018-03"]),
        ("Police identified 34 victims in H2 of 2017.", ["2017-07/2017-12"]),
        ("In the 12 months to September 2017, police identified 230 victims.", ["2016-10/2017-09"]),
        ("In the quarter ended 30 June 2017 police identified 23 victims.", ["2017-04/2017-06"]),
        ("In 2017 (January – September), 45 victims were identified.", ["2017-01/2017-09"]),
        ("Over the past decade, courts convicted 56 traffickers.", ["2009/2018"]),
        ("In the three years from 2013, courts convicted 56 traffickers.", ["2013/2015"]),
        ("In the two years prior to 2017, courts convicted 56 traffickers.", ["2015/2016"]),
        ("In 2016-17 the police identified 45 victims.", ["FY2017"]),
        ("In 2012-15 the police identified 45 victims.", ["2012/2015"]),
        ("In 2016/17 and 2017/18 the police identified 45 and 54 victims.", ["FY2017", "FY2018"]),
        ("The number of victims in 2016, 2017 and 2018 was 80, 77 and 73.", ["2016", "2017", "2018"]),
        ("Police opened 24 cases and continued 16 cases from the previous year.", ["2018", "2018"]),
        ("Police continued investigating 16 cases opened in 2016.", ["2018"]),
        ("As in the previous year, officials did not convict anyone.", ["2018"]),
        (
            "Police opened 31 cases in 2016, 26 in 2017, and 20 in 2018, "
            "while convictions numbered five, six and three, respectively.",
            ["2016", "2017", "2018", "2016", "2017", "2018"],
        ),
        (
            "In the first quarter of 2018, 410 victims were identified. Most were women (230). "
            "In the same period courts convicted eight.",
            ["2018-01/2018-03"] * 3,
        ),
        (
            "There were 24 victims in 2016, 31 in 2017, and 26 in 2018. Of the identified victims, 61 were women.",
            ["2016", "2017", "2018", "2016/2018"],
        ),
        ("Police opened 48 cases, up from 37 in 2017 and 41 the year before that.", ["2018", "2017", "2016"]),
        (
            "In the first quarter of 2018, 410 victims were identified. "
            "That is up from 350 in the same quarter of the previous year.",
            ["2018-01/2018-03", "2017-01/2017-03"],
        ),
        ("Courts convicted 29 traffickers, 27 of them under the 2015 trafficking law.", ["2018", "2018"]),
        ("From 2015 onwards courts convicted 34 traffickers.", ["2015/2018"]),
        ("In 2017-18, police received many reports. They charged 19 suspects.", ["FY2018"]),
        ("In 2016 there were 46 victims and in 2018 68. Of these, 40 were women.", ["2016", "2018", "2018"]),
        ("In the first half of the year police opened nine cases. Sentences ranged from two to six years.", None),
    ],
)
def test_periods(text, periods):
    expected = ["2018-01/2018-06", "2018", "2018"] if periods is None else periods
    assert [period for _, period, _ in read(text)] == expected


def test_a_danish_subject_follows_its_verb():
    text = "Fra 2017 til 2018 steg antallet af ofre fra 64 til 98."
    assert [(indicator, value) for indicator, _, value in read(text, "da")] == [
        ("victims_identified", 64),
        ("victims_identified", 98),
    ]


@pytest.mark.parametrize(
    "text", ["I 1. halvår 2017 fandt politiet 51 ofre.", "I 2. kvartal 2017 fandt politiet 51 ofre."]
)
def test_danish_parts_of_a_year_begin_with_a_digit(text):
    ((_, period, _),) = read(text, "da")
    assert period in ("2017-01/2017-06", "2017-04/2017-06")


@pytest.mark.parametrize(
    ("words", "value", "upper", "qualifier"),
    [
        ("three to five", 3, 5, "between"),
        ("45 or 46", 45, 46, "between"),
        ("45 (forty-five)", 45, None, "exact"),
        ("200+", 200, None, "at_least"),
        ("200 or more", 200, None, "at_least"),
        ("~45", 45, None, "approximately"),
        ("ca. 45", 45, None, "approximately"),
    ],
)
def test_numbers_in_odd_forms(words, value, upper, qualifier):
    (found,) = extract(f"Police identified {words} victims.", country="DNK", default_year=2018, language="en")
    assert (found.value, found.value_upper, found.qualifier) == (value, upper, qualifier)


@pytest.mark.parametrize(
    "text",
    [
        "Two in five victims identified were minors.",
        "Police identified 34 more victims than in 2017.",
        "Neither of the two suspects was convicted.",
        "The government identified 34 victims in each of the past two years.",
        "The police missed their target of 45 victims identified.",
        "Police identified a 45-year-old victim.",
    ],
)
def test_numbers_that_only_seem_to_count_victims(text):
    assert read(text) == []


def test_a_rise_between_two_figures_is_no_range():
    text = "The number of convictions rose from three to five."
    assert [value for _, _, value in read(text)] == [3, 5]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Prosecutors filed 104 new cases while 82 remained pending in the courts.",
            [("prosecutions", 104, "cases"), ("prosecutions", 82, "cases")],
        ),
        ("Police brought 36 suspected traffickers to court.", [("prosecutions", 36, "persons")]),
        ("Police conducted 93 anti-trafficking investigations.", [("investigations", 93, "cases")]),
        (
            "Courts convicted 82 traffickers: 51 for sex trafficking.",
            [("convictions", 82, "persons"), ("convictions", 51, "persons")],
        ),
        (
            "Courts convicted 82 traffickers. Sixty-six of the convicted were given prison sentences.",
            [("convictions", 82, "persons"), ("sentences", 66, "persons")],
        ),
        (
            "Police opened 63 sex trafficking and 301 labor trafficking investigations.",
            [("investigations", 63, "cases"), ("investigations", 301, "cases")],
        ),
        ("The assistance system received 43 new clients.", [("victims_assisted", 43, "persons")]),
        ("In all, 71 suspects came into contact with the police.", [("investigations", 71, "persons")]),
        ("A total of 21 suspects were identified.", [("investigations", 21, "persons")]),
        ("Only one of the 34 suspects was convicted.", [("convictions", 1, "persons")]),
        ("Police identified 34 victims aged 12 to 17.", [("victims_identified", 34, "persons")]),
        ("Eleven accused were convicted.", [("convictions", 11, "persons")]),
        ("Police identified 34 victims [12].", [("victims_identified", 34, "persons")]),
        ("In all, 10 victims had been made to beg.", [("victims_identified", 10, "persons")]),
        ("Judgments were passed against 25 defendants.", [("convictions", 25, "persons")]),
        ("Courts tried 19 defendants in 11 matters.", [("prosecutions", 19, "persons"), ("prosecutions", 11, "cases")]),
        ("Centres started counselling for 31 presumed victims.", [("victims_assisted", 31, "persons")]),
        ("The lightest sentence was eight years in prison.", [("sentence_min", 8, "years")]),
    ],
)
def test_what_is_counted(text, expected):
    found = extract(text, country="DNK", default_year=2018, language="en")
    assert [(p.indicator, p.value, p.unit) for p in found] == expected


def test_a_range_is_one_figure_with_two_ends():
    (found,) = extract("Between 40 and 50 victims were identified.", country="DNK", default_year=2018, language="en")
    assert (found.value, found.value_upper, found.qualifier, found.text) == (40, 50, "between", "40 and 50")


@pytest.mark.parametrize(("words", "qualifier"), [("no more than 269", "up_to"), ("no fewer than 269", "at_least")])
def test_negated_comparisons_qualify(words, qualifier):
    (found,) = extract(f"Police found {words} victims in all.", country="DNK", default_year=2018, language="en")
    assert (found.value, found.qualifier) == (269, qualifier)


@pytest.mark.parametrize(
    ("text", "breakdowns"),
    [
        ("Police identified 40 victims: girls were 12, women 28.", ["total", "age=child;sex=female", "sex=female"]),
        ("Police identified 40 victims, of whom 30 came from Nigeria.", ["total", "nationality=Nigeria"]),
        (
            "Police identified 40 Nigerian women and 12 Danish men.",
            ["nationality=Nigeria;sex=female", "nationality=national;sex=male"],
        ),
        ("In 2018, nearly half of the 97 victims identified were women.", ["total"]),
        ("Police identified 12 child victims in 2017 and nine in 2018.", ["age=child", "age=child"]),
        (
            "Police opened nine cases: six of begging and three of unspecified forms.",
            ["total", "form=forced_begging", "form=unspecified"],
        ),
        (
            "Courts convicted 12 sex traffickers and two labor traffickers, compared with 20 in 2017.",
            ["form=sex", "form=labor", "total"],
        ),
        (
            "Police identified 40 victims of sex trafficking and 12 of forced labor, including five children.",
            ["form=sex", "form=labor", "age=child"],
        ),
        ("Courts convicted 12 people in cases of forced labor, sex trafficking, and forced begging.", ["total"]),
        ("A charity sheltered 41 women, six of whom were minors.", ["sex=female", "age=child;sex=female"]),
        (
            "Police opened 94 cases, 57 of them of forced begging; in 2017 there had been 48.",
            ["total", "form=forced_begging", "total"],
        ),
        (
            "Police identified 90 victims. Nigerian nationals (31) were the largest group.",
            ["total", "nationality=Nigeria"],
        ),
        (
            "Police identified 90 victims. Of the victims for whom the sex and age were known, 31 were men.",
            ["total", "sex=male"],
        ),
        ("In all, 34 of 120 victims identified were children.", ["age=child", "total"]),
        ("Police identified 12 children forced to beg.", ["age=child;form=forced_begging"]),
        ("The number of victims of forced labor rose slightly to 41.", ["form=labor"]),
        (
            "Police identified 90 victims, most of them women (40) and children (30).",
            ["total", "sex=female", "age=child"],
        ),
        ("Police identified 90 victims. Sexual exploitation accounted for 21 of the reports.", ["total", "form=sex"]),
    ],
)
def test_breakdowns(text, breakdowns):
    found = extract(text, country="DNK", default_year=2018, language="en")
    assert [p.breakdown for p in found] == breakdowns


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("I 2018 ble 66 personer identifisert som ofre.", "no", [("victims_identified", "2018", 66)]),
        ("Tingretten dømte tjueto personer for menneskehandel.", "no", [("convictions", "2018", 22)]),
        ("Under 2017 identifierade polisen 189 offer.", "sv", [("victims_identified", "2017", 189)]),
        ("Tjugotre personer dömdes för människohandel.", "sv", [("convictions", "2018", 23)]),
    ],
)
def test_norwegian_and_swedish(text, language, expected):
    assert read(text, language) == expected
    assert read(text, None) == expected


def test_tables_name_year_and_topic():
    text = "Year | Victims identified | Women | Convictions\n2017 | 98 | 50 | 3\n2018 | 97 | 45 | <5\n"
    found = extract(text, country="DNK", default_year=2018, language="en")
    assert [(p.indicator, p.period, p.value, p.breakdown, p.qualifier) for p in found] == [
        ("victims_identified", "2017", 98, "total", "exact"),
        ("victims_identified", "2017", 50, "sex=female", "exact"),
        ("convictions", "2017", 3, "total", "exact"),
        ("victims_identified", "2018", 97, "total", "exact"),
        ("victims_identified", "2018", 45, "sex=female", "exact"),
        ("convictions", "2018", 5, "total", "fewer_than"),
    ]
    assert [text[p.char_start : p.char_end] for p in found] == ["98", "50", "3", "97", "45", "5"]


def test_tables_with_years_in_their_heads():
    text = "| Number of | 2017 | 2018 |\n|---|---|---|\n| persons charged | 7 | 8 |\n| persons convicted | 3 | 4 |\n"
    assert read(text) == [
        ("prosecutions", "2017", 7),
        ("prosecutions", "2018", 8),
        ("convictions", "2017", 3),
        ("convictions", "2018", 4),
    ]


def test_other_matter_of_a_long_document_is_left_out():
    other = "\n\n".join(f"In 2018 the fire brigade rescued {n} people from burning houses." for n in range(20, 60))
    text = f"{other}\n\nCourts convicted nine traffickers in 2018.\n\n{other}"
    assert read(text) == [("convictions", "2018", 9)]
    assert read("In 2018 the fire brigade rescued 20 people.") == [("victims_identified", "2018", 20)]


def test_languages_are_told_apart():
    assert detect_language("The police identified the victims and referred them to care.") == "en"
    assert detect_language("Politiet har identificeret ofrene og henvist dem til hjælp.") == "da"
    with pytest.raises(ReaderError, match="is in French"):
        detect_language("La police a identifié vingt victimes et les a orientées vers des foyers spécialisés.")
    with pytest.raises(ReaderError, match="too few"):
        detect_language("2014")
    with pytest.raises(ReaderError, match="Known languages: da, en, no, sv"):
        extract("text", country="DNK", default_year=2014, language="fr")


def test_unlikely_default_year_is_refused():
    with pytest.raises(ReaderError, match="1990"):
        extract("The police found two of the victims.", country="DNK", default_year=19)


@pytest.mark.parametrize(
    "shape",
    ["1" * 200_000, "12, " * 25_000, "(12 " * 10_000, ". " * 50_000, " " * 200_000, "\n" * 200_000, "a-" * 50_000],
)
def test_pathological_lines_are_answered(shape):
    assert extract(shape, country="DNK", default_year=2014, language="en") == []


WORDS = st.sampled_from(
    [
        "police",
        "identified",
        "convicted",
        "12",
        "1,024",
        "twenty-three",
        "no",
        "none",
        "victims",
        "traffickers",
        "cases",
        "(",
        ")",
        ",",
        ";",
        ".",
        "compared",
        "with",
        "in",
        "2013",
        "2014",
        "the",
        "of",
        "whom",
        "were",
        "women",
        "did",
        "not",
        "any",
        "sentenced",
        "to",
        "years",
        "months",
        "from",
        "ranging",
        "respectively",
        "FY",
        "since",
        "2009",
        "I",
        "blev",
        "ofre",
        "dømt",
        "ikke",
        "ingen",
        "heraf",
        "mod",
        "året",
        "før",
        "til",
        "en",
        "et",
        "§",
        "262",
        "a",
        "%",
        "$",
        "million\n\n",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=60).map(" ".join), st.sampled_from(["en", "da", "no", "sv"]))
def test_any_order_of_words_gives_places_inside_the_text(text, language):
    found = extract(text, country="DNK", default_year=2014, language=language)
    assert found == extract(text, country="DNK", default_year=2014, language=language)
    for p in found:
        assert text[p.char_start : p.char_end] == p.text != ""
        assert p.value >= 0


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_answered(text):
    extract(text, country="DNK", default_year=2014, language="en")


def test_made_up_texts_keep_their_score(root):
    """Guard against a change that reads one text better and the others worse."""
    spec = importlib.util.spec_from_file_location("extract_benchmark", root / "benchmarks" / "extract.py")
    benchmark = importlib.util.module_from_spec(spec)
    sys.modules["extract_benchmark"] = benchmark
    spec.loader.exec_module(benchmark)
    groups, _ = benchmark.measure(MADE_UP)
    assert groups["all"].levels["value"].f1 >= 0.97
    assert groups["en"].levels["strict"].f1 >= 0.95
    assert groups["da"].levels["strict"].f1 >= 0.93


def test_labelled_sentences_keep_their_score(root):
    spec = importlib.util.spec_from_file_location("extract_benchmark", root / "benchmarks" / "extract.py")
    benchmark = importlib.util.module_from_spec(spec)
    sys.modules["extract_benchmark"] = benchmark
    spec.loader.exec_module(benchmark)
    tuned, _ = benchmark.measure(MADE_UP / "sentences" / "tuned.txt")
    styles, _ = benchmark.measure(MADE_UP / "sentences" / "styles.txt")
    unseen, _ = benchmark.measure(MADE_UP / "sentences" / "heldout.txt")
    assert tuned["all"].levels["strict"].f1 >= 0.95
    assert styles["all"].levels["strict"].f1 >= 0.95
    assert unseen["all"].levels["strict"].f1 >= 0.80
    assert unseen["no"].levels["strict"].f1 >= 0.90


def test_labels_of_the_made_up_texts_stand_in_them():
    for entry in json.loads((MADE_UP / "manifest.json").read_text(encoding="utf-8")):
        text = (MADE_UP / f"{entry['name']}.txt").read_text(encoding="utf-8")
        for line in (MADE_UP / f"{entry['name']}.jsonl").read_text(encoding="utf-8").splitlines():
            label = json.loads(line)
            assert text[label["char_start"] : label["char_end"]] == label["text"]


def test_own_scores_agree_with_the_reference(root, shared):
    """The benchmark's scorer and the maintainers' give the same F1 on the open texts."""
    modules = {}
    for name, path in (("own", root / "benchmarks" / "extract.py"), ("other", shared / "extract" / "score.py")):
        spec = importlib.util.spec_from_file_location(f"scorer_{name}", path)
        modules[name] = importlib.util.module_from_spec(spec)
        sys.modules[f"scorer_{name}"] = modules[name]
        spec.loader.exec_module(modules[name])
    own, other = modules["own"], modules["other"]
    for entry, text, labels in own.documents(shared / "extract" / "open"):
        found = extract(text, country="DNK", default_year=int(entry["default"]))
        records = [p.as_label() for p in found][::-1][1:]  # one left out, so that the score is not 1
        reference = other.score_doc(records, labels, "class")
        mine = own.score(records, labels)
        for level in own.LEVELS:
            hits, false, missed, _ = reference[level]
            tally = mine.levels[level]
            assert (tally.hits, tally.false, tally.missed) == (hits, len(false), len(missed))


def parts(text, language="en"):
    """Figures as (value, breakdown, period)."""
    found = extract(text, country="DNK", default_year=2018, language=language)
    return [(p.value, p.breakdown, p.period) for p in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In 2017 courts convicted 15 nationals and one foreign citizen.", ["national", "foreign"]),
        ("In 2017 courts convicted 15 Thai nationals and two nationals of Nigeria.", ["Thailand", "Nigeria"]),
        ("In 2017 courts convicted 15 traffickers whom the Danish police had arrested.", [""]),
        ("In 2017, 176 victims were found; Nigerians numbered 120, Romanians numbered 56.", ["", "Nigeria", "Romania"]),
    ],
)
def test_of_which_nationality_people_are(text, expected):
    wanted = [f"nationality={name}" if name else "total" for name in expected]
    assert [breakdown for _, breakdown, _ in parts(text)] == wanted


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In 2017, 406 victims (82 %) were sexually exploited and 88 were made to work.", ["form=sex", "form=labor"]),
        ("As regards forced labour, the number of victims rose to 12 in 2017.", ["form=labor"]),
        ("There were 90 victims in 2017. Forced labour accounted for 17 of the victims.", ["total", "form=labor"]),
        ("Most victims in 2017 were women and girls: 80 of 90.", ["sex=female", "total"]),
        ("The number of girls among the victims in 2017 was 12.", ["age=child;sex=female"]),
    ],
)
def test_what_part_a_figure_is_of(text, expected):
    assert [breakdown for _, breakdown, _ in parts(text)] == expected


@pytest.mark.parametrize(
    ("text", "language", "periods"),
    [
        ("Since 2012, when the law came into force, 71 persons have been convicted.", "en", ["2012/2018"]),
        ("It was the lowest number since 2011, when 71 persons were convicted.", "en", ["2011"]),
        ("Siden 2012, da loven trådte i kraft, er 71 personer blevet dømt.", "da", ["2012/2018"]),
        ("71 persons have been convicted, the ministry said in 2015.", "en", ["2018"]),
        ("In 2016, 23 persons were convicted according to the ministry in 2017.", "en", ["2016"]),
        ("I 2016 blev 23 personer dømt ifølge ministeriet i 2017.", "da", ["2016"]),
        ("71 personer er blevet dømt, oplyste ministeriet i 2015.", "da", ["2018"]),
        ("In 2017, 72 were convicted, a quarter of the number in 2013.", "en", ["2017"]),
        ("In 2017, 72 traffickers were convicted, half the 2013 figure.", "en", ["2017"]),
        ("I 2017 blev 72 personer dømt, omkring halvdelen af antallet i 2013.", "da", ["2017"]),
        ("In 2013-2015, 69 persons were convicted, compared with 25.", "en", ["2013/2015", "2010/2012"]),
        (
            "Between 2014 and 2016, 69 persons were convicted, between 2010 and 2012 44.",
            "en",
            ["2014/2016", "2010/2012"],
        ),
        (
            "Police charged 75 in 2017, down from 98 in 2016, while convictions doubled to 23 from 10.",
            "en",
            ["2017", "2016", "2017", "2016"],
        ),
    ],
)
def test_a_year_that_dates_something_else_dates_no_figure(text, language, periods):
    assert [period for _, _, period in parts(text, language)] == periods


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Convictions under Sections 232 (trafficking), 233 (forced labour), and 236 numbered 68 in 2017.", [68]),
        ("Between 2015 and 2017 about 60 victims a year were found.", []),
        ("Police found 60 victims a year earlier.", [60]),
        ("As published by the ministry:\n\n- 45 victims identified in 2017\n- 70 suspects in 2017", [45, 70]),
        ("In 2017 police identified 80 victims.\n\nIt rose again in 2018, to 91.", [80, 91]),
        ("In 2017 police identified 80 victims.\n\nThe 2018 total included 12 boys.", [80, 12]),
        ("In 2017 police identified 80 victims.\n\nThe number of shelters rose to 12.", [80]),
        ("In 2017 the register shows 143 victims.", [143]),
        ("The minister replied that there had been 39 victims in 2016, 48 in 2017.", [39, 48]),
        ("In 2017, 155 victims of forced labour and 58 victims of forced begging were identified.", [155, 58]),
        ("Forced labour leads the list, with 31 victims in 2017.", [31]),
        ("In 2017, 197 offences had been reported.", [197]),
        ("In 2017 courts convicted 83 people. The number of those acquitted was 31.", [83]),
        ("In 2016 police identified 66 victims. A year later it had doubled to 132.", [66, 132]),
        ("In 2017 police identified 80 victims.\n\nBack in 2014 there were just 54.", [80, 54]),
        ("In 2017 police identified 80 victims.\n\nBack in 2014 there were just 54 shelters.", [80]),
    ],
)
def test_what_is_counted_and_what_is_not(text, values):
    assert [value for value, _, _ in parts(text)] == values


def test_a_range_of_what_is_found_every_year_is_no_count():
    assert parts("Between 2015 and 2017, 90 victims were found, between 20 and 40 a year.") == [
        (90, "total", "2015/2017")
    ]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Nine defendants were convicted in 2019 (9) and four in 2020.", [9, 9, 4]),
        ("In 2019 police identified 45 (forty-five) victims.", [45]),
        ("Residence permits rest on section 9c(5). Police identified 12 victims.", [12]),
        ("How many counted?\n\nThree received asylum in 2019. Courts convicted 12 traffickers in 2019.", [12]),
        ("Police identified 30 victims, 12 of whom had been sold for sex and 18 forced to beg.", [30, 12, 18]),
    ],
)
def test_what_brackets_and_other_verbs_leave_alone(text, values):
    assert [proposal.value for proposal in extract(text, country="DNK", default_year=2020)] == values


@pytest.mark.parametrize(
    "opening",
    [
        "STOCKHOLM, May 3 - ",
        "Oslo, 21 March 2019 – ",
        "TALLINN, 9 June (AFP) — ",
        "By Mary Holm, 4 October 2021: ",
        "2 February 2020 | ",
    ],
)
def test_place_and_date_before_the_news_are_none_of_its_figures_and_date_none(opening):
    text = f"{opening}Swedish police identified 61 victims, up from 48 in 2016."
    assert read(text, year=2017) == [("victims_identified", "2017", 61), ("victims_identified", "2016", 48)]


def test_the_day_an_entry_of_a_chronicle_begins_with_dates_its_figures():
    assert read("3 March 2015 - Police identified 61 victims.") == [("victims_identified", "2015-03", 61)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("More victims than ever were found in 2014. Officials say the total reached 61.", [(61, "total", "2014")]),
        (
            "In 2016 police found 80 victims.\n\nThe picture in 2013 was another. That year 54 women were found.",
            [(80, "total", "2016"), (54, "sex=female", "2013")],
        ),
        (
            "The newest figures are for 2014.\n\nOf the 71 victims found that year, 12 were men.",
            [(71, "total", "2014"), (12, "sex=male", "2014")],
        ),
        ("Parliament changed the law in 2012. Police identified 45 victims.", [(45, "total", "2018")]),
        (
            "Courts convicted nine people in 2017. Over the four years from 2014 to 2017 the total was 37.",
            [(9, "total", "2017"), (37, "total", "2014/2017")],
        ),
        (
            "Police found 80 victims in 2016. In 2017 just 60 were found, 25 per cent below the level of 2016.",
            [(80, "total", "2016"), (60, "total", "2017")],
        ),
        (
            "Police found 80 victims in 2015. In 2016 the total was 60, down on the previous year.",
            [(80, "total", "2015"), (60, "total", "2016")],
        ),
        ("Police found 80 victims in the year 2007.", [(80, "total", "2007")]),
    ],
)
def test_a_figure_takes_the_year_that_the_text_names_for_it(text, expected):
    assert parts(text) == [(value, breakdown, period) for value, breakdown, period in expected]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Police found 90 victims in 2014. Then it crept, month after month, to 99 in 2015.", [90, 99]),
        ("Prosecutions inched to 43 from 41.", [43, 41]),
        ("Convictions culminated in 2013, at 51.", [51]),
        ("Officers dealt with 14 suspects in 2016 and nine in 2017.", [14, 9]),
    ],
)
def test_verbs_of_newspapers_that_lead_to_a_figure(text, values):
    assert [value for value, _, _ in parts(text)] == values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Police found 90 victims. More than half of them, 51 people, had been sold for sex.", (51, "form=sex")),
        ("Police found 90 victims. Begging accounted for 14 cases.", (14, "form=forced_begging")),
        ("Police found 90 victims. Prostitution was still the commonest purpose, with 51 people.", (51, "form=sex")),
        ("Police found 90 victims. Forced labour was the purpose in 22 cases.", (22, "form=labor")),
        ("Police found 90 victims. Of the 90, 31 were under 25.", (31, "age=under_25")),
        ("Police found 90 possible and confirmed victims.", (90, "total")),
        ("Police had 32 suspects in 2018.", (32, "total")),
        ("Police found 90 victims in 2016. In both 2017 and 2018 it was 61.", (61, "total")),
        ("Centres reported 87 clients in 2018.", (87, "total")),
        ("In 2018 some 61 possible victims entered the national referral mechanism.", (61, "total")),
    ],
)
def test_a_part_or_a_figure_of_its_own_sentence_is_read_with_what_it_is_of(text, expected):
    assert (parts(text)[-1][0], parts(text)[-1][1]) == expected


def test_what_is_counted_where_a_verb_alone_does_not_say():
    read_as = {
        "Police had 32 suspects in 2018.": "investigations",
        "Police found 90 possible and confirmed victims.": "victims_identified",
        "Centres reported 87 clients in 2018.": "victims_assisted",
        "In 2018 some 61 possible victims entered the national referral mechanism.": "victims_referred",
    }
    assert {text: read(text)[0][0] for text in read_as} == read_as


def test_the_first_of_several_years():
    text = "Between 2009 and 2018 police found 400 victims. In the first of those years there were 17."
    assert [value_period for _, *value_period in read(text)] == [["2009/2018", 400], ["2009", 17]]


def test_a_heading_on_other_matters_does_not_hide_the_sentence_that_says_what_is_counted():
    text = "Group calls for residence permits\n\nMore victims than ever were found in 2014. The total reached 61."
    assert read(text) == [("victims_identified", "2014", 61)]


def test_a_later_year_among_figures_that_are_carried_over_dates_what_follows():
    text = (
        "In 2013 police found 144 victims; a year later there were 33. In 2016 there were 50. Then 45 were convicted."
    )
    assert read(text)[-1] == ("convictions", "2016", 45)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Police found 90 victims. The year before, 71 people were recorded.", (71, "total")),
        ("Police found 90 victims. Thai nationals made up the bulk: 40 of the victims.", (40, "nationality=Thailand")),
        ("The centre sheltered 90 victims in 2018. It also had 17 minors in 2018.", (17, "age=child")),
        ("It grew. 61 offences in 2018, when ten years earlier it was a handful.", (61, "total")),
        ("Police found 30 in forced labour, 14 of them men.", (14, "form=labor;sex=male")),
    ],
)
def test_a_later_figure_goes_on_from_the_victims_before_it(text, expected):
    assert expected in [(value, breakdown) for value, breakdown, _ in parts(text)]


def test_an_answer_that_only_says_that_year_goes_on_from_the_paragraph_before():
    text = "I 2018 blev 80 ofre identificeret.\n\nOg de unge?\n\n- 12 var under 18 det år."
    assert read(text, "da")[-1] == ("victims_identified", "2018", 12)


def test_a_verb_of_another_clause_does_not_count_what_stands_between_commas():
    text = (
        "In 2018 police rescued 84 victims, 57 women and 27 men, investigated 26 cases and secured eight convictions."
    )
    assert [indicator for indicator, _, value in read(text) if value in (57, 27)] == ["victims_identified"] * 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In 2013 women made up 90 per cent. In 2013 it was Asia; two years on, 35 women were found.", (35, "2015")),
        ("In 2014 the law was changed; a year later, nine victims were found.", (9, "2015")),
        ("Looking back to 2012, 412 victims have been found in all.", (412, "2012/2018")),
        ("Police found 80 victims in 2018. The three years from 2016 to 2018 make 210 people.", (210, "2016/2018")),
        (
            "Police found 80 victims in 2018.\n\nSex is the most common form, with 51 people, half of those found.",
            (51, "2018"),
        ),
    ],
)
def test_years_counted_from_those_of_the_same_sentence_and_spans(text, expected):
    assert expected in [(value, period) for value, _, period in parts(text)]


def test_one_figure_for_two_years_that_are_not_in_a_row_is_of_no_sure_period():
    found = extract(
        "Police found 80 victims in 2018. In 2014 and 2017 together there were 32.",
        country="DNK",
        default_year=2018,
        language="en",
    )
    assert [p.period_source for p in found] == ["clause", "year counted from those before"]


def test_instances_are_those_of_what_was_counted_before():
    text = "I 2018 blev 80 personer vurderet at være ofre. 22 var udsat for tiggeri. I 2016 var der ni tilfælde."
    assert parts(text, "da")[-1] == (9, "form=forced_begging", "2016")


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("half a dozen girls", "en", 6),
        ("a dozen suspects", "en", 12),
        ("et dusin ofre", "da", 12),
        ("en halv snes ofre", "da", 10),
        ("et halvt dusin ofre", "no", 6),
        ("ett tjog offer", "sv", 20),
    ],
)
def test_dozens_and_scores(text, language, value):
    assert numbers(text, language) == [value]


@pytest.mark.parametrize(
    "text", ["Call 0900 222 333 at any hour.", "The house in Ghent took in families, the one in Bruges."]
)
def test_telephone_numbers_and_the_one_of_several_count_nobody(text):
    assert numbers(text) == []


@pytest.mark.parametrize(
    ("text", "language", "period"),
    [
        ("In April-September 2016 police found 44 victims.", "en", "2016-04/2016-09"),
        ("Between February and May 16 had been found; all were victims.", "en", "2018-02/2018-05"),
        ("I marts-maj 2016 fandt politiet 44 ofre.", "da", "2016-03/2016-05"),
        ("I perioden 1. februar - 31. maj 2016 blev 44 ofre fundet.", "da", "2016-02/2016-05"),
        ("I de otte første måneder af 2016 blev 44 ofre fundet.", "da", "2016-01/2016-08"),
        ("I de første tre kvartaler af 2016 blev 44 ofre fundet.", "da", "2016-01/2016-09"),
        ("De to seneste år er 44 ofre fundet.", "da", "2017/2018"),
        ("I fjor blev 44 ofre fundet.", "da", "2017"),
        ("Fra 2012 og til i dag er 44 ofre fundet.", "da", "2012/2018"),
        ("I april–juni 2016 ble 44 ofre funnet.", "no", "2016-04/2016-06"),
        ("De fyra första månaderna 2016 hittades 44 offer.", "sv", "2016-01/2016-04"),
    ],
)
def test_spans_of_months_and_years_in_other_words(text, language, period):
    assert read(text, language)[0][1] == period


@pytest.mark.parametrize(
    ("text", "language", "periods"),
    [
        (
            "Quarterly figures, Q2 2016\nCourts convicted 14 people this quarter, 20 in the previous quarter.",
            "en",
            ["2016-04/2016-06", "2016-01/2016-03"],
        ),
        (
            "Status for 2. halvår 2016\nPolitiet sigtede 14 personer. Ti ofre blev fundet.",
            "da",
            ["2016-07/2016-12"] * 2,
        ),
        ("Lägesbild, juli-december 2016\nPolisen identifierade 14 offer.", "sv", ["2016-07/2016-12"]),
        ("Between May and July 2016 we helped 70 men. Police identified 13 victims.", "en", ["2016-05/2016-07"] * 2),
        ("Mellem maj og juli 2016 talte vi med 70 mænd. Ti viste sig at være ofre.", "da", ["2016-05/2016-07"]),
        (
            "Since 2012 police have found 410 victims. A third, 137 people, were trafficked for sex.",
            "en",
            ["2012/2018"] * 2,
        ),
        ("As of May 31, 22 victims had been found this year.", "en", ["2018-01/2018-05"]),
        ("Mens der i 2014 blev fundet 81 ofre, var tallet i 2018 nede på 50.", "da", ["2014", "2018"]),
        ("Centres helped 33 of 52 victims in 2016.", "en", ["2016", "2016"]),
        ("Police charged 14 men, nine last year.", "en", ["2018", "2017"]),
        ("Police found 155 men and 58 women in 2016.", "en", ["2016", "2016"]),
    ],
)
def test_a_heading_or_a_sentence_before_dates_what_follows(text, language, periods):
    assert [period for _, period, _ in read(text, language)] == periods


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        (
            "In 2016 and 2017, 31 and 28 were charged. In those years courts convicted 12 and nine, respectively.",
            "en",
            2,
        ),
        ("I 2016 og 2017 blev 31 og 28 sigtet. Antallet af dømte var i de samme år henholdsvis 12 og ni.", "da", 2),
    ],
)
def test_figures_said_respectively_are_of_the_years_before(text, language, expected):
    assert read(text, language)[expected:] == [("convictions", "2016", 12.0), ("convictions", "2017", 9.0)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Courts convicted five men. The lightest term was three years, the heaviest 11.", "en"),
        ("Retten dømte fem mænd. Den mildeste straf var tre år, den strengeste elleve.", "da"),
        ("Retten dømte fem menn. Den korteste straffen var tre år, den lengste elleve.", "no"),
        ("Domstolen dömde fem män. Det kortaste straffet var tre år, det längsta elva.", "sv"),
    ],
)
def test_the_longest_term_may_leave_out_its_unit(text, language):
    assert read(text, language)[1:] == [("sentence_min", "2018", 3.0), ("sentence_max", "2018", 11.0)]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("I 2018 fik 33 ud af 52 udpegede ofre støtte.", "da", [("victims_assisted", 33), ("victims_identified", 52)]),
        (
            "Centres gave 33 of 52 identified victims shelter.",
            "en",
            [("victims_assisted", 33), ("victims_identified", 52)],
        ),
        ("Af de 52 ofre modtog 33 bistand.", "da", [("victims_identified", 52), ("victims_assisted", 33)]),
        ("Of those convicted, a quarter (13) received suspended sentences.", "en", [("sentences", 13)]),
        ("Hver fjerde af de dømte (13) slap med en betinget dom.", "da", [("sentences", 13)]),
        ("Most of the victims (13) were referred to shelters.", "en", [("victims_referred", 13)]),
        ("Among those charged were 13 officials.", "en", [("prosecutions", 13)]),
        ("Blandt de dømte var 13 kvinder.", "da", [("convictions", 13)]),
        ("Tretten af de handlede var under 18 år.", "da", [("victims_identified", 13)]),
        ("The court convicted 13 of the 15 accused.", "en", [("convictions", 13), ("prosecutions", 15)]),
        ("Retten fandt 13 af de 15 tiltalte skyldige.", "da", [("convictions", 13), ("prosecutions", 15)]),
        ("I 2018 fik 13 mænd status som ofre.", "da", [("victims_identified", 13)]),
        ("Hjemmet har hjulpet 13 børn, der var handlet.", "da", [("victims_assisted", 13)]),
        ("Politiet fandt 13 ukrainere.", "da", [("victims_identified", 13)]),
        ("Politiet identifiserte 13 bulgarere.", "no", [("victims_identified", 13)]),
        ("Vi indstillede 13 formodede ofre til identifikation.", "da", [("victims_referred", 13)]),
        ("De tretten sager endte med domfældelse.", "da", [("convictions", 13)]),
        ("Der blev hverken rejst tiltale eller afsagt dom.", "da", [("prosecutions", 0), ("convictions", 0)]),
        ("Courts neither prosecuted nor convicted any traffickers.", "en", [("prosecutions", 0), ("convictions", 0)]),
        ("Det ble verken reist tiltale eller avsagt dom.", "no", [("prosecutions", 0), ("convictions", 0)]),
        ("Loven giver op til otte års fængsel for handel med mennesker.", "da", []),
        ("Retten dømte en 38-årig mand.", "da", []),
    ],
)
def test_what_a_figure_counts_in_sentences_of_other_orders(text, language, expected):
    assert [(indicator, value) for indicator, _, value in read(text, language)] == expected


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        (
            "Police charged nine men, down from 18 in 2016, and five trials of earlier years remained pending.",
            "en",
            ("prosecutions", "2018", 5.0),
        ),
        (
            "I 2016 blev der rejst tiltale mod 31 mænd, i 2017 mod 28 og i 2018 mod 25.",
            "da",
            ("prosecutions", "2017", 28.0),
        ),
        (
            "In 2016 centres helped 33 of 52 identified victims; in 2017 it was 40 of 61.",
            "en",
            ("victims_assisted", "2017", 40.0),
        ),
    ],
)
def test_what_goes_on_after_a_comparison_or_a_whole(text, language, expected):
    assert expected in read(text, language)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        (
            "Police found 90 victims.\nThe victims came from 14 countries. Most were from Ghana (31) and Togo (12).",
            "en",
            ["total", "nationality=Ghana", "nationality=Togo"],
        ),
        (
            "Politiet fandt 90 ofre.\nOfrene kom fra 14 lande. De største grupper var fra Ghana (31) og Togo (12).",
            "da",
            ["total", "nationality=Ghana", "nationality=Togo"],
        ),
        (
            "Police found 90 victims. The commonest nationalities were Ghanaian (34%, 31) and Togolese (13%, 12).",
            "en",
            ["total", "nationality=Ghana", "nationality=Togo"],
        ),
        ("Police found 90 victims. Begging was the main form (31 victims).", "en", ["total", "form=forced_begging"]),
        (
            "Police found 90 victims.\nAdults made up 66% (59) and children 34% (31) of the victims.",
            "en",
            ["total", "age=adult", "age=child"],
        ),
        (
            "I 2018 blev 46 identificeret: 31 er kvinder, 14 er mænd og en er transkønnet.",
            "da",
            ["total", "sex=female", "sex=male", "sex=trans"],
        ),
    ],
)
def test_groups_named_by_origin_or_beside_a_share(text, language, expected):
    assert [breakdown for _, breakdown, _ in parts(text, language)] == expected


@pytest.mark.parametrize(
    ("text", "language", "periods"),
    [
        # months of another year
        (
            "Police found 21 victims in the first half of 2018. In the same six months of 2017 the figure was 34.",
            "en",
            ["2018-01/2018-06", "2017-01/2017-06"],
        ),
        (
            "I første halvår af 2018 fandt politiet 21 ofre. I de samme seks måneder af 2017 var tallet 34.",
            "da",
            ["2018-01/2018-06", "2017-01/2017-06"],
        ),
        (
            "Fra januar til september 2018 blev 40 ofre identificeret. "
            "Det er fem færre end i de samme ni måneder året før, hvor der blev fundet 45.",
            "da",
            ["2018-01/2018-09", "2017-01/2017-09"],
        ),
        (
            "I første halvår av 2018 fant politiet 21 ofre. I samme seks måneder av 2017 var tallet 34.",
            "no",
            ["2018-01/2018-06", "2017-01/2017-06"],
        ),
        # years counted together
        (
            "Over the period 2013-2016, 90 victims were identified. In the course of those four years, 60 persons were "
            "helped by centres. Forced labour accounted for 30 of the victims; 12 of the victims were children.",
            "en",
            ["2013/2016"] * 4,
        ),
        (
            "I perioden 2013-2016 blev 90 ofre identificeret. Kvinder udgjorde i de fire år 70 af ofrene. Ti var børn.",
            "da",
            ["2013/2016"] * 3,
        ),
        (
            "Mellom 2013 og 2016 ble 90 ofre identifisert. I løpet av de fire årene ble 60 personer hjulpet.",
            "no",
            ["2013/2016"] * 2,
        ),
        ("Fra 2013 til 2016 blev 90 børn identificeret. Mens 30 blev solgt, blev 20 lokket.", "da", ["2013/2016"] * 3),
        ("In the years 2013 to 2016 courts tried 60 persons. Of them, 45 were convicted.", "en", ["2013/2016"] * 2),
        ("I årene 2013 til 2016 blev 60 personer tiltalt. Af dem blev 45 dømt.", "da", ["2013/2016"] * 2),
        ("In June 2016 police found 41 victims. They found 30 women.", "en", ["2016-06"] * 2),
        ("In 2018 police found 40 victims, the lowest number since 2011 (66).", "en", ["2018", "2011"]),
        # the end of the year that the sentence is on
        ("Nine men were charged in 2016, and four were convicted by the end of the year.", "en", ["2016"] * 2),
        ("Ni mænd blev sigtet i 2016, og fire blev dømt inden årets udgang.", "da", ["2016"] * 2),
        (
            "In 2017, 12 men and five women were convicted, against eight men and two women in 2016.",
            "en",
            ["2017", "2017", "2016", "2016"],
        ),
        (
            "I 2017 blev 12 mænd og fem kvinder dømt, mod otte mænd og to kvinder i 2016.",
            "da",
            ["2017", "2017", "2016", "2016"],
        ),
        # where a comparison ends, or is none
        (
            "Police opened nine cases last year against four in 2016, and six of the nine cases concerned minors.",
            "en",
            ["2017", "2016", "2017"],
        ),
        (
            "Retterne dømte 14 personer i 2017 mod ni i 2016, og ti af de 14 dømte var mænd.",
            "da",
            ["2017", "2016", "2017"],
        ),
        (
            "In 2016 prosecutors filed charges against 14 suspected traffickers; in 2015 it was 21.",
            "en",
            ["2016", "2015"],
        ),
        ("Der blev i 2016 rejst tiltale mod 14 formodede bagmænd; i 2015 var det 21.", "da", ["2016", "2015"]),
        (
            "I 2018 blev 50 ofre fundet. I 2017 var det 61. I 2018 var færre end ti under 18 år.",
            "da",
            ["2018", "2017", "2018"],
        ),
        (
            "In 2018 police opened 12 cases, whereas 30 were opened in the whole of 2017, and six men were arrested.",
            "en",
            ["2018", "2017"],
        ),
        (
            "Politiet har i 2018 åbnet 12 sager, hvor der i hele 2017 blev åbnet 30, og seks mænd er anholdt.",
            "da",
            ["2018", "2017"],
        ),
        ("Charged under section 12 a: 21 (2017: 16)", "en", ["2018", "2017"]),
        ("Sigtede efter straffelovens § 262 a: 21 (2017: 16)", "da", ["2018", "2017"]),
    ],
)
def test_times_that_hang_on_what_was_said_before(text, language, periods):
    assert [period for _, period, _ in read(text, language)] == periods


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        (
            "Centres identified 28 children whom they suspected of being victims. Two of the 28 were from Eritrea.",
            "en",
            [("victims_potential", 28), ("victims_potential", 2)],
        ),
        (
            "Kommunerne udpegede 28 børn, som de mistænkte for at være ofre. To af de 28 var fra Eritrea.",
            "da",
            [("victims_potential", 28), ("victims_potential", 2)],
        ),
        ("The hotline singled out 22 men as probable victims.", "en", [("victims_potential", 22)]),
        ("Ninety-one survivors of trafficking stayed in our homes.", "en", [("victims_assisted", 91)]),
        ("Godt 70 ofre har haft ophold på krisecentre.", "da", [("victims_assisted", 70)]),
        ("Centeret endte med at anse 14 af kvinderne for handlede.", "da", [("victims_identified", 14)]),
        (
            "Six persons, four men and two women, were charged.",
            "en",
            [("prosecutions", 6), ("prosecutions", 4), ("prosecutions", 2)],
        ),
        (
            "Seks personer, fire mænd og to kvinder, blev i løbet af året tiltalt.",
            "da",
            [("prosecutions", 6), ("prosecutions", 4), ("prosecutions", 2)],
        ),
        (
            "The prison terms imposed were of between two and six years, while the law allows up to eight.",
            "en",
            [("sentence_min", 2), ("sentence_max", 6)],
        ),
        (
            "Fængselsstraffene, der blev udmålt, lå på mellem to og seks år, hvor loven tillader otte år.",
            "da",
            [("sentence_min", 2), ("sentence_max", 6)],
        ),
        (
            "Politiet fandt 60 ofre. 25 blev sat til at stjæle, og fem skulle tigge.",
            "da",
            [("victims_identified", n) for n in (60, 25, 5)],
        ),
        (
            "Police found 60 victims. Of the 60, 25 were put to work, and five had to beg.",
            "en",
            [("victims_identified", n) for n in (60, 25, 5)],
        ),
        (
            "Of the 90 victims identified, 35 claimed to have been exploited as minors.",
            "en",
            [("victims_identified", 90), ("victims_identified", 35)],
        ),
        (
            "Fra Peru og Kenya kom henholdsvis 12 og ni af ofrene.",
            "da",
            [("victims_identified", 12), ("victims_identified", 9)],
        ),
        (
            "Den længste straf var fem års fængsel, den korteste otte måneders fængsel.",
            "da",
            [("sentence_max", 5), ("sentence_min", 8)],
        ),
        (
            "The longest sentence was five years in prison, the shortest eight months in prison.",
            "en",
            [("sentence_max", 5), ("sentence_min", 8)],
        ),
        ("60 officers completed a course on trafficking.", "en", []),
        ("60 betjente har gennemført et kursus i menneskehandel.", "da", []),
        ("Prosecutors filed 90 charges for burglary.", "en", []),
        ("Der blev rejst 90 sigtelser for indbrud.", "da", []),
        ("Inspectors found 40 children in hazardous work.", "en", []),
    ],
)
def test_what_figures_of_a_group_named_elsewhere_count(text, language, expected):
    assert [(indicator, value) for indicator, _, value in read(text, language)] == expected


@pytest.mark.parametrize(
    ("text", "language", "breakdown"),
    [
        ("Police identified 60 children as victims. Five had to beg.", "en", "age=child;form=forced_begging"),
        ("Politiet identificerede 60 børn som ofre. Fem skulle tigge.", "da", "age=child;form=forced_begging"),
        (
            "Police identified 60 girls as victims. Three of the 60 were from Togo.",
            "en",
            "age=child;nationality=Togo;sex=female",
        ),
        ("Politiet identificerede 60 ofre. Kun tre har dansk statsborgerskab.", "da", "nationality=national"),
        ("Police identified 60 victims. Only three have Danish citizenship.", "en", "nationality=national"),
        ("Politiet fandt 60 ofre. To tredjedele, 40, var kvinder.", "da", "sex=female"),
        ("Politiet fandt 60 ofre. Blandt mændene (19) var fem under 18 år.", "da", "age=child;sex=male"),
        ("Politiet fandt 60 ofre. Kvinder udgjorde 40 af ofrene, mænd 15 og transkønnede fem.", "da", "sex=trans"),
        (
            "Police found 60 victims. Women made up 40 of the victims, men 15 and transgender persons five.",
            "en",
            "sex=trans",
        ),
        # of two groups together
        (
            "Police found 30 victims of sex trafficking and 49 of forced labour. Ten of them were children.",
            "en",
            "age=child",
        ),
    ],
)
def test_a_part_is_of_the_group_that_was_counted_before(text, language, breakdown):
    assert parts(text, language)[-1][1] == breakdown


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        # suspected, in a relative clause or by signs; but not what others were taught to see
        (
            "I 2018 mødte gadeteamet 140 kvinder, som de formodede var handlet.",
            "da",
            [("victims_potential", "2018", 140)],
        ),
        ("Hos 54 af kvinderne var der i 2018 tegn på menneskehandel.", "da", [("victims_potential", "2018", 54)]),
        ("Signs of trafficking were found in 17 of the women in 2018.", "en", [("victims_potential", "2018", 17)]),
        ("120 sygeplejersker blev i 2018 undervist i tegn på menneskehandel.", "da", []),
        ("Police arrested 12 men suspected of trafficking in 2018.", "en", []),
        # cases that wait for a court
        ("Tre sager fra 2018 verserer fortsat ved domstolene.", "da", [("prosecutions", "2018", 3)]),
        ("Fire sager afventer fortsat domstolenes behandling.", "da", [("prosecutions", "2018", 4)]),
        # what those convicted got
        (
            "I 2018 blev 14 dømt. 12 af de dømte fik en ubetinget frihedsstraf.",
            "da",
            [("convictions", "2018", 14), ("sentences", "2018", 12)],
        ),
        (
            "There were 12 convictions in 2018; five were suspended sentences.",
            "en",
            [("convictions", "2018", 12), ("sentences", "2018", 5)],
        ),
        # years and months are one term, but for the ends of a range
        (
            "Straffene i 2018 lå mellem ét år og tre måneder og fem år og seks måneder.",
            "da",
            [("sentence_min", "2018", 15), ("sentence_max", "2018", 66)],
        ),
        (
            "Sentences in 2018 ranged from six months to two years.",
            "en",
            [("sentence_min", "2018", 6), ("sentence_max", "2018", 2)],
        ),
        # "the period" is the last one named; "last year" counts from the text's own
        (
            "Fra 2014 til 2017 blev 409 personer vurderet handlet.\n\nPolitiet har i perioden henvist 186 ofre.",
            "da",
            [("victims_identified", "2014/2017", 409), ("victims_referred", "2014/2017", 186)],
        ),
        (
            "Convictions rose from 8 in 2015 to 16 last year, and three of them were of women.",
            "en",
            [("convictions", "2015", 8), ("convictions", "2017", 16), ("convictions", "2017", 3)],
        ),
        (
            "44 personer er i 2. kvartal 2018 identificeret som ofre.",
            "da",
            [("victims_identified", "2018-04/2018-06", 44)],
        ),
        # parts by form, and parts of a total in the genitive
        (
            "Politiet efterforskede 34 sager i 2018. Af sagerne vedrørte 20 prostitution og 14 tyveri.",
            "da",
            [("investigations", "2018", 34), ("investigations", "2018", 20), ("investigations", "2018", 14)],
        ),
        (
            "The centre identified 52 of the year's 79 victims.",
            "en",
            [("victims_identified", "2018", 52), ("victims_identified", "2018", 79)],
        ),
        # who did not count is no zero
        ("Ingen har talt ofrene.", "da", []),
        ("Nobody has kept count of the victims.", "en", []),
        ("No one was convicted in 2018.", "en", [("convictions", "2018", 0)]),
        ("Over seks personer blev dømt i 2018.", "da", [("convictions", "2018", 6)]),
    ],
)
def test_kinds_of_counts_that_authorities_and_newspapers_give(text, language, expected):
    assert read(text, language) == expected


def test_the_largest_group_has_the_breakdown_it_is_named_by():
    text = "I 2018 blev 79 personer vurderet handlet. Kvinder er den største gruppe med 56 personer."
    found = extract(text, country="DNK", default_year=2018, language="da")
    assert [(p.value, p.breakdown) for p in found] == [(79, "total"), (56, "sex=female")]


def test_a_third_of_the_victims_and_their_number_share_what_is_said_of_them():
    text = "I 2018 blev 78 ofre fundet. Hver tredje af ofrene, i alt 26, var under 18 år."
    found = extract(text, country="DNK", default_year=2018, language="da")
    assert [(p.value, p.breakdown) for p in found] == [(78, "total"), (26, "age=child")]


def test_a_verdict_on_six_is_no_threshold():
    (found,) = extract("Dommen over seks bagmænd faldt i 2018.", country="DNK", default_year=2018, language="da")
    assert (found.indicator, found.value, found.qualifier) == ("convictions", 6, "exact")
