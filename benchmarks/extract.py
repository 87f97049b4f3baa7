"""Measure the reader of narratives: scores on labelled texts, and time against the size of a text.

    python benchmarks/extract.py [FOLDER ...] [--errors] [--growth]

A FOLDER holds NAME.txt, NAME.jsonl (labels, one JSON object a line) and manifest.json (name, default, lang and, if
any, country and split). Without one, the made-up texts of tests/data/narrative are read.

A proposal is right at level "value" if a label with the same number overlaps its place, at "indicator" if the
indicator is the label's (or one of its indicator_alt) too, and at "strict" if the period is too (or one of
period_alt): the same first and last year, whole years or not, fiscal or not. Each label is matched with one proposal
at most. Proposals on labels marked "ignore" count neither way.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trafficking_stats.readers.narrative import extract

LEVELS = ("value", "indicator", "strict")
MADE_UP = Path(__file__).resolve().parents[1] / "tests" / "data" / "narrative"
Record = dict[str, Any]


@dataclass
class Tally:
    """Hits, false proposals and missed labels."""

    hits: int = 0
    false: int = 0
    missed: int = 0

    def add(self, other: Tally) -> None:
        self.hits += other.hits
        self.false += other.false
        self.missed += other.missed

    @property
    def f1(self) -> float:
        total = 2 * self.hits + self.false + self.missed
        return 2 * self.hits / total if total else 1.0


@dataclass
class Scores:
    """Tallies by level, and the records behind the strict errors."""

    levels: dict[str, Tally] = field(default_factory=lambda: {level: Tally() for level in LEVELS})
    errors: list[tuple[str, Record]] = field(default_factory=list)

    def add(self, other: Scores) -> None:
        for level in LEVELS:
            self.levels[level].add(other.levels[level])
        self.errors += other.errors


def period_class(label: str) -> tuple[int, int, bool, bool]:
    """First year, last year, whether whole years, whether fiscal."""
    fiscal = label.startswith("FY")
    ends = label.removeprefix("FY").split("/")
    whole = all("-" not in end for end in ends) or (ends[0].endswith("-01") and ends[-1].endswith("-12"))
    return int(ends[0][:4]), int(ends[-1][:4]), whole, fiscal


def overlaps(p: Record, g: Record) -> bool:
    return p["char_start"] < g["char_end"] and g["char_start"] < p["char_end"]


def agrees(p: Record, g: Record, level: str) -> bool:
    if not overlaps(p, g) or p["value"] != g["value"]:
        return False
    if level == "value":
        return True
    if p["indicator"] not in (g["indicator"], *g.get("indicator_alt", ())):
        return False
    if level == "indicator":
        return True
    return period_class(p["period"]) in {period_class(label) for label in (g["period"], *g.get("period_alt", ()))}


def pairs(proposals: list[Record], labels: list[Record], right: Callable[[Record, Record], bool]) -> dict[int, int]:
    """Match proposals and labels one to one, as many as possible; label index -> proposal index."""
    owner: dict[int, int] = {}

    def place(i: int, tried: set[int]) -> bool:
        for j, label in enumerate(labels):
            if j not in tried and right(proposals[i], label):
                tried.add(j)
                if j not in owner or place(owner[j], tried):
                    owner[j] = i
                    return True
        return False

    for i in range(len(proposals)):
        place(i, set())
    return owner


def one_per_span(records: list[Record]) -> list[Record]:
    return list({(r["char_start"], r["char_end"], r["value"]): r for r in records}.values())


def score(proposals: list[Record], labels: list[Record]) -> Scores:
    """Compare the proposals of one text with its labels."""
    wanted = [g for g in labels if not g.get("ignore")]
    ignored = [g for g in labels if g.get("ignore")]
    result = Scores()
    for level in LEVELS:
        found = one_per_span(proposals) if level == "value" else proposals
        gold = one_per_span(wanted) if level == "value" else wanted
        owner = pairs(found, gold, lambda p, g, level=level: agrees(p, g, level))  # type: ignore[misc]
        used = set(owner.values())
        false = [p for i, p in enumerate(found) if i not in used and not any(overlaps(p, g) for g in ignored)]
        missed = [g for j, g in enumerate(gold) if j not in owner]
        result.levels[level] = Tally(len(owner), len(false), len(missed))
        if level == "strict":
            result.errors = [("missed", g) for g in missed] + [("false", p) for p in false]
    return result


def read_labels(path: Path) -> list[Record]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def documents(folder: Path) -> Iterator[tuple[Record, str, list[Record]]]:
    for entry in json.loads((folder / "manifest.json").read_text(encoding="utf-8")):
        with (folder / f"{entry['name']}.txt").open(encoding="utf-8", newline="") as file:
            text = file.read()
        yield entry, text, read_labels(folder / f"{entry['name']}.jsonl")


def country_of(entry: Record) -> str:
    """The manifest's code; a country written out there is looked up."""
    import pycountry

    name = entry.get("country", "")
    return name if len(name) == 3 else pycountry.countries.lookup(name).alpha_3 if name else ""


