"""Figures: what they show, what they say when there is nothing, that they fit both widths and leave nothing behind."""

import itertools

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgb
from shown_claims import claim, small_claims

import trafficking_stats as ts
from trafficking_stats import plots
from trafficking_stats.errors import TraffickingStatsError
from trafficking_stats.messages import language
from trafficking_stats.plots import chart, rates, series, style
from trafficking_stats.texts.focus import totals


def frame(rows, indicator="convictions_persons"):
    """Year, lower, upper, and status unless it is agreed."""
    table = pd.DataFrame(
        [(indicator, *row, *(["agreed"] if len(row) == 3 else [])) for row in rows],
        columns=["indicator", "year", "lower", "upper", "status"],
    )
    return table.astype({"lower": "Int64", "upper": "Int64"})


def panel(rows, indicator="convictions_persons", years=(2014, 2017), **more):
    return series.stage_panels(frame(rows, indicator), [indicator], "DNK", years, **more)


def texts(ax):
    return [text.get_text() for text in ax.texts if text.get_text() and text.get_fontweight() != "bold"]


def names(ax):
    return [text.get_text() for text in ax.texts if text.get_fontweight() == "bold"]


def bundle(ax):
    """What a notebook cell shows, and what a page is told."""
    data, about = ax._repr_mimebundle_()
    return data, about["report"]


