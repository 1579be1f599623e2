"""HTML as authors write it, read into a tree that is well-formed.

Closes what is left open, adds what a table lacks, and puts text and inline elements of the top
level into paragraphs, as XWiki's cleaner (HtmlCleaner with XWiki's filters) does for XHTML 1.0.
"""

from __future__ import annotations

import html
import re
from itertools import groupby
from typing import Final

_COMMENT = re.compile(r"<!--(?P<comment>.*?)-->", re.DOTALL)
_CDATA = re.compile(r"<!\[CDATA\[(?P<cdata>.*?)\]\]>", re.DOTALL)
_OTHER = re.compile(r"<[!?][^>]*+>|</(?P<end>[A-Za-z][^\s/>]*+)[^>]*+>")
_START = re.compile(
    r"<(?P<start>[A-Za-z][^\s/>]*+)(?P<attributes>(?:[^>\"']|\"[^\"]*+\"|'[^']*+')*+)>"
)
_LOOSE_START = re.compile(r"<(?P<start>[A-Za-z][^\s/>]*+)(?P<attributes>[^>]*+)>")
_ATTRIBUTE = re.compile(r"""([^\s=/"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+)))?""")

_VOID: Final = "area base br col command embed hr img input link meta param source track wbr"
VOID: Final = frozenset(_VOID.split())
RAW: Final = frozenset(("script", "style"))
_BLOCK: Final = """
    address article aside blockquote center dd details dialog dir div dl dt fieldset figcaption
    figure footer form h1 h2 h3 h4 h5 h6 header hr isindex li main menu nav noframes noscript ol
    p pre script section style table tbody td tfoot th thead tr ul
    """
BLOCK: Final = frozenset(_BLOCK.split())
_INLINE: Final = """
    a abbr acronym applet audio b bdi bdo big blink button canvas caption cite code colgroup data
    datalist del dfn em font frame frameset i iframe ins kbd label legend map mark marquee math
    meter nobr object optgroup option output picture progress q rp rt ruby s samp select slot small
    span strike strong sub summary sup svg template textarea time tt u var video
"""
KNOWN: Final = VOID | BLOCK | frozenset(_INLINE.split())
_CLOSES_P: Final = BLOCK - {"script", "style", "li", "dt", "dd", "td", "th", "tr", "noscript"}
# An element closes open ones of these names, up to one of those.
_P: Final = frozenset(("p",))
_CELLS: Final = frozenset(("td", "th"))
_SECTIONS: Final = ("tbody", "thead", "tfoot")
_ROW_PARENTS: Final = ("table", *_SECTIONS)
_TABLE_PARTS: Final = _CELLS | {"tr", *_SECTIONS}
_TABLE: Final = frozenset(("table",))
_CLOSES: Final[dict[str, tuple[frozenset[str], frozenset[str]]]] = {
    "li": (frozenset(("li",)), frozenset(("ul", "ol", "menu", "dir"))),
    **dict.fromkeys(("dt", "dd"), (frozenset(("dt", "dd")), frozenset(("dl",)))),
    "option": (frozenset(("option",)), frozenset(("select",))),
    "tr": (_CELLS | {"tr"}, _TABLE),
    **dict.fromkeys(_CELLS, (_CELLS, _TABLE)),
    **dict.fromkeys(_SECTIONS, (_TABLE_PARTS, _TABLE)),
}
_FORMATS: Final = frozenset(
    ("b", "big", "em", "font", "i", "q", "s", "small", "strike", "strong", "sub", "sup", "tt", "u")
)
_SKIPPED: Final = ("html", "head", "body")
MAX_DEPTH: Final = 200


class Element:
    """An element; text is a str among its children, a comment an Element called "!"."""

    __slots__ = ("attributes", "children", "name")

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.children: list[Element | str] = []

    def join(self) -> None:
        """Make one of texts that follow each other."""
        joined: list[Element | str] = []
        for is_text, run in groupby(self.children, lambda child: isinstance(child, str)):
            found = list(run)
            joined += ["".join(map(str, found))] if is_text else found
        self.children = joined


