"""HTML from notebooks and data, reduced to what a report may hold.

The content is parsed, and only known elements and attributes stay. What could run is shown as text; the page
that carries it forbids every script but its own besides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import lxml.html
from lxml.html import HtmlElement
from markupsafe import escape

# fmt: off
_KEPT = frozenset((
    "a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "col", "colgroup", "dd", "del",
    "details", "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6",
    "hr", "i", "img", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp", "section", "small",
    "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead",
    "time", "tr", "u", "ul", "var",
))
_DROPPED = frozenset(["style", "link", "meta", "title", "base", "head"])
_UNWRAPPED = frozenset(["html", "body", "main", "article", "center", "font", "nav", "header", "footer"])
_ATTRIBUTES = frozenset((
    "class", "href", "title", "colspan", "rowspan", "scope", "lang", "alt", "src", "width",
    "height", "start", "datetime", "download", "open", "id", "rel",
))
# fmt: on
# An id from elsewhere may be random or stand twice on the page; these come from our own helpers.
_ANCHORS = ("explain-", "source-", "note-")
_ALIGNMENT = re.compile(r"text-align:\s*(right|center|left)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_WEB = re.compile(r"^https?://", re.IGNORECASE)
_CSV = "data:text/csv;base64,"
_IMAGES = ("data:image/png;base64,", "data:image/svg+xml;base64,", "data:image/jpeg;base64,")
_NUMBER = re.compile(r"^[<>≤≥~±+−-]?\s*\d[\d,.]*(?:\s?[–-]\s?\d[\d,.]*)?\s?%?$")
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_ABSENT = {"", "–", "-", "nan", "None", "NaN"}


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
    links : list of lxml.html.HtmlElement
        The links from figures to their explanations.
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
    links: list[HtmlElement] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    level: int = 1
    tables: int = 0

    def clean(self, html: str, where: str, *, listed: bool) -> HtmlElement:
        """Return ``html`` as it may stand on the page, as a tree; see `inner_html`.

        Parameters
        ----------
        html : str
            A fragment.
        where : str
            The cell, for messages.
        listed : bool
            Whether its headings go to the contents list.

        Returns
        -------
        lxml.html.HtmlElement
            A ``div`` around known elements only.

        Examples
        --------
        >>> inner_html(Page().clean("<p>a<script>alert(1)</script></p>", "cell 1", listed=False))
        '<p>a&lt;script&gt;alert(1)&lt;/script&gt;</p>'
        """
        root = lxml.html.fragment_fromstring(_CONTROL.sub("", html), create_parent="div")
        for element in list(root.iter()):
            if element.getparent() is not None:  # neither the root nor a child of something shown as text
                self._element(element, where, listed=listed)
        for table in list(root.iter("table")):
            self._let_scroll(table)
        return root

    def send_elsewhere(self, page: str) -> frozenset[str]:
        """Lead the links to explanations that are not on this page to another one.

        Parameters
        ----------
        page : str
            The name of the other page, without its ending.

        Returns
        -------
        frozenset of str
            The places that must be there.
        """
        missing = [link for link in self.links if link.get("href")[1:] not in self.anchors]
        places = frozenset(link.get("href")[1:] for link in missing)
        for link in missing:
            link.set("href", f"{page}.html{link.get('href')}")
        return places

    def _element(self, element: HtmlElement, where: str, *, listed: bool) -> None:
        tag = element.tag
        if not isinstance(tag, str) or tag in _DROPPED:  # no string: a comment
            element.drop_tree()
        elif tag in _UNWRAPPED:
            element.drop_tag()
        elif tag == "na":  # pandas writes a missing value as <NA>, and does not escape it
            element.text = "–"
            element.drop_tag()
        elif tag not in _KEPT:
            _show_as_text(element)
        else:
            _filter_attributes(element)
            if tag == "a":
                self._link(element)
            elif tag == "img":
                self._image(element, where)
            elif tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
                self._heading(element, listed=listed)
            elif tag == "table":
                self._table(element)
            if (anchor := element.get("id")) is not None:
                self._anchor(element, anchor, where)

    def _anchor(self, element: HtmlElement, anchor: str, where: str) -> None:
        if anchor in self.anchors:
            self.problems.append(f"{where}: the place {anchor} is on the page twice")
            del element.attrib["id"]
        self.anchors.add(anchor)

    def _link(self, element: HtmlElement) -> None:
        target = element.get("href")
        if target is None:
            return
        if target.startswith("#explain-"):
            self.links.append(element)
        elif not (target.startswith("#") or _WEB.match(target) or target.startswith(_CSV) or _is_sibling(target)):
            element.tail = f" ({target}){element.tail or ''}"
            element.drop_tag()

    def _image(self, element: HtmlElement, where: str) -> None:
        if not element.get("src", "").startswith(_IMAGES):
            self.problems.append(f"{where}: an image comes from outside the page; show it with figure()")
        if not element.get("alt", "").strip():
            self.problems.append(f"{where}: an image has no alternative text; show it with figure(..., alt=...)")

    def _heading(self, element: HtmlElement, *, listed: bool) -> None:
        level, text = int(element.tag[1]), " ".join(element.text_content().split())
        if level == 1 and not self.title and listed:
            self.title = text
            element.drop_tree()
            return
        # One heading of the first level a page, and no level left out on the way down.
        self.level = max(2, min(level, self.level + 1))
        element.tag = f"h{self.level}"
        if listed and self.level <= 3:
            slug = stem = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "section"
            number = 2
            while slug in self.anchors:
                slug, number = f"{stem}-{number}", number + 1
            element.set("id", slug)
            self.contents.append((self.level, slug, text))

    def _table(self, table: HtmlElement) -> None:
        _join_head(table)
        for cell in table.iter("th", "td"):
            text = cell.text_content().strip()
            if _DATE.match(text):
                _add_class(cell, "date")
            if cell.tag == "th" and not text:
                cell.tag = "td"
                cell.attrib.pop("scope", None)
            elif cell.tag == "th" and cell.get("scope") is None:
                in_head = any(True for _ in cell.iterancestors("thead"))
                cell.set("scope", "col" if in_head else "row")
        _align_numbers(table)

    def _let_scroll(self, table: HtmlElement) -> None:
        """Put a table into a region of its own that scrolls sideways and that the keyboard can reach."""
        self.tables += 1
        caption = table.find("caption")
        name = " ".join(caption.text_content().split()) if caption is not None else ""
        label = f"Table {self.tables}: {name}" if name else f"Table {self.tables}"
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
        if texts and all(_NUMBER.match(text) for text in texts):
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


def _is_sibling(target: str) -> bool:
    return re.fullmatch(r"(?:\.\./)?[\w.-]+\.html(?:#[\w-]+)?", target) is not None


def _filter_attributes(element: HtmlElement) -> None:
    if (style := element.attrib.pop("style", None)) and (found := _ALIGNMENT.search(style)):
        _add_class(element, {"right": "num", "center": "mid", "left": ""}[found.group(1)])
    for name in list(element.attrib):
        if name not in _ATTRIBUTES or (name == "id" and not element.attrib[name].startswith(_ANCHORS)):
            del element.attrib[name]
    if element.tag == "a" and _WEB.match(element.get("href", "")):
        element.set("rel", "noreferrer")


def _add_class(element: HtmlElement, name: str) -> None:
    words = element.get("class", "").split()
    if name and name not in words:
        element.set("class", " ".join([*words, name]))


def _show_as_text(element: HtmlElement) -> None:
    """Put the source of an element where it stood."""
    source = lxml.html.tostring(element, encoding="unicode", with_tail=False)
    for child in list(element):
        element.remove(child)
    element.text = source
    element.tag = "span"
    element.attrib.clear()
    element.drop_tag()


def inner_html(root: HtmlElement) -> str:
    """Return what is inside an element, as HTML.

    Parameters
    ----------
    root : lxml.html.HtmlElement
        From `Page.clean`.

    Returns
    -------
    str
        Without the element itself.
    """
    children = (lxml.html.tostring(child, encoding="unicode") for child in root)
    return str(escape(root.text or "")) + "".join(children)
