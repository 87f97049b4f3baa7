import pandas as pd
import pytest
from unodc_workbook import CONVICTED, real_release, row, write_workbook

from trafficking_stats.errors import ClaimError, ReaderError
from trafficking_stats.readers.faults import CELL
from trafficking_stats.readers.revisions import compare_releases
from trafficking_stats.readers.unodc import read_unodc
from trafficking_stats.readers.writing import write_raw


def claims(*figures, country="DNK", indicator="victims_identified"):
    rows = []
    for breakdown, year, printed in figures:
        masked = isinstance(printed, str)
        value = float(printed.lstrip("<")) if masked else float(printed)
        qualifier = "less_than" if masked else "exact"
        rows.append((country, indicator, breakdown, f"{year}-01-01", f"{year}-12-31", value, qualifier))
    return pd.DataFrame(rows, columns=[*CELL, "value", "qualifier"])


def kinds(found):
    table = found.corrupt
    return list(zip(table.kind, table.breakdown, table.period_start.str[:4].astype(int), table["size"], strict=True))


def test_changed_new_and_vanished_cells_with_the_size_of_the_change():
    found = compare_releases(
        claims(("", 2017, 98), ("", 2018, "<5"), ("", 2019, "<5"), ("", 2020, 70), ("", 2021, 7)),
        claims(("", 2017, 98), ("", 2018, 12), ("", 2019, 3), ("", 2020, "<5"), ("", 2022, 73)),
    )
    changed = found.changed
    # 70 became at most 4; 0-4 became 12; 0-4 became 3, which it allowed
    assert changed.period_start.str[:4].tolist() == ["2020", "2018", "2019"]
    assert changed.old.tolist() == ["70", "<5", "<5"]
    assert changed.new.tolist() == ["<5", "12", "3"]
    assert changed["size"].tolist() == [66, 8, 0]
    assert changed.new_upper.tolist() == [4, 12, 3]
    assert found.new[["period_start", "figure", "size"]].values.tolist() == [["2022-01-01", "73", 73]]
    assert found.vanished[["period_start", "figure", "size"]].values.tolist() == [["2021-01-01", "7", 7]]
    assert found.corrupt.empty
    sizes = found.sizes.set_index("size")
    assert sizes.changed[["0", "5-9", "50-99"]].tolist() == [1, 1, 1]
    assert sizes.sum().tolist() == [3, 1, 1]
    assert str(found).startswith("3 figures changed, 1 new, 1 vanished; 0 look corrupt")


def test_equal_releases_differ_in_nothing():
    same = claims(("", 2017, 98), ("sex=female", 2017, 86))
    found = compare_releases(same, same.sample(frac=1, random_state=1))
    assert [len(t) for t in (found.changed, found.new, found.vanished, found.corrupt)] == [0, 0, 0, 0]


def test_countries_that_are_not_compared_are_still_looked_at():
    old, new = (claims(("", 2021, 80), ("sex=female", 2021, part)) for part in (42, 238))
    new = pd.concat([new, new.assign(country="SWE")])
    found = compare_releases(old, new, ["DNK"])
    assert (found.corrupt.country.tolist(), len(found.new)) == (["DNK"], 0)
    assert found.faults.country.tolist() == ["DNK", "SWE"]


def test_a_part_above_its_whole_is_named_with_the_whole_it_exceeds_most():
    found = compare_releases(
        claims(("", 2021, 80), ("sex=female", 2021, 42)),
        claims(("", 2021, 80), ("sex=female", 2021, 238), ("age=child", 2021, 5), ("age=child;sex=female", 2021, 197)),
    )
    assert kinds(found) == [
        ("part_above_whole", "age=child;sex=female", 2021, 192),
        ("part_above_whole", "sex=female", 2021, 158),
    ]
    assert found.corrupt.evidence.tolist() == [
        "DNK victims_identified 2021: age=child;sex=female is 197, more than age=child of 5",
        "DNK victims_identified 2021: sex=female is 238, more than the total of 80",
    ]
    assert not found.corrupt.standing.any()


def test_masked_figures_count_with_their_bounds():
    whole = claims(("", 2021, "<5"))
    part = [("sex=female", 2021, "<5"), ("sex=male", 2021, "<5")]
    assert compare_releases(whole, claims(("", 2021, "<5"), *part)).corrupt.empty
    found = compare_releases(whole, claims(("", 2021, "<5"), ("sex=female", 2021, 5)))
    assert kinds(found) == [("part_above_whole", "sex=female", 2021, 1)]


