"""The library alone, without the packages of any extra; and what says so where one is missing."""

import importlib.metadata
import re
import subprocess
import sys
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

pytestmark = pytest.mark.slow

HIDE = """
import sys

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in HIDDEN:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Hidden())
"""

LIBRARY = """
import trafficking_stats as ts

import pandas as pd
from trafficking_stats import paths

own = pd.DataFrame({"country": ["Brazil", "Brazil"], "year": [2022, 2023], "value": ["<5", "c. 200"]})
own = ts.claims_from(own, indicator="victims_identified", source="ministry-2024", published="2024-05-01")
print(*(ts.reconcile(own).series.lower + 100))
print(100 * len(ts.read_claims(paths.PACKAGE / "starter" / "raw")))
claims = ts.load_claims()
rec = ts.reconcile(claims[claims.country.isin(["DNK", "EST"])])
assert str(rec) == rec.summary() and rec.headline in rec._repr_html_()
gap = ts.gap(rec, "DNK", start=2014, end=2021, vary_sources=False)
found = rec.explain("DNK", "victims_identified", 2020)
rec.sensitivity("EST", "victims_identified")
print(len(rec.series), len(str(gap)), len(gap._repr_html_()), len(str(found)), len(found._repr_html_()))
"""


def closure(names):
    """The packages that some packages need on this machine, themselves included."""
    found, left = set(), [canonicalize_name(name) for name in names]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            wanted = map(Requirement, importlib.metadata.requires(name) or ())
            left += [canonicalize_name(r.name) for r in wanted if not r.marker or r.marker.evaluate({"extra": ""})]
    return found


@pytest.fixture(scope="module")
def hidden(root):
    """The modules that a bare installation of the package would not bring."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    kept = closure(Requirement(line).name for line in project["dependencies"]) | {"trafficking-stats"}
    modules = importlib.metadata.packages_distributions()
    found = {module for module, homes in modules.items() if not {canonicalize_name(home) for home in homes} & kept}
    assert {"click", "matplotlib", "papermill", "lxml", "trafilatura", "pytest"} <= found
    return found - set(sys.stdlib_module_names)


@pytest.fixture(scope="module")
def bare(hidden, tmp_path_factory):
    """Run code or a module as if only the library were installed; its exit code and what it says."""

    def run(code, *args):
        script = f"HIDDEN = {sorted(hidden)!r}\n{HIDE}\nsys.argv[1:] = {list(args)!r}\n{code}"
        return subprocess.run(
            [sys.executable, "-c", script],
            cwd=tmp_path_factory.mktemp("bare"),
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_the_library_works_without_any_extra(bare):
    run = bare(LIBRARY)
    assert run.returncode == 0, run.stderr
    assert all(int(number) > 30 for number in run.stdout.split())


@pytest.mark.parametrize(
    ("code", "what", "extra"),
    [
        ("ts.report", "ts.report", "report"),
        ("import trafficking_stats.plots", "Drawing figures", "report"),
        (
            "from pathlib import Path\nfrom trafficking_stats.files import locked\nwith locked(Path('x')): pass",
            "Writing figures",
            "report",
        ),
        ("import trafficking_stats.tables", "Drawing tables", "report"),
        (
            "open('a.xlsx', 'w').close()\nfrom trafficking_stats.readers.unodc import read_unodc\nread_unodc('a.xlsx')",
            "Reading a workbook",
            "documents",
        ),
        (
            "open('a.html', 'w').write('<html><body><p>12 victims</p></body></html>')\n"
            "from trafficking_stats.readers import narrative\n"
            "narrative.read_document('a.html')",
            "Reading a web page",
            "documents",
        ),
    ],
)
def test_what_lacks_an_extra_names_it(bare, code, what, extra):
    said = bare(f"import trafficking_stats as ts\n{code}").stderr.splitlines()[-1]
    sentence = rf'{what} needs the package \w+, which is not installed: pip install "trafficking-stats\[{extra}\]"'
    assert re.fullmatch(rf"trafficking_stats\.errors\.ExtraError: {sentence}", said)


def test_the_command_names_its_extra_in_one_line(bare):
    run = bare("import runpy; runpy.run_module('trafficking_stats', run_name='__main__')", "clean")
    assert run.returncode == 1
    assert run.stderr == (
        "error: The command line needs the package click, which is not installed: "
        'pip install "trafficking-stats[report]"\n'
    )


def test_a_fault_of_the_package_itself_is_not_taken_for_a_missing_extra():
    from trafficking_stats.extras import needs

    with pytest.raises(ModuleNotFoundError, match=r"trafficking_stats\.nowhere") as caught, needs("report", "This"):
        import trafficking_stats.nowhere  # noqa: F401
    assert type(caught.value) is ModuleNotFoundError


@pytest.mark.parametrize("module", ["trafficking_stats", "trafficking_stats.cli"])
def test_the_module_does_what_the_command_does(module, tmp_path):
    def run(*args):
        return subprocess.run(
            [sys.executable, "-m", module, *args], cwd=tmp_path, capture_output=True, text=True, check=False
        )

    assert run("--help").stdout.startswith("Usage: trafficking-stats")
    assert run("sources", "EST").stdout.count("tip-2019-est") == 1
    assert run("nonsense").returncode == 2
