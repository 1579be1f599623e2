"""A page of the archive as the XML of a XAR; objects as they came where they are the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, tzinfo

from msgspec.structs import replace

from importers.xar.events import Events, XmlElement
from importers.xar.objects import COMMENTS, TAGS, to_object
from importers.xar.xar_document import XarDocument, read_document
from importers.xar.xml_errors import BadXmlError
from kb.archive import Archive, PageView, RevisionView
from kb.export.xar.attachment_xml import files_of
from kb.export.xar.class_xml import DATE, TYPES, class_for
from kb.export.xar.xml import (
    RcsEntry,
    attribute,
    branch,
    declaration,
    element,
    escape,
    leaf,
    milliseconds,
    rcs_archive,
    tree,
)
from kb.model import Comment, PropertyValue, WikiObject
from kb.references import join_reference, split_reference
from kb.times import instant_of

_XML_NAME = re.compile(r"[^\W\d][\w.-]*")
_PAGE_XML = re.compile(
    rb"\s*+(?:<\?xml[^>]{0,200}>\s*+)?(?:<!--(?:[^-]|-[^-]){0,4000}-->\s*+)?<xwikidoc[\s>]"
)
"""How a page of a XAR begins; the bytes of other sources (HTML of viewers, XML of REST) do not."""
_SYNTAX = "xwiki/2.1"
"""What a page without a syntax is written in: XWiki takes no syntax for 1.0."""


def objects_of(
    page: PageView, source: XarDocument | None, zone: tzinfo, reference: str
) -> Iterator[XmlElement]:
    """Yield every object with its class; known comments and tags become objects.

    Properties whose names XML cannot hold are left out (unnamed_properties). Dates are as XWiki
    writes them, in the server's zone.
    """
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
        if node is None or to_object(node).properties != one.properties:
            yield _object(one, reference, zone)
        elif any(child.tag == "class" for child in node.children):
            yield node
        else:
            yield branch("object", [class_for(_nameable(one)), *node.children])


def unnamed_properties(page: PageView) -> Iterator[str]:
    """Yield the properties of a page's objects that no XML can name."""
    for one in page.objects:
        for name in one.properties.keys() - _nameable(one).properties.keys():
            yield f"{one.class_name}[{one.number}].{name}"


def _nameable(one: WikiObject) -> WikiObject:
    named = {k: v for k, v in one.properties.items() if _XML_NAME.fullmatch(k)}
    return one if len(named) == len(one.properties) else replace(one, properties=named)


def _by_key(source: XarDocument | None) -> dict[tuple[str, int], XmlElement]:
    found: dict[tuple[str, int], XmlElement] = {}
    for node in source.objects if source else ():
        with suppress(BadXmlError):
            one = to_object(node)
            found.setdefault((one.class_name, one.number), node)
    return found


def _object(one: WikiObject, page: str, zone: tzinfo) -> XmlElement:
    one = _nameable(one)
    about = {"name": page, "number": str(one.number), "className": one.class_name}
    if one.guid:
        about["guid"] = one.guid
    facts = [leaf(tag, text) for tag, text in about.items()]
    dates = {name for name, kind in TYPES.get(one.class_name, {}).items() if kind == DATE}
    for name, value in one.properties.items():
        text = _xwiki_date(value, zone) if name in dates and isinstance(value, str) else value
        facts.append(branch("property", [_property(name, text)]))
    return branch("object", [class_for(one), *facts])


def _property(name: str, value: PropertyValue) -> XmlElement:
    if isinstance(value, list):
        return branch(name, [leaf("value", item) for item in value])
    if isinstance(value, bool):
        return leaf(name, str(int(value)))
    return leaf(name, "" if value is None else str(value))


def _xwiki_date(text: str, zone: tzinfo) -> str:
    """Return a moment as XWiki writes dates of objects, `yyyy-MM-dd HH:mm:ss.S` in its zone."""
    instant = instant_of(text) if "T" in text else None
    if instant is None:
        return text
    return datetime.fromtimestamp(instant.seconds, zone).strftime("%Y-%m-%d %H:%M:%S.0")


