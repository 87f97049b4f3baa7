"""The style sheet and the script that every page carries, and the method that allows nothing else."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parent / "templates"


def page_assets() -> tuple[str, str]:
    """Return the style sheet and the script that every page carries.

    Returns
    -------
    tuple of (str, str)
        CSS and JavaScript.
    """
    folder = TEMPLATES / "report"
    return (folder / "report.css").read_text("utf-8"), (folder / "report.js").read_text("utf-8")


def security_policy() -> str:
    """Return the content security policy of a page: nothing but its own style, script and images.

    Returns
    -------
    str
        The value of the header, with the hashes of the one style sheet and the one script.
    """
    style, script = (base64.b64encode(hashlib.sha256(t.encode()).digest()).decode() for t in page_assets())
    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{style}'; script-src 'sha256-{script}'; "
        "base-uri 'none'; form-action 'none'"
    )
