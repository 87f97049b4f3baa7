"""The vocabulary: data read into frozen objects, in which nothing unknown goes unnoticed."""

import re
from collections import Counter

import pytest
from pydantic import ValidationError

import trafficking_stats as ts
from trafficking_stats.vocabulary import load_vocabulary

VOCABULARY = load_vocabulary()


@pytest.fixture(scope="module")
def text(root):
    return (root / "trafficking_stats" / "vocabulary.toml").read_text(encoding="utf-8")


def load(tmp_path, content):
    path = tmp_path / "vocabulary.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return load_vocabulary(path)


# --- unknown, missing and wrong entries -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "table",
    [
        "qualifiers.exact",
        "tiers.press",
        "weights",
        "causes",
        "dimensions.sex",
        "indicators.victims_identified",
        "[registers]",
        "[policy_dates]",
        "[rules]",
        "[equivalents]",
        "[same_event]",
        "[definition_breaks]",
    ],
)
def test_an_unknown_key_of_any_entry_is_an_error(tmp_path, text, table):
    head = f"[{table}]\n"
    assert head in text, table
    name = table.strip("[]")
    with pytest.raises(ts.VocabularyError, match=rf"{re.escape(name)}.*surprise: Extra inputs are not permitted"):
        load(tmp_path, text.replace(head, head + 'surprise = "x"\n', 1))


def test_an_unknown_table_is_an_error(tmp_path, text):
    with pytest.raises(ts.VocabularyError, match="indicator: Extra inputs are not permitted"):
        load(tmp_path, text + '\n[indicator.victims]\nlabel = "Victims"\n')


def test_every_fault_is_named(tmp_path, text):
    """A misspelt key is both an unknown one and a missing one, and a bad weight comes with its value."""
    spoilt = text.replace("weight = 8", "weight = -8", 1).replace("recency_from =", "recency_form =", 1)
    with pytest.raises(ts.VocabularyError) as caught:
        load(tmp_path, spoilt)
    message = str(caught.value)
    for expected in (
        "tiers.register.weight: Input should be greater than 0, found -8",
        "weights.recency_from: Field required",
        "weights.recency_form: Extra inputs are not permitted, found 1990",
    ):
        assert expected in message


@pytest.mark.parametrize(
    ("table", "entry", "expected"),
    [
        (
            "[[rules]]",
            'name = "a"\nlabel = "b"\nkind = "sum"\nwhole = "victims"\nparts = ["cases"]\norigin = "c"',
            r"rule 'a' names \['cases', 'victims'\], which are no indicators",
        ),
        ("[[same_event]]", 'event = "a"\nindicators = ["x"]', r"same_event 'a' names \['x'\], which are no indicators"),
        (
            "[[same_event]]",
            'event = "a"\nindicators = ["judgments"]\napart = ["x"]',
            r"same_event 'a' names \['x'\], which are no indicators",
        ),
        (
            "[[definition_breaks]]",
            'country = "DNK"\nindicator = "x"\nyear = 2012\nreason = "a"\nsource = "b"',
            r"definition_breaks names \['x'\], which are no indicators",
        ),
        (
            "[[equivalents]]",
            'country = "*"\nprinted = "sex=x"\nmeans = ""\nreason = "a"',
            "equivalents names 'sex=x', which is no category of a dimension",
        ),
        (
            "[indicators.x]",
            'label = "x"\nunit = "percent"\nstage = "context"\nmeasure = "share"\ndefinition = "x"\nof = "y"',
            r"indicator 'x' names \['y'\], which are no indicators",
        ),
        (
            "[[registers]]",
            'country = "DNK"\nname = "A"\nlabel = "a"\nstages = ["identification"]',
            r"registers names \[\('DNK', 'identification'\)\] more than once",
        ),
        (
            "[dimensions.x]",
            'label = "x"\nrelation = "part"\nexclusive = ["a"]\noverlapping = ["a"]',
            "both exclusive",
        ),
        (
            "[dimensions.x]",
            'label = "x"\nrelation = "part"\nwithin = { a = "b" }',
            r"names \['a', 'b'\], which are no cat",
        ),
        (
            "[dimensions.x]",
            'label = "x"\nrelation = "part"\nwords = { a = "as" }',
            r"'words' names \['a'\], which are no cat",
        ),
        (
            "[dimensions.x]",
            'label = "x"\nrelation = "part"\nexhaustive = true',
            "'exhaustive' needs exclusive categories",
        ),
        ("[dimensions.x]", 'label = "x"\nrelation = "part"\nopen_exclusive = "["', "valid regular expression"),
        (
            "[dimensions.x]",
            'label = "x"\nrelation = "whole"',
            "dimensions.x.relation: Input should be 'part'",
        ),
        (
            "[[policy_dates]]",
            'country = "dk"\ndate = 2012-01-01\nlabel = "a"\nkind = "plan"\nreference = "b"',
            "country:",
        ),
        (
            "[[policy_dates]]",
            'country = "DNK"\ndate = 2012-01-01\nlabel = "a"\nkind = "rumour"\nreference = "b"',
            r"policy_dates names \['rumour'\], which are no kinds of dates",
        ),
    ],
)
def test_entries_that_name_what_does_not_exist_or_contradict_themselves(tmp_path, text, table, entry, expected):
    with pytest.raises(ts.VocabularyError, match=expected):
        load(tmp_path, f"{text}\n{table}\n{entry}\n")


