"""A page's objects and class as XML: as they came where they are the same, else made anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from importers.xar.events import Events, XmlElement
from importers.xar.objects import COMMENTS, TAGS, to_object
from importers.xar.xar_document import XarDocument
from importers.xar.xml_errors import BadXmlError
from kb.archive import Archive, PageView
from kb.export.xar.xml import branch, leaf
from kb.model import Comment, PropertyValue, WikiObject


def objects_of(page: PageView, source: XarDocument | None) -> Iterator[XmlElement]:
    """Yield every object; comments and tags that are known by themselves only become objects."""
    came = _by_key(source)
    objects = {(one.class_name, one.number): one for one in page.objects}
    for comment in page.comments:
        if (COMMENTS, comment.number) not in objects:
            objects[COMMENTS, comment.number] = WikiObject(
                class_name=COMMENTS, number=comment.number, properties=_properties(comment)
            )
    if page.tags and not any(name == TAGS for name, _ in objects):
        objects[TAGS, 0] = WikiObject(
            class_name=TAGS, number=0, properties={"tags": list(page.tags)}
        )
    for key, one in sorted(objects.items()):
        node = came.get(key)
        if node is not None and to_object(node).properties == one.properties:
            yield node
        else:
            yield _object(one, page.id.page)


def _by_key(source: XarDocument | None) -> dict[tuple[str, int], XmlElement]:
    found: dict[tuple[str, int], XmlElement] = {}
    for node in source.objects if source else ():
        with suppress(BadXmlError):
            one = to_object(node)
            found.setdefault((one.class_name, one.number), node)
    return found


def _object(one: WikiObject, page: str) -> XmlElement:
    about = {"name": page, "number": str(one.number), "className": one.class_name}
    if one.guid:
        about["guid"] = one.guid
    facts = [leaf(tag, text) for tag, text in about.items()]
    properties = one.properties.items()
    facts += [branch("property", [_property(name, value)]) for name, value in properties]
    return branch("object", facts)


def _property(name: str, value: PropertyValue) -> XmlElement:
    if isinstance(value, list):
        return branch(name, [leaf("value", item) for item in value])
    if isinstance(value, bool):
        return leaf(name, str(int(value)))
    return leaf(name, "" if value is None else str(value))


def _properties(comment: Comment) -> dict[str, PropertyValue]:
    known: dict[str, PropertyValue] = {
        "author": comment.author, "comment": comment.text,
        "date": (comment.date or "").replace("T", " ").removesuffix("Z") or None,
        "replyto": None if comment.reply_to is None else str(comment.reply_to),
        "selection": comment.selection, "resolved": comment.resolved,
    }  # fmt: skip
    return {name: value for name, value in known.items() if value is not None}


def class_of(archive: Archive, page: PageView, source: XarDocument | None) -> XmlElement | None:
    """Return the class that the page defines, as it came."""
    if source is not None and source.class_ is not None:
        return source.class_
    definition = archive.class_(page.key)
    if definition is None or definition.raw is None:
        return None
    with suppress(BadXmlError):
        events = Events([definition.raw])
        start = events.next()
        if isinstance(start, tuple) and start[0] == "class":
            return events.tree(start)
    return None
