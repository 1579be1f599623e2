"""Definitions of classes as XML: XWiki reads an object's values by the class that comes with it.

Without one it takes a list for a text and a date for nothing, and refuses the page. Shapes are
those of XWiki's own exports; the types are named after com.xpn.xwiki.objects.classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from importers.xar.events import XmlElement
from importers.xar.objects import COMMENTS, TAGS
from kb.export.xar.xml import branch, leaf
from kb.model import PropertyValue, WikiObject

DATE: Final = "Date"
_SHAPES: Final[Mapping[str, Mapping[str, str]]] = {
    "String": {"size": "30"},
    "TextArea": {"rows": "5", "size": "40"},
    "Number": {"numberType": "long", "size": "30"},
    "Boolean": {"displayFormType": "select", "displayType": "yesno"},
    DATE: {"dateFormat": "yyyy-MM-dd HH:mm:ss", "emptyIsToday": "0", "size": "20"},
    "StaticList": {
        "cache": "0", "displayType": "input", "multiSelect": "1", "relationalStorage": "1",
        "separator": " ", "separators": " ,|", "size": "30", "values": "",
    },
    **{
        name: {
            "cache": "0", "displayType": "select", "multiSelect": "1", "relationalStorage": "0",
            "separator": " ", "size": "5", "usesList": "1",
        }
        for name in ("Users", "Groups", "Levels")
    },
}  # fmt: skip
"""Type → what its definition says beside name and order."""
_RIGHTS: Final = {"users": "Users", "groups": "Groups", "levels": "Levels", "allow": "Boolean"}
TYPES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType({
    TAGS: {"tags": "StaticList"},
    COMMENTS: {
        "author": "String", "comment": "TextArea", "date": DATE, "highlight": "TextArea",
        "replyto": "Number", "selection": "TextArea", "resolved": "Boolean",
    },
    "XWiki.XWikiRights": _RIGHTS,
    "XWiki.XWikiGlobalRights": _RIGHTS,
    "XWiki.XWikiUsers": dict.fromkeys(
        ("active", "accessibility", "displayHiddenDocuments", "email_checked"), "Boolean"
    ),
})  # fmt: skip
"""Class → property → type, of the classes that every wiki has."""


def class_for(one: WikiObject) -> XmlElement:
    """Define a class that has the object's properties: as known, else as their values are."""
    known = TYPES.get(one.class_name, {})
    head = [leaf("name", one.class_name)] + [
        leaf(tag, "")
        for tag in ("customClass", "customMapping", "defaultViewSheet", "defaultEditSheet",
                    "defaultWeb", "nameField", "validationScript")
    ]  # fmt: skip
    properties = [
        _definition(name, known.get(name) or _type_of(value), number)
        for number, (name, value) in enumerate(one.properties.items(), 1)
    ]
    return branch("class", [*head, *properties])


def _definition(name: str, kind: str, number: int) -> XmlElement:
    facts = {
        **_SHAPES[kind], "disabled": "0", "name": name, "number": str(number),
        "prettyName": name, "unmodifiable": "0",
    }  # fmt: skip
    leaves = [leaf(tag, text) for tag, text in sorted(facts.items())]
    return branch(name, [*leaves, leaf("classType", f"com.xpn.xwiki.objects.classes.{kind}Class")])


def _type_of(value: PropertyValue) -> str:
    """The type that keeps a value as it is."""
    if isinstance(value, list):
        return "StaticList"
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, int):
        return "Number"
    return "TextArea" if isinstance(value, str) and "\n" in value else "String"
