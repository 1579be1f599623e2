"""REST's XML as the dictionaries that its JSON would be."""

from __future__ import annotations

from typing import Any

from lxml import etree

from kb.times import to_epoch

_NAMESPACE = "{http://www.xwiki.org}"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_LISTS = {
    "link": "links", "pageSummary": "pageSummaries", "historySummary": "historySummaries",
    "translation": "translations", "attachment": "attachments", "comment": "comments",
    "objectSummary": "objectSummaries", "property": "properties", "attribute": "attributes",
    "wiki": "wikis", "space": "spaces",
}  # fmt: skip
"""Elements that repeat, with the name of their list; `comment` is also a page's own text."""
_DATES = frozenset({"modified", "created", "date"})


def from_xml(body: bytes) -> dict[str, Any]:
    """The answer as JSON would give it. ValueError where it is not well-formed, or has a DTD."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"not well-formed: {error}") from error
    about: Any = root.getroottree().docinfo
    if about.doctype:
        raise ValueError("a document type has no place in an answer")
    return _fields(root)


def _fields(element: etree._Element) -> dict[str, Any]:
    fields: dict[str, Any] = {str(name): text for name, text in element.attrib.items()}
    for child in element:
        if not isinstance(child.tag, str):
            continue
        name = child.tag.removeprefix(_NAMESPACE)
        value = _value(child, name)
        if name in _LISTS and isinstance(value, dict):
            fields.setdefault(_LISTS[name], []).append(value)
        else:
            fields["clazz" if name == "class" else name] = value
    return fields


def _value(element: etree._Element, name: str) -> Any:
    if element.get(_NIL) == "true":
        return None
    if len(element) or (element.attrib and name != "class"):
        return _fields(element)
    text = element.text or ""
    if name in _DATES:
        return to_epoch(text)
    if name in ("objects", "attachments", "translations", "class") and not text.strip():
        return {}
    return text
