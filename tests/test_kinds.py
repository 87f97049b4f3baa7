"""Kinds of mistakes seen on cells with a known answer: on a country that does not exist, with numbers of its own."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest
from tiny import claim, table

import trafficking_stats as ts
from trafficking_stats.reconciliation.signs import of_wrong_total

FEMALE, MALE, ADULT, CHILD = "sex=female", "sex=male", "age=adult", "age=child"
LABOUR, SEXUAL = "exploitation=forced_labour", "exploitation=sexual"
OLD, NEW = "2023-05-30", "2025-04-14"


def office(published: str, year: int = 2010, **figures: float) -> list[dict[str, object]]:
    """One edition of a compiler that passes on the national register."""
    given = {"publisher": "Office", "upstream": "register", "published": published}
    names = {"total": "", "female": FEMALE, "male": MALE, "adult": ADULT, "child": CHILD}
    return [claim(value, year, names[name], f"office-{published}", **given) for name, value in figures.items()]  # type: ignore[arg-type]


def state(year: int = 2010, **figures: float) -> list[dict[str, object]]:
    """Another compiler of the same register, a year after."""
    rows = office(f"{year + 1}-06-01", year, **figures)
    return [{**row, "publisher": "State", "source_id": f"state-{year + 1}"} for row in rows]


def known(rows: list[dict[str, object]], year: int = 2010, breakdown: str = "") -> tuple[object, object, object]:
    """Estimate and bounds of a cell."""
    series = ts.reconcile(table(rows)).series
    (row,) = series[(series["year"] == year) & (series["breakdown"] == breakdown)].itertuples()
    return tuple(None if pd.isna(value) else int(value) for value in (row.estimate, row.lower, row.upper))  # type: ignore[return-value]


def test_three_publications_of_three_registers_outweigh_one_publisher_that_prints_an_odd_figure_twice():
    odd = office(OLD, total=73) + office(NEW, total=73)
    others = [claim(52, source=f"s{n}", published=f"201{n}-06-01") for n in (2, 3, 4)]
    assert known(odd + others)[0] == 52


def test_a_total_printed_by_all_outweighs_a_part():
    """59 adults among 60 leave room for one child, not for four."""
    register = {"source": "register", "tier": "register", "upstream": "register", "published": "2011-01-01"}
    rows = [claim(60, **register), claim(59, breakdown=ADULT, **register)]  # type: ignore[arg-type]
    rows += state(total=60, child=4) + office(OLD, total=60)
    assert known(rows)[0] == 60
    assert known(rows, breakdown=CHILD) == (None, 0, 1)


def test_a_mask_that_its_own_file_refutes_is_wrong():
    own = {"source": "file", "publisher": "Office", "upstream": "register"}
    rows = [
        claim(5, qualifier="less_than", **own),
        claim(900, breakdown=LABOUR, **own),
        claim(400, breakdown=SEXUAL, **own),
    ]  # type: ignore[arg-type]
    assert known(rows) == (None, 1300, None)


def test_at_least_beside_at_most_makes_no_point():
    rows = [claim(20, qualifier="at_least"), claim(50, qualifier="at_most", source="b")]
    assert known(rows) == (None, 20, 50)


def test_the_newest_edition_falls_with_its_parts_where_another_table_says_which():
    """It prints 152 for 252; the register's own women and men come to 252."""
    register = {"source": "register", "tier": "register", "upstream": "register", "published": "2011-05-01"}
    rows = [claim(150, breakdown=FEMALE, **register), claim(102, breakdown=MALE, **register)]  # type: ignore[arg-type]
    rows += [*state(total=252), *office(OLD, total=252), *office(NEW, total=152)]
    assert known(rows)[0] == 252
    judged = ts.reconcile(table(rows)).claims
    assert judged.loc[~judged["accepted"], ["value", "cause"]].values.tolist() == [[152.0, "digit_slip"]]


def parts_that_fall(rows: list[dict[str, object]]) -> list[float]:
    judged = ts.reconcile(table(rows)).claims
    return judged.loc[judged["cause"] == "of_wrong_total", "value"].tolist()


