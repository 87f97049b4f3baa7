"""Figures at their locators, and published percentages and sums computed again."""

import hashlib

import pandas as pd
import pytest
from raw_folder import REGISTER, SOURCES, YEARBOOK, write
from unodc_workbook import row as printed
from unodc_workbook import write_workbook

import trafficking_stats as ts
from trafficking_stats.checking.documents import check
from trafficking_stats.checking.locators import follow, numbers_in, sentences
from trafficking_stats.checking.stated import judge_stated
from trafficking_stats.claims import read_sources
from trafficking_stats.readers.unodc import read_unodc
from trafficking_stats.readers.writing import write_raw

HEADER = REGISTER.split("\n", 1)[0]


# --- locators -------------------------------------------------------------------------------------------------


def test_sentences_by_hand():
    text = 'In 2014 two were found. 95 more came (of "many").  See Act no. 275; '
    text += "ca. DKK 12 mio. was\nset aside! “None” was left."
    assert sentences(text) == [
        "In 2014 two were found.",
        '95 more came (of "many").',
        "See Act no. 275; ca. DKK 12 mio. was set aside!",
        "“None” was left.",
    ]


def test_locators_by_hand():
    document = "Title\n\n \n\nOne case was\n\nfound. Two were\n not. \n\nEnd.\n"
    assert follow(document, "p2-4 s1: section, sentence 1").words == "One case was found."
    assert follow(document, "p2-4 s2: section, sentence 2").words == "Two were not."
    assert follow(document, "p5 s1: end").words == "End."
    assert follow(document, "page 3, table 1") is None
    place = follow(document, f"sentence 1, characters {document.index('Two')}-{document.index('Two') + 3}")
    assert place.words == "Two"
    assert "found. Two were not." in place.context


@pytest.mark.parametrize(
    ("locator", "expected"),
    [
        ("p3 s1: beyond", "needs line 3, the document has 2"),
        ("p1 s2: beyond", "needs sentence 2, there are 1"),
        ("p2-1 s1: backwards", "needs line 1"),
        ("p0 s1: before", "needs line 0"),
        ("sentence 9, characters 10-99", "lies outside the 11 characters"),
        ("sentence 9, characters 5-5", "lies outside"),
    ],
)
def test_places_that_do_not_exist(locator, expected):
    with pytest.raises(ts.ReaderError, match=expected):
        follow("Title\n\nEnd.", locator)


@pytest.mark.parametrize(
    ("text", "language", "value", "found"),
    [
        ("Authorities investigated 12 cases.", "en", 12, True),
        ("In 2012 there were 120 cases, 12.5 percent more.", "en", 12, False),
        ("Courts convicted nine traffickers.", "en", 9, True),
        ("Courts convicted twenty-three traffickers.", "en", 3, False),
        ("A total of 1,048 persons", "en", 1048, True),
        ("I alt 1.048 personer", "da", 1048, True),
        ("The plan sets 7 million krone aside.", "en", 7_000_000, True),
        ("The plan sets 17 million krone aside.", "en", 7_000_000, False),
        ("Bestemmelsen har aldrig været brugt.", "da", 0, True),
        ("Myndighederne fandt toogtyve ofre, heraf et barn.", "da", 22, True),
        ("Myndighederne fandt toogtyve ofre, heraf et barn.", "da", 1, True),
        ("Ten were found.", "en", 0, False),
        ("The authorities did not use this power.", "en", 0, True),
        ("Totalt 1 048 personer", "sv", 1048, True),
        ("Polisen fann nio offer.", "sv", 9, True),
        ("Poliisi löysi yhdeksän uhria.", "fi", 9, False),
        ("1.048 und 7,5", "de", 7.5, True),
    ],
)
def test_numbers_in_words_and_digits(text, language, value, found):
    assert (value in numbers_in(text, language)[0]) is found


# --- documents ------------------------------------------------------------------------------------------------

DOCUMENT = """\
Annual figures

In 2019 the register counted 64 victims. In 2020 it counted seventy-seven victims; none was Danish.
"""


