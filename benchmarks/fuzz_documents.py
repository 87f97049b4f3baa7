"""Mutate documents of every kind, and shuffle the words of every language.

    python benchmarks/fuzz_documents.py [SECONDS] [SEED]

Anything but text, proposals or a ReaderError is a finding. Bytes of small PDF, DOCX, HTML and text files are flipped,
cut, doubled and swapped; the words of the language tables are shuffled into sentences.
``fuzz_extract.py`` searches deeper with atheris.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from pdf import prose, write_pdf

from trafficking_stats.errors import ReaderError
from trafficking_stats.readers.documents import read_document
from trafficking_stats.readers.narrative import extract, read_statements
from trafficking_stats.readers.narrative.lexicon import LANGUAGES, load

LINES = ["In 2019 the police convicted nine traffickers (79 %),", "compared with 12 in 2018: seven women, two men."] * 4
MARKS = [
    "2014",
    "2013",
    "1,814",
    "12",
    "(",
    ")",
    ",",
    ".",
    ";",
    ":",
    "%",
    "$",
    "\n\n",
    "|",
    "-",
    "\n",
    "1 440",
    "2019/20",
]


def seeds(folder: Path) -> dict[str, bytes]:
    """One small file of each kind."""
    import docx

    write_pdf(folder / "a.pdf", [[*prose(LINES), *prose(LINES, x=320)]] * 2)
    word = docx.Document()
    for line in LINES:
        word.add_paragraph(line)
    word.add_table(rows=2, cols=2).rows[0].cells[0].text = "2019"
    word.save(str(folder / "a.docx"))
    page = "".join(f"<p>{line}</p>" for line in LINES) + "<table><tr><td>2019</td><td>9</td></tr></table>"
    (folder / "a.html").write_text(f"<html><body>{page}</body></html>", encoding="utf-8")
    (folder / "a.txt").write_text("\n".join(LINES), encoding="utf-8")
    return {path.suffix: path.read_bytes() for path in folder.iterdir()}


def mutated(data: bytes, chance: random.Random) -> bytes:
    """A few bytes flipped, cut out, doubled or swapped."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(changed) or 1)
        length = chance.choice((1, 1, 1, 4, 40, 400))
        kind = chance.randrange(4)
        if kind == 0 and changed:
            changed[at % len(changed)] = chance.randrange(256)
        elif kind == 1:
            del changed[at : at + length]
        elif kind == 2:
            changed[at:at] = changed[at : at + length]
        else:
            changed[at:at] = bytes(chance.randrange(256) for _ in range(length // 4))
    return bytes(changed)


def shuffled(code: str, chance: random.Random) -> str:
    """Words of the tables of a language in any order."""
    lexicon = load(code)
    listed = {*lexicon.index.short, *(word for pair in lexicon.index.longer for word in pair)}
    known = sorted(listed | set(lexicon.numbers))
    known += [w for s in ("verbs", "actions", "nouns") for group in lexicon.tables[s].values() for w in group]
    return " ".join(chance.choice(MARKS if chance.random() < 0.4 else known) for _ in range(chance.randint(1, 80)))


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    chance = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    counts = {"read": 0, "refused": 0, "sentences": 0}
    end = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = seeds(folder)
        while time.monotonic() < end:
            suffix = chance.choice(list(files))
            path = folder / f"fuzzed{suffix}"
            path.write_bytes(mutated(files[suffix], chance))
            try:
                text = read_document(path).text
                counts["read"] += 1
                extract(text, country="DNK", default_year=2019, language="en")
            except ReaderError:
                counts["refused"] += 1
            code = chance.choice(sorted(LANGUAGES))
            text = shuffled(code, chance)
            for p in extract(text, country="DNK", default_year=2019, language=code):
                if text[p.char_start : p.char_end] != p.text or not p.text or p.value < 0:
                    raise AssertionError(f"place and text of a proposal disagree: {p} in {text!r}")
            for s in read_statements(text, country="DNK", default_year=2019, language=code):
                if text[s.char_start : s.char_end] != s.text or not s.text:
                    raise AssertionError(f"place and text of a statement disagree: {s} in {text!r}")
            counts["sentences"] += 1
    print(counts)


if __name__ == "__main__":
    main()
