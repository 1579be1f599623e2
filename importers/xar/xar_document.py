"""Parse a page's XML as it stands in a XAR: fields, objects, class, attachments, history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import cast

import msgspec
from lxml import etree

from importers.xar.chars import is_plain
from importers.xar.events import DEPTH_LIMIT, Events, Hook, XmlElement
from importers.xar.xml_errors import BadXmlError
from kb.references import join_reference, split_reference

ROOT = "xwikidoc"
_WANTED = frozenset((
    "version", "author", "date", "comment", "minorEdit", "title", "syntaxId", "parent", "hidden",
    "content",
))  # fmt: skip
"""Fields that are read of a version in a history."""
_QUICK = 1 << 20
_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
)
_OTHERS = frozenset({"object", "attachment", "class", "versions"})


class XarDocument(msgspec.Struct, kw_only=True):
    """A page's XML by its structure; what its texts mean is read by others."""

    attributes: dict[str, str]
    fields: dict[str, str] = {}
    """Text of each simple element: `title`, `content`, `author`, …"""
    objects: list[XmlElement] = []
    attachments: list[XmlElement] = []
    class_: XmlElement | None = None
    versions: object = None
    """What the hook for `versions` made of the history."""
    mixed: bool = False
    """Whether a field has elements inside its text; they are left out."""

    @property
    def format(self) -> str:
        """Return the version of the page format; `1.1` where the XML does not say it."""
        return self.attributes.get("version", "1.1")

    @property
    def reference(self) -> str:
        """Return the page's local reference. BadXmlError: no-reference."""
        if given := self.attributes.get("reference"):
            return join_reference(split_reference(given))
        space, name = self.fields.get("web"), self.fields.get("name")
        if not space or not name:
            raise BadXmlError(
                "no-reference", "it names no page: neither reference nor web and name"
            )
        return join_reference((*split_reference(space), name))

    @property
    def locale(self) -> str:
        """Return the locale; empty for a page in its default language."""
        return self.attributes.get("locale", self.fields.get("language", ""))

    def truth(self, field: str) -> bool | None:
        """Read a field that holds `true` or `false`; None for any other text."""
        return {"true": True, "false": False}.get(self.fields.get(field, "").strip().lower())


def read_document(chunks: Iterable[bytes], hooks: dict[str, Hook] | None = None) -> XarDocument:
    """Read a page's XML. ``hooks`` take over for `versions`, and inside attachments.

    BadXmlError: not well-formed, no page, too large, or a document type.
    """
    hooks = hooks or {}
    source = iter(chunks)
    first, second = next(source, b""), next(source, None)
    if second is None and (quick := _quick(first, hooks)):
        return quick
    events = Events(chain([first], () if second is None else [second], source))
    document = XarDocument(attributes=begin(events))
    while isinstance(event := events.fields(document.fields, _OTHERS), tuple):
        tag = event[0]
        if tag == "object":
            document.objects.append(events.tree(event))
        elif tag == "attachment":
            document.attachments.append(events.tree(event, hooks))
        elif tag == "class":
            document.class_ = events.tree(event)
        elif tag in hooks:
            document.versions = hooks[tag](events, "")
        else:
            events.skip()
    document.mixed = events.mixed
    events.finish()
    return document


def _quick(data: bytes, hooks: dict[str, Hook]) -> XarDocument | None:
    """Parse with lxml, which is quicker, where the document is small, ordinary, without files."""
    if b"<attachment" in data:
        return None
    root = _parsed(data)
    if root is None:
        return None
    document = XarDocument(attributes={str(key): str(value) for key, value in root.items()})
    try:
        for child in root:
            if child.tag == "object":
                document.objects.append(_node(child, 2))
            elif child.tag == "class":
                document.class_ = _node(child, 2)
            elif len(child):
                return None
            elif child.tag == "versions" and child.tag in hooks:
                document.versions = hooks[child.tag](
                    cast("Events", _TextEvents(child.text or "")), ""
                )
            else:
                document.fields.setdefault(str(child.tag), child.text or "")
    except RecursionError:
        return None
    return document


class _TextEvents:
    """Stand in for `Events` where a text is at hand already."""

    def __init__(self, text: str) -> None:
        self._text = text

    def pieces(self) -> Iterator[str]:
        """Yield the text."""
        yield self._text


def _node(element: etree._Element, depth: int) -> XmlElement:
    """Copy an element with all that it holds. RecursionError where it is deeper than any page."""
    if depth > DEPTH_LIMIT:
        raise RecursionError
    children = [_node(child, depth + 1) for child in element]
    return XmlElement(
        tag=str(element.tag),
        attributes={str(key): str(value) for key, value in element.items()},
        text="" if children else element.text or "",
        children=children,
    )


def read_fields(data: bytes) -> XarDocument:
    """Read what page XML says of a version. BadXmlError as for `read_document`.

    A history is thousands of small documents with little but text in them: lxml reads those in a
    third of the time. `read_document` reads whatever is out of the ordinary.
    """
    root = _parsed(data)
    if root is None:
        return read_document([data])
    fields: dict[str, str] = {}
    for child in root:
        tag = child.tag
        if tag in _WANTED and tag not in fields:
            if len(child):
                return read_document([data])
            fields[str(tag)] = child.text or ""
    return XarDocument(
        attributes={str(key): str(value) for key, value in root.items()}, fields=fields
    )


def _parsed(data: bytes) -> etree._Element | None:
    """Parse bytes that lxml can be trusted with; None leaves the others to `Events`."""
    if len(data) > _QUICK or b"<!DOCTYPE" in data or not is_plain(data):
        return None
    try:
        root = etree.fromstring(data, _PARSER)
    except etree.XMLSyntaxError:
        return None
    return root if root.tag == ROOT else None


def begin(events: Events) -> dict[str, str]:
    """Read up to the root's start tag and return its attributes. BadXmlError: not-a-page."""
    tag, attributes = events.root()
    if tag != ROOT:
        raise BadXmlError("not-a-page", f"its root is <{tag[:40]}>, not <{ROOT}>")
    return attributes
