"""Small invented claims for the tests of pages, and what a table shows."""

import lxml.html
import pandas as pd


def claim(value, *, year=2020, end=None, qualifier="exact", publisher="CMM", tier="register", **more):
    """One claim on Denmark with all its columns."""
    indicator = more.pop("indicator", "victims_identified")
    return {
        "claim_id": f"{publisher}:{indicator}:{year}:{end}:{value}:{more.get('breakdown', '')}",
        "source_id": more.pop("source_id", publisher.lower()),
        "country": "DNK",
        "indicator": indicator,
        "breakdown": "",
        "period_start": f"{year}-01-01",
        "period_end": f"{end or year}-12-31",
        "value": float(value),
        "qualifier": qualifier,
        "unit": "persons",
        "locator": "",
        "scope_note": "",
        "publisher": publisher,
        "upstream": "CMM",
        "tier": tier,
        "published": "2022-05-04",
        **more,
    }


def small_claims():
    """Three years with a total, an early count, and a masked one."""
    return pd.DataFrame(
        [
            claim(60, year=2019),
            claim(77, year=2020),
            claim(64, year=2020, publisher="State (TIP)", tier="compiler"),
            claim(80, year=2021),
            claim(217, year=2019, end=2021, publisher="EU", tier="publisher"),
            claim(300, year=2019, end=2021, publisher="Paper <b>", tier="press", qualifier="more_than"),
            claim(5, year=2020, qualifier="less_than", indicator="convictions_persons", upstream="Courts"),
        ]
    )


def tree(shown):
    """What a page gets, parsed."""
    return lxml.html.fragment_fromstring(str(shown.html), create_parent="div")


def rows(shown):
    """Head and rows as they are read."""
    found = [[" ".join(cell.text_content().split()) for cell in row] for row in tree(shown).iter("tr")]
    return [[cell.replace("\u2060", "").replace("\u00a0", " ") for cell in row] for row in found]
