"""What is built, and that it works from an installation far from the checkout."""

import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile

import pytest
import yaml

import trafficking_stats as ts

pytestmark = pytest.mark.slow


def python(*args, cwd, **environment):
    """Run this interpreter elsewhere, without what the checkout adds to its path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    run = subprocess.run(
        [sys.executable, *args], cwd=cwd, env={**kept, **environment}, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def wheel(root, tmp_path_factory):
    out = tmp_path_factory.mktemp("dist")
    python("-m", "hatchling", "build", "-t", "wheel", "-d", str(out), cwd=root)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The wheel in a folder of its own; its dependencies are those of this interpreter."""
    site = tmp_path_factory.mktemp("site")
    options = (
        "--quiet",
        "--no-deps",
        "--no-index",
        "--no-compile",
        "--disable-pip-version-check",
        "--target",
        str(site),
    )
    python("-m", "pip", "install", *options, str(wheel), cwd=site)
    return site


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    return tmp_path_factory.mktemp("elsewhere")


def test_what_the_wheel_holds(wheel, root):
    names = set(zipfile.ZipFile(wheel).namelist())
    share = "trafficking_stats/_share/"
    shipped = {name.removeprefix(share) for name in names if name.startswith(share)}
    clean = {f"data/clean/{path.name}" for path in (root / "data" / "clean").glob("[!.]*")}
    notebooks = {f"notebooks/{path.name}" for path in (root / "notebooks").glob("*.ipynb")}
    assert shipped == clean | notebooks
    assert len(clean) == 7
    assert notebooks
    for needed in (
        "py.typed",
        "vocabulary.toml",
        "gap_analysis/gap.toml",
        "readers/unodc.toml",
        "starter/README.md",
        "starter/raw/claims/tip-2019-est.csv",
        "starter/raw/sources.csv",
        "starter/trafficking-stats.toml",
        "reporting/allowed.toml",
        "reporting/templates/README.txt.j2",
        "reporting/templates/report.css",
    ):
        assert f"trafficking_stats/{needed}" in names, needed
    tops = {name.split("/")[0] for name in names}
    assert tops == {"trafficking_stats", f"trafficking_stats-{ts.__version__}.dist-info"}
    assert not [name for name in names if name.endswith((".pyc", ".pyo", ".tmp"))]
    for licence in ("LICENSE", "LICENSE-DATA"):
        (path,) = [name for name in names if name.endswith(f"licenses/{licence}")]
        assert zipfile.ZipFile(wheel).read(path) == (root / licence).read_bytes()


