"""Turn what was fetched of a page into the archive's records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from importers.rest.page_requests import DocumentFetched, FileFetched, PageFetched
from importers.web.request import Answer
from importers.xwiki.page_state import PageState, digest_of, saved
from importers.xwiki.rest_model import (
    PAGE,
    HistoryRow,
    RestObject,
    RestPage,
    RestProperty,
    RestVersion,
)
from kb.errors import Problem
from kb.model import (
    AttachmentRevision,
    Comment,
    History,
    Item,
    PageId,
    PageSeen,
    PropertyValue,
    Revision,
    RevisionSeen,
    Sink,
    WikiClass,
    WikiObject,
)
from kb.times import from_epoch

COMMENTS = "XWiki.XWikiComments"
_TAGS = "XWiki.TagClass"


class PageRecords:
    """Makes records of the pages of one wiki."""

    def __init__(
        self,
        base: str,
        wiki: str,
        name: str,
        sink: Sink,
        with_body: Callable[[Answer], Answer],
        *,
        history: bool,
        attachments: bool,
    ) -> None:
        """``with_body`` returns an answer with its body, which may have been dropped.

        ``history`` is False where only the newest version was asked for, ``attachments`` where
        attachments were not.
        """
        self._attachments = attachments
        self._complete = history
        self._base = base
        self._wiki = wiki
        self._name = name
        self._sink = sink
        self._with_body = with_body

    def records(self, got: PageFetched, state: PageState) -> Iterator[Item]:
        """Yield all records of a page: its translations last, and then its state."""
        assert got.answer is not None
        answer = self._read(got.answer)
        page: RestPage = answer.value
        files = [self._file(file) for file in got.files]
        yield self._seen(got, page, answer.body)
        yield from self._revisions(got.document)
        yield from files
        yield from self._comments_and_objects(got, page)
        for locale, document in got.locales.items():
            yield from self._translation(got, locale, document)
        yield from self.problems(got)
        yield saved(self._name, got.reference, state)

    def problems(self, got: PageFetched) -> Iterator[Problem]:
        """Yield a Problem for each request that failed."""
        for path, failed in got.failures:
            where = self._base + path.partition("?")[0]
            yield failed.problem(where, got.reference)

    def state(self, got: PageFetched, scope: str) -> PageState:
        """Return what to remember of the page."""
        return PageState(
            rows=digest_of(got.document.rows),
            locales={locale: digest_of(d.rows) for locale, d in got.locales.items()},
            scope=scope,
            whole=not got.temporary,
            lacking=tuple(_lacking("", got.document))
            + tuple(v for locale, d in got.locales.items() for v in _lacking(locale, d)),
        )

    def _read(self, answer: Answer) -> Answer:
        """Return the answer with body and value, read again where they were dropped."""
        whole = self._with_body(answer)
        if whole.value is None:
            assert whole.body is not None
            whole.value = PAGE(whole.body)
        return whole

    def _seen(self, got: PageFetched, page: RestPage, raw: bytes | None) -> PageSeen:
        newest = got.document.rows[-1] if got.document.rows else None
        default = page.translations.default if page.translations else None
        return PageSeen(
            id=PageId(self._name, got.reference),
            history=self._history(got.document),
            title=page.raw_title,
            syntax=page.syntax,
            default_locale=default or page.language or None,
            version=page.version,
            parent=page.parent,
            hidden=page.hidden,
            creator=self.user(page.creator),
            created=from_epoch(page.created),
            modified=from_epoch(newest.modified if newest else page.modified),
            tags=tuple(_tags(got.objects)),
            url=page.xwiki_absolute_url,
            raw=raw,
            whole=self._attachments and got.listed,
        )

    def _translation(
        self, got: PageFetched, locale: str, document: DocumentFetched
    ) -> Iterator[Item]:
        """Yield a translation: it is a page of its own, described by its newest version."""
        newest = document.rows[-1] if document.rows else None
        reply = document.texts.get(newest.version) if newest else None
        page: RestVersion | None = self._read(reply).value if isinstance(reply, Answer) else None
        yield PageSeen(
            id=PageId(self._name, got.reference, locale),
            history=self._history(document),
            title=page.raw_title if page else None,
            syntax=page.syntax if page else None,
            version=newest.version if newest else None,
            hidden=page.hidden if page else None,
            creator=self.user(page.creator) if page else None,
            created=from_epoch(page.created) if page else None,
            modified=from_epoch(newest.modified) if newest else None,
        )
        yield from self._revisions(document)

    def _revisions(self, document: DocumentFetched) -> Iterator[Item]:
        for row in document.rows:
            reply = document.texts.get(row.version)
            if isinstance(reply, Answer):
                answer = self._read(reply)
                yield self._revision(row, answer.value, answer.body)
            else:
                yield self._revision_seen(row)

    def _revision_seen(self, row: HistoryRow) -> RevisionSeen:
        """Return what the history says of a version; REST does not tell minor edits."""
        return RevisionSeen(
            version=row.version,
            author=self.user(row.modifier),
            author_name=row.modifier_name,
            date=from_epoch(row.modified),
            comment=row.comment,
        )

    def _revision(self, row: HistoryRow, page: RestVersion, raw: bytes | None) -> Revision:
        return Revision(
            version=row.version,
            content=page.content,
            author=self.user(row.modifier),
            author_name=row.modifier_name,
            date=from_epoch(row.modified),
            comment=row.comment,
            title=page.raw_title,
            syntax=page.syntax,
            parent=page.parent,
            hidden=page.hidden,
            raw=raw,
        )

    def _file(self, file: FileFetched) -> AttachmentRevision:
        """Put the bytes of an attachment's version into the sink; return its record."""
        facts = file.facts
        digest = None
        if isinstance(file.reply, Answer):
            digest = self._sink.put(self._with_body(file.reply).chunks())
        return AttachmentRevision(
            name=facts.name,
            version=facts.version,
            sha256=digest,
            size=facts.length,
            mimetype=facts.mime_type,
            author=self.user(facts.author),
            date=from_epoch(facts.date),
        )

    def _comments_and_objects(self, got: PageFetched, page: RestPage) -> Iterator[Item]:
        notes = {o.number: o.properties for o in got.objects if o.class_name == COMMENTS}
        for entry in got.comments:
            more = {p.name: p.value or "" for p in notes.get(entry.id, [])}
            yield Comment(
                number=entry.id,
                text=entry.text or "",
                author=self.user(entry.author),
                date=from_epoch(entry.date),
                reply_to=entry.reply_to,
                selection=more.get("selection") or entry.highlight or None,
                resolved={"1": True, "0": False}.get(more.get("resolved", "")),
            )
        for one in got.objects:
            yield WikiObject(
                class_name=one.class_name,
                number=one.number,
                properties=_properties(one),
                guid=one.guid,
            )
        if page.clazz and page.clazz.properties:
            yield WikiClass(properties={p.name: p.type or "" for p in page.clazz.properties})

    def _history(self, document: DocumentFetched) -> History:
        """Return `complete` where the text of every version is held or was fetched."""
        have = set(document.held)
        have |= {v for v, reply in document.texts.items() if isinstance(reply, Answer)}
        whole = self._complete and all(row.version in have for row in document.rows)
        return "complete" if whole else "latest"

    def user(self, reference: str | None) -> str | None:
        """Return a user's reference without the wiki's own prefix; None for nobody."""
        return (reference or "").removeprefix(f"{self._wiki}:") or None