def test_the_parts_of_a_total_that_cannot_hold_bound_nothing():
    """143 for 243 once more, with 87 women and 54 men of its own; 147 and 96 are 243."""
    newest = office(NEW, total=143, female=87, male=54)
    rows = [*state(total=243), *office(OLD, total=243), *newest]
    assert parts_that_fall(rows) == [87, 54]
    assert known(rows, breakdown=FEMALE) == (None, 0, 243)
    judged = ts.reconcile(table(rows)).claims
    female = judged[judged["breakdown"] == FEMALE].iloc[0]
    assert str(female["evidence"]) == "it belongs to a total of its source that cannot hold: 243 is kept"
    assert judged.set_index("claim_id").loc[female["clashes_with"], "value"] == 243
    # what they stood against comes back
    rows = [*state(total=243), *office(OLD, total=243, female=147, male=96), *newest]
    assert [known(rows, breakdown=part)[0] for part in (FEMALE, MALE)] == [147, 96]


@pytest.mark.parametrize(("kept", "said"), [(0.0, ["0 is kept"]), (float("nan"), [])])
def test_a_total_kept_as_a_mask_is_no_figure_to_name(kept, said):
    row, total = SimpleNamespace(fallen=True), SimpleNamespace(kept=kept)
    figures = SimpleNamespace(beside=lambda *_: [total])
    assert [str(found).rpartition(": ")[2] for found in of_wrong_total(row, figures)] == said


@pytest.mark.parametrize(
    "rows",
    [
        # they come to what is right: the total alone is a slip
        [*state(total=243), *office(OLD, total=243), *office(NEW, total=143, female=147, male=96)],
        # to either, or to neither
        [*state(total=243), *office(OLD, total=243), *office(NEW, total=223, female=132, male=96)],
        [*state(total=243), *office(OLD, total=243), *office(NEW, total=143, female=31, male=20)],
        # another edition, whose total holds, prints them too
        [*state(total=243, female=87, male=54), *office(OLD, total=243), *office(NEW, total=143, female=87, male=54)],
        # an early count, which another publisher has taken further
        [*state(total=180, female=110, male=70), *office(OLD, total=243), *office(NEW, total=243)],
    ],
    ids=["to what is right", "to either", "to neither", "printed again", "early"],
)
def test_parts_that_do_not_belong_to_a_wrong_total_stay(rows):
    assert parts_that_fall(rows) == []
    judged = ts.reconcile(table(rows)).claims
    assert judged.loc[judged["breakdown"] != "", "accepted"].all()


def test_a_year_that_repeats_the_next_one_is_named_where_it_is_kept():
    """Both editions print the tables of 2011 for 2010 too."""
    table_of = {"total": 90, "female": 60, "male": 30, "adult": 70, "child": 20}
    rows = [row for date in (OLD, NEW) for year in (2010, 2011) for row in office(date, year, **table_of)]
    judged = ts.reconcile(table(rows + state(total=64))).claims
    kept = judged[judged["accepted"] & (judged["publisher"] == "Office") & (judged["period_end"] == "2010-12-31")]
    lost = judged[~judged["accepted"] & (judged["publisher"] == "Office")]
    assert set(kept["doubt"]) | set(lost["cause"]) == {"copied_year"}


@pytest.mark.parametrize(
    ("rows", "breakdown", "value"),
    [
        # the older total is kept, and the sexes that came with it are not
        (
            [
                *office(OLD, total=120, female=66, male=54),
                *office(NEW, total=44, female=34, male=28),
                *state(total=120),
            ],
            FEMALE,
            66,
        ),
        # 8 women and fewer than 5 men are no 39
        (
            [
                *office(OLD, total=37, female=35, male=2),
                *office(NEW, total=39, female=8),
                {**office(NEW, male=5)[0], "qualifier": "less_than"},
            ],
            FEMALE,
            35,
        ),
    ],
    ids=["parts follow their total", "a table that falls short of its total replaces nothing"],
)
def test_a_table_far_from_its_own_total_replaces_nothing(rows, breakdown, value):
    assert known(rows, breakdown=breakdown)[0] == value


