"""Words that a report computes from its results, so that another country reads right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import pandas as pd

from trafficking_stats.names import breakdown_name, country_name
from trafficking_stats.vocabulary import Vocabulary, load_vocabulary

# Names that are plural or begin with a word for a form of state take the article.
_ARTICLE = re.compile(
    r"^(United|Central African|European) |(Republic|Islands|Union)$|^(Netherlands|Philippines|Maldives|Bahamas|Gambia|"
    r"Comoros|Seychelles|Congo)$"
)
_SHORT_NAME = re.compile(r"\(([^()]+)\)$")


def years_known(series: pd.DataFrame) -> pd.DataFrame:
    """Return the rows on which anything is known, sorted by year: not those from nothing to infinity.

    Parameters
    ----------
    series : pandas.DataFrame
        Rows of `Reconciliation.series`.
    """
    empty = (series["lower"].fillna(0) == 0) & series["upper"].isna()
    return series[~empty].sort_values("year", kind="stable")


def short_span(lower: object, upper: object) -> str:
    """Write an interval as short as a label must be.

    Examples
    --------
    >>> short_span(1077, 1077), short_span(0, 4), short_span(3, pd.NA)
    ('1,077', '0–4', '3+')
    """
    if pd.isna(upper):  # type: ignore[call-overload]
        return f"{lower:,}+"
    return f"{lower:,}" if lower == upper else f"{lower:,}–{upper:,}"


def span_words(lower: object, upper: object) -> str:
    """Write an interval as it stands in a sentence.

    Examples
    --------
    >>> span_words(77, 77), span_words(0, 4), span_words(45, pd.NA)
    ('77', '0 to 4', 'at least 45')
    """
    if pd.isna(upper):  # type: ignore[call-overload]
        return f"at least {lower:,}"
    return f"{lower:,}" if lower == upper else f"{lower:,} to {upper:,}"


def unbroken(text: str) -> str:
    """Keep a short text on one line."""
    return text.replace(" ", "\u00a0").replace("-", "–").replace("–", "–\u2060")


def listed(items: Iterable[object]) -> str:
    """Join items as a sentence does.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b", "c"]), listed([])
    ('a', 'a, b and c', 'none')
    """
    texts = [str(item) for item in items]
    if len(texts) < 2:
        return "".join(texts) or "none"
    return f"{', '.join(texts[:-1])} and {texts[-1]}"


def counted(number: int, one: str, many: str = "") -> str:
    """Write a number with its noun.

    Examples
    --------
    >>> counted(1, "claim"), counted(1989, "claim"), counted(2, "country", "countries")
    ('1 claim', '1,989 claims', '2 countries')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def year_list(years: Iterable[int]) -> str:
    """Write years, runs of three or more as a range.

    Examples
    --------
    >>> year_list([2007, 2008, 2009, 2012, 2014, 2015])
    '2007–2009, 2012, 2014 and 2015'
    """
    runs: list[list[int]] = []
    for year in sorted(set(years)):
        if runs and runs[-1][-1] == year - 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    parts = []
    for run in runs:
        parts += [f"{run[0]}–{run[-1]}"] if len(run) > 2 else [str(year) for year in run]
    return listed(parts)


def brief(text: str) -> str:
    """Shorten a reason: fold years for which the same is said, write one thing in the singular, a year as one year.

    Examples
    --------
    >>> brief("3 of 8 years lack a figure: 2014 (no figure), 2015 (no figure), 2016 (no figure); all others have one")
    '3 of 8 years lack a figure: 2014–2016 (no figure); all others have one'
    >>> brief("1 points after 2021 are too few"), brief("1 years have a figure"), brief("11 points are too few")
    ('1 point after 2021 is too few', '1 year has a figure', '11 points are too few')
    """

    def fold(match: re.Match[str]) -> str:
        return f"{year_list(int(year) for year in re.findall(r'[0-9]{4}(?= [(])', match[0]))} ({match[1]})"

    folded = re.sub(r"[0-9]{4} \(([^()]+)\)(?:, [0-9]{4} \(\1\))+", fold, text)
    single = {"are": "is", "have": "has", "were": "was"}
    return re.sub(
        r"(?<![\d.,])1 (point|unit|year|peer)s((?: (?:before|after) [0-9]{4})?) (are|have|were)\b",
        lambda found: f"1 {found[1]}{found[2]} {single[found[3]]}",
        folded,
    )


