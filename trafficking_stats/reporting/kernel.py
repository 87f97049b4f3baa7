"""The kernel in which standard papermill runs a report: this interpreter, in a fixed environment."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

from trafficking_stats.reporting.canonical import ENVIRONMENT

# What C code prints arrives in a kernel too late or too early, by chance: it is not part of a report.
_OPTIONS = ("--log-level=CRITICAL", "--IPKernelApp.capture_fd_output=False")


class ReportKernelManager(AsyncKernelManager):
    """Start this interpreter, whatever kernel a user has registered as ``python3``.

    The environment is fixed, the user's IPython profile is left out, and on systems that know them
    Unix sockets replace TCP ports, which parallel runs may snatch from each other.
    """

    def __init__(self, **options: Any) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix="trafficking-stats-kernel-")
        if sys.platform != "win32":
            options |= {"transport": "ipc", "ip": os.path.join(self._scratch.name, "k")}  # noqa: PTH118
        super().__init__(**options)
        self._kernel_spec = KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", *_OPTIONS],
            display_name="Python 3",
            language="python",
        )

    async def _async_pre_start_kernel(self, **options: Any) -> Any:
        options["stdout"] = subprocess.DEVNULL
        options["env"] = {**os.environ, **ENVIRONMENT, "IPYTHONDIR": self._scratch.name}
        return await super()._async_pre_start_kernel(**options)

    pre_start_kernel = _async_pre_start_kernel

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart=restart)
        if not restart:
            self._scratch.cleanup()

    cleanup_resources = _async_cleanup_resources