def folder(tmp_path, *rows, document=DOCUMENT, sha256="", language="en"):
    """One source whose document is at hand, with the claims of ``rows``."""
    sources = SOURCES.replace(",da,https://example.org/a,,,", f",{language},https://example.org/a,report.txt,{sha256},")
    assert "report.txt" in sources
    raw = write(tmp_path / "raw", sources=sources, register_2021="\n".join([HEADER, *rows]) + "\n")
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "report.txt").write_text(document, encoding="utf-8")
    return raw, documents


def checked(raw, documents):
    return check(ts.read_claims(raw), read_sources(raw), documents)


def claim(value, locator, *, year=2020, note="", breakdown=""):
    return f'DNK,victims_identified,{breakdown},{year}-01-01,{year}-12-31,{value},exact,persons,"{locator}",{note}'


ROWS = (
    claim(64, "p2 s1: first", year=2019),
    claim(77, "p2 s2: second"),
    claim(0, "p2 s2: second", breakdown="citizenship=national"),
)


def test_a_made_up_document(tmp_path):
    found = checked(*folder(tmp_path, *ROWS))
    assert found.figures.verdict.tolist() == ["stands", "stands", "stands"]
    assert found.documents.state.tolist() == ["at hand"]
    assert found.faults == 0
    assert str(found).startswith(
        "documents at hand for 1 of 2 sources, with 3 figures: 3 stand at their locator, 0 are implied, 0 do not stand"
    )


@pytest.mark.parametrize(
    ("row", "verdict", "faults"),
    [
        (claim(78, "p2 s2: second"), "not found", 1),
        (claim(64, "p2 s2: the sentence after", year=2019), "not found", 1),
        (claim(77, "p9 s1: nowhere"), "no such place", 1),
        (claim(77, "page 1"), "free locator", 0),
        (claim(7, "p2 s1: x", note="implied: made up"), "implied", 0),
    ],
)
def test_every_verdict(tmp_path, row, verdict, faults):
    found = checked(*folder(tmp_path, row))
    assert found.figures.verdict.tolist() == [verdict]
    assert found.faults == faults
    if faults:
        assert f"{verdict}:\n  register-2021: DNK victims_identified" in str(found)


def test_a_term_printed_in_years(tmp_path):
    text = "Title\n\nThe court gave two years.\n"
    start = text.index("two")
    row = (
        "DNK,sentence_max_months,,2020-01-01,2020-12-31,24,exact,months,"
        f'"sentence 2, characters {start}-{start + 3}",printed as 2 years'
    )
    assert checked(*folder(tmp_path, row, document=text)).figures.verdict.tolist() == ["stands"]


def test_number_words_of_another_language_are_left_to_the_reader(tmp_path):
    row = claim(9, "p1 s1: x")
    found = checked(*folder(tmp_path, row, document="Poliisi löysi yhdeksän uhria.\n", language="fi"))
    assert found.figures.verdict.tolist() == ["free locator"]
    assert "'fi' are not known" in found.figures.evidence[0]


def test_a_document_is_known_by_its_bytes(tmp_path):
    digest = hashlib.sha256(DOCUMENT.encode()).hexdigest()
    raw, documents = folder(tmp_path, *ROWS, sha256=digest)
    (documents / "report.txt").rename(documents / "renamed.txt")
    assert checked(raw, documents).documents.file.tolist() == ["renamed.txt"]
    (documents / "renamed.txt").unlink()
    (documents / "report.txt").write_text(DOCUMENT.replace("64", "46"), encoding="utf-8")
    found = checked(raw, documents)
    assert found.documents.state.tolist() == ["another version"]
    assert found.faults == 1
    assert found.figures.empty
    assert "register-2021: report.txt: another version; its SHA-256 is not the one" in str(found)


def test_a_document_that_cannot_be_read(tmp_path):
    raw, documents = folder(tmp_path, *ROWS)
    (documents / "report.txt").write_bytes(b"\x00\x01\x02" * 100)
    found = checked(raw, documents)
    assert found.documents.state.tolist() == ["unreadable"]
    assert found.faults == 1


def test_without_documents_nothing_is_wrong(tmp_path):
    raw, _ = folder(tmp_path, *ROWS)
    found = checked(raw, tmp_path / "none")
    assert found.figures.empty
    assert found.faults == 0


