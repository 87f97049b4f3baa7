"""The page on all countries: what it says, what it draws, and that it is one page of the folder."""

import contextlib
import re

import pandas as pd
import pytest
from gap_claims import rows
from report_notebooks import write_notebook
from shown_claims import rows as cells
from shown_claims import tree

import trafficking_stats as ts
from trafficking_stats import plots, tables, texts
from trafficking_stats.countries import WORLD
from trafficking_stats.messages import language
from trafficking_stats.reporting import reports
from trafficking_stats.reporting.plan import plan
from trafficking_stats.reporting.warm import WarmProcess, is_supported

NORTH = {"DNK": 8, "EST": 45, "FIN": 4, "LTU": 57, "NOR": 3, "SWE": 12}
YEARS = range(2014, 2020)


def edition(code, figures, published, **more):
    """The figures of one edition of UNODC."""
    made = rows(code, figures, "UNODC", "National", "compiler", published, **more)
    return made.assign(claim_id=made["claim_id"] + "/" + published, source_id=f"unodc-{published}")


@pytest.fixture(scope="module")
def rec():
    """Six countries of the north, one of the south, one with two years, and the European Union, which adds them up."""
    hundred = dict.fromkeys(YEARS, "100")
    parts = [
        edition(code, {"victims_identified": hundred, "convictions_persons": dict.fromkeys(YEARS, str(n))}, "2024")
        for code, n in {**NORTH, "BRA": 20}.items()
    ]
    short = {2018: "7", 2019: "9"}
    parts += [edition("TGO", {"victims_identified": short, "convictions_persons": {2019: "1"}}, "2024")]
    parts += [edition("EUU", {"victims_identified": dict.fromkeys(YEARS, "9000")}, "2024")]
    parts += [edition("SWE", {"victims_identified": {**hundred, 2015: "400"}}, "2022")]
    parts += [rows("NOR", {"victims_identified": {2016: "900"}}, "Paper", "National", "press", "2019")]
    return ts.reconcile(pd.concat(parts, ignore_index=True))


@pytest.fixture(scope="module")
def world(rec):
    return ts.compare_countries(rec)


def test_each_country_is_drawn_to_its_region_where_that_has_five(world):
    countries, groups = (
        world.tables[name].set_index(key) for name, key in (("countries", "country"), ("groups", "group"))
    )
    assert sorted(groups["kind"]) == ["all", "definition", "region"]
    assert set(countries.loc[list(NORTH), "drawn_to"]) == {"154"}
    assert countries.loc["BRA", "drawn_to"] == "all"
    middle = groups.loc["154", "per_100"]
    assert all(
        (row.shrunk - middle) * (NORTH[code] - middle) >= 0 for code, row in countries.loc[list(NORTH)].iterrows()
    )
    assert "EUU" not in countries.index  # its members are there
    assert {one.subject for one in world.refusals if one.analysis == "countries"} == {"TGO"}


def test_the_headline_has_bounds_and_says_what_is_missing(world):
    said = str(texts.world_headline(world))
    assert "7 countries with enough figures have 4,200 victims identified and 894 persons convicted" in said
    assert "21 for every 100" in said
    assert "1 country with figures but without such years" in said
    with language("da"):
        assert "7 lande med tal nok" in str(texts.world_headline(world))
    named = str(texts.missing(world))
    assert "Fewer than three years with both counts: Togo." in named
    assert re.search(r"\d+ of \d+ in Northern Europe", named)


def test_countries_without_a_rate_stand_by_their_names():
    found = [rows(code, {"victims_identified": {2019: "7"}}) for code in ("ABW", "AFG", "BHS")]
    world = ts.compare_countries(ts.reconcile(pd.concat(found, ignore_index=True)))
    assert "Afghanistan, Aruba and the Bahamas" in str(texts.missing(world))


def test_a_world_without_rates_says_so(rec):
    alone = ts.compare_countries(rec, countries=["TGO"])
    assert "No country has three comparable years" in str(texts.world_headline(alone))
    assert "Fewer than five countries" in plots.regions(alone).sentence
    assert "Fewer than five countries" in str(tables.regions(alone))
    assert "no rate" in str(tables.multiples(rec, alone))


