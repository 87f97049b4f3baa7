"""No result or page may say what its figures cannot carry: all shipped countries, ten imported, ten invented ones."""

from __future__ import annotations

import re
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from gap_claims import rows
from markupsafe import Markup
from unodc_workbook import real_release

import trafficking_stats as ts
from trafficking_stats import tables, texts
from trafficking_stats.gap_analysis.answer import Gap, gap
from trafficking_stats.inference.windows import runs
from trafficking_stats.messages import languages, say
from trafficking_stats.messages.catalogue import current, language, template
from trafficking_stats.messages.shown import Shown
from trafficking_stats.plots.rates import LINES, read_lines, words_of

INDICATORS = ("victims_identified", "charged_persons", "suspects_formal_contact", "prosecutions_suspects")
PAIR = ("victims_identified", "convictions_persons")


def shipped() -> pd.DataFrame:
    claims = ts.load_claims()
    return claims[(claims["breakdown"] == "") & claims["indicator"].isin([*INDICATORS, "convictions_persons"])]


def invented(seed: int) -> pd.DataFrame:
    """Make a country of any size: batches of convictions, holes, masked counts, a second publisher that differs."""
    generator = np.random.default_rng(seed)
    n, level = int(generator.integers(3, 17)), float(generator.choice([0.3, 2, 8, 40]))
    victims = generator.negative_binomial(5, 5 / (5 + 20 * level), n) * np.where(
        np.arange(n) >= n // 2, seed % 3 + 1, 1
    )
    convicted = generator.geometric(0.4, n) * generator.poisson(level, n)
    years = [year for year in range(2004, 2004 + n) if generator.random() < 0.9]
    figures = {
        name: {year: "<5" if 0 < counts[year - 2004] < 5 else str(counts[year - 2004]) for year in years}
        for name, counts in (("victims_identified", victims), ("convictions_persons", convicted))
    }
    figures["prosecutions_suspects"] = {year: str(int(generator.poisson(level * 1.5))) for year in years}
    again = {"convictions_persons": {year: str(int(generator.poisson(level + 1))) for year in years[::2]}}
    return pd.concat([rows("SWE", figures), rows("SWE", again, "Press", "Press", "press", "2023")], ignore_index=True)


def check(result: Gap, rec: ts.Reconciliation) -> None:
    for code in languages():
        with language(code):
            check_page(read(result, rec), result, rec)
    for row in (*result.rows["ratios"], *result.rows["steps"], *result.rows["peers"]):
        assert 0 <= row.lower <= row.upper <= 1000
        assert row.lower <= row.per_100_max
        assert row.per_100_min <= row.upper
        assert row.exact_lower <= row.per_100_min <= row.per_100_max <= row.exact_upper
    for row in result.rows["shortfalls"]:
        assert row.expected_lower >= 0
        assert row.shortfall_upper <= row.expected_upper
        assert row.shortfall_lower >= -row.observed_upper
    check_one_limit_for_one_question(result)
    check_words(result, str(result))
    top, bottom = result.question.numerator.indicator, result.question.denominator.indicator
    broken = {name: [one.year for one in result.rows["breaks"] if one.indicator == name] for name in (top, bottom)}
    for row in result.rows["ratios"]:
        assert not any(row.first_year < year <= row.last_year for year in broken[top])
        assert not any(row.first_year - row.lag < year <= row.last_year for year in broken[bottom])
    for row in result.rows["changes"]:
        assert not any(row.early_first < year <= row.late_last for year in (*broken[top], *broken[bottom]))
    for row in result.rows["peers"]:
        declared = declared_breaks(rec, result, row.country)
        assert not any(row.first_year < year <= row.last_year for year in declared), row.country


def declared_breaks(rec: ts.Reconciliation, result: Gap, country: str) -> list[int]:
    measured = {result.question.numerator.indicator, result.question.denominator.indicator}
    breaks = rec.vocabulary.definition_breaks
    return [one.year for one in breaks if one.country == country and one.indicator in measured]


class Page(NamedTuple):
    """What is printed on the pages on the gap and on the peers in one language; of figures what is said beside them."""

    words: str
    badge: str
    limits: str
    ratios: list[list[str]]
    peers: list[list[str]]
    shortfalls: list[list[str]]
    captions: str
    figures: dict[str, str]


