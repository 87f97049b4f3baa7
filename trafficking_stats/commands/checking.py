"""The command that proves figures: check."""

from __future__ import annotations

from pathlib import Path

import click

from trafficking_stats import paths
from trafficking_stats.claims import load_sources, read_sources
from trafficking_stats.commands.options import (
    FOLDER,
    check_country,
    claims_of,
    data_option,
    json_option,
    print_json,
    records,
)


@click.command("check")
@click.option("--documents", type=FOLDER, help="Folder of the documents; by default documents/ beside the raw figures.")
@click.option("--country", metavar="ISO3", help="Only the claims on this country.")
@data_option
@json_option
def check_command(documents: Path | None, country: str | None, data: Path | None, as_json: bool) -> None:
    """Check that each figure stands in its document and adds up.

    A document is found by the SHA-256 or the file name in sources.csv. Figures in a text are looked for at their
    locator; shares, changes and sums are computed again. The exit code is 1 if a figure does not stand there, if a
    document is another version, or if a difference has no explanation.
    """
    from trafficking_stats.checking.documents import check

    claims, sources = claims_of(data), load_sources() if data is None else read_sources(data)
    if country:
        claims = claims[claims["country"] == check_country(claims, country)]
    if documents is not None and not documents.is_dir():
        raise click.BadParameter(f"there is no folder {documents}", param_hint="--documents")
    found = check(claims, sources, documents or (data or paths.raw_dir()) / "documents")
    if as_json:
        print_json(
            {
                "faults": found.faults,
                "documents": records(found.documents),
                "figures": records(found.figures),
                "differing": records(found.differing),
                "recomputed": len(found.recomputed),
            }
        )
    else:
        click.echo(str(found))
    if found.faults:
        raise click.exceptions.Exit(1)
