"""A page's XML as it stands in a XAR: fields, objects, class, attachments, history."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from lxml import etree

from importers.xar.chars import is_plain
from importers.xar.errors import BadXmlError
from importers.xar.events import Events, Hook, Node
from kb.references import join_reference, split_reference

ROOT = "xwikidoc"
_WANTED = frozenset(
    (
        "version", "author", "date", "comment", "minorEdit", "title", "syntaxId", "parent",
        "hidden", "content",
    )
)  # fmt: skip
"""What is asked of a version in a history."""
_QUICK = 1 << 20
_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
)
_OTHERS = frozenset({"object", "attachment", "class", "versions"})


class Document(msgspec.Struct, kw_only=True):
    """What the XML holds, understood as far as its structure goes."""

    attributes: dict[str, str]
    fields: dict[str, str] = {}
    """Text of each simple element: `title`, `content`, `author`, …"""
    objects: list[Node] = []
    attachments: list[Node] = []
    class_: Node | None = None
    versions: object = None
    """What the hook for `versions` made of the history."""
    mixed: bool = False
    """Whether a field has elements inside its text; they are left out."""

    @property
    def format(self) -> str:
        """Version of the page format; `1.1` where the XML does not say it."""
        return self.attributes.get("version", "1.1")

    @property
    def reference(self) -> str:
        """The page's local reference. BadXmlError: no-reference."""
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
        """The locale; empty for a page in its default language."""
        return self.attributes.get("locale", self.fields.get("language", ""))

    def truth(self, field: str) -> bool | None:
        """A field that holds `true` or `false`."""
        return {"true": True, "false": False}.get(self.fields.get(field, "").strip().lower())


def read_document(chunks: Iterable[bytes], hooks: dict[str, Hook] | None = None) -> Document:
    """Read a page's XML. ``hooks`` take over for `versions`, and inside attachments.

    BadXmlError: not well-formed, no page, too large, or a document type.
    """
    hooks = hooks or {}
    events = Events(chunks)
    document = Document(attributes=begin(events))
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


def read_fields(data: bytes) -> Document:
    """Read what page XML says of a version. BadXmlError as for `read_document`.

    A history is thousands of small documents with little but text in them: lxml reads those in a
    third of the time. Whatever is out of the ordinary is left to the careful reader.
    """
    if len(data) > _QUICK or b"<!DOCTYPE" in data or not is_plain(data):
        return read_document([data])
    try:
        root = etree.fromstring(data, _PARSER)
    except etree.XMLSyntaxError:
        return read_document([data])
    if root.tag != ROOT:
        return read_document([data])
    fields: dict[str, str] = {}
    for child in root:
        tag = child.tag
        if tag in _WANTED and tag not in fields:
            if len(child):
                return read_document([data])
            fields[tag] = child.text or ""
    return Document(attributes={str(key): str(value) for key, value in root.items()}, fields=fields)


def begin(events: Events) -> dict[str, str]:
    """Read up to the root's start tag and return its attributes. BadXmlError: not-a-page."""
    event = events.next()
    while not isinstance(event, tuple):
        event = events.next()
    if event[0] != ROOT:
        raise BadXmlError("not-a-page", f"its root is <{event[0][:40]}>, not <{ROOT}>")
    return event[1]