def measure(folder: Path) -> tuple[dict[str, Scores], list[tuple[str, str, Record]]]:
    """Scores of a folder by group (all, language, split, text), and every strict error."""
    groups: dict[str, Scores] = {}
    errors: list[tuple[str, str, Record]] = []
    for entry, text, labels in documents(folder):
        proposals = extract(
            text, country=country_of(entry), default_year=int(entry["default"]), language=entry.get("lang")
        )
        found = score([p.as_label() for p in proposals], labels)
        keys = ["all", entry["lang"], entry["name"]]
        if entry.get("split"):
            keys += [entry["split"], f"{entry['split']} {entry['lang']}"]
        for key in keys:
            groups.setdefault(key, Scores()).add(found)
        errors += [(entry["name"], kind, record) for kind, record in found.errors]
    return groups, errors


def growth() -> None:
    """Print the time for texts of 1x to 10x, ordinary and pathological; linear time keeps the ratio at 10."""
    text = "\n\n".join(text for entry, text, _ in documents(MADE_UP) if entry["lang"] == "en")
    shapes = {
        "prose": text * 20,
        "one line of figures": "convicted 12 and " * 6000,
        "one line of digits": "1" * 100_000,
        "one line of commas": "12, " * 25_000,
        "open brackets": "(12 " * 25_000,
        "full stops": ". " * 50_000,
        "white space": " " * 100_000,
        "line breaks": "\n" * 100_000,
        "hyphens": "a-" * 50_000,
    }
    print(f"{'shape':<22}{'1x kB':>8}{'1x s':>8}{'10x s':>8}{'ratio':>8}")
    for name, shape in shapes.items():
        took = []
        for times in (1, 10):
            start = time.perf_counter()
            extract(shape * times, country="DNK", default_year=2014, language="en")
            took.append(time.perf_counter() - start)
        print(f"{name:<22}{len(shape) / 1000:8.0f}{took[0]:8.3f}{took[1]:8.3f}{took[1] / max(took[0], 1e-4):8.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folders", nargs="*", type=Path, default=[MADE_UP])
    parser.add_argument("--errors", action="store_true", help="list every strict error")
    parser.add_argument("--growth", action="store_true", help="time against size instead of scores")
    arguments = parser.parse_args()
    if arguments.growth:
        growth()
        return
    for folder in arguments.folders:
        groups, errors = measure(folder)
        print(f"{folder}\n{'group':<34}{'labels':>8}" + "".join(f"{level:>11}" for level in LEVELS))
        for key, scores in groups.items():
            strict = scores.levels["strict"]
            row = "".join(f"{scores.levels[level].f1:11.3f}" for level in LEVELS)
            print(f"{key:<34}{strict.hits + strict.missed:8d}{row}")
        if arguments.errors:
            for name, kind, record in errors:
                print(kind, name, record["indicator"], record["period"], record["value"], record["char_start"])


if __name__ == "__main__":
    main()
