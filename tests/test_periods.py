"""Quarters, halves, fiscal years and spans: by hand, and against every possible truth of 2,000 small systems."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pycountry
import pytest
from tiny import LARGE, claim, table, year

import trafficking_stats as ts
from trafficking_stats.intervals import intervals
from trafficking_stats.reconciliation.periods import tiles
from trafficking_stats.vocabulary import load_vocabulary

QUARTERS = [
    (f"2022-{a}-01", f"2022-{b}") for a, b in (("01", "03-31"), ("04", "06-30"), ("07", "09-30"), ("10", "12-31"))
]
HALVES = [("2022-01-01", "2022-06-30"), ("2022-07-01", "2022-12-31")]


def bounds(rec: ts.Reconciliation, of: int | tuple[str, str], breakdown: str = "") -> list[object]:
    """Lower, upper and estimate of a year, or of another period."""
    if isinstance(of, int):
        rows = rec.series[rec.series["year"] == of]
    else:
        rows = rec.periods[(rec.periods["start"] == of[0]) & (rec.periods["end"] == of[1])]
    row = rows[rows["breakdown"] == breakdown].iloc[0]
    return [None if pd.isna(row[name]) else int(row[name]) for name in ("lower", "upper", "estimate")]


# --- pieces -------------------------------------------------------------------------------------------------------


def test_pieces_of_a_year_follow_every_period_that_begins_or_ends_in_it() -> None:
    found = tiles([year(2022), HALVES[0], QUARTERS[3]])
    assert found == {year(2022): (HALVES[0], ("2022-07-01", "2022-09-30"), QUARTERS[3])}


def test_a_year_inside_a_longer_period_is_one_piece_of_it_however_it_is_cut_itself() -> None:
    found = tiles([("2021-07-01", "2023-12-31"), *QUARTERS, year(2022)])
    assert found[("2021-07-01", "2023-12-31")] == (("2021-07-01", "2021-12-31"), year(2022), year(2023))
    assert found[year(2022)] == tuple(QUARTERS)


def test_what_came_before_the_first_known_day_is_a_piece_of_all_there_ever_was() -> None:
    found = tiles([("", "2022-03-31"), year(2021)])
    assert found == {("", "2022-03-31"): (("", "2020-12-31"), year(2021), ("2022-01-01", "2022-03-31"))}


def test_a_year_is_cut_where_another_breakdown_is_only_if_its_own_periods_cut_it() -> None:
    assert tiles([year(2022), year(2021)], QUARTERS) == {}
    assert tiles([year(2022), HALVES[0]], QUARTERS)[HALVES[0]] == tuple(QUARTERS[:2])


# --- what follows -------------------------------------------------------------------------------------------------


def test_four_quarters_make_the_year() -> None:
    rec = ts.reconcile(table([claim(v, q) for v, q in zip((3777, 4171, 4586, 4413), QUARTERS, strict=True)]))
    assert bounds(rec, 2022) == [16947, 16947, 16947]
    assert rec.series["n_claims"].tolist() == [4]


def test_three_quarters_are_a_lower_bound_and_no_estimate() -> None:
    rec = ts.reconcile(table([claim(v, q) for v, q in zip((3777, 4171, 4586), QUARTERS, strict=False)]))
    assert bounds(rec, 2022) == [12534, None, None]
    assert rec.series["status"].tolist() == ["bounded"]


def test_the_last_month_of_a_year_is_what_eleven_leave() -> None:
    months = [(f"2022-{m:02d}-01", f"2022-{m:02d}-{pd.Period(f'2022-{m:02d}').days_in_month}") for m in range(1, 13)]
    rec = ts.reconcile(
        table(
            [claim(100, 2022), *(claim(8, month) for month in months[:11]), claim(15, months[11], qualifier="at_most")]
        )
    )
    assert bounds(rec, months[11]) == [12, 12, 12]


def test_two_halves_clash_with_a_year_that_is_less() -> None:
    rec = ts.reconcile(table([claim(30, HALVES[0]), claim(30, HALVES[1]), claim(50, 2022, source="b")]))
    assert not rec.claims["accepted"].all()
    assert len(rec.clashes) > 0


def test_a_fiscal_year_is_shown_and_bounds_the_years_it_touches() -> None:
    fiscal = [(f"{y}-10-01", f"{y + 1}-09-30") for y in (2014, 2015, 2016)]
    rec = ts.reconcile(table([claim(v, period) for v, period in zip((10, 11, 12), fiscal, strict=True)]))
    assert [bounds(rec, period) for period in fiscal] == [[v, v, v] for v in (10, 11, 12)]
    assert bounds(rec, 2015) == [0, 21, None]
    assert bounds(rec, 2016) == [0, 23, None]
    assert rec.series["year"].tolist() == [2015, 2016], "nothing is known of the first and the last"


def test_a_fiscal_year_is_explained_by_its_dates() -> None:
    fiscal = ("2014-04-01", "2015-03-31")
    claims = [claim(9, ("2014-04-01", "2014-12-31")), claim(2, fiscal, source="b"), claim(12, fiscal, source="c")]
    rec = ts.reconcile(table(claims))
    told = rec.explain("AAA", "victims_identified", fiscal)
    assert told.title == "AAA, victims identified, 2014-04-01 to 2015-03-31: 12"
    assert told.claims["figure"].tolist() == ["12", "2"]
    assert rec.explain("AAA", "victims_identified", 2014).claims["figure"].tolist() == ["9"]
    with pytest.raises(
        ts.ReconciliationError, match="in 2014-04-01 to 2014-06-30; there are the years 2014, 2015, 2014-04"
    ):
        rec.explain("AAA", "victims_identified", ("2014-04-01", "2014-06-30"))


def test_a_part_of_a_fiscal_year_is_no_more_than_all_of_it() -> None:
    rec = ts.reconcile(
        table([claim(9, ("2014-04-01", "2014-12-31")), claim(2, ("2014-04-01", "2015-03-31"), source="b")])
    )
    assert rec.claims["accepted"].sum() == 1
    assert set(rec.claims["clashes_with"]) - {""} <= set(rec.claims["claim_id"])


def test_what_is_left_of_women_is_among_what_is_left_of_all() -> None:
    # ten women, none in the first half: ten in the second, where there were but five victims
    claims = [claim(10, 2022, "sex=female"), claim(0, HALVES[0], "sex=female"), claim(5, HALVES[1])]
    assert not ts.reconcile(table(claims)).claims["accepted"].all()


def test_halves_of_women_and_quarters_of_men_share_the_quarters() -> None:
    claims = [
        claim(4, HALVES[0], "sex=female"),
        claim(3, QUARTERS[0], "sex=male"),
        claim(2, QUARTERS[1], "sex=male"),
        claim(20, HALVES[0], qualifier="at_most"),
    ]
    assert bounds(ts.reconcile(table(claims)), HALVES[0]) == [9, 20, None]


def test_at_least_and_at_most_never_make_a_point() -> None:
    both = [claim(35, qualifier="at_least"), claim(50, qualifier="at_most", source="b")]
    assert bounds(ts.reconcile(table(both)), 2010) == [35, 50, None]
    assert bounds(ts.reconcile(table(both[:1])), 2010) == [35, None, 35]
    named = [*both, claim(40, qualifier="about", source="c")]
    assert bounds(ts.reconcile(table(named)), 2010) == [36, 44, 40]
    met = [both[0], claim(35, qualifier="at_most", source="b")]
    assert bounds(ts.reconcile(table(met)), 2010) == [35, 35, 35]


def test_a_range_is_one_claim_and_names_no_number() -> None:
    printed = claim(10, qualifier="between") | {"value_upper": 50.0}
    rec = ts.reconcile(table([printed]))
    assert bounds(rec, 2010) == [10, 50, None]
    assert rec.series["n_claims"].tolist() == [1]
    assert bounds(ts.reconcile(table([printed, claim(12, source="b")])), 2010) == [12, 12, 12]


def test_a_range_clashes_as_a_whole_and_is_written_with_both_ends() -> None:
    printed = claim(10, qualifier="between") | {"value_upper": 50.0}
    register = [claim(77, source=name, tier="register", published="2016-01-01") for name in "bc"]
    rec = ts.reconcile(table([printed, *register]))
    assert rec.claims["accepted"].tolist() == [False, True, True]
    assert rec.clashes["values"].tolist() == ["77 | 10 to 50"]
    assert rec.explain("AAA", "victims_identified", 2010).claims["figure"].tolist() == ["77", "77", "10 to 50"]


@pytest.mark.parametrize("end", ["0001-12-31", "9999-12-31"])
def test_days_at_the_end_of_the_calendar_are_refused(end: str) -> None:
    with pytest.raises(ts.ClaimError, match="period_end"):
        ts.reconcile(table([claim(3, (f"{end[:4]}-01-01", end))]))


# --- enumeration --------------------------------------------------------------------------------------------------

PIECES = [
    ("2010-01-01", "2010-03-31"),
    ("2010-04-01", "2010-12-31"),
    ("2011-01-01", "2011-03-31"),
    ("2011-04-01", "2011-12-31"),
]
"""Two years, each cut where a fiscal year begins."""

SPANS = {  # first and last piece
    **{piece: (i, i) for i, piece in enumerate(PIECES)},
    year(2010): (0, 1),
    year(2011): (2, 3),
    ("2010-01-01", "2011-12-31"): (0, 3),
    ("2010-04-01", "2011-03-31"): (1, 2),
    ("2010-04-01", "2011-12-31"): (1, 3),
}

MOST = 4
"""No claim is larger, so that no piece need be either, unless it is beyond all that is claimed."""

PAIRS = np.array([(t, w) for t in (*range(MOST + 1), LARGE) for w in (*range(MOST + 1), LARGE) if w <= t])
"""All victims and the women among them, in one piece."""

TRUTHS = PAIRS[np.array(list(product(range(len(PAIRS)), repeat=len(PIECES))))].astype(np.int16)
"""Shape (n_truths, piece, all or women)."""

VALUES = {
    (breakdown, *period): TRUTHS[:, first : last + 1, which].sum(axis=1)
    for which, breakdown in enumerate(("", "sex=female"))
    for period, (first, last) in SPANS.items()
}


def random_systems(n: int, seed: int) -> pd.DataFrame:
    """Up to six claims in each of n systems of one country and indicator: mostly of one truth, some wrong."""
    random = np.random.default_rng(seed)
    codes = [country.alpha_3 for country in pycountry.countries][:200]
    names = [name for name, entry in load_vocabulary().indicators.items() if entry.measure == "count"]
    named = {name for rule in load_vocabulary().rules for name in (rule.whole, *rule.parts)}
    places = list(product(codes, [name for name in names if name not in named]))[:n]
    cells, claims = list(VALUES), []
    small = np.flatnonzero(TRUTHS[:, :, 0].sum(axis=1) <= MOST)
    for country, indicator in places:
        truth = random.choice(small)
        for _ in range(random.integers(1, 7)):
            cell = cells[random.integers(len(cells))]
            value = int(VALUES[cell][truth]) if random.random() < 0.8 else int(random.integers(0, MOST + 1))
            qualifier = str(random.choice(["exact", "exact", "at_least", "at_most", "less_than", "between"]))
            publisher, edition = str(random.choice(["a", "b"])), int(random.integers(2012, 2015))
            value += qualifier == "less_than"
            row = claim(
                value,
                cell[1:],
                cell[0],
                f"{publisher}-{edition}",
                qualifier=qualifier,
                published=f"{edition}-06-30",
                country=country,
                indicator=indicator,
                publisher=publisher,
                upstream=str(random.choice(["register", publisher])),
            )
            claims.append({**row, "value_upper": min(value + 1, MOST) if qualifier == "between" else None})
    return table(claims)


def test_what_was_known_at_a_date_is_what_its_claims_alone_give() -> None:
    claims = random_systems(200, seed=10)
    then, alone = ts.reconcile(claims, as_of="2013-12-31"), ts.reconcile(claims[claims["published"] < "2014"])
    pd.testing.assert_frame_equal(then.series, alone.series)
    pd.testing.assert_frame_equal(then.claims, alone.claims)


def test_accepted_claims_can_all_be_true_and_bounds_are_tight_in_2000_systems() -> None:
    claims = random_systems(2000, seed=9)
    rec = ts.reconcile(claims)
    lower, upper = intervals(rec.claims, load_vocabulary())
    judged = rec.claims.assign(low=lower, high=upper)
    shown = pd.concat(
        [
            rec.series.assign(
                start=lambda t: [year(y)[0] for y in t["year"]], end=lambda t: [year(y)[1] for y in t["year"]]
            ),
            rec.periods,
        ]
    )
    cells = dict(iter(shown.groupby(["country", "indicator"])))
    systems = list(judged.groupby(["country", "indicator"]))
    assert len(systems) == 2000
    wrong, clashing = [], 0
    for place, rows in systems:
        holds = np.ones(len(TRUTHS), dtype=bool)
        all_hold = holds.copy()
        for row in rows.itertuples():
            values = VALUES[row.breakdown, row.period_start, row.period_end]
            inside = (values >= row.low) & (values <= row.high)
            all_hold &= inside
            if row.accepted:
                holds &= inside
        assert holds.any(), f"{place}: what is accepted contradicts itself"
        assert rows["accepted"].all() == all_hold.any(), place
        clashing += not all_hold.any()
        for cell in cells[place].itertuples():
            values = VALUES[cell.breakdown, cell.start, cell.end][holds]
            known = int(values.min()), None if values.max() >= LARGE else int(values.max())
            if (cell.lower, None if pd.isna(cell.upper) else cell.upper) != known:
                wrong.append((place, cell.breakdown, cell.start, cell.end, cell.lower, cell.upper, known))
    assert not wrong, wrong[:5]
    assert clashing > 200
