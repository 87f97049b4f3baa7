"""Measure the reader on whole pages: the labelled texts set among other matter, as web pages and as PDF.

    python benchmarks/whole_pages.py [--keep FOLDER]

Twenty made-up texts are each set twice: as a web page with menus, advertisements, other articles and a footer, and as
a PDF (printed by Chromium through playwright, neither a dependency of the package) in one or two columns with running
heads, page numbers, note marks, hyphenated lines and other chapters. A proposal is right if indicator, period and value
are those of a label of the text; places are not compared, since a layout moves them.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from html import escape
from pathlib import Path
from typing import Any

from extract import MADE_UP, Record, country_of, documents, period_class

from trafficking_stats.readers.documents import read_document
from trafficking_stats.readers.narrative import extract

OTHER = {
    "en": [
        "The museum of the port had 12,400 visitors in {y}, of whom 3,100 were children, and sold 860 prints.",
        "Traffic police stopped 1,204 drivers in {y} and fined 312 of them; nine cars were towed away.",
        "A court in the capital convicted three men of theft and sentenced them to two years in prison.",
        "The ministry of transport opened 14 bridges and 220 kilometres of road, compared with nine bridges in {p}.",
        "In {y} the fire brigade rescued 57 people from burning houses and 18 from flooded cellars.",
        "Schools took in 4,300 new pupils, 2,150 girls and 2,150 boys, after 3,980 the year before.",
        "The health service identified 640 cases of measles in {y}, up from 212 in {p}.",
        "Members of parliament asked 1,870 questions; the government answered 1,655 of them within 30 days.",
        "Inspectors visited 480 farms, found 37 breaches of the rules on water and closed five wells.",
        "The orchestra gave 96 concerts in {y}. Seven soloists were under 25, and 41 pieces were new.",
        "Customs officers seized 2,300 kilograms of tobacco and detained 16 people at the airport.",
        "The league counted 18 clubs, 412 players and 306 matches; 29 players were sent off.",
    ],
    "da": [
        "Museet ved havnen havde 12.400 gæster i {y}, heraf 3.100 børn, og solgte 860 plakater.",
        "Færdselspolitiet standsede 1.204 bilister i {y} og gav 312 af dem en bøde; ni biler blev fjernet.",
        "Retten dømte tre mænd for tyveri fra et lager og idømte dem to års fængsel.",
        "Transportministeriet åbnede 14 broer og 220 kilometer vej mod ni broer i {p}.",
        "I {y} reddede brandvæsenet 57 personer ud af brændende huse og 18 fra oversvømmede kældre.",
        "Skolerne tog imod 4.300 nye elever, 2.150 piger og 2.150 drenge, mod 3.980 året før.",
        "Sundhedsstyrelsen registrerede 640 tilfælde af mæslinger i {y} mod 212 i {p}.",
        "Orkestret gav 96 koncerter i {y}, og 41 værker blev spillet for første gang.",
    ],
}
PAGE = """<!doctype html><html lang="{lang}"><head><title>{title}</title><script>var n = 41;</script><style>
body{{font:11pt serif;margin:0}} .two{{column-count:2;column-gap:24px}} p{{text-align:justify;hyphens:auto}}
sup{{font-size:60%}} table{{border-collapse:collapse}} td,th{{border:1px solid #000;padding:2px 6px}}</style></head>
<body>
{before}<main><h1>{title}</h1><div class="{columns}">{body}</div></main>{after}</body></html>"""
MENU = "<nav><ul><li><a href='/'>Home</a></li><li><a href='/about'>About us</a></li><li>12 new jobs</li></ul></nav>"
FOOTER = "<footer><p>1,204 people follow us. Call 70 20 25 50.</p></footer>"


def body_of(text: str, entry: Record, chance: random.Random, notes: bool) -> str:
    """Paragraphs of a text among as many paragraphs of other matter, and a table of other matter."""
    year = int(entry["default"])
    told = [line for line in text.splitlines() if line.strip()]
    other = [line.format(y=year, p=year - 1) for line in OTHER[entry["lang"]] * 3]
    chance.shuffle(other)
    blocks = [escape(line) for line in told]
    if notes:
        blocks = [block.replace(". ", f".<sup>{chance.randint(1, 60)}</sup> ", 1) for block in blocks]
    cut = chance.randint(6, len(other) - 6)
    blocks = [*map(escape, other[:cut]), *blocks, *map(escape, other[cut:])]
    table = "<table><tr><th>Pupils</th><th>{p}</th><th>{y}</th></tr>"
    table += "<tr><td>North</td><td>1,900</td><td>2,010</td></tr>"
    return "".join(f"<p>{block}</p>" for block in blocks) + table.format(y=year, p=year - 1) + "</table>"


def make(folder: Path) -> list[tuple[Record, list[Record], str, Path]]:
    """Write the pages; each with its entry, labels, clean text and path."""
    made = []
    for number, (entry, text, labels) in enumerate(documents(MADE_UP)):
        chance = random.Random(entry["name"])
        values = {"lang": entry["lang"], "title": "Yearbook of public affairs"}
        web = folder / f"{entry['name']}.html"
        body = body_of(text, entry, chance, notes=False)
        web.write_text(PAGE.format(**values, before=MENU, after=FOOTER, columns="", body=body), encoding="utf-8")
        made.append((entry, labels, text, web))
        printed = folder / f"{entry['name']}-print.html"
        body = body_of(text, entry, chance, notes=True)
        columns = "two" if number % 2 else ""
        printed.write_text(PAGE.format(**values, before="", after="", columns=columns, body=body), encoding="utf-8")
        made.append((entry, labels, text, printed.with_suffix(".pdf")))
    _print_pages([path for *_, path in made if path.suffix == ".pdf"])
    return made


def _print_pages(paths: list[Path]) -> None:
    import shutil

    from playwright.sync_api import sync_playwright

    head = "<div style='font-size:8px;width:100%;text-align:center'>Yearbook of public affairs</div>"
    foot = "<div style='font-size:8px;width:100%;text-align:center'>Page <span class='pageNumber'></span></div>"
    margin: Any = {"top": "60px", "bottom": "60px", "left": "50px", "right": "50px"}
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        for path in paths:
            page.goto(path.with_suffix(".html").as_uri())
            page.pdf(path=path, display_header_footer=True, header_template=head, footer_template=foot, margin=margin)
        browser.close()


def right(proposals: list[Any], labels: list[Record]) -> int:
    """Proposals that are those of a label, each label once."""
    wanted = [
        (
            float(g["value"]),
            {g["indicator"], *g.get("indicator_alt", ())},
            {period_class(label) for label in (g["period"], *g.get("period_alt", ()))},
        )
        for g in labels
    ]
    hits = 0
    for p in proposals:
        for i, (value, indicators, periods) in enumerate(wanted):
            if p.value == value and p.indicator in indicators and period_class(p.period) in periods:
                hits += 1
                del wanted[i]
                break
    return hits


def measure(made: list[tuple[Record, list[Record], str, Path]]) -> None:
    totals: dict[str, list[int]] = {}
    for entry, labels, text, path in made:
        labels = [g for g in labels if not g.get("ignore")]
        options = {"country": country_of(entry), "default_year": int(entry["default"]), "language": entry["lang"]}
        for kind, read in (("clean text", text), (path.suffix[1:], read_document(path).text)):
            found = extract(read, **options)
            tally = totals.setdefault(f"{kind} ({path.suffix[1:]})" if kind == "clean text" else kind, [0, 0, 0])
            for i, value in enumerate((right(found, labels), len(found), len(labels))):
                tally[i] += value
    print(f"{'layout':<20}{'labels':>8}{'proposed':>10}{'right':>8}{'precision':>11}{'recall':>8}")
    for kind, (hits, proposed, wanted) in totals.items():
        print(f"{kind:<20}{wanted:8d}{proposed:10d}{hits:8d}{hits / max(1, proposed):11.3f}{hits / wanted:8.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--keep", type=Path, help="folder to leave the pages in")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        where = arguments.keep or Path(folder)
        where.mkdir(parents=True, exist_ok=True)
        measure(make(where))


if __name__ == "__main__":
    main()
