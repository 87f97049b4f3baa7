"""HTML of notebooks and data, reduced to what a page may hold, and made fit for every reader."""

import functools
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import lxml.html
import mistune
import nh3
from lxml.html import HtmlElement
from markupsafe import Markup, escape

from trafficking_stats.messages import say

_ALLOWED = tomllib.loads((Path(__file__).parent / "allowed.toml").read_text(encoding="utf-8"))
_ATTRIBUTES = {tag: set(names) for tag, names in _ALLOWED["attributes"].items()}
_VALUES = {name: re.compile(pattern) for name, pattern in _ALLOWED["values"].items()}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NUMBER = re.compile(r"[<>≤≥~±+−-]?\s*\d[\d,. ]*(?:\s?[–-]\s?\d[\d,.]*|\+)?\s?%?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ABSENT = {"", "–", "-", "nan", "None", "NaN"}


def sanitise(html: str) -> str:
    """Return HTML without what could run, ask for something elsewhere, or restyle the page.

    Examples
    --------
    >>> sanitise("<p onclick='x()'>a<script>alert(1)</script><a href='javascript:x'>b</a></p>")
    '<p>a<a>b</a></p>'
    """
    # pandas writes a missing value as <NA>, and does not escape it
    text = _CONTROL.sub("", html).replace("<NA>", "–").replace("&lt;NA&gt;", "–")
    return nh3.clean(
        text,
        tags=set(_ALLOWED["tags"]),
        attributes=_ATTRIBUTES,
        attribute_filter=lambda _, name, value: value if name not in _VALUES or _VALUES[name].match(value) else None,
        clean_content_tags={"script", "style", "title"},
        url_schemes={"http", "https", "data"},
        link_rel=None,
    )


def render_markdown(source: str, *, escape: bool) -> str:
    """Return Markdown as HTML; with ``escape``, HTML in it is shown as text."""
    return str(_renderer(escape)(source))


@functools.cache
def _renderer(escape: bool) -> mistune.Markdown:
    return mistune.create_markdown(escape=escape, plugins=["table", "strikethrough", "footnotes"])


@dataclass
class Page:
    """What the parts of one page have in common.

    Parameters
    ----------
    title : str
        The first heading of the first level.
    contents : list of tuple of (int, str, str)
        Level, anchor and text of the headings of the contents list.
    anchors : set of str
        Every id of the page.
    problems : list of str
        What must not be published, such as an image without alternative text.
    level : int
        Of the last heading.
    tables : int
        How many there are so far.
    """

    title: str = ""
    contents: list[tuple[int, str, str]] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    level: int = 1
    tables: int = 0

    def place(self, html: str, where: str, *, listed: bool = False) -> Markup:
        """Return a piece of HTML as it may stand on the page.

        Parameters
        ----------
        html : str
            A fragment.
        where : str
            The cell, for messages.
        listed : bool
            Whether its headings go to the contents list, the first one as title.
        """
        root = lxml.html.fragment_fromstring(sanitise(html), create_parent="div")
        for image in root.iter("img"):
            self._check_image(image, where)
        for anchor in root.xpath(".//@id"):
            self.claim_anchor(str(anchor), where)
        for heading in list(root.iter("h1", "h2", "h3", "h4", "h5", "h6")):
            self._place_heading(heading, listed=listed)
        for table in list(root.iter("table")):
            self._dress_table(table)
        inner = "".join(lxml.html.tostring(child, encoding="unicode") for child in root)
        return Markup(escape(root.text or "") + Markup(inner))

    def claim_anchor(self, anchor: str, where: str) -> None:
        """Take an id for one place of the page."""
        if anchor in self.anchors:
            self.problems.append(f"{where}: the place {anchor} is on the page twice")
        self.anchors.add(anchor)

    def new_anchor(self, text: str, otherwise: str) -> str:
        """Take an id that nothing on the page has yet, made from a text."""
        stem = anchor = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60].strip("-") or otherwise
        number = 2
        while anchor in self.anchors:
            anchor, number = f"{stem}-{number}", number + 1
        self.anchors.add(anchor)
        return anchor

    def _check_image(self, image: HtmlElement, where: str) -> None:
        if not image.get("src"):
            self.problems.append(f"{where}: an image comes from outside the page; show it with figure()")
        if not image.get("alt", "").strip():
            self.problems.append(f"{where}: an image has no alternative text; show it with figure(..., alt=...)")

    def _place_heading(self, heading: HtmlElement, *, listed: bool) -> None:
        level, text = int(heading.tag[1]), " ".join(heading.text_content().split())
        if level == 1 and not self.title and listed:
            self.title = text
            heading.drop_tree()
            return
        # One heading of the first level a page, and no level left out on the way down.
        self.level = max(2, min(level, self.level + 1))
        heading.tag = f"h{self.level}"
        if listed and self.level <= 3:
            anchor = self.new_anchor(text, "section")
            heading.set("id", anchor)
            self.contents.append((self.level, anchor, text))

    def _dress_table(self, table: HtmlElement) -> None:
        """Give a table scopes, let its numbers stand right, and let it scroll sideways within the page."""
        _join_head(table)
        for cell in table.iter("th", "td"):
            text = cell.text_content().strip()
            if _DATE.fullmatch(text):
                _add_class(cell, "date")
            if cell.tag == "th" and not text:
                cell.tag = "td"
                cell.attrib.pop("scope", None)
            elif cell.tag == "th" and cell.get("scope") is None:
                cell.set("scope", "col" if next(cell.iterancestors("thead"), None) is not None else "row")
        _align_numbers(table)
        self.tables += 1
        caption = table.find("caption")
        name = " ".join(caption.text_content().split()) if caption is not None else ""
        label = say("site.table_number", number=str(self.tables)) + (f": {name}" if name else "")
        region = lxml.html.Element("div", {"class": "scroll", "role": "region", "tabindex": "0", "aria-label": label})
        region.tail, table.tail = table.tail, None
        table.getparent().replace(table, region)
        region.append(table)


def _align_numbers(table: HtmlElement) -> None:
    """Let columns of numbers stand right, with their heads, where no cell spans two columns."""
    if table.xpath(".//*[@colspan > 1 or @rowspan > 1]"):
        return
    body = [list(row) for row in table.xpath("./tbody/tr")]
    for column in range(1, min(map(len, body), default=0)):
        texts = {row[column].text_content().strip() for row in body} - _ABSENT
        if texts and all(_NUMBER.fullmatch(text) for text in texts):
            for row in [*table.xpath("./thead/tr"), *body]:
                if column < len(row):
                    _add_class(row[column], "num")


def _join_head(table: HtmlElement) -> None:
    """Put the name of the index, for which pandas makes a row of its own, into the first row of the head."""
    rows = table.xpath("./thead/tr")
    if len(rows) == 2 and len(rows[0]) == len(rows[1]):
        first, *others = [cell.text_content().strip() for cell in rows[1]]
        if first and not any(others) and not rows[0][0].text_content().strip():
            rows[0].replace(rows[0][0], rows[1][0])
            rows[1].drop_tree()


def _add_class(element: HtmlElement, name: str) -> None:
    words = element.get("class", "").split()
    if name not in words:
        element.set("class", " ".join([*words, name]))
