"""What `reconcile` takes, and what it refuses with which words."""

import pandas as pd
import pytest

import trafficking_stats as ts


@pytest.fixture(scope="module")
def claims() -> pd.DataFrame:
    table = ts.load_claims()
    chosen = (table["country"] == "DNK") & (table["indicator"] == "convictions_persons") & (table["breakdown"] == "")
    return table[chosen].reset_index(drop=True)


@pytest.fixture(scope="module")
def rec(claims) -> ts.Reconciliation:
    return ts.reconcile(claims)


def test_claims_of_which_none_is_a_count_are_taken():
    shares = ts.load_claims().query("indicator == 'victims_share'")
    rec = ts.reconcile(shares)
    assert rec.series.empty
    assert rec.clashes.empty
    assert rec.claims["accepted"].all()


@pytest.mark.parametrize(
    ("column", "value", "allowed"),
    [
        ("value", None, "a number"),
        ("value", float("inf"), "a finite number"),
        ("value", "seven", "a number"),
        ("value", -1.0, "must not be negative, convictions_persons is a count"),
        ("value", 2e12, "from 0 to 1,000,000,000,000, the largest count that is held exactly"),
        ("value", 1.5, "a whole number of persons"),
        ("value", "1,440", "a number, digits only"),
        ("value", "1.440", "a number that can be read in one way"),
        ("country", "Freedonia", "an ISO 3166-1 alpha-3 code"),
        (
            "country",
            "Swedn",
            r"an ISO 3166-1 alpha-3 code, EUU for the European Union, or XKX for Kosovo; did you mean SWE?",
        ),
        (
            "indicator",
            "victims_identifed",
            "the indicators of the vocabulary; did you mean victims_identified?",
        ),
        ("unit", "cases", "must be persons"),
        ("qualifier", "roughly", "one of exact, less_than"),
        ("tier", "blog", "one of register, publisher, compiler, press"),
        ("breakdown", "sex", "empty for the total, or key=value pairs joined by ;"),
        ("breakdown", "sex=male;sex=female", "made of different keys"),
        ("breakdown", "gender=male", "made of the keys sex, age"),
        ("breakdown", "sex=woman", "a category of sex: female, male"),
        ("period_end", "2020-13-01", "a date as YYYY-MM-DD between 1900 and 2100"),
        ("period_end", "1999-12-31", "must not lie before period_start"),
        ("period_start", "0003-01-01", "a date as YYYY-MM-DD between 1900 and 2100"),
        ("period_end", "9999-12-31", "a date as YYYY-MM-DD between 1900 and 2100"),
        ("published", "last year", "a date as YYYY, YYYY-MM or YYYY-MM-DD"),
        ("claim_id", "a;b", "an id without semicolons"),
    ],
)
def test_each_wrong_value_is_named_with_its_claim(claims, column, value, allowed):
    wrong = claims.astype(object)
    wrong.loc[3, column] = value
    with pytest.raises(ts.ClaimError) as caught:
        ts.reconcile(wrong)
    message = str(caught.value)
    assert f"column {column}" in message
    assert allowed in message
    assert str(wrong.loc[3, "claim_id"]) in message
    assert len(message.splitlines()) == 1, "the other claims are right"


def test_missing_columns_and_repeated_ids_are_named(claims):
    with pytest.raises(
        ts.ClaimError, match=r"nothing gives the country: .* country='\.\.\.'; the columns are: claim_id"
    ):
        ts.reconcile(claims.drop(columns="country"))
    with pytest.raises(ts.ClaimError, match="must be an id that no other claim has"):
        ts.reconcile(pd.concat([claims, claims.head(1)]))


def test_what_is_no_table_is_refused():
    with pytest.raises(ts.ClaimError, match=r"must be a pandas\.DataFrame such as load_claims gives, not NoneType"):
        ts.reconcile(None)
    with pytest.raises(ts.TraffickingStatsError, match="rec: expected what reconcile returns, got NoneType"):
        ts.gap(None, "DNK")