def span_signed(low: float, high: float) -> str:
    """Write a range of changes with their signs.

    Examples
    --------
    >>> span_signed(-34.42, -34.42), span_signed(-58.5, 3.5)
    ('−34.4', '−58.5 to +3.5')
    """
    ends = ["0.0" if abs(value) < 0.05 else f"{value:+.1f}".replace("-", "−") for value in (low, high)]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def plain_breakdowns(text: str, vocabulary: Vocabulary | None = None) -> str:
    """Replace breakdowns in a text by their names.

    Examples
    --------
    >>> plain_breakdowns("45 with age=adult;sex=male exceeds 17")
    '45 with adults, male exceeds 17'
    """
    vocabulary = vocabulary or load_vocabulary()
    return re.sub(r"\w+=\w+(?:;\w+=\w+)*", lambda found: breakdown_name(found[0], vocabulary), text)


def source_name(publisher: str, published: str) -> str:
    """Name a source briefly: its publisher, by its short name where it has one, and the year.

    Examples
    --------
    >>> source_name("Center mod Menneskehandel (CMM)", "2022-05-04"), source_name("UNODC", "")
    ('CMM 2022', 'UNODC')
    """
    short = _SHORT_NAME.search(publisher)
    return f"{short.group(1) if short else publisher} {published[:4]}".strip()


def label_of(indicator: str, vocabulary: Vocabulary | None = None) -> str:
    """Return what an indicator counts, as it stands inside a sentence."""
    known = (vocabulary or load_vocabulary()).indicators.get(indicator)
    return (known.label[:1].lower() + known.label[1:]) if known else indicator.replace("_", " ")


def title_of(indicator: str, vocabulary: Vocabulary | None = None) -> str:
    """Return what an indicator counts, as it stands at the beginning of a sentence."""
    label = label_of(indicator, vocabulary)
    return label[:1].upper() + label[1:]


def in_text(country: str) -> str:
    """Return the name of a country as it stands inside a sentence.

    Examples
    --------
    >>> in_text("DNK"), in_text("EUU"), in_text("NLD")
    ('Denmark', 'the European Union', 'the Netherlands')
    """
    name = country_name(country)
    return f"the {name}" if _ARTICLE.search(name) else name


def cell_title(indicator: str, year: int, breakdown: str, vocabulary: Vocabulary | None = None) -> str:
    """Name a cell as a heading does.

    Examples
    --------
    >>> cell_title("victims_identified", 2020, "sex=female")
    'Victims identified, 2020, female'
    """
    vocabulary = vocabulary or load_vocabulary()
    part = f", {breakdown_name(breakdown, vocabulary)}" if breakdown else ""
    return f"{title_of(indicator, vocabulary)}, {year}{part}"


def series_words(series: pd.DataFrame, indicator: str, vocabulary: Vocabulary | None = None) -> str:
    """Describe a series for who cannot see it: ends, highest, what is only bounded.

    Parameters
    ----------
    series : pandas.DataFrame
        Rows of `Reconciliation.series` of one country and breakdown.
    indicator : str
        Which one.
    vocabulary : Vocabulary, optional
        Gives the label.

    Returns
    -------
    str
        Without a full stop, such as ``persons convicted: 10 in 2014, at most 14 (2016), 0 in 2021``.
    """
    label = label_of(indicator, vocabulary)
    rows = years_known(series[series["indicator"] == indicator])
    if rows.empty:
        return f"{label}: no source has a figure"
    first, last = rows.iloc[0], rows.iloc[-1]
    parts = [f"{short_span(first['lower'], first['upper'])} in {first['year']}"]
    exact = rows[rows["lower"] == rows["upper"]]
    if len(rows) > 2 and len(exact):
        top = exact.iloc[int(exact["lower"].to_numpy(dtype=float).argmax())]
        if top["year"] not in (first["year"], last["year"]):
            parts.append(f"highest {top['lower']:,} in {top['year']}")
    if len(rows) > 1:
        parts.append(f"{short_span(last['lower'], last['upper'])} in {last['year']}")
    loose = rows.loc[rows["lower"] != rows["upper"].fillna(-1), "year"]
    if len(loose):
        parts.append(f"known only within bounds in {year_list(int(year) for year in loose)}")
    return f"{label}: {', '.join(parts)}"


