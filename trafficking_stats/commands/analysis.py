"""Commands that answer a question: explain, gap."""

from __future__ import annotations

import difflib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from trafficking_stats.commands.options import (
    check_country,
    claims_of,
    data_option,
    json_option,
    method_option,
    print_json,
    records,
)
from trafficking_stats.errors import ReconciliationError
from trafficking_stats.reconciliation.result import reconcile
from trafficking_stats.vocabulary import load_vocabulary


@click.command("explain")
@click.argument("country")
@click.argument("indicator")
@click.argument("year", type=int)
@click.option("--breakdown", default="", help="key=value pairs joined by ; (the total by default).")
@data_option
@method_option
@json_option
def explain_command(
    country: str, indicator: str, year: int, breakdown: str, data: Path | None, method: str, as_json: bool
) -> None:
    """Explain one figure: every claim, kept or rejected, and why.

    For instance: trafficking-stats explain DNK victims_identified 2020
    """
    claims = claims_of(data)
    code = check_country(claims, country)
    _check_indicator(indicator)
    try:
        found = reconcile(claims[claims["country"] == code], method).explain(code, indicator, year, breakdown)
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


@click.command("gap")
@click.argument("country")
@click.option("--start", type=int, help="First year that may be used; by default all with both figures and no break.")
@click.option("--end", type=int, help="Last year that may be used.")
@click.option("--numerator", default="convictions_persons", show_default=True, help="Later stage: NAME[;KEY=VALUE].")
@click.option("--denominator", default="victims_identified", show_default=True, help="Earlier stage, in the same form.")
@click.option("--lag", "lags", type=int, multiple=True, help="Years between (repeatable); 0, 1 and 2 by default.")
@click.option("--window", type=int, default=3, show_default=True, help="Years pooled in the moving windows.")
@click.option("--peer", "peers", multiple=True, metavar="COUNTRY", help="A country to compare with (repeatable).")
@click.option("--one-choice", is_flag=True, help="Do not settle the figures under the other methods: much faster.")
@click.option("--accept-definitions", is_flag=True, help="Compare peers whatever counts as a victim there.")
@data_option
@method_option
@json_option
def gap_command(
    country: str,
    lags: tuple[int, ...],
    peers: tuple[str, ...],
    one_choice: bool,
    data: Path | None,
    method: str,
    as_json: bool,
    **given: Any,
) -> None:
    """Measure the gap between victims identified and persons convicted.

    Two counts side by side, never a probability: the headline with its interval, how far other choices move it, and
    what is refused for which reason. For instance: trafficking-stats gap DNK --start 2014 --end 2021
    """
    from trafficking_stats.errors import GapError
    from trafficking_stats.gap_analysis.answer import gap

    claims = claims_of(data)
    code, others = check_country(claims, country), [check_country(claims, peer) for peer in peers]
    for measure in (given["numerator"], given["denominator"]):
        _check_indicator(measure.partition(";")[0])
    rec = reconcile(claims[claims["country"].isin([code, *others])], method)
    try:
        found = gap(rec, code, peers=others, lags=lags or (0, 1, 2), vary_sources=not one_choice, **given)
    except GapError as error:
        raise click.UsageError(str(error)) from error
    if not as_json:
        click.echo(str(found))
        return
    print_json(
        {
            "question": asdict(found.question),
            "years": list(found.years),
            "headline": found.headline,
            "verdict": {**asdict(found.verdict), "finding": found.verdict.finding},
            "caveats": [asdict(one) for one in found.caveats],
            "refusals": [asdict(one) for one in found.refusals],
            **{name: records(table) for name, table in found.tables.items()},
        }
    )


def _check_indicator(name: str) -> None:
    """End the command with exit code 2 and the nearest names where an indicator does not exist."""
    known = load_vocabulary().indicators
    if name not in known:
        near = difflib.get_close_matches(name, list(known), n=3)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise click.BadParameter(f"there is no indicator {name!r}{hint}")
