"""What it costs to call a figure a mistake, in the light of the other figures.

Mistakes hit blocks: a form misread spoils a table, a revision replaces an edition, a slip repeats in every copy. So the
unit is the *figure*, a value that one upstream gives of one cell, however often it is printed; a table counts as a few
figures, however many parts it has; a total that editions and tables confirm is hard to doubt; and what an upstream has
itself replaced falls with little ado, but only to what replaces it.
"""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from trafficking_stats import breakdowns
from trafficking_stats.entries import Weights
from trafficking_stats.intervals import period_kind
from trafficking_stats.numbering import first_of, number_of
from trafficking_stats.reconciliation.weights import UNITS, base_weights, first_named, published_years, tier_weights
from trafficking_stats.vocabulary import Vocabulary


def describe(claims: pd.DataFrame, upstream: NDArray[np.int64], vocabulary: Vocabulary) -> pd.DataFrame:
    """Put what weighing needs to know of each claim into numbers.

    Parameters
    ----------
    claims : pandas.DataFrame
        Checked claims that are counts.
    upstream : numpy.ndarray of int
        Number of the upstream of each.
    vocabulary : Vocabulary
        Dimensions, tiers, weights.

    Returns
    -------
    pandas.DataFrame
        ``base``, the weight by tier and date; ``event``, a number for country, indicator and period; ``dims``, one for
        the dimensions broken down by (and the categories of those that are apart); ``depth``, how many dimensions that
        make parts; ``apart``; ``loose``, whether its dimension is one whose categories overlap in this indicator;
        ``source``, ``publisher``; ``form``, one for source and event, and
        ``table``, one for form and dims; ``series``, one for country, indicator and breakdown; ``year``, 0 for other
        periods.
    """
    names, breakdown = pd.factorize(claims["breakdown"])
    kinds = pd.DataFrame([_kind(text, vocabulary) for text in breakdown], columns=["dims", "depth", "apart"])
    kinds["dims"] = pd.factorize(kinds["dims"])[0]
    kinds = kinds.astype({"depth": "int64", "apart": bool})
    table = kinds.iloc[names].reset_index(drop=True)
    table["up"], table["loose"] = upstream, False
    for key, dimension in vocabulary.dimensions.items():
        if dimension.overlapping_in:
            named = np.array([key in breakdowns.parse(text) for text in breakdown], dtype=bool)
            table["loose"] |= named[names] & claims["indicator"].isin(dimension.overlapping_in).to_numpy()
    table["date"] = np.nan_to_num(published_years(claims["published"]), nan=vocabulary.weights.recency_from)
    table["tier"], table["base"] = tier_weights(claims, vocabulary), base_weights(claims, vocabulary)
    table["source"] = pd.factorize(claims["source_id"])[0]
    table["publisher"] = pd.factorize(first_named(claims, "publisher", "source_id"))[0]
    period = number_of(claims["period_start"], claims["period_end"])
    table["event"] = number_of(claims["country"], claims["indicator"], period)
    table["form"] = number_of(table["source"], table["event"])
    table["table"] = number_of(table["form"], table["dims"])
    table["series"] = number_of(claims["country"], claims["indicator"], names)
    days = claims[["period_start", "period_end"]].iloc[first_of(period)].itertuples(index=False, name=None)
    years = [int(end[:4]) if period_kind(start, end) == "year" else 0 for start, end in days]
    table["year"] = np.array(years, dtype=np.int64)[period]
    return table


def _kind(text: str, vocabulary: Vocabulary) -> tuple[str, int, bool]:
    keys = breakdowns.parse(text)
    apart = [f"{key}={category}" for key, category in keys.items() if breakdowns.relation(key, vocabulary) == "apart"]
    parts = [key for key in keys if breakdowns.relation(key, vocabulary) != "apart"]
    return ";".join([*parts, *apart]), len(parts), bool(apart)