def test_a_data_file_is_read_again(tmp_path):
    release = tmp_path / "documents" / "data.xlsx"
    release.parent.mkdir()
    write_workbook(release, [printed(77, 2020), printed("<5", 2020, sex="Male")])
    found = read_unodc(release)
    raw = write(tmp_path / "raw")
    path, _ = write_raw(found.claims, found.source, raw)
    assert checked(raw, release.parent).figures.verdict.tolist() == ["stands", "stands"]
    path.write_text(path.read_text(encoding="utf-8").replace(",77,", ",76,"), encoding="utf-8")
    again = checked(raw, release.parent)
    assert sorted(again.figures.verdict) == ["not found", "stands"]
    assert again.faults == 1


# --- shares, changes and sums ---------------------------------------------------------------------------------


def judged(tmp_path, *rows, yearbook=YEARBOOK):
    raw = write(tmp_path / "raw", register_2021="\n".join([HEADER, *rows]) + "\n", yearbook_2021=yearbook)
    return judge_stated(ts.reconcile(ts.read_claims(raw)))


def share(value, breakdown, start=2020, end=2020, note="", qualifier="exact"):
    return f"DNK,victims_share,{breakdown},{start}-01-01,{end}-12-31,{value},{qualifier},percent,p 1,{note}"


def change(value, start, end, note="", unit="percent"):
    return f"DNK,victims_change_{unit},,{start}-01-01,{end}-12-31,{value},exact,{unit},p 1,{note}"


@pytest.mark.parametrize(
    ("printed_share", "qualifier", "agrees"),
    # 547 of 632 is 86.55 percent
    [
        ("87", "exact", True),
        ("86.6", "exact", True),
        ("86.4", "exact", False),
        ("94", "exact", False),
        ("90", "less_than", True),
        ("85", "less_than", False),
        ("80", "more_than", True),
        ("90", "about", True),
    ],
)
def test_a_share_agrees_if_rounding_can_make_it_so(tmp_path, printed_share, qualifier, agrees):
    rows = claim(632, "p 1"), claim(547, "p 1", breakdown="sex=female")
    table = judged(tmp_path, *rows, share(printed_share, "sex=female", qualifier=qualifier))
    (row,) = table[table.kind == "share"].to_dict("records")
    assert (row["verdict"], round(row["lower"], 2)) == ("agrees" if agrees else "contradicts", 86.55)
    assert "547" in row["reason"]
    assert "632" in row["reason"]


@pytest.mark.parametrize(
    ("first", "last", "printed_change", "unit", "agrees"),
    [
        (73, 112, "35", "percent", False),
        (93, 121, "30", "percent", True),
        (73, 112, "53", "percent", True),
        (100, 86, "-14", "percent", True),
        (100, 60, "14", "percent", False),
        (73, 112, "39", "persons", True),
        (73, 112, "38", "persons", False),
    ],
)
def test_a_change_is_from_the_first_to_the_last_year(tmp_path, first, last, printed_change, unit, agrees):
    rows = claim(first, "p 1", year=2022), claim(last, "p 1", year=2023), change(printed_change, 2022, 2023, unit=unit)
    table = judged(tmp_path, *rows)
    (row,) = table[table.kind == "change"].to_dict("records")
    assert row["verdict"] == ("agrees" if agrees else "contradicts")


def test_masked_figures_raise_no_false_alarm(tmp_path):
    """Fewer than 5 of 10 are 0 to 40 percent."""
    masked = claim(5, "p 1", breakdown="sex=male").replace("exact", "less_than")
    possible = judged(tmp_path / "a", claim(10, "p 1"), masked, share("33", "sex=male"))
    assert possible[possible.kind == "share"].empty
    impossible = judged(tmp_path / "b", claim(10, "p 1"), masked, share("43", "sex=male"))
    assert impossible.set_index("kind").loc["share", ["verdict", "upper"]].tolist() == ["contradicts", 40]


def test_a_share_without_its_figures_is_left_alone(tmp_path):
    table = judged(tmp_path, share("33", "sex=male", 2001, 2001), share("50", "sex=female", 2020, 2020))
    assert table[table.kind == "share"].empty