def test_a_table_is_not_short_of_those_of_unknown_sex_and_age():
    """The newer 86 are 40 women and men, 40 adults and children, and 46 of whom neither is known."""
    newer = [
        *office(NEW, total=86, female=22, male=18, adult=24, child=16),
        {**office(NEW, male=46)[0], "breakdown": "age=unknown;sex=unknown"},
    ]
    rows = office(OLD, total=58, female=40, male=18, adult=37, child=21) + newer
    assert known(rows)[0] == 86
    assert [known(rows, breakdown=part)[0] for part in (FEMALE, ADULT, CHILD)] == [22, 24, 16]
    assert not ts.reconcile(table(newer)).claims["doubt"].any()


@pytest.mark.parametrize(("newer", "kept"), [(61, 61), (58, 70)], ids=["its sexes come to it", "both tables exceed it"])
def test_a_newer_total_is_believed_where_one_of_its_tables_comes_to_it(newer, kept):
    """It prints the ages of the edition before again, which come to 70."""
    rows = office(OLD, total=70, female=40, male=30, adult=52, child=18)
    rows += office(NEW, total=newer, female=33, male=28, adult=52, child=18)
    assert known(rows)[0] == kept


def few(published: str, **figures: float) -> list[dict[str, object]]:
    """Masked figures: fewer than so many."""
    return [{**row, "qualifier": "less_than"} for row in office(published, **figures)]


ALL_UNKNOWN = [{**office(NEW, total=190)[0], "breakdown": "age=unknown;sex=unknown"}]
NATIONAL = [{**office(day, total=45)[0], "breakdown": "citizenship=national"} for day in (OLD, NEW)]
FRENCH = [{**row, "breakdown": "citizenship=FRA", "value": 38.0} for row in NATIONAL]


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        (office(OLD, total=620, child=620) + office(NEW, total=27, female=20, male=7), 27),
        (office(OLD, total=1300) + office(NEW, total=260, female=106, male=141), 260),
        (
            office(OLD, total=8, female=8, male=0, adult=6, child=2)
            + office(NEW, total=190, adult=6)
            + few(NEW, female=5, male=5, child=5)
            + ALL_UNKNOWN,
            190,
        ),
        (
            office(OLD, total=83, female=12, male=71, adult=64, child=19)
            + office(NEW, total=62, female=8, male=54, adult=64, child=19)
            + NATIONAL
            + FRENCH,
            62,
        ),
        (
            office(OLD, total=61, adult=57)
            + office(NEW, total=95, adult=58, female=27, male=31)
            + few(OLD, child=5)
            + few(NEW, child=5),
            61,
        ),
        (office(OLD, total=61, female=33, male=28) + office(NEW, total=95, adult=64, child=1, female=33, male=32), 61),
    ],
    ids=[
        "many times smaller",
        "nearly to it",
        "all of unknown sex",
        "beside ages left over",
        "its table comes to the older",
        "nearly to the older",
    ],
)
def test_a_newest_total_that_its_own_table_bears_out_is_no_slip(rows, kept):
    assert known(rows)[0] == kept


def test_a_figure_replaces_an_older_mask_however_far_it_is_off():
    """Masked in two editions, then 36: a part of 61, and of the 36 women of whom it is all."""
    rows = [
        {**row, "breakdown": LABOUR, "qualifier": "less_than"}
        for day in ("2022-05-30", OLD)
        for row in office(day, total=5)
    ]
    rows += [{**row, "breakdown": LABOUR} for row in office(NEW, total=36)]
    assert known([*office(OLD, total=61), *office(NEW, total=61), *rows], breakdown=LABOUR)[0] == 36


def test_a_copied_year_is_one_mistake():
    """Two other publications agree on a total that adds up."""
    rows = [
        row
        for date in (OLD, NEW)
        for year in (2010, 2011)
        for row in office(date, year, total=90, female=60, male=30, adult=70, child=20)
    ]
    rows += state(total=64, female=40, male=24)
    rows += [claim(64, source="ministry", upstream="register", published="2011-02-01")]
    assert known(rows)[0] == 64


def test_a_residual_is_as_doubtful_as_what_it_rests_on():
    """300 in five years, and four of them: the fifth is 62 in two publications, not what the others leave."""
    rows = [claim(300, ("2010-01-01", "2014-12-31"), source="sum", upstream="register", published="2015-06-01")]
    rows += [claim(n, 2010 + k, source="years", upstream="register") for k, n in enumerate((50, 60, 40, 55))]
    rows += [claim(62, 2014, source=name, upstream="register", published="2016-01-01") for name in ("a", "b")]
    assert known(rows, 2013)[0] == 55