def test_figures_have_a_row_a_country_below_its_region(rec, world):
    ax = plots.coverage(rec, world)
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names[:3] == ["Northern Europe", "Denmark", "Estonia"]
    assert names[-4:] == ["South America", "Brazil", "Western Africa", "Togo"]
    assert "43 country-years have both, 1 only victims identified, 0 only persons convicted" in ax.caption
    drawn = plots.regions(world)
    assert [label.get_text() for label in drawn.get_yticklabels()] == [
        "All countries",
        "Northern Europe",
        "South America",
    ]
    assert "Northern Europe: " in drawn.alt


def test_every_country_in_small_leads_to_its_pages(rec, world):
    shown = tree(tables.multiples(rec, world))
    assert next(shown.iter("a")).get("href") == "../DNK/brief.html"
    assert len(list(shown.iter("img"))) == 8
    assert all(image.get("alt") for image in shown.iter("img"))
    with language("da"):
        assert "../DNK/brief.da.html" in str(tables.multiples(rec, world).html)


def test_revisions_and_disagreements_are_two_lists(rec, world):
    assert cells(tables.revisions(rec, world))[1:] == [
        ["Sweden", "2015", "victims identified", "400", "100", "UNODC 2024"]
    ]

    found = cells(tables.disagreements(rec, world))[1]  # then a figure of an older edition
    assert found[:6] == ["Norway", "2016", "victims identified", "100", "900", "Paper 2019"]
    regions = cells(tables.regions(world))
    assert (regions[-1][0], *regions[-1][-2:]) == ("Northern Europe", "774", "3,600")


def test_a_notebook_without_a_country_is_one_page_of_the_folder(tmp_path):
    folder = tmp_path / "notebooks"
    write_notebook(folder, "a", "country")
    write_notebook(folder, "w", "method", parameters='method: str = "x"\n', title="Together")
    made = plan(folder, ["DNK", "SWE"])
    assert made.subjects == ("DNK", "SWE", WORLD)
    [task] = made.tasks(WORLD, {"method": "y"})
    assert (task.notebook, task.values) == ("w", {"method": "y"})
    assert task.as_of == max(held.as_of for held in made.data.held.values())
    assert [task.notebook for task in made.tasks("DNK", {})] == ["a"]
    # a country that was not there when the page was made changes it, too
    assert task.key(made.data, ["DNK"]) == task.key(made.data, [])


@pytest.mark.slow
def test_the_index_leads_to_it(tmp_path):
    folder = tmp_path / "notebooks"
    write_notebook(folder, "a_gap", "country")
    write_notebook(folder, "w", "1", parameters='method: str = "x"\n', title="Together")
    options = {"notebooks": folder, "known": ["DNK", "SWE"], "language": "en,da"}
    assert reports.run(None, tmp_path / "out", **options).written == ["DNK", "SWE", WORLD]
    assert reports.run(None, tmp_path / "out", **options).skipped == ["DNK", "SWE", WORLD]
    index = (tmp_path / "out" / "index.html").read_text()
    assert '<a href="WORLD/w.html">Together</a>' in index
    assert "Countries shown: 2 of 2" in index


@pytest.mark.slow
def test_the_page_on_the_shipped_countries():
    if not is_supported():
        pytest.skip("warm processes need fork")
    with contextlib.closing(WarmProcess()) as server:
        [task, danish] = plan().tasks(WORLD, {}, ("en", "da"))
        built, other = server.build(task), server.build(danish)
    assert (built.failure, other.failure) == (None, None)
    page = built.html
    assert "19 countries with enough figures have" in built.facts["headline"]["sentence"]
    assert 'class="messages"' not in page  # no warning reached the page
    assert 'href="../DNK/brief.html"' in page
    assert "rangliste" in other.html
    assert "nan" not in page.split("<main")[1].split("</main>")[0].lower().split()
