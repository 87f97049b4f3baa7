"""Every example in a docstring or a page runs and prints what it says, and every link leads somewhere."""

import csv
import doctest
import importlib
import pkgutil
import re
import shlex
import shutil
from pathlib import Path

import click
import matplotlib.pyplot as plt
import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt

import trafficking_stats
from trafficking_stats import paths
from trafficking_stats.claims import read_claims
from trafficking_stats.cli import cli
from trafficking_stats.schema import PRINTED, SOURCE

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(trafficking_stats.__path__, "trafficking_stats.")
    if not module.ispkg
)


@pytest.mark.parametrize("name", ["trafficking_stats", *MODULES])
def test_examples(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    failures, _ = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    plt.close("all")
    assert failures == 0
    assert not list(tmp_path.iterdir()), "an example left files behind"


def test_there_are_examples_to_run():
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = [test for name in MODULES for test in finder.find(importlib.import_module(name)) if test.examples]
    assert len(found) > 100


# --- pages ----------------------------------------------------------------------------------------------------

PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/*.md", "data/raw/*.md", "reports/README.md"]


def pages(root):
    return [path for pattern in PAGES for path in sorted(root.glob(pattern))]


def blocks(path, language):
    """The fenced blocks of a page in one language."""
    tokens = MarkdownIt().parse(path.read_text(encoding="utf-8"))
    return [token.content for token in tokens if token.type == "fence" and token.info.split()[:1] == [language]]


def write_tables(path):
    """Write the tables of a page that have a name into the current folder."""
    for token in MarkdownIt().parse(path.read_text(encoding="utf-8")):
        if token.type == "fence" and (named := re.fullmatch(r'csv title="(.+)"', token.info)):
            Path(named[1]).write_text(token.content, encoding="utf-8")


def test_python_examples_of_the_pages(root, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_tables(root / "docs" / "tutorial.md")
    examples = {path: "\n".join(blocks(path, "pycon")) for path in pages(root)}
    assert examples[root / "README.md"]
    for path, text in examples.items():
        test = doctest.DocTestParser().get_doctest(text, {}, path.name, str(path), 0)
        runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
        runner.run(test)
        assert runner.summarize(verbose=False).failed == 0, path.name


def test_the_commands_of_the_tutorial_lead_from_a_table_to_pages(root, tmp_path, monkeypatch):
    monkeypatch.delenv(paths.VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    page = root / "docs" / "tutorial.md"
    write_tables(page)
    said = ""
    for line in blocks(page, "sh")[0].splitlines():
        command, *rest = shlex.split(line)
        if command == "cd":
            monkeypatch.chdir(*rest)
            continue
        done = CliRunner().invoke(cli, rest)
        assert done.exit_code == 0, f"{line}: {done.output}"
        said += done.output
    for shown in blocks(page, "text"):
        assert shown in said
    # the pages say what Python says
    (head,) = [text for text in blocks(page, "pycon") if "gap.headline" in text]
    answer = head.split("gap.headline")[1].splitlines()[1]
    gap_page = Path("reports", "KEN", "3_gap.html").read_text(encoding="utf-8")
    assert answer in re.sub(r"<[^>]+>", "", gap_page)


def shell_commands(root):
    for path in pages(root):
        for block in blocks(path, "sh"):
            yield from ((path.name, line) for line in block.splitlines() if line.strip())


def test_commands_of_the_pages_exist_with_their_options(root):
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    seen = set()
    for page, line in shell_commands(root):
        words = shlex.split(line, comments=True)
        seen.add(words[0])
        if words[0] == "make":
            assert re.search(rf"^{words[1]}:", makefile, flags=re.MULTILINE), f"{page}: {line}"
        if words[0].endswith("trafficking-stats"):
            command, rest = cli, words[1:]
            context = click.Context(cli)
            while isinstance(command, click.Group):
                command = command.get_command(context, rest.pop(0))
                assert command is not None, f"{page}: {line}"
            known = {option for parameter in command.params for option in parameter.opts}
            assert {word for word in rest if word.startswith("-")} <= known, f"{page}: {line}"
    assert {"make", "trafficking-stats"} <= seen


def test_links_of_the_pages_lead_somewhere(root):
    for path in pages(root):
        text = path.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"[a-z]+:", target) or target.startswith("#"):
                continue
            assert (path.parent / target.split("#")[0]).exists(), f"{path.name}: {target}"


def test_every_page_of_the_documentation_is_in_its_index(root):
    index = (root / "docs" / "README.md").read_text(encoding="utf-8")
    for path in (root / "docs").glob("*.md"):
        assert path.name == "README.md" or f"]({path.name})" in index, path.name


def test_the_source_of_the_contributing_page_can_be_added_as_it_says(root, tmp_path):
    source, claims = blocks(root / "CONTRIBUTING.md", "csv")
    raw = shutil.copytree(root / "data" / "raw", tmp_path / "raw")
    with (raw / "sources.csv").open("a", encoding="utf-8") as file:
        file.write(source)
    (row,) = csv.DictReader([",".join(SOURCE), source])
    assert claims.splitlines()[0] == ",".join(PRINTED)
    (raw / "claims" / f"{row['source_id']}.csv").write_text(claims, encoding="utf-8")
    added = read_claims(raw).query(f"source_id == {row['source_id']!r}")
    assert added[["breakdown", "value", "qualifier"]].to_numpy().tolist() == [
        ["", 14.0, "exact"],
        ["age=child", 5.0, "less_than"],
    ]
