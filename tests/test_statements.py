"""What a text says of its figures beyond counting. Every expected statement is read off the sentence by hand."""

import pytest

from trafficking_stats.readers.narrative import read_statements


def told(text, year=2018, language="en"):
    """Statements as (kind, direction, value, subject value, base value, base period)."""
    found = read_statements(text, country="DNK", default_year=year, language=language)
    for s in found:
        assert text[s.char_start : s.char_end] == s.text
        for cell in (s.subject, s.base, *s.parts):
            if cell is not None and cell.char_start >= 0:
                assert text[cell.char_start : cell.char_end]
    return [
        (s.kind, s.direction, s.value, s.subject.value, s.base and s.base.value, s.base and s.base.period_start[:4])
        for s in found
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Police opened 12 cases in 2018, a decrease from 13.", [("change", "down", None, 12, 13, "2017")]),
        ("Courts convicted 12 people in 2018, unchanged from 12 in 2015.", [("change", "same", None, 12, 12, "2015")]),
        ("The number of victims rose by 35 % to 112 in 2018.", [("change", "up", 35, 112, None, "2017")]),
        ("Police identified 97 victims, 28 more than in 2015.", [("change", "up", 28, 97, None, "2015")]),
        ("Courts convicted five people, the same number as in 2016.", [("comparison", "same", None, 5, None, "2016")]),
        ("Police identified 26 victims, fewer than in 2015.", [("comparison", "fewer", None, 26, None, "2015")]),
        ("Police identified 26 victims, twice as many as in 2014.", [("comparison", "times", 2, 26, None, "2014")]),
        ("Of the 632 victims, 94 % were women.", [("share", "", 94, None, 632, "2018")]),
        ("Police identified 38 victims, the highest number ever.", [("rank", "highest", None, 38, None, "")]),
        ("Police identified 38 victims, the lowest number since 2011.", [("rank", "lowest", None, 38, None, "2011")]),
        ("Only four victims have ever been granted asylum.", [("rank", "only", 4, 4, None, "")]),
        ("Police identified 200 victims in the last three years.", [("sum", "", 200, 200, None, None)]),
    ],
)
def test_kinds(text, expected):
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Police identified 121 victims in 2016. That is a rise of 30 percent from 2015 to 2016.", "en"),
        ("I 2016 blev der identificeret 121 ofre. Det er en stigning på 30 procent fra 2015 til 2016.", "da"),
    ],
)
def test_a_rise_from_one_year_to_another_is_on_the_first(text, language):
    (rise,) = read_statements(text, country="DNK", default_year=2016, language=language)
    assert rise.subject.period_start == "2016-01-01"
    assert (rise.base.period_start, rise.base.period_end) == ("2015-01-01", "2015-12-31")


def test_danish_changes_and_ranks():
    text = "I 2023 er 112 personer vurderet udsat for menneskehandel. Det er 35 pct. flere end året før og det højeste "
    text += "antal siden 2016."
    assert told(text, 2023, "da") == [
        ("change", "up", 35, 112, None, "2022"),
        ("rank", "highest", None, 112, None, "2016"),
    ]


def test_cells_are_in_the_codes_of_the_vocabulary():
    (found,) = read_statements(
        "The first victims of forced labour were identified in 2009.", country="DNK", default_year=2018, language="en"
    )
    assert (found.subject.indicator, found.subject.breakdown) == ("victims_identified", "exploitation=forced_labour")
    assert (found.base.period_start, found.base.period_end) == ("", "2008-12-31")
    (asylum,) = read_statements(
        "Only four victims have ever been granted asylum.", country="DNK", default_year=2018, language="en"
    )
    assert asylum.subject.indicator == "asylum_granted"


def test_a_change_against_the_year_before_needs_no_year_that_is_named():
    text = "Myndigheden så 26 mulige ofre i 2021 mod 36 året før, hvilket er et fald på 28 procent."
    found = read_statements(text, country="DNK", default_year=2021, language="da")
    assert [(one.kind, one.value, one.base.period_start[:4]) for one in found] == [("change", 28, "2020")]


def test_parts_of_a_printed_sum():
    text = "Police identified 57 victims (35 in sex trafficking, 20 in labor trafficking and two in forced begging)."
    (found,) = read_statements(text, country="DNK", default_year=2018, language="en")
    assert found.kind == "sum"
    assert [part.value for part in found.parts] == [35, 20, 2]


@pytest.mark.parametrize(
    "text",
    [
        "Sixty percent of the money was spent.",
        "The first six months of the year were quiet for the two courts.",
        "Police identified 57 victims, including 12 women and nine children.",
        "The government gave 20 percent more money than in 2015.",
        "Courts convicted nine people in 2018, compared with three in 2017.",
    ],
)
def test_what_says_nothing_that_can_be_tested_is_left_out(text):
    assert told(text) == []


def test_shares_beside_each_other_have_their_own_subject_and_the_whole_as_base():
    text = "The majority of the identified victims are women with a total of 764 persons (79 %). "
    text += "Men account for 20% and trans persons account for 1%."
    found = read_statements(text, country="DNK", default_year=2018, language="en")
    assert [(s.value, s.subject.breakdown, s.base.breakdown, s.base.value) for s in found] == [
        (79, "sex=female", "", None),
        (20, "sex=male", "", None),
        (1, "sex=trans", "", None),
    ]


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("In 2021, 80 victims were identified. Every sixth of them was a child.", "en", 16.7),
        ("In 2021, 80 victims were identified. An eighth of them were children.", "en", 12.5),
        ("I 2021 blev 80 ofre for menneskehandel identificeret, og næsten hvert niende offer var et barn.", "da", 11.1),
        ("I 2021 ble 80 ofre identifisert. Hver sjette var barn.", "no", 16.7),
        ("År 2021 identifierades 80 offer för människohandel. Två femtedelar var barn.", "sv", 40),
    ],
)
def test_shares_in_words(text, language, value):
    assert [(kind, found) for kind, _, found, *_ in told(text, 2021, language)] == [("share", value)]


def test_a_share_made_up_is_no_rise():
    text = "Police identified 64 victims in 2019. Women made up 58 % of the 64 victims in 2019."
    assert [kind for kind, *_ in told(text)] == ["share"]


def test_the_third_figure_of_a_fall_is_no_base():
    text = "The number of convictions fell from 26 in 2016 to 17 in 2017 and nine in 2018."
    assert [(base, period) for *_, base, period in told(text)] == [(26, "2016")]
    text = "Police identified 471 victims in 2018, up from 303 in 2017."
    assert [base for *_, base, _ in told(text)] == [303]


def test_a_difference_is_told_by_the_word_after_it():
    text = "Courts convicted 83 traffickers in 2018, 11 more than in 2016 and 11 fewer than in 2015."
    assert [(direction, period) for _, direction, *_, period in told(text)] == [("up", "2016"), ("down", "2015")]