def test_a_masked_total_that_ships_is_not_refuted_by_its_own_file():
    series = ts.reconcile(ts.load_claims().query("country in ['DEU', 'SLV']")).series.query("breakdown == ''")
    lowest = series.set_index(["country", "indicator", "year"])["lower"]
    assert lowest["DEU", "victims_identified", 2022] == 1495
    assert lowest["SLV", "convictions_persons", 2021] == 12


@pytest.mark.parametrize(("other", "total"), [(15, (None, 55, None)), (11, (51, 51, 51))])
def test_a_total_falls_to_three_tables_that_come_to_the_same(other, total):
    """51 in all; sexes and ages come to 55, and so do the forms, all those not named among them."""
    rows = [row for date in (OLD, NEW) for row in office(date, total=51, female=30, male=25, adult=36, child=19)]
    for part, n in ((SEXUAL, 29), (LABOUR, 11), ("exploitation=other_forms", other)):
        rows += [{**row, "breakdown": part} for date in (OLD, NEW) for row in office(date, total=n)]
    assert known(rows) == total


def test_the_tables_of_another_country_do_not_outvote_a_total_that_another_publisher_prints():
    own = office(NEW, total=88, female=300, male=140, adult=370, child=70)
    assert known(own) == (None, 440, None)
    rec = ts.reconcile(table([*own, *state(total=88)]))
    assert rec.series.query("breakdown == ''")["estimate"].tolist() == [88]
    assert set(rec.claims.loc[~rec.claims["accepted"], "cause"]) == {"corrupt"}


def test_a_total_that_another_publisher_prints_too_bounds_its_parts_closely():
    rows = [*office(NEW, total=47, female=33, male=25), *state(total=47)]
    (lost,) = ts.reconcile(table(rows)).claims.query("not accepted")["breakdown"]
    assert known(rows, breakdown=lost)[2] == 47 - (33 if lost == MALE else 25)


@pytest.mark.parametrize("qualifier", ["less_than", "exact"])
def test_forms_of_offenders_above_all_that_their_register_counts_count_something_else(qualifier):
    """26 and 15 for sexual exploitation and forced labour are the victims of the year, not the persons convicted."""
    own = {"indicator": "convictions_persons", "upstream": "courts"}
    rows = [claim(5, source="new", qualifier=qualifier, **own), claim(26, breakdown=SEXUAL, source="new", **own)]  # type: ignore[arg-type]
    rows += [claim(15, breakdown=LABOUR, source="old", **own), claim(3, breakdown=MALE, source="old", **own)]  # type: ignore[arg-type]
    rec = ts.reconcile(table(rows))
    total = rec.series.query("breakdown == ''").iloc[0]
    assert total["upper"] == (4 if qualifier == "less_than" else 5)
    assert set(rec.claims.loc[~rec.claims["accepted"], "value"]) == {26, 15}
    assert set(rec.claims.loc[~rec.claims["accepted"], "cause"]) == {"corrupt"}


def test_forms_of_offenders_within_a_table_of_everybody_are_kept():
    """A masked total that the sexes refute bounds nothing."""
    own = {"indicator": "convictions_persons", "source": "file", "upstream": "courts"}
    rows = [claim(5, qualifier="less_than", **own), claim(12, breakdown=FEMALE, **own), claim(8, breakdown=MALE, **own)]  # type: ignore[arg-type]
    judged = ts.reconcile(table([*rows, claim(19, breakdown=SEXUAL, **own)])).claims  # type: ignore[arg-type]
    assert judged.loc[~judged["accepted"], "value"].tolist() == [5]


def test_a_table_that_repeats_another_one_against_its_own_parts_is_set_aside():
    """As many adults as men and as many children as women, though every woman was an adult."""
    own = {"source": "file", "indicator": "prosecutions_suspects"}
    figures = {"": 120, FEMALE: 59, MALE: 61, ADULT: 61, CHILD: 59, f"{ADULT};{FEMALE}": 59, f"{ADULT};{MALE}": 61}
    judged = ts.reconcile(table([claim(n, breakdown=part, **own) for part, n in figures.items()])).claims  # type: ignore[arg-type]
    assert set(judged.loc[~judged["accepted"], "breakdown"]) == {ADULT, CHILD}


