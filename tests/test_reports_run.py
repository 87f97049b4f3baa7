"""Reports from beginning to end: pages, failures, and the same bytes from both engines."""

import hashlib
import json
import os
import subprocess
import sys

import pytest
from report_notebooks import write_notebook

from trafficking_stats.errors import ReportError
from trafficking_stats.reporting import reports
from trafficking_stats.reporting.build import STANDARD_ENGINE, WARM_ENGINE, execute
from trafficking_stats.reporting.canonical import as_bytes
from trafficking_stats.reporting.index import read_rows, render_index, sparkline

pytestmark = pytest.mark.slow
needs_fork = pytest.mark.skipif(sys.platform != "linux", reason="the warm engine forks, which is safe on Linux only")

# Whatever is easily lost or changed on the way from a kernel to a page.
EVERYTHING = """import sys
import warnings

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown, display

plt.plot([1, 2, 3], [n, 2, 1])
plt.title(country)
plt.show()
fig, ax = plt.subplots(figsize=(3, 2))
ax.bar(["a", "b"], [n, 1]);
---
print("to stdout", n)
print("to stderr", file=sys.stderr)
warnings.warn("careful", stacklevel=1)
display(Markdown(f"**{country}**"))
pd.DataFrame({"a": [n, 2]}, index=["x", "y"])
---
{"b", "a", "c", "d"}
---
pd.DataFrame({"a": [n]}).style.format(precision=1)
---
%time_is_a_magic = 1
""".replace("%time_is_a_magic = 1", "!echo shell\n%precision 3\nn / 7\n---\nimport os\nos.system('echo lost')").split(
    "---\n"
)


def files_of(folder):
    """Every file; of a record only what it says of them, for its key changes with each edit of the package."""
    files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
    for name in files:
        if name.endswith("report.json"):
            files[name] = json.dumps({**json.loads(files[name]), "key": ""}).encode()
    return files


@pytest.fixture(scope="module")
def toys(root):
    return root / "tests" / "notebooks"


@pytest.fixture(scope="module")
def standard(toys, tmp_path_factory):
    """The toy report, by standard papermill."""
    folder = tmp_path_factory.mktemp("standard")
    note = '<script>alert("1")</script>'
    return folder, reports.report("DNK", folder, notebooks=toys, countries=["DNK"], engine=STANDARD_ENGINE, note=note)


def test_a_report_has_a_page_and_an_executed_notebook_for_each_notebook(standard):
    folder, pages = standard
    assert [page.relative_to(folder).as_posix() for page in pages] == ["DNK/2_reconciliation.html", "DNK/3_gap.html"]
    assert set(files_of(folder)) == {
        "index.html",
        "DNK/2_reconciliation.html",
        "DNK/2_reconciliation.ipynb",
        "DNK/3_gap.html",
        "DNK/3_gap.ipynb",
        "DNK/report.json",
    }
    text = pages[1].read_text()
    assert "DNK convicted one person for every 6.0 victims" in text
    assert "&lt;script&gt;alert(" in text
    assert "<script>alert" not in text
    assert 'href="2_reconciliation.html#explain-DNK-victims_identified-2020"' in text
    assert text.index("DNK convicted") < text.index("How many were identified")
    assert len(text) < 1_500_000


def test_the_record_holds_the_hash_of_every_file(standard):
    folder, _ = standard
    record = json.loads((folder / "DNK/report.json").read_text())
    assert {n: hashlib.sha256((folder / "DNK" / n).read_bytes()).hexdigest() for n in record["files"]} == record[
        "files"
    ]


def test_the_index_tells_years_sources_clashes_lines_and_verdict(standard):
    text = (standard[0] / "index.html").read_text()
    for told in (
        "Denmark",
        "2014–2021",
        'class="verdict robust"',
        "victims 64 in 2014, 71 in 2021",
        "Countries shown: 1 of 1",
    ):
        assert told in text


@needs_fork
@pytest.mark.parametrize("engine", [WARM_ENGINE, None])
def test_the_warm_engine_and_the_default_give_the_same_bytes(standard, toys, tmp_path, engine):
    note = '<script>alert("1")</script>'
    folder = tmp_path / "another folder"
    reports.report("DNK", folder, notebooks=toys, countries=["DNK"], engine=engine, note=note)
    assert files_of(folder) == files_of(standard[0])


