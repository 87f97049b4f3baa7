"""Injected errors: the benchmark runs, and what every kind should show it shows on a small panel."""

from __future__ import annotations

import runpy

import pytest


@pytest.fixture(scope="module")
def measure(root):
    return runpy.run_path(str(root / "benchmarks" / "injection.py"))["measure"]


def test_a_stale_figure_is_found_and_nothing_else_is_rejected(measure):
    found = measure("a stale figure repeated by four", 4, 1)
    assert (found["found"], found["wronged"], found["consistent"]) == (1.0, 0.0, 1.0)


def test_a_total_alone_against_its_own_tables_is_found_or_doubted(measure):
    found = measure("a total 5 to 40 % too low, both", 4, 1)
    assert found["found"] + found["doubted"] == 1.0
