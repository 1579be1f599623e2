"""Turn one page's XML into the records that the archive takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial
from itertools import chain

from importers.base import Options
from importers.selection import wanted
from importers.xar.attachment_versions import (
    AttachmentVersions,
    ContentHooks,
    LongArchive,
    StoredBytes,
    all_stored_bytes,
    user_of,
)
from importers.xar.events import Events
from importers.xar.objects import tags_of, to_class, to_comment, to_object
from importers.xar.packages import SMALL, CachedEntry, PackageEntry
from importers.xar.revisions import XarVersions, revision_of, syntax_of
from importers.xar.xar_document import XarDocument, begin, read_document
from importers.xar.xml_errors import BadXmlError
from kb.errors import Problem, page_trouble
from kb.model import History, Item, PageId, PageSeen, Sink, WikiObject
from kb.times import from_epoch_text

_SMALL = 1 << 12
"""Base64 shorter than this stays where it is."""


class XarPageReader:
    """Read the entries of a package into records; remember which pages were met."""

    def __init__(self, package: str, options: Options, sink: Sink) -> None:
        self._package = package
        self._options = options
        self._sink = sink
        self.met: set[tuple[str, str]] = set()
        """References and locales of all pages read, those not wanted too."""
        self.defaults: set[tuple[str, str]] = set()
        """References with the default locale that they name."""

    def where(self, name: str) -> str:
        """Return the place by which Problems name an entry."""
        return f"{self._package}!/{name}"

    def items(self, entry: PackageEntry) -> Iterator[Item]:
        """Yield the records of the page in ``entry``, or the Problem why there are none."""
        entry = CachedEntry(entry)
        try:
            yield from self._page(entry)
        except BadXmlError as error:
            if error.code != "not-a-page" or entry.in_zip:
                yield self._unread(entry, error.code, str(error))
        except Exception as error:
            trouble = page_trouble(error, entry.name)
            yield self._unread(entry, trouble.code, trouble.detail)

    def _unread(self, entry: PackageEntry, code: str, detail: str) -> Problem:
        """Report a page that cannot be read, and keep its bytes."""
        sha256 = self._sink.put(_as_far_as_possible(entry))
        return Problem(where=self.where(entry.name), code=code, detail=detail, sha256=sha256)

    def _page(self, entry: PackageEntry) -> Iterator[Item]:
        options = self._options
        if not self._is_wanted(entry):
            return
        files = ContentHooks(self._sink, files=options.attachments, history=options.history)
        document = read_document(entry.chunks(), files.hooks)
        reference = document.reference
        self.met.add((reference, document.locale))
        self.defaults.add((reference, document.fields.get("defaultLanguage", "")))
        where = self.where(entry.name)
        outer = revision_of(document, options.wiki)
        revisions = XarVersions(outer, where, reference, options)
        revisions.begin(_archive(entry, document))
        objects, troubles = _objects(document)
        if document.mixed:
            troubles.append(
                BadXmlError("markup-in-text", "a field holds tags; only their text counts")
            )
        yield self._seen(entry, document, "complete" if revisions.complete else "latest", objects)
        yield from revisions.items()
        yield from self._objects(document, objects)
        attachments = AttachmentVersions(files, options.wiki)
        for number, node in enumerate(document.attachments):
            for found in attachments.versions(node, partial(_pieces, entry, number)):
                if isinstance(found, BadXmlError):
                    troubles.append(found)
                else:
                    yield found
        for trouble in troubles:
            yield Problem(where=where, code=trouble.code, detail=str(trouble), page=reference)

    def _is_wanted(self, entry: PackageEntry) -> bool:
        """Tell whether the options let the page in, before any byte of it is kept."""
        options = self._options
        if not (options.spaces or options.pages or options.exclude):
            return True
        reference, locale = _named(entry)
        self.met.add((reference, locale))
        return wanted(reference, options)

    def _seen(
        self,
        entry: PackageEntry,
        document: XarDocument,
        history: History,
        objects: list[WikiObject],
    ) -> PageSeen:
        fields, wiki = document.fields, self._options.wiki
        raw, digest = self._raw(entry, document)
        return PageSeen(
            id=PageId(wiki, document.reference, document.locale), history=history,
            title=fields.get("title"), syntax=syntax_of(document),
            default_locale=fields.get("defaultLanguage"), version=fields.get("version"),
            parent=fields.get("parent"), hidden=document.truth("hidden"),
            creator=user_of(fields.get("creator"), wiki),
            created=from_epoch_text(fields.get("creationDate")),
            modified=from_epoch_text(fields.get("date")),
            tags=None if document.locale else tags_of(objects),
            whole=self._options.attachments, raw=raw, raw_sha256=digest,
        )  # fmt: skip

    def _raw(self, entry: PackageEntry, document: XarDocument) -> tuple[bytes | None, str | None]:
        """Return the XML without base64: its bytes, or its digest in the sink if it is large."""
        files = [file for node in document.attachments for file in all_stored_bytes(node)]
        chunks = without_base64(entry.chunks(), files)
        first, size = [], 0
        for chunk in chunks:
            first.append(chunk)
            size += len(chunk)
            if size > SMALL:
                return None, self._sink.put(chain(first, chunks))
        return b"".join(first), None

    def _objects(self, document: XarDocument, objects: list[WikiObject]) -> Iterator[Item]:
        for found in objects:
            yield found
            if comment := to_comment(found, self._options.wiki, self._options.timezone):
                yield comment
        if document.class_ and (definition := to_class(document.class_)):
            yield definition


def _objects(document: XarDocument) -> tuple[list[WikiObject], list[BadXmlError]]:
    """Read the page's objects; of two with one class and number the first counts."""
    found: dict[tuple[str, int], WikiObject] = {}
    troubles: list[BadXmlError] = []
    for node in document.objects:
        try:
            wiki_object = to_object(node)
        except BadXmlError as error:
            troubles.append(error)
            continue
        key = wiki_object.class_name, wiki_object.number
        if found.setdefault(key, wiki_object) is not wiki_object:
            troubles.append(BadXmlError("object-twice", f"{key[0]}[{key[1]}] stands there twice"))
    return list(found.values()), troubles


