"""The errors and warnings of the package, one class a kind of problem."""


class TraffickingStatsError(Exception):
    """Base of every error the package raises on purpose; its text says what is wrong and what to do."""


class VocabularyError(TraffickingStatsError):
    """The vocabulary file holds an unknown key, a missing one, or a value out of range."""


class ClaimError(TraffickingStatsError):
    """Claims or sources are not as they must be; the text lists every problem found.

    Parameters
    ----------
    problems : list of str
        One line a problem: file, line, column, value, and what is allowed.
    """

    def __init__(self, problems: list[str] | str) -> None:
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        head = f"{len(self.problems)} problems in the claims:\n" if len(self.problems) > 1 else ""
        super().__init__(head + "\n".join(self.problems))

    def __reduce__(self) -> tuple[type, tuple[list[str]]]:
        """Make a copy in another process from what this one was made from."""
        return type(self), (self.problems,)


class RuleError(TraffickingStatsError):
    """The accounting rules contradict each other; the text lists an irreducible set of them."""


class ReconciliationError(TraffickingStatsError):
    """Claims could not be reconciled: an unknown method, a lost worker, or a cell nobody knows of."""


class RefusalError(TraffickingStatsError):
    """An analysis refuses an answer the data cannot carry; the text gives the reason and the number."""


class GapError(TraffickingStatsError, ValueError):
    """The gap was asked for with parameters that make no sense, or of a country without any claim."""


class ReaderError(TraffickingStatsError):
    """A file of another format cannot be read as claims."""


class ReportError(TraffickingStatsError):
    """A report could not be written: a parameter, a notebook cell, or the output folder."""


class ParameterError(ReportError):
    """A parameter, country or language asked for is not one that there is; nothing was run."""


class ExtraError(TraffickingStatsError, ImportError):
    """An optional part of the package is not installed; the text names the extra that brings it."""
