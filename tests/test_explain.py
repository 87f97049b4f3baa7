"""What is said of a cell: every claim with its verdict, arithmetic that can be checked by hand, text and HTML."""

from __future__ import annotations

import dataclasses
import json
import re

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from lxml import html
from tiny import Truths, claim, panels, parts_and_half_year, reconciled, table, three_years_and_span

import trafficking_stats as ts
from trafficking_stats.cli import cli
from trafficking_stats.messages import Bounds, language
from trafficking_stats.messages.values import written
from trafficking_stats.reconciliation.words import COLUMNS, Explanation

STATE, BOARD = "U.S. Department of State", "Socialstyrelsen"
SEXUAL = "exploitation=sexual"
FEW = settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def danish() -> ts.Reconciliation:
    return reconciled("DNK")


@pytest.fixture(scope="module")
def eu() -> ts.Reconciliation:
    """The Danish victims of sexual exploitation in 2020: the Board's 45 against TIP's 36, and the EU's totals."""
    more = {"publisher": "European Commission", "upstream": "CMM", "tier": "publisher"}
    rows = [
        claim(717, ("2007-01-01", "2020-12-31"), SEXUAL, "eu-2021", published="2021-03-01", **more),
        claim(517, ("2007-01-01", "2016-12-31"), SEXUAL, "eu-2017", published="2017-05-01", **more),
        claim(86, 2017, SEXUAL, "cmm-2018", tier="register", published="2018", upstream="CMM"),
        claim(31, 2018, SEXUAL, "cmm-2019", tier="register", published="2019", upstream="CMM"),
        claim(38, 2019, SEXUAL, "cmm-2020", tier="register", published="2020", upstream="CMM"),
        claim(45, 2020, SEXUAL, "board-2021", tier="register", published="2021-05-11", publisher=BOARD, upstream="CMM"),
        claim(36, 2020, SEXUAL, "tip-2021", published="2021-07-01", publisher=STATE, upstream="CMM"),
    ]
    return ts.reconcile(table([{**row, "country": "DNK"} for row in rows]))


def of(*claims, year=2010, breakdown="", method="consistent"):
    rec = ts.reconcile(table(claims), method)
    return rec.explain("AAA", "victims_identified", year, breakdown)


def lost(found: Explanation) -> dict[str, str]:
    rows = found.claims[found.claims["verdict"] == "rejected"].to_dict("records")
    assert len(rows) == 1
    return rows[0]


# --- the text ----------------------------------------------------------------------------------------------------


def test_the_text_of_a_rejected_figure_can_be_checked_by_hand(eu):
    assert str(eu.explain("DNK", "victims_identified", 2020, SEXUAL)).splitlines() == [
        "Denmark, victims identified, sexual exploitation, 2020: 45",
        "1 of 2 figures kept; the other cannot be true with what is kept. Original register: CMM.",
        "kept",
        "  45  [45, 45]  Socialstyrelsen 2021 (board-2021, 2021-05-11), official register, original register CMM",
        "rejected",
        "  36  [36, 36]  U.S. Department of State 2021 (tip-2021, 2021-07-01), compiler, original register CMM",
        "      probable cause: an early count, later revised: first published 6 months after the period; 45 is 9 more",
        "      cannot be true with: 45 (Socialstyrelsen 2021); nor with the figures for other counts: 517 (2007-2016)"
        " + 86 (2017) + 31 (2018) + 38 (2019) + x = 717 (2007-2020) forces x = 45"
        " [European Commission 2017: 517; European Commission 2021: 717; cmm-2018 2018: 86; cmm-2019 2019: 31;"
        " cmm-2020 2020: 38]",
        "      had it been kept: 36, and further figures that are kept would have to go",
    ]


def test_a_cell_nobody_names_has_the_chain_that_forces_it():
    found = of(claim(60, ("2021-01-01", "2023-12-31")), claim(21, 2022), claim(30, 2023), year=2021)
    assert found.title == "AAA, victims identified, 2021: 9"
    assert found.summary == (
        "No source prints this figure; the figures for other counts and the accounting rules force it."
    )
    assert found.chains == ("21 (2022) + 30 (2023) + x = 60 (2021-2023) forces x = 9 [a 2015: 60, 21, 30]",)
    assert found.claims.empty
    assert str(found).count("\n") == 2


def test_a_cell_that_is_bounded_from_both_sides_has_two_chains():
    found = of(
        claim(50), claim(20, breakdown="sex=male"), claim(7, breakdown="age=child;sex=female"), breakdown="sex=female"
    )
    assert found.chains == (
        "20 (male) + x <= 50 (in all) forces x <= 30 [a 2015: 50, 20]",
        "x >= 7 (children, female) [a 2015: 7]",
    )
    assert found.summary.endswith("the accounting rules bound it.")


