"""One list of dependencies in four places: pyproject.toml, the lock files, environment.yml and the imports."""

import ast
import json
import os
import re
import stat
import subprocess
import sys
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

# What conda-forge calls otherwise.
CONDA = {"great-tables": "great_tables", "jupyter-client": "jupyter_client", "matplotlib": "matplotlib-base"}

# What is imported under another name than it is installed by.
IMPORTED = {
    "great_tables": "great-tables",
    "jupyter_client": "jupyter-client",
    "markdown_it": "markdown-it-py",
    "matplotlib_inline": "matplotlib-inline",
    "python_calamine": "python-calamine",
    "yaml": "pyyaml",
}
NAME = "trafficking-stats"


@pytest.fixture(scope="module")
def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def requirements(project, *extras):
    """Name and range of what the package and some of its extras need, references to the package itself resolved."""
    listed = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]
    found = {}
    for requirement in map(Requirement, listed):
        if canonicalize_name(requirement.name) == NAME:
            found |= requirements({**project, "dependencies": []}, *requirement.extras)
        else:
            found[canonicalize_name(requirement.name)] = requirement.specifier
    return found


def locked(path):
    """Version and number of hashes of each entry of a lock file."""
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    found = {}
    for line in filter(str.strip, text.splitlines()):
        entry, *hashes = re.split(r"\s+--hash=", line.strip())
        requirement = Requirement(entry)
        (pin,) = requirement.specifier
        assert pin.operator == "==", line
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest.strip()) for digest in hashes), line
        found.setdefault(canonicalize_name(requirement.name), []).append((pin.version, len(hashes), requirement.marker))
    return found


# --- lock files -----------------------------------------------------------------------------------------------

LOCKS = {"requirements.lock": [], "requirements-test.lock": ["test"], "requirements-lab.lock": ["lab"]}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_every_dependency_within_its_range_and_with_hashes(root, project, name):
    lock = locked(root / name)
    for package, allowed in requirements(project, *LOCKS[name]).items():
        assert package in lock, f"{name}: {package} is missing; run make lock"
        assert all(version in allowed for version, _, _ in lock[package]), f"{name}: {package} is outside {allowed}"
    assert [package for package, entries in lock.items() for _, hashes, _ in entries if not hashes] == []
    assert {"hatchling", "editables"} <= set(lock), "the package itself is installed without build isolation"


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_index_no_address_and_no_file(root, name):
    text = (root / name).read_text(encoding="utf-8")
    assert not re.search(r"https?:|file:|index-url|find-links| @ ", text)


def test_the_three_locks_agree(root):
    report, test, lab = (locked(root / name) for name in LOCKS)
    for other in (test, lab):
        for package, entries in report.items():
            assert [version for version, _, _ in entries] == [version for version, _, _ in other[package]], package


def test_the_report_environment_is_slim(root):
    """JupyterLab's entry points would add seconds to every start of papermill."""
    for name in ("requirements.lock", "requirements-test.lock"):
        assert not {"jupyterlab", "jupyter-server", "rfc3987-syntax", "notebook"} & set(locked(root / name))


# --- environment.yml ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def environment(root):
    return yaml.safe_load((root / "environment.yml").read_text(encoding="utf-8"))


def test_the_environment_agrees_with_pyproject(project, environment):
    wanted = {CONDA.get(name, name): spec for name, spec in requirements(project, "lab").items()}
    listed = {}
    for entry in environment["dependencies"][3:-1]:
        name, spec = re.fullmatch(r"([A-Za-z0-9_.-]+?)(>=.*)", entry).groups()
        listed[name] = SpecifierSet(spec)
    assert listed == wanted


def test_the_environment_has_the_shape_that_conda_and_binder_read(project, root, environment):
    assert set(environment) == {"name", "channels", "dependencies"}
    assert environment["channels"] == ["conda-forge"]
    assert environment["dependencies"][:2] == ["python=3.12", "pip"]
    assert environment["dependencies"][-1] == {"pip": ["-e ."]}
    assert "3.12" in SpecifierSet(project["requires-python"])
    build = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"]
    assert environment["dependencies"][2:3] == build