def test_parts_that_add_up_to_more_than_their_whole():
    old = claims(("", 2016, 121), ("age=adult", 2016, 114), ("age=child", 2016, 9))
    found = compare_releases(old, old)
    # 114 adults and 9 children are 123 within a total of 121: Denmark 2016 in the release of 2023
    assert kinds(found) == [("parts_above_whole_by_age", "", 2016, 2)]
    assert found.corrupt.standing.tolist() == [True]
    assert "add up to at least 123, more than the total of 121" in found.corrupt.evidence[0]
    forms = claims(("", 2016, 10), ("exploitation=sexual", 2016, 8), ("exploitation=forced_labour", 2016, 8))
    assert compare_releases(forms, forms).corrupt.empty


def test_a_series_moved_by_a_year_needs_two_witnesses():
    old = claims(*(("", year, value) for year, value in {2018: 102, 2019: 96, 2020: 195, 2021: 83}.items()))
    moved = claims(*(("", year, value) for year, value in {2018: 102, 2019: 195, 2020: 83, 2021: 65}.items()))
    found = compare_releases(old, moved)
    assert kinds(found) == [("shifted_year", "", 2019, 195)]
    assert found.corrupt.period_end[0] == "2020-12-31"
    assert found.corrupt.evidence[0] == (
        "DNK victims_identified, the total: 195 of 2020 now stands in 2019; 83 of 2021 now stands in 2020, "
        "one year earlier"
    )
    assert "one year later" in compare_releases(moved, old).corrupt.evidence[0]
    one = claims(("", 2018, 102), ("", 2019, 195), ("", 2020, 195), ("", 2021, 83))
    assert compare_releases(old, one).corrupt.empty
    masked = [claims(*(("", y, "<5") for y in range(2010 + s, 2015 + s))) for s in (0, 1)]
    assert compare_releases(*masked).corrupt.empty


def test_a_figure_that_is_the_number_of_its_year():
    found = compare_releases(claims(("", 2019, 3000)), claims(("", 2019, 3000), ("sex=unknown", 2019, 2019)))
    assert kinds(found) == [("equals_its_year", "sex=unknown", 2019, 2019)]


def test_rows_of_one_cell_are_compared_in_their_order():
    old = claims(("", 2020, 7), ("", 2020, 9))
    found = compare_releases(old, claims(("", 2020, 7), ("", 2020, 11)))
    assert found.changed[["old", "new"]].values.tolist() == [["9", "11"]]


def test_wrong_tables_get_a_message():
    good = claims(("", 2020, 7))
    with pytest.raises(ReaderError, match="the old release lacks the columns value"):
        compare_releases(good.drop(columns="value"), good)
    with pytest.raises(ReaderError, match="unknown qualifiers circa"):
        compare_releases(good, good.assign(qualifier="circa"))


def test_the_faults_of_a_made_up_release(tmp_path):
    """Two workbooks with the shapes of the Danish and the Dominican faults, other numbers."""
    sexes = [("Total", "60"), ("Female", "35"), ("Male", "25")]
    dom = {"code": "DOM", "country": "Dominican Republic"}
    old = [row(v, sex=s) for s, v in sexes]
    old += [row(str(v), y, **dom) for y, v in ((2018, 90), (2019, 81), (2020, 170), (2021, 44))]
    new = [row(v, sex=s) for s, v in (("Total", "60"), ("Female", "211"), ("Male", "25"))]
    new += [row(str(v), y, **dom) for y, v in ((2018, 90), (2019, 170), (2020, 44), (2021, 52))]
    new += [row("61212019", indicator=CONVICTED, dimension="by citizenship", category="Nationals")]
    new += [row("<5", indicator=CONVICTED)]
    found = compare_releases(
        read_unodc(write_workbook(tmp_path / "old.xlsx", old, date="30/05/2023")).claims,
        read_unodc(write_workbook(tmp_path / "new.xlsx", new)).claims,
    )
    assert found.corrupt.evidence.tolist() == [
        "DNK convictions_persons 2021: citizenship=national is 61212019, more than the total of <5",
        "DOM victims_identified, the total: 170 of 2020 now stands in 2019; 44 of 2021 now stands in 2020, "
        "one year earlier",
        "DNK victims_identified 2021: sex=female is 211, more than the total of 60",
    ]
    assert found.corrupt.query("country == 'DOM'").kind.tolist() == ["shifted_year"]
    text = str(found)
    assert "shifted year: 1 in 1 country," in text
    assert "part above whole: 2 in 1 country," in text


