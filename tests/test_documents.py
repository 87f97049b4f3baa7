"""Opening documents of every kind: paragraphs, pages, tables, and files that cannot be read."""

import zipfile

import docx
import pytest
from pdf import prose, write_pdf

from trafficking_stats.errors import ReaderError
from trafficking_stats.readers.documents import read_document
from trafficking_stats.readers.documents.tidying import tidy
from trafficking_stats.readers.narrative import extract


def test_plain_text_keeps_its_newlines_and_offsets(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("Første linje.\r\nRetten dømte ni personer.\n".encode())
    document = read_document(path)
    assert document.kind == "text"
    assert "\r\n" in document.text
    (found,) = extract(document.text, country="DNK", default_year=2014, language="da")
    assert document.text[found.char_start : found.char_end] == "ni"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_text_in_usual_encodings_is_read(tmp_path, encoding):
    path = tmp_path / "a.txt"
    path.write_bytes("Retten dømte ni mænd i København.".encode(encoding))
    assert read_document(path).text == "Retten dømte ni mænd i København."


def test_web_page_loses_scripts_and_keeps_figures(tmp_path):
    path = tmp_path / "a.html"
    body = "".join(f"<p>The police convicted {n} traffickers in {2000 + n}.</p>" for n in (11, 12, 13))
    path.write_text(
        f"<html><head><title>x</title><script>var a='convicted 99 traffickers'</script></head><body>{body}"
        "<script>document.write('identified 77 victims')</script></body></html>",
        encoding="utf-8",
    )
    document = read_document(path)
    assert document.kind == "html"
    assert [p.value for p in extract(document.text, country="DNK", default_year=2014)] == [11, 12, 13]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.txt", b"", "empty"),
        ("blank.txt", b" \n\t", "empty"),
        ("a.pdf", b"%PDF-1.7 ...", "PDF"),
        ("a.docx", b"PK\x03\x04....", "zip archive"),
        ("a.bin", bytes(range(256)) * 20, "not a text file"),
        ("a.dat", b"\x01\x02\x03\x04" * 100, "binary"),
        ("bad.txt", b"\x81\x8d\x8f abc", "save it as UTF-8"),
        ("page.html", b"<html><body><script>x()</script></body></html>", "no text"),
    ],
)
def test_files_that_cannot_be_read_say_why(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ReaderError, match=message):
        read_document(path)


def test_missing_file_and_too_large_file(tmp_path, monkeypatch):
    with pytest.raises(ReaderError, match="cannot be read"):
        read_document(tmp_path / "none.txt")
    path = tmp_path / "a.txt"
    path.write_text("x" * 2000, encoding="utf-8")
    monkeypatch.setattr("trafficking_stats.readers.documents.document.LARGEST", 1000)
    with pytest.raises(ReaderError, match="cut it up"):
        read_document(path)


COLUMN = [
    "In 2019 the police investigated 41 cases and",
    "prosecutors charged 17 persons with traf-",
    "ficking. Courts convicted nine of them after",
    "trials that lasted more than a year in most of",
    "the districts, the ministry said in its report.",
    "The shelters took in many women and girls.",
    "They came from all the regions of the land.",
    "The law was changed in the following months.",
]


def paragraphs(document):
    return [document.text[p.start : p.end] for p in document.paragraphs]


def test_pdf_has_pages_paragraphs_and_no_running_heads(tmp_path):
    page = [(60, 40, 8, "Yearbook of the register"), *prose(COLUMN), (290, 810, 8, "Page 1")]
    pages = [[*page[:-1], (290, 810, 8, f"Page {n}")] for n in (1, 2, 3)]
    document = read_document(write_pdf(tmp_path / "a.pdf", pages))
    assert document.kind == "pdf"
    assert "Yearbook" not in document.text
    assert "Page" not in document.text
    assert "17 persons with trafficking. Courts convicted" in document.text
    assert document.locator(document.text.rindex("charged 17")) == "p. 3, para 1"


