"""Kept figures that stand in another year than in the edition before."""

import pytest
from tiny import claim, table

import trafficking_stats as ts


def doubtful(rows) -> dict[tuple[int, float], str]:
    claims = ts.reconcile(table(rows)).claims
    claims = claims[claims["doubt"] != ""]
    return {(int(row.period_start[:4]), row.value): f"{row.doubt}: {row.evidence}" for row in claims.itertuples()}


def edition(published: int, figures: dict[int, int], publisher: str = "P") -> list[dict[str, object]]:
    name = f"{publisher}{published}"
    return [
        claim(value, year, source=name, published=f"{published}-06-01", publisher=publisher, upstream="U")
        for year, value in figures.items()
    ]


BEFORE = {2019: 96, 2020: 195, 2021: 83}


def test_a_series_that_moved_is_doubtful_where_it_moved():
    found = doubtful(edition(2023, BEFORE) + edition(2025, {2019: 195, 2020: 83, 2021: 65}))
    assert found == {
        (
            2019,
            195,
        ): "shifted_year: P printed 195 for 2020 before, and moved 1 other figure by a year likewise",
        (2020, 83): "shifted_year: P printed 83 for 2021 before, and moved 1 other figure by a year likewise",
    }


@pytest.mark.parametrize(
    "after",
    [
        {2019: 195, 2020: 84, 2021: 65},  # one alone can be chance
        {2019: 96, 2020: 195, 2021: 83},  # nothing moved
        {2019: 97, 2020: 196, 2021: 84},  # revised
    ],
)
def test_what_did_not_move_together_is_not_doubtful(after):
    assert doubtful(edition(2023, BEFORE) + edition(2025, after)) == {}


def test_another_publisher_is_no_earlier_edition():
    assert doubtful(edition(2023, BEFORE, "Q") + edition(2025, {2019: 195, 2020: 83, 2021: 65})) == {}


def test_the_shifted_dominican_figures_of_2025_are_doubtful():
    """UNODC, April 2025: the 195 victims of 2020 and the 83 of 2021 each stand one year earlier than in May 2023."""
    claims = ts.load_claims()
    rec = ts.reconcile(claims[claims["country"] == "DOM"])
    told = str(rec.explain("DOM", "victims_identified", 2019))
    assert "UNODC printed 195 for 2020 before, and moved 1 other figure by a year likewise" in told


# --- periods to come ------------------------------------------------------------------------------------------------


def doubt_of(value: float, period: int | tuple[str, str], published: str, indicator: str = "victims_identified") -> str:
    rec = ts.reconcile(table([claim(value, period, published=published, indicator=indicator)]))
    assert rec.claims["accepted"].tolist() == [True]
    return f"{rec.claims['doubt'].item()}: {rec.claims['evidence'].item()}"


@pytest.mark.parametrize(
    ("period", "published", "doubtful"),
    [
        (2033, "2023-05-30", True),
        (2023, "2023-05-30", True),
        (2022, "2023-05-30", False),
        (2023, "2023", False),
        (2023, "2023-11", True),
        (2023, "", False),
        (("2022-04-01", "2023-03-31"), "2023-03-30", True),
        (("2022-04-01", "2023-03-31"), "2023-03-31", False),
        (("", "2023-12-31"), "2023-05-30", True),
    ],
)
def test_a_count_of_a_period_that_ends_after_its_publication_is_doubtful(period, published, doubtful):
    assert doubt_of(5, period, published).startswith("future_period: it ends 20") == doubtful


@pytest.mark.parametrize("indicator", ["max_penalty_years", "funding_dkk"])
def test_what_may_be_known_beforehand_is_not(indicator):
    assert doubt_of(5, 2033, "2023-05-30", indicator) == ": "


# --- totals and their own tables ----------------------------------------------------------------------------------

SEX = {"sex=female": 70, "sex=male": 30}
AGE = {"age=adult": 80, "age=child": 20}


def printed(total: int, parts: dict[str, int], publisher: str = "P", **more: object) -> list[dict[str, object]]:
    given = {"source": publisher, "publisher": publisher, "upstream": "U", **more}
    return [claim(value, 2013, part, **given) for part, value in {"": total, **parts}.items()]  # type: ignore[arg-type]


def codes(rows) -> dict[str, str]:
    claims = ts.reconcile(table(rows)).claims
    claims = claims[claims["doubt"] != ""]
    return {
        f"{row.source_id} {row.breakdown} {row.value:.0f}": f"{row.doubt}: {row.evidence}"
        for row in claims.itertuples()
    }


def test_a_total_that_two_complete_tables_contradict_is_doubtful():
    assert codes(printed(140, SEX | AGE)) == {"P  140": "two_tables: two complete tables add up to 100"}


def test_tables_with_masks_contradict_a_total_that_they_cannot_come_to():
    rows = [
        *printed(84, SEX | {"age=adult": 98}),
        claim(5, 2013, "age=child", "P", publisher="P", upstream="U", qualifier="less_than"),
    ]
    assert codes(rows) == {"P  84": "two_tables: two complete tables add up to 100"}


@pytest.mark.parametrize(
    "parts",
    [
        SEX,  # one table alone may leave somebody out
        SEX | {"age=adult": 80, "age=child": 10},  # two that differ leave out different people
        SEX | {"exploitation=sexual": 60, "exploitation=forced_labour": 40},  # forms need not be complete
        {"sex=female": 100, "sex=male": 40, "age=adult": 110, "age=child": 30},  # they agree with the total
        SEX | {"age=adult": 30, "age=child": 70},  # the same figures, so that one is a copy
    ],
    ids=["one table", "two that differ", "no complete table", "the total itself", "a copy"],
)
def test_tables_that_prove_nothing_leave_no_doubt(parts):
    assert codes(printed(140, parts)) == {}


