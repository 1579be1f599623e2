"""One page's XML as the records that the archive takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial
from itertools import chain

from importers.base import Options
from importers.selection import wanted
from importers.xar.attachments import Attachments, Trouble
from importers.xar.document import Document, begin, read_document
from importers.xar.errors import BadXmlError
from importers.xar.events import Events
from importers.xar.files import FileReader, Longer, all_held, user_of
from importers.xar.moments import moment
from importers.xar.objects import tags_of, to_class, to_comment, to_object
from importers.xar.packages import SMALL, Entry, Kept
from importers.xar.raw import cut
from importers.xar.revisions import Revisions, syntax_of, to_revision
from kb.errors import Problem
from kb.model import History, Item, PageId, PageSeen, Sink, WikiObject


class PageReader:
    """Reads entries of a package into records; remembers which pages it met."""

    def __init__(self, package: str, options: Options, sink: Sink) -> None:
        self._package = package
        self._options = options
        self._sink = sink
        self.met: set[tuple[str, str]] = set()
        """References and locales of all pages read, those not wanted too."""
        self.defaults: set[tuple[str, str]] = set()
        """References with the default locale that they name."""

    def where(self, name: str) -> str:
        """How Problems call an entry."""
        return f"{self._package}!/{name}"

    def items(self, entry: Entry) -> Iterator[Item]:
        """Records of the page in ``entry``, or the Problem that it is."""
        entry = Kept(entry)
        try:
            yield from self._page(entry)
        except BadXmlError as error:
            if error.code != "not-a-page" or entry.in_zip:
                yield self._unread(entry, error)

    def _unread(self, entry: Entry, error: BadXmlError) -> Problem:
        """The Problem of a page that cannot be read; its bytes are kept."""
        sha256 = self._sink.put(_as_far_as_possible(entry))
        return Problem(
            where=self.where(entry.name), code=error.code, detail=str(error), sha256=sha256
        )

    def _page(self, entry: Entry) -> Iterator[Item]:
        options = self._options
        if not self._is_wanted(entry):
            return
        files = FileReader(self._sink, files=options.attachments, history=options.history)
        document = read_document(entry.chunks(), files.hooks)
        reference = document.reference
        self.met.add((reference, document.locale))
        self.defaults.add((reference, document.fields.get("defaultLanguage", "")))
        where = self.where(entry.name)
        outer = to_revision(document, options.wiki)
        revisions = Revisions(outer, where, reference, options)
        revisions.begin(_archive(entry, document))
        objects, troubles = _objects(document)
        if document.mixed:
            troubles.append(Trouble("markup-in-text", "a field holds tags; only their text counts"))
        yield self._seen(entry, document, "complete" if revisions.complete else "latest", objects)
        yield from revisions.items()
        yield from self._things(document, objects)
        attachments = Attachments(files, options.wiki)
        for number, node in enumerate(document.attachments):
            for found in attachments.versions(node, partial(_file_archive, entry, number)):
                if isinstance(found, Trouble):
                    troubles.append(found)
                else:
                    yield found
        for trouble in troubles:
            yield Problem(where=where, code=trouble.code, detail=trouble.detail, page=reference)

    def _is_wanted(self, entry: Entry) -> bool:
        """Whether the options let the page in; looked at before any byte of it is kept."""
        options = self._options
        if not (options.spaces or options.pages or options.exclude):
            return True
        reference, locale = _named(entry)
        self.met.add((reference, locale))
        return wanted(reference, options)

    def _seen(
        self, entry: Entry, document: Document, history: History, objects: list[WikiObject]
    ) -> PageSeen:
        fields, wiki = document.fields, self._options.wiki
        raw, digest = self._raw(entry, document)
        return PageSeen(
            id=PageId(wiki, document.reference, document.locale),
            history=history,
            title=fields.get("title"),
            syntax=syntax_of(document),
            default_locale=fields.get("defaultLanguage"),
            version=fields.get("version"),
            parent=fields.get("parent"),
            hidden=document.truth("hidden"),
            creator=user_of(fields.get("creator"), wiki),
            created=moment(fields.get("creationDate")),
            modified=moment(fields.get("date")),
            tags=None if document.locale else tags_of(objects),
            whole=self._options.attachments,
            raw=raw,
            raw_sha256=digest,
        )

    def _raw(self, entry: Entry, document: Document) -> tuple[bytes | None, str | None]:
        """The XML without its files' base64: the bytes, or the digest of many in the sink."""
        files = [file for node in document.attachments for file in all_held(node)]
        chunks = cut(entry.chunks(), files)
        first, size = [], 0
        for chunk in chunks:
            first.append(chunk)
            size += len(chunk)
            if size > SMALL:
                return None, self._sink.put(chain(first, chunks))
        return b"".join(first), None

    def _things(self, document: Document, objects: list[WikiObject]) -> Iterator[Item]:
        for thing in objects:
            yield thing
            if comment := to_comment(thing, self._options.wiki, self._options.timezone):
                yield comment
        if document.class_ and (definition := to_class(document.class_)):
            yield definition


def _objects(document: Document) -> tuple[list[WikiObject], list[Trouble]]:
    """Objects of the page; of two with one class and number the first counts."""
    found: dict[tuple[str, int], WikiObject] = {}
    troubles: list[Trouble] = []
    for node in document.objects:
        try:
            thing = to_object(node)
        except BadXmlError as error:
            troubles.append(Trouble(error.code, str(error)))
            continue
        key = thing.class_name, thing.number
        if found.setdefault(key, thing) is not thing:
            troubles.append(Trouble("object-twice", f"{key[0]}[{key[1]}] stands there twice"))
    return list(found.values()), troubles


def _archive(entry: Entry, document: Document) -> str | Iterable[str] | None:
    """The page's history; read again piece by piece where it is long."""
    found = document.versions
    if isinstance(found, Longer):
        return _pieces(entry, None)
    return found if isinstance(found, str) else None


def _file_archive(entry: Entry, number: int) -> Iterator[str]:
    """The history of the attachment of that number, from 0, piece by piece."""
    return _pieces(entry, number)


def _pieces(entry: Entry, attachment: int | None) -> Iterator[str]:
    """Text of a `<versions>` in the entry: the page's own or an attachment's."""
    events = Events(entry.chunks())
    begin(events)
    seen = -1
    while (event := events.next()) is not None:
        if isinstance(event, str):
            continue
        seen += event[0] == "attachment"
        if event[0] == "versions" and attachment is None:
            yield from events.pieces()
            return
        if event[0] == "attachment" and seen == attachment:
            yield from _versions_below(events)
            return
        events.skip()


def _versions_below(events: Events) -> Iterator[str]:
    while (event := events.next()) is not None:
        if isinstance(event, tuple):
            if event[0] == "versions":
                yield from events.pieces()
                return
            events.skip()


def _named(entry: Entry) -> tuple[str, str]:
    """Reference and locale of the page in the entry, read no further than they stand."""
    events = Events(entry.chunks())
    document = Document(attributes=begin(events))
    while not _is_named(document) and (event := events.next()) is not None:
        if isinstance(event, tuple) and event[0] in ("web", "name", "language"):
            document.fields[event[0]] = events.text()
        elif isinstance(event, tuple):
            events.skip()
    return document.reference, document.locale


def _is_named(document: Document) -> bool:
    return "reference" in document.attributes or len(document.fields) == 3


def _as_far_as_possible(entry: Entry) -> Iterator[bytes]:
    """Bytes of an entry up to where it is damaged."""
    with suppress(BadXmlError):
        yield from entry.chunks()