def _lacking(locale: str, document: DocumentFetched) -> Iterator[str]:
    for row in document.rows:
        if row.version not in document.held and not isinstance(
            document.texts.get(row.version), Answer
        ):
            yield f"{locale} {row.version}"


def files_on_disk(got: PageFetched) -> list[Path]:
    """Return the files of large attachments, to be deleted once the page is committed."""
    answers = [file.reply for file in got.files if isinstance(file.reply, Answer)]
    return [answer.file for answer in answers if answer.file is not None]


def _tags(objects: list[RestObject]) -> Iterator[str]:
    """Yield the page's tags, which REST joins with `|`."""
    for one in objects:
        if one.class_name == _TAGS:
            texts = [p.value or "" for p in one.properties if p.name == "tags"]
            yield from dict.fromkeys(tag for text in texts for tag in text.split("|") if tag)
            return


def _properties(entry: RestObject) -> dict[str, PropertyValue]:
    """Return the values as texts, or as lists where the property takes several."""
    return {p.name: _value(p) for p in entry.properties}


def _value(prop: RestProperty) -> PropertyValue:
    """Split a list that REST joins with `|`, where the property takes several values."""
    settings = {one.name: one.value for one in prop.attributes}
    several = settings.get("multiSelect") == "1"
    if several and prop.value and (prop.type or "").endswith("List"):
        return prop.value.split("|")
    return prop.value
