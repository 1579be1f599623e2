"""XML as a XAR holds it: text, elements, and page XML in any version of the format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from importers.xar.events import XmlElement
from kb.times import instant_of

_ESCAPED = re.compile("[&<>\r\u2028\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_NAMED = {
    "&": "&amp;", "<": "&lt;", ">": "&gt;",
    "\0": "\ufffd", "\ufffe": "\ufffd", "\uffff": "\ufffd",
}  # fmt: skip


def declaration(version: tuple[int, int]) -> str:
    """Return the first line: XML 1.1 since format 1.3, because of control characters."""
    return f"<?xml version='{'1.1' if version >= (1, 3) else '1.0'}' encoding='UTF-8'?>\n"


def escape(text: str) -> str:
    """Escape text so that every XML parser gives it back: line ends are written as references.

    Only the three characters that no XML can hold become U+FFFD.
    """
    return _ESCAPED.sub(lambda m: _NAMED.get(m[0]) or f"&#{ord(m[0])};", text)


def attribute(value: str) -> str:
    """Escape the value of an attribute, for double quotes."""
    return escape(value).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")


def element(tag: str, text: str | None, indent: str = "  ") -> str:
    """Return a simple element on a line of its own; nothing for None."""
    if text is None:
        return ""
    return f"{indent}<{tag}>{escape(text)}</{tag}>\n" if text else f"{indent}<{tag}/>\n"


def milliseconds(moment: str | None) -> str | None:
    """Return milliseconds since 1970; of what is less precise, its beginning."""
    instant = instant_of(moment)
    if instant is None or moment is None:
        return None
    tail = moment.partition(".")[2][:3]
    return str(instant.seconds * 1000 + (int(tail) if tail.isdigit() else 0))


def tree(node: XmlElement, indent: str = "  ") -> Iterator[str]:
    """Yield an element with all below it, indented."""
    start = "".join(f' {key}="{attribute(value)}"' for key, value in node.attributes.items())
    if node.children:
        yield f"{indent}<{node.tag}{start}>\n"
        for child in node.children:
            yield from tree(child, indent + "  ")
        yield f"{indent}</{node.tag}>\n"
    elif node.text:
        yield f"{indent}<{node.tag}{start}>{escape(node.text)}</{node.tag}>\n"
    else:
        yield f"{indent}<{node.tag}{start}/>\n"


def leaf(tag: str, text: str) -> XmlElement:
    """Return an element that holds text only."""
    return XmlElement(tag=tag, attributes={}, text=text)


def branch(tag: str, children: Iterable[XmlElement]) -> XmlElement:
    """Return an element that holds elements only."""
    return XmlElement(tag=tag, attributes={}, children=list(children))
