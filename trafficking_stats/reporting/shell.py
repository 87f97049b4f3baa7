"""An IPython shell that runs cells in this process and keeps their outputs as a kernel would send them."""

import builtins
import contextlib
import functools
import io
import tempfile
from typing import Any

from ipykernel.compiler import XCachingCompiler
from ipykernel.jsonutil import encode_images, json_clean
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import List, Type
from traitlets.config import Config


class _Publisher(DisplayPublisher):
    """Keeps what ``display`` shows."""

    outputs: Any = List()

    def publish(self, data: Any, metadata: Any = None, *args: Any, update: bool = False, **more: Any) -> None:
        if not update:
            self.outputs.append({"output_type": "display_data", **_content(data, metadata)})

    def clear_output(self, wait: bool = False) -> None:
        self.outputs.clear()


class _Hook(DisplayHook):
    """Keeps the value of the last expression of a cell."""

    def write_output_prompt(self) -> None:
        """Write nothing, as a kernel does."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        shell: Any = self.shell
        about = {"output_type": "execute_result", "execution_count": shell.execution_count}
        shell.display_pub.outputs.append({**about, **_content(format_dict, md_dict)})


def _content(data: dict[str, Any], metadata: dict[str, Any] | None) -> dict[str, Any]:
    content: dict[str, Any] = json_clean({"data": encode_images(data), "metadata": metadata or {}})
    return content


# pandas tells a notebook from a terminal by the letters "zmq" in the name of the shell's class.
class ZmqLikeShell(InteractiveShell):
    """The shell; what a kernel would send is in ``display_pub.outputs``."""

    display_pub_class = Type(_Publisher)
    displayhook_class = Type(_Hook)
    compiler_class = Type(XCachingCompiler)

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        name = etype.__name__ if isinstance(etype, type) else str(etype)
        error = {"output_type": "error", "ename": name, "evalue": str(evalue), "traceback": list(stb)}
        self.display_pub.outputs.append(error)

    def init_io(self) -> None:
        """Leave the standard streams alone; `run_cell` redirects them."""

    def ask_exit(self) -> None:
        """Go on: a cell cannot end the process."""


@functools.cache
def process_shell() -> ZmqLikeShell:
    """Return the shell of this process, with matplotlib's inline support as in a kernel.

    A warm process makes it before it forks, which saves every fork the tenth of a second that it takes. It
    must run the cells of one notebook only: the second would inherit what the first did.
    """
    config = Config()
    config.HistoryManager.enabled = False
    # A fork inherits the shell of a parent that has one, and the inline support that is bound to it.
    InteractiveShell.clear_instance()
    # The folder stands for the user's IPython folder, whose start-up files are none of a report's business.
    with tempfile.TemporaryDirectory(prefix="trafficking-stats-shell-") as folder:
        shell = ZmqLikeShell.instance(config=config, ipython_dir=folder, user_ns={})
    builtins.get_ipython = shell.get_ipython  # type: ignore[attr-defined]
    _enable_inline_figures(shell)
    formatter: Any = shell.display_formatter
    formatter.format(0)
    return shell


def _enable_inline_figures(shell: ZmqLikeShell) -> None:
    import matplotlib as mpl
    from IPython.core.pylabtools import activate_matplotlib
    from matplotlib_inline import backend_inline
    from matplotlib_inline.config import InlineBackend

    InlineBackend.clear_instance()
    if hasattr(backend_inline.configure_inline_support, "current_backend"):
        del backend_inline.configure_inline_support.current_backend
    backend = "module://matplotlib_inline.backend_inline"
    mpl.rcdefaults()
    activate_matplotlib(backend)
    backend_inline.configure_inline_support(shell, backend)


def run_cell(shell: ZmqLikeShell, source: str) -> tuple[list[dict[str, Any]], bool]:
    """Run one cell.

    Parameters
    ----------
    shell : ZmqLikeShell
        From `process_shell`.
    source : str
        The cell.

    Returns
    -------
    outputs : list of dict
        As in an ``.ipynb`` file, what was printed first.
    failed : bool
        Whether it raised.
    """
    shell.display_pub.outputs = []
    printed = {"stdout": io.StringIO(), "stderr": io.StringIO()}
    with contextlib.redirect_stdout(printed["stdout"]), contextlib.redirect_stderr(printed["stderr"]):
        result = shell.run_cell(source, store_history=True)
    streams = [{"output_type": "stream", "name": k, "text": v.getvalue()} for k, v in printed.items() if v.getvalue()]
    return [*streams, *shell.display_pub.outputs], not result.success
