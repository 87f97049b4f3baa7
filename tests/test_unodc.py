import time

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from unodc_workbook import CONVICTED, VICTIMS, real_release, row, write_workbook

from trafficking_stats.errors import ReaderError
from trafficking_stats.readers.draft import slug
from trafficking_stats.readers.unodc import read_unodc

RELEASES = ["2023-05-30", "2025-04-14"]


def read(tmp_path, *rows, **layout):
    options = {name: layout.pop(name) for name in ("published", "countries", "source_id") if name in layout}
    found = read_unodc(write_workbook(tmp_path / "data_glotip.xlsx", rows, **layout), **options)
    assert found.n_rows == len(rows) == len(found.claims) + len(found.skipped)
    return found


def short(found):
    table = found.claims
    years = table.period_start.str[:4].astype(int)
    return list(zip(table.country, table.indicator, table.breakdown, years, table.value, table.qualifier, strict=True))


def test_every_column_of_a_claim_is_read(tmp_path):
    found = read(
        tmp_path,
        row("80"),
        row("<5", sex="Female", age="0 to 17 years"),
        row("1,282", 2019, indicator=CONVICTED, dimension="by form of exploitation", category="Sexual exploitation"),
        row("12", 2010, indicator="Offences of trafficking in persons"),
    )
    assert short(found) == [
        ("DNK", "victims_identified", "", 2021, 80, "exact"),
        ("DNK", "victims_identified", "age=child;sex=female", 2021, 5, "less_than"),
        ("DNK", "convictions_persons", "exploitation=sexual", 2019, 1282, "exact"),
        ("DNK", "offences_reported", "", 2010, 12, "exact"),
    ]
    claims = found.claims
    assert claims.unit.tolist() == ["persons", "persons", "persons", "offences"]
    assert claims.period_end.tolist() == ["2021-12-31", "2021-12-31", "2019-12-31", "2010-12-31"]
    assert claims.locator[1] == f"row {VICTIMS} / Total / Total / Female / 0 to 17 years / 2021"
    assert claims.scope_note.tolist() == [
        "detected victims, GLOTIP questionnaire",
        "detected victims, GLOTIP questionnaire; counts under 5 masked by publisher",
        "GLOTIP questionnaire",
        "GLOTIP questionnaire",
    ]
    assert set(claims.source_id) == {"unodc-glotip-2025-04"}
    assert found.source["published"] == found.published == "2025-04-14"
    assert found.source["tier"] == "compiler"
    assert found.record["by_indicator"] == {
        "convictions_persons": 1,
        "offences_reported": 1,
        "victims_identified": 2,
    }


@pytest.mark.parametrize("missing_drawing", [True, False])
def test_a_workbook_without_its_drawing_is_read(tmp_path, missing_drawing):
    assert len(read(tmp_path, row("80"), missing_drawing=missing_drawing).claims) == 1


def test_the_layout_without_codes_finds_countries_by_name(tmp_path):
    printed = {
        "Denmark": "DNK",
        "Bolivia (Plurinational State of)": "BOL",
        "Côte d’Ivoire": "CIV",
        "Netherlands": "NLD",
        "Netherlands (Kingdom of the)": "NLD",
        "TÜRKIYE": "TUR",
        "China, Hong Kong Special Administrative Region": "HKG",
        "United Kingdom of Great Britain and Northern Ireland": "GBR",
    }
    rows = [row(str(10 + i), 2000 + i, country=name) for i, name in enumerate(printed)]
    found = read(tmp_path, *rows, row("7", country="Sark"), row("9", country="Atlantis"), drop=("Iso3_code",))
    assert found.claims.country.tolist() == list(printed.values())
    assert found.skipped.row.tolist() == [12, 13]
    assert found.skipped.reason.tolist() == [
        "Sark has no code of its own in ISO 3166-1 and is not added to Guernsey",
        "'Atlantis' is no country of ISO 3166-1",
    ]


def test_rows_that_are_no_claim_are_listed_with_their_reason(tmp_path):
    bad = {
        "the value 'n/a' is not a whole number": row("n/a"),
        "the value '2.5' is not a whole number": row(2.5),
        "the value '-3' is not a whole number": row("-3"),
        "the value '1,28' is not a whole number": row("1,28"),
        "the row has no value": row(""),
        "the year is '21'": row("7", 21),
        "the year is '2019.5'": row("7", 2019.5),
        "the year is ''": row("7", ""),
        "indicator 'Smuggled migrants' is not in the map of this reader": row("7", indicator="Smuggled migrants"),
        "unit 'Rate per 100,000 population' is not a count": row("7", unit="Rate per 100,000 population"),
        "CAR stands for a group of countries": row("7", code="CAR", country=""),
        "the row names no country": row("7", code="", country=""),
        "'ZZZ' (no name) is no country of ISO 3166-1": row("7", code="ZZZ", country=""),
        "the row has the code DNK and the name 'Norway', which is NOR": row("7", country="Norway"),
    }
    found = read(tmp_path, *bad.values(), row("80"))
    assert found.skipped.reason.tolist() == list(bad)
    assert found.skipped.row.tolist() == list(range(4, 4 + len(bad)))
    assert short(found) == [("DNK", "victims_identified", "", 2021, 80, "exact")]
    assert "14 skipped" in str(found)
    assert found.reasons.rows.sum() == 14


