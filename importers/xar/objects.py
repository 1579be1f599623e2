"""Turn objects, classes, comments and tags of a page's XML into records."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from importers.xar.attachment_versions import user_of
from importers.xar.events import XmlElement
from importers.xar.xml_errors import BadXmlError
from kb.model import Comment, PropertyValue, WikiClass, WikiObject
from kb.times import from_epoch_text, from_local

COMMENTS = "XWiki.XWikiComments"
TAGS = "XWiki.TagClass"
_TYPES = "com.xpn.xwiki.objects.classes."
_WRITTEN = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d{1,9})?")


def to_object(node: XmlElement) -> WikiObject:
    """Read an object, its properties in the file's order. BadXmlError: bad-object."""
    class_node = node.find("class")
    name = node.get("className") or (class_node and class_node.get("name"))
    number = (node.get("number") or "").strip()
    if not name:
        raise BadXmlError("bad-object", "an object names no class")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise BadXmlError("bad-object", f"object of {name} has number {number[:40]!r}")
    properties: dict[str, PropertyValue] = {}
    for holder in node.children:
        if holder.tag == "property":
            for child in holder.children:
                properties[child.tag] = _value(child)
    guid = node.get("guid") or None
    return WikiObject(class_name=name, number=int(number), properties=properties, guid=guid)


def _value(node: XmlElement) -> PropertyValue:
    """Return the text as written; a list where the property holds `<value>` elements."""
    values = [child.text for child in node.children if child.tag == "value"]
    return values or node.text


def to_class(node: XmlElement) -> WikiClass | None:
    """Read the class with the type of each property; None where it has no property."""
    types = {child.tag: child.get("classType") for child in node.children if child.children}
    properties = {
        name: kind.removeprefix(_TYPES).removesuffix("Class")
        for name, kind in types.items()
        if kind is not None
    }
    return WikiClass(properties=properties, raw=xml_of(node).encode()) if properties else None


def xml_of(node: XmlElement) -> str:
    """Write the element as XML, without white space of its own."""
    attributes = "".join(f" {key}={quoteattr(value)}" for key, value in node.attributes.items())
    inner = "".join(map(xml_of, node.children)) or escape(node.text)
    if not inner:
        return f"<{node.tag}{attributes}/>"
    return f"<{node.tag}{attributes}>{inner}</{node.tag}>"


def to_comment(found: WikiObject, wiki: str, zone: str | None) -> Comment | None:
    """Read the comment or annotation that an object holds; None for an object of another class."""
    if found.class_name != COMMENTS:
        return None
    texts = {key: value for key, value in found.properties.items() if isinstance(value, str)}
    reply = texts.get("replyto", "").strip()
    return Comment(
        number=found.number, text=texts.get("comment", ""),
        author=user_of(texts.get("author"), wiki),
        date=_written_date(texts.get("date"), zone),
        reply_to=int(reply) if reply.isascii() and reply.isdigit() and len(reply) < 10 else None,
        selection=texts.get("selection") or None,
        resolved={"1": True, "0": False}.get(texts.get("resolved", "").strip()),
    )  # fmt: skip


def _written_date(text: str | None, zone: str | None) -> str | None:
    """Read a date property: milliseconds since 1970, or local time as Java prints it."""
    given = (text or "").strip()
    match = _WRITTEN.fullmatch(given)
    return from_local(f"{match[1]}T{match[2]}", zone) if match else from_epoch_text(given)


def tags_of(objects: Iterable[WikiObject]) -> tuple[str, ...]:
    """Return the page's tags: the tag class stores a list, or one text with bars."""
    for one in objects:
        if one.class_name == TAGS:
            value = one.properties.get("tags")
            parts = value if isinstance(value, list) else str(value or "").split("|")
            return tuple(dict.fromkeys(tag for tag in parts if tag))
    return ()
