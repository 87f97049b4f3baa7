"""The figures as they stand in data/raw, checked without the package's own loader."""

import csv
import datetime
import re
import tomllib
from collections import Counter
from pathlib import Path

import pycountry
import pytest

SOURCE_COLUMNS = [
    "source_id",
    "title",
    "publisher",
    "upstream",
    "tier",
    "published",
    "edition",
    "language",
    "url",
    "document",
    "sha256",
    "note",
]
CLAIM_COLUMNS = [
    "country",
    "indicator",
    "breakdown",
    "period_start",
    "period_end",
    "value",
    "qualifier",
    "unit",
    "locator",
    "scope_note",
]
NOTE_LIMIT = 200

# No public address was found for these; everything else can be clicked.
WITHOUT_URL = {"hti-2013", "tip-2016-dnk-da"}

DOCUMENTS = {
    "tip-2015-dnk": "000_09d49dbf7af85bec.txt",
    "nordic-baltic-network-2007-dnk": "001_ee0a55d0264fb869.txt",
    "european-commission-2021-dnk": "002_3697a9a322aea414.txt",
    "center-mod-menneskehandel-2022-dnk": "003_16114f15608039b8.txt",
    "tip-2016-dnk-da": "004_fdbb524dce315f7f.txt",
}

# --- reading --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def raw(root) -> Path:
    return root / "data" / "raw"


@pytest.fixture(scope="module")
def vocabulary(root) -> dict:
    return tomllib.loads((root / "trafficking_stats" / "vocabulary.toml").read_text(encoding="utf-8"))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def sources(raw) -> list[dict[str, str]]:
    return rows_of(raw / "sources.csv")


@pytest.fixture(scope="module")
def claims(raw) -> dict[str, list[dict[str, str]]]:
    return {path.stem: rows_of(path) for path in sorted((raw / "claims").glob("*.csv"))}


def each(claims):
    return [(source, number, row) for source, rows in claims.items() for number, row in enumerate(rows, start=2)]


# --- files ----------------------------------------------------------------------------------------------------


def test_files_are_utf8_with_unix_lines_and_the_right_columns(raw):
    for path in [raw / "sources.csv", *sorted((raw / "claims").iterdir())]:
        data = path.read_bytes()
        assert path.suffix == ".csv", path
        assert not data.startswith(b"\xef\xbb\xbf"), path
        assert b"\r" not in data, path
        assert data.endswith(b"\n"), path
        header = data.decode("utf-8").split("\n", 1)[0].split(",")
        assert header == (SOURCE_COLUMNS if path.name == "sources.csv" else CLAIM_COLUMNS), path


def test_every_file_has_a_source_and_every_source_has_claims(sources, claims):
    assert {row["source_id"] for row in sources} == set(claims)
    assert all(claims.values())


def test_sources_are_sorted_unique_and_safe_as_file_names(sources):
    names = [row["source_id"] for row in sources]
    assert names == sorted(set(names))
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in names)


def test_columns_of_sources(sources, vocabulary):
    for row in sources:
        assert row["title"], row
        assert row["publisher"], row
        assert row["upstream"], row
        assert row["tier"] in vocabulary["tiers"], row
        assert re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", row["published"]), row
        assert re.fullmatch(r"[a-z]{2}", row["language"]), row
        assert len(row["note"]) <= NOTE_LIMIT, row
        assert bool(row["document"]) == bool(re.fullmatch(r"[0-9a-f]{64}", row["sha256"])), row
    assert {row["source_id"] for row in sources if not row["url"]} == WITHOUT_URL
    assert all(re.match(r"https?://[^\s/]+", row["url"]) for row in sources if row["url"])
    assert {row["source_id"]: row["document"] for row in sources if row["document"]} == DOCUMENTS


