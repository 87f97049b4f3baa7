"""Many reports: skipping, failing, being killed, running twice at once, and other executors."""

import contextlib
import errno
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

import psutil
import pytest
from report_notebooks import PARAMETERS, write_notebook

from trafficking_stats.errors import ReportError
from trafficking_stats.reporting import folder, reports
from trafficking_stats.reporting.build import STANDARD_ENGINE
from trafficking_stats.reporting.plan import plan
from trafficking_stats.reporting.warm import WarmProcess, build_warm

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="warm processes fork, which is safe on Linux only"),
]
KNOWN = ["CIV", "DNK", "NOR", "SWE"]


def pages_of(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("[!.]*")) if p.is_file()}


@pytest.fixture(scope="module")
def toys(root):
    return root / "tests" / "notebooks"


@pytest.fixture(scope="module")
def server():
    """One warm process for all tests that need no other."""
    with contextlib.closing(WarmProcess()) as warm:
        yield warm


class Inline:
    """The tests' executor: runs at once, in the warm process they share."""

    def __init__(self, server):
        self.server, self.built = server, []

    def submit(self, _, task):
        self.built.append(task.country)
        future = Future()
        future.set_result(self.server.build(task))
        return future


@pytest.fixture(autouse=True)
def same_package(monkeypatch):
    """Whoever edits the package while its tests run changes every key, which is right and no help here."""
    monkeypatch.setattr("trafficking_stats.reporting.plan.hash_files", lambda _: "same")


@pytest.fixture
def run(server):
    def run_batch(countries, folder, notebooks, **options):
        executor = Inline(server)
        result = reports.run(countries, folder, notebooks=notebooks, known=KNOWN, executor=executor, **options)
        return result, executor.built

    return run_batch


@pytest.fixture
def small(tmp_path):
    """One quick notebook that fails for Sweden if told to, and counts nothing else."""
    write_notebook(
        tmp_path / "n",
        "a",
        'assert country != broken, "no figures"',
        parameters='country: str = "DNK"\nbroken: str = ""',
    )
    return tmp_path / "n"


def test_two_workers_give_the_bytes_of_one_standard_report(toys, tmp_path):
    options = {"notebooks": toys, "known": KNOWN, "language": "en,da"}
    made = reports.run(["DNK", "SWE", "CIV"], tmp_path / "b", workers=2, **options)
    assert len(made.pages) == 12
    assert (made.written, made.skipped, made.failures) == (["DNK", "SWE", "CIV"], [], [])
    reports.report("SWE", tmp_path / "s", engine=STANDARD_ENGINE, **options)
    alone, many = pages_of(tmp_path / "s"), pages_of(tmp_path / "b")
    stems = ("2_reconciliation", "3_gap", "2_reconciliation.da", "3_gap.da")
    names = [f"SWE/{stem}.{kind}" for stem in stems for kind in ("html", "ipynb")]
    assert {name: many[name] for name in names} == {name: alone[name] for name in names}


def test_unchanged_is_skipped_and_force_and_parameters_are_not(run, small, tmp_path):
    out = tmp_path / "out"
    assert run(["DNK", "SWE"], out, small)[1] == ["DNK", "SWE"]
    before = pages_of(out)
    result, built = run(["SWE", "DNK", "SWE"], out, small)
    assert (built, result.skipped, result.written) == ([], ["SWE", "DNK"], [])
    assert [page.parent.name for page in result.pages] == ["SWE", "DNK"]
    assert run(["DNK"], out, small, force=True)[1] == ["DNK"]
    assert pages_of(out) == before
    assert run(["DNK"], out, small, broken="x")[1] == ["DNK"]
    (out / "SWE" / "a.html").write_text("changed")
    assert run(["DNK", "SWE"], out, small)[1] == ["DNK", "SWE"]
    assert pages_of(out) == before


def test_every_country_with_claims_is_the_default(run, small, tmp_path):
    assert run(None, tmp_path / "out", small)[1] == KNOWN


