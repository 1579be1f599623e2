"""Reading a wiki's HTML: a hardened parser, texts exactly as they were sent."""

from __future__ import annotations

from typing import TypeAlias

import lxml.html
from lxml import etree

Element: TypeAlias = lxml.html.HtmlElement
_RETURN = "\ue0d0"
"""Stands for a carriage return, which the parser would take for a line feed."""


def parse_html(body: bytes) -> Element:
    """The tree of a page in UTF-8. ValueError where it is not UTF-8, or empty."""
    text = body.decode("utf-8-sig")
    if _RETURN in text:
        raise ValueError("a private character that no page has")
    if not text.strip():
        raise ValueError("an empty page")
    parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=True)
    source = text.replace("\r", _RETURN).replace("&#13;", _RETURN).encode()
    try:
        tree = lxml.html.document_fromstring(source, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise ValueError(f"no HTML: {error}") from error
    return tree


def select(element: Element, path: str) -> list[Element]:
    """Elements that an XPath finds."""
    found = element.xpath(path)
    assert isinstance(found, list)
    return [one for one in found if isinstance(one, lxml.html.HtmlElement)]


def first(element: Element, path: str) -> Element | None:
    """The first element that an XPath finds, or None."""
    return next(iter(select(element, path)), None)


def text_of(element: Element) -> str:
    """All text in an element, as sent."""
    return str(element.text_content()).replace(_RETURN, "\r")


def attribute(element: Element, name: str) -> str:
    """An attribute's text; empty where there is none."""
    return str(element.get(name) or "").replace(_RETURN, "\r")


def has_class(name: str) -> str:
    """An XPath condition: the class attribute has ``name`` among its words."""
    return f'contains(concat(" ", normalize-space(@class), " "), " {name} ")'
