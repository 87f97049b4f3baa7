"""The command that starts a folder of one's own: init."""

import shutil
import tempfile
from pathlib import Path

import click

from trafficking_stats import paths
from trafficking_stats.commands.options import FOLDER
from trafficking_stats.errors import TraffickingStatsError


@click.command("init")
@click.argument("folder", type=FOLDER)
def init_command(folder: Path) -> None:
    """Start a folder of your own: raw figures, notebooks and a README.

    In FOLDER, and in the folders below it, clean, report, import and the notebooks work on its figures. One small
    publication shows the form. A file that is there already is never written over.
    """
    starter = paths.PACKAGE / "starter"
    shipped = paths.share_dir() / "notebooks"
    there = [name for name in (*(path.name for path in starter.iterdir()), "notebooks") if (folder / name).exists()]
    if there:
        raise TraffickingStatsError(
            f"{folder} already holds {', '.join(sorted(there))}; nothing was written, name another folder"
        )
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".init-", dir=folder) as made:
        # the marker comes last: only a whole folder counts as one's own
        shutil.copytree(starter, made, dirs_exist_ok=True)
        shutil.copytree(shipped, Path(made, "notebooks"), ignore=shutil.ignore_patterns(".*"))
        for path in sorted(Path(made).iterdir(), key=lambda path: path.name == paths.MARKER):
            path.rename(folder / path.name)
    click.echo(f"{folder} is ready: read {folder / 'README.md'}, then in that folder run trafficking-stats clean")
