"""The country beside its peers: each rate, and the events there would have been at theirs. Never a ranking."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from statsmodels.stats.multitest import multipletests

from trafficking_stats.countries import neighbours
from trafficking_stats.gap_analysis.figures import both_figures, pooled_years
from trafficking_stats.gap_analysis.pair import Pair, rate_row
from trafficking_stats.gap_analysis.question import Question
from trafficking_stats.gap_analysis.rows import Peer, Refusal, Shortfall, pooled
from trafficking_stats.gap_analysis.settings import load_gap_settings
from trafficking_stats.inference.contrasts import at_other_rate, compare_rates
from trafficking_stats.reconciliation.result import Reconciliation
from trafficking_stats.remembering import tell_read


def peers_of(country: str) -> list[str]:
    """Return the countries of a country's region, and those that are known to count the same people as victims.

    Parameters
    ----------
    country : str
        ISO 3166-1 alpha-3.

    Returns
    -------
    list of str
        Codes in order, whether or not there are claims on these countries.

    Examples
    --------
    >>> "NLD" in peers_of("GBR"), peers_of("NAM"), peers_of("EUU")
    (True, ['BWA', 'LSO', 'SWZ', 'ZAF'], [])
    """
    victims = load_gap_settings().victims
    definitions = {entry.definition for entry in victims if entry.country == country}
    same = {entry.country for entry in victims if entry.definition in definitions}
    peers = sorted({*neighbours(country), *same} - {country})
    tell_read(peers)  # one that has no claims yet changes the page when it gets some
    return peers


def definition_in(country: str, years: Iterable[int]) -> str:
    """Return whom a country counts as a victim in these years; ``mixed`` where that changes.

    Examples
    --------
    >>> definition_in("DNK", [2014, 2015]), definition_in("GBR", [2016, 2017])
    ('assessed', 'mixed')
    """
    found = {load_gap_settings().definition_of(country, year) for year in years}
    return found.pop() if len(found) == 1 else "mixed"


def peer_rows(rec: Reconciliation, question: Question, pair: Pair) -> Iterator[Peer | Shortfall | Refusal]:
    """Compute the rate of each peer, its ratio to the own one in the years of both, and the shortfall at its rate.

    A peer is compared where both countries are known to count victims by the same definition, or the reader accepts
    that they may not.
    """
    own = _peer_row(pair, own=True)
    yield from [own] if isinstance(own, Peer) else []
    fewest = min(load_gap_settings().fewest_common_years, len(pair.years))
    for code in sorted(question.peers):
        both = both_figures(rec, code, question)
        years = pooled_years(both, question)
        row: Peer | Refusal = Refusal("peers", "few_own_years", len(years), fewest, years, code)
        row = _peer_row(Pair.of(both, years, question, rec.vocabulary)) if len(years) >= fewest else row
        if isinstance(row, Refusal):
            yield row
            continue
        common = tuple(year for year in years if year in pair.years)
        if refusal := _not_comparable(rec, question, code, common, fewest):
            yield from (row, refusal)
            continue
        mine, other = (Pair.of(one, common, question, rec.vocabulary) for one in (pair.figures, both))
        found = compare_rates(other.totals(common), mine.totals(common), question.confidence)
        if found is None:
            yield from (row, Refusal("peers", "ratio_says_nothing", row.numerator_lower, 1, common, code))
            continue
        row = replace(row, compared=True, chance=found.chance, ratio_lower=found.lower, ratio_upper=found.upper)
        yield from (row, shortfall_row(mine, other))


def _not_comparable(
    rec: Reconciliation, question: Question, code: str, common: tuple[int, ...], fewest: int
) -> Refusal | None:
    if len(common) < fewest:
        return Refusal("peers", "few_common_years", len(common), fewest, common, code)
    entry = rec.vocabulary.indicators.get(question.denominator.indicator)
    if entry is None or entry.stage != "identification" or question.accept_definitions:
        return None
    definitions = {definition_in(question.country, common), definition_in(code, common)}
    if definitions & {"unknown", "mixed"}:
        return Refusal("peers", "unknown_definition", 0, 0, common, code)
    return Refusal("peers", "other_definition", 0, 0, common, code) if len(definitions) > 1 else None


def _peer_row(pair: Pair, *, own: bool = False) -> Peer | Refusal:
    """Make the row of one country."""
    code, years = pair.figures[0].country, pair.years
    named = {"country": code, "own": own, "compared": own, "definition": definition_in(code, years)}
    return rate_row(Peer, ("peers", code), pair.totals(years), years, pair.confidence, **named)


def adjusted(rows: Sequence[Peer]) -> list[Peer]:
    """Adjust the p values for the number of peers compared.

    References
    ----------
    Holm S (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics 6:65-70.
    """
    compared = [one for one in rows if not math.isnan(one.chance)]
    if not compared:
        return list(rows)
    adjusted = iter(multipletests([one.chance for one in compared], method="holm")[1])
    return [one if math.isnan(one.chance) else replace(one, chance_adjusted=float(next(adjusted))) for one in rows]


def shortfall_row(mine: Pair, other: Pair) -> Shortfall:
    """Compare what was counted with what there would have been at the rate of a peer."""
    country, exposed = other.figures[0].country, mine.denominator.counts.sum(mine.years)
    return Shortfall(
        peer=country,
        definition=definition_in(country, mine.years),
        **pooled(mine.years),
        **vars(at_other_rate(mine.numerator, exposed, other.totals(other.years), mine.confidence)),
    )
