"""Reports from beginning to end: pages, failures, and the same bytes from both engines."""

import hashlib
import json
import os
import subprocess
import sys

import pytest
from report_notebooks import write_notebook

from trafficking_stats.errors import ReportError
from trafficking_stats.reporting import folder as report_folder
from trafficking_stats.reporting import repeated, reports
from trafficking_stats.reporting.build import STANDARD_ENGINE, WARM_ENGINE, PageError, execute
from trafficking_stats.reporting.canonical import as_bytes
from trafficking_stats.reporting.index import read_rows, render_index, sparkline, write_index
from trafficking_stats.reporting.plan import plan

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
    files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("[!.]*")) if p.is_file()}
    for name in files:
        if name.endswith("report.json"):
            record = json.loads(files[name])
            for page in record["pages"].values():
                page["key"] = ""
            files[name] = json.dumps(record).encode()
    return files


@pytest.fixture(scope="module")
def toys(root):
    return root / "tests" / "notebooks"


@pytest.fixture(scope="module")
def standard(toys, tmp_path_factory):
    """The toy report, by standard papermill."""
    folder = tmp_path_factory.mktemp("standard")
    note = '<script>alert("1")</script>'
    return folder, reports.report("DNK", folder, notebooks=toys, known=["DNK"], engine=STANDARD_ENGINE, note=note)


def test_a_report_has_a_page_and_an_executed_notebook_for_each_notebook(standard):
    folder, pages = standard
    assert [page.relative_to(folder).as_posix() for page in pages] == ["DNK/2_reconciliation.html", "DNK/3_gap.html"]
    assert set(files_of(folder)) == {
        "index.html",
        "DNK/2_reconciliation.html",
        "DNK/2_reconciliation.ipynb",
        "DNK/3_gap.html",
        "DNK/3_gap.ipynb",
        "DNK/brief.html",
        "DNK/card.png",
        "DNK/data.zip",
        "DNK/report.json",
    }
    assert (folder / "DNK/card.png").read_bytes().startswith(b"\x89PNG")
    assert '<meta property="og:image" content="card.png">' in pages[1].read_text()
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
    assert list(record["files"]) == sorted(record["files"])  # whichever page was done first
    contents = {name: (folder / "DNK" / name).read_bytes() for name in record["files"]}
    assert record["files"] == {n: [len(c), hashlib.sha256(c).hexdigest()] for n, c in contents.items()}


def test_the_index_tells_years_sources_clashes_lines_and_verdict(standard):
    text = (standard[0] / "index.html").read_text()
    for told in (
        "Denmark",
        "2014–2021",
        'class="verdict holds"',
        "64 in 2014, 71 in 2021",
        "Countries shown: 1 of 1",
    ):
        assert told in text


@needs_fork
@pytest.mark.parametrize("engine", [WARM_ENGINE, None])
def test_the_warm_engine_and_the_default_give_the_same_bytes(standard, toys, tmp_path, engine):
    note = '<script>alert("1")</script>'
    folder = tmp_path / "another folder"
    reports.report("DNK", folder, notebooks=toys, known=["DNK"], engine=engine, note=note)
    assert files_of(folder) == files_of(standard[0])


@needs_fork
@pytest.mark.parametrize(("country", "n"), [("DNK", 1), ("SWE", 5), ("CIV", 9)])
def test_both_engines_lose_nothing(tmp_path, country, n):
    write_notebook(tmp_path, "a", *EVERYTHING, parameters='country: str = "DNK"\nn: int = 1')
    (task,) = plan(tmp_path, []).tasks(country, {"n": n})
    warm, again, standard = (execute(task, engine) for engine in (WARM_ENGINE, WARM_ENGINE, STANDARD_ENGINE))
    kinds = [set(o.get("data", {})) for cell in standard.cells for o in cell.get("outputs", [])]
    assert sum("image/png" in kind for kind in kinds) == 2
    assert as_bytes(warm).decode() == as_bytes(standard).decode()
    assert as_bytes(again) == as_bytes(standard)


@pytest.mark.parametrize("engine", [None, pytest.param(WARM_ENGINE, marks=needs_fork)])
def test_a_failing_notebook_leaves_its_copy_and_the_older_pages(tmp_path, engine):
    notebooks, out = tmp_path / "notebooks", tmp_path / "out"
    write_notebook(notebooks, "a", "1 + 1")
    reports.report("DNK", out, notebooks=notebooks, known=[], engine=engine)
    before = files_of(out)
    write_notebook(notebooks, "a", "x = 3", "\nx / 0\nx")
    with pytest.raises(ReportError, match=r"^DNK a: cell 4 \(x / 0\): ZeroDivisionError: division by zero$"):
        reports.report("DNK", out, notebooks=notebooks, known=[], engine=engine)
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
    reports.report("DNK", out, notebooks=notebooks, known=[], engine=engine)
    assert files_of(out) == before


