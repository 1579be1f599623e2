"""What REST answers, as far as it is used: XWiki's model (xwiki.rest.model.xsd) as structs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


class _Answer(msgspec.Struct, rename="camel", frozen=True):
    """Names in JSON are in camel case."""


class Link(_Answer, frozen=True):
    """A related resource; its address is not used, see importers.web.paths."""

    rel: str


class Translation(_Answer, frozen=True):
    """A language that a page is there in."""

    language: str


class Translations(_Answer, frozen=True):
    """Empty unless the page is there in a second language."""

    translations: list[Translation] = []
    default: str | None = None


class Attribute(_Answer, frozen=True):
    """A setting of a class's property."""

    name: str
    value: str | None = None


class Property(_Answer, frozen=True):
    """A property of an object: lists joined with `|`, a password withheld."""

    name: str
    type: str | None = None
    value: str | None = None
    attributes: list[Attribute] = []


class ObjectEntry(_Answer, frozen=True):
    """An object; a list gives it without properties."""

    class_name: str
    number: int
    guid: str | None = None
    properties: list[Property] = []


class Objects(_Answer, frozen=True):
    """Objects of a page."""

    object_summaries: list[ObjectEntry] = []


class Attachment(_Answer, frozen=True):
    """A version of an attached file; ``size`` overflows at 2 GiB, ``long_size`` does not."""

    name: str
    version: str
    page_id: str | None = None
    size: int | None = None
    long_size: int | None = None
    mime_type: str | None = None
    author: str | None = None
    author_name: str | None = None
    date: int | None = None

    @property
    def length(self) -> int | None:
        """Bytes, where the server says."""
        if self.long_size is not None and self.long_size >= 0:
            return self.long_size
        return self.size if self.size is not None and self.size >= 0 else None


class Attachments(_Answer, frozen=True):
    """Files of a page, or versions of one."""

    attachments: list[Attachment] = []


class ClassEntry(_Answer, frozen=True):
    """The class that a page defines."""

    properties: list[Property] = []


class Version(_Answer, frozen=True):
    """A version of a page, as far as its history's row does not say it."""

    version: str
    content: str
    raw_title: str | None = None
    syntax: str | None = None
    parent: str | None = None
    hidden: bool | None = None
    created: int | None = None
    creator: str | None = None


class Page(Version, frozen=True, kw_only=True):
    """A page. ``modified`` moves with text and title only."""

    full_name: str
    links: list[Link] = []
    author: str | None = None
    author_name: str | None = None
    language: str | None = None
    modified: int | None = None
    comment: str | None = None
    translations: Translations | None = None
    objects: Objects | None = None
    attachments: Attachments | None = None
    clazz: ClassEntry | None = None
    xwiki_absolute_url: str | None = None

    def linked(self, what: str) -> bool:
        """True where the server says that the page has comments, objects, attachments."""
        return any(link.rel.endswith(f"/rel/{what}") for link in self.links)


class PageSummary(_Answer, frozen=True):
    """A row of the wiki's list of pages; a translation is a row of its own, told by nothing."""

    full_name: str


class Pages(_Answer, frozen=True):
    """Part of the wiki's list of pages."""

    page_summaries: list[PageSummary] = []


class HistoryRow(_Answer, frozen=True):
    """A version of a page, without its text."""

    version: str
    modified: int | None = None
    modifier: str | None = None
    modifier_name: str | None = None
    comment: str | None = None
    page_id: str | None = None
    language: str | None = None


class History(_Answer, frozen=True):
    """Versions of a page, or of all pages since a moment."""

    history_summaries: list[HistoryRow] = []


class CommentEntry(_Answer, frozen=True):
    """A comment in its source; ``id`` is the number of its object."""

    id: int
    text: str | None = None
    author: str | None = None
    date: int | None = None
    highlight: str | None = None
    reply_to: int | None = None


class Comments(_Answer, frozen=True):
    """Comments of a page."""

    comments: list[CommentEntry] = []


class WikiEntry(_Answer, frozen=True):
    """A wiki of the server."""

    id: str


class Wikis(_Answer, frozen=True):
    """All wikis of the server."""

    wikis: list[WikiEntry] = []


def decoder(kind: type[T]) -> Callable[[bytes], T]:
    """Reads an answer of that kind in JSON or XML. ValueError where it is something else."""
    read_json = msgspec.json.Decoder(kind).decode
    return partial(_decode, read_json, kind)


def _decode(read_json: Callable[[bytes], T], kind: type[T], body: bytes) -> T:
    try:
        if body.startswith(b"<"):
            from importers.rest.xml import from_xml  # a parser, where REST is asked for XML

            tree: Any = from_xml(body)
            return msgspec.convert(tree, kind, strict=False)
        return read_json(body)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from error


PAGE = decoder(Page)
VERSION = decoder(Version)
PAGES = decoder(Pages)
HISTORY = decoder(History)
ATTACHMENTS = decoder(Attachments)
COMMENTS = decoder(Comments)
OBJECTS = decoder(Objects)
OBJECT = decoder(ObjectEntry)
_WIKIS = decoder(Wikis)


def read_wikis(body: bytes) -> Wikis:
    """Reads the list of wikis. ValueError where it is something else, or names none."""
    found = _WIKIS(body)
    if not found.wikis:
        raise ValueError("no list of wikis")
    return found


def page_at(version: str) -> Callable[[bytes], Version]:
    """Reads a page in that version. ValueError for any other: answers do get mixed up."""
    return partial(_page_at, version)


def _page_at(version: str, body: bytes) -> Version:
    page = VERSION(body)
    if page.version != version:
        raise ValueError(f"version {page.version} in place of {version}")
    return page