def costs(
    table: pd.DataFrame,
    sums: pd.DataFrame,
    totals: pd.DataFrame,
    copies: pd.DataFrame,
    n_groups: int,
    vocabulary: Vocabulary,
) -> NDArray[np.int64]:
    """Weigh groups of claims; what replaces a figure inherits its weight.

    Parameters
    ----------
    table : pandas.DataFrame
        As `describe` returns it, with ``cell``, ``lower``, ``upper``, ``group``, the number of the group of each, and
        ``figure``, one for upstream and group.
    sums, totals, copies : pandas.DataFrame
        As `forms.sums_of`, `forms.beside_totals` and `forms.copied_years` return them.
    n_groups : int
        How many groups there are.
    vocabulary : Vocabulary
        The constants, under ``[weights]``.

    Returns
    -------
    numpy.ndarray of int, shape (n_groups,)
        What rejecting each group costs, in `weights.UNITS`.
    """
    limits = vocabulary.weights
    figures = figures_of(table)
    wholes = totals[totals["complete"]]
    pairs = _replaced(table, figures, wholes, limits)
    contradicted = table["form"].map(_contradicted(wholes, limits))
    far = table.loc[contradicted.eq(True), ["figure", "depth"]]
    # what stands beside a table far from its own total replaces nothing, and its total takes no older parts with it
    pairs["good"] &= ~pairs["by"].isin(far.loc[far["depth"] > 0, "figure"])
    copied = figures.index.isin(table.loc[copies.index, "figure"])
    weight = _weights(table, figures, sums, wholes, pairs, limits, copied)
    doubted = table.loc[contradicted.notna() & (table["depth"] > 0), "figure"]
    weight = np.where(figures.index.isin(doubted), weight * limits.doubt_share, weight)
    gone = figures.index.isin(_with_their_total(table, figures, pairs[~pairs["by"].isin(far["figure"])]))
    units = np.maximum(1, np.rint(weight * np.where(gone, limits.old_share, 1.0) * UNITS)).astype(np.int64)
    own = figures["group"].to_numpy()
    # whatever rejecting an old figure costs less, it costs more to reject what replaces it
    heirs = pairs.loc[pairs["good"], ["figure"]].assign(heir=own[pairs.loc[pairs["good"], "by"]]).drop_duplicates()
    inherited = np.rint((1 - limits.old_share) * units[heirs["figure"]]).astype(np.int64)
    return np.bincount(np.append(own, heirs["heir"]), np.append(units, inherited), n_groups).astype(np.int64)


def figures_of(table: pd.DataFrame) -> pd.DataFrame:
    """One row a figure: what it says, when it was first printed, and by whom."""
    said = ["figure", "up", "cell", "group", "lower", "upper", "year", "depth", "apart", "publisher", "base"]
    figures = table[said].iloc[heaviest(table["figure"], table["base"])].set_index("figure")
    by = table.groupby("figure")
    figures["first"], figures["last"], figures["tier"] = by["date"].min(), by["date"].max(), by["tier"].max()
    publishers = table[["figure", "publisher"]].drop_duplicates()
    figures["publishers"] = np.bincount(publishers["figure"], minlength=len(figures))
    figures["sources"] = by["source"].nunique()
    # a figure is its publisher's own if nobody else prints it
    figures["sole"] = figures["publisher"].where(figures["publishers"] == 1, -1)
    return figures


def heaviest(number: ArrayLike, weight: ArrayLike) -> NDArray[np.int64]:
    """Return the heaviest row of each number, of equally heavy ones the first; in order of the numbers, from 0."""
    number, weight = np.asarray(number), np.asarray(weight, dtype=np.float64)
    most, first = np.zeros(number.max(initial=-1) + 1), np.full(number.max(initial=-1) + 1, len(number))
    np.maximum.at(most, number, weight)
    rows = np.flatnonzero(weight == most[number])
    np.minimum.at(first, number[rows], rows)
    return first


def _contradicted(wholes: pd.DataFrame, limits: Weights) -> pd.Series:
    """Return the forms of complete tables that contradict their own total, and whether by far.

    They are larger, and no other table bears it out; or smaller by far, though they cover everybody. Larger by far is
    only what stands beside no table that comes near the total: else it is left over from an edition before.
    """
    short = wholes["upper_sum"] * limits.jump_times < wholes["lower"]
    far = short | ~_near(wholes, wholes["lower"], limits).groupby(wholes["form"]).transform("any")
    return far[short | wholes["above"] & ~wholes["vouched"]].groupby(wholes["form"]).any()


def _near(wholes: pd.DataFrame, value: pd.Series, limits: Weights) -> pd.Series:
    """Whether a table comes to a number, or nearly so; with whom its source prints in finer parts alone."""
    least = (wholes["lower_sum"] + wholes["inner"]) / limits.jump_times
    return value.between(least, wholes["upper_sum"] * limits.jump_times)


