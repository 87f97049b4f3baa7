"""Every guard of the schema fires on what is wrong and is silent on what is just inside; and none is left out."""

from __future__ import annotations

import ast
from pathlib import Path

import pandas as pd
import pytest

from trafficking_stats import schema
from trafficking_stats.vocabulary import load_vocabulary

VOCABULARY = load_vocabulary()

CLAIM = {
    "source_id": "office-2021",
    "country": "DNK",
    "indicator": "victims_identified",
    "breakdown": "",
    "period_start": "2020-01-01",
    "period_end": "2020-12-31",
    "value": "64",
    "value_upper": "",
    "qualifier": "exact",
    "unit": "persons",
    "tier": "compiler",
    "published": "2021",
    "claim_id": "office-2021:1",
    "_file": "claims/office-2021.csv",
    "_line": 2,
}

SOURCE = {
    "source_id": "office-2021",
    "title": "Yearbook",
    "publisher": "Office",
    "upstream": "national",
    "tier": "compiler",
    "published": "2021-05-01",
    "sha256": "0" * 64,
    "_file": "sources.csv",
    "_line": 2,
}

RANGE = {"value": "10", "value_upper": "50", "qualifier": "between"}

WRONG_CLAIMS = [
    ({"country": "DK"}, "must be an ISO 3166-1 alpha-3 code, EUU for the European Union, or XKX for Kosovo"),
    ({"country": "Denmark"}, "; did you mean DNK?"),
    ({"indicator": "victims_identfied"}, "must be one of the indicators of the vocabulary; did you mean victims_ident"),
    ({"breakdown": "sex"}, "must be empty for the total, or key=value pairs joined by ;"),
    ({"breakdown": "sex="}, "must be empty for the total, or key=value pairs joined by ;"),
    ({"breakdown": "size=large"}, "must be made of the keys sex, age"),
    ({"breakdown": "size=large"}, "'size' does not exist"),
    ({"breakdown": "sex=women"}, "must be a category of sex: female, male"),
    ({"breakdown": "citizenship=D K"}, ", or one that matches [A-Z]{3}"),
    ({"breakdown": "citizenship=D K"}, "'D K' is none"),
    ({"breakdown": "sex=male;sex=female"}, "must be made of different keys: empty for the total, or key=value pairs"),
    (
        {"period_start": "2020-13-01"},
        "column period_start, value '2020-13-01': must be a date as YYYY-MM-DD between 1900",
    ),
    ({"period_start": "1899-12-31"}, "must be a date as YYYY-MM-DD between 1900 and 2100"),
    ({"period_end": "2101-01-01"}, "must be a date as YYYY-MM-DD between 1900 and 2100"),
    ({"period_end": "2020-W53-4"}, "must be a date as YYYY-MM-DD"),
    ({"period_end": ""}, "must be a date as YYYY-MM-DD"),
    ({"period_end": "2019-12-31"}, "must not lie before period_start 2020-01-01"),
    ({"value": "many"}, "must be a number, digits only, without separators of thousands"),
    ({"value": True}, "must be a number"),
    ({"value": float("nan")}, "must be a number"),
    ({"value": "٦٤"}, "must be a number in the digits 0 to 9"),
    ({"value": "1_000"}, "must be a number in the digits 0 to 9"),
    ({"value": "inf"}, "must be a finite number"),
    ({"value": "-1"}, "must not be negative, victims_identified is a count"),
    ({"value": "12.000"}, "column value, value '12.000': must be"),
    ({"value": "1.5"}, "must be a whole number of persons"),
    ({"value": "1000000000001"}, "must be from 0 to 1,000,000,000,000, the largest count that is held exactly"),
    ({"value": "0", "qualifier": "less_than"}, "nothing is less than 0; write exact 0, or the printed bound"),
    ({"qualifier": "roughly"}, "must be one of exact, less_than"),
    ({"value_upper": "50"}, "must be empty unless the qualifier is between"),
    ({**RANGE, "value_upper": ""}, "must be the larger end of the range; the smaller one stands in value"),
    ({**RANGE, "value_upper": "9"}, "must not be less than value, 10"),
    ({**RANGE, "value_upper": "fifty"}, "column value_upper, value 'fifty': must be a number, digits only"),
    ({"unit": "cases"}, "must be persons, the unit of victims_identified; a figure in another unit belongs to another"),
    ({"indicator": "offences_reported", "unit": "persons"}, "must be offences or cases or reports, the unit of"),
    ({"tier": "blog"}, "must be one of register, publisher, compiler, press"),
    ({"published": "May 2021"}, "must be a date as YYYY, YYYY-MM or YYYY-MM-DD"),
    ({"published": "2021-13"}, "must be a date as YYYY, YYYY-MM or YYYY-MM-DD"),
    ({"claim_id": ""}, "must be an id without semicolons"),
    ({"claim_id": "a;b"}, "must be an id without semicolons"),
]

