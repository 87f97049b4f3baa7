"""A folder of one's own: ``trafficking-stats init``."""

import csv
import re

import pytest
from click.testing import CliRunner

import trafficking_stats as ts
from trafficking_stats import paths
from trafficking_stats.cli import cli


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.delenv(paths.VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(cli, ["init", "a/b"]).exit_code == 0
    return tmp_path / "a" / "b"


def everything(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_what_is_in_it(own, root):
    assert sorted(path.name for path in own.iterdir()) == ["README.md", "notebooks", "raw", "trafficking-stats.toml"]
    shipped = {path.name: path.read_bytes() for path in (root / "notebooks").glob("*.ipynb")}
    assert {path.name: path.read_bytes() for path in (own / "notebooks").iterdir()} == shipped


def test_its_example_is_what_ships_with_the_package(own, root):
    (example,) = (own / "raw" / "claims").iterdir()
    assert example.read_bytes() == (root / "data" / "raw" / "claims" / example.name).read_bytes()
    with (own / "raw" / "sources.csv").open(encoding="utf-8") as mine, (root / "data/raw/sources.csv").open() as all_:
        (row,) = csv.DictReader(mine)
        assert row == next(other for other in csv.DictReader(all_) if other["source_id"] == example.stem)


def test_one_works_on_it_in_it_and_below_it_and_nowhere_else(own, monkeypatch):
    shipped = len(ts.load_claims())
    monkeypatch.chdir(own / "notebooks")
    assert CliRunner().invoke(cli, ["clean"]).exit_code == 0
    assert sorted(path.name for path in (own / "clean").glob("[!.]*")) == [
        "claims.csv",
        "clashes.csv",
        "datapackage.json",
        "reasons.csv",
        "series.csv",
        "sources.csv",
        "statements.csv",
    ]
    assert len(ts.load_claims()) == 7
    assert paths.notebooks_dir() == own / "notebooks"
    monkeypatch.chdir(own.parent)
    assert len(ts.load_claims()) == shipped
    monkeypatch.setenv(paths.VARIABLE, str(own))
    assert len(ts.load_claims()) == 7


def test_before_it_is_cleaned_one_is_told_to(own, monkeypatch):
    monkeypatch.chdir(own)
    with pytest.raises(ts.ClaimError, match="run trafficking-stats clean"):
        ts.load_claims()


def test_the_notebooks_of_the_package_stand_in_for_deleted_ones(own, monkeypatch, root):
    monkeypatch.chdir(own)
    for path in (own / "notebooks").iterdir():
        path.unlink()
    (own / "notebooks").rmdir()
    assert paths.notebooks_dir() == root / "notebooks"


@pytest.mark.parametrize("name", ["README.md", "raw", "notebooks", "trafficking-stats.toml"])
def test_nothing_is_written_over(own, tmp_path, name):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "article.docx").write_text("mine")
    (folder / name).write_text("mine")
    before = everything(folder)
    run = CliRunner().invoke(cli, ["init", str(folder)])
    assert isinstance(run.exception, ts.TraffickingStatsError)
    assert str(run.exception) == f"{folder} already holds {name}; nothing was written, name another folder"
    assert everything(folder) == before


def test_a_folder_with_other_files_in_it_is_taken(tmp_path):
    (tmp_path / "article.docx").write_text("mine")
    assert CliRunner().invoke(cli, ["init", str(tmp_path)]).exit_code == 0
    assert (tmp_path / "article.docx").read_text() == "mine"
    assert (tmp_path / "raw" / "sources.csv").is_file()


def test_it_is_whole_or_not_there(tmp_path, monkeypatch):
    def full(*args, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copytree", full)
    run = CliRunner().invoke(cli, ["init", str(tmp_path / "own")])
    assert isinstance(run.exception, OSError)
    assert list((tmp_path / "own").iterdir()) == []


def test_its_readme_names_commands_that_there_are(own):
    text = (own / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^    trafficking-stats (\w+)", text, flags=re.MULTILINE)
    assert {"clean", "explain", "report", "import", "extract"} <= set(commands)
    for command in commands:
        assert CliRunner().invoke(cli, [command, "--help"]).exit_code == 0