def test_two_columns_are_read_one_after_the_other(tmp_path):
    right = [
        "Women were the majority of those who were",
        "helped in 2019, with 63 of the 88 victims who",
        "were referred.",
    ]
    right += ["The other column goes on with prose here so", "that it is as long as its neighbour to the left."] * 3
    page = [(60, 60, 14, "A heading across both of the columns of this page"), *prose(COLUMN), *prose(right, x=320)]
    text = read_document(write_pdf(tmp_path / "a.pdf", [page])).text
    assert (
        text.index("heading")
        < text.index("convicted nine")
        < text.index("following months")
        < text.index("63 of the 88")
    )
    assert "with 63 of the 88 victims who were referred." in text


def test_three_short_columns_are_read_one_after_the_other(tmp_path):
    page = []
    for n in range(3):
        page += prose([f"In {2017 + n} the police", f"charged {n} people."], x=60 + 170 * n)
    text = read_document(write_pdf(tmp_path / "a.pdf", [page])).text
    assert text.split("\n\n") == [f"In {2017 + n} the police charged {n} people." for n in range(3)]


def test_a_line_near_the_top_is_no_running_head_only_because_it_recurs(tmp_path):
    pages = [prose(["The courts convicted nine persons.", *COLUMN], y=70 + 13 * n) for n in range(3)]
    text = read_document(write_pdf(tmp_path / "a.pdf", pages)).text
    assert text.count("convicted nine persons") == 3


def test_note_marks_are_left_out_and_notes_follow_the_page(tmp_path):
    page = [*prose(COLUMN[:4]), (60, 152, 10, "the districts"), (120, 148, 6, "13"), (131, 152, 10, "of the land.")]
    page += prose(COLUMN[5:], y=180)
    page += [(60, 780, 7, "13 The figures of the districts are those of the yearbook.")]
    text = read_document(write_pdf(tmp_path / "a.pdf", [page])).text
    assert "the districts of the land." in text
    assert text.index("following months") < text.index("13 The figures")


def test_tables_with_and_without_rules_become_rows(tmp_path):
    rows = [("Year", "Victims", "Convicted"), ("2018", "97", "8"), ("2019", "62", "5"), ("2020", "77", "3")]
    cells = [(60 + 120 * c, 400 + 20 * r, 10, cell) for r, row in enumerate(rows) for c, cell in enumerate(row)]
    rules = [(55, 387 + 20 * r, 415, 387 + 20 * r) for r in range(5)] + [
        (55 + 120 * c, 387, 55 + 120 * c, 467) for c in range(4)
    ]
    for name, drawn in (("ruled", rules), ("open", [])):
        document = read_document(write_pdf(tmp_path / f"{name}.pdf", [[*prose(COLUMN), *cells, *drawn]]))
        assert "Year | Victims | Convicted\n2018 | 97 | 8\n2019 | 62 | 5\n2020 | 77 | 3" in paragraphs(document)


def test_scanned_and_broken_pdf_say_so(tmp_path):
    with pytest.raises(ReaderError, match="scan"):
        read_document(write_pdf(tmp_path / "scan.pdf", [[(50, 50, 500, 500)]]))
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing more")
    with pytest.raises(ReaderError, match="cannot be read"):
        read_document(tmp_path / "broken.pdf")


