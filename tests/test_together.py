"""Files change together or not at all, whatever stops the writer, and two writers at once lose nothing."""

import json
import multiprocessing
import os
import random
import signal
import time
from pathlib import Path

import pandas as pd
import pytest
from raw_folder import SOURCES, write

import trafficking_stats as ts
from trafficking_stats import files
from trafficking_stats.files import CHANGE, LOCK, locked, settle, write_together
from trafficking_stats.readers.writing import add_claims, write_raw
from trafficking_stats.reconciliation.cleaning import clean
from trafficking_stats.reporting.folder import RECORD, store

FORK = multiprocessing.get_context("fork")
OLD = {"a.csv": b"old a", "b.csv": b"old b", "sub/c.csv": b"old c"}
NEW = {name: content.replace(b"old", b"new") for name, content in OLD.items()}


def held(folder):
    return {name: (folder / name).read_bytes() for name in OLD if (folder / name).exists()}


def put(folder, contents):
    with locked(folder):
        write_together(folder, contents)


def test_nothing_is_left_beside_the_files(tmp_path):
    put(tmp_path, OLD)
    assert sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()) == sorted([*OLD, LOCK])


@pytest.mark.parametrize("step", range(12))
def test_a_writer_stopped_before_any_step_leaves_the_old_state_or_the_new(tmp_path, monkeypatch, step):
    """Every change of the folder goes through one of these calls: the writer is stopped before each of them in turn."""
    put(tmp_path, OLD)
    left = [step]

    def stopping(function):
        def call(*args, **given):
            if left[0] == 0:
                raise KeyboardInterrupt
            left[0] -= 1
            return function(*args, **given)

        return call

    for name in ("mkdir", "replace", "unlink", "open"):
        monkeypatch.setattr(Path, name, stopping(getattr(Path, name)))
    stopped = False
    try:
        with locked(tmp_path):
            monkeypatch.setattr(files.shutil, "rmtree", lambda *args, **given: None)  # who is killed tidies nothing
            write_together(tmp_path, NEW)
    except KeyboardInterrupt:
        stopped = True
    monkeypatch.undo()
    settle(tmp_path)
    assert held(tmp_path) in (OLD, NEW)
    put(tmp_path, NEW)
    assert held(tmp_path) == NEW
    assert stopped or step > 8
    assert not [path for path in tmp_path.rglob(".*") if path.is_file() and path.name != LOCK]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_leaves_the_old_state(tmp_path, monkeypatch):
    put(tmp_path, OLD)

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        put(tmp_path, NEW)
    assert held(tmp_path) == OLD
    assert [path.name for path in tmp_path.glob(".*")] == [LOCK]


def test_temporary_files_of_killed_writers_are_swept_and_others_are_not(tmp_path):
    (tmp_path / "sub").mkdir()
    for name in (".a.csv.0123abcd.tmp", "sub/.c.csv.0123abcd.tmp", ".DS_Store", "notes.tmp"):
        (tmp_path / name).write_text("x")
    (tmp_path / ".change.0123abcd.tmp").mkdir()
    put(tmp_path, OLD)
    assert {path.name for path in tmp_path.iterdir()} == {"a.csv", "b.csv", "sub", ".DS_Store", "notes.tmp", LOCK}


def test_a_change_is_finished_by_whoever_reads_next(tmp_path):
    raw = write(tmp_path)
    (tmp_path / CHANGE).mkdir()
    (tmp_path / CHANGE / "sources.csv").write_text(SOURCES.replace("Yearbook,Yearbook", "Yearbook,Another"))
    assert "Another" in set(ts.read_claims(raw)["publisher"])
    assert not (tmp_path / CHANGE).exists()


@pytest.mark.skipif(os.name != "posix", reason="permissions as other systems do not have them")
def test_the_lock_is_one_for_all_users_of_a_folder(tmp_path):
    put(tmp_path, OLD)
    assert (tmp_path / LOCK).stat().st_mode & 0o666 == 0o666


# --- processes -------------------------------------------------------------------------------------------------


