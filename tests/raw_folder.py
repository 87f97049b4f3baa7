"""A made-up folder of raw figures, small enough to read beside the test that changes it."""

from pathlib import Path

SOURCES = """\
source_id,title,publisher,upstream,tier,published,edition,language,url,document,sha256,note
register-2021,Annual figures,Register,CMM,register,2021-03-01,2021,da,https://example.org/a,,,
yearbook-2021,Yearbook,Yearbook,national,compiler,2021-06,2021,en,https://example.org/b,,,
"""

REGISTER = """\
country,indicator,breakdown,period_start,period_end,value,qualifier,unit,locator,scope_note
DNK,victims_identified,,2019-01-01,2019-12-31,64,exact,persons,table 1,
DNK,victims_identified,,2020-01-01,2020-12-31,77,exact,persons,table 1,
DNK,victims_identified,sex=female;age=child,2020-01-01,2020-12-31,5,less_than,persons,table 2,masked
"""

YEARBOOK = """\
country,indicator,breakdown,period_start,period_end,value,qualifier,unit,locator,scope_note
DNK,victims_identified,,2020-01-01,2020-12-31,68,exact,persons,page 7,
SWE,victims_identified,,2020-01-01,2020-12-31,200,about,persons,page 9,
"""


def write(folder: Path, sources: str | bytes = SOURCES, **claims: str | bytes) -> Path:
    """Write ``sources.csv`` and one file of claims a keyword; ``register_2021`` is the source ``register-2021``."""
    (folder / "claims").mkdir(parents=True, exist_ok=True)
    files = {"register_2021": REGISTER, "yearbook_2021": YEARBOOK, **claims}
    put(folder / "sources.csv", sources)
    for name, content in files.items():
        put(folder / "claims" / f"{name.replace('_', '-')}.csv", content)
    return folder


def put(path: Path, content: str | bytes) -> None:
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
