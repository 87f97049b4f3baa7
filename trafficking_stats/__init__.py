"""Reconcile conflicting published figures on human trafficking and measure the identification-prosecution gap."""

from trafficking_stats.claims import load_claims, load_sources, read_claims
from trafficking_stats.errors import (
    ClaimError,
    ReaderError,
    ReconciliationError,
    RefusalError,
    ReportError,
    RuleError,
    TraffickingStatsError,
    VocabularyError,
)
from trafficking_stats.reconcile import Reconciliation, reconcile
from trafficking_stats.vocabulary import Vocabulary, load_vocabulary

__version__ = "0.1.0"

__all__ = [
    "ClaimError",
    "ReaderError",
    "Reconciliation",
    "ReconciliationError",
    "RefusalError",
    "ReportError",
    "RuleError",
    "TraffickingStatsError",
    "Vocabulary",
    "VocabularyError",
    "__version__",
    "load_claims",
    "load_sources",
    "load_vocabulary",
    "read_claims",
    "reconcile",
]