def read(result: Gap, rec: ts.Reconciliation) -> Page:
    head = texts.gap_headline(result, rec)
    words = [head, texts.peers_headline(result, rec), result, texts.refusals(result)]
    words += [show(result) for show in (texts.limits, texts.change, texts.silences)]
    # what stands beside a figure, without drawing it
    figures = {name: words_of(name, result, read_lines(name, result)) for name in LINES}
    drawn = [result.plot("trend"), result.plot("choices")]
    return Page(
        " ".join(map(str, words)),
        head.facts["robustness"],
        str(texts.limits(result)),
        *(cells(show(result)) for show in (tables.ratios, tables.peers, tables.shortfalls)),
        " ".join([*(figure["caption"] for figure in figures.values()), *(f"{ax.caption} {ax.alt}" for ax in drawn)]),
        {name: figure["alt"] for name, figure in figures.items()},
    )


def cells(shown: Shown) -> list[list[str]]:
    """Return what a reader sees in the cells of each row of a table, without the heads."""
    rows = shown.html.partition("<tbody>")[2].partition("</tbody>")[0].split("</tr>")[:-1]
    found = [re.findall("<t[hd].*?</t[hd]>", row, re.DOTALL) for row in rows]
    return [[Markup(cell.replace("<br>", " ")).striptags().replace("\u2060", "") for cell in row] for row in found]


def numbers(text: str) -> list[float]:
    """Return the numbers of a text such as ``−16 to 189`` or ``1,953–1,961``, as the current language writes them."""
    point, group = ((",", "."), (".", ","))[current() == "en"]
    found = re.findall(rf"−?\d[\d{group}]*(?:{re.escape(point)}\d+)?", text)
    return [float(one.replace(group, "").replace(point, ".").replace("−", "-")) for one in found]


def said(key: str, text: str) -> list[dict[str, str]]:
    """Find where a sentence of the catalogue stands in a text of the current language, with what fills its fields."""
    found = []
    for sentence in {template(key, n) for n in (1, 2)}:
        parts = re.split(r"\{(\w+)(?::[^}]*)?\}", sentence)
        fixed, fields = map(re.escape, parts[::2]), parts[1::2]
        names = [f"(?P<{one}>.+?)" if one not in fields[:k] else ".+?" for k, one in enumerate(fields)]
        pattern = "".join(one for pair in zip_longest(fixed, names, fillvalue="") for one in pair)
        found += [match.groupdict() for match in re.finditer(rf"{pattern}(?=\s|$)", text)]
    return found


def check_page(page: Page, result: Gap, rec: ts.Reconciliation) -> None:
    """Read the words, the tables and what is said of the figures as they are printed."""
    for _, missing, expected, observed in page.shortfalls:
        assert numbers(missing)[-1] <= numbers(expected)[-1], (missing, expected)
        assert numbers(missing)[0] >= -numbers(observed)[-1], (missing, observed)
    # one limit for one question: in the sentence, in the table of years, in that of countries, beside the figures
    questions = [row[0] for row in page.ratios]
    assert bool(page.ratios) == bool(result.rows["ratios"])
    assert len(set(questions)) == len(questions)
    own = page.peers[: bool(result.row("peers", own=True))]
    bounded = [one["interval"] for one in said("gap.limits", page.limits)]
    assert len(bounded) == bool(result.row("ratios", kind="whole"))
    asked = {*bounded, *(row[2] for row in (*page.ratios[:1], *own))}
    assert len(asked) <= 1, asked
    for name, row in (*(("rates", row) for row in page.ratios), *(("peers", row) for row in page.peers)):
        [drawn] = [one for one in said("pages.rates.alt", page.figures[name]) if plain(one["name"]) == plain(row[0])]
        assert say("common.range", lower=drawn["low"], upper=drawn["high"]) == row[2] or drawn["low"] == row[2]
        assert drawn["rate"] == row[1]
    limits = [row[2] for row in (*page.ratios, *page.peers)]
    limits += [one["high"] for text in page.figures.values() for one in said("pages.rates.alt", text)]
    assert all(number <= 1000 for limit in limits for number in numbers(limit))
    # neither a row, a figure nor the headline adds up across a break that is declared
    declared = declared_breaks(rec, result, result.question.country)
    headed = [one["years"] for key in HEADLINES for one in said(f"gap.headline.{key}", page.words)]
    assert headed or not result.rows["ratios"]
    drawn_years = [one["name"] for one in said("pages.rates.alt", page.figures["rates"])]
    for printed in (*questions, *drawn_years, *headed):
        years = [int(year) for year in re.findall(r"\b(?:19|20)\d\d\b", printed)]
        assert not any(min(years) < year <= max(years) for year in declared if years), printed
    # no word of certainty beside one of chance, and no direction without both facts
    everything = " ".join([page.words, page.captions, *page.figures.values()])
    robust = said("gap.finding.robust", everything)
    chance = [key for key in CHANCE if said(key, everything)]
    assert not (robust and chance), chance
    assert bool(robust) == (page.badge == "holds") == (result.verdict.finding == "robust")
    moved = said("gap.change.fell", everything) + said("gap.change.rose", everything)
    assert not moved or result.verdict.beyond_chance == "yes"
    cell_words = " ".join(cell for row in (*page.ratios, *page.peers, *page.shortfalls) for cell in row)
    assert "nan" not in re.findall(r"[\w.]+", f"{everything} {cell_words}")


