"""Write docs/source-texts.md: python docs/source_texts.py."""

import tomllib
from pathlib import Path

import pandas as pd

from trafficking_stats.claims import read_claims
from trafficking_stats.csv_tables import read_table
from trafficking_stats.intervals import period_label
from trafficking_stats.printed import plain
from trafficking_stats.reasons import load_reasons, load_statements
from trafficking_stats.vocabulary import load_vocabulary

PAGE = Path(__file__).with_name("source-texts.md")
WORDS = tomllib.loads(PAGE.with_suffix(".toml").read_text(encoding="utf-8"))
COLUMNS = ["source_id", "locator", "held", "what"]


def inventory(folder: Path) -> pd.DataFrame:
    """List the sentences of the texts whose locators a program can follow, one row for each thing held."""
    labels = {name: entry.label for name, entry in load_vocabulary().indicators.items()}
    reasons = load_reasons(folder)
    tables = [reasons.assign(held=reasons["kind"], what=reasons["topic"])]
    for held, table, told in (("claim", read_claims(folder), "value"), ("statement", load_statements(folder), "kind")):
        periods = map(period_label, table["period_start"], table["period_end"])
        cells = zip(table["indicator"].map(labels), table[told].map(plain), table["breakdown"], periods, strict=True)
        tables.append(table.assign(held=held, what=[", ".join(filter(None, row)) for row in cells]))
    tables += [read_table(path) for path in sorted((folder / "inventory").glob("*.csv"))]
    found = pd.concat([table[COLUMNS] for table in tables])
    found["locator"] = found["locator"].str.extract(r"^(p\d+(?:-\d+)? s\d+)(?:: .*)?$")
    return found.dropna().sort_values(COLUMNS, kind="stable", ignore_index=True)


def page() -> str:
    """Return the page as Markdown."""
    found = inventory(Path("data/raw"))
    held, grounds = found["held"].value_counts(), found["what"].value_counts()
    sentences = len(found.drop_duplicates(["source_id", "locator"]))
    counted = ", ".join(f"{held[name]} {head}" for name, head in WORDS["heads"].items())
    lines = [WORDS["head"], f"{sentences} sentences: {counted}. One sentence can hold several.", ""]
    lines += ["## Grounds for leaving out", "", "| ground | meaning | sentences |", "| --- | --- | --- |"]
    lines += [f"| {ground} | {meaning} | {grounds[ground]} |" for ground, meaning in WORDS["grounds"].items()]
    found["order"] = found["locator"].str.extractall(r"(\d+)")[0].astype(int).groupby(level=0).agg(tuple)
    for source, rows in found.groupby("source_id", sort=True):
        lines += ["", f"## {source}", "", "| place | held as | what |", "| --- | --- | --- |"]
        for row in rows.sort_values("order", kind="stable").itertuples():
            lines.append(f"| {row.locator} | {WORDS['heads'][row.held]} | {row.what.replace('_', ' ')} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