def test_less_than_nothing_is_refused(claims):
    wrong = claims.assign(qualifier=["less_than", *claims["qualifier"][1:]], value=[0.0, *claims["value"][1:]])
    with pytest.raises(ts.ClaimError, match=claims["claim_id"][0]):
        ts.reconcile(wrong)


@pytest.mark.parametrize(
    "disguise",
    [
        lambda table: table.astype(object),
        lambda table: table.astype({"country": "category", "indicator": "category", "tier": "category"}),
        lambda table: table.astype({"value": "Int64"}),
        lambda table: table.assign(value=table["value"].map("{:.0f}".format)),
        lambda table: table.assign(**{end: pd.to_datetime(table[end]) for end in ("period_start", "period_end")}),
        lambda table: table.set_index("claim_id", drop=False),
        lambda table: table.assign(remark="of mine"),
    ],
    ids=["object", "category", "whole", "text", "dates", "index", "further column"],
)
def test_the_kind_of_column_makes_no_difference(claims, rec, disguise):
    other = ts.reconcile(disguise(claims))
    pd.testing.assert_frame_equal(other.series, rec.series)
    assert other.claims["accepted"].tolist() == rec.claims["accepted"].tolist()


def test_no_claims_give_empty_tables_with_the_same_columns(claims, rec):
    empty = ts.reconcile(claims.head(0))
    assert list(empty.series) == list(rec.series)
    assert list(empty.claims) == list(rec.claims)
    assert list(empty.clashes) == list(rec.clashes)
    assert len(empty.series) == len(empty.claims) == len(empty.clashes) == 0


def test_the_input_is_left_as_it_was(claims):
    before = claims.copy()
    ts.reconcile(claims)
    pd.testing.assert_frame_equal(claims, before)


def test_what_is_no_executor_and_no_method_is_refused(claims):
    with pytest.raises(ts.ReconciliationError, match=r"must be a concurrent\.futures\.Executor, not int"):
        ts.reconcile(claims, executor=4)
    with pytest.raises(ts.ReconciliationError, match="method 'newest' does not exist; there are: consistent, latest"):
        ts.reconcile(claims, method="newest")


def test_a_country_is_given_by_its_code_or_its_name(rec):
    series = "convictions_persons"
    for name in ("Denmark", "dnk"):
        assert rec.explain(name, series, 2016) == rec.explain("DNK", series, 2016)
        assert str(rec.inspect(name, series, 2016)) == str(rec.inspect("DNK", series, 2016))
        assert rec.sensitivity(name, series).equals(rec.sensitivity("DNK", series))
        assert rec.vintages(name, series).triangle.equals(rec.vintages("DNK", series).triangle)
        assert rec.bounds_of_sum(name, series, [2016]) == rec.bounds_of_sum("DNK", series, [2016])
        assert rec.plot("claims", country=name, indicator=series).alt == rec.plot("claims", indicator=series).alt
    assert (
        ts.gap(rec, "Denmark", peers=["Sweden"], vary_sources=False).question
        == ts.gap(rec, "DNK", peers=["SWE", "DNK"], vary_sources=False).question
    )


def test_without_any_claim_there_is_nothing_to_explain():
    nothing = ts.reconcile(ts.load_claims().iloc[:0])
    with pytest.raises(ts.ReconciliationError, match="there are no claims; figures of your own come in with"):
        nothing.explain("DNK", "convictions_persons", 2016)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (("XXX", "convictions_persons", 2016), "no cell for XXX convictions_persons; figures of .* There are: DNK"),
        (
            ("DNK", "convictions", 2016),
            r"no cell for DNK convictions; did you mean convictions_persons\? Indicators of",
        ),
        (("DNK", "convictions_persons", 1900), "convictions_persons, the total, in 1900; there are the years 20"),
        (("DNK", "convictions_persons", 2016, "sex=male"), ", 'sex=male', in 2016; there are the figures of the total"),
    ],
)
def test_a_cell_that_is_not_there_is_named_with_those_that_are(rec, cell, message):
    with pytest.raises(ts.ReconciliationError, match=message):
        rec.explain(*cell)
    with pytest.raises(ts.ReconciliationError, match="DNK has no claims on convictions; it has: convictions_persons"):
        rec.sensitivity("DNK", "convictions")