@needs_fork
@pytest.mark.parametrize(("country", "n"), [("DNK", 1), ("SWE", 5), ("CIV", 9)])
def test_both_engines_lose_nothing(tmp_path, country, n):
    write_notebook(tmp_path, "a", *EVERYTHING, parameters='country: str = "DNK"\nn: int = 1')
    task = reports.plan(tmp_path, []).task(country, {"n": n})
    engines = (WARM_ENGINE, WARM_ENGINE, STANDARD_ENGINE)
    warm, again, standard = (execute(task, task.notebooks[0], engine) for engine in engines)
    kinds = [set(o.get("data", {})) for cell in standard.cells for o in cell.get("outputs", [])]
    assert sum("image/png" in kind for kind in kinds) == 2
    assert as_bytes(warm).decode() == as_bytes(standard).decode()
    assert as_bytes(again) == as_bytes(standard)


@pytest.mark.parametrize("engine", [None, pytest.param(WARM_ENGINE, marks=needs_fork)])
def test_a_failing_notebook_leaves_its_copy_and_the_older_pages(tmp_path, engine):
    notebooks, out = tmp_path / "notebooks", tmp_path / "out"
    write_notebook(notebooks, "a", "1 + 1")
    reports.report("DNK", out, notebooks=notebooks, countries=[], engine=engine)
    before = files_of(out)
    write_notebook(notebooks, "a", "x = 3", "\nx / 0\nx")
    with pytest.raises(ReportError, match=r"^DNK a: cell 4 \(x / 0\): ZeroDivisionError: division by zero$"):
        reports.report("DNK", out, notebooks=notebooks, countries=[], engine=engine)
    after = files_of(out)
    failed = json.loads(after.pop("DNK/a.failed.ipynb"))
    assert failed["cells"][-1]["outputs"][0]["ename"] == "ZeroDivisionError"
    assert json.loads(after.pop("DNK/failure.json"))["cell"] == 4
    assert {k: v for k, v in after.items() if k != "index.html"} == {
        k: v for k, v in before.items() if k != "index.html"
    }
    index = after["index.html"].decode()
    assert "failed" in index
    assert "ZeroDivisionError" in index
    assert "earlier run" in index
    write_notebook(notebooks, "a", "1 + 1")
    reports.report("DNK", out, notebooks=notebooks, countries=[], engine=engine)
    assert files_of(out) == before


