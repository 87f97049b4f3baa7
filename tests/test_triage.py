"""What looks wrong in a data file: a table and a page to send to its publisher."""

import pandas as pd
import pytest
from click.testing import CliRunner
from raw_folder import write
from unodc_workbook import CONVICTED, row, write_workbook

from trafficking_stats.cli import cli
from trafficking_stats.readers.revisions import compare_releases
from trafficking_stats.readers.triage import triage
from trafficking_stats.readers.unodc import read_unodc

KENYA = {"code": "KEN", "country": "Kenya"}
OTHER = {"dimension": "by form of exploitation", "category": "Other forms of exploitation", **KENYA}
OLD = [row(str(value), year, **KENYA) for year, value in ((2018, 90), (2019, 81), (2020, 170), (2021, 44))]
OLD += [row("30", 2017, sex="Male", **KENYA), row("60", 2021), row("35", 2021, sex="Female")]
NEW = [row(str(value), year, **KENYA) for year, value in ((2018, 90), (2019, 170), (2020, 44), (2021, 52))]
NEW += [row("60", 2021), row("71", 2021, sex="Female"), row("2021", 2021, age="0 to 17 years")]
NEW += [
    row("<5", indicator=CONVICTED),
    row("61212019", indicator=CONVICTED, dimension="by citizenship", category="Q6.1"),
]
NEW += [row("7", 2020, **OTHER), row("9", 2020, **OTHER), row("5", code="", country="Sark")]


@pytest.fixture
def books(tmp_path):
    old, new = tmp_path / "old.xlsx", tmp_path / "new.xlsx"
    return write_workbook(old, OLD, date="30/05/2023"), write_workbook(new, NEW, date="14/04/2025")


def test_every_kind_of_finding_is_listed_with_its_place_in_the_file(books):
    old, new = (read_unodc(path) for path in books)
    found = triage(new, compare_releases(old.claims, new.claims))
    said = found.groupby("kind", sort=False)["finding"].agg(list).to_dict()
    assert said == {
        "impossible": [
            "DNK convictions_persons 2021: citizenship=q6_1_28ca27ef is 61212019, more than the total of <5",
            "DNK victims_identified 2021: age=child is 2021, more than the total of 60",
        ],
        "part_above_whole": ["DNK victims_identified 2021: sex=female is 71, more than the total of 60"],
        "equals_its_year": ["DNK victims_identified 2021: age=child is 2021, the number of the year"],
        "shifted_year": [
            "KEN victims_identified, the total: 170 of 2020 now stands in 2019; 44 of 2021 now stands in 2020, "
            "one year earlier"
        ],
        "changed": [
            "KEN victims_identified 2020: 170 is now 44 (moved to another year)",
            "KEN victims_identified 2019: 81 is now 170 (moved to another year)",
            "DNK victims_identified 2021, sex=female: 35 is now 71 (wrong by the parts of the new release)",
            "KEN victims_identified 2021: 44 is now 52 (most of its series was restated)",
        ],
        "vanished": ["KEN victims_identified 2017, sex=male: 30 (its breakdown is no longer printed for the year)"],
        "same_label": ["several rows of one label: 2 figures of KEN"],
        "unknown_category": ["citizenship=q6_1_28ca27ef: 1 figure of DNK"],
        "left_out": ["1 row: Sark has no code of its own in ISO 3166-1 and is not added to Guernsey"],
    }
    assert found["printed"][0] == "row Persons convicted / by citizenship / Q6.1 / Total / Total / 2021"
    alone = triage(new)
    assert not {"changed", "vanished", "shifted_year"} & set(alone["kind"])


def test_a_file_without_faults_gives_an_empty_table_and_a_page(tmp_path):
    found = read_unodc(write_workbook(tmp_path / "a.xlsx", [row("60"), row("35", sex="Female")]))
    assert triage(found).empty


def test_the_command_writes_page_and_table_beside_each_other(tmp_path, books):
    raw = write(tmp_path / "raw")
    for path in books:
        args = ["import", "unodc", path, "--raw", raw, "--triage", tmp_path / "triage"]
        result = CliRunner().invoke(cli, [str(arg) for arg in args])
        assert result.exit_code == 0, result.output
    names = sorted(path.name for path in (tmp_path / "triage").iterdir())
    assert names == [f"unodc-glotip-{date}-triage.{end}" for date in ("2023-05", "2025-04") for end in ("csv", "md")]
    page = (tmp_path / "triage" / names[-1]).read_text(encoding="utf-8")
    assert page.startswith("# Figures to check: Global data on trafficking in persons (data_glotip)")
    assert "Compared with unodc-glotip-2023-05" in page
    assert "| Impossible figures | 2 | 1 |" in page
    table = pd.read_csv(tmp_path / "triage" / names[-2])
    assert len(table) == 13