def test_a_note_that_names_a_number_explains(tmp_path):
    rows = claim(73, "p 1", year=2022), claim(112, "p 1", year=2023)
    noted = judged(tmp_path / "a", *rows, change(35, 2022, 2023, "73 to 112 is 53 percent"))
    assert noted[noted.kind == "change"].explained.tolist() == [True]


@pytest.mark.parametrize("note", ["as printed", "see page 4", "printed in 2023"])
def test_a_note_with_other_numbers_does_not_explain(tmp_path, note):
    rows = claim(73, "p 1", year=2022), claim(112, "p 1", year=2023)
    found = judged(tmp_path, *rows, change(35, 2022, 2023, note))
    assert found[found.kind == "change"].explained.tolist() == [False]


@pytest.mark.parametrize(("printed_share", "verdict"), [("50", "contradicts"), ("37.5", "agrees")])
def test_a_source_is_judged_by_its_own_figures_first(tmp_path, printed_share, verdict):
    """60 of 160 is 37.5 percent, whatever the register has."""
    others = claim(200, "p 1"), claim(100, "p 1", breakdown="sex=female"), claim(100, "p 1", breakdown="sex=male")
    own = claim(160, "p 1"), claim(60, "p 1", breakdown="sex=female"), share(printed_share, "sex=female")
    found = judged(tmp_path, *others, yearbook="\n".join([HEADER, *own]) + "\n")
    assert found[["source_id", "verdict", "own"]].values.tolist() == [["yearbook-2021", verdict, True]]


def test_a_source_with_two_figures_for_a_cell_is_judged_by_the_record(tmp_path):
    others = claim(200, "p 1"), claim(100, "p 1", breakdown="sex=female"), claim(100, "p 1", breakdown="sex=male")
    own = claim(160, "p 1"), claim(60, "p 1", breakdown="sex=female"), claim(90, "p 2", breakdown="sex=female")
    found = judged(tmp_path, *others, yearbook="\n".join([HEADER, *own, share("50", "sex=female")]) + "\n")
    assert found[["source_id", "verdict", "own"]].values.tolist() == [["yearbook-2021", "agrees", False]]


def test_sums_are_for_the_reconciliation(tmp_path):
    """238 women within a total of 80, as one release has it for Denmark in 2021."""
    raw, documents = folder(
        tmp_path, claim(80, "page 1", year=2021), claim(238, "page 1", year=2021, breakdown="sex=female")
    )
    found = checked(raw, documents)
    assert found.n_clashes == 1
    assert found.faults == 0
    assert str(found).endswith("sums and repeats: 1 clash; trafficking-stats reconcile lists them")


def test_no_claims_give_an_empty_table(tmp_path):
    assert judged(tmp_path, yearbook=HEADER + "\n").empty


# --- what ships -----------------------------------------------------------------------------------------------


def test_the_known_wrong_percentages_are_found_and_explained():
    """+35 pct. for 73 to 112 (CMM 2024) and 94 % for 547 of 632 (EU page 2017)."""
    found = check(ts.load_claims().query("country == 'DNK'"), ts.load_sources(), "none")
    differing = found.differing.set_index("source_id")
    cmm = differing.loc["center-mod-menneskehandel-2024-dnk"]
    assert (cmm.value, round(cmm.lower, 1), cmm.code) == ("35", 53.4, "share_of_new")
    page = differing.loc["european-commission-2017-dnk"].set_index("breakdown")
    assert (page.value["sex=female"], round(page.lower["sex=female"], 1)) == ("94", 86.6)
    # its own 27 of 632, though the record has one child more
    assert (page.value["age=child"], round(page.lower["age=child"], 1)) == ("4.5", 4.3)
    pd.testing.assert_frame_equal(found.unexplained, found.unexplained.iloc[:0])


def test_the_danish_figures_stand_in_the_five_documents(shared):
    claims = ts.load_claims()
    danish = claims[claims.source_id.isin(set(ts.load_sources().query("document != ''").source_id))]
    found = check(danish, ts.load_sources(), shared / "documents")
    assert found.documents.state.tolist() == ["at hand"] * 5
    assert len(found.figures) == 118
    assert found.figures.verdict.value_counts().to_dict() == {"stands": 102, "implied": 16}
    assert found.faults == 0
