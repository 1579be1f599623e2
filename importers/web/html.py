"""Parse a wiki's HTML with Beautiful Soup on lxml: bytes are not trusted, texts stay as sent."""

from __future__ import annotations

from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag
from bs4.builder._lxml import LXMLTreeBuilder
from bs4.element import AttributeDict
from lxml import etree

_RETURN = "\ue0d0"
"""Stands for a carriage return while parsing: HTML parsers make a line feed of it."""
_MOST_TAGS = 500_000
"""Tags of a page, of which each pair takes up to a kilobyte: a source of 40,000 lines has fewer."""


class _Utf8Builder(LXMLTreeBuilder):
    """Build the tree from UTF-8, of any length and depth; load nothing that the page names."""

    def __init__(self) -> None:
        # One text for each attribute, white space kept everywhere, no text left out of `get_text`.
        super().__init__(
            multi_valued_attributes=None, preserve_whitespace_tags={"html"},
            string_containers={}, attribute_dict_class=AttributeDict,
        )  # fmt: skip

    def prepare_markup(
        self, markup: str | bytes, *_: object, **__: object
    ) -> Iterator[tuple[str | bytes, str | None, str | None, bool]]:
        """Yield the markup as it is: neither the page nor Beautiful Soup choose an encoding."""
        yield markup, "utf-8", None, False

    def parser_for(self, encoding: str | None) -> etree.HTMLParser:
        """Return a parser without the limits on depth and length that libxml2 sets by default."""
        return etree.HTMLParser(target=self, encoding="utf-8", no_network=True, huge_tree=True)


def parse_html(body: bytes) -> BeautifulSoup:
    """Parse a page in UTF-8. ValueError where it is not UTF-8, has no element, or too many."""
    if body.count(b"<") > _MOST_TAGS:
        raise ValueError(f"more than {_MOST_TAGS} tags")
    text = body.decode("utf-8-sig")
    if _RETURN in text:
        raise ValueError("a private character that no page has")
    if not text.strip():
        raise ValueError("an empty page")
    source = text.replace("\r", _RETURN).replace("&#13;", _RETURN).encode()
    # What has no tag at all would make Beautiful Soup warn that it may be a file's name.
    soup = BeautifulSoup(source, builder=_Utf8Builder()) if b"<" in source else None
    if soup is None or soup.find(True) is None:
        raise ValueError("no HTML: it has no element")
    return soup


def text_of(element: Tag | None) -> str:
    """Return all text in an element as sent, comments left out; empty where there is none."""
    return element.get_text().replace(_RETURN, "\r") if element is not None else ""


def attribute(element: Tag | None, name: str) -> str:
    """Return an attribute's text; empty where there is none, or no element."""
    value = element.get(name) if element is not None else None
    return value.replace(_RETURN, "\r") if isinstance(value, str) else ""