def test_a_bound_that_a_claim_gives_needs_no_chain():
    assert of(claim(50), claim(20, breakdown="sex=male")).chains == ()


def test_a_cell_without_any_bound_says_so():
    """Nobody says how many women there were: at least the girls, at most no number."""
    found = of(claim(0, breakdown="age=child;sex=female"), breakdown="sex=female")
    assert found.title.endswith("at least 0")
    assert found.summary == "No source prints this figure, and nothing bounds it."
    assert found.chains == ()


@pytest.mark.parametrize(
    ("claims", "summary"),
    [
        ([claim(5)], "One source, no conflict found. Original register: a."),
        ([claim(5), claim(5, source="b")], "Both figures can be true together. Original registers: a and b."),
        ([claim(5), claim(5, source="b"), claim(9, qualifier="at_most", source="c")], "All 3 figures can be true"),
        ([claim(5, qualifier="less_than")], "1 figure kept; it gives a range only. Original register: a."),
        (
            [claim(5, qualifier="less_than"), claim(9, qualifier="less_than", source="b")],
            "2 figures kept; they give a range only. Original registers: a and b.",
        ),
        (
            [claim(5, tier="register"), claim(9, source="b")],
            "1 of 2 figures kept; the other cannot be true with what is kept. Original registers: a and b.",
        ),
        (
            [claim(5, tier="register"), claim(9, source="b"), claim(11, source="c")],
            "1 of 3 figures kept; the other 2 cannot be true with what is kept. Original registers: a, b and c.",
        ),
        (
            [
                claim(5),
                claim(9, breakdown="sex=male", tier="register", source="b"),
                claim(9, breakdown="age=adult", tier="register", source="b"),
            ],
            "The only figure cannot be true with what is kept for other counts. Original register: a.",
        ),
        (
            [
                claim(5),
                claim(6, source="c"),
                claim(9, breakdown="sex=male", tier="register", source="b"),
                claim(9, breakdown="age=adult", tier="register", source="b"),
            ],
            "None of the 2 figures can be true with what is kept for other counts. Original registers: a and c.",
        ),
    ],
)
def test_the_summary_counts_figures_and_names_upstreams(claims, summary):
    assert of(*claims).summary.startswith(summary)


def test_a_clash_through_rules_is_one_line_of_arithmetic():
    """49 women and 7 men are more than 53."""
    rows = [claim(53, tier="register"), claim(49, breakdown="sex=female", tier="register")]
    odd = lost(of(*rows, claim(7, breakdown="sex=male", source="b"), breakdown="sex=male"))
    assert odd["clash"] == "49 (female) + x <= 53 (in all) forces x <= 4 [a 2015: 53, 49]"
    assert odd["if_kept"] == "7"


def test_a_rule_between_indicators_is_named():
    """A person charged is charged on at least one count."""
    rows = [
        claim(10, indicator="charges_counts", tier="register", publisher="Court"),
        claim(25, indicator="charged_persons", source="b"),
    ]
    found = ts.reconcile(table(rows)).explain("AAA", "charged_persons", 2010)
    because = "by definition each person charged is charged on at least one count"
    assert lost(found)["clash"] == f"x <= 10 (charges (counts)) [Court 2015: 10]; {because}"


def test_what_the_figure_would_be_had_it_been_kept():
    """Beside 77 and more than 70: the 64 alone; fewer than 90 leaves what the others leave."""
    rows = [claim(77, tier="register"), claim(70, qualifier="more_than", source="b")]
    assert lost(of(*rows, claim(64, source="c")))["if_kept"] == "64"
    rows = [claim(77, tier="register"), claim(50, breakdown="sex=male", tier="register")]
    assert lost(of(*rows, claim(70, qualifier="less_than", source="c")))["if_kept"] == "50 to 69"
    assert lost(of(*rows, claim(40, qualifier="less_than", source="c")))["if_kept"] == (
        "0 to 39, and further figures that are kept would have to go"
    )


def test_a_figure_for_a_part_of_the_year_is_told_within_the_year():
    half = claim(30, ("2010-01-01", "2010-06-30"), source="b")
    found = of(claim(20, tier="register"), half)
    assert lost(found)["source"] == "b"
    assert lost(found)["clash"] == ("x <= 20 (2010) [a 2015: 20], where x is the figure for 2010-01-01 to 2010-06-30")


