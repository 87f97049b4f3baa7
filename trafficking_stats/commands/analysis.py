"""Commands that answer a question: explain, gap, check, factcheck."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from trafficking_stats import paths
from trafficking_stats.commands import options
from trafficking_stats.errors import ReconciliationError
from trafficking_stats.files import write_text


@click.command("explain")
@click.argument("country", type=options.COUNTRY)
@click.argument("indicator", callback=options.check_indicator)
@click.argument("year", type=int)
@click.option("--breakdown", default="", help="key=value pairs joined by ; (the total by default).")
@options.reconciling
@options.answering
def explain_command(
    country: str, indicator: str, year: int, breakdown: str, reconciled: options.Command
) -> options.Answer:
    """Explain one figure: every claim, kept or rejected, and why.

    For instance: trafficking-stats explain DNK victims_identified 2020
    """
    try:
        found = reconciled(country).explain(country, indicator, year, breakdown)
    except ReconciliationError as error:
        raise click.UsageError(str(error)) from error
    return options.Answer(str(found), {key: getattr(found, key) for key in ("title", "summary", "chains", "claims")})


@click.command("gap")
@click.argument("country", type=options.COUNTRY)
@click.option("--start", type=int, help="First year that may be used; by default all with both figures and no break.")
@click.option("--end", type=int, help="Last year that may be used.")
@options.measure("--numerator", "convictions_persons", "Later stage: NAME[;KEY=VALUE].")
@options.measure("--denominator", "victims_identified", "Earlier stage, in the same form.")
@click.option("--lag", "lags", type=int, multiple=True, help="Years between (repeatable); 0, 1 and 2 by default.")
@click.option("--window", type=int, default=3, show_default=True, help="Years pooled in the moving windows.")
@click.option("--peer", "peers", multiple=True, type=options.COUNTRY, help="A country to compare with (repeatable).")
@click.option("--one-choice", is_flag=True, help="Do not settle the figures under the other methods: much faster.")
@click.option("--accept-definitions", is_flag=True, help="Compare peers whatever counts as a victim there.")
@options.reconciling
@options.answering
def gap_command(country: str, one_choice: bool, reconciled: options.Command, **given: Any) -> options.Answer:
    """Measure the gap between victims identified and persons convicted.

    Two counts side by side, never a probability: the headline with its interval, how far other choices move it, and
    what is refused for which reason. For instance: trafficking-stats gap DNK --start 2014 --end 2021
    """
    from trafficking_stats.gap_analysis.answer import gap

    rec = reconciled(country, *given["peers"])
    found = gap(rec, country, vary_sources=not one_choice, **given | {"lags": given["lags"] or (0, 1, 2)})
    record: dict[str, Any] = {
        "question": asdict(found.question),
        "years": list(found.years),
        "headline": found.headline,
        "verdict": {**asdict(found.verdict), "finding": found.verdict.finding},
        "caveats": [asdict(one) for one in found.caveats],
        "refusals": [asdict(one) for one in found.refusals],
        **found.tables,
    }
    return options.Answer(str(found), record)


@click.command("check")
@options.folder("--documents", text="Folder of the documents; by default documents/ beside the raw figures.")
@click.option("--country", type=options.COUNTRY, help="Only the claims on this country.")
@options.data_option
@options.answering
def check_command(documents: Path | None, country: str | None, data: Path | None) -> options.Answer:
    """Check figures against their documents, and percentages.

    A document is found by the SHA-256 or the file name in sources.csv. Figures in a text are looked for at their
    locator; shares and changes are judged by the source's own figures, or else by the record; sums are checked by
    reconcile. The exit code is 1 if a figure does not stand there, if a document is another version, or if a difference
    has no explanation.
    """
    from trafficking_stats.checking.documents import check

    if documents is not None and not documents.is_dir():
        raise click.BadParameter(f"there is no folder {documents}", param_hint="--documents")
    claims = options.claims_of(data, country)
    found = check(claims, options.sources_of(data), documents or (data or paths.raw_dir()) / "documents")
    tables = {key: getattr(found, key) for key in ("faults", "documents", "figures", "differing")}
    record = {**tables, "stated": len(found.stated), "clashes": found.n_clashes}
    return options.Answer(str(found), record, failed=bool(found.faults))


@click.command("factcheck")
@click.argument("file", type=options.DocumentFile())
@click.option("--country", required=True, type=options.COUNTRY, help="Which country the document is about.")
@click.option("--year", type=click.IntRange(1990, 2100), help="The year it reports on, where the text does not say it.")
@click.option("--language", help="Language of the document; found by itself if not given.")
@click.option("--exclude-source", "exclude_sources", multiple=True, help="A source to leave out; repeatable.")
@click.option("-o", "--output", type=options.NEW_FILE, help="Write an HTML page here.")
@options.data_option
@options.answering
def factcheck_command(file: Path, country: str, output: Path | None, data: Path | None, **given: Any) -> options.Answer:
    """Check the figures and statements of a document against the record.

    It never says that a text is false: it says what the record holds. For instance:
    trafficking-stats factcheck article.pdf --country DNK -o article.html
    """
    from trafficking_stats.fact_check.result import factcheck

    found = factcheck(file, country, claims=options.claims_of(data, country), **given)
    if output:
        write_text(output, found.html)
    return options.Answer(f"{found}\nthe page is {output}" if output else str(found), found.to_json())
