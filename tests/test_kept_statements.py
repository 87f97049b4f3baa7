"""What sources say of their own figures: kept as data, judged against the record, doubts cast on claims."""

import pandas as pd
import pytest

import trafficking_stats as ts
from trafficking_stats.errors import ClaimError
from trafficking_stats.fact_check.statements import doubts_of_statements, judge_kept
from trafficking_stats.reasons import STATEMENT, load_statements


@pytest.fixture(scope="module")
def rec():
    claims = ts.load_claims()
    return ts.reconcile(claims[claims["country"] == "DNK"])


@pytest.fixture(scope="module")
def judged(rec):
    return judge_kept(rec)


@pytest.mark.parametrize(
    ("source", "code", "stated"),
    [
        ("center-mod-menneskehandel-2024-dnk", "share_of_new", 53.4),  # 73 to 112, not 35 %
        ("european-commission-2017-dnk", "share", 86.6),  # 547 of 632, not 94 %
        ("socialstyrelsen-2022-dnk", "highest", 38),  # 43 in 2015
        ("tip-2015-dnk", "only", 5),  # not four ever
    ],
)
def test_what_cannot_stand_is_found(judged, source, code, stated):
    row = judged[(judged["source_id"] == source) & (judged["verdict"] == "contradicts")].iloc[0]
    assert row["code"] == code
    assert row["lower"] == pytest.approx(stated, abs=0.05)
    assert row["reason"]


def test_what_agrees_is_not_doubted(judged):
    agreed = judged[judged["verdict"] == "agrees"]
    assert len(agreed) >= 9
    assert set(judged["verdict"]) <= {"agrees", "contradicts", "unknown"}


@pytest.mark.parametrize(
    ("source", "indicator", "year"),
    [("tip-2015-dnk", "convictions_persons", "2014"), ("tip-2016-dnk-da", "victims_identified", "2015")],
)
def test_more_than_the_year_before_is_tested_without_a_printed_figure(judged, source, indicator, year):
    row = judged[(judged["source_id"] == source) & (judged["indicator"] == indicator) & (judged["direction"] == "up")]
    assert row["period_end"].str[:4].tolist() == [year]
    assert row["verdict"].tolist() == ["agrees"]


def test_doubts_name_the_claims_of_the_source_itself(rec):
    found = doubts_of_statements(rec)
    ids = set(rec.claims["claim_id"])
    assert {name for name, _, _ in found} <= ids
    values = {rec.claims.set_index("claim_id")["value"][name] for name, code, _ in found if code == "share_of_new"}
    assert values == {112, 73}


def test_every_statement_has_a_source_and_a_place(rec):
    table = load_statements()
    assert set(table["source_id"]) <= set(ts.load_sources()["source_id"])
    assert (table["locator"] != "").all()


def test_other_folders_and_broken_files(tmp_path, rec):
    assert load_statements(tmp_path).empty
    assert judge_kept(rec, load_statements(tmp_path)).empty
    (tmp_path / "statements").mkdir()
    (tmp_path / "statements" / "a.csv").write_text("country,source_id\nDNK,x\n", encoding="utf-8")
    with pytest.raises(ClaimError, match="locator"):
        load_statements(tmp_path)
    pd.DataFrame(columns=list(STATEMENT)).to_csv(tmp_path / "statements" / "a.csv", index=False)
    assert load_statements(tmp_path).empty


def test_a_cell_of_a_statement_that_is_wrong_is_named_with_its_line(tmp_path):
    (tmp_path / "statements").mkdir()
    wrong = {"kind": "rumour", "indicator": "victims", "value": "a third", "period_end": "2020"}
    sound = dict.fromkeys(STATEMENT, "") | {"period_start": "2020-01-01"}
    pd.DataFrame([sound | wrong]).to_csv(tmp_path / "statements" / "DNK.csv", index=False)
    with pytest.raises(ClaimError) as caught:
        load_statements(tmp_path)
    assert [problem.partition(": must be")[0] for problem in caught.value.problems] == [
        f"DNK.csv, line 2: column {name}, value {cell!r}" for name, cell in sorted(wrong.items())
    ]