def stages_alt(series: pd.DataFrame, indicators: Sequence[str], vocabulary: Vocabulary | None = None) -> str:
    """Describe a figure of several stages."""
    return "Bars a year. " + "; ".join(series_words(series, one, vocabulary) for one in indicators) + "."


def stages_caption(series: pd.DataFrame, indicators: Sequence[str], name: str, *, dates: bool = False) -> str:
    """Write the caption of a figure of several stages.

    Parameters
    ----------
    series : pandas.DataFrame
        Rows of `Reconciliation.series` of one country and breakdown.
    indicators : sequence of str
        Those shown.
    name : str
        Of the country.
    dates : bool
        Whether policy dates are marked.
    """
    rows = years_known(series[series["indicator"].isin(list(indicators))])
    if rows.empty:
        return f"{name}: no source has a yearly figure on any of these stages."
    loose = (rows["lower"] != rows["upper"].fillna(-1)).any()
    text = f"{name}. Each stage has a scale of its own."
    if loose:
        text += " Solid: as many as there were for certain; hatched: as many as there can have been."
    if (rows["status"] == "deduced").any():
        text += " Broken edge: named by no source, forced by other figures."
    if len(rows) < len(indicators) * (rows["year"].max() - rows["year"].min() + 1):
        text += " A dash: no source has a figure."
    return text + (" Dotted lines: changes of law or policy." if dates else "")


def pair_caption(series: pd.DataFrame, exposed: str, events: str, name: str) -> str:
    """Write the caption of the figure that sets two indicators on one scale."""
    rows = years_known(series[series["indicator"].isin([exposed, events])])
    if rows.empty:
        return f"No source has a yearly figure on {label_of(exposed)} or {label_of(events)} in {name} for these years."
    text = f"{title_of(exposed)} and {label_of(events)} a year in {name}, on one scale."
    if (rows["lower"] != rows["upper"].fillna(-1)).any():
        text += " Hatched: known only within bounds."
    if len(rows) < 2 * (rows["year"].max() - rows["year"].min() + 1):
        text += " A year without a bar has no figure."
    return text


def status_note(series: pd.DataFrame, indicators: Sequence[str]) -> str:
    """Say how many of the figures of a table are agreed, reconciled, bounded or deduced; empty if there are none."""
    rows = years_known(series[series["indicator"].isin(list(indicators))])
    counts = rows["status"].value_counts()
    names = {
        "agreed": "on which all claims agree",
        "reconciled": "on which a clash was resolved",
        "bounded": "known only within bounds",
        "deduced": "that no source names (in brackets)",
    }
    parts = [f"{counts[status]} {words}" for status, words in names.items() if status in counts]
    if not counts.size:
        return ""
    if counts.size == 1:
        return f"{counted(len(rows), 'figure')} {names[str(counts.index[0])]}."
    return f"{counted(len(rows), 'figure')}: {listed(parts)}."


def policy_dates(vocabulary: Vocabulary, country: str, start: int, end: int) -> str:
    """Say how many changes of law and policy fall into the years shown."""
    dates = [date for date in vocabulary.policy_dates_of(country) if start <= date.date.year <= end]
    if not dates:
        return f"No change of law or policy is on record for {in_text(country)} in {start}–{end}."
    return (
        f"{counted(len(dates), 'change')} of law or policy {'is' if len(dates) == 1 else 'are'} on record for "
        f"{start}–{end}: {listed(f'{date.label} ({date.date.year})' for date in dates)}."
    )