def test_a_figure_for_a_part_of_the_year_that_fits_nowhere_names_no_value_of_the_year():
    """30 in half a year are more than 20 in the year, and more than the 25 in the two years together."""
    half = claim(30, ("2010-01-01", "2010-06-30"), source="b")
    both = claim(25, ("2010-01-01", "2011-12-31"), tier="register")
    assert (
        lost(of(claim(20, tier="register"), both, half))["if_kept"] == "further figures that are kept would have to go"
    )
    assert lost(of(claim(20, tier="register"), half))["if_kept"] == "at least 30"


def test_a_rival_that_was_left_out_since_is_not_named():
    rec = ts.reconcile(table([claim(77, tier="register"), claim(64, source="b")]))
    told = rec.claims[rec.claims["source_id"] == "b"], rec.clashes
    rec = dataclasses.replace(rec, told=lambda: told)
    odd = lost(rec.explain("AAA", "victims_identified", 2010))
    assert (odd["clash"], odd["if_kept"]) == ("", "64")


def test_long_clashes_are_folded(danish):
    """No line names more than eight figures of a side, whatever forces a figure that nobody prints."""
    explainer = danish.explainer("DNK")
    sides = []
    for row in danish.series[danish.series["status"] == "deduced"].iloc[::4].itertuples():
        for line in explainer.cell(row.indicator, row.year, row.breakdown).chains:
            arithmetic = line.split(" [")[0]
            sides += [len(re.findall(r" \+ ", side)) for side in re.split(" [<>]?= ", arithmetic.split(" forces ")[0])]
    assert max(sides) <= 8
    assert len(sides) > 100


def test_no_explanation_of_the_danish_figures_shows_how_it_is_made(danish):
    explainer = danish.explainer("DNK")
    clashes = danish.clashes[danish.clashes["year"].notna()]
    for row in clashes.itertuples():
        text = str(explainer.cell(row.indicator, int(row.year), row.breakdown))
        assert not re.search(r"-0\b(?!\d)", re.sub(r"\d{4}-\d{2}(-\d{2})?|[\w-]+-dnk[\w-]*|\([^()]*\)", "", text)), text
        assert "nan" not in text.split()
        for raw in ("=adult", "=child", "=male", "=female", "=sexual", "=forced", "_"):
            said = re.sub(r"printed as \S+|\([a-z0-9-]+, ", "", text)
            assert raw not in said, text


# --- other methods ----------------------------------------------------------------------------------------------


def test_under_a_method_that_picks_no_rule_takes_part():
    rows = [claim(64, source="a", published="2021"), claim(77, source="b", published="2022")]
    found = of(*rows, claim(90, breakdown="sex=male", source="c"), method="latest")
    assert found.summary == (
        "Of 2 figures one was picked by the method “latest edition”; the accounting rules take no part."
        " Original registers: a and b."
    )
    assert found.chains == ()
    assert (lost(found)["clash"], lost(found)["if_kept"]) == ("77 (b 2022)", "64")


# --- links, HTML, JSON -------------------------------------------------------------------------------------------


def test_html_links_to_the_publication_and_escapes_what_comes_from_data():
    rows = table([claim(5, source="a", publisher="<b>Board</b>", tier="register"), claim(9, source="b")])
    urls = ["https://example.org/report?a=1&b='2'", "javascript:alert(1)"]
    rec = ts.reconcile(rows.assign(url=urls, scope_note="<script>alert(2)</script>", locator="p. <2>"))
    page = rec.explain("AAA", "victims_identified", 2010)._repr_html_()
    tree = html.fromstring(page)
    (link,) = tree.iter("a")
    assert link.get("href") == urls[0]
    assert link.get("rel") == "noreferrer"
    assert link.text == "<b>Board</b> 2015"
    assert not list(tree.iter("script"))
    assert not list(tree.iter("b"))
    assert "javascript" not in page
    assert [head.text for head in tree.iter("th") if head.get("scope") == "col"] == [
        "Source", "Verdict", "Figure", "Interval", "Published", "Original register", "Kind of source",
    ]  # fmt: skip
    assert page.count("<tr>") == 3


def test_html_writes_relations_as_a_page_can():
    rows = [claim(50), claim(20, breakdown="sex=male"), claim(3, breakdown="age=child;sex=female")]
    page = of(*rows, breakdown="sex=female")._repr_html_()
    assert "20 (male) + x ≤ 50 (in all) forces x ≤ 30" in page
    assert "x ≥ 3" in page
    assert "<table>" not in page


def test_a_shipped_source_has_its_address_and_a_namesake_has_not(danish):
    found = danish.explain("DNK", "victims_identified", 2020).claims.set_index("source")
    known = ts.load_sources().set_index("source_id")["url"]
    assert found.at["tip-2021-dnk", "url"] == known["tip-2021-dnk"] != ""
    namesake = claim(5, source="tip-2021-dnk", publisher="Somebody else")
    assert of(namesake).claims["url"].tolist() == [""]