def test_numbers_that_excel_stores_as_numbers_are_read(tmp_path):
    assert short(read(tmp_path, row(80, 2021.0)))[0][3:5] == (2021, 80)


def test_a_row_printed_again_is_skipped_and_different_figures_are_told_apart(tmp_path):
    found = read(
        tmp_path,
        row("45", sex="Male"),
        row("44", sex="Male"),
        row("45", sex="Male"),
        row("45", 2020, sex="Male"),
        row("45", 2020, sex="Male"),
    )
    assert [(b, y, v) for _, _, b, y, v, _ in short(found)] == [
        ("row=1;sex=male", 2021, 45),
        ("row=2;sex=male", 2021, 44),
        ("sex=male", 2020, 45),
    ]
    assert found.claims.scope_note[1].endswith("; row 2 of 2 that the file prints under this label")
    assert found.skipped.reason.tolist() == ["prints again the figure of an earlier row of the same label"] * 2


def test_equal_rows_of_other_forms_are_several_forms(tmp_path):
    # Denmark 2018 in the release of April 2025: 20, <5, <5 and 5 stand under one label
    other = {"dimension": "by form of exploitation", "category": "Other forms of exploitation"}
    found = read(tmp_path, *(row(value, 2018, **other) for value in ("20", "<5", "<5", "5")), row("7", 2019, **other))
    assert found.claims.breakdown.tolist() == [
        *(f"exploitation=other_forms;row={number}" for number in (1, 2, 3, 4)),
        "exploitation=other_forms",
    ]


def test_nationalities_take_the_code_of_the_country_unless_its_name_stands_beside_them(tmp_path):
    of = {"dimension": "by citizenship"}
    found = read(
        tmp_path,
        row("16", 2019, category="Nigerians", **of),
        row("11", 2007, category="Nigeria", **of),
        row("3", 2020, category="Nigerians", **of),
        row("4", 2020, category="NIGERIA", **of),
        row("5", 2020, category="Nigeria", **of),
        row("6", 2020, category="Nationals", **of),
        row("7", 2020, category="", **of),
        row("8", 2020, category="Congolese", **of),
        row("9", 2020, category="Türkiye", **of),
        row("9", 2019, category="TÃ¼rkiye", **of),
    )
    assert [b.removeprefix("citizenship=") for b in found.claims.breakdown] == [
        "NGA",
        "NGA",
        "nigerians",
        slug("NIGERIA"),
        "NGA",
        "national",
        "not_stated",
        "congolese",
        "TUR",
        "TUR",
    ]


def test_the_own_country_is_nationals_unless_they_have_a_row_of_their_own(tmp_path):
    of = {"dimension": "by citizenship"}
    found = read(
        tmp_path,
        row("5", 2013, category="Denmark", **of),
        row("6", 2014, category="Danish", **of),
        row("7", 2014, category="Nationals", **of),
        row("8", 2015, category="own country", **of),
        row("9", 2015, category="Nationals", **of),
        row("5", 2016, category="own country", **of),
        row("6", 2016, category="Rumania", **of),
        row("7", 2013, category="Denmark", dimension="by country of repatriation"),
    )
    assert found.claims.breakdown.tolist() == [
        "citizenship=national",
        "citizenship=DNK",
        "citizenship=national",
        f"citizenship={slug('own country')}",
        "citizenship=national",
        "citizenship=national",
        "citizenship=ROU",
        "repatriation=DNK",
    ]


def test_repatriated_persons_are_no_part_of_the_detected_victims(tmp_path):
    found = read(tmp_path, row("122", dimension="by country of repatriation", category="Abroad"))
    assert short(found)[0][1:3] == ("victims_repatriated", "repatriation=abroad")


