"""What the library alone does not need is an extra; who uses it without that is told its name."""

import contextlib
from collections.abc import Iterator

from trafficking_stats.errors import ExtraError


@contextlib.contextmanager
def needs(extra: str, what: str) -> Iterator[None]:
    """Say which extra of the package is missing where an import fails.

    Parameters
    ----------
    extra : str
        Name of the extra in ``pyproject.toml``: ``report``, ``documents`` or ``dask``.
    what : str
        What cannot be done without it: the subject of the sentence, in the singular.

    Raises
    ------
    ExtraError
        If a module that is no part of this package is not installed.

    Examples
    --------
    >>> with needs("report", "Drawing figures"):
    ...     import no_such_module
    Traceback (most recent call last):
    ...
    trafficking_stats.errors.ExtraError: Drawing figures needs the package no_such_module, which is not installed: \
pip install "trafficking-stats[report]"
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] == "trafficking_stats":
            raise
        raise ExtraError(
            f'{what} needs the package {error.name}, which is not installed: pip install "trafficking-stats[{extra}]"'
        ) from error
