"""Reconcile conflicting published figures on human trafficking and measure the identification-prosecution gap."""

import ast
import importlib
from pathlib import Path
from typing import Any

from trafficking_stats.extras import needs

__version__ = "0.1.0"

# The public names stand in ``__init__.pyi`` alone, where editors and type checkers look. They are imported when they
# are first used: the command line answers --help without waiting for pandas. No module may bear the name of a public
# function: loading it would put the module in the function's place.
_STUB = ast.parse(Path(__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
_IMPORTS = [node for node in _STUB.body if isinstance(node, ast.ImportFrom)]
_HOME_OF = {alias.name: str(node.module) for node in _IMPORTS for alias in node.names}

__all__ = sorted([*_HOME_OF, "__version__"])


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has: {', '.join(__all__)}")
    with needs("report", f"ts.{name}"):
        home = importlib.import_module(_HOME_OF[name])
    return getattr(home, name)


def __dir__() -> list[str]:
    return __all__