def _properties(comment: Comment) -> dict[str, PropertyValue]:
    known: dict[str, PropertyValue] = {
        "author": comment.author, "comment": comment.text,
        "date": comment.date,
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


_ORDER = (
    "creator", "creationDate", "parent", "author", "originalMetadataAuthor", "customClass",
    "contentAuthor", "date", "contentUpdateDate", "version", "title", "template",
    "defaultTemplate", "validationScript", "comment", "minorEdit", "syntaxId", "hidden",
    "enforceRequiredRights", "content",
)  # fmt: skip
_SINCE = {"originalMetadataAuthor": (1, 5)}
_OURS = frozenset({"web", "name", "language", "defaultLanguage", "translation", "versions"})


class PageXml:
    """Writes the XML of one page."""

    def __init__(
        self, archive: Archive, page: PageView, version: tuple[int, int], zone: tzinfo = UTC
    ) -> None:
        """``version`` is the format's: (1, 1) to (1, 7); ``zone`` the wiki's server's."""
        self._archive = archive
        self._page = page
        self._zone = zone
        self._reference = placed(page.id.page)
        self._format = version
        self._held = [r for r in archive.revisions(page.key) if r.held]
        self._source = self._own_xml()

    def _own_xml(self) -> XarDocument | None:
        """Return the page's XML as it came, if that was in a XAR and is the present version's."""
        newest = self._held[-1].version if self._held else None
        for _, raw in self._archive.page_raws(self._page.key):
            if _PAGE_XML.match(raw.removeprefix(b"\xef\xbb\xbf")):
                with suppress(BadXmlError):
                    found = read_document([raw])
                    if found.fields.get("version", "1.1") == newest:
                        return found
        return None

    def chunks(self) -> Iterator[str]:
        """Yield the XML, piece by piece."""
        yield declaration(self._format)
        yield self._root()
        yield from self._head()
        if len(self._held) > 1 or (self._held and self._page.history == "complete"):
            yield "  <versions>"
            for part in rcs_archive(self._entries(), self._version_xml):
                yield escape(part)
            yield "</versions>\n"
        fields = self._fields()
        for tag in [*_ORDER, *(tag for tag in fields if tag not in _ORDER)]:
            if _SINCE.get(tag, (1, 1)) <= self._format:
                yield element(tag, fields.get(tag))
        if definition := class_of(self._archive, self._page, self._source):
            yield from tree(definition)
        for node in objects_of(self._page, self._source, self._zone, self._reference):
            yield from tree(node)
        yield from files_of(self._archive, self._page, self._format)
        yield "</xwikidoc>\n"

    def _root(self) -> str:
        if self._format < (1, 2):
            return "<xwikidoc>\n"
        (major, minor), page = self._format, self._page.id
        return (
            f'<xwikidoc version="{major}.{minor}" reference="{attribute(self._reference)}"'
            f' locale="{attribute(page.locale)}">\n'
        )

    def _head(self) -> Iterator[str]:
        page = self._page
        *spaces, name = split_reference(self._reference)
        yield element("web", join_reference((*spaces, "x"))[:-2])
        yield element("name", name)
        yield element("language", page.id.locale)
        yield element("defaultLanguage", page.default_locale)
        yield element("translation", "1" if page.id.locale else "0")

    def _fields(self) -> dict[str, str]:
        """Return the simple elements: as they came, else from what the archive knows."""
        if self._source is not None:
            found = {k: v for k, v in self._source.fields.items() if k not in _OURS}
        else:
            known = self._held or list(self._archive.revisions(self._page.key))
            found = self._known_fields(known[-1] if known else None)
        if found.get("enforceRequiredRights") != "true" and self._format < (1, 6):
            found.pop("enforceRequiredRights", None)
        return {**found, "syntaxId": _syntax_of(found), "content": self._page.source}

    def _known_fields(self, revision: RevisionView | None) -> dict[str, str]:
        page = self._page
        date = revision.date if revision else page.modified
        author = revision.author if revision else None
        title = revision.title if revision and revision.title is not None else page.title
        syntax = revision.syntax if revision and revision.syntax else page.syntax
        known = {
            "creator": page.creator, "creationDate": milliseconds(page.created),
            "parent": page.parent, "author": author, "contentAuthor": author,
            "date": milliseconds(date), "contentUpdateDate": milliseconds(date),
            "version": revision.version if revision else "1.1", "title": title,
            "comment": revision.comment if revision else None,
            "minorEdit": str(bool(revision and revision.minor)).lower(), "syntaxId": syntax,
            "hidden": str(bool(page.hidden)).lower(),
        }  # fmt: skip
        return {tag: text for tag, text in known.items() if text is not None}

    def _entries(self) -> list[RcsEntry]:
        return [
            RcsEntry(version=r.version, date=_rcs_date(r.date, self._zone), author=r.author,
                     log=r.comment or "")
            for r in reversed(self._held)
        ]  # fmt: skip

    def _version_xml(self, version: str) -> str:
        """Return the XML of a version: as a XAR had it, else from what the archive knows of it."""
        raw = self._archive.raw(self._page.key, version)
        if raw is not None and _PAGE_XML.match(raw):
            with suppress(UnicodeDecodeError):
                return raw.decode()
        revision = next(r for r in self._held if r.version == version)
        fields = self._known_fields(revision)
        fields["content"] = self._archive.content(self._page.key, version) or ""
        fields["syntaxId"] = _syntax_of(fields)
        parts = [declaration(self._format), self._root(), *self._head()]
        parts += [element(tag, fields.get(tag)) for tag in _ORDER]
        return "".join([*parts, "</xwikidoc>\n"])


def placed(reference: str) -> str:
    """Return where a page goes: one of no space into a space of its name, as its home."""
    names = split_reference(reference)
    return reference if len(names) > 1 else join_reference((*names, "WebHome"))


def _syntax_of(fields: dict[str, str]) -> str:
    stated = fields.get("syntaxId") or _SYNTAX
    return stated if "/" in stated else f"{stated}/1.0"


def _rcs_date(moment: str | None, zone: tzinfo) -> str:
    """Return an RCS date in the server's zone; the beginning of 1970 where none is known."""
    instant = instant_of(moment)
    when = datetime.fromtimestamp(instant.seconds if instant else 0, zone)
    return when.strftime("%Y.%m.%d.%H.%M.%S")