@pytest.mark.parametrize("engine", [None, pytest.param(WARM_ENGINE, marks=needs_fork)])
def test_a_killed_kernel_is_a_failure_of_one_line(tmp_path, engine):
    write_notebook(tmp_path / "n", "a", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(ReportError, match=r"^DNK a: .*(died|killed by signal 9)") as caught:
        reports.report("DNK", tmp_path / "out", notebooks=tmp_path / "n", countries=[], engine=engine)
    assert "\n" not in str(caught.value)


@needs_fork
def test_a_link_to_no_explanation_fails_the_report(tmp_path):
    link = "display.prose('{x}', x=display.explain_link('DNK', 'v', 2020, 1))"
    link = f"from trafficking_stats.reporting import display\n{link}"
    write_notebook(tmp_path / "n", "a", link)
    with pytest.raises(ReportError, match="no page: explain-DNK-v-2020"):
        reports.report("DNK", tmp_path / "out", notebooks=tmp_path / "n", countries=[], engine=WARM_ENGINE)


@needs_fork
def test_check_finds_what_differs_between_runs(tmp_path):
    write_notebook(tmp_path, "a", "import os\nprint(os.getpid())")
    with pytest.raises(ReportError, match=r"DNK/a\.html differs between two runs"):
        reports.check("DNK", notebooks=tmp_path, countries=[], engines=(WARM_ENGINE, WARM_ENGINE))


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from trafficking_stats.reporting import folder
from trafficking_stats.reporting.build import Built
from trafficking_stats.errors import ReportError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
if sys.argv[2] == "limit":
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
new = Built("DNK", "Denmark", "new", {"a.html": b"n" * 30_000, "b.html": b"n" * 90_000})
try:
    folder.store(Path(sys.argv[1]), new)
except ReportError as error:
    print(error)
"""


@pytest.mark.parametrize("how", ["limit", "tmpfs"])
def test_a_full_disk_leaves_the_older_pages(tmp_path, how):
    from trafficking_stats.reporting import folder
    from trafficking_stats.reporting.build import Built

    out = tmp_path / "out"
    out.mkdir()
    if (
        how == "tmpfs"
        and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(out)], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("a small file system cannot be mounted here")
    try:
        folder.store(out, Built("DNK", "Denmark", "old", {"a.html": b"old a", "b.html": b"old b"}))
        before = files_of(out)
        run = subprocess.run(
            [sys.executable, "-c", FULL_DISK, str(out), how], capture_output=True, text=True, check=True
        )
        assert "cannot write the report of DNK" in run.stdout
        assert "make room and run again" in run.stdout
        assert files_of(out) == before
        assert folder.is_current(out, "DNK", "old")
    finally:
        if how == "tmpfs":
            subprocess.run(["umount", str(out)], check=False)


def test_what_a_killed_run_left_is_swept_and_a_running_one_is_left_alone(tmp_path):
    from trafficking_stats.reporting import folder
    from trafficking_stats.reporting.build import Built

    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (tmp_path / "DNK").mkdir()
    left = tmp_path / "DNK" / f".a.html.{dead.pid}-0123abcd.tmp"
    running = tmp_path / "DNK" / f".a.html.{os.getpid()}-0123abcd.tmp"
    for path in (left, running):
        path.write_text("half")
    folder.store(tmp_path, Built("DNK", "Denmark", "k", {"a.html": b"a"}))
    assert not left.exists()
    assert running.exists()


def test_a_page_that_was_changed_or_is_missing_is_not_current(tmp_path):
    from trafficking_stats.reporting import folder
    from trafficking_stats.reporting.build import Built

    folder.store(tmp_path, Built("DNK", "Denmark", "k", {"a.html": b"a"}))
    assert folder.is_current(tmp_path, "DNK", "k")
    assert not folder.is_current(tmp_path, "DNK", "other")
    (tmp_path / "DNK/a.html").write_text("b")
    assert not folder.is_current(tmp_path, "DNK", "k")
    (tmp_path / "DNK/report.json").write_text("{")
    assert not folder.is_current(tmp_path, "DNK", "k")


def test_pages_of_notebooks_that_are_gone_are_removed(tmp_path):
    from trafficking_stats.reporting import folder
    from trafficking_stats.reporting.build import Built

    folder.store(tmp_path, Built("DNK", "Denmark", "k", {"a.html": b"a", "b.html": b"b"}))
    folder.store(tmp_path, Built("DNK", "Denmark", "k", {"a.html": b"a"}))
    assert sorted(p.name for p in (tmp_path / "DNK").iterdir()) == ["a.html", "report.json"]


def test_the_index_shows_names_and_failures_as_text(tmp_path):
    from trafficking_stats.reporting import folder
    from trafficking_stats.reporting.build import Built, Failure

    folder.store(tmp_path, Built("CIV", 'Côte "d\'Ivoire" <b>', "k", {"a.html": b"a"}))
    failure = Failure("XKX", "a", 3, "cell 3 (<script>): E: <img src=x>")
    folder.store(tmp_path, Built("XKX", "<i>Kosovo", "k", failure=failure))
    rows = read_rows(tmp_path)
    text = render_index(rows)
    assert [row.robustness for row in rows] == ["failed", ""]
    for raw in ("<b>", "<i>", "<img", "<script>):"):
        assert raw not in text


def test_sparklines_break_at_gaps_and_show_single_years():
    paths = sparkline({"victims": [(2014, 5), (2015, 10), (2018, 0)], "convictions": [(2016, 10)]})
    assert paths == {"victims": "M2.0 14.0L31.0 2.0M118.0 26.0", "convictions": "M60.0 2.0h0.1"}
    assert sparkline({"victims": [(2014, 0)]})["victims"].startswith("M")


@needs_fork
def test_papermill_finds_the_engine_by_its_entry_point(tmp_path):
    write_notebook(tmp_path, "a", "country")
    about = tmp_path / "installed" / "some_engine-1.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: some-engine\nVersion: 1\n")
    (about / "entry_points.txt").write_text(
        f"[papermill.engine]\n{WARM_ENGINE} = trafficking_stats.reporting.engine:WarmEngine\n"
    )
    code = f"""
from trafficking_stats.reporting.engine import WarmEngine
import papermill
from papermill.engines import papermill_engines
assert papermill_engines.get_engine({WARM_ENGINE!r}) is WarmEngine
options = {{"engine_name": {WARM_ENGINE!r}, "progress_bar": False}}
papermill.execute_notebook("a.ipynb", "out.ipynb", {{"country": "SWE"}}, **options)
"""
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "installed")}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True)
    assert "'SWE'" in (tmp_path / "out.ipynb").read_text()


def test_a_slow_package_of_jupyterlab_is_not_imported(tmp_path):
    (tmp_path / "rfc3987_syntax.py").write_text("raise SystemExit('imported')")
    code = "from trafficking_stats.reporting.build import shield_from_slow_import as s\ns()\n"
    code += "import jsonschema, nbformat, papermill"
    subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(tmp_path)}, check=True)