def test_a_table_that_repeats_another_one_with_a_mask_is_set_aside():
    """44 women, all of them adults, filed as 44 children."""
    own = {"source": "file", "indicator": "prosecutions_suspects"}
    figures = {"": 46, FEMALE: 44, CHILD: 44, f"{ADULT};{FEMALE}": 44}
    rows = [claim(n, breakdown=part, **own) for part, n in figures.items()]  # type: ignore[arg-type]
    rows += [claim(5, breakdown=part, qualifier="less_than", **own) for part in (MALE, ADULT, f"{ADULT};{MALE}")]  # type: ignore[arg-type]
    assert set_aside(rows) == {ADULT, CHILD}


def test_two_tables_of_the_same_figures_that_nothing_contradicts_are_kept():
    figures = {"": 120, FEMALE: 59, MALE: 61, ADULT: 61, CHILD: 59}
    judged = ts.reconcile(table([claim(n, breakdown=part, source="file") for part, n in figures.items()])).claims
    assert judged["accepted"].all()


FINE = {"": 92, FEMALE: 31, MALE: 61, f"{ADULT};{FEMALE}": 31, f"{ADULT};{MALE}": 61}


def set_aside(rows: list[dict[str, object]]) -> set[object]:
    judged = ts.reconcile(table(rows)).claims
    return set(judged.loc[~judged["accepted"], "breakdown"])


def file(figures: dict[str, int], source: str = "file") -> list[dict[str, object]]:
    return [
        claim(n, breakdown=part, source=source, publisher="Office", upstream="register") for part, n in figures.items()
    ]


def test_a_part_that_a_finer_table_refutes_is_the_mistake():
    """All 92 are adult women and men, which is what the total says; 43 adults leave out half of them."""
    assert set_aside(file({**FINE, ADULT: 43})) == {ADULT}
    # the same figures in another edition, of which no total says so, are no other figures
    assert set_aside(file({**FINE, ADULT: 43}) + file({ADULT: 43}, "other")) == {ADULT}
    labour = {f"{LABOUR};{ADULT}": 12, f"{LABOUR};{ADULT};{FEMALE}": 30, f"{LABOUR};{ADULT};{MALE}": 25}
    assert set_aside(file({LABOUR: 55, **labour})) == {f"{ADULT};{LABOUR}"}


@pytest.mark.parametrize(
    ("figures", "aside"),
    [
        # their own table comes to the total, too
        ({**FINE, ADULT: 83, CHILD: 9}, f"{ADULT};{MALE}"),
        # the finer table exceeds the total
        ({**FINE, "": 80, ADULT: 43}, f"{ADULT};{MALE}"),
        # the men are exceeded, too, so that the adult men are the mistake
        ({**FINE, MALE: 31, ADULT: 62}, f"{ADULT};{MALE}"),
    ],
    ids=["its own table fits", "the finer table does not", "both dimensions"],
)
def test_a_finer_table_that_does_not_say_which_is_wrong_refutes_nothing(figures, aside):
    lost = set_aside(file(figures))
    assert ADULT not in lost
    assert aside in lost


def test_a_part_many_times_above_a_masked_total_of_another_year_lifts_nothing():
    """A question number of a form, printed as a count, where all totals are masked."""
    rows = [claim(5, 2009, qualifier="less_than"), claim(6_112_019, breakdown="citizenship=national")]
    assert known(rows) == (None, 0, None)
    (row,) = ts.reconcile(table(rows)).claims.query("not accepted").itertuples()
    assert (row.value, row.cause, row.evidence.code) == (6_112_019, "corrupt", "impossible")


def test_what_is_set_aside_beforehand_names_what_it_contradicts_too():
    """Far above a masked total of its own year, which is kept; nothing is printed of the year after."""
    citizens = "citizenship=national"
    rows = [claim(5, qualifier="less_than"), claim(6_112_019, breakdown=citizens), claim(6_112_019, 2011, citizens)]
    judged = ts.reconcile(table([*rows, claim(5, 2009, qualifier="less_than")])).claims
    (total,) = judged.loc[(judged["breakdown"] == "") & (judged["period_start"] == "2010-01-01"), "claim_id"]
    assert judged.loc[~judged["accepted"], "clashes_with"].tolist() == [total, ""]