@pytest.mark.parametrize("engine", [None, pytest.param(WARM_ENGINE, marks=needs_fork)])
def test_a_killed_kernel_is_a_failure_of_one_line(tmp_path, engine):
    write_notebook(tmp_path / "n", "a", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(ReportError, match=r"^DNK a: .*(died|killed)") as caught:
        reports.report("DNK", tmp_path / "out", notebooks=tmp_path / "n", known=[], engine=engine)
    assert "\n" not in str(caught.value)


@needs_fork
def test_a_link_to_no_explanation_fails_the_report(tmp_path):
    link = """from IPython.display import HTML\nHTML('<a href="#explain-DNK-v-2020">1</a>')"""
    write_notebook(tmp_path / "n", "a", link)
    with pytest.raises(ReportError, match="no page: explain-DNK-v-2020"):
        reports.report("DNK", tmp_path / "out", notebooks=tmp_path / "n", known=[], engine=WARM_ENGINE)


@needs_fork
def test_check_finds_what_differs_between_runs(tmp_path):
    write_notebook(tmp_path, "a", "import os\nprint(os.getpid())")
    with pytest.raises(ReportError, match=r"DNK/a\.html differs between two runs"):
        repeated.check("DNK", notebooks=tmp_path, known=[], engines=(WARM_ENGINE, WARM_ENGINE))


def test_pictures_are_compared_by_their_bytes(monkeypatch):
    # neither byte is text, so that the two look alike as such
    contents = iter([b"\xff", b"\xfe"])

    def report(countries, folder, **options):
        folder.mkdir(parents=True)
        (folder / "card.png").write_bytes(next(contents))

    monkeypatch.setattr(repeated, "report", report)
    with pytest.raises(ReportError, match=r"card\.png differs between two runs"):
        repeated.check("DNK", engines=(None, None))


def test_a_cell_that_hangs_is_stopped_and_named(tmp_path):
    write_notebook(tmp_path / "n", "a", "x = 3", "import time\ntime.sleep(60)")
    for engine in (STANDARD_ENGINE, WARM_ENGINE, None):
        with pytest.raises(ReportError, match=r"^DNK a: cell 4 \(import time\) took more than 8 seconds.*--limit"):
            reports.report("DNK", tmp_path / "out", notebooks=tmp_path / "n", known=[], engine=engine, limit=8)


@needs_fork
def test_a_cell_that_ignores_its_limit_ends_with_its_process(tmp_path, monkeypatch):
    monkeypatch.setattr("trafficking_stats.reporting.engine._GRACE", 1)
    deaf = "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass"
    write_notebook(tmp_path / "n", "a", deaf)
    with pytest.raises(ReportError, match=r"^DNK a: .*killed by signal 26"):
        reports.report("DNK", tmp_path / "out", notebooks=tmp_path / "n", known=[], engine=WARM_ENGINE, limit=2)


def put(folder, country, files, key="k"):
    """Store pages of a country as a run does."""
    pages = {n: {"language": "en", "notebook": n[:-5], "key": key, "reads": [], "facts": {}} for n in files}
    report_folder.store(folder, country, pages, {name: content.encode() for name, content in files.items()})


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from trafficking_stats.reporting import folder
from trafficking_stats.errors import ReportError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
if sys.argv[2] == "limit":
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
try:
    folder.store(Path(sys.argv[1]), "DNK", {}, {"a.html": b"n" * 30_000, "b.html": b"n" * 90_000})
except ReportError as error:
    print(error)
"""


@pytest.mark.parametrize("how", ["limit", "tmpfs"])
def test_a_full_disk_leaves_the_older_pages(tmp_path, how):
    out = tmp_path / "out"
    out.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", str(out)]
    if how == "tmpfs" and subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small file system cannot be mounted here")
    try:
        put(out, "DNK", {"a.html": "old a", "b.html": "old b"})
        before = files_of(out)
        run = subprocess.run(
            [sys.executable, "-c", FULL_DISK, str(out), how], capture_output=True, text=True, check=True
        )
        assert f"cannot write {out / 'DNK'}" in run.stdout
        assert "make room and run again" in run.stdout
        assert files_of(out) == before
        assert report_folder.whole_files(out, "DNK") == {"a.html", "b.html"}
    finally:
        if how == "tmpfs":
            subprocess.run(["umount", str(out)], check=False)


def test_what_a_killed_run_left_is_swept(tmp_path):
    left = tmp_path / ".DNK.tmp"
    left.mkdir()
    (left / "a.html").write_text("half")
    put(tmp_path, "SWE", {"a.html": "a"})
    assert not left.exists()


def test_where_two_folders_cannot_change_places_a_killed_run_loses_nothing(tmp_path):
    """The moment without the old pages: the next run finds them beside."""
    put(tmp_path, "DNK", {"a.html": "old"})
    (tmp_path / "DNK").rename(tmp_path / ".DNK.tmp.old.tmp")
    put(tmp_path, "SWE", {"a.html": "a"})
    assert (tmp_path / "DNK/a.html").read_text() == "old"


KILLED = """
import os, sys
from pathlib import Path
from trafficking_stats.reporting import folder
for number in range(100_000):
    text = str(number % 2).encode() * 200_000
    folder.store(Path(sys.argv[1]), "DNK", {}, {f"{name}.html": text for name in "abcd"})
    print(number, flush=True)
"""


def test_who_looks_finds_all_old_or_all_new_pages_also_when_writers_are_killed(tmp_path):
    seen = set()
    for _ in range(4):
        writers = [
            subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE) for _ in range(2)
        ]
        for writer in writers:
            writer.stdout.readline()
        for writer in writers:
            writer.kill()
            writer.wait()
            writer.stdout.close()
        contents = {(tmp_path / f"DNK/{name}.html").read_bytes() for name in "abcd"}
        assert len(contents) == 1
        assert len(report_folder.whole_files(tmp_path, "DNK")) == 4
        seen |= contents
    assert {len(content) for content in seen} == {200_000}
    put(tmp_path, "SWE", {"a.html": "a"})
    assert sorted(path.name for path in tmp_path.glob("[!.]*")) == ["DNK", "SWE"]
    assert [path.name for path in tmp_path.glob(".*")] == [".lock"]


def test_a_page_that_was_changed_or_is_missing_is_not_whole(tmp_path):
    put(tmp_path, "DNK", {"a.html": "a", "b.html": "b"})
    assert report_folder.whole_files(tmp_path, "DNK") == {"a.html", "b.html"}
    os.utime(tmp_path / "DNK/report.json", ns=(0, 0))  # a copy of the folder: what is newer is read
    assert report_folder.whole_files(tmp_path, "DNK") == {"a.html", "b.html"}
    (tmp_path / "DNK/a.html").write_text("c")
    (tmp_path / "DNK/b.html").unlink()
    assert report_folder.whole_files(tmp_path, "DNK") == set()
    (tmp_path / "DNK/report.json").write_text("{")
    assert report_folder.whole_files(tmp_path, "DNK") == set()


def test_pages_of_notebooks_that_are_gone_are_removed(tmp_path):
    put(tmp_path, "DNK", {"a.html": "a", "b.html": "b"})
    put(tmp_path, "DNK", {"a.html": "a"})
    assert sorted(p.name for p in (tmp_path / "DNK").iterdir()) == ["a.html", "report.json"]


def test_the_index_shows_names_and_failures_as_text(tmp_path):
    put(tmp_path, 'C"<b>', {"a.html": "a"})
    report_folder.store_failure(tmp_path, PageError("XKX", "a", "cell 3 (<script>): E: <img src=x>", 3))
    rows = read_rows(tmp_path, "en")
    text = render_index(rows, "en", ["en"])
    assert [row.verdict for row in rows] == ["", "failed"]
    for raw in ("<b>", "<img", "<script>):"):
        assert raw not in text


def test_an_index_of_two_hundred_countries_is_small_and_knows_regions_in_both_languages(tmp_path):
    import pycountry

    codes = sorted(country.alpha_3 for country in pycountry.countries)[:200]
    line = [[year, 40 + year % 7] for year in range(2003, 2024)]
    head = {"sentence": "From 2003 to 2023 it identified 900 victims and convicted 80 people. " * 2, "word": "robust"}
    facts = {"headline": {**head, "robustness": "holds"}, "years": [2003, 2023], "sources": 4, "clashes": 2}
    facts["lines"] = {"victims identified": line, "persons convicted": line}
    about = {"notebook": "3_gap", "key": "k", "reads": [], "facts": facts}
    pages = {"3_gap.html": {**about, "language": "en"}, "3_gap.da.html": {**about, "language": "da"}}
    for code in codes:
        report_folder.store(tmp_path, code, pages, {"3_gap.html": b"a", "3_gap.da.html": b"a", "brief.html": b"b"})
    write_index(tmp_path)
    english, danish = (tmp_path / "index.html").read_text(), (tmp_path / "index.da.html").read_text()
    assert max(len(english), len(danish)) < 500_000
    assert "<option>Northern Europe</option>" in english
    assert "<option>Nordeuropa</option>" in danish
    assert 'href="DNK/3_gap.da.html">Danmark</a>' in danish
    assert 'href="DNK/brief.html"' in english
    assert 'href="DNK/brief' not in danish
    assert '<a href="index.da.html" lang="da" hreflang="da">Dansk</a>' in english


def test_sparklines_break_at_gaps_and_show_single_years():
    paths = sparkline([[(2014, 5), (2015, 10), (2018, 0)], [(2016, 10)]])
    assert paths == ["M2 13L25 2M94 24", "M48 2h0.1"]
    assert sparkline([[(2014, 0)]])[0].startswith("M")
    assert sparkline([]) == []


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
