"""Figures: what they show, what they say when there is nothing, and that they leave nothing behind."""

import datetime
import io
import itertools
from typing import NamedTuple

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from trafficking_stats.gap_analysis.columns import BREAK_YEARS, CHANGE, FITTED, PEERS, RATIOS, SPECIFICATIONS, tidy
from trafficking_stats.plots import gap as plots_gap
from trafficking_stats.plots import peers as plots_peers
from trafficking_stats.plots import series as plots
from trafficking_stats.plots import sources as plots_sources
from trafficking_stats.plots import style as plot_style
from trafficking_stats.vocabulary import load_vocabulary


class Dated(NamedTuple):
    date: datetime.date
    label: str


@pytest.fixture(autouse=True)
def _no_figure_stays():
    plt.close("all")
    yield
    plt.close("all")


def series(rows, indicator="convictions_persons"):
    """Year, lower, upper, and status unless it is agreed."""
    table = pd.DataFrame(
        [(indicator, *row, *(["agreed"] if len(row) == 3 else [])) for row in rows],
        columns=["indicator", "year", "lower", "upper", "status"],
    )
    return table.astype({"lower": "Int64", "upper": "Int64"})


def texts(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]


def drawn(ax):
    """Draw the whole figure, which is when a label that cannot be placed would fail."""
    image = io.BytesIO()
    ax.get_figure(root=True).savefig(image, format="svg", metadata={"Date": None})
    return image.getvalue()


