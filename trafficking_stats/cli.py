"""The command ``trafficking-stats``: one subcommand a task, loaded only when it is called.

Exit codes: 0 done, 1 the work failed or found something wrong, 2 the command line is wrong.
"""

import importlib
import io
import sys
from typing import Any

import click

from trafficking_stats.errors import GapError, ParameterError, TraffickingStatsError

_COMMANDS = {
    "init": ("starting", "Start a folder of your own: raw figures, notebooks and a README."),
    "clean": ("data", "Clean data/raw into data/clean and reconcile it."),
    "reconcile": ("data", "Reconcile claims: list the clashes, or write the three tables."),
    "sources": ("data", "List the publications behind the claims."),
    "errata": ("data", "Keep a ledger of official figures that cannot hold, to send to their publishers."),
    "changes": ("changes", "Compare two states of the data: what moved, and the claims that moved it."),
    "explain": ("analysis", "Explain one figure: every claim, kept or rejected, and why."),
    "gap": ("analysis", "Measure the gap between victims identified and persons convicted."),
    "report": ("reporting", "Write the HTML reports of countries, skipping what is unchanged."),
    "factcheck": ("analysis", "Check the figures and statements of a document against the record."),
    "extract": ("intake", "Propose claims from a document: PDF, Word, web page or text."),
    "accept": ("intake", "Add the proposals you marked to the raw claims."),
    "import": ("intake", "Import a data file: of UNODC, of Eurostat, or any table."),
    "check": ("analysis", "Check figures against their documents, and percentages."),
}


class _Commands(click.Group):
    """Commands whose modules are imported when they are called, so that ``--help`` answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        module = importlib.import_module(f"trafficking_stats.commands.{_COMMANDS[name][0]}")
        command: click.Command = getattr(module, f"{name}_command")
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Take a wrong parameter as a wrong command line."""
        try:
            return super().invoke(ctx)
        except (GapError, ParameterError) as error:
            raise click.UsageError(str(error), ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="trafficking-stats")
def cli() -> None:
    """Reconcile published figures on human trafficking and measure the identification-prosecution gap."""


def main() -> None:
    """Run the command; errors of the package become one message and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that cannot show a letter is no failure
    try:
        cli(prog_name="trafficking-stats")
    except TraffickingStatsError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"error: {where}{error.strerror or error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
