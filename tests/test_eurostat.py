import gzip
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trafficking_stats.errors import ReaderError
from trafficking_stats.readers.eurostat import read_eurostat

DATA = Path(__file__).parent / "data" / "eurostat"
HEAD = "DATAFLOW,LAST UPDATE,freq,leg_stat,sex,unit,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS"
START = "ESTAT:CRIM_THB_SEX(1.0),17/01/25 23:00:00,A"


def short(found):
    table = found.claims
    years = table.period_start.str[:4].astype(int)
    return list(zip(table.country, table.indicator, table.breakdown, years, table.value, table.qualifier, strict=True))


def read_text(tmp_path, text, name="crim_thb_sex.csv", **options):
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = read_eurostat(tmp_path / name, **options)
    assert found.n_rows == len(found.claims) + len(found.skipped)
    return found


def read_rows(tmp_path, *rows, **options):
    return read_text(tmp_path, "\n".join([HEAD, *(f"{START},{r}" for r in rows)]) + "\n", **options)


def test_an_sdmx_csv_download():
    found = read_eurostat(DATA / "crim_thb_sex.csv")
    assert short(found) == [
        ("DNK", "victims_registered", "", 2020, 91, "exact"),
        ("DNK", "victims_registered", "", 2021, 84, "exact"),
        ("DNK", "victims_registered", "sex=female", 2021, 44, "about"),
        ("GRC", "victims_registered", "", 2021, 52, "about"),
        ("EUU", "victims_registered", "", 2021, 7001, "exact"),
        ("DNK", "convictions_persons", "", 2021, 3, "about"),
    ]
    assert found.claims.scope_note.tolist() == [
        "",
        "break in the series",
        "break in the series, provisional",
        "estimated",
        "EU27_2020",
        "low reliability",
    ]
    assert found.claims.locator[0] == "crim_thb_sex A.PER_VICT.T.NR.DK 2020"
    assert dict(zip(found.skipped.row, found.skipped.reason, strict=True)) == {
        5: "confidential",
        8: "another size of the European Union than EU27_2020",
        9: "the unit 'P_HTHAB' is not a number of persons",
        11: "'UKC-L' is no country, or a part of one",
        12: "the legal status 'PER_XYZ' is not in the map of this reader",
        13: "no figure",
    }
    assert found.published == "2025-01-17"
    assert found.source["source_id"] == "eurostat-crim-thb-sex-2025-01"
    assert found.n_rows == 12


def test_a_tsv_download_with_flags_behind_the_values():
    found = read_eurostat(DATA / "estat_crim_thb_vctz.tsv", published="2024-02-03")
    assert short(found) == [
        ("DNK", "victims_registered", "", 2019, 91, "exact"),
        ("DNK", "victims_registered", "", 2020, 84, "exact"),
        ("DNK", "victims_registered", "citizenship=national", 2019, 5, "exact"),
        ("DNK", "victims_registered", "citizenship=national", 2021, 4, "about"),
        ("DNK", "victims_registered", "citizenship=eu_foreign", 2019, 21, "about"),
        ("DNK", "victims_registered", "citizenship=eu_foreign", 2020, 19, "exact"),
        ("DNK", "victims_registered", "citizenship=eu_foreign", 2021, 18, "about"),
        ("DNK", "victims_registered", "citizenship=non_eu", 2019, 60, "exact"),
        ("DNK", "victims_registered", "citizenship=non_eu", 2020, 55, "exact"),
        ("DNK", "victims_registered", "citizenship=ROU", 2019, 12, "exact"),
        ("DNK", "victims_registered", "citizenship=ROU", 2021, 13, "exact"),
        ("GRC", "victims_registered", "", 2019, 34, "exact"),
        ("GRC", "victims_registered", "", 2020, 40, "exact"),
        ("GRC", "victims_registered", "", 2021, 52, "exact"),
        ("DNK", "victims_rate_per_million", "", 2019, 15.66, "exact"),
        ("DNK", "victims_rate_per_million", "", 2021, 14.3, "exact"),
    ]
    notes = found.claims.set_index(["country", "breakdown", "period_start"]).scope_note
    assert notes["DNK", "citizenship=eu_foreign", "2021-01-01"] == "break in the series, low reliability"
    assert notes["GRC", "", "2019-01-01"] == "definition differs"
    assert found.claims.unit.iloc[-1] == "per_million"
    assert found.reasons.set_index("reason").rows.to_dict() == {"confidential": 2, "no figure": 3}
    assert found.n_rows == 21