def work(kind, folder, number, barrier=None):
    """What one process does: import 300 rows of a source, add a row to another one, or clean."""
    source = {**SOURCE, "source_id": f"made-{number}"}
    year = 2000 + number % 20
    row = {**ROW, "period_start": f"{year}-01-01", "period_end": f"{year}-12-31", "value": float(number)}
    rows = pd.DataFrame([{**row, "locator": f"row {i}", "value": float(number + i)} for i in range(300)])
    if barrier is not None:
        barrier.wait(60)
    if kind == "import":
        write_raw(rows, source, folder, replace=True)
    elif kind == "accept":
        add_claims(pd.DataFrame([{**row, "value": str(number)}]).assign(source_id="register-2021"), folder)
    else:
        clean(folder, folder.parent / "clean")


def start(*args):
    process = FORK.Process(target=work, args=args)
    process.start()
    return process


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["import", "accept"])
def test_ten_pairs_released_together_lose_nothing(tmp_path, kind):
    raw = write(tmp_path / "raw")
    barrier = FORK.Barrier(20)
    running = [start(kind, raw, number, barrier) for number in range(20)]
    for process in running:
        process.join(120)
        assert process.exitcode == 0
    claims = ts.read_claims(raw)
    if kind == "import":
        assert {f"made-{number}" for number in range(20)} <= set(claims["source_id"])
        assert len(claims) == 5 + 20 * 300
    else:
        assert len(claims) == 5 + 20


@pytest.mark.slow
def test_a_kill_at_any_moment_leaves_the_old_state_or_the_new(tmp_path):
    """Thirty kills of `clean`, `import` and `accept`: what is read afterwards is never a mix."""
    rng = random.Random(7)
    killed = 0
    for number in range(10):
        for kind in ("import", "accept", "clean"):
            folder = tmp_path / f"{kind}{number}"
            raw = write(folder / "raw")
            if kind == "clean":
                clean(raw, folder / "clean")
                put(
                    raw,
                    {
                        "claims/register-2021.csv": (raw / "claims/register-2021.csv")
                        .read_bytes()
                        .replace(b",64,", b",65,")
                    },
                )
            before = states(folder)
            process = start(kind, raw, number)
            time.sleep(rng.uniform(0, 0.5 if kind == "clean" else 0.1))
            os.kill(process.pid, signal.SIGKILL)
            process.join(60)
            killed += process.exitcode == -signal.SIGKILL
            settle(raw)
            settle(folder / "clean")
            after = states(folder)
            work(kind, raw, number)
            assert after in (before, states(folder)), kind
            ts.read_claims(raw)
    assert killed >= 15, "the kills came too late to prove anything"


def rewrite(out):
    """Replace the pages of a country again and again, as `report` does when they are made."""
    for number in range(10_000):
        page = str(number).encode() * 50_000
        store(out, "DNK", {"a.html": {"number": number}}, {"a.html": page, "b.html": page})


@pytest.mark.slow
def test_a_kill_at_any_moment_leaves_the_old_pages_or_the_new(tmp_path):
    """Thirty kills of a process that writes reports: all files of the country are of one run."""
    rng = random.Random(7)
    for _ in range(30):
        process = FORK.Process(target=rewrite, args=(tmp_path,))
        process.start()
        time.sleep(rng.uniform(0.02, 0.1))
        os.kill(process.pid, signal.SIGKILL)
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
        if not (tmp_path / "DNK").exists():
            continue
        record = json.loads((tmp_path / "DNK" / RECORD).read_text())
        page = str(record["pages"]["a.html"]["number"]).encode() * 50_000
        assert (tmp_path / "DNK" / "a.html").read_bytes() == (tmp_path / "DNK" / "b.html").read_bytes() == page
    assert (tmp_path / "DNK").exists()


def states(folder):
    paths = [path.relative_to(folder) for path in sorted(folder.rglob("*.[cj]s*"))]
    return {str(path): (folder / path).read_bytes() for path in paths if not any(p.startswith(".") for p in path.parts)}