def luminance(colour):
    """Relative luminance of WCAG 2.2."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.fixture(scope="module")
def gap():
    claims = ts.load_claims().query("country in ['DNK', 'SWE'] and breakdown == ''")
    stages = ["victims_identified", "charged_persons", "prosecutions_suspects", "convictions_persons"]
    rec = ts.reconcile(claims[claims["indicator"].isin(stages)])
    return ts.gap(rec, "DNK", 2014, 2021, peers=["SWE"], vary_sources=False)


def test_stages_darken_so_that_a_grey_print_keeps_their_order():
    shades = [style.STAGE_SHADES[s] for s in ("identification", "investigation", "prosecution", "conviction")]
    light = [luminance(shade) for shade in shades]
    assert all(a > 1.5 * b for a, b in itertools.pairwise(light))


@pytest.mark.parametrize("colour", [style.INK, style.SOFT, style.ALERT])
def test_text_can_be_read_on_paper(colour):
    assert 1.05 / (luminance(colour) + 0.05) >= 4.5


def test_the_style_of_the_caller_and_their_figures_stay():
    plt.close("all")
    before = dict(mpl.rcParams)
    bundle(series.pair(frame([(2014, 10, 10)]), "victims_identified", "convictions_persons", "DNK"))
    assert dict(mpl.rcParams) == before
    assert not plt.get_fignums()  # what a cell shows is shown once


def test_a_figure_is_axes_like_any_other_and_shows_what_was_done_to_it():
    ax = series.pair(frame([(2014, 10, 10)]), "victims_identified", "convictions_persons", "DNK")
    assert isinstance(ax, Axes)
    ax.set_title("My own title")
    data, about = bundle(ax)
    assert "<svg" in data["image/svg+xml"]
    assert "<figcaption>" in data["text/html"]
    assert ">My own title</text>" in data["image/svg+xml"]
    assert about["width"] == 480
    assert about["alt"]
    assert about["csv"].splitlines()[0].startswith("what is counted,year")


def test_given_axes_are_used_and_no_figure_is_made(gap):
    for name in plots.FIGURES:
        own = plt.figure().add_subplot()
        assert plots.draw(gap, name, own) is own
    plt.close("all")


def test_every_figure_of_the_gap_has_caption_alternative_text_and_numbers(gap):
    for name in plots.FIGURES:
        ax = plots.draw(gap, name)
        data, about = bundle(ax)
        if about["kind"] == "prose":
            assert name == "disposals"  # no figures on how cases end among these claims
            assert data["text/plain"].endswith(".")
        else:
            assert about["caption"].endswith(".")
            assert about["alt"]
            assert about["csv"].count("\n") > 1
    with language("da"):
        assert "hver 100" in plots.draw(gap, "rates").caption


def test_an_unknown_figure_is_refused_with_those_there_are(gap):
    with pytest.raises(TraffickingStatsError, match="there are: stages, pair"):
        plots.draw(gap, "pie")


def test_a_range_is_a_bar_and_never_a_point():
    ax = panel([(2014, 10, 10), (2015, 0, 4), (2016, 3, 4), (2017, 3, pd.NA)])
    boxes = [
        (path.get_extents(), bool(bars.get_hatch()))
        for bars in ax.collections
        if isinstance(bars, PolyCollection)
        for path in bars.get_paths()
    ]
    one = next(box.height for box, hatched in boxes if round(box.x0) == 2014) / 10  # of 2014, which is exact
    heights = [(round((box.x0 + box.x1) / 2), round(box.height / one, 6), hatched) for box, hatched in boxes]
    assert (2015, 4.0, True) in heights
    assert (2016, 3.0, False) in heights
    assert (2016, 1.0, True) in heights
    assert {t for t in texts(ax) if t != "–"} == {"10", "0–4", "3–4", "3+"}


def test_a_figure_without_an_upper_limit_is_drawn_and_said_to_have_none():
    both = pd.concat([frame([(2014, 71, 71), (2015, 80, pd.NA)], "victims_identified"), frame([(2014, 9, 9)])])
    both = both.astype({"lower": "Int64", "upper": "Int64"})
    ax = series.pair(both, "victims_identified", "convictions_persons", "DNK")
    assert "80+" in texts(ax)
    assert "Arrow: no source gives an upper limit" in ax.caption
    assert "no upper limit in 2015" in ax.alt
    strip = series.years_strip(both, (2014,), "DNK")
    assert [len(bar.get_paths()) for bar in strip.collections[:2]] == [1, 1]


def test_each_figure_of_a_year_stands_at_its_own_bar():
    both = pd.concat([frame([(2014, 40, 40), (2015, 9, 9)], "victims_identified"), frame([(2014, 81, 81)])])
    ax = series.pair(both, "victims_identified", "convictions_persons", "DNK")
    heights = {text.get_text(): text.get_position()[1] for text in ax.texts}
    assert heights["40"] < 40
    assert heights["81"] == 81


def test_a_panel_is_drawn_once_and_the_caption_says_what_is_drawn():
    ax = plots.stages(ts.reconcile(small_claims()), "DNK", indicators=["victims_identified", "victims_identified"])
    assert names(ax) == ["Victims identified"]
    assert ax.caption.startswith("Yearly figures on victims identified, Denmark.")


def test_a_year_without_a_figure_is_no_zero():
    ax = panel([(2014, 10, 10), (2016, 0, 0), (2017, 0, pd.NA, "deduced")])
    assert sorted(texts(ax)) == ["0", "10", "–", "–"]  # 2015 has no figure, and nothing is known of 2017


def test_stages_share_their_years_and_the_caption_names_what_has_no_figure():
    both = pd.concat([frame([(2014, 71, 71), (2021, 80, 80)], "victims_identified"), frame([(2016, 14, 14)])])
    ax = series.stage_panels(
        both, ["victims_identified", "charged_persons", "convictions_persons"], "DNK", (2014, 2021)
    )
    assert names(ax) == ["Victims identified", "Persons convicted"]
    heights = {text.get_text(): text.get_position()[1] for text in ax.texts}
    assert 0 < heights["14"] < heights["Persons convicted"] == 1 < heights["71"] < heights["80"]
    assert [label.get_text() for label in ax.get_yticklabels()][:2] == ["0", "30"]  # of the upper one, from 0 on
    assert "No yearly figures on persons charged." in ax.caption
    assert "Hatched" not in ax.caption  # nothing is


@pytest.mark.parametrize(("last", "step", "written"), [(2011, 1, 9), (2024, 2, 11)])
def test_many_years_are_named_less_often_and_have_fewer_figures_but_none_smaller(last, step, written):
    rows = [(year, 2000, 2000) for year in range(2003, last + 1)]
    ax = panel(rows, years=(2003, last))
    assert list(ax.get_xticks()[:2]) == [2003, 2003 + step]
    figures = [text for text in ax.texts if text.get_text() in texts(ax) and text.get_text() != "–"]
    assert {(text.get_rotation(), text.get_fontsize()) for text in figures} == {(0.0, 7.5)}
    assert len(figures) == written
    assert {2003, last} <= {text.get_position()[0] for text in figures}


@pytest.mark.parametrize(("name", "lines"), [("compiler", 2), ("a name too long for half a telephone", 3)])
def test_a_key_has_two_columns_where_they_fit(name, lines):
    with chart.drawing(None, 2.0) as ax:
        assert style.key(ax, {one: {"marker": "o"} for one in ("official register", name, "press")}) == lines


def test_a_key_names_only_what_is_drawn():
    ax = series.pair(frame([(2014, 10, 10)]), "victims_identified", "convictions_persons", "DNK")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["persons convicted"]
    assert "No yearly figures on victims identified." in ax.caption


def test_figures_of_two_small_bars_do_not_stand_on_each_other():
    both = pd.concat(
        [
            frame([(2016, 601, 601), (2019, 10627, 10627)], "victims_identified"),
            frame([(2016, 59, 59), (2019, 251, 251)]),
        ]
    )
    ax = series.pair(both, "victims_identified", "convictions_persons", "GBR")
    heights = {text.get_text(): text.get_position()[1] for text in ax.texts}
    assert heights["601"] - heights["59"] > 0.05 * ax.get_ylim()[1]
    assert heights["10,627"] == 10627


def test_two_counts_of_one_stage_can_be_told_apart():
    both = pd.concat([frame([(2016, 60, 60)], "victims_registered"), frame([(2016, 9, 9)], "victims_identified")])
    ax = series.pair(both, "victims_registered", "victims_identified", "EUU")
    assert len({tuple(colour) for bars in ax.collections for colour in bars.get_facecolor()}) == 2


def test_the_strip_marks_the_years_used_and_hatches_ranges():
    rows = pd.concat([frame([(2014, 71, 71), (2016, 80, 80)], "victims_identified"), frame([(2014, 0, 4)])])
    ax = series.years_strip(rows, (2014,), "DNK")
    *bars, marked = ax.collections
    found = [(len(bar.get_paths()), bool(bar.get_hatch())) for bar in bars]
    assert found == [(2, False), (0, True), (0, False), (1, True)]  # victims, then convicted
    assert len(marked.get_segments()) == 1
    assert ax.caption.endswith("Marked below: the years used, 2014.")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            # others there may be: it is said of no stage that was not asked for
            lambda: series.stage_panels(frame([]), ["convictions_persons"], "DNK", (2014, 2015)),
            "No yearly figures on persons convicted.",
        ),
        (lambda: series.stage_panels(frame([]), [], "DNK", (2014, 2015)), "No source has a yearly figure on any stage"),
        (lambda: series.pair(frame([]), "victims_identified", "convictions_persons", "DNK"), "No source has a yearly"),
        (lambda: series.years_strip(frame([]), (), "DNK"), "No source has a yearly figure on any stage"),
        (
            lambda: plots.claims(ts.reconcile(small_claims()), "DNK", "arrests_persons"),
            "No source has a figure on persons",
        ),
    ],
)
def test_nothing_to_draw_is_said_in_words_and_leaves_no_empty_picture(make, words):
    ax = make()
    assert " ".join(texts(ax)).replace("\n", " ").startswith(words)
    data, about = bundle(ax)
    assert about["kind"] == "prose"
    assert "image/svg+xml" not in data
    assert data["text/plain"].startswith(words)


def test_a_last_year_that_follows_from_other_figures_has_room_too():
    rec = ts.reconcile(pd.concat([small_claims(), pd.DataFrame([claim(295, year=2019, end=2022, publisher="EU")])]))
    ax = plots.claims(rec, "DNK", "victims_identified")
    assert rec.series.query("year == 2022 and breakdown == ''")["lower"].tolist() == [78]
    assert ax.get_xlim() == (2018.0, 2023.0)
    assert 2022 in ax.get_xticks()


def test_kept_claims_are_filled_and_rejected_ones_open_and_labelled():
    more = [
        claim(5, year=2022),
        claim(100, year=2022, qualifier="more_than", publisher="P", tier="press"),
    ]
    rec = ts.reconcile(pd.concat([small_claims(), pd.DataFrame(more)]))
    ax = plots.claims(rec, "DNK", "victims_identified")
    points = {line.get_marker(): line.get_markerfacecolor() for line in ax.lines if line.get_marker() in ("s", "o")}
    assert points["s"] == style.INK
    assert points["o"] == style.PAPER
    assert sorted(texts(ax)) == ["64", ">100"]
    assert [text.get_text() for text in ax.get_legend().get_texts()][-1] == "open: set aside"
    assert "64 in 2020" in ax.alt
    assert "more than 100 in 2022" in ax.alt


def line(name, value, lower, upper, **more):
    return rates.Line(name, value, value, lower, upper, f"{value:g}", **more)


def test_a_rate_of_zero_is_a_point_at_zero_and_no_limit_an_arrow():
    # 37 for 701 and 0 for 221: Denmark 2014-2021 and 2019-2021
    lines = [line("2014–2021", 5.3, 3.2, 12.0, strong=True), line("2019–2021", 0, 0.0, 2.6), line("c", 10, 0.1, np.inf)]
    ax = rates.draw_lines(lines, "per 100", "nothing")
    markers = [(mark.get_marker(), float(x), float(y)) for mark in ax.lines for x, y in mark.get_xydata()]
    assert ("o", 0.0, 1.0) in markers
    assert [mark for mark in markers if mark[0] == ">"] == [(">", ax.get_xlim()[1], 2.0)]
    assert texts(ax) == ["5.3", "0", "10"]
    assert [label.get_fontweight() for label in ax.get_yticklabels()] == ["bold", "normal", "normal"]


def test_a_masked_rate_is_a_bar_and_a_fall_lies_left_of_no_change():
    masked = rates.Line("a", 0.0, 4.0, 0.0, 9.0, "0–4")
    ax = rates.draw_lines([masked, line("conviction", -15, -20, -9)], "change", "nothing")
    assert [patch.get_width() for patch in ax.patches] == [4.0]
    assert ax.get_xlim()[0] < -20
    assert texts(ax) == ["0–4", "-15"]
    assert texts(rates.draw_lines([], "per 100", "No rate.")) == ["No rate."]


def test_effects_are_named_by_stage_with_those_they_stand_for(gap):
    # Denmark 2014-17 to 2018-21: 383, 50, 39, 36 to 318, 23, 6, 1, split by Shapley
    ax = plots.draw(gap, "effects")
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "identification",
        "investigation",
        "prosecution",
        "conviction",
    ]
    assert texts(ax) == ["−0.57", "−1.7", "−2.8", "−3.8"]
    assert "per 100" not in ax.alt


def test_no_figure_is_struck_through_by_the_line_of_its_half(gap):
    ax = plots.draw(gap, "trend")
    levels = [(line.get_xdata(), line.get_ydata()[0]) for line in ax.lines if len(line.get_xdata()) == 2]
    assert len(levels) > 3
    unit = ax.get_ylim()[1] / (ax.get_window_extent().height * 72 / ax.get_figure().dpi)  # of a point
    for text in ax.texts:
        year, bar = text.get_position()
        bottom = bar + 2 * unit
        for (start, end), level in levels:
            assert not (start < year < end and bottom < level < bottom + 8 * unit), text.get_text()


def test_the_same_data_give_the_same_bytes():
    def once():
        return bundle(panel([(2010, 10, 10), (2016, 0, 4)], years=(2010, 2016)).get_figure().axes[0])

    assert once() == once()


def test_the_timeline_sets_dates_beside_the_counts_of_their_year():
    rows = totals(ts.reconcile(small_claims()), "DNK")
    ax = plots.timeline(rows[rows["indicator"] == "victims_identified"], "DNK")
    assert {"2002", "2012", "8 to 10 years; crime added", "77", "Victims\nidentified"} <= set(texts(ax))
    assert next(text.get_text() for text in ax.get_legend().get_texts()) == "law and penalty"
    places = {text.get_text(): text.get_position()[1] for text in ax.texts}
    assert places["2012"] == places["8 to 10 years; crime added"]
    assert places["2020"] == places["77"]
    assert "2007: CMM, Plan 2007-2010" in ax.alt
    assert "2013" in texts(ax)
    assert "2014" not in texts(ax)  # a year without date and figure has no line
    assert "CEDAW" not in texts(ax)  # of 1983, in the table only
    assert "CEDAW" in bundle(ax)[1]["csv"]
    assert bundle(ax)[1]["csv"].count("\n") == len(ts.load_vocabulary().policy_dates_of("DNK")) + 1
    assert "No change of law or policy" in plots.timeline(rows[:0], "ISL").sentence
    beside_nothing = plots.timeline(rows, "ISL")
    assert "77" in texts(beside_nothing)
    assert beside_nothing.caption.startswith("No change of law or policy in Iceland is on record here.")


def figures_on_bars(ax):
    """Figures that cover more than a pixel of a bar."""
    ax.figure.canvas.draw()
    bars = [path.get_extents(ax.transData) for one in ax.collections for path in one.get_paths()]
    figures = [text for text in ax.texts if text.get_text()[:1].isdigit()]
    covers = [any(one.get_window_extent().padded(-1).overlaps(bar) for bar in bars if bar.height) for one in figures]
    return [one.get_text() for one, on_bar in zip(figures, covers, strict=True) if on_bar]


def test_no_figure_of_the_timeline_lies_on_a_bar_however_long_it_is():
    stages = ("victims_identified", "prosecutions_suspects", "convictions_persons")
    ranges = [(2018, 700, 750), (2019, 1700, 1950), (2020, 90, 90)]
    ax = plots.timeline(pd.concat([frame(ranges, name) for name in stages]), "DNK")
    assert "1,700–1,950" in texts(ax)
    assert figures_on_bars(ax) == []


def test_no_figure_of_a_panel_lies_on_the_bar_beside_it():
    rows = [(year, 700, 750) if year % 2 else (year, 900, 900) for year in range(2010, 2023)]
    ax = panel(rows, years=(2010, 2022))
    assert figures_on_bars(ax) == []


def test_a_part_of_a_count_is_named_as_such():
    claims = ts.load_claims().query("country == 'DNK' and indicator in ['victims_identified', 'convictions_persons']")
    gap = ts.gap(ts.reconcile(claims), "DNK", denominator="victims_identified;sex=female", vary_sources=False)
    ax = plots.draw(gap, "pair")
    assert ax.caption.startswith("Victims identified (female) and persons convicted each year in Denmark")
    assert next(text.get_text() for text in ax.get_legend().get_texts()) == "victims identified (female)"


def test_a_reconciliation_draws_its_stages_and_claims():
    rec = ts.reconcile(small_claims())
    assert rec.plot().alt == plots.stages(rec, "DNK").alt != ""
    assert rec.plot("claims", start=2020).alt == plots.claims(rec, "DNK", "victims_identified", 2020).alt != ""
    with pytest.raises(ts.TraffickingStatsError, match="no figure 'claim'; there are: stages, claims"):
        rec.plot("claim")
    two = ts.reconcile(ts.load_claims().query("country in ['DNK', 'SWE'] and breakdown == ''"))
    with pytest.raises(ts.TraffickingStatsError, match=r"country='...', one of DNK, SWE"):
        two.plot()
    with pytest.raises(ts.TraffickingStatsError, match="no figure 'SWE'"):
        two.plot("SWE")
    asked = two.plot("claims", country="SWE", indicator="convictions_persons")
    assert asked.alt == plots.claims(two, "SWE", "convictions_persons").alt != ""
    assert two.plot(country="SWE").alt == plots.stages(two, "SWE").alt != ""