def _archive(entry: PackageEntry, document: XarDocument) -> str | Iterable[str] | None:
    """Return the page's history; read it again piece by piece where it is long."""
    found = document.versions
    if isinstance(found, LongArchive):
        return _pieces(entry, None)
    return found if isinstance(found, str) else None


def _pieces(entry: PackageEntry, attachment: int | None) -> Iterator[str]:
    """Yield the text of a `<versions>` in the entry: the page's own, or an attachment's."""
    events = Events(entry.chunks())
    begin(events)
    seen, there = -1, attachment is None
    while (event := events.next()) is not None:
        if isinstance(event, str):
            continue
        seen += event[0] == "attachment"
        if there and event[0] == "versions":
            yield from events.pieces()
            return
        if event[0] == "attachment" and seen == attachment:
            there = True
        else:
            events.skip()


def _named(entry: PackageEntry) -> tuple[str, str]:
    """Read reference and locale of the page in the entry, and no further."""
    events = Events(entry.chunks())
    document = XarDocument(attributes=begin(events))
    while "reference" not in document.attributes and len(document.fields) < 3:
        if (event := events.next()) is None:
            break
        if isinstance(event, tuple) and event[0] in ("web", "name", "language"):
            document.fields[event[0]] = events.text()
        elif isinstance(event, tuple):
            events.skip()
    return document.reference, document.locale


def _as_far_as_possible(entry: PackageEntry) -> Iterator[bytes]:
    """Yield the bytes of an entry up to where it is damaged."""
    with suppress(BadXmlError):
        yield from entry.chunks()


def without_base64(chunks: Iterable[bytes], files: Iterable[StoredBytes]) -> Iterator[bytes]:
    r"""Yield the XML with each large attachment's base64 replaced by `<?kb sha256="…"?>`.

    All else is byte for byte as it came; the bytes left out are in the archive under that digest.
    """
    spans = sorted((f.span, f.sha256) for f in files if f.span and f.sha256)
    cuts = [(*span, sha256) for span, sha256 in spans if span[1] - span[0] > _SMALL]
    if not cuts:
        yield from chunks
        return
    at = 0
    for chunk in chunks:
        yield from _outside(chunk, at, cuts)
        at += len(chunk)


def _outside(chunk: bytes, at: int, cuts: list[tuple[int, int, str]]) -> Iterator[bytes]:
    """Yield what is kept of a chunk that begins at byte ``at``; use ``cuts`` up from the front."""
    here, end = at, at + len(chunk)
    while cuts and cuts[0][0] < end:
        start, stop, sha256 = cuts[0]
        if start >= here:
            yield chunk[here - at : start - at]
            yield f'<content><?kb sha256="{sha256}"?>'.encode()
        here = stop
        if stop > end:
            return
        cuts.pop(0)
    yield chunk[max(here - at, 0) :]
