"""What was known when, and how figures changed from edition to edition."""

from __future__ import annotations

import datetime

import matplotlib
import pandas as pd
import pytest
from tiny import claim, table

import trafficking_stats as ts
from trafficking_stats.messages import language

matplotlib.use("Agg")


def editions(
    *printed: dict[int, float | str], publisher: str = "Office", breakdown: str = ""
) -> list[dict[str, object]]:
    """One edition a year from 2020 on; a figure that begins with < is masked."""
    return [
        claim(
            float(str(value).removeprefix("<")),
            year,
            breakdown,
            f"{publisher}-{2020 + number}",
            qualifier="less_than" if str(value).startswith("<") else "exact",
            published=f"{2020 + number}-05-01",
            publisher=publisher,
            upstream="register",
        )
        for number, edition in enumerate(printed)
        for year, value in edition.items()
    ]


def steps(*claims: dict[str, object], breakdown: str = "") -> list[tuple[str, str, str, float | None]]:
    found = ts.reconcile(table(claims)).vintages("AAA", "victims_identified", breakdown).triangle
    return [
        (row.end[:4], row.published[:4], row.step, None if pd.isna(row.change) else int(row.change))
        for row in found.itertuples()
    ]


def test_each_edition_repeats_refines_revises_or_withdraws() -> None:
    claims = editions(
        {2015: 10, 2016: 20, 2017: "<5", 2018: 7}, {2015: 10, 2016: 26, 2017: 3, 2018: 7}, {2015: 8, 2017: 3, 2018: 7}
    )
    assert steps(*claims) == [
        ("2015", "2020", "first", None),
        ("2015", "2021", "repeated", 0),
        ("2015", "2022", "revised", -2),
        ("2016", "2020", "first", None),
        ("2016", "2021", "revised", 6),
        ("2016", "2022", "withdrawn", None),
        ("2017", "2020", "first", None),
        ("2017", "2021", "refined", 0),
        ("2017", "2022", "repeated", 0),
        ("2018", "2020", "first", None),
        ("2018", "2021", "repeated", 0),
        ("2018", "2022", "repeated", 0),
    ]


def test_a_mask_that_a_figure_refutes_was_revised_by_the_least_that_lies_between() -> None:
    assert steps(*editions({2015: "<5"}, {2015: 9}))[-1] == ("2015", "2021", "revised", 5)


def test_a_figure_that_comes_back_was_restored() -> None:
    all_years = {2015: 1, 2016: 2, 2017: 3, 2018: 4}
    without = {year: value for year, value in all_years.items() if year != 2016}
    found = steps(*editions(all_years, without, without, all_years))
    assert [step for year, _, step, _ in found if year == "2016"] == ["first", "withdrawn", "restored"]


@pytest.mark.parametrize(
    "later",
    [{2017: 3}, {2015: 1, 2017: 3}, {2017: 3, 2018: 4, 2019: 5}, {2013: 3, 2014: 4, 2015: 5}],
    ids=["another year", "two years", "only later ones", "only earlier ones"],
)
def test_a_report_on_other_years_withdraws_nothing(later: dict[int, float | str]) -> None:
    assert "withdrawn" not in [step for _, _, step, _ in steps(*editions({2016: 2}, later))]


def test_publishers_and_breakdowns_are_followed_apart() -> None:
    claims = [*editions({2015: 10}, {2015: 12}), *editions({2015: 11}, publisher="Bureau")]
    claims += editions({2015: 4}, {2015: 5}, breakdown="sex=female")
    found = ts.reconcile(table(claims)).vintages("AAA", "victims_identified")
    assert found.triangle["publisher"].tolist() == ["Bureau", "Office", "Office"]
    assert found.wide.loc[("Office", "2015")].dropna().tolist() == [10, 12]
    assert steps(*claims, breakdown="sex=female")[-1] == ("2015", "2021", "revised", 1)


def test_sizes_count_directions_and_name_the_largest() -> None:
    claims = editions({2015: 10, 2016: 20, 2017: 5}, {2015: 13, 2016: 10, 2017: 6})
    sizes = ts.reconcile(table(claims)).vintages("AAA", "victims_identified").sizes.iloc[0]
    assert sizes[["editions", "figures", "revised", "up", "down"]].tolist() == [2, 3, 3, 2, 1]
    assert sizes[["median", "largest"]].tolist() == [3, -10]


def test_the_picture_has_an_arrow_for_each_revision_and_a_cross_for_what_is_gone() -> None:
    claims = editions({2015: 10, 2016: 20, 2017: 5, 2018: 4}, {2015: 13, 2017: 5, 2018: 4})
    found = ts.reconcile(table(claims)).vintages("AAA", "victims_identified")
    ax = found.plot()
    assert [(text.xy, text.xyann) for text in ax.texts] == [((2015, 13.0), (2015, 10.0))]
    crosses = [line.get_xydata().tolist() for line in ax.lines if line.get_marker() == "x"]
    assert crosses == [[[2016.0, 20.0]]]
    assert ax.get_ylim()[0] == 0
    assert found.plot(ax) is ax


def test_it_is_said_in_the_language_of_the_reader() -> None:
    found = ts.reconcile(table(editions({2015: 10}, {2015: 12}))).vintages("AAA", "victims_identified")
    assert "Figures revised: 1, of which up: 1, down: 0." in str(found)
    assert "<table" in found._repr_html_()
    with language("da"):
        assert "Rettede tal: 1" in str(found)


def test_a_series_without_dated_claims_has_no_vintages() -> None:
    rec = ts.reconcile(table([claim(5, published="")]))
    with pytest.raises(ts.ReconciliationError, match="no dated claim on AAA victims_identified"):
        rec.vintages("AAA", "victims_identified")


# --- as of a date ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "known"),
    [
        ("2020-04-30", []),
        ("2020-05-01", [10]),
        (datetime.date(2020, 12, 31), [10]),
        ("2021", [10, 12]),
        ("2021-05", [10, 12]),
        ("2021-04", [10]),
    ],
)
def test_what_was_known_at_a_date(as_of: str | datetime.date, known: list[float]) -> None:
    rec = ts.reconcile(table(editions({2015: 10}, {2015: 12})), as_of=as_of)
    assert sorted(rec.claims["value"].tolist()) == known
    assert rec.series["n_claims"].tolist() == ([len(known)] if known else [])


@pytest.mark.parametrize(
    ("published", "day"), [("2021", "2021-12-31"), ("2021-06", "2021-06-30"), ("2021-06-15", "2021-06-15")]
)
def test_a_source_without_a_day_counts_from_the_last_it_can_have_been(published: str, day: str) -> None:
    claims = table([claim(3, published=published)])
    before = (datetime.date.fromisoformat(day) - datetime.timedelta(days=1)).isoformat()
    assert len(ts.reconcile(claims, as_of=day).claims) == 1
    assert len(ts.reconcile(claims, as_of=before).claims) == 0


def test_an_undated_source_was_never_certainly_known() -> None:
    assert len(ts.reconcile(table([claim(3, published="")]), as_of="2100-01-01").claims) == 0


@pytest.mark.parametrize("as_of", ["soon", "", "2023-6-30", 20230630])
def test_what_is_no_date_is_refused(as_of: object) -> None:
    with pytest.raises(ts.ReconciliationError, match="as_of: must be a date such as 2023-06-30"):
        ts.reconcile(table([claim(3)]), as_of=as_of)
