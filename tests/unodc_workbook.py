"""Workbooks in the layouts of UNODC's releases, made up for tests, and the real releases if they are at hand."""

import functools
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

from trafficking_stats.readers.tables import TableImport
from trafficking_stats.readers.unodc import read_unodc

HEADER = [
    *("Iso3_code", "Country", "Region", "Subregion", "Indicator", "Dimension", "Category", "Sex", "Age", "Year"),
    *("Unit of measurement", "txtVALUE", "Source"),
]
VICTIMS = "Detected trafficking victims"
CONVICTED = "Persons convicted"


def row(
    value,
    year=2021,
    *,
    code="DNK",
    country="Denmark",
    indicator=VICTIMS,
    dimension="Total",
    category="Total",
    sex="Total",
    age="Total",
    unit="Counts",
):
    return [
        code,
        country,
        "Europe",
        "Northern Europe",
        indicator,
        dimension,
        category,
        sex,
        age,
        year,
        unit,
        value,
        "GLOTIP",
    ]


def _cell(value):
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def write_workbook(path, rows, *, date="14/04/2025", header=HEADER, drop=(), missing_drawing=True):
    """Write ``rows`` below UNODC's banner; the sheet refers to a drawing that is not in the file, as released."""
    keep = [i for i, name in enumerate(header) if name not in drop]
    table = [["UNODC"], [date], header] if date else [header]
    table = [*table[:-1], [header[i] for i in keep], *([r[i] for i in keep] for r in rows)]
    sheet = "".join(f"<row>{''.join(_cell(v) for v in cells)}</row>" for cells in table)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    link = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    drawing = '<drawing r:id="rId1"/>' if missing_drawing else ""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        'ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{link}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{link}"><sheets>'
        '<sheet name="data_glotip_1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{link}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}" xmlns:r="{link}"><sheetData>{sheet}</sheetData>'
        f"{drawing}</worksheet>",
    }
    if missing_drawing:
        parts["xl/worksheets/_rels/sheet1.xml.rels"] = (
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{link}/drawing" '
            'Target="../drawings/drawing1.xml"/></Relationships>'
        )
    with zipfile.ZipFile(path, "w") as book:
        for name, text in parts.items():
            book.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + text)
    return Path(path)


@functools.cache
def real_release(shared: Path, date: str) -> TableImport:
    return read_unodc(shared / "unodc" / f"data_glotip_{date}.xlsx")