def test_a_failure_is_one_line_and_the_rest_goes_on(run, small, tmp_path):
    said = []
    result, _ = run(["DNK", "SWE", "NOR"], tmp_path / "out", small, broken="SWE", say=said.append)
    assert said == ['SWE a: cell 3 (assert country != broken, "no figures"): AssertionError: no figures']
    assert [f.country for f in result.failures] == ["SWE"]
    assert result.written == ["DNK", "NOR"]
    index = (tmp_path / "out" / "index.html").read_text()
    assert index.count('class="verdict failed"') == 1
    # A failure is tried again; what worked is not.
    assert run(["DNK", "SWE", "NOR"], tmp_path / "out", small, broken="SWE")[1] == ["SWE"]


def test_a_wrong_country_among_many_stops_before_anything_runs(run, small, tmp_path):
    with pytest.raises(ReportError, match=r"'NO'; did you mean NOR"):
        run(["DNK", "NO"], tmp_path / "out", small)
    with pytest.raises(ReportError, match="workers must be at least 1"):
        reports.run(["DNK"], tmp_path / "out", workers=0, notebooks=small, known=KNOWN)
    assert not (tmp_path / "out").exists()


def test_a_killed_worker_is_a_failure_and_the_rest_goes_on(run, tmp_path):
    kill = "import os, signal\nif country == 'SWE':\n    os.kill(os.getpid(), signal.SIGKILL)"
    write_notebook(tmp_path / "n", "a", kill)
    said = []
    result, _ = run(["DNK", "SWE", "NOR"], tmp_path / "out", tmp_path / "n", say=said.append)
    assert said == ["SWE a: the process that ran it was killed, twice; run again"]
    assert result.written == ["DNK", "NOR"]


def test_a_worker_killed_once_is_replaced(run, tmp_path):
    flag = tmp_path / "once"
    kill = f"""import os, pathlib, signal
flag = pathlib.Path({str(flag)!r})
if not flag.exists():
    flag.touch()
    os.kill(os.getpid(), signal.SIGKILL)"""
    write_notebook(tmp_path / "n", "a", kill)
    result, _ = run(["DNK"], tmp_path / "out", tmp_path / "n")
    assert (len(result.written), result.failures) == (1, [])


def test_a_killed_warm_process_fails_the_rest_with_a_message(small, tmp_path):
    with contextlib.closing(WarmProcess(libraries=())) as server:
        os.kill(server.process_id, signal.SIGKILL)
        time.sleep(0.05)
        built = server.build(*plan(small, []).tasks("DNK", {}))
    assert "the warm process was killed" in str(built.failure)


