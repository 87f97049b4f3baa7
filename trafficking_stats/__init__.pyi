"""The public names of the package and where each is defined."""

from trafficking_stats.claims import load_claims as load_claims
from trafficking_stats.claims import load_sources as load_sources
from trafficking_stats.claims import read_claims as read_claims
from trafficking_stats.errors import ClaimError as ClaimError
from trafficking_stats.errors import ExtraError as ExtraError
from trafficking_stats.errors import ReaderError as ReaderError
from trafficking_stats.errors import ReconciliationError as ReconciliationError
from trafficking_stats.errors import RefusalError as RefusalError
from trafficking_stats.errors import ReportError as ReportError
from trafficking_stats.errors import RuleError as RuleError
from trafficking_stats.errors import TraffickingStatsError as TraffickingStatsError
from trafficking_stats.errors import VocabularyError as VocabularyError
from trafficking_stats.fact_check.result import FactCheck as FactCheck
from trafficking_stats.fact_check.result import factcheck as factcheck
from trafficking_stats.frames import claims_from as claims_from
from trafficking_stats.gap_analysis.answer import Gap as Gap
from trafficking_stats.gap_analysis.answer import gap as gap
from trafficking_stats.gap_analysis.comparison import peers_of as peers_of
from trafficking_stats.gap_analysis.countries import Countries as Countries
from trafficking_stats.gap_analysis.countries import compare_countries as compare_countries
from trafficking_stats.messages import use_language as use_language
from trafficking_stats.reasons import load_reasons as load_reasons
from trafficking_stats.reconciliation.reconciling import reconcile as reconcile
from trafficking_stats.reconciliation.result import Reconciliation as Reconciliation
from trafficking_stats.reconciliation.selection import select_claims as select_claims
from trafficking_stats.reporting.reports import report as report
from trafficking_stats.vocabulary import Vocabulary as Vocabulary
from trafficking_stats.vocabulary import load_vocabulary as load_vocabulary

__version__: str