class _HtmlTokens:
    """Find tags and comments; what could not be found once is not looked for again."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.last_tag = source.rfind(">")
        self.last_comment = source.rfind("-->")
        self.last_cdata = source.rfind("]]>")
        self.start = _START

    def find(self, at: int) -> re.Match[str] | None:
        """Return the next tag, comment or section at or after `at`."""
        while 0 <= (at := self.source.find("<", at)) <= self.last_tag:
            if match := self._at(at):
                return match
            at += 1
        return None

    def _at(self, at: int) -> re.Match[str] | None:
        mark = self.source[at + 1 : at + 2]
        if mark == "!":
            if at < self.last_comment and (match := _COMMENT.match(self.source, at)):
                return match
            if at < self.last_cdata and (match := _CDATA.match(self.source, at)):
                return match
        if mark in ("!", "?", "/"):
            return _OTHER.match(self.source, at)
        if not mark.isalpha():
            return None
        match = self.start.match(self.source, at)
        if match is None:
            # A quote never closes: from here on a tag ends at the next ">".
            self.start = _LOOSE_START
            match = self.start.match(self.source, at)
        return match


def read_html(source: str) -> Element:
    """Return the tree of `source`, below an element called "body"."""
    builder = _HtmlTreeBuilder()
    tokens = _HtmlTokens(source)
    done = 0
    while match := tokens.find(done):
        builder.text(source[done : match.start()])
        found = match.groupdict()
        done = match.end()
        start, end = found.get("start"), found.get("end")
        if start and start.lower() == "style":
            # Style sheets belong to the head, which is not printed.
            done = _end_tag(source, done, "style")[1]
        elif start:
            name, written = start.lower(), found["attributes"] or ""
            is_closed = written.endswith("/")
            builder.start(name, _attributes(written), is_closed)
            if name in RAW and not is_closed:
                done = builder.raw(source, done, name)
        elif end:
            builder.end(end.lower())
        elif found.get("comment") is not None:
            comment = Element("!", {})
            comment.children.append(found["comment"] or "")
            builder.stack[-1].children.append(comment)
        elif found.get("cdata") is not None:
            builder.text(html.escape(found["cdata"] or "", quote=False))
    builder.text(source[done:])
    return builder.stack[0]


def _attributes(written: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(written.rstrip("/") if written.endswith("/") else written):
        name = match[1].lower()
        value = next((value for value in match.groups()[1:] if value is not None), None)
        found.setdefault(name, name if value is None else html.unescape(value))
    return found


def _end_tag(source: str, at: int, name: str) -> tuple[int, int]:
    """Return where the next end tag of `name` begins and ends, or the end of `source`."""
    end = re.compile(rf"</{name}\s*>", re.IGNORECASE).search(source, at)
    return end.span() if end else (len(source), len(source))


class _HtmlTreeBuilder:
    """Build the tree tag by tag; close and add what the source lacks."""

    def __init__(self) -> None:
        self.stack = [Element("body", {})]

    def text(self, text: str) -> None:
        if text:
            self.stack[-1].children.append(html.unescape(text))

    def raw(self, source: str, at: int, name: str) -> int:
        """Take a script or style as it is; where its end tag ends."""
        stop, end = _end_tag(source, at, name)
        if stop > at:
            self.stack[-1].children.append(source[at:stop])
        self.stack.pop()
        return end

    def start(self, name: str, attributes: dict[str, str], is_closed: bool) -> None:
        if name in _SKIPPED:
            self._drop_blanks()
        if name in _SKIPPED or name not in KNOWN or self._is_stray(name):
            return
        if len(self.stack) >= MAX_DEPTH:
            if name in RAW:
                self._open(name, attributes)
            return
        if name in _CLOSES_P:
            self._close(_P, BLOCK - _P)
        if name in _CLOSES:
            self._close(*_CLOSES[name])
        self._complete_table(name)
        formats = self._close_formats() if name in BLOCK and name not in RAW else []
        self._open(name, attributes)
        if name in VOID or is_closed:
            self.stack.pop()
        if name not in _TABLE_PARTS:
            self._reopen(formats)

    def _close_formats(self) -> list[Element]:
        """Close the formatting elements that are innermost; they go on in a block."""
        formats: list[Element] = []
        while self.stack[-1].name in _FORMATS:
            formats.insert(0, self.stack.pop())
        return formats

    def _reopen(self, formats: list[Element]) -> None:
        for element in formats:
            self._open(element.name, dict(element.attributes))

    def _is_stray(self, name: str) -> bool:
        """Tell whether a part of a table stands outside of any."""
        return name in _TABLE_PARTS and all(element.name != "table" for element in self.stack)

    def _drop_blanks(self) -> None:
        """Drop blanks around a page's own elements, which belong to no content."""
        body = self.stack[0]
        if all(isinstance(child, str) and not child.strip() for child in body.children):
            body.children.clear()

    def _open(self, name: str, attributes: dict[str, str]) -> Element:
        element = Element(name, attributes)
        self.stack[-1].children.append(element)
        self.stack.append(element)
        return element

    def _complete_table(self, name: str) -> None:
        """Add the row group or row that a row or cell lacks."""
        if name in ("td", "th") and self.stack[-1].name in _ROW_PARENTS:
            self._complete_table("tr")
            self._open("tr", {})
        elif name == "tr" and self.stack[-1].name == "table":
            self._open("tbody", {})

    def _close(self, names: frozenset[str], limits: frozenset[str]) -> None:
        cut = len(self.stack)
        for at in range(len(self.stack) - 1, 0, -1):
            if self.stack[at].name in limits:
                break
            if self.stack[at].name in names:
                cut = at
        del self.stack[cut:]

    def end(self, name: str) -> None:
        for at in range(len(self.stack) - 1, 0, -1):
            if self.stack[at].name == name:
                formats = self._close_formats() if name in BLOCK else []
                del self.stack[at:]
                if name not in _TABLE_PARTS and name != "table":
                    self._reopen(formats)
                return