WRONG_SOURCES = [
    ({"source_id": "år-2021"}, "must be an id of letters, digits and hyphens"),
    ({"source_id": "-2021"}, "must be an id of letters, digits and hyphens"),
    ({"title": ""}, "column title, value '': must be filled in"),
    ({"publisher": ""}, "column publisher, value '': must be filled in"),
    ({"upstream": ""}, "column upstream, value '': must be filled in"),
    ({"tier": "blog"}, "must be one of register"),
    ({"published": "21"}, "must be a date as YYYY, YYYY-MM or YYYY-MM-DD"),
    ({"sha256": "0" * 63}, "must be 64 hexadecimal digits, or nothing"),
    ({"sha256": "x" * 64}, "must be 64 hexadecimal digits, or nothing"),
]

SOUND_CLAIMS = [
    {},
    {"country": "EUU"},
    {"country": "XKX"},
    {"breakdown": "citizenship=NGA;sex=female"},
    {"period_start": ""},
    {"period_start": "2020-12-31"},
    {"period_start": "1900-01-01", "period_end": "2100-12-31"},
    {"value": "0"},
    {"value": 0.0},
    {"value": "1000000000000"},
    {"value": "1", "qualifier": "less_than"},
    {"value": "0", "qualifier": "at_most"},
    RANGE,
    {**RANGE, "value_upper": "10"},
    {"value": "-35.5", "indicator": "victims_change_percent", "unit": "percent"},
    {"value": "79.5", "indicator": "victims_share", "unit": "percent"},
    {"indicator": "offences_reported", "unit": "reports"},
    {"published": ""},
    {"published": "2021-05"},
]


def of_claims(*changes: dict[str, object]) -> list[str]:
    return schema.check_claims(pd.DataFrame([{**CLAIM, **change} for change in changes], dtype=object), VOCABULARY)


def of_sources(*changes: dict[str, object]) -> list[str]:
    return schema.check_sources(pd.DataFrame([{**SOURCE, **change} for change in changes], dtype=object), VOCABULARY)


@pytest.mark.parametrize(("change", "text"), WRONG_CLAIMS)
def test_a_wrong_claim_is_met_by_its_guard_alone(change: dict[str, object], text: str) -> None:
    (problem,) = of_claims(change)
    assert text in problem
    assert problem.startswith("claims/office-2021.csv, line 2: column ")


@pytest.mark.parametrize("change", SOUND_CLAIMS)
def test_a_sound_claim_is_met_by_none(change: dict[str, object]) -> None:
    assert of_claims(change) == []


@pytest.mark.parametrize(("change", "text"), WRONG_SOURCES)
def test_a_wrong_source_is_met_by_its_guard_alone(change: dict[str, object], text: str) -> None:
    (problem,) = of_sources(change)
    assert text in problem
    assert problem.startswith("sources.csv, line 2: column ")


def test_a_sound_source_is_met_by_none() -> None:
    assert of_sources({}, {"source_id": "b", "sha256": "", "published": ""}) == []


def test_what_stands_twice_is_told_with_the_first_line() -> None:
    assert of_claims({}, {"_line": 3}) == [
        "claims/office-2021.csv, line 3: the same claim stands in line 2; remove one of the two"
    ]
    assert of_claims({}, {"_line": 3, "value": "65"}) == []
    assert of_claims(RANGE, {**RANGE, "_line": 3, "value_upper": "60"}) == []
    assert of_sources({}, {"_line": 3, "source_id": "OFFICE-2021"}) == [
        "sources.csv, line 3: source_id 'OFFICE-2021' stands twice; ids are unique"
    ]


def test_a_check_of_several_cells_is_silent_where_one_of_them_has_a_fault_of_its_own() -> None:
    (problem,) = of_claims({"indicator": "nothing_known", "value": "-1.5", "unit": "cases"})
    assert "column indicator" in problem


def guarded_words() -> list[str]:
    """Every piece of a sentence that a guard of the schema can say, without the values in it."""
    tree = ast.parse(Path(schema.__file__).read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("_")]
    parts = [node for function in functions for node in function.body[ast.get_docstring(function) is not None :]]
    parts += [node for node in ast.walk(tree) if isinstance(node, ast.Lambda)]
    texts = [node.value for part in parts for node in ast.walk(part) if isinstance(node, ast.Constant)]
    return sorted({text for text in texts if isinstance(text, str) and " " in text.strip()})


def test_no_guard_is_left_out() -> None:
    words = guarded_words()
    assert len(words) > 25
    said = " | ".join([*of_claims(*[c for c, _ in WRONG_CLAIMS]), *of_sources(*[c for c, _ in WRONG_SOURCES])])
    assert [piece for piece in words if piece not in said] == []