def test_the_faults_of_the_real_release_of_2025(shared):
    found = compare_releases(*(real_release(shared, date).claims for date in ("2023-05-30", "2025-04-14")))
    evidence = set(found.corrupt.evidence[~found.corrupt.standing])
    assert "DNK victims_identified 2021: sex=female is 238, more than the total of 80" in evidence
    assert (
        "DOM victims_identified, the total: 195 of 2020 now stands in 2019; 83 of 2021 now stands in 2020, "
        "one year earlier" in evidence
    )
    shifted = found.corrupt[found.corrupt.kind == "shifted_year"]
    assert set(shifted.country) == {"DOM", "CRI"}
    assert (len(found.changed), len(found.new), len(found.vanished)) == (1924, 13974, 854)


# --- writing ----------------------------------------------------------------------------------------------


SOURCE = {"source_id": "made-up-2025", "title": "Made up", "publisher": "P", "upstream": "national", "tier": "press"}


def raw(*figures):
    return claims(*figures).assign(unit="persons", locator="p. 1", scope_note="")


def test_claims_and_their_source_are_written_once(tmp_path):
    table = raw(("", 2020, 77), ("", 2019, "<5"))
    path, changed = write_raw(table, SOURCE, tmp_path)
    assert changed
    assert path.read_text() == (
        "country,indicator,breakdown,period_start,period_end,value,qualifier,unit,locator,scope_note\n"
        "DNK,victims_identified,,2019-01-01,2019-12-31,5,less_than,persons,p. 1,\n"
        "DNK,victims_identified,,2020-01-01,2020-12-31,77,exact,persons,p. 1,\n"
    )
    sources = (tmp_path / "sources.csv").read_text().splitlines()
    assert sources[0].startswith("source_id,title,publisher,upstream,tier,published")
    assert sources[1].startswith("made-up-2025,Made up,P,national,press,")
    assert write_raw(table.iloc[::-1], SOURCE, tmp_path) == (path, False)
    assert sorted(p.name for p in tmp_path.rglob("[!.]*")) == ["claims", "made-up-2025.csv", "sources.csv"]


def test_other_content_is_replaced_only_on_request(tmp_path):
    path, _ = write_raw(raw(("", 2020, 77)), SOURCE, tmp_path)
    before = path.read_bytes()
    with pytest.raises(ReaderError, match=r"are there already and differ; .* source_id, .* with replace=True$"):
        write_raw(raw(("", 2020, 64)), {**SOURCE, "title": "New"}, tmp_path)
    assert path.read_bytes() == before
    assert write_raw(raw(("", 2020, 64)), {**SOURCE, "title": "New"}, tmp_path, replace=True) == (path, True)
    assert ",64,exact" in path.read_text()
    assert "made-up-2025,New," in (tmp_path / "sources.csv").read_text()


