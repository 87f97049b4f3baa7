"""One list of dependencies in four places: pyproject.toml, the lock files, environment.yml and the imports."""

import ast
import importlib.metadata
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib

import click
import pytest
import yaml
from locks import LOCKS, METADATA, WINDOWS, Pin, needed, read_lock
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from trafficking_stats.cli import cli

# What conda-forge calls otherwise.
CONDA = {"matplotlib": "matplotlib-base"}

# What is imported under another name than it is installed by.
IMPORTED = {
    "docx": "python-docx",
    "markdown_it": "markdown-it-py",
    "matplotlib_inline": "matplotlib-inline",
    "python_calamine": "python-calamine",
    "yaml": "pyyaml",
}
NAME = "trafficking-stats"
BUILD = ("hatchling", "editables")


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


# --- lock files -----------------------------------------------------------------------------------------------

HERE = default_environment()
SYSTEMS = {
    "linux": {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux", "platform_machine": "x86_64"},
    "mac": {"sys_platform": "darwin", "os_name": "posix", "platform_system": "Darwin", "platform_machine": "arm64"},
    "windows": {**WINDOWS, "platform_machine": "AMD64"},
}
PYTHONS = ("3.11.0", "3.11.7", "3.12.0", "3.13.0", "3.14.0")


def environment_of(system, python):
    python = {"python_full_version": python, "python_version": python.rpartition(".")[0]}
    return {**HERE, "implementation_name": "cpython", **SYSTEMS[system], **python}


@pytest.fixture(scope="module")
def metadata():
    return json.loads(METADATA.read_text(encoding="utf-8"))


def unmet(lock, metadata, environment, roots):
    """What a lock leaves to a resolver there: each requirement of the roots and of each pin that no pin answers."""
    pins = {}
    for pin in lock:
        if pin.holds(environment):
            pins.setdefault(pin.name, []).append(pin)
    asked = [("pyproject.toml", frozenset(), line) for line in roots]
    problems = []
    for name, (pin, *others) in pins.items():
        known = metadata.get(f"{name} {pin.version}")
        if known is None or others:
            problems.append(f"{name}: {'pinned twice' if others else 'its metadata are missing; run make lock'}")
            continue
        if environment["python_full_version"] not in SpecifierSet(known["python"]):
            problems.append(f"{name} {pin.version}: needs Python {known['python']}")
        asked += [(name, pin.extras, line) for line in known["requires"]]
    for by, extras, line in asked:
        wanted = Requirement(line)
        applies = [{**environment, "extra": extra} for extra in ("", *extras)]
        if wanted.marker and not any(wanted.marker.evaluate(where) for where in applies):
            continue
        (pin,) = pins.get(canonicalize_name(wanted.name), (None,))[:1]
        if pin is None or pin.version not in wanted.specifier:
            problems.append(f"{by}: {line}, but the lock has {pin and pin.version}")
        elif not set(map(canonicalize_name, wanted.extras)) <= pin.extras:
            problems.append(f"{by}: {line}, but the lock pins {pin.name} without the extra")
    return problems


def roots(project, *extras):
    """The requirements of the package itself with some extras, those that it makes of itself unfolded."""
    for line in [
        *project["dependencies"],
        *(entry for name in extras for entry in project["optional-dependencies"][name]),
    ]:
        requirement = Requirement(line)
        if canonicalize_name(requirement.name) == NAME:
            yield from roots({**project, "dependencies": []}, *requirement.extras)
        else:
            yield line


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_leaves_nothing_to_a_resolver(root, project, metadata, name, system, python):
    lock = read_lock(root / name)
    assert unmet(lock, metadata, environment_of(system, python), [*roots(project, *LOCKS[name]), *BUILD]) == []


def test_what_a_lock_lacks_is_named(metadata):
    def lock(*lines):
        return [Pin("coverage", "7.1", frozenset(lines), None, 1), Pin("pytest-cov", "6.0", frozenset(), None, 1)]

    metadata = {
        "coverage 7.1": {"python": ">=3.12", "requires": ['tomli>=2; extra == "toml"']},
        "pytest-cov 6.0": {"python": "", "requires": ["coverage[toml]>=7.5", 'colorama; sys_platform == "win32"']},
    }
    linux = environment_of("linux", "3.12.0")
    assert unmet(lock(), metadata, linux, []) == [
        "pytest-cov: coverage[toml]>=7.5, but the lock has 7.1",
    ]
    metadata["pytest-cov 6.0"]["requires"] = ["coverage[toml]>=7.0", 'colorama; sys_platform == "win32"']
    assert unmet(lock(), metadata, linux, []) == [
        "pytest-cov: coverage[toml]>=7.0, but the lock pins coverage without the extra"
    ]
    assert unmet(lock("toml"), metadata, linux, []) == ['coverage: tomli>=2; extra == "toml", but the lock has None']
    metadata["coverage 7.1"]["requires"] = []
    assert unmet(lock("toml"), metadata, linux, ["pytest"]) == ["pyproject.toml: pytest, but the lock has None"]
    assert unmet(lock("toml"), metadata, environment_of("windows", "3.11.0"), []) == [
        "coverage 7.1: needs Python >=3.12",
        'pytest-cov: colorama; sys_platform == "win32", but the lock has None',
    ]
    assert unmet(lock("toml"), metadata, linux, []) == []


def test_the_kept_metadata_are_those_of_the_installed_packages(root, metadata):
    compared = 0
    for pin in {pin for name in LOCKS for pin in read_lock(root / name)}:
        try:
            installed = importlib.metadata.distribution(pin.name)
        except importlib.metadata.PackageNotFoundError:
            continue
        if installed.version == pin.version:
            kept = metadata[f"{pin.name} {pin.version}"]
            assert {(r.name, str(r.specifier)) for r in map(Requirement, kept["requires"])} <= {
                (r.name, str(r.specifier)) for r in map(Requirement, installed.requires or [])
            }, pin.name
            assert len(kept["requires"]) >= len(needed(installed.requires)), pin.name
            compared += 1
    assert compared > 100


@pytest.mark.parametrize("name", LOCKS)
def test_every_entry_of_a_lock_has_hashes_and_no_address(root, name):
    assert all(pin.hashes for pin in read_lock(root / name))
    text = (root / name).read_text(encoding="utf-8")
    assert not re.search(r"https?:|file:|index-url|find-links| @ ", text)


def test_the_three_locks_agree(root):
    report, test, lab = ({(pin.name, pin.version) for pin in read_lock(root / name)} for name in LOCKS)
    assert report <= test
    assert report <= lab


def test_the_report_environment_is_slim(root):
    """JupyterLab's entry points would add seconds to every start of papermill."""
    for name in ("requirements.lock", "requirements-test.lock"):
        names = {pin.name for pin in read_lock(root / name)}
        assert not {"jupyterlab", "jupyter-server", "rfc3987-syntax", "notebook"} & names


def test_the_makefile_installs_the_locks_without_resolving_and_checks_them(root):
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    assert "--no-deps --require-hashes --only-binary :all: -r $(2)" in makefile
    assert "pip check" in makefile
    for name, extras in LOCKS.items():
        assert re.search(rf"resolve,{' '.join(extras)}\).* -o {re.escape(name)}$", makefile, flags=re.MULTILINE), name


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
    declared = requirements(project, "report", "documents")
    assert imported <= {*declared, *requirements(project, "dask")}
    assert set(declared) <= imported


def test_the_library_alone_needs_at_most_eight_packages(project):
    assert len(project["dependencies"]) <= 8


def test_every_import_of_the_tests_is_declared(root, project):
    local = {
        canonicalize_name(path.stem) for folder in ("tests", "benchmarks") for path in (root / folder).glob("*.py")
    }
    assert third_party((root / "tests").glob("*.py")) <= set(requirements(project, "test")) | local


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


@pytest.fixture(scope="module")
def workflows(root):
    files = sorted((root / ".github").rglob("*.yml"))
    return {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in files}


def steps_of(workflow, *jobs):
    return [step for name, job in workflow["jobs"].items() if not jobs or name in jobs for step in job["steps"]]


def test_every_action_has_a_version_and_every_command_is_there(root, workflows):
    steps = [step for workflow in workflows.values() if "jobs" in workflow for step in steps_of(workflow)]
    steps += workflows["action"]["runs"]["steps"]
    for action in (step["uses"] for step in steps if "uses" in step):
        known = r"actions/[a-z/-]+@v\d+|pypa/gh-action-pypi-publish@release/v1"
        assert (root / action).is_dir() if action.startswith("./") else re.fullmatch(known, action), action
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    commands = "\n".join(step.get("run", "") for step in steps)
    targets = re.findall(r"\bmake ([a-z-]+)", commands)
    assert {"test", "lint", "clean-data", "docs", "dist"} <= set(targets)
    assert all(re.search(rf"^{target}:", makefile, flags=re.MULTILINE) for target in targets)
    ((command, options),) = re.findall(r"trafficking-stats (\w+) (.*)", commands)
    known = {name for parameter in cli.get_command(click.Context(cli), command).params for name in parameter.opts}
    assert set(re.findall(r"--[a-z-]+", f"{options} --all")) <= known
    for script in re.findall(r"\.ci/\w+", commands):
        assert os.access(root / script, os.X_OK), script


def test_pages_are_published_whole_or_not_at_all(workflows):
    """Only what every job has passed is published, and an artifact without pages is an error."""
    reports = workflows["reports"]
    assert set(reports["jobs"]["publish"]["needs"]) == set(reports["jobs"]) - {"publish"}
    uploads = [step for step in steps_of(reports) if step.get("uses", "").startswith("actions/upload-artifact")]
    always = [step for step in uploads if "if" not in step]
    assert {step["with"]["name"] for step in always} == {"reports", "docs"}
    assert all(step["with"]["if-no-files-found"] == "error" for step in always)
    (kept,) = [step["with"]["path"].split() for step in always if step["with"]["name"] == "reports"]
    assert kept == ["reports/", "!reports/README.md"]
    assert [step["if"] for step in uploads if "if" in step] == ["failure()"]


def test_the_oldest_and_a_newer_python_are_tested(project, workflows):
    oldest, newest = workflows["reports"]["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert f">={oldest}" == project["requires-python"]
    assert f"{newest}.0" in PYTHONS
    assert f"Programming Language :: Python :: {newest}" in project["classifiers"]


def test_a_release_is_built_once_and_attested_before_it_is_published(workflows):
    release = workflows["release"]
    assert release["permissions"] == {}
    building = [step for step in steps_of(release) if "make dist" in step.get("run", "")]
    assert len(building) == 1
    used = [step.get("uses", step.get("run", "")).partition("@")[0] for step in steps_of(release, "build")]
    attest = used.index("actions/attest-build-provenance")
    assert used.index("make dist") < attest < used.index("actions/upload-artifact")
    assert release["jobs"]["publish"]["permissions"] == {"id-token": "write"}
    assert release["jobs"]["publish"]["needs"] == "build"


@pytest.mark.skipif(os.name != "posix", reason="a script of the workflow")
def test_publishing_adds_and_takes_nothing_away(root, tmp_path):
    def git(*args, cwd):
        identity = ("-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "init.defaultBranch=main")
        run = subprocess.run(["git", *identity, *args], cwd=cwd, capture_output=True, text=True, check=True)
        return run.stdout.split()

    git("init", "--quiet", "--bare", "remote", cwd=tmp_path)
    git("clone", "--quiet", "remote", "work", cwd=tmp_path)
    work = tmp_path / "work"
    (work / "code.py").write_text("1")
    git("add", ".", cwd=work)
    git("commit", "--quiet", "-m", "Code", cwd=work)

    def publish(pages):
        shutil.rmtree(work / "new", ignore_errors=True)
        shutil.rmtree(work / "out", ignore_errors=True)
        for name, text in pages.items():
            (work / "new" / name).parent.mkdir(parents=True, exist_ok=True)
            (work / "new" / name).write_text(text)
        script = [str(root / ".ci" / "publish"), "new", "out"]
        return subprocess.run(script, cwd=work, capture_output=True, text=True, check=False)

    first = {"index.html": "docs", "reports/index.html": "1", "reports/DNK/old.html": "old"}
    assert publish({"index.html": "docs"}).returncode == 1
    assert git("branch", "--list", cwd=tmp_path / "remote") == []
    assert publish(first).stdout.startswith("published")
    assert publish(first).stdout == "nothing has changed\n"
    assert publish({"index.html": "docs", "reports/index.html": "2"}).returncode == 0
    files = git("ls-tree", "-r", "--name-only", "gh-pages", cwd=tmp_path / "remote")
    assert files == [".nojekyll", "index.html", "reports/DNK/old.html", "reports/index.html"]
    assert git("show", "gh-pages:reports/index.html", cwd=tmp_path / "remote") == ["2"]
    assert len(git("log", "--format=%h", "gh-pages", cwd=tmp_path / "remote")) == 2
    assert sorted(path.name for path in (work / "out").iterdir()) == [".nojekyll", "index.html", "reports"]
    assert git("status", "--porcelain", "--untracked-files=no", cwd=work) == []


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