# --- what is imported -----------------------------------------------------------------------------------------


def third_party(paths):
    names = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.add((node.module or "").split(".")[0])
    known = set(sys.stdlib_module_names) | {"trafficking_stats"}
    return {canonicalize_name(IMPORTED.get(name, name)) for name in names - known}


def test_every_import_of_the_package_is_declared_and_every_dependency_is_needed(root, project):
    imported = third_party((root / "trafficking_stats").rglob("*.py"))
    declared = set(requirements(project, "dask"))
    assert imported <= declared
    assert set(requirements(project)) <= imported


def test_every_import_of_the_tests_is_declared(root, project):
    local = {
        canonicalize_name(path.stem) for folder in ("tests", "benchmarks") for path in (root / folder).glob("*.py")
    }
    transitive = {"packaging"}  # of pytest
    assert third_party((root / "tests").glob("*.py")) <= set(requirements(project, "test")) | local | transitive


# --- scripts that drive it ------------------------------------------------------------------------------------


def test_the_makefile_lists_its_targets(root):
    help_text = subprocess.run(["make", "help"], cwd=root, capture_output=True, text=True, check=True).stdout
    for target in ("report", "test", "lab", "clean-data", "check-reports", "lint", "lock", "help"):
        assert re.search(rf"^{target} +\S", help_text, flags=re.MULTILINE), target


def test_ci_is_executable_and_runs_what_the_readme_says(root):
    script = root / ".ci" / "run"
    assert script.stat().st_mode & stat.S_IXUSR
    subprocess.run(["bash", "-n", str(script)], check=True)
    lines = [line.strip() for line in script.read_text(encoding="utf-8").splitlines()]
    readme = (root / "README.md").read_text(encoding="utf-8")
    for command in ("make test", "make report"):
        assert command in lines
        assert command in readme
    assert lines[-3:] == ["make test", "make report", "make lint"]


def test_the_workflow_keeps_the_reports_and_pins_its_actions(root):
    workflow = yaml.safe_load((root / ".github" / "workflows" / "reports.yml").read_text(encoding="utf-8"))
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    used = [step["uses"] for step in steps if "uses" in step]
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", action) for action in used)
    (upload,) = [step for step in steps if step.get("uses", "").startswith("actions/upload-artifact")]
    assert upload["with"]["path"] == "reports/"
    commands = "\n".join(step.get("run", "") for step in steps)
    for command in ("make test", "make lint", "make clean-data", "trafficking-stats batch"):
        assert command in commands


def test_notebooks_are_committed_without_outputs(root):
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        assert "papermill" not in notebook["metadata"], path.name
        for cell in notebook["cells"]:
            assert not cell.get("outputs"), path.name
            assert cell.get("execution_count") is None, path.name


def test_hooks_strip_notebooks_as_ci_does(root):
    hooks = yaml.safe_load((root / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    strip = next(hook["entry"] for hook in hooks if hook["id"] == "nbstripout")
    flags = strip.removeprefix(".venv/bin/nbstripout ")
    assert f"STRIP := {flags}" in (root / "Makefile").read_text(encoding="utf-8")


@pytest.mark.skipif(os.name != "posix", reason="git attributes are looked at on a system like CI's")
def test_documents_and_reports_are_ignored(root):
    ignored = ["data/raw/documents/a.txt", "reports/DNK/3_gap.html", "reports/index.html", ".venv/x"]
    kept = ["data/raw/documents/README.md", "reports/README.md", "data/clean/series.csv"]
    run = subprocess.run(
        ["git", "check-ignore", *ignored, *kept], cwd=root, capture_output=True, text=True, check=False
    )
    if run.returncode == 128:
        pytest.skip("not a git checkout")
    assert run.stdout.split() == ignored
