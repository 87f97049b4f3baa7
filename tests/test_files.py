"""Files are written whole or not at all, the same on every system, and run nothing in a spreadsheet."""

import csv
import io
import os

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trafficking_stats.csv_tables import as_written, read_table, spreadsheet_safe, write_table
from trafficking_stats.files import write_bytes, write_text


def test_text_is_utf8_with_unix_lines_and_nothing_is_left_beside(tmp_path):
    write_text(tmp_path / "new" / "folder" / "a.txt", "æ\nb\n")
    assert (tmp_path / "new" / "folder" / "a.txt").read_bytes() == b"\xc3\xa6\nb\n"
    assert [path.name for path in (tmp_path / "new" / "folder").iterdir()] == ["a.txt"]


def test_an_older_file_stays_where_writing_fails(tmp_path, monkeypatch):
    target = tmp_path / "a.txt"
    write_text(target, "old")

    def full(self, other):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(target), "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write_text(target, "new")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_an_interrupted_write_leaves_nothing(tmp_path, monkeypatch):
    target = tmp_path / "a.bin"

    def interrupt(self, other):
        raise KeyboardInterrupt

    monkeypatch.setattr(type(target), "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_bytes(target, b"x")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")  # noqa: PTH110
def test_a_folder_that_is_a_file_is_an_oserror(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OSError, match="file"):
        write_text(tmp_path / "file" / "a.txt", "x")


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd", "'+cmd"),
        ("-SUM(A1)", "'-SUM(A1)"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("'=1", "''=1"),
        ("-14", "-14"),
        ("+0.5", "+0.5"),
        ("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"),
        ("'quoted'", "'quoted'"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_no_cell_runs_as_a_formula(cell, safe):
    assert spreadsheet_safe(pd.DataFrame({"a": [cell]})).a.tolist() == [safe]
    assert as_written(safe) == cell


def test_numbers_and_the_given_table_are_left_alone():
    table = pd.DataFrame({"n": [-1, 2], "t": ["=a", "b"]})
    assert spreadsheet_safe(table).n.tolist() == [-1, 2]
    assert table.t.tolist() == ["=a", "b"]


def test_a_table_by_hand(tmp_path):
    table = pd.DataFrame(
        {
            "text": ['a "quoted", comma', "=x", "line\nbreak"],
            "value": [77.0, 9007199254740991.0, np.nan],
            "share": [95.5, 0.1, -14.0],
            "count": pd.array([1, None, 3], dtype="Int64"),
            "kept": [True, False, True],
        }
    )
    write_table(tmp_path / "a.csv", table)
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == (
        "text,value,share,count,kept\n"
        '"a ""quoted"", comma",77,95.5,1,True\n'
        "'=x,9007199254740991,0.1,,False\n"
        '"line\nbreak",,-14,3,True\n'
    )


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=12)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=4))
def test_any_text_comes_back_as_it_was(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("t") / "a.csv"
    table = pd.DataFrame(rows, columns=["one", "two"], dtype=str)
    write_table(path, table)
    assert read_table(path).to_numpy().tolist() == table.to_numpy().tolist()
    for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")):
        assert not any(cell.startswith(("=", "@", "\t")) for cell in row)


@given(st.lists(st.floats(-(2.0**53), 2.0**53, allow_nan=False), min_size=1, max_size=5))
def test_any_number_comes_back_as_it_was(tmp_path_factory, numbers):
    path = tmp_path_factory.mktemp("n") / "a.csv"
    write_table(path, pd.DataFrame({"n": numbers}))
    assert read_table(path).n.astype(float).tolist() == numbers