def test_word_document_keeps_the_order_of_paragraphs_and_tables(tmp_path):
    file = docx.Document()
    file.add_paragraph("The courts convicted nine traffickers in 2019.")
    table = file.add_table(rows=2, cols=2)
    for row, cells in zip(table.rows, (("Year", "Victims identified"), ("2019", "62")), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    file.add_paragraph("That was all.")
    file.save(tmp_path / "a.docx")
    document = read_document(tmp_path / "a.docx")
    assert document.kind == "docx"
    assert paragraphs(document)[1] == "Year | Victims identified\n2019 | 62"
    assert document.locator(document.text.index("That")) == "para 3"


def test_an_archive_that_is_no_word_document_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(ReaderError, match="no Word document"):
        read_document(tmp_path / "a.docx")


@pytest.mark.parametrize("shape", ["<p>{}</p>", "<div>{}</div>", "{}<br><br>", "<li>{}</li>"])
def test_paragraphs_of_a_page_are_kept_and_menus_left_out(tmp_path, shape):
    told = [
        f"In {year} the police of the land convicted {year - 2000} traffickers, it said." for year in (2011, 2012, 2013)
    ]
    body = "".join(shape.format(line) for line in told)
    path = tmp_path / "a.html"
    path.write_text(
        f"<html><body><nav><a href='x'>Home</a></nav><article>{body}</article></body></html>", encoding="utf-8"
    )
    assert [text.removeprefix("- ") for text in paragraphs(read_document(path))] == told


def test_items_of_lists_in_pages_and_word_documents_keep_their_mark(tmp_path):
    docx = pytest.importorskip("docx")
    text = "<p>The register counts the victims of each year as the police and the centre identified them.</p>" * 3
    items = "<p>Victims identified in 2012:</p><ul><li>12 women</li><li><p>5 men</p></li></ul>"
    page, file = tmp_path / "a.html", tmp_path / "a.docx"
    page.write_text(f"<html><body><article>{text}{items}{text}</article></body></html>")
    document = docx.Document()
    document.add_paragraph("Victims identified in 2012:")
    for item in ("12 women", "5 men"):
        document.add_paragraph(item, style="List Bullet")
    document.save(file)
    for path in (page, file):
        read = read_document(path).text
        assert "Victims identified in 2012:\n\n- 12 women\n\n- 5 men" in read
        found = extract(read, country="DNK", default_year=2014, language="en")
        assert [(p.period, p.value) for p in found] == [("2012", 12), ("2012", 5)]


def test_table_of_a_page_is_rows(tmp_path):
    cells = "".join(f"<tr><td>{year}</td><td>{year - 1950}</td></tr>" for year in (2012, 2013))
    text = "<p>The register counts the victims of each year as the police and the centre identified them.</p>" * 3
    path = tmp_path / "a.html"
    path.write_text(f"<html><body>{text}<table><tr><th>Year</th><th>Victims</th></tr>{cells}</table></body></html>")
    assert "Year | Victims\n2012 | 62\n2013 | 63" in read_document(path).text


def test_table_in_a_figure_of_a_page_is_read(tmp_path):
    text = "<p>The register counts the victims of each year as the police and the centre identified them.</p>" * 3
    table = "<table><tr><td>Year</td><td>Victims</td></tr><tr><td>2012</td><td>62</td></tr></table>"
    path = tmp_path / "a.html"
    path.write_text(f"<html><body><article>{text}<figure>{table}</figure></article></body></html>")
    assert "Year | Victims\n2012 | 62" in read_document(path).text


def test_an_address_is_no_file():
    for name in ("https://example.org/a.pdf", "http://example.org"):
        with pytest.raises(ReaderError, match="Save it first"):
            read_document(name)


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("traﬃckers ﬁled", "traffickers filed"),
        ("traf\u00adfickers and traf\u00ad\nfickers", "traffickers and traffickers"),
        ("con-\nvicted", "convicted"),
        ("traffickers,13 of whom 12 fled.", "traffickers, of whom 12 fled."),
        ("was in 2015.3 The next", "was in 2015. The next"),
        ("victims¹² in 2014[3]", "victims in 2014"),
        ("One.\n\n12\n\nTwo.\n\n13\n\nThree.", "One.\n\n\nTwo.\n\n\nThree."),
        ("No. 12, p.12 and 3.5", "No. 12, p.12 and 3.5"),
    ],
)
def test_marks_of_printing_are_undone(printed, read):
    assert tidy(printed).text == read


def test_places_refer_to_the_text_as_printed():
    text = "The traﬃckers,13 it said, were con-\nvicted: courts sen\u00adtenced 12 traﬃckers in 2014."
    (found,) = extract(text, country="DNK", default_year=2014, language="en")
    assert (found.indicator, text[found.char_start : found.char_end]) == ("sentences", "12")
