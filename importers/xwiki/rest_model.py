"""Decode REST's answers in JSON or XML: XWiki's model (xwiki.rest.model.xsd), as far as used."""

from __future__ import annotations

from collections.abc import Callable
from types import GenericAlias
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, cast

import msgspec

from kb.errors import BAD_JSON
from kb.times import to_epoch

if TYPE_CHECKING:
    from lxml import etree

T = TypeVar("T")
_NAMESPACE = "{http://www.xwiki.org}"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_LISTS = {
    "link": "links", "pageSummary": "pageSummaries", "historySummary": "historySummaries",
    "translation": "translations", "attachment": "attachments", "comment": "comments",
    "objectSummary": "objectSummaries", "property": "properties", "attribute": "attributes",
    "wiki": "wikis", "space": "spaces",
}  # fmt: skip
"""Elements that repeat, and the name of their list; `comment` is also a field of a page."""
_MOST_ELEMENTS = 1_000_000
"""Elements of an answer in XML: each takes a hundred bytes and more once it is read."""
Version = Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{1,9}\.[0-9]{1,9}\Z")]
Number = Annotated[int, msgspec.Meta(ge=-(1 << 63), le=(1 << 63) - 1)]
"""A number that the archive can hold."""
Reference = Annotated[str, msgspec.Meta(min_length=1, max_length=10_000)]
_DATES = frozenset({"modified", "created", "date"})


class _RestStruct(msgspec.Struct, rename="camel", frozen=True):
    """Base of all structs: names are in camel case in JSON."""


class RestLink(_RestStruct, frozen=True):
    """A related resource; its address is not used, see importers.xwiki.paths."""

    rel: str


class RestTranslation(_RestStruct, frozen=True):
    """A language of a page."""

    language: str


class RestTranslations(_RestStruct, frozen=True):
    """Languages of a page; empty where there is only one."""

    translations: list[RestTranslation] = []
    default: str | None = None


class RestAttribute(_RestStruct, frozen=True):
    """A setting of a class's property."""

    name: str
    value: str | None = None


class RestProperty(_RestStruct, frozen=True):
    """A property of an object: lists joined with `|`, a password withheld."""

    name: str
    type: str | None = None
    value: str | None = None
    attributes: list[RestAttribute] = []


class RestObject(_RestStruct, frozen=True):
    """An object; a list gives it without properties."""

    class_name: str
    number: Number
    guid: str | None = None
    properties: list[RestProperty] = []


class RestObjects(_RestStruct, frozen=True):
    """Objects of a page."""

    object_summaries: list[RestObject] = []


class RestAttachment(_RestStruct, frozen=True):
    """A version of an attached file; ``size`` overflows at 2 GiB, ``long_size`` does not."""

    name: str
    version: Version
    page_id: str | None = None
    size: Number | None = None
    long_size: Number | None = None
    mime_type: str | None = None
    author: str | None = None
    author_name: str | None = None
    date: Number | None = None

    @property
    def length(self) -> int | None:
        """Return the size in bytes, where the server tells it."""
        if self.long_size is not None and self.long_size >= 0:
            return self.long_size
        return self.size if self.size is not None and self.size >= 0 else None


class RestAttachments(_RestStruct, frozen=True):
    """Attachments of a page, or versions of one."""

    attachments: list[RestAttachment] = []


class RestClass(_RestStruct, frozen=True):
    """The class that a page defines."""

    properties: list[RestProperty] = []


class RestVersion(_RestStruct, frozen=True):
    """A version of a page, without what its row in the history has."""

    version: Version
    content: str
    raw_title: str | None = None
    syntax: str | None = None
    parent: str | None = None
    hidden: bool | None = None
    created: Number | None = None
    creator: str | None = None


class RestPage(RestVersion, frozen=True, kw_only=True):
    """A page; ``modified`` changes with text and title only."""

    full_name: Reference
    links: list[RestLink] = []
    author: str | None = None
    author_name: str | None = None
    language: str | None = None
    modified: Number | None = None
    comment: str | None = None
    translations: RestTranslations | None = None
    objects: RestObjects | None = None
    attachments: RestAttachments | None = None
    clazz: RestClass | None = None
    xwiki_absolute_url: str | None = None

    def linked(self, what: str) -> bool:
        """Tell whether the page has comments, objects or attachments, by its links."""
        return any(link.rel.endswith(f"/rel/{what}") for link in self.links)


class RestPageRow(_RestStruct, frozen=True):
    """A row of the list of pages; that of a translation looks the same as its page's."""

    full_name: Reference


class HistoryRow(_RestStruct, frozen=True):
    """A version of a page, without its text."""

    version: Version
    modified: Number | None = None
    modifier: str | None = None
    modifier_name: str | None = None
    comment: str | None = None
    page_id: str | None = None
    language: str | None = None


class RestComment(_RestStruct, frozen=True):
    """A comment in its source; ``id`` is the number of its object."""

    id: Number
    text: str | None = None
    author: str | None = None
    date: Number | None = None
    highlight: str | None = None
    reply_to: Number | None = None


class RestWiki(_RestStruct, frozen=True):
    """A wiki of the server."""

    id: str


def _decoder(kind: type[T]) -> Callable[[bytes], T]:
    """Return a function that decodes JSON or XML to ``kind``; ValueError where it is not that."""
    read_json = msgspec.json.Decoder(kind).decode

    def decode(body: bytes) -> T:
        try:
            if body.startswith(b"<"):
                return msgspec.convert(_from_xml(body), kind, strict=False)
            return read_json(body)
        except BAD_JSON as error:
            raise ValueError(str(error)) from error

    return decode


def _rows(name: str, kind: type[T]) -> Callable[[bytes], list[T]]:
    """Return a function that decodes the list under ``name``; ValueError where it is not that."""
    decode = _decoder(msgspec.defstruct("RestList", [(name, GenericAlias(list, (kind,)), [])]))
    return lambda body: cast("list[T]", getattr(decode(body), name))


PAGE = _decoder(RestPage)
OBJECT = _decoder(RestObject)
_VERSION = _decoder(RestVersion)
PAGES = _rows("pageSummaries", RestPageRow)
HISTORY = _rows("historySummaries", HistoryRow)
ATTACHMENTS = _rows("attachments", RestAttachment)
COMMENTS = _rows("comments", RestComment)
OBJECTS = _rows("objectSummaries", RestObject)
_WIKIS = _rows("wikis", RestWiki)


def read_wikis(body: bytes) -> list[RestWiki]:
    """Decode the list of wikis. ValueError where it is not that, or empty."""
    found = _WIKIS(body)
    if not found:
        raise ValueError("no list of wikis")
    return found


def page_at(version: str, body: bytes) -> RestVersion:
    """Decode that version of a page. ValueError for another: caches mix them up."""
    page = _VERSION(body)
    if page.version != version:
        raise ValueError(f"version {page.version} in place of {version}")
    return page


def _from_xml(body: bytes) -> dict[str, Any]:
    """Convert XML to what the JSON would be. ValueError where it is ill-formed, or has a DTD."""
    from lxml import etree  # where REST is asked for XML, which few servers need

    if b"<!DOCTYPE" in body:  # before it is read, since entities in attributes are expanded then
        raise ValueError("a document type has no place in an answer")
    if body.count(b"<") > 2 * _MOST_ELEMENTS:
        raise ValueError(f"more than {_MOST_ELEMENTS} elements")
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, huge_tree=True
    )
    try:
        return _fields(etree.fromstring(body, parser))
    except etree.XMLSyntaxError as error:
        raise ValueError(f"not well-formed: {error}") from error


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
