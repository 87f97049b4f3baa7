"""The documentation as a site: built without network, whole, and true to the code."""

import importlib.util
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import trafficking_stats as ts

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(root, tmp_path_factory):
    """The site, built in a process that cannot open a connection."""
    out = tmp_path_factory.mktemp("site")
    code = (
        "import socket, runpy, sys\n"
        "def refuse(*args, **options): raise OSError('no network')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        f"sys.argv = ['mkdocs', 'build', '--quiet', '-d', {str(out)!r}]\n"
        "runpy.run_module('mkdocs', run_name='__main__')\n"
    )
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return out


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.loaded, self.ids = [], [], set()

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids.add(attrs.get("id"))
        if tag == "a":
            self.found.append(attrs.get("href"))
        elif tag in ("script", "img", "iframe") or (tag == "link" and attrs.get("rel") != "canonical"):
            self.loaded.append(attrs.get("src") or attrs.get("href"))


@pytest.fixture(scope="module")
def pages(site):
    found = {}
    for path in site.rglob("*.html"):
        found[path] = Links()
        found[path].feed(path.read_text(encoding="utf-8"))
    return found


def test_every_page_of_the_documentation_is_there(root, site):
    for path in (root / "docs").glob("*.md"):
        name = "index.html" if path.name == "README.md" else f"{path.stem}.html"
        assert (site / name).is_file(), path.name
    for name in ("overview", "contributing", "changes", "reference"):
        assert (site / f"{name}.html").is_file()


def test_links_within_the_site_lead_somewhere(pages):
    count = 0
    for page, links in pages.items():
        for href in filter(None, [*links.found, *links.loaded]):
            url = urlsplit(href)
            if url.scheme or url.netloc or page.name == "404.html":
                continue
            target = Path(os.path.normpath(page.parent / unquote(url.path))) if url.path else page
            target = target / "index.html" if target.is_dir() else target
            assert target.is_file(), f"{page.name}: {href}"
            if url.fragment and target in pages and not url.fragment.startswith("__"):
                assert unquote(url.fragment) in pages[target].ids, f"{page.name}: {href}"
            count += 1
    assert count > 500


def test_a_page_loads_nothing_from_elsewhere(pages):
    for page, links in pages.items():
        assert not [href for href in links.loaded if href and urlsplit(href).netloc], page.name


def test_the_reference_holds_every_public_name_with_its_parameters(site):
    text = (site / "reference.html").read_text(encoding="utf-8")
    for name in ts.__all__:
        assert name.startswith("__") or re.search(rf'id="trafficking_stats\.([a-z_]+\.)*{name}"', text), name
    assert "executor" in text


def test_modules_that_the_quickstart_names_are_there(root):
    text = (root / "docs" / "developer.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:trafficking_stats|data|notebooks)/[\w/.-]*)`", text))
    assert len(named) > 6
    for path in named:
        assert (root / path).exists(), path
    rooms = set(re.findall(r"^  (\S+?)/? .*$", text, flags=re.MULTILINE)) | set(re.findall(r"(\w+)/", text))
    folders = {path.name for path in (root / "trafficking_stats").iterdir() if (path / "__init__.py").is_file()}
    assert folders - {"checking", "texts"} <= rooms


@pytest.fixture(scope="module")
def hooks(root):
    spec = importlib.util.spec_from_file_location("site_hooks", root / "docs" / "site.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("text", "folder", "moved"),
    [
        ("[a](docs/gap.md#when)", "", "[a](gap.md#when)"),
        ("[a](../README.md)", "docs", "[a](overview.md)"),
        ("[a](../trafficking_stats/vocabulary.toml)", "docs", "[a](files/trafficking_stats/vocabulary.toml)"),
        ("[a](.github/workflows/reports.yml)", "", "[a](files/github/workflows/reports.yml)"),
        ("[b](gap.md) and [c](https://example.org/x)", "docs", "[b](gap.md) and [c](https://example.org/x)"),
        ("![d](docs/images/report-phone.png)", "", "![d](images/report-phone.png)"),
        ("[a folder](data/raw) here", "", "a folder here"),
    ],
)
def test_links_follow_what_they_lead_to(hooks, text, folder, moved):
    assert hooks.relink(text, folder) == moved
