"""The page of what changed between two states of the data, beside the index of a folder of reports."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from trafficking_stats.messages import language, page_file, say
from trafficking_stats.reporting.content import Page
from trafficking_stats.reporting.export import render_template, settings
from trafficking_stats.reporting.folder import write_file
from trafficking_stats.reporting.index import write_index


def write_changes(moved: pd.DataFrame, old: str, new: str, folder: Path, code: str) -> Path:
    """Write the page, and let the index lead to it.

    Parameters
    ----------
    moved : pandas.DataFrame
        From `trafficking_stats.reconciliation.changes.changes`.
    old, new : str
        How the two states are called.
    folder : pathlib.Path
        Of reports.
    code : str
        The language.
    """
    from trafficking_stats.tables.world import moved_figures

    with language(code):
        table = Page().place(moved_figures(moved, old, new)._repr_html_(), "changes")
        html = render_template("changes.html.j2", code=code, table=table, site=settings(), title=say("site.changes"))
    path = folder / page_file("changes", code)
    write_file(path, html.encode("utf-8"))
    write_index(folder)
    return path
