"""The examples in the documentation of the statistical modules run and print what they say."""

import doctest
import importlib
import warnings

import pytest

MODULES = [
    "counts",
    "count_models",
    "exact",
    "overdispersion",
    "rates",
    "masked",
    "counterfactual",
    "propagation",
    "trends",
    "segmented",
    "decomposition",
    "stage_split",
    "pooling",
    "meta",
    "funnel",
    "spells",
    "specifications",
    "multiple_systems",
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    module = importlib.import_module(f"trafficking_stats.{name}")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0