def test_an_upstream_is_national_or_a_name(sources, vocabulary):
    registers = {entry["name"] for entry in vocabulary["registers"]}
    own = {"Danish government", "Dutch National Rapporteur", "U.S. Department of State"}
    assert {row["upstream"] for row in sources} <= registers | own | {"national"}


def test_a_register_is_named_once_for_a_stage_of_a_country(vocabulary):
    pairs = Counter((entry["country"], stage) for entry in vocabulary["registers"] for stage in entry["stages"])
    assert max(pairs.values()) == 1


# --- claims ---------------------------------------------------------------------------------------------------


def test_indicator_unit_qualifier_and_value(claims, vocabulary):
    for source, number, row in each(claims):
        where = f"{source}:{number}"
        indicator = vocabulary["indicators"].get(row["indicator"])
        assert indicator, f"{where} {row['indicator']}"
        assert row["unit"] in [indicator["unit"], *indicator.get("unit_aliases", [])], f"{where} {row['unit']}"
        assert row["qualifier"] in vocabulary["qualifiers"], where
        assert re.fullmatch(r"-?(0|[1-9]\d*)(\.\d*[1-9])?", row["value"]), where
        if indicator["measure"] in ("count", "level", "period"):
            assert re.fullmatch(r"\d+", row["value"]), where


def test_countries(claims):
    codes = {country.alpha_3 for country in pycountry.countries} | {"EUU"}
    assert {row["country"] for _, _, row in each(claims)} <= codes


def test_breakdowns_are_sorted_and_known(claims, vocabulary):
    for source, number, row in each(claims):
        parts = [part.split("=") for part in row["breakdown"].split(";") if part]
        keys = [key for key, _ in parts]
        assert keys == sorted(set(keys)), f"{source}:{number}"
        for key, category in parts:
            dimension = vocabulary["dimensions"][key]
            named = [*dimension.get("exclusive", []), *dimension.get("overlapping", [])]
            patterns = (dimension.get(key, "(?!)") for key in ("open_exclusive", "open_overlapping"))
            fits = category in named or any(re.fullmatch(pattern, category) for pattern in patterns)
            assert fits, f"{source}:{number} {key}={category}"


def test_periods(claims):
    for source, number, row in each(claims):
        end = datetime.date.fromisoformat(row["period_end"])
        if row["period_start"]:
            assert datetime.date.fromisoformat(row["period_start"]) <= end, f"{source}:{number}"
        else:
            assert "ever=cumulative" in row["breakdown"], f"{source}:{number}: only an all-time count has no start"


def test_rows_are_sorted_and_none_is_twice(claims):
    for source, rows in claims.items():
        order = [(*[row[name] for name in CLAIM_COLUMNS[:5]], float(row["value"])) for row in rows]
        assert order == sorted(order), source
        figures = Counter(tuple(row[name] for name in CLAIM_COLUMNS[:8]) for row in rows)
        assert max(figures.values()) == 1, [figure for figure, n in figures.items() if n > 1]


def test_locators_and_notes_are_short_and_quote_nobody(claims):
    for source, number, row in each(claims):
        assert row["locator"], f"{source}:{number}"
        for text in (row["locator"], row["scope_note"]):
            assert len(text) <= NOTE_LIMIT, f"{source}:{number}"
            assert text == text.strip(), f"{source}:{number}"
            assert not re.search(r"[\"“”‘«»]|(?<!\w)['’]|['’](?!\w)", text), f"{source}:{number} {text}"


# --- figures that must stand ----------------------------------------------------------------------------------