def test_two_masked_tables_that_may_or_may_not_agree_prove_nothing():
    """33 women and fewer than 5 men may be 33, and so may 29 adults and fewer than 5 children."""
    masks = [
        claim(5, 2013, part, "P", publisher="P", upstream="U", qualifier="less_than")
        for part in ("sex=male", "age=child")
    ]
    assert codes([*printed(41, {"sex=female": 33, "age=adult": 29}), *masks]) == {}


def test_the_tables_of_another_source_are_no_doubt_of_its_own():
    assert codes(printed(140, {}) + printed(140, SEX, "Q") + printed(140, AGE, "R")) == {}


def test_a_total_that_its_own_parts_exceed_is_doubtful_unless_another_publisher_prints_it():
    rows = printed(90, SEX)
    rows += [claim(n, 2013, part, "register", tier="register") for part, n in (("sex=female", 40), ("sex=male", 30))]
    assert codes(rows) == {"P  90": "parts_above: the source’s own parts come to 100, more than its 90"}
    told = ts.reconcile(table(rows)).explain("AAA", "victims_identified", 2013)
    assert told.summary.startswith("One source; its figure is kept, but doubtful.")
    assert codes([*rows, *printed(90, {}, "Q")]) == {}


def test_a_total_that_a_complete_table_comes_to_is_not_doubtful_for_another_that_exceeds_it():
    forms = {"exploitation=sexual": 60, "exploitation=forced_labour": 70}
    assert codes(printed(100, SEX | AGE | forms)) == {}


# --- a year printed again -----------------------------------------------------------------------------------------


def year_of(year: int, **changes: int) -> list[dict[str, object]]:
    figures = {"": 90, "sex=female": 60, "sex=male": 30, **{name.replace("_", "="): n for name, n in changes.items()}}
    return [claim(value, year, part, "P", publisher="P", upstream="U") for part, value in figures.items()]


def test_a_table_printed_for_two_years_is_doubtful_in_both():
    found = codes(year_of(2012) + year_of(2013))
    assert found["P  90"] == "copied_year: the source prints the same 3 figures for 2012"
    claims = ts.reconcile(table(year_of(2012) + year_of(2013))).claims
    assert (claims["doubt"] == "copied_year").all()


@pytest.mark.parametrize(
    "rows",
    [year_of(2012) + year_of(2013, sex_male=29), year_of(2012) + year_of(2014), year_of(2012) + year_of(2013)[:1]],
    ids=["one figure differs", "years apart", "the total alone"],
)
def test_what_may_be_the_same_by_chance_is_not(rows):
    assert "copied_year" not in {text.split(":")[0] for text in codes(rows).values()}


DEEP = {
    f"age={age};exploitation={form};sex={sex}": 0
    for age in ("adult", "child")
    for form in ("sexual", "forced_labour")
    for sex in ("female", "male")
}


def deep(year: int, *figures: int) -> list[dict[str, object]]:
    named = {"": 900 + year, **dict(zip(DEEP, figures, strict=False))}
    return [claim(value, year, part, "P", publisher="P", upstream="U") for part, value in named.items()]


def test_most_of_a_table_printed_again_is_doubtful_where_it_is_the_same():
    rows = deep(2012, 78, 57, 288, 94, 31) + deep(2013, 78, 62, 288, 94, 31)
    claims = ts.reconcile(table(rows)).claims
    assert sorted(claims.loc[claims["doubt"] == "copied_year", "value"]) == [31, 31, 78, 78, 94, 94, 288, 288]


@pytest.mark.parametrize(
    "later",
    [(78, 62, 288, 95, 32), (78, 57, 287, 93, 30), (78, 57, 288, 94, 31)[:2]],
    ids=["less than half", "two figures", "a short table"],
)
def test_a_table_of_which_little_is_the_same_is_not(later):
    rows = deep(2012, 78, 57, 288, 94, 31) + deep(2013, *later)
    assert "copied_year" not in set(ts.reconcile(table(rows)).claims["doubt"])


# --- shares and changes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("indicator", "breakdown", "value", "seen"),
    [
        ("victims_share", "sex=female", 71, ""),
        ("victims_share", "sex=female", 70.9, "statement: 70.9 is printed, the figures kept give 71.4"),
        ("victims_share", "sex=female", 94, "statement: 94 is printed, the figures kept give 71.4"),
        ("victims_change_percent", "", 40, ""),
        ("victims_change_percent", "", 35, "statement: 35 is printed, the figures kept give 40"),
        ("victims_change_persons", "", 40, ""),
        ("victims_change_persons", "", -40, "statement: −40 is printed, the figures kept give 40"),
        ("victims_share", "sex=male", 94, ""),  # nobody prints the men
    ],
)
def test_a_printed_share_or_change_that_the_counts_do_not_bear_out_is_doubtful(indicator, breakdown, value, seen):
    rows = [claim(100, 2012), claim(140, 2013), claim(100, 2013, "sex=female")]
    period = 2013 if indicator == "victims_share" else ("2012-01-01", "2013-12-31")
    found = codes([*rows, claim(value, period, breakdown, "said", indicator=indicator)])
    assert list(found.values()) == ([seen] if seen else [])