def test_every_claim_of_the_cell_is_there(danish):
    """Ten publications print a figure on 2020: seven 77, three 64."""
    found = danish.explain("DNK", "victims_identified", 2020)
    assert list(found.claims) == list(COLUMNS)
    assert found.claims["verdict"].tolist() == ["kept"] * 7 + ["rejected"] * 3
    assert found.claims["figure"].tolist() == ["77"] * 7 + ["64"] * 3
    assert found.claims["interval"].tolist() == ["[77, 77]"] * 7 + ["[64, 64]"] * 3
    assert set(found.claims["upstream"]) == {"CMM"}
    assert (found.claims["published"] != "").all()
    assert str(found).count("as above") == 2


def test_a_doubtful_figure_is_kept_and_says_why(danish):
    text = str(danish.explain("DNK", "suspects_formal_contact", 2015))
    assert (
        "doubtful: perhaps another unit: 67 is the number of charges (counts) at Rigsadvokaten; persons charged are 25"
        in text
    )
    assert "rejected" not in text


def test_the_command_prints_text_and_json():
    run = CliRunner()
    text = run.invoke(cli, ["explain", "SWE", "victims_identified", "2017"])
    assert text.exit_code == 0
    assert text.output.startswith("Sweden, victims identified, 2017: 212\n2 of 4 figures kept;")
    told = json.loads(run.invoke(cli, ["explain", "SWE", "victims_identified", "2017", "--json"]).output)
    assert list(told) == ["title", "summary", "chains", "claims"]
    assert [row["figure"] for row in told["claims"]] == ["212", "212", "12", "12"]
    assert set(told["claims"][0]) == set(COLUMNS)


def test_an_explainer_and_explain_say_the_same(danish):
    explainer = danish.explainer("DNK")
    for year in (2020, 2021, 2020):
        assert str(explainer.cell("victims_identified", year)) == str(danish.explain("DNK", "victims_identified", year))


def test_a_single_explanation_leaves_out_only_what_no_rule_connects(danish):
    """Decisions, convictions and acquittals hang together; each alone says the same as all of the country."""
    explainer = danish.explainer("DNK")
    cells = danish.series[danish.series["indicator"].isin(["decisions_persons", "convictions_persons"])]
    for row in cells.iloc[::7].itertuples():
        cell = row.indicator, row.year, row.breakdown
        assert str(danish.explain("DNK", *cell)) == str(explainer.cell(*cell))


def test_ten_thousand_claims_on_one_cell_are_explained():
    rows = [claim(n % 50, source=f"s{n:05}", qualifier="at_least", upstream="u") for n in range(9_999)]
    found = of(*rows, claim(3, source="odd", tier="press"))
    assert len(found.claims) == 10_000
    assert lost(found)["clash"].startswith("at least ")
    assert lost(found)["if_kept"].startswith("3")


# --- against every possible truth --------------------------------------------------------------------------------


@pytest.mark.parametrize("truths", [parts_and_half_year(), three_years_and_span()], ids=["parts", "years"])
def test_had_it_been_kept_is_what_the_truths_say(truths: Truths):
    """With what it clashes with taken away, the rest leaves exactly the values that are named, or none."""

    @FEW
    @given(panels(list(truths.cells)))
    def check(rows):
        rec = ts.reconcile(table(rows))
        for country in sorted(set(rec.claims["country"])):
            own = rec.claims[rec.claims["country"] == country]
            explainer = rec.explainer(country)
            for odd in own[~own["accepted"]].itertuples():
                if odd.period_start[:4] != odd.period_end[:4] or not odd.period_end.endswith("12-31"):
                    continue
                if odd.period_start.endswith("01-01"):
                    check_claim(explainer, own, odd)

    def check_claim(explainer, own, odd):
        cell = odd.breakdown, odd.period_start, odd.period_end
        found = explainer.cell("victims_identified", int(odd.period_end[:4]), odd.breakdown).claims
        told = set(found.loc[(found["source"] == odd.source_id) & (found["verdict"] == "rejected"), "if_kept"])
        upper = np.inf if pd.isna(odd.upper) else odd.upper
        where = truths.holds(odd.lower, upper, cell)
        for other in own[own["accepted"] & ~own["claim_id"].isin(odd.clashes_with.split(";"))].itertuples():
            most = np.inf if pd.isna(other.upper) else other.upper
            place = other.breakdown, other.period_start, other.period_end
            same = place in {cell} and (other.lower > upper or most < odd.lower)
            same |= is_group_of_rival(own, odd, other)
            if not same:
                where &= truths.holds(other.lower, most, place)
        if where.any():
            low, high = truths.bounds(where, cell)
            assert written(Bounds(low, high)) in told
        else:
            assert any(text.endswith("would have to go") for text in told)

    def is_group_of_rival(own, odd, other):
        """Whether a claim says the same as one of the rivals."""
        rivals = own[own["claim_id"].isin(odd.clashes_with.split(";"))]
        key = ["breakdown", "period_start", "period_end", "lower", "upper"]
        wanted = pd.Series({name: getattr(other, name) for name in key}).astype(str)
        return bool((rivals[key].astype(str) == wanted).all(axis=1).any())

    check()


