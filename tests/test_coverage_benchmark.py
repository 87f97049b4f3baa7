"""A short run of benchmarks/coverage.py; the full table is printed by the script itself."""

import importlib.util
import sys

import numpy as np
import pytest


@pytest.fixture(scope="module")
def coverage(root):
    spec = importlib.util.spec_from_file_location("coverage_benchmark", root / "benchmarks" / "coverage.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def shares(tally):
    return {method: tally.covered[method] / tally.answered[method] for method in tally.answered}


def test_widened_limits_cover_where_exact_ones_do_not(coverage):
    # standard error of a share of 0.95 in 400 draws: 0.011; of 0.77: 0.021
    for model in ("negative binomial", "batches"):
        found = shares(coverage.two_periods(model, 3, 7, 1, 400))
        assert 0.70 < found["exact"] < 0.85
        assert found["stated"] > 0.93
        assert found["estimated"] > 0.93
    pooled = shares(coverage.pooled_window(5, 90, (6, 10), 300))
    assert pooled["exact"] < 0.7
    assert pooled["estimated"] > 0.9


def test_exact_limits_cover_poisson_counts(coverage):
    found = shares(coverage.two_periods("Poisson", 1, 7, 3, 400))
    assert found["exact"] > 0.93
    assert found["exact"] == found["stated"]
    assert found["mid-p"] <= found["exact"]


def test_draws_have_the_mean_and_phi_they_are_asked_for(coverage):
    for model, phi in coverage.MODELS:
        drawn = coverage.draw(np.random.default_rng(1), model, phi, 7, (50_000, 4))
        assert drawn.mean() == pytest.approx(7, rel=0.01)
        assert drawn.var() / drawn.mean() == pytest.approx(phi, rel=0.02)


def test_the_table_is_printed(coverage, capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["coverage.py", "--draws", "5"])
    coverage.main()
    printed = capsys.readouterr().out
    assert printed.count("negative binomial") == 12
    assert "Convictions per victim over eight years" in printed
