"""A page's objects and class as XML: as they came where they are the same, else made anew."""

from __future__ import annotations

from collections.abc import Iterator

from importers.xar.document import Document
from importers.xar.errors import BadXmlError
from importers.xar.events import Events, Node
from importers.xar.objects import COMMENTS, TAGS, to_object
from kb.archive import Archive, PageView
from kb.export.xar.xml import branch, leaf
from kb.model import Comment, PropertyValue, WikiObject


def objects_of(page: PageView, source: Document | None) -> Iterator[Node]:
    """Every object; comments and tags that are known by themselves only become objects."""
    came = _by_key(source)
    things = {(thing.class_name, thing.number): thing for thing in page.objects}
    for comment in page.comments:
        if (COMMENTS, comment.number) not in things:
            thing = WikiObject(
                class_name=COMMENTS, number=comment.number, properties=_properties(comment)
            )
            things[COMMENTS, comment.number] = thing
    if page.tags and not any(name == TAGS for name, _ in things):
        tags: dict[str, PropertyValue] = {"tags": list(page.tags)}
        things[TAGS, 0] = WikiObject(class_name=TAGS, number=0, properties=tags)
    for key, thing in sorted(things.items()):
        node = came.get(key)
        if node is not None and to_object(node).properties == thing.properties:
            yield node
        else:
            yield _object(thing, page.id.page)


def _by_key(source: Document | None) -> dict[tuple[str, int], Node]:
    found: dict[tuple[str, int], Node] = {}
    for node in source.objects if source else ():
        try:
            thing = to_object(node)
        except BadXmlError:
            continue
        found.setdefault((thing.class_name, thing.number), node)
    return found


def _object(thing: WikiObject, page: str) -> Node:
    facts = [
        leaf("name", page),
        leaf("number", str(thing.number)),
        leaf("className", thing.class_name),
    ]
    if thing.guid:
        facts.append(leaf("guid", thing.guid))
    for name, value in thing.properties.items():
        facts.append(branch("property", [_property(name, value)]))
    return branch("object", facts)


def _property(name: str, value: PropertyValue) -> Node:
    if isinstance(value, list):
        return branch(name, [leaf("value", item) for item in value])
    if isinstance(value, bool):
        return leaf(name, str(int(value)))
    return leaf(name, "" if value is None else str(value))


def _properties(comment: Comment) -> dict[str, PropertyValue]:
    known: dict[str, PropertyValue] = {
        "author": comment.author,
        "comment": comment.text,
        "date": (comment.date or "").replace("T", " ").removesuffix("Z") or None,
        "replyto": None if comment.reply_to is None else str(comment.reply_to),
        "selection": comment.selection,
        "resolved": comment.resolved,
    }
    return {name: value for name, value in known.items() if value is not None}


def class_of(store: Archive, page: PageView, source: Document | None) -> Node | None:
    """The class that the page defines, as it came."""
    if source is not None and source.class_ is not None:
        return source.class_
    definition = store.class_(page.key)
    if definition is None or definition.raw is None:
        return None
    try:
        events = Events([definition.raw])
        start = events.next()
        return events.tree(start) if isinstance(start, tuple) and start[0] == "class" else None
    except BadXmlError:
        return None