def test_the_five_files_describe_each_other_after_every_kill(tmp_path, monkeypatch):
    """The files of `clean` are moved one after the other: a stop after each of them is finished by the next reader."""
    raw = write(tmp_path / "raw")
    clean(raw, tmp_path / "clean")
    (raw / "claims" / "register-2021.csv").write_text(
        (raw / "claims" / "register-2021.csv").read_text().replace(",64,", ",65,")
    )
    for stop in range(5):
        left = [stop]
        move = os.replace

        def moving(self, other, left=left, move=move):
            if left[0] == 0:
                raise KeyboardInterrupt
            left[0] -= 1
            return move(self, other)

        monkeypatch.setattr(Path, "replace", moving)
        with pytest.raises(KeyboardInterrupt):
            clean(raw, tmp_path / "clean")
        monkeypatch.undo()
        settle(tmp_path / "clean")
        package = json.loads((tmp_path / "clean" / "datapackage.json").read_text())
        for resource in package["resources"]:
            content = (tmp_path / "clean" / resource["path"]).read_bytes()
            assert resource["bytes"] == len(content), stop


# --- what is written can be cleaned ----------------------------------------------------------------------------

ROW = {
    "country": "DNK",
    "indicator": "victims_identified",
    "breakdown": "",
    "period_start": "2020-01-01",
    "period_end": "2020-12-31",
    "value": 7.0,
    "qualifier": "exact",
    "unit": "persons",
    "locator": "table",
    "scope_note": "",
}
SOURCE = {"source_id": "made-up", "title": "T", "publisher": "P", "upstream": "U", "tier": "press"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"value": 1e18}, "the largest count"),
        ({"value": -1.0}, "must not be negative"),
        ({"value": 0.0, "qualifier": "less_than"}, "nothing is less than 0"),
        ({"period_start": "0001-01-01", "period_end": "0001-12-31"}, "between 1900 and 2100"),
        ({"breakdown": "sex=x"}, "a category of sex"),
        ({"breakdown": "sex="}, "key=value pairs"),
        ({"breakdown": "colour=red"}, "'colour' does not exist"),
        ({"country": "dnk"}, r"did you mean DNK\?"),
        ({"country": "Dnk"}, r"did you mean DNK\?"),
        ({"indicator": "victims"}, "indicators of the vocabulary"),
        ({"unit": "cases"}, "the unit of victims_identified"),
        ({"qualifier": "roughly"}, "one of exact"),
    ],
)
def test_what_could_not_be_cleaned_is_not_written(tmp_path, changes, message):
    raw = write(tmp_path)
    before = states(tmp_path)
    with pytest.raises(ts.ClaimError, match=message):
        write_raw(pd.DataFrame([{**ROW, **changes}]), SOURCE, raw)
    assert states(tmp_path) == before


@pytest.mark.parametrize(
    "broken",
    [
        "source_id,title\nx,y\n",
        SOURCES + "short,row\n",
        SOURCES.replace("register-2021,Annual", "register-2021,extra,Annual"),
        SOURCES + "register-2021,Again,P,U,press,,,,,,,\n",
        SOURCES.replace(",compiler,", ",blog,"),
        "\ufeff" + SOURCES.replace(",", ";"),
        SOURCES.encode("utf-16"),
        '"' + SOURCES,
    ],
)
def test_a_malformed_list_of_sources_is_never_rewritten(tmp_path, broken):
    raw = write(tmp_path, sources=broken)
    before = states(tmp_path)
    with pytest.raises(ts.ClaimError, match=r"sources\.csv"):
        write_raw(pd.DataFrame([ROW]), SOURCE, raw)
    assert states(tmp_path) == before


def test_claims_on_other_countries_stay(tmp_path):
    raw = write(tmp_path)
    rows = pd.DataFrame([ROW, {**ROW, "country": "SWE", "value": 9.0}])
    write_raw(rows, SOURCE, raw)
    changed = pd.DataFrame([{**ROW, "country": "SWE", "value": 10.0}])
    with pytest.raises(ts.TraffickingStatsError, match="claims of this source, 1 in all, are there already and differ"):
        write_raw(changed, SOURCE, raw, countries=["SWE"])
    write_raw(changed, SOURCE, raw, countries=["SWE"], replace=True)
    kept = ts.read_claims(raw).query("source_id == 'made-up'")
    assert kept[["country", "value"]].to_numpy().tolist() == [["DNK", 7.0], ["SWE", 10.0]]
    write_raw(pd.DataFrame([{**ROW, "country": "NAM"}]), SOURCE, raw, countries=["NAM"])
    assert len(ts.read_claims(raw).query("source_id == 'made-up'")) == 3
