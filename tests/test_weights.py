"""What rejecting a claim costs, computed by hand from the weights in the vocabulary.

Tiers weigh 8, 4, 2 and 1; each year of publication after 1990 adds 0.5 %; a repeat adds 1 % of itself, and all
repeats of one upstream at most 5 % of its heaviest claim. The total of a year weighs 5 more, and 0.575 more for each
further source that prints it, two at most.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tiny import claim, table

import trafficking_stats as ts
from trafficking_stats.frames import as_claims
from trafficking_stats.reconciliation.cells import build_system
from trafficking_stats.reconciliation.weights import (
    UNITS,
    claim_weights,
    published_year,
    published_years,
)
from trafficking_stats.vocabulary import load_vocabulary

VOCABULARY = load_vocabulary()


@pytest.mark.parametrize(
    ("tier", "published", "weight"),
    [
        ("register", "2020-01-01", 9.2),  # 8 * (1 + 0.005 * 30)
        ("publisher", "2020-01-01", 4.6),
        ("compiler", "2020-01-01", 2.3),
        ("press", "2020-01-01", 1.15),
        ("compiler", "2010", 2.205),  # the middle of the year: 2 * (1 + 0.005 * 20.5)
        ("compiler", "1990-01-01", 2.0),
        ("compiler", "1950-01-01", 2.0),  # nothing is taken off for age
        ("compiler", "", 2.0),
        ("compiler", "unknown", 2.0),
    ],
)
def test_tier_and_year_of_publication_weigh(tier: str, published: str, weight: float) -> None:
    claims = pd.DataFrame({"tier": [tier], "published": [published]})
    assert claim_weights(claims, VOCABULARY).tolist() == [round(weight * UNITS)]


def test_of_two_editions_the_later_weighs_more_but_not_a_whole_tier() -> None:
    claims = pd.DataFrame({"tier": ["compiler", "compiler", "publisher"], "published": ["2010", "2024", "1991"]})
    old, new, better = claim_weights(claims, VOCABULARY)
    assert old < new < better


def test_dates_of_publication_are_read_to_the_day() -> None:
    # July is half a year in; the middle of July 6.5 months of 12
    assert published_year("2021-07-01") == 2021.5
    assert published_year("2021-07") == pytest.approx(2021 + 6.5 / 12)
    assert published_year("2021") == 2021.5
    assert published_year("2021-01-01 00:00:00") == 2021.0
    assert np.isnan(published_year("spring"))
    assert np.isnan(published_years(pd.Series(["2021", None]))).tolist() == [False, True]


def groups_of(*claims: dict[str, object]) -> pd.DataFrame:
    return build_system(as_claims(table(claims), VOCABULARY), VOCABULARY).groups


def test_claims_of_one_value_and_upstream_are_one_group_with_one_vote() -> None:
    editions = [claim(5, source=f"tip{n}", upstream="register", published="2020-01-01") for n in range(3)]
    groups = groups_of(*editions, claim(6, source="other", published="2020-01-01"))
    # 2.3, two repeats of 2.3 at 1 %, and what two further sources confirm; beside it 2.3
    assert groups["lower"].tolist() == [5, 6]
    assert groups["weight"].tolist() == [2_346_000 + 5_000_000 + 2 * 575_000, 2_300_000 + 5_000_000]


def test_all_repeats_together_are_capped() -> None:
    # nine repeats of 2 would add 0.18, but no more than 5 % of 2; a part has no further bonus
    editions = [claim(5, 2010, "sex=male", f"e{n}", upstream="x", published="1990-01-01") for n in range(10)]
    assert groups_of(*editions)["weight"].tolist() == [2_100_000]


def test_a_claim_without_upstream_is_its_publisher_s_own() -> None:
    claims = [claim(5, source=f"s{n}", published="1990-01-01") | {"upstream": ""} for n in range(2)]
    # two voices, one value: the bonus of a total is given once a value
    assert groups_of(*claims)["weight"].tolist() == [4_000_000 + 5_000_000]
    same = [row | {"publisher": "ministry"} for row in claims]
    assert groups_of(*same)["weight"].tolist() == [2_020_000 + 5_000_000 + 575_000]


def test_ten_editions_of_one_register_do_not_outvote_two_others() -> None:
    editions = [claim(5, source=f"e{n}", upstream="police", published="1990-01-01") for n in range(10)]
    others = [claim(7, source=name, published="1990-01-01") for name in ("x", "y")]
    rec = ts.reconcile(table(editions + others))
    assert rec.series["estimate"].tolist() == [7]
    # were they ten upstreams, they would
    apart = [row | {"upstream": row["source_id"]} for row in editions]
    assert ts.reconcile(table(apart + others)).series["estimate"].tolist() == [5]


def test_the_weights_come_from_the_vocabulary() -> None:
    tiers = {**VOCABULARY.tiers, "press": VOCABULARY.tiers["press"].model_copy(update={"weight": 20.0})}
    claims = table([claim(5, tier="register"), claim(7, source="b", tier="press")])
    assert ts.reconcile(claims).series["estimate"].tolist() == [5]
    other = VOCABULARY.model_copy(update={"tiers": tiers})
    assert ts.reconcile(claims, vocabulary=other).series["estimate"].tolist() == [7]


def test_parts_beside_a_table_larger_than_its_own_total_weigh_less() -> None:
    # women and men of 6 in a total of 5; of another source of the same date they fit
    def women(source: str, men: int) -> list[dict[str, object]]:
        rows = [claim(5, source=source), claim(4, 2010, "sex=female", source), claim(men, 2010, "sex=male", source)]
        return [row | {"published": "1990-01-01"} for row in [*rows, claim(3, 2010, "age=child", source)]]

    for men, weight in ((1, 2_000_000), (2, 1_200_000)):
        system = build_system(as_claims(table(women("a", men)), VOCABULARY), VOCABULARY)
        child = system.cells.index[system.cells["breakdown"] == "age=child"][0]
        assert system.groups.loc[system.groups["cell"] == child, "weight"].tolist() == [weight]


def test_what_replaces_a_figure_inherits_its_weight() -> None:
    # 7.0 of the old edition, of which 30 % remain its own; the newer one has no bonus of the total left to claim
    groups = groups_of(
        claim(5, source="old", upstream="x", published="1990-01-01") | {"publisher": "p"},
        claim(6, source="new", upstream="x", published="1991-01-01") | {"publisher": "p"},
    )
    own = 2_000_000
    assert groups["weight"].tolist() == [own, 7_010_000 + round(0.7 * own)]


def test_two_complete_tables_that_agree_on_much_more_than_their_total_outweigh_it() -> None:
    # women and men, adults and children come to 60; the total says 48 (1.25 times less) or 55
    def one(total: int) -> pd.DataFrame:
        parts = {"": total, "sex=female": 40, "sex=male": 20, "age=adult": 50, "age=child": 10}
        return table([claim(n, 2010, part, "a", published="2020-01-01") for part, n in parts.items()])

    assert ts.reconcile(one(48)).claims.query("not accepted")["breakdown"].tolist() == [""]
    assert ts.reconcile(one(55)).claims.query("breakdown == ''")["accepted"].tolist() == [True]
    # one table alone does not do so
    alone = one(48).query("not breakdown.str.startswith('age')")
    assert ts.reconcile(alone).claims.query("breakdown == ''")["accepted"].tolist() == [True]
    # nor do two tables of the same figures, of which one is a copy
    copied = one(48).replace({"value": {50: 40, 10: 20}})
    assert ts.reconcile(copied).claims.query("breakdown == ''")["accepted"].tolist() == [True]
