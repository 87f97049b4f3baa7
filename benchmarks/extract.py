"""Measure the reader of narratives: scores on labelled texts, and time against the size of a text.

    python benchmarks/extract.py [FOLDER ...] [--errors] [--growth] [--dense MB]

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
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trafficking_stats.readers.narrative import extract

LEVELS = ("value", "indicator", "strict", "full")
FACETS = ("form", "age", "sex", "nationality")
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
    if period_class(p["period"]) not in {period_class(label) for label in (g["period"], *g.get("period_alt", ()))}:
        return False
    return level == "strict" or (p["unit"] == g["unit"] and p["qualifier"] == g["qualifier"] and facets(p) == facets(g))


def facets(record: Record) -> frozenset[str]:
    return frozenset(part for part in record["breakdown"].lower().split(";") if part.split("=")[0] in FACETS)


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


CODES = {
    "inv": ("investigations", "cases"),
    "invp": ("investigations", "persons"),
    "proc": ("prosecutions", "cases"),
    "pro": ("prosecutions", "persons"),
    "conc": ("convictions", "cases"),
    "con": ("convictions", "persons"),
    "sen": ("sentences", "persons"),
    "vic": ("victims_identified", "persons"),
    "pot": ("victims_potential", "persons"),
    "ref": ("victims_referred", "persons"),
    "ass": ("victims_assisted", "persons"),
    "smin": ("sentence_min", "months"),
    "smax": ("sentence_max", "months"),
    "yrmin": ("sentence_min", "years"),
    "yrmax": ("sentence_max", "years"),
    "x": ("ignore", "persons"),
}
_MARK = re.compile(r"\{([^{}|]*)\|([^{}]*)\}")


def annotated(path: Path) -> Iterator[tuple[Record, str, list[Record]]]:
    """Paragraphs of a file of sentences labelled where they stand; its README says how."""
    for number, block in enumerate(path.read_text(encoding="utf-8").strip().split("\n\n"), 1):
        head, _, marked = block.partition("\n")
        _, language, year, country, kind = head.split()
        entry = {"name": f"{path.stem} {number}", "default": year, "lang": language, "country": country}
        text, position = "", 0
        labels: list[Record] = []
        for match in _MARK.finditer(marked):
            text += marked[position : match.start()]
            position = match.end()
            printed, _, value = match[1].partition("=")
            labels += _labels(printed, value, match[2].split("|"), year, len(text))
            text += printed
        yield {**entry, "split": path.stem, "kind": kind}, text + marked[position:], labels


def _labels(printed: str, value: str, parts: list[str], year: str, start: int) -> Iterator[Record]:
    codes, periods, *more = (*parts, "", "")[: max(2, len(parts))]
    record = {"char_start": start, "char_end": start + len(printed), "text": printed, "qualifier": "exact"}
    breakdown = ""
    for extra in more:
        key, _, rest = extra.partition(":")
        if key in ("q", "u"):
            record["qualifier" if key == "q" else "unit"] = rest
        else:
            breakdown = extra
    first, *others = periods.split(",") if periods else [year]
    number = re.sub(r"\D", "", value or printed)
    for code in codes.split("+"):
        indicator, *alternatives = code.split("/")
        yield {
            **{"unit": CODES[indicator][1], **record},
            "indicator": CODES[indicator][0],
            "indicator_alt": [CODES[other][0] for other in alternatives],
            "period": first,
            "period_alt": others,
            "value": int(number or 0),
            "breakdown": breakdown or "total",
            "ignore": indicator == "x",
        }


def country_of(entry: Record) -> str:
    """The manifest's code; a country written out there is looked up."""
    import pycountry

    name = entry.get("country", "")
    return name if len(name) == 3 else pycountry.countries.lookup(name).alpha_3 if name else ""


def measure(folder: Path) -> tuple[dict[str, Scores], list[tuple[str, str, Record]]]:
    """Scores of a folder by group (all, language, split, text), and every strict error."""
    groups: dict[str, Scores] = {}
    errors: list[tuple[str, str, Record]] = []
    for entry, text, labels in annotated(folder) if folder.is_file() else documents(folder):
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


def dense(megabytes: float) -> None:
    """Print the processor time that the made-up English texts take, repeated up to a size."""
    text = "\n\n".join(text for entry, text, _ in documents(MADE_UP) if entry["lang"] == "en") + "\n\n"
    size = int(megabytes * 1e6)
    start = time.process_time()
    found = extract((text * (size // len(text) + 1))[:size], country="DNK", default_year=2014, language="en")
    print(f"{megabytes:g} MB, {len(found)} figures: {time.process_time() - start:.1f} s of processor time")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folders", nargs="*", type=Path, default=[MADE_UP])
    parser.add_argument("--errors", action="store_true", help="list every strict error")
    parser.add_argument("--growth", action="store_true", help="time against size instead of scores")
    parser.add_argument("--dense", type=float, metavar="MB", help="time of so many megabytes instead of scores")
    arguments = parser.parse_args()
    if arguments.dense:
        dense(arguments.dense)
        return
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
                facts = (record[key] for key in ("indicator", "period", "value", "breakdown", "text", "char_start"))
                print(kind, name, *facts)


if __name__ == "__main__":
    main()
