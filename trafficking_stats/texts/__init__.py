"""Sentences computed from results: headlines and paragraphs that show themselves."""

from trafficking_stats.texts.focus import leading_indicators
from trafficking_stats.texts.gap import change, gap_headline, limits, peers_headline, refusals, silences
from trafficking_stats.texts.headline import headline, legend
from trafficking_stats.texts.reconciliation import comparison, coverage, settled_headline, solver, sources_headline
from trafficking_stats.texts.screens import known_headline, protection_headline, victims_headline
from trafficking_stats.texts.world import missing, world_headline
