"""Every example in a docstring runs and prints what it says."""

import doctest
import importlib
import pkgutil

import pytest

import trafficking_stats

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(trafficking_stats.__path__, "trafficking_stats.")
    if not module.ispkg
)


@pytest.mark.parametrize("name", ["trafficking_stats", *MODULES])
def test_examples(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    failures, _ = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert failures == 0
    assert not list(tmp_path.iterdir()), "an example left files behind"


def test_there_are_examples_to_run():
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = [test for name in MODULES for test in finder.find(importlib.import_module(name)) if test.examples]
    assert len(found) > 100
