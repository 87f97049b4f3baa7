"""Sentences on sources, clashes and choices that a report computes from a reconciliation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from trafficking_stats.reconciliation.sensitivity import moves
from trafficking_stats.reconciliation.series import figure
from trafficking_stats.vocabulary import Vocabulary, load_vocabulary
from trafficking_stats.wording import counted, in_text, label_of, listed, source_name, span_words, title_of, year_list

if TYPE_CHECKING:
    from trafficking_stats.reconciliation.result import Reconciliation


def coverage(rec: Reconciliation, country: str) -> str:
    """Say how many sources print how many figures, and of what kind."""
    own = rec.claims[rec.claims["country"] == country]
    starts = [int(start[:4]) for start in own["period_start"] if start]
    ends = [int(end[:4]) for end in own["period_end"]]
    totals = int((own["breakdown"] == "").sum())
    tiers = own.groupby("tier")["source_id"].nunique()
    shares = [
        counted(int(tiers[tier]), f"is of the kind “{entry.label}”", f"are of the kind “{entry.label}”")
        for tier, entry in rec.vocabulary.tiers.items()
        if tier in tiers
    ]
    n_sources, first, last = own["source_id"].nunique(), min(starts + ends), max(ends)
    period = f"{first}–{last}" if first < last else f"{last}"
    split = f"{totals:,} on totals and {len(own) - totals:,} on parts of them" if totals < len(own) else "all on totals"
    kinds = f" Of the sources, {listed(shares)}." if n_sources > 1 else ""
    return (
        f"{counted(n_sources, 'source')} by {counted(own['publisher'].nunique(), 'publisher')} "
        f"{'prints' if n_sources == 1 else 'print'} {counted(len(own), 'figure')} about {in_text(country)} for "
        f"{period}: {split}, on {counted(own['indicator'].nunique(), 'indicator')}.{kinds}"
    )


def widest_clash(rec: Reconciliation, country: str) -> str:
    """Name the rejected yearly total that is furthest from what was kept, by its ratio; empty if none was rejected."""
    claims = rec.claims
    own = claims[(claims["country"] == country) & (claims["breakdown"] == "") & ~claims["accepted"]]
    cells = rec.series[(rec.series["country"] == country) & (rec.series["breakdown"] == "")]
    own = own.assign(year=own["period_end"].str[:4].astype(int))
    own = own[own["period_start"].str[:4] == own["period_end"].str[:4]]
    pairs = own.merge(cells[["indicator", "year", "estimate"]], on=["indicator", "year"]).dropna(subset=["estimate"])
    if pairs.empty:
        return ""
    ratio = (pairs["value"] + 1) / (pairs["estimate"].astype(float) + 1)
    pairs = pairs.assign(distance=ratio.where(ratio >= 1, 1 / ratio))
    pairs = pairs.sort_values(["distance", "claim_id"], ascending=[False, True])
    row = pairs.iloc[0]
    printed = figure(row["value"], row["qualifier"], rec.vocabulary, row.get("value_upper"))
    return (
        f"{label_of(row['indicator'], rec.vocabulary)} in {row['year']}: {printed} in "
        f"{source_name(row['publisher'], row['published'])} against {row['estimate']:,}"
    )


def sources_headline(rec: Reconciliation, country: str) -> dict[str, Any]:
    """Compute the headline of the page on sources.

    Returns
    -------
    dict
        The arguments of `display.headline`.
    """
    own = rec.claims[rec.claims["country"] == country]
    key = ["indicator", "breakdown", "period_start", "period_end"]
    per_cell = own.groupby(key)["source_id"].nunique()
    several = int((per_cell > 1).sum())
    clashes = rec.clashes[rec.clashes["country"] == country]
    rejected = int((~own["accepted"]).sum())
    name = in_text(country)
    sentence = (
        f"{counted(own['source_id'].nunique(), 'source')} {'prints' if own['source_id'].nunique() == 1 else 'print'} "
        f"{counted(len(own), 'figure')} about {name}; "
        + (
            f"on {counted(len(clashes), 'count')} they cannot all be true, and {counted(rejected, 'figure')} had to be "
            "set aside."
            if len(clashes)
            else "all of them can be true together."
        )
    )
    widest = widest_clash(rec, country)
    return {
        "sentence": sentence,
        "interval": f"The widest clash on a yearly total is over {widest}."
        if widest
        else "No yearly total is contradicted.",
        "verdict": _compared(several, len(per_cell)),
        "robustness": "sensitive" if len(clashes) else "robust" if several else "unsettled",
        "word": "contested" if len(clashes) else "undisputed" if several else "unchecked",
        "labels": ("How far apart", "How well checked"),
    }


def _compared(several: int, counts: int) -> str:
    """Say how many counts more than one source has a figure on."""
    if not several:
        return "Nothing can be compared, since every count rests on a single source."
    text = f"{counted(several, 'count')} can be compared because more than one source has a figure"
    if several == counts:
        return text + "."
    alone = counts - several
    return f"{text}; the other {'rests on a single source' if alone == 1 else f'{alone:,} rest on one source each'}."


def reconciliation_headline(
    rec: Reconciliation, country: str, sensitivities: dict[str, pd.DataFrame]
) -> dict[str, Any]:
    """Compute the headline of the page on the reconciliation.

    Parameters
    ----------
    rec : Reconciliation
        The judged claims and the series.
    country : str
        Which country.
    sensitivities : dict of str to pandas.DataFrame
        `Reconciliation.sensitivity` of the indicators that matter.

    Returns
    -------
    dict
        The arguments of `display.headline`.
    """
    own = rec.claims[rec.claims["country"] == country]
    series = rec.series[(rec.series["country"] == country) & (rec.series["breakdown"] == "")]
    series = series[series["n_claims"] > 0]
    exact = int((series["lower"] == series["upper"]).sum())
    kept = int(own["accepted"].sum())
    moves = {name: moved_years(table) for name, table in sensitivities.items()}
    moved = [f"{label_of(name, rec.vocabulary)} in {year_list(years)}" for name, years in moves.items() if years]
    still = [label_of(name, rec.vocabulary) for name, years in moves.items() if not years]
    verdict = f"Another method, or leaving one upstream out, changes {'; '.join(moved)}" if moved else ""
    if still:
        verdict += "; it leaves " if moved else "No method and no upstream left out changes "
        verdict += f"{listed(still)}{' as they are' if moved else ''}"
    return {
        "sentence": f"{kept:,} of {counted(len(own), 'figure')} about {in_text(country)} can be true together"
        + (f"; {len(own) - kept:,} cannot." if kept < len(own) else "."),
        "interval": _settled(exact, len(series)),
        "verdict": (verdict or "There is no series whose dependence on a choice could be tested") + ".",
        "robustness": "sensitive" if moved else "robust" if still else "unsettled",
    }


def _settled(exact: int, totals: int) -> str:
    """Say how many yearly totals are known to the person."""
    if exact in (0, totals):
        which = "Every" if exact else "No"
        return f"{which} yearly total that some source names is settled to the person" + (
            "." if exact else "; what is known are bounds."
        )
    return (
        f"{exact:,} of {totals:,} yearly totals that some source names {'is' if exact == 1 else 'are'} settled to the "
        "person; the others lie within bounds."
    )


def moved_years(sensitivity: pd.DataFrame) -> list[int]:
    """Return the years in which some choice gives another figure than the default.

    Examples
    --------
    >>> table = pd.DataFrame({"year": [2019, 2020], "consistent": [64, 77], "earliest": [64, 64]}).astype("Int64")
    >>> moved_years(table)
    [2020]
    """
    return sorted({year for years in moves(sensitivity).values() for year in years})


def sums_sentence(sums: pd.DataFrame, indicator: str, vocabulary: Vocabulary | None = None) -> str:
    """Say which figures about several years equal the sum of the years, and which do not.

    Parameters
    ----------
    sums : pandas.DataFrame
        As `accounting.check_sums` returns it.
    indicator : str
        What was added.
    vocabulary : Vocabulary, optional
        Gives label and qualifiers.

    Returns
    -------
    str
        One paragraph.
    """
    vocabulary = vocabulary or load_vocabulary()
    label = label_of(indicator, vocabulary)
    if sums.empty:
        return f"No source gives a figure on {label} for several years together."
    exact = sums[sums["verdict"] == "adds up"]
    wrong = sums[sums["verdict"] == "does not add up"]
    parts = []
    if len(exact):
        totals = [
            f"{value:,.0f} for {str(period).replace('-', '–')} ({listed(map(source_name, w.publisher, w.published))})"
            for (period, value), w in exact.groupby(["period", "value"], sort=False)
        ]
        parts.append(f"The yearly figures on {label} add up to the person to what sources print: {listed(totals)}.")
    if len(wrong):
        against = [
            f"{figure(row['value'], row['qualifier'], vocabulary)} for {row['period'].replace('-', '–')} "
            f"({source_name(row['publisher'], row['published'])}) against "
            f"{span_words(row['sum_lower'], row['sum_upper'])}"
            for row in wrong.to_dict("records")
        ]
        parts.append(
            f"{'They do' if len(exact) else f'The yearly figures on {label} do'} not add up to {listed(against)}."
        )
    loose = int((sums["verdict"] == "within the bounds").sum())
    open_ = sums[sums["verdict"] == "cannot be checked"]
    if loose:
        parts.append(f"{counted(loose, 'vaguer figure')} {'agrees' if loose == 1 else 'agree'} with the sum.")
    if len(open_):
        years = sorted({year for missing in open_["missing"] for year in missing})
        parts.append(
            f"{counted(len(open_), 'figure')} cannot be checked, because no source has a figure of its own for "
            f"{year_list(years)}."
        )
    return " ".join(parts)


def strip_caption(claims: pd.DataFrame, indicator: str, vocabulary: Vocabulary | None = None) -> str:
    """Write the caption of a strip of claims."""
    vocabulary = vocabulary or load_vocabulary()
    rejected = int((~claims["accepted"]).sum())
    label = label_of(indicator, vocabulary)
    return (
        f"Every figure on {label} in a calendar year, side by side by kind of source; grey: the reconciled series. "
        + (f"{counted(rejected, 'figure')} rejected." if rejected else "None rejected.")
    )


def strip_alt(claims: pd.DataFrame, indicator: str, vocabulary: Vocabulary | None = None) -> str:
    """Describe a strip of claims: how many, and each rejected figure with its year."""
    vocabulary = vocabulary or load_vocabulary()
    rejected = claims[~claims["accepted"]].drop_duplicates(["period_end", "value", "qualifier"])
    named = [
        f"{figure(row['value'], row['qualifier'], vocabulary, row.get('value_upper'))} in {row['period_end'][:4]}"
        for row in rejected.head(8).to_dict("records")
    ]
    more = f" and {len(rejected) - 8} more" if len(rejected) > 8 else ""
    return (
        f"{counted(len(claims), 'claim')} on {label_of(indicator, vocabulary)} by year, "
        f"{counted(claims['publisher'].nunique(), 'publisher')}; "
        + (f"rejected: {', '.join(named)}{more}." if named else "none rejected.")
    )


def comparison(compared: Sequence[str], leading: str, country: str, vocabulary: Vocabulary | None = None) -> str:
    """Say which indicators can be compared between publishers."""
    if not compared:
        return f"No two publishers print the same yearly total about {in_text(country)}: nothing can be compared."
    others = [label_of(indicator, vocabulary) for indicator in compared if indicator != leading]
    if not others:
        return f"Only {label_of(leading, vocabulary)}, at the head of the page, can be compared between publishers."
    return f"Besides {label_of(leading, vocabulary)}, at the head of the page: {listed(others)}."


def grid_caption(indicator: str, vocabulary: Vocabulary | None = None) -> str:
    """Write the caption of a grid of choices."""
    return (
        f"{title_of(indicator, vocabulary)} under each choice; marked where it differs from the default. "
        "A dash stands where only an interval is known, or no figure remains."
    )


def solver_words(rec: Reconciliation) -> str:
    """Say whether the reconciliation was solved to the end."""
    if rec.method != "consistent":
        return f"These figures were made under the method “{rec.method}”, which picks one figure a count without rules."
    if not rec.status:
        return "Every part of the problem was solved to the end."
    return f"Not solved to the end: {'; '.join(rec.status)}."