HEADLINES = ("people", "people_rate", "nobody")
CHANCE = ("gap.finding.chance_alone", "gap.finding.open", "gap.finding.picked_years", "gap.beyond_chance.no")


def plain(name: str) -> str:
    """Leave out of a name how it is broken, and the comma between a country and its years."""
    return re.sub(r"[\s,]+", " ", name).strip()


def check_one_limit_for_one_question(result: Gap) -> None:
    rate, default = result.row("changes", series="rate"), result.row("splits", default=True)
    assert (rate is None) == (default is None)
    if rate is not None:
        assert (rate.lower, rate.upper, rate.chance) == (default.lower, default.upper, default.chance)
        assert rate.beyond_chance == (bool(rate.direction) and not rate.lower <= 1 <= rate.upper)
    whole, own = result.row("ratios", kind="whole"), result.row("peers", own=True)
    if whole is not None and own is not None:
        assert (whole.lower, whole.upper) == (own.lower, own.upper)
    for spell in result.rows["silences"]:
        single = result.row("ratios", kind="year", first_year=spell.first_year)
        if spell.n_years == 1 and single is not None:
            assert spell.limit_per_100 == pytest.approx(single.upper)
    asked: dict[tuple[int, int, int, int], set[tuple[float, float]]] = {}
    for row in result.rows["ratios"]:
        asked.setdefault((row.first_year, row.last_year, row.n_years, row.lag), set()).add((row.lower, row.upper))
    assert all(len(limits) == 1 for limits in asked.values())


def check_words(result: Gap, said: str) -> None:
    verdict = result.verdict
    if "robust" in said:
        assert (verdict.beyond_chance, verdict.same_under_other_choices) == ("yes", "yes")
        assert "chance alone could" not in said
    if verdict.beyond_chance != "yes":
        assert " fell from" not in said
        assert " rose from" not in said
    if verdict.same_under_other_choices == "one_source":
        assert verdict.finding == ("refused" if verdict.beyond_chance == "refused" else "one_source")
    if len(result.years) < 3:
        assert result.headline.startswith("No gap can be given")


@pytest.fixture(scope="module")
def everything() -> ts.Reconciliation:
    return ts.reconcile(shipped())


@pytest.mark.parametrize("country", sorted(set(shipped()["country"])))
def test_shipped_countries(everything: ts.Reconciliation, country: str) -> None:
    peers = [code for code in ("DNK", "NLD", "SWE", "DEU") if code != country]
    check(gap(everything, country, peers=peers, accept_definitions=True), everything)


IMPORTED = ("AUT", "COL", "DEU", "DOM", "GBR", "KEN", "NLD", "SWE", "UKR", "USA")


@pytest.fixture(scope="module")
def imported(shared: Path) -> ts.Reconciliation:
    release = real_release(shared, "2025-04-14")
    source = {name: value for name, value in release.source.items() if name not in release.claims}
    claims = release.claims[release.claims["country"].isin(IMPORTED)]
    return ts.reconcile(claims.assign(**source))


