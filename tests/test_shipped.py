"""The reconciliation of what ships with the package, made once and remembered."""

import pandas as pd
import pytest

import trafficking_stats as ts
from trafficking_stats.reconciliation.shipped import reconciled, reconciled_with


def test_the_same_question_has_the_same_answer():
    first = reconciled("ISL", exclude_sources=["unodc-glotip-2023-05"])
    assert reconciled("ISL", "consistent", ("unodc-glotip-2023-05",)) is first
    assert "unodc-glotip-2023-05" not in set(first.claims["source_id"])
    assert set(first.series["country"]) == {"ISL"}


def test_a_country_and_others_are_what_all_together_are():
    shipped = ts.load_claims()
    whole = ts.reconcile(shipped[shipped["country"].isin(["ISL", "LTU", "LVA"])])
    found = reconciled_with("ISL", ["LVA", "LTU", "ISL"])
    for name in ("series", "claims", "clashes"):
        table = getattr(found, name)
        assert table["country"].drop_duplicates().tolist()[:1] == ["ISL"] or table.empty
        pd.testing.assert_frame_equal(
            table.sort_values("country", kind="stable", ignore_index=True), getattr(whole, name)
        )
    assert reconciled_with("ISL", ["ISL"]) is reconciled("ISL")


def test_a_preferred_publisher_weighs_as_much_as_a_register():
    found = reconciled("LVA", prefer=["UNODC"]).claims
    assert set(found.loc[found["publisher"] == "UNODC", "tier"]) == {"register"}


@pytest.mark.parametrize(
    ("country", "more", "words"),
    [
        ("MLT", {}, "country 'MLT' has no claims"),
        ("ISL", {"exclude_sources": ["unodc-glotip-2023"]}, "did you mean unodc-glotip-2023-05"),
        ("ISL", {"prefer": ["UNODG"]}, "did you mean UNODC"),
        ("ISL", {"prefer": ["unodc-glotip-2023-05"], "exclude_sources": ["unodc-glotip-2023-05"]}, "at once"),
    ],
)
def test_what_is_not_there_is_named_with_the_nearest_that_is(country, more, words):
    with pytest.raises(ts.ClaimError, match=words):
        reconciled(country, **more)
