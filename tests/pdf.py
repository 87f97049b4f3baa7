"""Write small PDF files for tests: words at places, rules, nothing else."""

from pathlib import Path


def write_pdf(path: Path, pages: list[list[tuple]]) -> Path:
    """Write pages of A4. An item is (x, y, size, text) from the top left in points, or (x0, y0, x1, y1) for a rule."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    kids = []
    for items in pages:
        content = "\n".join(_draw(item) for item in items)
        objects.append(f"<< /Length {len(content.encode('cp1252'))} >>\nstream\n{content}\nendstream")
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 3 0 R >> >> "
            f"/Contents {len(objects)} 0 R >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    data = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252")
    start = len(data)
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    data += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode()
    data += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    path.write_bytes(data)
    return path


def _draw(item: tuple) -> str:
    if isinstance(item[3], str):
        x, y, size, text = item
        escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        return f"BT /F {size} Tf {x} {842 - y} Td ({escaped}) Tj ET"
    x0, y0, x1, y1 = item
    return f"{x0} {842 - y0} m {x1} {842 - y1} l S"


def prose(lines: list[str], x: float = 60, y: float = 100, size: float = 10, leading: float = 13) -> list[tuple]:
    """Lines of text one under the other."""
    return [(x, y + leading * i, size, line) for i, line in enumerate(lines)]