def parts_of_mistakes(
    table: pd.DataFrame, totals: pd.DataFrame, groups: pd.DataFrame, vocabulary: Vocabulary
) -> pd.DataFrame:
    """Pair each part with the figures that show the total of its form to be a mistake, where it belongs to that.

    It does where a table of everybody, or one larger than what is right, comes to the total and not to what is right,
    and none does the other way round: else the total alone is a slip. A count that another publisher has taken further
    is an early one and no mistake.

    Parameters
    ----------
    table, totals : pandas.DataFrame
        As for `costs`.
    groups : pandas.DataFrame
        ``cell``, ``lower`` and ``upper`` of each group.
    vocabulary : Vocabulary
        Says how near a table comes to a total, and what an early count lacks.

    Returns
    -------
    pandas.DataFrame
        ``group``, the part, ascending; ``rival``, the group that is right if it is kept; ``form``; and ``forms``, how
        many print the part: it falls if all of them do.
    """
    rivals = groups.loc[groups["cell"].duplicated(keep=False) & (groups["lower"] == groups["upper"]), ["cell", "lower"]]
    said = ["form", "cell", "publisher", "lower", "upper", "complete", "inner", "lower_sum", "upper_sum"]
    pairs = totals[said].merge(rivals.reset_index(names="rival"), on="cell", suffixes=("", "_by"))
    below, above = pairs["upper"] < pairs["lower_by"], pairs["lower"] > pairs["lower_by"]
    early = below & (pairs["lower"] >= (1 - vocabulary.causes.early_share) * pairs["lower_by"])
    own = table.loc[table["group"].isin(pairs["rival"]), ["group", "publisher"]]
    early &= ~pd.MultiIndex.from_frame(pairs[["rival", "publisher"]]).isin(pd.MultiIndex.from_frame(own))
    pairs = pairs[above | below & ~early]
    to_total, to_rival = (_near(pairs, pairs[name], vocabulary.weights) for name in ("lower", "lower_by"))
    telling = pairs["complete"] | (pairs["lower_sum"] > pairs["lower_by"])
    told = pairs.assign(belongs=telling & to_total & ~to_rival, sound=telling & to_rival & ~to_total)
    found = told.groupby(["form", "rival"], as_index=False)[["upper", "belongs", "sound"]].max()
    parts = table.loc[(table["depth"] > 0) & ~table["apart"], ["form", "group", "lower"]]
    parts = parts.merge(found[found["belongs"] & ~found["sound"]], on="form")
    links = parts.loc[parts["lower"] <= parts["upper"], ["group", "rival", "form"]]
    printed = table.loc[table["group"].isin(links["group"])].groupby("group")["form"].nunique()
    return links.assign(forms=links["group"].map(printed)).sort_values(["group", "rival", "form"], ignore_index=True)


def _replaced(table: pd.DataFrame, figures: pd.DataFrame, wholes: pd.DataFrame, limits: Weights) -> pd.DataFrame:
    """Pair each figure (``figure``) with later ones of its upstream on its cell that replace it (``by``).

    A later figure replaces an earlier one if it comes from the register or a direct publisher, or from several
    publishers, or if both are one publisher's own; it is no mask; not all its own tables exceed it; and it is no gross
    slip, off by more than a factor, or far off while a table of its own comes to the earlier value and not to it. It is
    none where a table of its own comes to it and not to the earlier value: whoever slips does not slip in parts.
    """
    place = number_of(figures["up"], figures["cell"])
    several = np.bincount(place)[place] > 1
    some = figures[several].reset_index()
    pairs = some.merge(some, on=["up", "cell"], suffixes=("", "_by"))
    apart = (pairs["lower"] > pairs["upper_by"]) | (pairs["upper"] < pairs["lower_by"])
    pairs = pairs[apart & (pairs["first_by"] > pairs["first"])]
    official = pairs["tier_by"] >= limits.official
    own = (pairs["sole"] >= 0) & (pairs["sole"] == pairs["sole_by"])
    good = (pairs["tier_by"] >= pairs["tier"] / 2) & (official | (pairs["publishers_by"] > 1) | own)
    value, later = pairs["lower"].clip(lower=1), pairs["lower_by"].clip(lower=1)
    times = np.maximum(value / later, later / value)
    masked = (pairs["lower"] == 0) & (pairs["upper"] > 0)  # which says nothing of how far off it is
    slip = (times > limits.slip_times) & ((value - later).abs() > limits.slip_from) & ~masked
    beside = pairs[["figure_by", "lower", "lower_by"]].reset_index(names="pair")
    beside = beside.merge(wholes, left_on="figure_by", right_on="figure", suffixes=("", "_whole"))
    old, new = _near(beside, beside["lower"], limits), _near(beside, beside["lower_by"], limits)
    slip |= pairs.index.isin(beside.loc[old & ~new, "pair"]) & (times > limits.jump_times)
    good &= ~slip | pairs.index.isin(beside.loc[new & ~old, "pair"])
    good &= ~((pairs["lower_by"] == 0) & (pairs["upper_by"] > 0) & (pairs["lower"] > 0))
    exceeded = wholes["above"].groupby(wholes["figure"]).all()
    good &= ~pairs["figure_by"].isin(exceeded.index[exceeded])
    # a lone reversal: one publisher contradicts what it and another printed before
    printed = table.loc[table["figure"].isin(pairs["figure"]), ["figure", "publisher"]].drop_duplicates()
    before = pd.MultiIndex.from_arrays([pairs["figure"], pairs["sole_by"]]).isin(pd.MultiIndex.from_frame(printed))
    pairs["reversal"] = ~official & (pairs["publishers_by"] == 1) & (pairs["publishers"] > 1) & before
    return pairs[["figure", "figure_by", "reversal"]].assign(good=good).rename(columns={"figure_by": "by"})


