"""What the site adds to this folder: pages from the root, the files that pages link to, and the Python reference."""

import posixpath
import re
from pathlib import Path
from urllib.parse import urlsplit

from mkdocs.structure.files import File

import trafficking_stats

ROOT = Path(__file__).resolve().parent.parent
PAGES = {"README.md": "overview.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changes.md"}
LINK = re.compile(r"(\]\()([^)\s#]+)(#[^)\s]*)?(\))")


def place(path):
    """Return where a file of the repository stands in the site."""
    return path.removeprefix("docs/") if path.startswith("docs/") else PAGES.get(path, f"files/{path.lstrip('.')}")


def targets(text, folder):
    """Yield each relative link of a page in ``folder`` and the path that it means in the repository."""
    for link in LINK.finditer(text):
        if not urlsplit(link[2]).scheme:
            yield link[2], posixpath.normpath(posixpath.join(folder, link[2]))


def relink(text, folder):
    """Let the links of a page lead to where its neighbours stand in the site; a folder leads nowhere there."""
    for link, path in dict(targets(text, folder)).items():
        if (ROOT / path).is_file():
            text = text.replace(f"]({link}", f"]({place(path)}")
        else:
            text = re.sub(rf"\[([^]]*)\]\({re.escape(link)}\)", r"\1", text)
    return text


def reference():
    """Return the page of every public name, from its docstring: functions, what they return, errors."""
    names = [name for name in trafficking_stats.__all__ if not name.startswith("__")]
    groups = {
        "Functions": [f"trafficking_stats.{name}" for name in names if name.islower()],
        "Results": [f"trafficking_stats.{name}" for name in names if not name.islower() and not name.endswith("Error")],
        "Linear systems": ["trafficking_stats.linear.LinearSystem"],
        "Errors": [f"trafficking_stats.{name}" for name in names if name.endswith("Error")],
    }
    parts = ["# Python reference"]
    for title, group in groups.items():
        parts += [f"## {title}", *(f"::: {name}" for name in group)]
    return "\n\n".join(parts) + "\n"


def on_files(files, config):
    """Add what is not in ``docs``."""
    for source, page in PAGES.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=relink(text, "")))
    files.append(File.generated(config, "reference.md", content=reference()))
    linked = {
        path
        for folder, paths in (("", PAGES), ("docs", sorted(p.name for p in (ROOT / "docs").glob("*.md"))))
        for name in paths
        for _, path in targets((ROOT / folder / name).read_text(encoding="utf-8"), folder)
    }
    for path in sorted(linked):
        if place(path).startswith("files/") and (ROOT / path).is_file():
            files.append(File.generated(config, place(path), abs_src_path=str(ROOT / path)))
    return files


def on_page_markdown(markdown, page, config, files):
    """Follow the links of the pages of this folder that lead out of it."""
    return markdown if page.file.generated_by else relink(markdown, "docs")
