"""Sentences: ids with typed values, in English and Danish."""

import ast
import dataclasses
import datetime
import runpy
import string
from pathlib import Path

import pytest

import trafficking_stats
from trafficking_stats.gap_analysis.answer import TABLES as GAP
from trafficking_stats.gap_analysis.countries import TABLES as COUNTRIES
from trafficking_stats.messages import (
    Country,
    MessageError,
    Term,
    Years,
    breakdown_words,
    language,
    languages,
    say,
)
from trafficking_stats.messages.readable import readable
from trafficking_stats.messages.values import Register, written
from trafficking_stats.vocabulary import load_vocabulary

PACKAGE = Path(trafficking_stats.__file__).parent
LIST = runpy.run_path(str(Path(__file__).parents[1] / "docs" / "messages.py"))
entries = LIST["entries"]
DOMAINS = sorted(path.stem for path in (LIST["CATALOGUES"] / "en").glob("*.po"))


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("domain", DOMAINS)
def test_each_sentence_has_its_domain_and_its_text(domain):
    for key, texts in entries("en", domain).items():
        assert key.startswith(f"{domain}.")
        assert all(texts), f"{key} is empty"


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("code", [code for code in languages() if code != "en"])
def test_another_language_says_the_same_with_the_same_values(code, domain):
    english, other = entries("en", domain), entries(code, domain)
    assert set(other) == set(english), "missing or superfluous"
    for key, texts in other.items():
        assert all(texts), f"{key} is empty"
        assert set().union(*map(fields, texts)) == set().union(*map(fields, english[key])), key


def said_in_code() -> dict[str, str]:
    found = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
                key = node.args[0]
                if isinstance(key, ast.Constant):
                    found[key.value] = path.name
    return found


def test_every_sentence_that_code_names_is_in_a_catalogue():
    known = {key for domain in DOMAINS for key in entries("en", domain)}
    missing = {key: name for key, name in said_in_code().items() if key not in known}
    assert not missing


def test_numbers_dates_and_lists_are_written_as_the_language_does():
    values = [12345, 0.3127, datetime.date(2007, 9, 19), ["a", "b", "c"], Years((2014, 2015, 2016, 2018))]
    assert [written(value) for value in values] == [
        "12,345",
        "0.313",
        "19 September 2007",
        "a, b and c",
        "2014–2016 and 2018",
    ]
    with language("da"):
        assert [written(value) for value in values] == [
            "12.345",
            "0,313",
            "19. september 2007",
            "a, b og c",
            "2014–2016 og 2018",
        ]


def test_every_column_of_the_gap_has_a_name_for_readers():
    columns = {field.name for kind in {**GAP, **COUNTRIES}.values() for field in dataclasses.fields(kind)}
    assert not [name for name in columns if f"pages.column.{name}" not in entries("en", "pages")]


def test_what_is_almost_nothing_is_never_written_as_nothing():
    assert [written(share, "percent") for share in (0.0, 1e-9, 0.009, 0.011)] == [
        "0%",
        "less than 1%",
        "less than 1%",
        "1%",
    ]
    assert [written(p, "p") for p in (0.0, 1e-9, 0.0213, 1.0)] == ["p < 0.001", "p < 0.001", "p = 0.021", "p = 1.0"]
    with language("da"):
        assert [written(1e-9, "percent"), written(1e-9, "p")] == ["mindre end 1\u00a0%", "p < 0,001"]


def test_two_years_are_a_list_and_as_a_span_a_range():
    pair, apart = Years((2017, 2018)), Years((2007, 2008, 2010))
    assert [written(pair), written(pair, "span"), written(apart, "span")] == [
        "2017 and 2018",
        "2017–2018",
        "2007, 2008 and 2010",
    ]


@pytest.mark.parametrize(
    ("code", "spec", "english", "danish"),
    [
        ("DNK", "", "Denmark", "Danmark"),
        ("GBR", "in", "in the United Kingdom", "i Storbritannien"),
        ("NLD", "", "the Netherlands", "Nederlandene"),
        ("PHL", "in", "in the Philippines", "på Filippinerne"),
        ("USA", "genitive", "the United States’", "USA’s"),
        ("EUU", "", "the European Union", "EU"),
        ("HKG", "bare", "Hong Kong", "Hongkong"),
        ("XKX", "genitive", "Kosovo’s", "Kosovos"),
        ("ZZZ", "", "ZZZ", "ZZZ"),
    ],
)
def test_countries_stand_in_a_sentence_as_the_language_has_them(code, spec, english, danish):
    assert written(Country(code), spec) == english
    with language("da"):
        assert written(Country(code), spec) == danish


def test_a_number_takes_its_noun_in_the_right_form():
    assert [say("common.figures", n=n) for n in (0, 1, 1200)] == ["0 figures", "1 figure", "1,200 figures"]
    with language("da"):
        assert [say("common.figures", n=n) for n in (1, 1200)] == ["1 tal", "1.200 tal"]


def test_the_vocabulary_is_said_in_english_as_it_stands():
    assert written(Term("tier", "press")) == "press and secondary"
    assert written(Term("tier", "not_there")) == "not there"
    assert breakdown_words("") == ""
    assert breakdown_words("age=unknown;citizenship=ROU") == "age unknown, citizens of Romania"


@pytest.mark.parametrize("key", ["common.nothing", "nowhere.at_all", "common.at_least"])
def test_a_sentence_or_value_that_is_missing_is_refused(key):
    with pytest.raises(MessageError, match=key):
        say(key)


def test_a_register_without_a_name_is_called_by_country_and_stage():
    assert written(Register("NGA prosecution")) == "the register of prosecutions in Nigeria"
    assert written(Register("Brå")) == "Brå"
    with language("da"):
        assert written(Register("EST conviction")) == "registret over domme i Estland"
        assert written(Register("Rigsadvokaten, published by CMM")) == "Rigsadvokaten, udgivet af CMM"


def test_days_and_years_in_a_text_are_written_as_everywhere_else():
    assert readable("release of 2025-04-14, 2007-2013, not 2025-02-30") == (
        "release of 14 Apr 2025, 2007–2013, not 2025-02-30"
    )


def test_an_unknown_language_is_refused_with_those_there_are():
    with pytest.raises(MessageError, match="there are: en, da"), language("xx"):
        pass


@pytest.mark.parametrize("value", [None, True])
def test_what_is_no_value_is_refused(value):
    with pytest.raises(MessageError, match="is no value"):
        written(value)


def test_the_language_ends_with_its_block():
    with pytest.raises(ZeroDivisionError), language("da"):
        raise ZeroDivisionError
    assert say("common.none") == "none"


def test_other_languages_know_every_word_of_the_vocabulary():
    vocabulary = load_vocabulary()
    need = [f"indicator.{name}" for name in vocabulary.indicators]
    need += [
        f"{kind}.{name}" for kind in ("dimension", "tier", "qualifier") for name in getattr(vocabulary, f"{kind}s")
    ]
    need += [
        f"category.{name}.{category}"
        for name, dimension in vocabulary.dimensions.items()
        for category in {*dimension.words, *dimension.exclusive, *dimension.overlapping}
    ]
    need += [
        f"date.{date.country}.{date.date}.{date.kind}.{field}"
        for date in vocabulary.policy_dates
        for field in ("label", "reference", "note")
        if getattr(date, field)
    ]
    for code in (code for code in languages() if code != "en"):
        assert {f"vocabulary.{name}" for name in need} <= set(entries(code, "vocabulary"))


def test_the_list_of_sentences_is_current():
    assert LIST["PAGE"].read_text(encoding="utf-8") == LIST["page"](), "run python docs/messages.py"