def _with_their_total(table: pd.DataFrame, figures: pd.DataFrame, pairs: pd.DataFrame) -> NDArray[np.int64]:
    """Find parts of an edition whose total was replaced, unless a later edition prints them again."""
    old = table["figure"].isin(pairs.loc[pairs["good"], "figure"]) & (table["depth"] == 0) & ~table["apart"]
    parts = table[(table["depth"] > 0) & table["form"].isin(table.loc[old, "form"])]
    return parts.loc[parts["date"] == figures["last"].to_numpy()[parts["figure"]], "figure"].unique()


def _weights(
    table: pd.DataFrame,
    figures: pd.DataFrame,
    sums: pd.DataFrame,
    wholes: pd.DataFrame,
    pairs: pd.DataFrame,
    limits: Weights,
    copied: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Weigh each figure by itself."""
    base = figures["base"].to_numpy()
    repeats = table.groupby("figure")["base"].sum().to_numpy() - base
    weight = base + np.minimum(limits.repeat_share * repeats, limits.repeat_cap * base)
    depth = figures["depth"].to_numpy()
    # the parts of a table weigh together at most as much as some of them
    share = (limits.table_cap / np.bincount(table["table"])).clip(max=1.0)[table["table"]]
    part = weight * pd.Series(share).groupby(table["figure"]).max().to_numpy()
    part *= np.where(depth > 1, limits.deep_share, 1.0)
    masked = (figures["lower"] == 0) & (figures["upper"] > 0)
    total = (depth == 0) & (figures["year"] > 0) & ~masked.to_numpy()
    # once a value, however many registers print it: else two compilers outvote a register
    counts = np.zeros(len(figures), dtype=bool)
    counts[heaviest(figures["group"], figures["base"])] = True
    exact = figures[(depth == 0) & ~figures["apart"] & (figures["lower"] == figures["upper"])]
    tight = sums[(sums["n"] > 1) & (sums["upper"] - sums["lower"] <= np.maximum(4, 0.1 * sums["lower"]))]
    tight = tight.rename(columns={"whole": "cell"})
    fit = exact[["cell", "lower"]].reset_index().merge(tight, on="cell", suffixes=("", "_sum"))
    fit = fit[(fit["lower_sum"] <= fit["lower"]) & (fit["lower"] <= fit["upper"])].drop_duplicates(["figure", "dims"])
    tables = np.bincount(fit["figure"], minlength=len(figures))
    # the bonus of a total goes on to what replaces it; two complete tables of its source that come to the same, and to
    # much more than it or to what a third one says, vouch for each other, unless one is a copy or another publisher
    # prints the total: it has none then
    exceeded = wholes[wholes["above"]]
    far = (exceeded["lower_sum"] > limits.jump_times * exceeded["upper"]) | (exceeded["alike"] > 2)
    replaced = figures.index.isin(pairs.loc[pairs["good"], "figure"])
    bonus = limits.total * (counts & ~replaced)
    bonus += limits.confirmed_by_source * np.minimum(figures["sources"] - 1, 2)
    bonus += limits.confirmed_by_table * np.minimum(tables, 3)
    outvoted = figures.index.isin(exceeded.loc[far & exceeded["vouched"] & exceeded["alone"], "figure"])
    whole = weight + np.where(outvoted | copied, 0.0, bonus)
    weight = np.where(total, whole, np.where(depth > 0, part, weight))
    # doubts
    rivals = np.bincount(figures["cell"])[figures["cell"]] > 1
    doubtful = figures.index.isin(exceeded["figure"]) & rivals | figures.index.isin(pairs.loc[pairs["reversal"], "by"])
    weight = np.where(doubtful | copied, weight * limits.doubt_share, weight)
    beyond = figures["lower"].groupby(figures["cell"]).transform("max") > figures["upper"]
    masks = masked & beyond & (depth == 0) & (figures["upper"] < limits.mask_below)
    return np.where(masks, weight * limits.mask_share, weight)