def luminance(colour):
    """Relative luminance of WCAG 2.2."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def test_stages_darken_so_that_a_grey_print_keeps_their_order():
    shades = [plot_style.STAGE_SHADES[s] for s in ("identification", "investigation", "prosecution", "conviction")]
    light = [luminance(shade) for shade in shades]
    assert all(a > 1.5 * b for a, b in itertools.pairwise(light))


@pytest.mark.parametrize("colour", [plot_style.INK, plot_style.SOFT, plot_style.ALERT])
def test_text_can_be_read_on_paper(colour):
    assert 1.05 / (luminance(colour) + 0.05) >= 4.5


def test_the_style_of_the_caller_stays():
    before = dict(mpl.rcParams)
    plots.stage(series([(2014, 10, 10)]), "convictions_persons")
    assert dict(mpl.rcParams) == before


def test_given_axes_are_used_and_no_figure_is_made():
    ax = plt.subplots()[1]
    assert plots.stage(series([(2014, 10, 10)]), "convictions_persons", ax) is ax
    assert len(plt.get_fignums()) == 1


def test_an_interval_is_a_bar_and_never_a_point():
    ax = plots.stage(series([(2014, 10, 10), (2015, 0, 4), (2016, 3, 4), (2017, 3, pd.NA)]), "convictions_persons")
    heights = sorted(
        (round(bar.get_x() + bar.get_width() / 2), bar.get_height(), bool(bar.get_hatch())) for bar in ax.patches
    )
    assert (2015, 4.0, True) in heights
    assert (2016, 3.0, False) in heights
    assert (2016, 1.0, True) in heights
    assert [t for t in texts(ax) if t != "–"] == ["10", "0–4", "3–4", "3+"]
    assert all(line.get_marker() in ("^", "None") for line in ax.lines)


def test_a_year_without_a_figure_is_no_zero():
    ax = plots.stage(series([(2014, 10, 10), (2016, 0, 0), (2017, 0, pd.NA, "deduced")]), "convictions_persons")
    assert sorted(texts(ax)) == ["0", "10", "–"]  # 2015 has no figure, and nothing is known of 2017


def test_stages_share_their_years_and_say_which_has_no_figure():
    both = pd.concat([series([(2014, 71, 71), (2021, 80, 80)], "victims_identified"), series([(2016, 14, 14)])])
    panels = plots.stages(both, ["victims_identified", "charged_persons", "convictions_persons"])
    assert panels[0].get_xlim() == panels[2].get_xlim()
    assert texts(panels[1]) == ["no source has a figure"]
    assert [panel.get_title(loc="left") for panel in panels] == [
        "Victims identified",
        "Persons charged",
        "Persons convicted",
    ]
    assert panels[2].get_ylabel() == "persons"


def test_policy_dates_are_named_once_and_lie_within_their_year():
    dates = [
        Dated(datetime.date(2015, 5, 1), "Plan 2015-2018"),
        Dated(datetime.date(2015, 6, 1), "a second one"),
        Dated(datetime.date(1990, 1, 1), "long ago"),
    ]
    panels = plots.stages(
        pd.concat([series([(2014, 71, 71), (2021, 80, 80)], "victims_identified"), series([(2016, 14, 14)])]),
        ["victims_identified", "convictions_persons"],
        dates=dates,
    )
    named = [text for text in panels[0].texts if text.get_text() in ("Plan 2015-2018", "a second one", "long ago")]
    assert [text.get_text() for text in named] == ["Plan 2015-2018", "a second one"]
    assert all(2014.5 < text.xy[0] < 2015.5 for text in named)
    assert named[0].xyann[1] != named[1].xyann[1]  # one above the other
    assert not [t for t in texts(panels[1]) if t.startswith("Plan")]


def test_a_long_series_keeps_every_figure():
    rows = [(year, 1000 + year, 1000 + year) for year in range(1980, 2024)]
    ax = plots.stage(series(rows), "convictions_persons")
    assert len(texts(ax)) == 44
    assert len(ax.get_xticks()) <= 18
    drawn(ax)


def test_a_narrow_figure_has_fewer_years_named_and_upright_figures():
    rows = [(year, year - 1900, year - 1900) for year in range(2003, 2025)]
    wide, narrow = (plots.stages(series(rows), ["convictions_persons"], width=w)[0] for w in (9.2, plot_style.NARROW))
    assert len(narrow.get_xticks()) < len(wide.get_xticks())
    assert {text.get_rotation() for text in wide.texts} == {0}
    assert {text.get_rotation() for text in narrow.texts} == {90}
    assert all(text.get_fontsize() >= 7.5 for text in narrow.texts)
    drawn(narrow)


def test_a_key_takes_as_many_lines_as_it_needs():
    names = ["official register", "direct publisher", "compiler", "press and secondary", "open: rejected"]
    wide, narrow = (plot_style.axes(None, 3, width=width) for width in (9.2, plot_style.NARROW))
    assert plot_style.key_columns(wide, names) == 5
    assert plot_style.key_columns(narrow, names) == 2
    assert plot_style.key_columns(narrow, ["a name that is far too long for the width of a telephone"]) == 1


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: plots.stages(series([]))[0], "no source has a figure"),
        (lambda: plots.victims_and_convictions(series([])), "no source has a figure on victims identified or"),
        (lambda: plots_gap.rates(tidy([], RATIOS), []), "there is no rate to show"),
        (lambda: plots_gap.waterfall(tidy([], CHANGE)), "the change was not split into stages"),
        (lambda: plots_gap.break_years(tidy([], BREAK_YEARS), reason="3 counts are masked"), "3 counts are masked"),
        (lambda: plots_gap.trend(series([]), tidy([], FITTED)), "no source has a figure"),
        (lambda: plots_peers.funnel(tidy([], PEERS), refusal="9 units are too few"), "9 units are too few"),
        (lambda: plots_peers.funnel(tidy([], PEERS)), "0 countries are too few for a funnel"),
        (
            lambda: plots_sources.specification_curve(tidy([], SPECIFICATIONS)),
            "no combination of choices has an answer",
        ),
        (lambda: plots_sources.sensitivity_grid(pd.DataFrame({"year": []})), "there is no series to compare"),
        (lambda: plots_sources.source_strip(claims([])), "no source has a figure for a single calendar year"),
    ],
)
def test_nothing_to_draw_is_said_in_words(make, words):
    ax = make()
    assert words in " ".join(texts(ax)).replace("\n", " ")
    assert not ax.axison
    drawn(ax)


def claims(rows):
    """Year, value, qualifier, lower, upper, tier, accepted."""
    table = pd.DataFrame(rows, columns=["year", "value", "qualifier", "lower", "upper", "tier", "accepted"])
    table = table.assign(
        claim_id=[f"c{k}" for k in range(len(table))],
        indicator="victims_identified",
        period_start=[f"{year}-01-01" for year in table["year"]],
        period_end=[f"{year}-12-31" for year in table["year"]],
        accepted=table["accepted"].astype(bool),
    )
    return table.drop(columns="year").astype({"lower": "Int64", "upper": "Int64"})


def test_kept_claims_are_filled_and_rejected_ones_open_and_labelled():
    ax = plots_sources.source_strip(
        claims(
            [
                (2020, 77.0, "exact", 77, 77, "register", True),
                (2020, 64.0, "exact", 64, 64, "compiler", False),
                (2021, 5.0, "less_than", 0, 4, "compiler", True),
                (2021, 100.0, "more_than", 101, None, "press", False),
            ]
        )
    )
    points = {
        line.get_marker(): line.get_markerfacecolor() for line in ax.lines if line.get_marker() in ("s", "o", "^")
    }
    assert points["s"] == plot_style.INK
    assert points["o"] == plot_style.PAPER
    assert texts(ax) == ["64", "more than 100"]
    assert [text.get_text() for text in ax.get_legend().get_texts()][-1] == "open: rejected"
    drawn(ax)


def test_the_grid_marks_what_differs_from_the_default():
    table = pd.DataFrame({"year": [2019, 2020], "consistent": [64, 77], "earliest": [64, 64], "median": [64, None]})
    ax = plots_sources.sensitivity_grid(table.astype("Int64"))
    assert texts(ax) == ["64", "77", "64", "64", "64", "–"]
    assert [text.get_fontweight() for text in ax.texts] == ["normal", "normal", "normal", "bold", "normal", "normal"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["consistent (default)", "earliest", "median"]


def rate(numerator, denominator, low, high, **more):
    return {
        "numerator_lower": numerator,
        "numerator_upper": numerator,
        "denominator_lower": denominator,
        "denominator_upper": denominator,
        "per_100_min": 100 * numerator / denominator,
        "per_100_max": 100 * numerator / denominator,
        "exact_lower": low,
        "exact_upper": high,
        "widened_lower": low / 2,
        "widened_upper": high * 2,
        "sources_min": np.nan,
        "sources_max": np.nan,
        **more,
    }


def test_a_rate_of_zero_is_an_arrow_and_no_point():
    # 37 of 701 and 0 of 221: Denmark 2014-2021 and 2019-2021, limits from cases_open.json, O04
    table = tidy([rate(37, 701, 3.69, 7.35), rate(0, 221, 0.0, 1.67)], RATIOS)
    ax = plots_gap.rates(table, ["2014–2021", "2019–2021"], bold="2014–2021")
    markers = [(line.get_marker(), float(np.ravel(line.get_ydata())[0])) for line in ax.lines]
    assert ("o", 0.0) in markers
    assert ("o", 1.0) not in markers
    assert ("<", 1.0) in markers
    assert texts(ax) == ["37 of 701: 5.3", "0 of 221: 0"]
    assert ax.get_xscale() == "log"
    assert ax.get_xlabel() == "persons convicted per 100 victims identified (logarithmic)"
    assert [label.get_fontweight() for label in ax.get_yticklabels()] == ["bold", "normal"]
    drawn(ax)


def test_a_refused_rate_says_why_beside_the_others():
    table = tidy([rate(37, 701, 3.69, 7.35), {"refusal": "2 of 3 years cannot be added"}], RATIOS)
    ax = plots_gap.rates(table, ["2014–2021", "2014–2016"])
    assert texts(ax)[1] == "refused: 2 of 3 years cannot be added"


def test_limits_without_end_stay_on_the_page():
    table = tidy([rate(1, 10, 1e-9, np.inf), rate(0, 5, 0.0, np.inf)], RATIOS)
    ax = plots_gap.rates(table, ["a", "b"])
    low, high = ax.get_xlim()
    assert 0 < low < high < 1e4
    drawn(ax)


def effect(stage, low, high, *, fixed=True, chance=(np.nan, np.nan)):
    return {
        "stage": stage,
        "label": "persons convicted",
        "early_first": 2014,
        "early_last": 2017,
        "late_first": 2018,
        "late_last": 2021,
        "early_lower": 36,
        "early_upper": 36,
        "late_lower": 1,
        "late_upper": 1,
        "effect_min": low,
        "effect_max": high,
        "sign_fixed": fixed,
        "chance_lower": chance[0],
        "chance_upper": chance[1],
    }


def test_the_waterfall_ends_where_the_late_period_begins():
    # Denmark 2014-17 to 2018-21: 383, 50, 39, 36 to 318, 23, 6, 1, split by Shapley
    rows = [
        effect("identification", -2.3, -2.3),
        effect("prosecution", -17.7, -17.7),
        effect("conviction", -15.0, -15.0),
    ]
    ax = plots_gap.waterfall(tidy(rows, CHANGE))
    last_step = ax.patches[-1]
    assert last_step.get_y() + last_step.get_height() == pytest.approx(1.0)
    assert texts(ax) == ["36", "1", "−2.3", "−17.7", "−15.0"]
    assert not any(bar.get_hatch() for bar in ax.patches)


def test_an_effect_of_open_sign_is_hatched():
    rows = [effect("identification", -2.0, 3.0, fixed=False), effect("conviction", -15.0, -9.0)]
    ax = plots_gap.waterfall(tidy(rows, CHANGE))
    assert [bool(bar.get_hatch()) for bar in ax.patches[2:]] == [True, False, True]
    assert texts(ax)[2:] == ["−2.0 to +3.0", "−15.0 to −9.0"]
    by_chance = plots_gap.waterfall(tidy([effect("conviction", -35.0, -35.0, chance=(-50.0, 4.0))], CHANGE))
    assert [bool(bar.get_hatch()) for bar in by_chance.patches[2:]] == [True]


def specifications():
    rows = [
        {
            "question": "level",
            "method": method,
            "left_out": "nothing",
            "lag": lag,
            "window": "2014-2021",
            "unit": "convictions_persons",
            "masked_cells": "low",
            "value": value,
            "default": method == "consistent" and lag == 0,
            "refusal": "",
        }
        for method, lag, value in [
            ("consistent", 0, 5.3),
            ("consistent", 1, 5.4),
            ("latest", 0, 6.0),
            ("latest", 1, 6.2),
        ]
    ]
    return tidy([*rows, {**rows[0], "method": "median", "value": np.nan, "refusal": "no"}], SPECIFICATIONS)


def test_the_curve_shows_only_choices_that_vary():
    ax = plots_sources.specification_curve(specifications())
    below = ax.get_figure(root=True).axes[0].child_axes[1]
    assert [label.get_text() for label in below.get_yticklabels()] == [
        "method: consistent",
        "method: latest",
        "lag: 0",
        "lag: 1",
    ]
    assert "headline 5.3" in texts(ax)
    assert "4 sets of choices" in below.get_xlabel()
    assert "1 more have no finite answer" in below.get_xlabel()


def test_a_break_year_with_a_policy_date_stands_out():
    rows = [
        {"year": 2012, "step": 0.8, "lower": 0.3, "upper": 2.0, "policy_date": "8 to 10 years; crime added"},
        {"year": 2013, "step": 0.5, "lower": 0.2, "upper": 1.2},
        {"year": 2014, "refusal": "4 points after 2014 are too few"},
    ]
    ax = plots_gap.break_years(tidy([{"refusal": "", **row} for row in rows], BREAK_YEARS))
    assert [line.get_marker() for line in ax.lines if line.get_marker() in ("D", "o")] == ["D", "o"]
    assert "×" in texts(ax)
    assert ax.get_yscale() == "log"


def peers(n):
    rows = []
    for k in range(n):
        victims = 50 * (k + 1)
        row = rate(
            5 * (k + 1), victims, 5.0, 20.0, country=f"C{k}", name=f"Country {k}", own=k == 0, expected=0.1 * victims
        )
        rows.append(row)
    return rows


def test_the_funnel_names_every_country_and_bars_the_masked():
    rows = peers(11)
    rows[3] |= {"per_100_min": 0.0, "per_100_max": 6.0, "expected": np.nan}
    ax = plots_peers.funnel(tidy(rows, PEERS))
    assert {f"Country {k}" for k in range(11)} <= set(texts(ax))
    assert [line.get_marker() for line in ax.lines].count("v") == 1
    assert [text.get_fontweight() for text in ax.texts if text.get_text() == "Country 0"] == ["bold"]
    drawn(ax)


def test_a_trend_shows_its_band():
    fitted = tidy(
        [
            {"year": year, "fitted_min": 8.0, "fitted_max": 9.0, "band_lower": 3.0, "band_upper": 20.0}
            for year in (2014, 2015, 2016)
        ],
        FITTED,
    )
    ax = plots_gap.trend(series([(2014, 10, 10), (2015, 0, 4), (2016, 14, 14)]), fitted)
    assert len(ax.collections) == 1
    assert len(ax.lines) == 2
    assert ax.get_title(loc="left") == "Persons convicted"


def test_the_same_data_give_the_same_bytes():
    def once():
        with mpl.rc_context({"svg.hashsalt": "fixed"}):
            dates = load_vocabulary().policy_dates_of("DNK")
            return drawn(plots.stages(series([(2010, 10, 10), (2016, 0, 4)]), ["convictions_persons"], dates=dates)[0])

    assert once() == once()


def test_figures_of_two_small_bars_do_not_stand_on_each_other():
    both = pd.concat(
        [
            series([(2016, 601, 601), (2019, 10627, 10627)], "victims_identified"),
            series([(2016, 59, 59), (2019, 251, 251)]),
        ]
    )
    ax = plots.victims_and_convictions(both)
    heights = {text.get_text(): text.xyann[1] for text in ax.texts}
    assert heights["601"] > heights["59"]
    assert heights["10,627"] == heights["251"]
