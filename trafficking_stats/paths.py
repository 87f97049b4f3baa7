"""Where data and notebooks lie: in a folder of one's own, in a checkout, or inside an installed wheel."""

import os
from pathlib import Path

from trafficking_stats.errors import TraffickingStatsError

PACKAGE = Path(__file__).resolve().parent
MARKER = "trafficking-stats.toml"
VARIABLE = "TRAFFICKING_STATS_FOLDER"


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


def own_folder() -> Path | None:
    """Return the folder of one's own in which one works, if any.

    Returns
    -------
    pathlib.Path or None
        The nearest folder, from the current one upwards, that ``trafficking-stats init`` has made. The environment
        variable ``TRAFFICKING_STATS_FOLDER`` names it for processes that work elsewhere.
    """
    if named := os.environ.get(VARIABLE):
        return Path(named)
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / MARKER).is_file()), None)


def data_dir() -> Path:
    """Return the folder of ``raw/`` and ``clean/``: one's own, or the one that ships with the package."""
    return own_folder() or share_dir() / "data"


def clean_dir() -> Path:
    """Return the folder of the cleaned tables."""
    return data_dir() / "clean"


def raw_dir() -> Path:
    """Return the folder of the raw figures, which a wheel does not carry."""
    return data_dir() / "raw"


def notebooks_dir() -> Path:
    """Return the folder of the parameterised notebooks: one's own where there is one."""
    own = own_folder()
    return own / "notebooks" if own and (own / "notebooks").is_dir() else share_dir() / "notebooks"