@pytest.mark.parametrize(
    ("content", "expected"),
    [("[qualifiers\n", "not a TOML file in UTF-8"), ("label = 'ø'".encode("latin-1"), "not a TOML file in UTF-8")],
)
def test_a_file_that_is_no_toml(tmp_path, content, expected):
    with pytest.raises(ts.VocabularyError, match=expected):
        load(tmp_path, content)


def test_a_missing_file(tmp_path):
    with pytest.raises(ts.VocabularyError, match="there is no such vocabulary file"):
        load_vocabulary(tmp_path / "none.toml")


def test_nothing_changes_after_reading():
    with pytest.raises(ValidationError, match="frozen"):
        VOCABULARY.indicators["victims_identified"].unit = "cases"
    assert load_vocabulary() is VOCABULARY


# --- what the entries mean ------------------------------------------------------------------------------------


def test_categories():
    sex, citizenship = VOCABULARY.dimensions["sex"], VOCABULARY.dimensions["citizenship"]
    assert sex.allows("female")
    assert not sex.allows("Female")
    assert citizenship.allows("NGA")
    assert citizenship.is_exclusive("NGA")
    assert not citizenship.is_exclusive("west_africa")
    assert not citizenship.allows("West Africa")
    assert all(dimension.is_exclusive(c) for dimension in VOCABULARY.dimensions.values() for c in dimension.exclusive)
    assert not any(d.is_exclusive(c) for d in VOCABULARY.dimensions.values() for c in d.overlapping)


def test_the_register_of_a_stage():
    assert VOCABULARY.register("DNK", "identification") == "CMM"
    assert VOCABULARY.register("DNK", "conviction") == "Rigsadvokaten"
    assert VOCABULARY.register("XKX", "conviction") == "XKX conviction"


def test_policy_dates_of_denmark_have_a_reference_and_an_order():
    dates = VOCABULARY.policy_dates_of("DNK")
    assert [entry.date for entry in dates] == sorted(entry.date for entry in dates)
    assert all(entry.reference and entry.label for entry in dates)
    years = Counter((entry.kind, entry.date.year) for entry in dates)
    # the plans of 2002 and 2007, the appendix of 2005, the acts of 2012 and 2013 (their bills and the texts on them)
    assert {("plan", 2002), ("plan", 2005), ("plan", 2007)} <= set(years)
    assert any(kind == "penalty" and year == 2012 for kind, year in years)
    assert any(kind in ("reflection", "residence") and year == 2013 for kind, year in years)
    assert VOCABULARY.policy_dates_of("XKX") == ()


def test_weights_order_the_tiers():
    weights = {name: tier.weight for name, tier in VOCABULARY.tiers.items()}
    assert weights["register"] > weights["publisher"] > weights["compiler"] > weights["press"]


def test_every_indicator_says_what_it_counts():
    for name, indicator in VOCABULARY.indicators.items():
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
        assert indicator.label, name
        assert indicator.definition, name
        assert indicator.unit not in indicator.unit_aliases, name
    assert VOCABULARY.indicators["victims_identified"].is_whole
    assert not VOCABULARY.indicators["victims_share"].is_whole
