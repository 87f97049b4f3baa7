"""``clean`` twice gives the same bytes from any working directory, and the package describes what is there."""

import hashlib
import json

import pandas as pd
import pytest
from click.testing import CliRunner
from raw_folder import REGISTER, write

import trafficking_stats as ts
from trafficking_stats import paths
from trafficking_stats.cli import cli
from trafficking_stats.csv_tables import read_table
from trafficking_stats.reconciliation.cleaning import clean

# claims name four cells; the masked girls of 2020 need two more, the children and the women and girls
COUNTS = {"claims": 5, "clashes": 1, "reasons": 0, "series": 6, "sources": 2, "statements": 0}
FILES = ["claims.csv", "clashes.csv", "datapackage.json", "reasons.csv", "series.csv", "sources.csv", "statements.csv"]


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.glob("[!.]*"))}


@pytest.fixture(scope="module")
def cleaned(tmp_path_factory):
    """The made-up folder, cleaned once."""
    folder = tmp_path_factory.mktemp("made-up")
    tables = clean(write(folder / "raw"), folder / "clean")
    return folder, tables


@pytest.fixture(scope="module")
def shipped(root, tmp_path_factory):
    """``data/raw`` cleaned anew, beside what is committed."""
    out = tmp_path_factory.mktemp("shipped")
    clean(root / "data" / "raw", out)
    return out


def test_what_is_written(cleaned):
    folder, tables = cleaned
    assert sorted(contents(folder / "clean")) == FILES
    assert {name: len(table) for name, table in tables.items()} == COUNTS
    series = pd.read_csv(folder / "clean" / "series.csv", keep_default_na=False)
    total = series[(series.country == "DNK") & (series.breakdown == "")].set_index("year")
    # the register's 77 stands against the yearbook's 68
    assert total.estimate.tolist() == ["64", "77"]
    assert total.status.tolist() == ["agreed", "reconciled"]


def test_twice_and_elsewhere_the_same_bytes(cleaned, tmp_path, monkeypatch):
    folder, _ = cleaned
    first = contents(folder / "clean")
    clean(folder / "raw", folder / "clean")
    assert contents(folder / "clean") == first
    monkeypatch.chdir(tmp_path)
    clean(write(tmp_path / "another" / "raw"), "out")
    assert contents(tmp_path / "out") == first


def test_the_committed_tables_are_what_the_raw_figures_give(root, shipped):
    """``make clean-data`` was run after the last change of a figure, a rule or a weight."""
    committed = contents(root / "data" / "clean")
    fresh = contents(shipped)
    assert sorted(committed) == sorted(fresh) == FILES
    assert [name for name in FILES if committed[name] != fresh[name]] == []


def test_the_package_describes_its_files(shipped):
    package = json.loads((shipped / "datapackage.json").read_text(encoding="utf-8"))
    assert package["profile"] == "tabular-data-package"
    assert [licence["name"] for licence in package["licenses"]] == ["CC-BY-4.0"]
    assert [resource["path"] for resource in package["resources"]] == [n for n in FILES if n.endswith(".csv")]
    for resource in package["resources"]:
        content = (shipped / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        table = read_table(shipped / resource["path"])
        fields = {field["name"]: field["type"] for field in resource["schema"]["fields"]}
        assert list(fields) == list(table.columns)
        assert not table.duplicated(resource["schema"]["primaryKey"]).any()
        for name, kind in fields.items():
            cells = table[name][table[name] != ""]
            if kind == "integer":
                assert cells.str.fullmatch(r"-?\d+").all(), name
            elif kind == "number":
                assert cells.astype(float).notna().all(), name
            elif kind == "boolean":
                assert set(cells) <= {"True", "False"}, name


def test_no_line_holds_a_path_or_a_time(shipped, root):
    for name, content in contents(shipped).items():
        assert str(root).encode() not in content, name
        assert b"/tmp" not in content, name


def test_faults_write_nothing(tmp_path):
    with pytest.raises(ts.ClaimError):
        clean(write(tmp_path / "raw", register_2021=REGISTER.replace(",64,", ",-64,")), tmp_path / "clean")
    assert not (tmp_path / "clean").exists()


def test_without_a_checkout_a_folder_must_be_named(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "raw_dir", lambda: tmp_path / "none")
    with pytest.raises(ts.TraffickingStatsError, match="name a folder like data/raw"):
        clean()


def test_the_command_says_what_it_does(tmp_path):
    raw = write(tmp_path / "raw")
    run = CliRunner().invoke(cli, ["clean", "--raw", str(raw), "--output", str(tmp_path / "out"), "--json"])
    assert run.exit_code == 0
    assert json.loads(run.stdout) == COUNTS
    assert run.stderr.splitlines()[0] == "reading and checking the raw figures"
    assert sorted(contents(tmp_path / "out")) == FILES


def test_the_raw_figures_are_never_written_over(tmp_path):
    raw = write(tmp_path / "raw")
    before = {path: path.read_bytes() for path in raw.rglob("*.csv")}
    for out in (raw, raw / "claims"):
        with pytest.raises(ts.TraffickingStatsError, match="never written over"):
            clean(raw, out)
    assert {path: path.read_bytes() for path in raw.rglob("*.csv")} == before