@pytest.mark.parametrize("country", IMPORTED)
def test_imported_countries(imported: ts.Reconciliation, country: str) -> None:
    """As UNODC's file has them, with every breakdown."""
    peers = [code for code in ("NLD", "SWE", "DEU") if code != country]
    check(gap(imported, country, peers=peers, accept_definitions=True), imported)


@pytest.mark.parametrize("seed", range(10))
def test_invented_countries(seed: int) -> None:
    other = rows(
        "DNK", {PAIR[0]: dict.fromkeys(range(2004, 2020), "80"), PAIR[1]: dict.fromkeys(range(2004, 2020), "7")}
    )
    rec = ts.reconcile(pd.concat([invented(seed), other], ignore_index=True))
    check(gap(rec, "SWE", peers=["DNK"], accept_definitions=True), rec)


def test_years_are_the_same_whoever_asks(everything: ts.Reconciliation) -> None:
    alone = ts.reconcile(shipped().query("country == 'DEU'"))
    both = [gap(rec, "DEU", vary_sources=False) for rec in (everything, alone)]
    assert both[0].years == both[1].years
    # figures up to 2022, with holes
    assert both[0].years[-1] == 2022
    assert len(runs(both[0].years)) > 1
    pd.testing.assert_frame_equal(both[0].tables["ratios"], both[1].tables["ratios"])


def test_doubts_reach_the_headline(everything: ts.Reconciliation) -> None:
    # UNODC printed the Dominican figures of 2019 and 2020 for another year before
    result = gap(everything, "DOM", vary_sources=False)
    [doubt] = [one for one in result.caveats if one.code == "doubtful"]
    assert (doubt.subject, doubt.years) == ("victims_identified", (2019, 2020))
    assert "Read with care: the figures for victims identified (2019 and 2020) are in doubt" in result.headline
    assert "The figures for victims identified in 2019 and 2020 are in doubt: perhaps" in str(result)
    assert result.headline == texts.gap_headline(result, everything).facts["sentence"]
    stages = result.tables["stages"]
    assert set(stages.loc[stages["doubt"] != "", "year"]) == {2019, 2020}


# --- all countries together -------------------------------------------------------------------------------------------


def test_countries_are_pooled_with_their_spread(everything: ts.Reconciliation) -> None:
    world = ts.compare_countries(everything)
    countries, groups = world.tables["countries"], world.tables["groups"]
    one = groups.iloc[0]
    assert one["group"] == "all"
    assert one["n_countries"] == len(countries)
    assert one["lower"] < one["per_100"] < one["upper"]
    assert one["another_lower"] < one["lower"]
    assert one["upper"] < one["another_upper"]
    # each rate is drawn towards the middle, the uncertain ones most
    middle = countries.set_index("country")
    toward = np.sign(one["per_100"] - middle["shrunk"]) * (
        middle["shrunk"] - np.sqrt(middle["lower"] * middle["upper"])
    )
    assert (middle.loc[["EST", "LTU"], "shrunk"] < middle.loc[["EST", "LTU"], "upper"]).all()
    assert toward.notna().all()
    assert (middle["shrunk_lower"] < middle["shrunk"]).all()


def test_too_few_countries_are_not_pooled() -> None:
    hundred = dict.fromkeys(range(2014, 2018), "100")
    parts = [rows(code, {PAIR[0]: hundred, PAIR[1]: {2014: "5", 2015: "6", 2016: "4"}}) for code in ("SWE", "NOR")]
    world = ts.compare_countries(ts.reconcile(pd.concat(parts, ignore_index=True)))
    assert world.tables["groups"].empty
    assert len(world.tables["countries"]) == 2
    assert {(one.analysis, one.reason) for one in world.refusals} == {("groups", "too_few_countries")}
    assert world.tables["countries"]["shrunk"].isna().all()


def test_countries_that_are_alike_are_pooled_as_one() -> None:
    hundred = dict.fromkeys(range(2014, 2020), "100")
    ten = dict.fromkeys(range(2014, 2020), "10")
    codes = ("SWE", "NOR", "FIN", "DNK", "ISL", "EST")
    rec = ts.reconcile(pd.concat([rows(code, {PAIR[0]: hundred, PAIR[1]: ten}) for code in codes], ignore_index=True))
    one = ts.compare_countries(rec).tables["groups"].iloc[0]
    assert one["per_100"] == pytest.approx(10, rel=0.1)
    assert one["spread"] == pytest.approx(1)
