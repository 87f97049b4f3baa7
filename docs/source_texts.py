"""Write docs/source-texts.md: python docs/source_texts.py."""

from pathlib import Path

import pandas as pd

from trafficking_stats.claims import read_claims
from trafficking_stats.csv_tables import read_table
from trafficking_stats.reasons import read_reasons
from trafficking_stats.vocabulary import load_vocabulary

GROUNDS = {
    "activity": "what an authority or NGO does, without figure, date, law or reason",
    "address": "addresses, telephone numbers, opening hours",
    "bodies": "names of authorities, who reports to whom",
    "description": "who is exploited and how, in general terms",
    "figure": "points to a figure that is not in the text",
    "general": "general terms",
    "heading": "headings, lead-ins, links",
    "no_count": "says that there were some, not how many",
    "no_day": "names a convention without the day on which it bound Denmark",
    "no_measure": "says that no measure was taken, gives no reason",
    "no_series": "a number that stands for itself and for no series",
    "not_reported": "says that nothing was reported: missing, not zero",
    "procedure": "steps of a procedure",
    "rank_without_figure": "most, more, an increase, without a figure",
    "reading": "titles of other publications",
}
HEADS = {
    "claim": "figures",
    "date": "dates of law and policy",
    "reason": "reasons",
    "recommendation": "recommendations",
    "offer": "what the law offers",
    "contradiction": "contradictions between texts",
    "left_out": "left out",
}


def inventory(folder: Path) -> pd.DataFrame:
    """List the sentences of the texts whose locators a program can follow, one row for each thing held."""
    claims = read_claims(folder)
    place = claims["locator"].str.extract(r"^(p\d+(?:-\d+)? s\d+): ")[0]
    claims = claims.assign(locator=place, held="claim", what=claims["claim_id"])[place.notna()]
    reasons = read_reasons(folder)
    reasons = reasons[reasons["locator"].str.match(r"p\d+(-\d+)? s\d+$")]  # of the five texts, not of others
    reasons = reasons.assign(held=reasons["kind"], what=reasons["topic"])
    others = pd.concat([read_table(path) for path in sorted((folder / "inventory").glob("*.csv"))])
    columns = ["source_id", "locator", "held", "what"]
    found = pd.concat([table[columns] for table in (claims, reasons, others)])
    return found.sort_values(columns, kind="stable", ignore_index=True)


def page() -> str:
    """Return the page as Markdown."""
    found = inventory(Path("data/raw"))
    claims = read_claims("data/raw").set_index("claim_id")
    labels = {name: entry.label for name, entry in load_vocabulary().indicators.items()}
    places = found.drop_duplicates(["source_id", "locator"])
    lines = [
        "# The five texts, sentence by sentence",
        "",
        "This page is generated from `data/raw` by `python docs/source_texts.py`. It lists every sentence of the five",
        "texts that we have in full, by the place where it stands, and says what it is held as, or why it is left out.",
        "The texts belong to their publishers and are not kept here.",
        "",
        f"{len(places)} sentences: "
        + ", ".join(f"{(found.held == held).sum()} {head}" for held, head in HEADS.items())
        + ". One sentence can hold several.",
        "",
        "## Grounds for leaving out",
        "",
        "| ground | meaning | sentences |",
        "| --- | --- | --- |",
        *(f"| {ground} | {meaning} | {(found.what == ground).sum()} |" for ground, meaning in GROUNDS.items()),
        "",
    ]
    for source, rows in found.groupby("source_id", sort=True):
        lines += [f"## {source}", "", "| place | held as | what |", "| --- | --- | --- |"]
        ordered = rows.assign(key=rows["locator"].str.extractall(r"(\d+)")[0].astype(int).groupby(level=0).agg(tuple))
        for row in ordered.sort_values("key", kind="stable").to_dict("records"):
            what = row["what"].replace("_", " ")
            if row["held"] == "claim":
                claim = claims.loc[row["what"]]
                parts = [
                    labels[claim["indicator"]],
                    claim["breakdown"],
                    claim["period_start"][:4],
                    f"{claim['value']:g}",
                ]
                what = ", ".join(filter(None, parts))
            lines.append(f"| {row['locator']} | {HEADS[row['held']]} | {what} |")
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


if __name__ == "__main__":
    Path("docs/source-texts.md").write_text(page(), encoding="utf-8")
