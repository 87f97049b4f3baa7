"""Whether a series depends on a choice: a table of every method and upstream, and what is said of it."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pytest
from tiny import claim, table

import trafficking_stats as ts
from trafficking_stats.reconciliation.methods import METHODS
from trafficking_stats.reconciliation.sensitivity import linked, moves
from trafficking_stats.texts.reconciliation import moved_years, sensitivity_words
from trafficking_stats.vocabulary import load_vocabulary

NAME = "victims_identified"


def answers(
    claims: pd.DataFrame, indicator: str = NAME, breakdown: str = "", method: str = "consistent"
) -> pd.DataFrame:
    rec = ts.reconcile(claims, method)
    return rec.sensitivity(str(claims["country"].iloc[0]), indicator, breakdown).set_index("year")


@pytest.fixture(scope="module")
def disputed() -> pd.DataFrame:
    """2020: register X counts 77 and passes it on; TIP counts 64 for Y, and 66 a year later; 2021: nobody disagrees."""
    return table(
        [
            claim(77, 2020, "", "register", tier="register", published="2021-05-01", upstream="X"),
            claim(64, 2020, "", "tip-1", published="2021-07-01", publisher="TIP", upstream="Y"),
            claim(66, 2020, "", "tip-2", published="2022-07-01", publisher="TIP", upstream="Y"),
            claim(80, 2021, "", "register", tier="register", published="2022-05-01", upstream="X"),
            claim(80, 2021, "", "tip-2", published="2022-07-01", publisher="TIP", upstream="Y"),
            claim(50, 2022, "", "register", tier="register", published="2023-05-01", upstream="X"),
        ]
    )


@pytest.fixture(scope="module")
def agreed() -> pd.DataFrame:
    return table([claim(n, year, "", s) for s in "abc" for year, n in ((2020, 77), (2021, 80))])


def test_every_method_and_every_upstream_stand_side_by_side(disputed):
    found = answers(disputed)
    assert list(found) == [*METHODS, "without X", "without Y", "range_lower", "range_upper"]
    assert found.loc[2020].to_dict() == {
        "consistent": 77, "latest": 66, "earliest": 77, "register": 77, "median": 66, "lowest": 64, "highest": 77,
        "without X": 66, "without Y": 77, "range_lower": 64, "range_upper": 77,
    }  # fmt: skip
    assert set(found.loc[2021, [*METHODS, "without X", "without Y"]]) == {80}
    assert found.loc[2022, "consistent"] == 50
    assert pd.isna(found.loc[2022, "without X"])
    assert all(str(dtype) == "Int64" for dtype in found.dtypes)


def test_the_sentence_names_years_and_choices(disputed):
    found = answers(disputed).reset_index()
    assert sensitivity_words(found, NAME) == (
        "Victims identified: another choice gives another figure in 1 of 3 years (2020). These choices do: latest"
        " edition (2020), middle figure (2020), lowest figure (2020) and without X (2020). Without X there is no"
        " figure for 2022."
    )
    assert moves(found) == {"latest": [2020], "median": [2020], "lowest": [2020], "without X": [2020]}
    assert moved_years(found) == [2020]


def test_a_series_on_which_all_agree_depends_on_nothing(agreed):
    found = answers(agreed).reset_index()
    assert sensitivity_words(found, NAME) == "Victims identified: no other method gives another figure."
    assert moves(found) == {}
    assert (found["range_lower"] == found["range_upper"]).all()


def test_figures_of_one_upstream_hang_on_it():
    found = answers(table([claim(77, 2020, "", s, upstream="X") for s in "ab"])).reset_index()
    assert not [name for name in found if name.startswith("without")]
    assert sensitivity_words(found, NAME).endswith("so they cannot check each other.")


def test_what_only_one_upstream_knows_is_lost_without_it():
    rows = [claim(77, 2020, "", "a"), claim(77, 2020, "", "b"), claim(50, 2021, "", "a")]
    assert sensitivity_words(answers(table(rows)).reset_index(), NAME).endswith(
        "Without a there is no figure for 2021."
    )


def test_a_claim_without_upstream_is_a_measurement_of_its_publisher():
    rows = table([claim(77, 2020, "", "a", publisher="A"), claim(64, 2020, "", "b", publisher="B")])
    assert {"without A", "without B"} <= set(answers(rows.assign(upstream="")))


def test_an_interval_is_no_other_figure():
    masked = claim(5, 2020, "", "a", qualifier="less_than", published="2022", tier="press")
    found = answers(table([masked, claim(9, 2020, "", "b", published="2021")])).reset_index()
    assert found["consistent"].tolist() == [9]
    assert pd.isna(found["latest"].iloc[0])
    assert moves(found) == {}
    assert (found["range_lower"].item(), found["range_upper"].item()) == (0, 9)


def test_a_breakdown_has_its_own_answer():
    rows = [claim(50, 2020), claim(20, 2020, "sex=male", "a", tier="register"), claim(25, 2020, "sex=male", "b")]
    found = answers(table(rows), breakdown="sex=male")
    assert found.loc[2020, ["consistent", "highest", "without a"]].tolist() == [20, 25, 25]


def test_another_method_keeps_its_own_series(disputed):
    for method in ("latest", "median"):
        pd.testing.assert_frame_equal(answers(disputed, method=method), answers(disputed))


def test_what_is_not_there_is_named(disputed):
    rec = ts.reconcile(disputed)
    with pytest.raises(ts.ReconciliationError, match="AAA has no claims on convictions; it has: victims_identified"):
        rec.sensitivity("AAA", "convictions")
    with pytest.raises(
        ts.ReconciliationError, match="no figures on victims_identified, 'sex=male'; there are: the total"
    ):
        rec.sensitivity("AAA", NAME, "sex=male")


# --- only what rules connect is settled anew ---------------------------------------------------------------------


def test_indicators_are_linked_by_chains_of_rules():
    vocabulary = load_vocabulary()
    assert linked("funding_dkk", vocabulary) == {"funding_dkk"}
    assert linked("victims_assisted", vocabulary) == {"victims_assisted", NAME}
    courts = linked("convictions_persons", vocabulary)
    # persons convicted - counts convicted - all decisions in counts; and persons with a decision
    assert {"convictions_counts", "decisions_counts", "acquittals_counts", "decisions_persons"} <= courts
    assert courts == linked("decisions_counts", vocabulary)
    assert NAME not in courts


def whole(rec: ts.Reconciliation, country: str, indicator: str) -> pd.DataFrame:
    """The same table, each column from all claims of the country."""
    claims = rec.claims[rec.claims["country"] == country]
    runs = {method: (claims, method) for method in METHODS}
    own = claims[claims["indicator"] == indicator]["upstream"].unique()
    if len(own) > 1:
        runs |= {f"without {name}": (claims[claims["upstream"] != name], "consistent") for name in sorted(own)}
    columns = {}
    for name, (rows, method) in runs.items():
        series = ts.reconcile(rows.drop(columns=["lower", "upper"]), method).series
        series = series[(series["indicator"] == indicator) & (series["breakdown"] == "")]
        columns[name] = series.set_index("year")["estimate"]
    return pd.DataFrame(columns).sort_index().astype("Int64")


@pytest.mark.parametrize(
    ("country", "indicator"), [("FIN", NAME), ("LVA", "convictions_persons"), ("SWE", "convictions_persons")]
)
def test_the_answer_is_that_of_all_claims(country, indicator):
    """Finland's victims hang on its clients by a rule; Latvia's convictions start in two upstreams."""
    shipped = ts.load_claims()
    rec = ts.reconcile(shipped[shipped["country"] == country])
    found = rec.sensitivity(country, indicator).set_index("year")
    pd.testing.assert_frame_equal(found.drop(columns=["range_lower", "range_upper"]), whole(rec, country, indicator))


def test_without_an_upstream_the_figures_it_forced_are_gone_too():
    """The assistance system of upstream X counts 243 clients: by the Finnish rule these are the victims."""
    clients = {"indicator": "victims_assisted", "breakdown": "by=assistance_system"}
    rows = [
        claim(243, 2021, source="a", upstream="X", tier="register", **clients),
        claim(143, 2021, "", "b", upstream="Y"),
    ]
    rows.append(claim(243, 2021, "", "c", upstream="X"))
    found = answers(table([{**row, "country": "FIN"} for row in rows]))
    assert found.loc[2021, "consistent"] == 243
    assert found.loc[2021, "without X"] == 143
    assert found.loc[2021, "without Y"] == 243


# --- the picture, and how modules hang together ------------------------------------------------------------------


@pytest.mark.parametrize("module", ["sensitivity", "explain"])
def test_no_module_needs_the_one_that_puts_them_together(module):
    """Each can be imported first, and does not bring `reconcile` with it."""
    code = (
        "import sys, types; sys.modules['trafficking_stats'] = package = types.ModuleType('trafficking_stats');"
        f"package.__path__ = [{str(ts.__path__[0])!r}];"
        f"import trafficking_stats.reconciliation.{module};"
        "assert 'trafficking_stats.reconciliation.result' not in sys.modules"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