def test_a_full_disk_stops_a_batch_and_the_next_one_goes_on(run, small, tmp_path, monkeypatch):
    out, countries = tmp_path / "out", ["DNK", "NOR", "SWE"]
    run(countries, out, small, broken="older")
    before, real, room = pages_of(out), Path.write_bytes, [5]  # a country has three files: the second one is cut short

    def write_bytes(path, content):
        room[0] -= 1
        if room[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(path, content)

    with monkeypatch.context() as full:
        full.setattr(Path, "write_bytes", write_bytes)
        with pytest.raises(ReportError, match=r"No space left.*make room and run again"):
            run(countries, out, small)
    after = pages_of(out)
    changed = {name.split("/")[0] for name in before if after[name] != before[name]}
    assert after.keys() == before.keys()
    assert len(changed) == 1
    assert changed < set(countries)
    result, built = run(countries, out, small)
    assert sorted(built) == sorted(set(countries) - changed)
    assert result.skipped == sorted(changed)


def test_a_changed_claim_builds_its_country_and_who_read_it(run, tmp_path, monkeypatch):
    folder = tmp_path / "clean"
    folder.mkdir()
    (folder / "sources.csv").write_text("source_id,title\ns,S\nt,T\n")
    described = [{"name": name, "path": f"{name}.csv", "schema": {"fields": []}} for name in ("claims", "sources")]
    (folder / "datapackage.json").write_text(json.dumps({"resources": described}))

    def claims(value, source="s"):
        rows = [f"{country},s,2020,{1 if country != 'NOR' else value},i,,2019,2019" for country in KNOWN]
        rows.append(f"NOR,{source},2021,3,i,,2020,2020")
        head = "country,source_id,published,value,indicator,breakdown,period_start,period_end"
        (folder / "claims.csv").write_text("\n".join([head, *rows, ""]))

    monkeypatch.setattr("trafficking_stats.paths.clean_dir", lambda: folder)
    read = "import os, pathlib\npathlib.Path(os.environ['TRAFFICKING_STATS_READS']).open('a').write(' '.join({}))"
    write_notebook(tmp_path / "n", "1_own", read.format("[country]"))
    write_notebook(tmp_path / "n", "4_peers", read.format("[country, 'NOR'] if country == 'SWE' else [country]"))
    out = tmp_path / "out"
    claims(1)
    assert len(run(None, out, tmp_path / "n")[1]) == 8
    assert run(None, out, tmp_path / "n")[1] == []
    claims(2)
    result, built = run(None, out, tmp_path / "n")
    assert sorted(built) == ["NOR", "NOR", "SWE"]
    assert (result.written, result.skipped) == (["NOR", "SWE"], ["CIV", "DNK"])
    (folder / "sources.csv").write_text("source_id,title\ns,S\nt,another title\n")
    assert run(None, out, tmp_path / "n")[1] == []  # nobody uses that source
    claims(2, "t")
    assert sorted(run(None, out, tmp_path / "n")[1]) == ["NOR", "NOR", "SWE"]


def test_a_country_of_which_one_page_changed_has_the_bytes_of_one_made_anew(run, tmp_path):
    """Also the picture that stands for all pages, which each of them draws."""
    said = (
        "from IPython.display import display\nabout = {{'kind': 'headline', 'sentence': '{}', 'robustness': 'holds'}}\n"
    )
    said += "display({{'text/html': '<p>x</p>'}}, metadata={{'report': about}}, raw=True)"
    for name, sentence in (("1_a", "old"), ("2_b", "last")):
        write_notebook(tmp_path / "n", name, said.format(sentence))
    run(["DNK"], tmp_path / "out", tmp_path / "n")
    write_notebook(tmp_path / "n", "1_a", said.format("new"))
    assert run(["DNK"], tmp_path / "out", tmp_path / "n")[1] == ["DNK"]
    run(["DNK"], tmp_path / "anew", tmp_path / "n")
    assert pages_of(tmp_path / "out") == pages_of(tmp_path / "anew")


BATCH = """
import sys
from trafficking_stats.reporting import plan, reports
plan.hash_files = lambda _: "same"
result = reports.run({countries!r}, {out!r}, workers=1, notebooks={notebooks!r}, known=[])
print(len(result.written), len(result.skipped), flush=True)
"""


def start(out, notebooks, countries):
    code = BATCH.format(out=str(out), notebooks=str(notebooks), countries=countries)
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


def test_a_killed_batch_resumes_and_two_at_once_agree(tmp_path):
    write_notebook(tmp_path / "n", "a", "import time\ntime.sleep(0.2)")
    out, countries = tmp_path / "out", ["DNK", "NOR", "SWE", "CIV", "FIN", "ISL"]
    killed = start(out, tmp_path / "n", countries)
    deadline = time.monotonic() + 60
    while len(list(out.glob("*/report.json"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    killed.kill()
    killed.wait()
    done = {p.parent.name: p.stat().st_mtime_ns for p in out.glob("*/report.json")}
    assert 2 <= len(done) < len(countries)
    both = [start(out, tmp_path / "n", countries) for _ in range(2)]
    told = [process.communicate(timeout=120)[0].split() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert all(int(skipped) >= len(done) for _, skipped in told)
    assert {n: (out / n / "report.json").stat().st_mtime_ns for n in done} == done
    assert not list(out.rglob("*.tmp"))
    assert {p.parent.name for p in out.glob("*/a.html")} == set(countries)
    index = (out / "index.html").read_text()
    assert all(f'href="{country}/a.html"' in index for country in countries)


OWNER = """
from trafficking_stats.reporting.warm import WarmProcess
server = WarmProcess(libraries=())
print(server.process_id, flush=True)
input()
"""


def test_the_warm_process_ends_with_its_owner():
    owner = subprocess.Popen([sys.executable, "-c", OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    warm = psutil.Process(int(owner.stdout.readline()))
    owner.kill()
    owner.wait()
    deadline = time.monotonic() + 20
    while warm.is_running() and warm.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not warm.is_running() or warm.status() == psutil.STATUS_ZOMBIE


def test_a_pool_of_processes_runs_a_batch(small, tmp_path):
    with ProcessPoolExecutor(1) as pool:
        result = reports.run(["DNK"], tmp_path / "out", executor=pool, notebooks=small, known=KNOWN)
    assert len(result.written) == 1


def test_a_cluster_runs_a_batch(small, tmp_path):
    distributed = pytest.importorskip("distributed")
    options = {"n_workers": 1, "threads_per_worker": 1, "processes": False, "dashboard_address": None}
    with distributed.LocalCluster(**options, protocol="tcp://", silence_logs=50) as cluster:
        result = reports.run(
            ["DNK", "SWE"],
            tmp_path / "out",
            scheduler=cluster.scheduler_address,
            notebooks=small,
            known=KNOWN,
            broken="SWE",
            say=lambda _: None,
        )
    assert result.written == ["DNK"]
    assert [f.country for f in result.failures] == ["SWE"]
    reports.run(["DNK"], tmp_path / "alone", notebooks=small, known=KNOWN, broken="SWE")
    alone, cluster_pages = pages_of(tmp_path / "alone" / "DNK"), pages_of(tmp_path / "out" / "DNK")
    assert cluster_pages == alone  # byte for byte what one machine makes


def test_a_scheduler_that_is_not_there_is_named(small, tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("trafficking_stats.reporting.reports.SCHEDULER_TIMEOUT", 0.5)
    with pytest.raises(ReportError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        reports.run(["DNK"], tmp_path / "out", scheduler="tcp://127.0.0.1:9", notebooks=small, known=KNOWN)


def test_an_executor_that_lost_its_workers_stops_the_batch(small, tmp_path):
    from concurrent.futures.process import BrokenProcessPool

    class Broken:
        def submit(self, *_):
            future = Future()
            future.set_exception(BrokenProcessPool("gone"))
            return future

    with pytest.raises(ReportError, match=r"lost its workers.*run again"):
        reports.run(["DNK"], tmp_path / "out", executor=Broken(), notebooks=small, known=KNOWN)


def test_of_two_hundred_unchanged_reports_none_is_built(run, small, tmp_path):
    out, codes = tmp_path / "out", [f"X{i:03d}" for i in range(200)]
    made = plan(small, [])
    for code in codes:
        (task,) = made.tasks(code, {})
        page = {
            "language": "en",
            "notebook": "a",
            "key": task.key(made.data, ()),
            "reads": [],
            "files": ["a.html"],
            "facts": {},
        }
        folder.store(out, code, {"a.html": page}, {"a.html": b"x" * 300_000, "a.ipynb": b"{}"})
    with pytest.MonkeyPatch.context() as patch:  # pages older than their record are not read
        patch.setattr(folder, "_digest", lambda _: pytest.fail("a page was read"))
        result = reports.run(codes, out, notebooks=small, known=[])
    assert result.skipped == codes


def test_build_warm_keeps_one_process(small):
    (task,) = plan(small, []).tasks("DNK", {})
    first, second = build_warm(task), build_warm(task)
    assert (first.failure, first.html) == (None, second.html)


def test_the_pages_of_a_country_find_the_reconciliation_made(tmp_path):
    """What was settled before is not settled again, unless a page asks for other claims; each page says whose."""
    ask = "import trafficking_stats as ts\nfrom trafficking_stats.reconciliation import reconciling\n"
    settled_again = "reconciling._reconcile_part.__code__ = (lambda *_: 1 / 0).__code__\n"
    made = "print(len(ts.reconcile(ts.select_claims(ts.load_claims(), countries=countries)).series))"
    for name, countries in {"a": ["ISL"], "b": ["ISL", "NOR"], "c": ["NOR"]}.items():
        cell = f"{ask}{settled_again}countries = {countries}\n{made}"
        write_notebook(tmp_path / "n", name, cell, parameters=f'{PARAMETERS}method: str = "consistent"  # how\n')
    with contextlib.closing(WarmProcess(libraries=())) as server:
        tasks = plan(tmp_path / "n").tasks("ISL", {})
        server.settle(tasks)
        built = {task.notebook: server.build(task) for task in tasks}
    assert built["a"].failure is None, str(built["a"].failure)
    assert built["a"].reads == ("ISL",)
    for name in "bc":
        assert "division by zero" in str(built[name].failure)
