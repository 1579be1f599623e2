"""A validator of HTML's structure: nesting, content models, ids, required attributes.

Rules from the HTML Standard (content models of section 4), for the elements that the renderer
writes.
"""

from __future__ import annotations

from collections.abc import Set
from html.parser import HTMLParser
from typing import Final

VOID: Final = {"br", "hr", "img", "col", "wbr"}
_PHRASING = (
    "a abbr b bdi bdo br cite code data del dfn em i img ins kbd mark q rp rt ruby s samp small"
    " span strong sub sup time u var wbr #text"
)
PHRASING: Final = frozenset(_PHRASING.split())
_FLOW = (
    "address article aside blockquote details div dl figure footer h1 h2 h3 h4 h5 h6 header hr"
    " main nav ol p pre section table ul"
)
FLOW: Final = PHRASING | frozenset(_FLOW.split())
HOLDS: Final[dict[str, Set[str]]] = {
    **dict.fromkeys(("p", "pre", "dt", "summary", "h1", "h2", "h3", "h4", "h5", "h6"), PHRASING),
    **dict.fromkeys(("em", "strong", "code", "sub", "sup", "u", "del", "span", "b"), PHRASING),
    "ul": {"li"},
    "ol": {"li"},
    "dl": {"dt", "dd"},
    "table": {"caption", "thead", "tbody"},
    "thead": {"tr"},
    "tbody": {"tr"},
    "tr": {"td", "th"},
    "figure": FLOW | {"figcaption"},
    "details": FLOW | {"summary"},
}
FIRST: Final = {"summary": "details", "caption": "table"}


class Validator(HTMLParser):
    """Reads a fragment and notes what is wrong with it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self.open: list[str] = []
        self.children: list[int] = [0]
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.child(tag)
        names = [name for name, _ in attrs]
        if len(set(names)) < len(names):
            self.wrong.append(f"<{tag}> repeats an attribute")
        found = dict(attrs)
        self.identity(tag, found.get("id"))
        if tag == "img" and "alt" not in found:
            self.wrong.append("an image without alt")
        if tag == "a" and "a" in self.open:
            self.wrong.append("a link in a link")
        if tag not in VOID:
            self.open.append(tag)
            self.children.append(0)

    def identity(self, tag: str, id_: str | None) -> None:
        if id_ is None:
            return
        if id_ in self.ids:
            self.wrong.append(f"<{tag}> takes the id {id_} again")
        if not id_ or any(char.isspace() for char in id_):
            self.wrong.append(f"<{tag}> has the id {id_!r}")
        self.ids.add(id_)

    def child(self, tag: str) -> None:
        """Check a child, "#text" for words, against what its parent may hold."""
        parent = self.open[-1] if self.open else ""
        if parent and tag not in HOLDS.get(parent, FLOW):
            self.wrong.append(f"<{tag}> in <{parent}>")
        if tag in FIRST and (parent != FIRST[tag] or self.children[-1]):
            self.wrong.append(f"<{tag}> is not the first in <{FIRST[tag]}>")
        self.children[-1] += 1

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.wrong.append(f"</{tag}> closes {self.open[-1:]}")
        if tag in self.open:
            while self.open.pop() != tag:
                self.children.pop()
            self.children.pop()

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.child("#text")


def wrong_with(markup: str) -> list[str]:
    """What is wrong with the structure of an HTML fragment; empty is good."""
    validator = Validator()
    validator.feed(markup)
    validator.close()
    return validator.wrong + [f"<{tag}> is not closed" for tag in validator.open]