def test_other_sources_keep_their_rows(tmp_path):
    write_raw(raw(("", 2020, 77)), {**SOURCE, "source_id": "b", "note": 'a "quoted", note'}, tmp_path)
    write_raw(raw(("", 2020, 77)), {**SOURCE, "source_id": "a"}, tmp_path)
    lines = (tmp_path / "sources.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["a", "b"]
    assert lines[2].endswith('"a ""quoted"", note"')


def test_what_cannot_be_written_gets_a_message(tmp_path):
    good = raw(("", 2020, 77))
    for table, source, text in [
        (good.drop(columns="unit"), SOURCE, "columns unit are missing"),
        (good.iloc[:0], SOURCE, "nothing was written"),
        (good, {**SOURCE, "colour": "red"}, "colour are no columns"),
        (good, {**SOURCE, "source_id": "../x"}, "letters, digits and hyphens"),
    ]:
        with pytest.raises(ReaderError, match=text):
            write_raw(table, source, tmp_path)
    assert list(tmp_path.glob("[!.]*")) == []
    (tmp_path / "sources.csv").write_text("source_id,name\nx,y\n")
    with pytest.raises(ClaimError, match=r"sources\.csv, line 1: the columns title, .* there must be"):
        write_raw(good, SOURCE, tmp_path)
    (tmp_path / "sources.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ClaimError, match=r"sources\.csv, line 1: not UTF-8 \(it looks like UTF-16\)"):
        write_raw(good, SOURCE, tmp_path)
    assert not (tmp_path / "claims").exists()


# --- probable reasons -----------------------------------------------------------------------------------------------

STEADY = [("", year, 100 + 7 * year % 11) for year in range(2005, 2020)]


def with_steady(*figures):
    """A series that does not change, so that one change is not most of it, and the last year is 2019."""
    named = {(breakdown, year) for breakdown, year, _ in figures}
    return claims(*figures, *[row for row in STEADY if row[:2] not in named])


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ([("", 2012, "<5")], [("", 2012, 3)], "refined"),
        ([("", 2012, 30)], [("", 2012, 57)], "unexplained"),
        ([("", 2019, 30)], [("", 2019, 57)], "late_count"),
        ([("", 2018, 30)], [("", 2018, 57)], "late_count"),
        ([("", 2019, 57)], [("", 2019, 30)], "unexplained"),
        ([("", 2017, 30)], [("", 2017, 57)], "unexplained"),
        ([("", 2012, 243)], [("", 2012, 143)], "digit_slip"),
        ([("", 2012, 243)], [("", 2012, 423)], "digit_slip"),
        ([("", 2012, 80)], [("", 2012, 8)], "digit_slip"),
        ([("", 2012, 30)], [("", 2012, 34)], "unexplained"),
        ([("", 2012, 1009)], [("", 2012, 1098)], "correction"),
        ([("", 2012, 1009)], [("", 2012, 1151)], "unexplained"),
        ([("", 2012, 80), ("sex=male", 2012, 30)], [("", 2012, 80), ("sex=male", 2012, 94)], "corrupt"),
        ([("", 2012, 80), ("sex=male", 2012, 94)], [("", 2012, 80), ("sex=male", 2012, 30)], "mended"),
    ],
)
def test_each_change_has_its_probable_reason(old, new, reason):
    found = compare_releases(with_steady(*old), with_steady(*new)).changed
    assert found["reason"].tolist() == [reason]


def test_figures_that_moved_by_a_year_are_told_from_others():
    old = claims(*[("", year, value) for year, value in ((2015, 96), (2016, 195), (2017, 83), (2018, 40), (2019, 41))])
    new = claims(*[("", year, value) for year, value in ((2015, 195), (2016, 83), (2017, 51), (2018, 40), (2019, 41))])
    reasons = compare_releases(old, new).changed.set_index("period_start")["reason"]
    assert reasons[["2015-01-01", "2016-01-01"]].tolist() == ["shifted_year", "shifted_year"]


def test_a_series_of_which_most_was_restated_is_said_to_be():
    old = claims(*[("", year, 20 + year % 7) for year in range(2010, 2014)])
    new = claims(*[("", year, 361 + 5 * (year % 5)) for year in range(2010, 2013)], ("", 2013, 20 + 2013 % 7))
    assert compare_releases(old, new).changed["reason"].tolist() == ["series_restated"] * 3


@pytest.mark.parametrize(
    ("gone", "left", "reason"),
    [
        ([("", 2012, 30)], [], "unexplained"),
        ([("", 2012, 3)], [], "small_count"),
        ([("", 2012, "<5")], [], "small_count"),
        ([("sex=male", 2012, 30)], [], "table_gone"),
        ([("sex=male", 2012, 30)], [("sex=female", 2012, 50)], "series_gone"),
        ([("sex=male", 2012, 30)], [("sex=female", 2012, 50), ("sex=male", 2013, 50)], "unexplained"),
        ([("age=child", 2012, 30)], [("age=unknown", 2012, 30)], "moved"),
        ([("age=child", 2012, 3)], [("age=unknown", 2012, 3)], "series_gone"),
    ],
)
def test_each_figure_left_out_has_its_probable_reason(gone, left, reason):
    kept = [row for row in STEADY if row[1] != 2012]
    found = compare_releases(claims(*gone, *kept), claims(*left, *kept)).vanished
    assert found["reason"].tolist() == [reason]


def test_what_is_gone_with_its_country_or_indicator_is_said_to_be():
    old = [claims(("", 2012, 30)), claims(("", 2012, 31), country="SWE")]
    old.append(claims(("", 2012, 32), indicator="convictions_persons"))
    found = compare_releases(pd.concat(old), old[0])
    assert sorted(found.vanished["reason"]) == ["country_gone", "indicator_gone"]
    assert "vanished: 1 nothing of the country is left" in str(found)
