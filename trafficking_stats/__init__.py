"""Reconcile conflicting published figures on human trafficking and measure the identification-prosecution gap."""

import importlib
from typing import TYPE_CHECKING, Any

from trafficking_stats.errors import (
    ClaimError,
    ExtraError,
    ReaderError,
    ReconciliationError,
    RefusalError,
    ReportError,
    RuleError,
    TraffickingStatsError,
    VocabularyError,
)
from trafficking_stats.extras import needs

if TYPE_CHECKING:
    from trafficking_stats.claims import load_claims, load_sources, read_claims
    from trafficking_stats.fact_check.result import FactCheck, factcheck
    from trafficking_stats.frames import claims_from
    from trafficking_stats.gap_analysis.answer import Gap, gap
    from trafficking_stats.gap_analysis.countries import Countries, compare_countries
    from trafficking_stats.messages import use_language
    from trafficking_stats.reasons import load_reasons
    from trafficking_stats.reconciliation.result import Reconciliation, reconcile
    from trafficking_stats.reconciliation.selection import select_claims
    from trafficking_stats.reporting.reports import report
    from trafficking_stats.vocabulary import Vocabulary, load_vocabulary

__version__ = "0.1.0"

# Names are imported when they are first used: the command line answers --help without waiting for pandas. No module
# may bear the name of a public function: loading it would put the module in the function's place.
_HOMES = {
    "claims": ("load_claims", "load_sources", "read_claims"),
    "fact_check.result": ("FactCheck", "factcheck"),
    "frames": ("claims_from",),
    "gap_analysis.answer": ("Gap", "gap"),
    "gap_analysis.countries": ("Countries", "compare_countries"),
    "messages": ("use_language",),
    "reasons": ("load_reasons",),
    "reconciliation.result": ("Reconciliation", "reconcile"),
    "reconciliation.selection": ("select_claims",),
    "reporting.reports": ("report",),
    "vocabulary": ("Vocabulary", "load_vocabulary"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "ClaimError",
    "Countries",
    "ExtraError",
    "FactCheck",
    "Gap",
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
    "claims_from",
    "compare_countries",
    "factcheck",
    "gap",
    "load_claims",
    "load_reasons",
    "load_sources",
    "load_vocabulary",
    "read_claims",
    "reconcile",
    "report",
    "select_claims",
    "use_language",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has: {', '.join(__all__)}")
    with needs("report", f"ts.{name}"):
        home = importlib.import_module(f"{__name__}.{_HOME_OF[name]}")
    return getattr(home, name)


def __dir__() -> list[str]:
    return sorted(__all__)