@pytest.mark.parametrize("name", ["crim_thb_sex.csv", "estat_crim_thb_vctz.tsv"])
def test_compressed_files_and_other_line_ends_read_the_same(tmp_path, name):
    content = (DATA / name).read_bytes()
    (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content))
    (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n"))
    plain, packed, windows = (
        read_eurostat(folder / file, published="2025-01-17").claims
        for folder, file in ((DATA, name), (tmp_path, f"{name}.gz"), (tmp_path, name))
    )
    assert plain.equals(packed)
    assert plain.equals(windows)


def test_the_older_tsv_layout_and_the_table_from_a_parameter(tmp_path):
    text = "leg_stat,sex,unit,geo\\time\t2018 \t2017 \nPER_SUSP,M,NR,UK\t7 \t: \n"
    found = read_text(tmp_path, text, "download.tsv", published="2019-05-06", table="crim_thb_sex")
    assert short(found) == [("GBR", "suspects_formal_contact", "sex=male", 2018, 7, "exact")]


def test_version_2_and_labels(tmp_path):
    text = (
        "STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,freq,Time frequency,age,Age class,geo,Geopolitical entity,"
        "TIME_PERIOD,Time,OBS_VALUE,Observation value,OBS_FLAG\n"
        "dataflow,ESTAT:CRIM_THB_VSAGE(1.0),Victims,A,Annual,Y_LT18,Less than 18,DK,Denmark,2021,,5,,p\n"
    )
    found = read_text(tmp_path, text, published="2025-01-17")
    assert short(found) == [("DNK", "victims_registered", "age=child", 2021, 5, "about")]
    assert found.source["source_id"] == "eurostat-crim-thb-vsage-2025-01"
    both = (
        "DATAFLOW,LAST UPDATE,freq: Time frequency,leg_stat: Legal status,geo: Geopolitical entity,TIME_PERIOD: Time,"
        'OBS_VALUE,OBS_FLAG: Flag\n"ESTAT:CRIM_THB_SEX(1.0): Persons, by sex",17/01/25 23:00:00,A: Annual,'
        "PER_PRSC: Prosecuted person,DK: Denmark,2021,4,b: break in time series\n"
    )
    found = read_text(tmp_path, both)
    assert short(found) == [("DNK", "prosecutions_suspects", "", 2021, 4, "exact")]
    assert found.claims.scope_note[0] == "break in the series"


def test_odd_cells_are_skipped_with_their_reason(tmp_path):
    found = read_rows(
        tmp_path,
        "PER_VICT,T,NR,DK,2021,many,,",
        "PER_VICT,T,NR,DK,2021,-4,,",
        "PER_VICT,T,NR,DK,2021,4.5,,",
        "PER_VICT,T,NR,DK,2021-Q1,4,,",
        "PER_VICT,T,NR,EA19,2021,4,,",
        "PER_VICT,T,NR,DK,2021,7,,C",
        "PER_VICT,T,NR,DK,2021,7,q,",
        "PER_VICT,T,NR,DK,2021,8,,",
    )
    assert found.skipped.reason.tolist() == [
        "the value 'many' is not a count",
        "the value '-4' is not a count",
        "column value, value '4.5': must be a whole number of persons",
        "the period '2021-Q1' is not a year",
        "'EA19' is no country, or a part of one",
        "prints again the figure of an earlier row of the same label",
    ]
    assert found.claims.breakdown.tolist() == ["row=1", "row=2"]
    assert found.claims.scope_note.tolist() == [
        "confidential; row 1 of 2 that the file prints under this label",
        "row 2 of 2 that the file prints under this label",
    ]


def test_an_unknown_flag_is_kept_in_the_note(tmp_path):
    assert read_rows(tmp_path, "PER_VICT,T,NR,DK,2021,7,q,").claims.scope_note[0] == "flag q"


@pytest.mark.parametrize(
    ("flag", "note", "qualifier"),
    [
        ("provisional", "provisional", "about"),
        ('"break in time series, estimated"', "break in the series, estimated", "about"),
        ('"definition differs, see metadata"', "definition differs", "exact"),
        ("bp", "break in the series, provisional", "about"),
        ("u: low reliability", "low reliability", "about"),
    ],
)
def test_flags_in_words_are_read_like_letters(tmp_path, flag, note, qualifier):
    claims = read_rows(tmp_path, f"PER_VICT,T,NR,DK,2021,7,{flag},").claims
    assert claims[["scope_note", "qualifier"]].to_numpy().tolist() == [[note, qualifier]]


def test_figures_that_are_not_annual_are_skipped(tmp_path):
    text = "freq,geo\\TIME_PERIOD\t2021 \nQ,DK\t7 \n"
    found = read_text(tmp_path, text, "crim_thb_vexp.tsv", published="2025-01-17")
    assert found.skipped.reason.tolist() == ["the frequency 'Q' is not annual"]


def test_a_part_of_a_dimension_nobody_knows_is_left_out(tmp_path):
    text = (
        "freq,hlth,expl,iccs,unit,geo\\TIME_PERIOD\t2021 \n"
        "A,GOOD,SEX,ICCS0204,NR,DK\t7 \n"
        "A,TOTAL,NEW_ONE,ICCS0204,NR,DK\t8 \n"
        "A,TOTAL,TOTAL,ICCS02041,NR,DK\t9 \n"
    )
    found = read_text(tmp_path, text, "crim_thb_vexp.tsv", published="2025-01-17")
    assert found.claims.empty
    health, form, second_form = found.skipped.reason
    assert health == "hlth 'GOOD' is not in the map of this reader"
    assert "must be a category of exploitation: " in form
    assert second_form == "iccs 'ICCS02041' is not in the map of this reader"


CODES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789", min_size=1, max_size=6)


@given(st.lists(CODES, min_size=1, max_size=8, unique=True))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_two_codes_never_share_a_cell_and_no_figure_is_lost(tmp_path, codes):
    lines = [f"A,{code},NR,DK\t{i + 5} " for i, code in enumerate(codes)]
    text = "freq,citizen,unit,geo\\TIME_PERIOD\t2021 \n" + "\n".join(lines) + "\n"
    found = read_text(tmp_path, text, "crim_thb_vctz.tsv", published="2025-01-17")
    totals = {"T", "TOTAL"} & set(codes)
    assert found.claims.breakdown[~found.claims.breakdown.str.startswith("row=")].is_unique
    assert len(found.claims) == len(codes)
    assert found.claims.breakdown.str.startswith("row=").sum() in (0, len(totals))


def test_countries_and_unions_can_be_chosen():
    found = read_eurostat(DATA / "crim_thb_sex.csv", countries=["GRC", "EUU"])
    assert sorted(set(found.claims.country)) == ["EUU", "GRC"]
    assert "country not asked for" in set(found.skipped.reason)
    for wrong in (["EL"], "GRC"):
        with pytest.raises(ReaderError, match="alpha-3 codes or names"):
            read_eurostat(DATA / "crim_thb_sex.csv", countries=wrong)


def test_files_of_another_kind_get_a_message(tmp_path):
    good = (DATA / "crim_thb_sex.csv").read_text()
    cases = {
        "empty": (b"", "the file is empty"),
        "binary": (b"\x00\xff\xfe", "not a text file in UTF-8"),
        "cut": (gzip.compress(good.encode())[:60], "not a text file in UTF-8"),
        "header": (f"{HEAD}\n".encode(), "holds no figures"),
        "twice": (f"{HEAD},geo\n".encode(), "names a column twice"),
        "prose": (b"Victims rose, says Eurostat.\n", "no layout of Eurostat"),
        "tabs": (b"a\tb\n1\t2\n", "no layout of Eurostat"),
        "short": (f"{HEAD}\n{START},PER_VICT\n".encode(), "line 2: 4 cells instead of 11"),
        "narrow": (b"freq,geo\\TIME_PERIOD\t2021 \nA,DK\t1 \t2 \n", "line 2: 3 cells instead of 2"),
        "quote": (f'{HEAD}\n"{START}\n'.encode(), "not a CSV file"),
        "crime": (good.replace("THB_SEX", "OFF_CAT").encode(), "no table on trafficking"),
    }
    for name, (content, text) in cases.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ReaderError, match=text):
            read_eurostat(tmp_path / name, published="2025-01-17")
    with pytest.raises(ReaderError, match="there is no such file"):
        read_eurostat(tmp_path / "none.csv")
    with pytest.raises(ReaderError, match="download the table as SDMX-CSV or TSV"):
        read_eurostat(tmp_path / "crim_thb_sex.xlsx")


def test_the_date_comes_from_the_file_or_the_caller(tmp_path):
    with pytest.raises(ReaderError, match="no date of its last update"):
        read_eurostat(DATA / "estat_crim_thb_vctz.tsv")
    with pytest.raises(ReaderError, match="must be a date"):
        read_eurostat(DATA / "crim_thb_sex.csv", published="17/01/25")
    assert read_eurostat(DATA / "crim_thb_sex.csv", published="2025-02-01").published == "2025-02-01"
    assert read_eurostat(DATA / "crim_thb_sex.csv", source_id="mine").claims.source_id[0] == "mine"
