"""What is said of sources and of the reconciliation: what clashes, what is settled, what depends on choices."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from trafficking_stats.messages import Country, Register, Years, say, written
from trafficking_stats.messages import reconciliation as words
from trafficking_stats.messages.shown import Shown, prose
from trafficking_stats.reconciliation.methods import DEFAULT
from trafficking_stats.reconciliation.result import OPTIMAL, Reconciliation
from trafficking_stats.reconciliation.sensitivity import WITHOUT, moves
from trafficking_stats.texts import focus
from trafficking_stats.texts.headline import headline, summary
from trafficking_stats.texts.words import label, printed, sentences, title
from trafficking_stats.wording import source_name


def choice_name(choice: str) -> str:
    """Name a choice of the figures: a method, or a source left out."""
    if choice.startswith(WITHOUT):
        return say("pages.without", source=Register(choice.removeprefix(WITHOUT)))
    return say(f"pages.method.{choice}")


def cause_words(rejected: Sequence[Mapping[Any, Any]]) -> str:
    """Say why claims on one count were probably set aside, each reason once."""
    texts: dict[str, str] = {}
    for claim in rejected:
        cause = written(say(f"reconciliation.cause.{claim['cause'] or 'unexplained'}"), "capital")
        evidence = str(claim["evidence"])
        texts.setdefault(cause, say("pages.cause_with", cause=cause, evidence=evidence) if evidence else cause)
    return "; ".join(texts.values())


def sources_headline(rec: Reconciliation, country: str) -> Shown:
    """Say who prints how much about a country, how much of it can be true together, and where it cannot."""
    own = rec.claims[rec.claims["country"] == country]
    rejected = own[~own["accepted"]]
    per_cell = own.groupby(["indicator", "breakdown", "period_start", "period_end"])["source_id"].nunique()
    several = int((per_cell > 1).sum())
    checked = say("pages.sources.checked", n=several, alone=len(per_cell) - several) if several else ""
    return headline(
        f"{words.printed(own)} {words.together(own)}",
        {
            "pages.sources.where": _where(rejected),
            "pages.sources.how_checked": checked,
            "pages.sources.widest": widest_clash(rec, country),
        },
        summary=summary(rec, country),
    )


def _where(rejected: pd.DataFrame) -> str:
    """Say whether totals or parts clash, and whose figures are set aside most."""
    if rejected.empty:
        return ""
    n, parts = len(rejected), int((rejected["breakdown"] != "").sum())
    split = "" if 0 < parts < n else "_parts" if parts else "_totals"
    counts = rejected.groupby("publisher").size().sort_values(ascending=False, kind="stable")
    most = int(counts.iloc[0])
    share = "all" if most == n else "most" if 2 * most > n else "more"
    return sentences(
        [
            say(f"pages.sources.split{split}", n=parts or n, totals=n - parts),
            say(f"pages.sources.{share}", n=most, source=source_name(counts.index[0], "")),
        ]
    )


def widest_clash(rec: Reconciliation, country: str) -> str:
    """Name the rejected yearly total that is furthest from what was kept, by its ratio; empty if none was rejected."""
    own = focus.yearly_claims(rec, country)
    kept = focus.totals(rec, country)[["indicator", "year", "estimate"]].dropna()
    pairs = own[~own["accepted"]].merge(kept, on=["indicator", "year"])
    if pairs.empty:
        return ""
    ratio = (pairs["value"] + 1) / (pairs["estimate"].astype(float) + 1)
    pairs = pairs.assign(distance=ratio.where(ratio >= 1, 1 / ratio))
    row = pairs.sort_values(["distance", "claim_id"], ascending=[False, True]).iloc[0]
    return say(
        "pages.sources.widest_is",
        what=label(row["indicator"]),
        year=Years([row["year"]]),
        figure=printed(row["value"], row["qualifier"], row.get("value_upper")),
        source=source_name(row["publisher"], row["published"]),
        kept=int(row["estimate"]),
    )


def comparison(rec: Reconciliation, country: str) -> Shown:
    """Say on which yearly totals publishers can be compared."""
    names = [label(name) for name in focus.compared_indicators(rec, country)]
    if not names:
        return prose(say("pages.compared_none", country=Country(country)))
    return prose(say("pages.compared", what=names, n=len(names)))


def settled_headline(rec: Reconciliation, country: str, start: int | None = None, end: int | None = None) -> Shown:
    """Say for which years the figures of a country are settled, and how much a choice moves them."""
    rows = focus.figures(focus.known(focus.totals(rec, country, *focus.years_shown(rec, country, start, end))))
    names = [name for name in (focus.LEADING[0], focus.LEADING[-1]) if name in set(rows["indicator"])]
    names = names or [name for name in focus.stage_indicators(rec, country) if name in set(rows["indicator"])]
    sentence = sentences(_settled(rows[rows["indicator"] == name], name, country) for name in names)
    own = rec.claims[rec.claims["country"] == country]
    n_rejected = int((~own["accepted"]).sum())
    aside = "pages.settled.set_aside" if n_rejected else "pages.settled.none_set_aside"
    tables = {name: rec.sensitivity(country, name) for name in names}
    alone = not any(str(choice).startswith(WITHOUT) for found in tables.values() for choice in found)
    moved = {name: moved_years(found) for name, found in tables.items()}
    return headline(
        sentence or say("pages.stages.none", country=Country(country)),
        {
            "pages.settled.other_choices": _moved(moved, "_alone" if alone else ""),
            "pages.settled.how_many": say(aside, n=n_rejected, figures=len(own)),
            "pages.gap.care": _doubted(rec, country, names),
            "pages.settled.solved": say("pages.solver.open") if rec.status != OPTIMAL else "",
        },
        summary=summary(rec, country),
    )


def _doubted(rec: Reconciliation, country: str, names: Sequence[str]) -> str:
    """Name the counts whose yearly totals are kept and doubtful all the same, with the years."""
    claims = focus.yearly_claims(rec, country)
    doubtful = claims[claims["accepted"] & (claims["doubt"] != "") & claims["indicator"].isin(names)]
    what = [
        say("gap.care.of", what=label(name), years=Years(doubtful.loc[doubtful["indicator"] == name, "year"]))
        for name in names
        if name in set(doubtful["indicator"])
    ]
    return f"{written(say('gap.care.doubtful', what=what), 'capital')}." if what else ""


def _settled(rows: pd.DataFrame, name: str, country: str) -> str:
    exact = rows["lower"] == rows["upper"]
    code = "exact" if exact.all() else "both" if exact.any() else "range"
    years = {"exact": Years(rows.loc[exact, "year"]), "range": Years(rows.loc[~exact, "year"])}
    deduced = rows.loc[rows["status"] == "deduced", "year"]
    parts = [say(f"pages.settled.{code}", what=title(name), country=Country(country), **years)]
    return sentences([*parts, say("pages.settled.deduced", years=Years(deduced)) if len(deduced) else ""])


def moved_years(table: pd.DataFrame) -> list[int]:
    """Return the years in which some choice gives another figure than the default.

    Examples
    --------
    >>> table = pd.DataFrame({"year": [2019, 2020], "consistent": [64, 77], "earliest": [64, 64]}).astype("Int64")
    >>> moved_years(table)
    [2020]
    """
    return sorted({year for years in moves(table).values() for year in years})


def _moved(moved: Mapping[str, list[int]], alone: str) -> str:
    changed = [
        say("pages.settled.in_years", what=label(name), years=Years(years)) for name, years in moved.items() if years
    ]
    still = [label(name) for name, years in moved.items() if not years]
    if not changed:
        return say(f"pages.settled.no_change{alone}", what=still) if still else ""
    return sentences(
        [say(f"pages.settled.change{alone}", what=changed), say("pages.settled.still", what=still) if still else ""]
    )


def sensitivity_words(table: pd.DataFrame, indicator: str) -> str:
    """Say in which years a choice of method or source gives another figure, and which choices do."""
    moved, years = moves(table), Years(moved_years(table))
    if moved:
        choices = [
            say("pages.sensitivity.choice", choice=choice_name(choice), years=Years(found))
            for choice, found in moved.items()
        ]
        said = [
            say("pages.sensitivity.moved", what=title(indicator), years=years, n=len(years.years), of=len(table)),
            say("pages.sensitivity.by", choices=choices),
        ]
    else:
        said = [say("pages.sensitivity.same", what=title(indicator))]
    without = [str(name) for name in table if str(name).startswith(WITHOUT)]
    for name in without:
        lost = table.loc[table[name].isna() & table[DEFAULT].notna(), "year"]
        if len(lost):
            said.append(say("pages.sensitivity.lost", source=Register(name.removeprefix(WITHOUT)), years=Years(lost)))
    return sentences(said if without else [*said, say("pages.sensitivity.one_register")])


def coverage(rec: Reconciliation, country: str) -> Shown:
    """Say of which kinds the sources of a country are, how many figures are totals, and where protection has none."""
    own = rec.claims[rec.claims["country"] == country]
    kinds = own.groupby("tier")["source_id"].nunique()
    parts = [say(f"pages.tier.{tier}", n=int(kinds[tier])) for tier in rec.vocabulary.tiers if tier in kinds]
    n, totals = int(own["publisher"].nunique()), int((own["breakdown"] == "").sum())
    counts = {"publishers": written(n), "totals": totals, "parts": len(own) - totals}
    told = own.loc[own["breakdown"] == "", "indicator"].unique()
    stages = {rec.vocabulary.indicators[name].stage for name in told}
    silent = "" if stages & {"assistance", "protection"} else say("tables.beside.none", country=Country(country))
    return prose(sentences([say("pages.coverage", kinds=parts, n=n, **counts), silent]))


def solver(rec: Reconciliation) -> Shown:
    """Say whether the reconciliation was solved to the end, or by which other method it was made."""
    return prose(words.solved(rec))