def test_a_nationality_nobody_knows_keeps_its_own_category_and_other_new_labels_are_named(tmp_path):
    found = read(
        tmp_path,
        row("7", dimension="by relationship", category="Family"),
        row("8", dimension="by relationship", category="Total"),
        row("9", dimension="by form of exploitation", category="Sexual"),
        row("10", sex="Non-binary"),
        row("11", age="18 to 24 years"),
        row("12", dimension="by sex", category="Female"),
        row("13", dimension="Total", category="Some"),
        row("14", dimension="by citizenship", category="Sierra Leonean of old"),
    )
    assert found.claims.breakdown.tolist() == [f"citizenship={slug('Sierra Leonean of old')}"]
    relationship, total, form, sex, age, by_sex, some = found.skipped.reason
    assert relationship == total == "dimension 'by relationship' is not in the map of this reader"
    assert "must be a category of exploitation: " in form
    assert "must be a category of sex: " in sex
    assert "must be a category of age: " in age
    assert by_sex == "dimension 'by sex' is not in the map of this reader"
    assert some == "dimension 'Total' is not in the map of this reader"


LABELS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)


@given(st.lists(st.tuples(LABELS, st.sampled_from(["by citizenship", "by country of repatriation"])), min_size=1))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_two_labels_never_share_a_cell_and_no_row_is_lost(tmp_path, labels):
    rows = [row(str(7 + i), dimension=dimension, category=label) for i, (label, dimension) in enumerate(labels)]
    found = read(tmp_path, *rows)
    assert not found.claims.duplicated(["country", "indicator", "breakdown", "period_start"]).any()
    cell = found.claims.breakdown.str.replace(r";row=\d+", "", regex=True)
    assert found.claims.locator.groupby(cell).nunique().max() == 1


def test_slugs_differ_wherever_labels_do():
    labels = ["Sierra Leonean", "sierra leonean", "SIERRA LEONEAN", "Sierra-Leonean", "Sierra Leonéan", "?", "!"]
    assert len({slug(label) for label in labels}) == len(labels)


def test_only_the_countries_asked_for_are_read(tmp_path):
    found = read(tmp_path, row("80"), row("7", code="NOR", country="Norway"), countries=["NOR"])
    assert found.claims.country.tolist() == ["NOR"]
    assert found.skipped.reason.tolist() == ["country not asked for"]
    assert read(tmp_path, row("80"), row("7", code="NOR"), countries=["dk"]).claims.country.tolist() == ["DNK"]
    for wrong in (["Freedonia"], "DNK"):
        with pytest.raises(ReaderError, match="alpha-3 codes or names"):
            read(tmp_path, row("80"), countries=wrong)


def test_the_date_comes_from_the_banner_or_the_caller(tmp_path):
    assert read(tmp_path, row("80"), date="30.5.2023").published == "2023-05-30"
    assert read(tmp_path, row("80"), date=None, published="2024-01-02").source["source_id"] == "unodc-glotip-2024-01"
    assert read(tmp_path, row("80"), source_id="mine", published="2024-01-02").claims.source_id[0] == "mine"
    with pytest.raises(ReaderError, match="no date above the header"):
        read(tmp_path, row("80"), date=None)
    with pytest.raises(ReaderError, match="must be a date"):
        read(tmp_path, row("80"), published="April 2025")
    with pytest.raises(ReaderError, match="'2025-02-31'"):
        read(tmp_path, row("80"), date="31/02/2025")
    with pytest.raises(ReaderError, match="letters, digits and hyphens"):
        read(tmp_path, row("80"), source_id="../etc")


def test_files_of_another_kind_get_a_message(tmp_path):
    with pytest.raises(ReaderError, match="there is no such file"):
        read_unodc(tmp_path / "none.xlsx")
    for name, content in {"text.xlsx": b"Country,Year\n", "empty.xlsx": b"", "cut.xlsx": b"PK\x03\x04cut"}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ReaderError, match=name):
            read_unodc(tmp_path / name)
    with pytest.raises(ReaderError, match="the header above row 4 of sheet 'data_glotip_1' lacks txtVALUE"):
        read_unodc(write_workbook(tmp_path / "a.xlsx", [row("80")], drop=("txtVALUE",)))
    with pytest.raises(ReaderError, match="no header"):
        read_unodc(write_workbook(tmp_path / "b.xlsx", [], header=["a"], date=None))
    with pytest.raises(ReaderError, match="no rows below the header"):
        read_unodc(write_workbook(tmp_path / "c.xlsx", []))


# --- the real releases -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("date", "figures", "claims"), [("2023-05-30", 46556, 45559), ("2025-04-14", 58769, 58679)])
def test_no_row_of_a_release_is_lost(shared, date, figures, claims):
    start = time.perf_counter()
    found = real_release(shared, date)
    assert time.perf_counter() - start < 60
    assert (found.n_rows, len(found.claims)) == (figures, claims)
    assert found.n_rows == len(found.claims) + len(found.skipped)
    assert found.published == date
    assert not found.skipped.reason.str.contains("is no country|is not in|no value|whole number").any()
    assert not found.claims.duplicated(["country", "indicator", "breakdown", "period_start"]).any()