# --- in another language, and what was not proven ------------------------------------------------------------------


def test_on_a_danish_page_all_of_it_is_danish(danish):
    with language("da"):
        found = danish.explain("DNK", "victims_identified", 2020)
        text, page = str(found), found._repr_html_()
    assert text.startswith("Danmark, identificerede ofre, 2020: 77\n7 af 10 tal er beholdt;")
    assert "sandsynlig årsag: en tidlig optælling, senere revideret: først udgivet 6 måneder efter perioden" in text
    assert "kan ikke være sandt sammen med: 77 (CMM 2022); heller ikke sammen med tallene for andre optællinger" in text
    assert "Oprindeligt register" in page
    for word in (" the ", "cannot", "figure", "kept", "rejected", "register CMM'"):
        assert word not in re.sub(r"(sted|bemærkning): [^\n]*", "", text)


def test_a_search_that_was_stopped_is_told():
    rec = ts.reconcile(table([claim(77, tier="register"), claim(64, source="b")]))
    assert rec.status == "optimal"
    assert "stopped" not in rec.explain("AAA", "victims_identified", 2010).summary
    known = rec.settled["AAA"]
    cut = dataclasses.replace(known, solution=dataclasses.replace(known.solution, status=("feasible within gap 1",)))
    found = dataclasses.replace(rec, settled={"AAA": cut}).explain("AAA", "victims_identified", 2010)
    assert "The search was stopped before it was complete" in found.summary


# --- the programme behind a cell -----------------------------------------------------------------------------------


def test_the_programme_of_a_cell_is_printed_with_what_was_dropped():
    rows = [
        claim(53, tier="register"),
        claim(49, breakdown="sex=female", tier="register"),
        claim(7, breakdown="sex=male", source="b"),
        claim(9, 2015),
    ]
    found = ts.reconcile(table(rows)).inspect("AAA", "victims_identified", 2010)
    assert found.variables["name"].tolist() == [
        "victims_identified 2010", "victims_identified sex=female 2010", "victims_identified sex=male 2010"
    ]  # fmt: skip
    assert found.rules.values.tolist() == [
        [
            "exclusive",
            "victims_identified 2010 >= victims_identified sex=female 2010 + victims_identified sex=male 2010",
        ]
    ]
    assert found.claims["dropped"].tolist() == [False, False, True]
    assert found.cost == found.claims["weight"].iloc[2] > 0
    assert str(found).splitlines() == [
        "3 variables",
        "  victims_identified 2010 = 53",
        "  victims_identified sex=female 2010 = 49",
        "  0 <= victims_identified sex=male 2010 <= 4",
        "1 rule",
        "  exclusive: victims_identified 2010 >= victims_identified sex=female 2010 + victims_identified sex=male 2010",
        f"3 claims, 1 dropped at a cost of {found.cost:.6g}",
        f"  victims_identified 2010 = 53, weight {found.claims['weight'].iloc[0]:.6g}: a",
        f"  victims_identified sex=female 2010 = 49, weight {found.claims['weight'].iloc[1]:.6g}: a",
        f"  victims_identified sex=male 2010 = 7, weight {found.cost:.6g}, dropped: b",
    ]


def test_a_cell_without_rules_has_a_programme_too():
    found = ts.reconcile(table([claim(5), claim(9, source="b", qualifier="at_least")])).inspect(
        "AAA", "victims_identified", 2010
    )
    assert (len(found.variables), len(found.rules), found.claims["dropped"].sum()) == (1, 0, 1)


def test_a_programme_of_no_cell_is_refused():
    rec = ts.reconcile(table([claim(5)]))
    with pytest.raises(ts.ReconciliationError, match="there are the years 2010"):
        rec.inspect("AAA", "victims_identified", 2011)
    with pytest.raises(ts.ReconciliationError, match="There are: AAA"):
        rec.inspect("AAB", "victims_identified", 2010)
