"""Where the data and notebooks that ship with the package lie: in a checkout, or inside an installed wheel."""

from __future__ import annotations

from pathlib import Path

from trafficking_stats.errors import TraffickingStatsError

PACKAGE = Path(__file__).resolve().parent


def share_dir() -> Path:
    """Return the folder that holds ``data/`` and ``notebooks/``.

    Returns
    -------
    pathlib.Path
        ``trafficking_stats/_share`` in an installed wheel, the root of the checkout otherwise.

    Raises
    ------
    TraffickingStatsError
        If neither is there, which means that the installation is damaged.

    Examples
    --------
    >>> (share_dir() / "data" / "clean").is_dir()
    True
    """
    for folder in (PACKAGE / "_share", PACKAGE.parent):
        if (folder / "data" / "clean").is_dir():
            return folder
    raise TraffickingStatsError(
        f"the data that ship with the package are missing beside {PACKAGE}: install trafficking_stats again"
    )


def clean_dir() -> Path:
    """Return the folder of the cleaned tables that ship with the package."""
    return share_dir() / "data" / "clean"


def raw_dir() -> Path:
    """Return the folder of the raw figures, which a wheel does not carry."""
    return share_dir() / "data" / "raw"


def notebooks_dir() -> Path:
    """Return the folder of the parameterised notebooks."""
    return share_dir() / "notebooks"
