"""Commands that answer a question: explain, gap."""

from __future__ import annotations

from pathlib import Path

import click

from trafficking_stats.commands.options import (
    check_country,
    claims_of,
    data_option,
    json_option,
    policy_option,
    print_json,
)
from trafficking_stats.errors import ReconciliationError
from trafficking_stats.reconciliation import reconcile


@click.command("explain")
@click.argument("country")
@click.argument("indicator")
@click.argument("year", type=int)
@click.option("--breakdown", default="", help="key=value pairs joined by ; (the total by default).")
@data_option
@policy_option
@json_option
def explain_command(
    country: str, indicator: str, year: int, breakdown: str, data: Path | None, policy: str, as_json: bool
) -> None:
    """Explain one figure: every claim, kept or rejected, and why.

    For instance: trafficking-stats explain DNK victims_identified 2020
    """
    claims = claims_of(data)
    code = check_country(claims, country)
    try:
        found = reconcile(claims[claims["country"] == code], policy).explain(code, indicator, year, breakdown)
    except ReconciliationError as error:
        raise click.UsageError(str(error)) from error
    if as_json:
        print_json(
            {
                "title": found.title,
                "summary": found.summary,
                "chains": list(found.chains),
                "claims": found.claims.to_dict("records"),
            }
        )
    else:
        click.echo(str(found))