def test_what_the_source_archive_holds(root, tmp_path):
    python("-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path), cwd=root)
    (built,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(built) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    for needed in (
        "pyproject.toml",
        "README.md",
        "data/clean/claims.csv",
        "data/raw/sources.csv",
        "notebooks/3_gap.ipynb",
    ):
        assert needed in names, needed
    documents = [name for name in names if name.startswith("data/raw/documents/")]
    assert documents == ["data/raw/documents/README.md"]
    assert [name for name in names if name.startswith(("reports/", ".venv"))] == ["reports/README.md"]


def test_claims_and_a_reconciliation_from_the_installed_wheel(installed, elsewhere):
    code = """
import json, trafficking_stats as ts
from trafficking_stats import paths
claims = ts.load_claims()
rec = ts.reconcile(claims[claims.country == "EST"])
print(json.dumps([ts.__file__, str(paths.share_dir()), len(claims), len(ts.load_sources()), len(rec.series)]))
"""
    file, share, claims, sources, series = json.loads(python("-c", code, cwd=elsewhere, PYTHONPATH=str(installed)))
    assert file.startswith(str(installed))
    assert share == str(installed / "trafficking_stats" / "_share")
    assert (claims, sources) == (len(ts.load_claims()), len(ts.load_sources()))
    assert series > 0


def test_the_command_of_the_installed_wheel(installed, elsewhere):
    script = installed / "bin" / "trafficking-stats"
    run = [str(script)]
    assert python(*run, "--help", cwd=elsewhere, PYTHONPATH=str(installed)).startswith("Usage: trafficking-stats")
    version = python(*run, "--version", cwd=elsewhere, PYTHONPATH=str(installed))
    assert version == f"trafficking-stats, version {ts.__version__}\n"
    listed = json.loads(python(*run, "sources", "EST", "--json", cwd=elsewhere, PYTHONPATH=str(installed)))
    assert {row["source_id"] for row in listed} >= {"tip-2019-est"}


def test_raw_figures_are_asked_for_by_name_where_they_are_not_installed(installed, elsewhere):
    run = subprocess.run(
        [sys.executable, str(installed / "bin" / "trafficking-stats"), "clean"],
        cwd=elsewhere,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert run.stderr == (
        "error: the raw figures are not installed with the package; name a folder like data/raw, or start one of your "
        "own with trafficking-stats init FOLDER\n"
    )


def test_a_folder_of_ones_own_from_the_installed_wheel(installed, root, tmp_path):
    def run(*args, cwd=tmp_path / "own"):
        return python(str(installed / "bin" / "trafficking-stats"), *args, cwd=cwd, PYTHONPATH=str(installed))

    assert "own is ready" in run("init", "own", cwd=tmp_path)
    assert run("clean").startswith("7 claims")
    table = root / "tests" / "data" / "eurostat" / "crim_thb_sex.csv"
    run("import", "eurostat", str(table))
    assert run("clean").startswith("13 claims")
    assert "Denmark, victims registered, 2021: 84" in run("explain", "DNK", "victims_registered", "2021")
    for other in ("0_overview", "3_gap", "5_world"):
        (tmp_path / "own" / "notebooks" / f"{other}.ipynb").unlink()
    run("report", "EST")
    assert "Estonia" in (tmp_path / "own" / "reports" / "EST" / "2_reconciliation.html").read_text(encoding="utf-8")
    assert not (tmp_path / "own" / "reports" / "EST" / "3_gap.html").exists()


def test_nothing_was_written_beside_the_installed_wheel(installed, elsewhere):
    assert not list(elsewhere.iterdir())


def test_one_version_everywhere(root):
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    (newest, date) = re.search(
        r"^## (\S+) \((\S+)\)", (root / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE
    ).groups()
    assert project["version"] == citation["version"] == ts.__version__ == newest
    assert str(citation["date-released"]) == date


def test_papermill_finds_the_warm_engine(root):
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ((name, target),) = project["entry-points"]["papermill.engine"].items()
    from trafficking_stats.reporting.build import WARM_ENGINE

    assert name == WARM_ENGINE
    entry = importlib.metadata.EntryPoint(name, target, "papermill.engine")
    assert hasattr(entry.load(), "execute_notebook")


def test_public_names_are_documented_and_none_is_hidden_by_a_module(root):
    modules = {path.stem for path in (root / "trafficking_stats").glob("*.py")}
    assert not modules & set(ts.__all__)
    for name in ts.__all__:
        value = getattr(ts, name)
        assert name.startswith("__") or value.__doc__, name
    assert dir(ts) == sorted(ts.__all__)
    with pytest.raises(AttributeError, match="it has: ClaimError"):
        ts.nothing  # noqa: B018


def test_modules_stay_short(root):
    long = {
        str(path.relative_to(root)): lines
        for path in (root / "trafficking_stats").rglob("*.py")
        if (lines := path.read_text(encoding="utf-8").count("\n")) > 300
    }
    assert long == {}


def test_the_ground_stands_on_no_room(root):
    """But for the command line, and for the linear systems, whose room is the solver."""
    package = root / "trafficking_stats"
    rooms = {path.parent.name for path in package.glob("*/__init__.py")}
    above = {
        path.stem: found
        for path in package.glob("*.py")
        if path.stem not in ("cli", "linear", "__init__")
        and (found := rooms.intersection(re.findall(r"(?:from|import) trafficking_stats\.(\w+)", path.read_text())))
    }
    assert above == {}