# Victims a year in Denmark, and one source of each: the register's own page where it was found, else who hands it on.
ANNUAL = {
    2007: (17, "the-local-denmark-2016-07-dnk"),
    2008: (28, "scandasia-2013-dnk"),
    2009: (47, "unodc-glotip-2025-04"),
    2010: (53, "unodc-glotip-2025-04"),
    2011: (60, "european-commission-2012-dnk"),
    2012: (66, "scandasia-2013-dnk"),
    2013: (76, "tip-2015-dnk"),
    2014: (71, "tip-2015-dnk"),
    2015: (93, "tip-2016-dnk-da"),
    2016: (121, "tip-2017-dnk"),
    2017: (98, "tip-2018-dnk"),
    2018: (97, "center-mod-menneskehandel-2019-dnk"),
    2019: (64, "center-mod-menneskehandel-2020-dnk"),
    2020: (77, "socialstyrelsen-2021-05-dnk"),
    2021: (80, "center-mod-menneskehandel-2022-05-dnk"),
    2022: (73, "center-mod-menneskehandel-2023-dnk"),
    2023: (112, "center-mod-menneskehandel-2024-dnk"),
}
CUMULATIVE = {
    2015: (511, "the-local-denmark-2016-07-dnk"),
    2016: (632, "european-commission-2017-dnk"),
    2019: (891, "center-mod-menneskehandel-2020-dnk"),
    2020: (968, "european-commission-2021-dnk"),
    2021: (1048, "center-mod-menneskehandel-2022-05-dnk"),
    2022: (1121, "center-mod-menneskehandel-2023-dnk"),
    2023: (1233, "center-mod-menneskehandel-2024-dnk"),
}


def figure(claims, source, indicator, start, end, breakdown=""):
    """The exact Danish figures a source prints for whole years."""
    return [
        int(row["value"])
        for row in claims[source]
        if (row["country"], row["indicator"], row["breakdown"], row["qualifier"])
        == ("DNK", indicator, breakdown, "exact")
        and (row["period_start"], row["period_end"]) == (f"{start}-01-01", f"{end}-12-31")
    ]


@pytest.mark.parametrize("year", ANNUAL)
def test_annual_victims_of_denmark(claims, year):
    value, source = ANNUAL[year]
    assert figure(claims, source, "victims_identified", year, year) == [value]


@pytest.mark.parametrize("year", CUMULATIVE)
def test_annual_victims_add_up_to_the_printed_totals(claims, year):
    value, source = CUMULATIVE[year]
    assert figure(claims, source, "victims_identified", 2007, year) == [value]
    assert sum(ANNUAL[each_year][0] for each_year in range(2007, year + 1)) == value


@pytest.mark.parametrize(
    ("indicator", "values"),
    [
        ("charged_persons", [14, 25, 2, 9, 1, 7, 7, 8]),
        ("prosecutions_suspects", [4, 29, 1, 5, 0, 0, 3, 3]),
        ("convictions_persons", [10, 4, 14, 8, 1, 0, 0, 0]),
    ],
)
def test_the_prosecution_register_2014_to_2021(claims, indicator, values):
    found = [
        figure(claims, "cmm-citing-rigsadvokaten-2022-09-dnk", indicator, year, year, "statute=262a")
        for year in range(2014, 2022)
    ]
    assert found == [[value] for value in values]


def test_how_much_there_is(claims):
    assert len(claims) >= 118
    assert len(each(claims)) >= 4494
    # UNODC: Denmark in full, national totals of nineteen other countries, and the parts that refute a masked total.
    for source, danish, others in (("unodc-glotip-2023-05", 689, 1006), ("unodc-glotip-2025-04", 841, 1159)):
        rows = claims[source]
        assert sum(row["country"] == "DNK" for row in rows) == danish
        assert sum(row["country"] != "DNK" for row in rows) == others
        parts = {row["country"] for row in rows if row["country"] != "DNK" and row["breakdown"]}
        assert parts <= {"DEU", "SLV"}
        assert len({row["country"] for row in rows}) == 20
    assert {source: len(claims[source]) for source in DOCUMENTS} == {
        "tip-2015-dnk": 35,
        "nordic-baltic-network-2007-dnk": 7,
        "european-commission-2021-dnk": 33,
        "center-mod-menneskehandel-2022-dnk": 1,
        "tip-2016-dnk-da": 42,
    }
