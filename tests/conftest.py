from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no failure, and the same commit gives the same examples everywhere.
settings.register_profile("suite", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Reference material of the maintainers, beside the checkout; users do not have it."""
    folder = ROOT.parent / "shared"
    if not (folder / "design.md").is_file():
        pytest.skip("the maintainers' reference material is not beside this checkout")
    return folder