@pytest.mark.parametrize("date", RELEASES)
def test_labels_of_a_release_never_share_a_cell(shared, date):
    claims = real_release(shared, date).claims
    cell = [claims[c] for c in ("country", "indicator", "period_start")]
    labels = claims.locator.groupby([*cell, claims.breakdown.str.replace(r"\brow=\d+;?", "", regex=True)])
    assert labels.nunique().max() == 1


@pytest.mark.parametrize("date", RELEASES)
def test_a_release_is_read_as_a_person_transcribed_it(shared, date):
    source = f"unodc-glotip-{date[:7]}"
    by_hand = pd.read_csv(shared / "figures" / "claims.csv", dtype=str, keep_default_na=False)
    by_hand = by_hand[by_hand.source_id == source].rename(columns={"country_iso3": "country"})
    by_hand["breakdown"] = by_hand.breakdown.map(lambda text: ";".join(sorted(text.split(";"))))
    by_hand["value"] = by_hand.value.astype(float)
    same = ["country", "indicator", "breakdown", "period_start", "period_end", "value", "qualifier", "unit", "locator"]
    both = by_hand.merge(real_release(shared, date).claims, on=same)
    assert len(both) == len(by_hand) == {"2023-05-30": 1381, "2025-04-14": 1610}[date]


@pytest.mark.parametrize("date", RELEASES)
def test_the_figures_that_ship_with_the_package_are_in_the_release(shared, root, date):
    file = root / "data" / "raw" / "claims" / f"unodc-glotip-{date[:7]}.csv"
    shipped = pd.read_csv(file, dtype=str, keep_default_na=False).assign(value=lambda t: t.value.astype(float))
    same = ["country", "indicator", "breakdown", "period_start", "period_end", "value", "qualifier", "unit"]
    found = real_release(shared, date).claims
    assert len(shipped.merge(found, on=same)) == len(shipped) > 1000


def test_the_danish_table_of_the_release_of_2023(shared):
    # victims, formal contact, prosecuted, convicted, offences in data_glotip of 30 May 2023; "<5" is 5-
    table = """
        2003 - - 7 - -|2004 - - 5- 5- -|2005 - - 5- 7 -|2006 - - 5- 5- -|2007 17 - 22 5- -|2008 28 - 25 7 -
        2009 47 - 29 10 -|2010 53 13 17 10 12|2011 60 13 12 5 14|2012 66 9 9 5- 9|2013 76 20 21 5- 11
        2014 71 40 5- 10 17|2015 93 67 29 7 8|2016 121 5- 5- 15 6|2017 98 14 5 8 8|2018 97 19 5- 5- 5-
        2019 64 11 5- 5- 5-|2020 77 10 5- 5- 5-|2021 80 - - - -"""
    order = "victims_identified suspects_formal_contact prosecutions_suspects convictions_persons offences_reported"
    expected = {
        (indicator, int(year), printed)
        for year, *cells in (line.split() for line in table.replace("\n", "|").split("|") if line.strip())
        for indicator, printed in zip(order.split(), cells, strict=True)
        if printed != "-"
    }
    claims = real_release(shared, "2023-05-30").claims.query("country == 'DNK' and breakdown == ''")
    masked = claims.qualifier.map({"exact": "", "less_than": "-"})
    printed = claims.value.astype(int).astype(str) + masked
    assert set(zip(claims.indicator, claims.period_start.str[:4].astype(int), printed, strict=True)) == expected


@pytest.mark.parametrize(
    ("country", "victims", "convicted"),
    # pooled 2017-2019 in data_glotip of 30 May 2023
    [("GBR", 22750, (501, 501)), ("NLD", 2954, (260, 260)), ("DNK", 259, (8, 16)), ("CHE", 255, (16, 20))],
)
def test_pooled_totals_of_europe(shared, country, victims, convicted):
    claims = real_release(shared, "2023-05-30").claims
    claims = claims[(claims.country == country) & (claims.breakdown == "")]
    claims = claims[claims.period_start.between("2017-01-01", "2019-12-31")]
    low = claims.value.where(claims.qualifier == "exact", 0).groupby(claims.indicator).sum()
    high = claims.value.where(claims.qualifier == "exact", 4).groupby(claims.indicator).sum()
    assert low["victims_identified"] == high["victims_identified"] == victims
    assert (low["convictions_persons"], high["convictions_persons"]) == convicted
