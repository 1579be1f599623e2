"""Turn what was fetched of a page into the archive's records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

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
from importers.xwiki.run_context import RunContext
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
    WikiClass,
    WikiObject,
)
from kb.times import from_epoch

COMMENTS = "XWiki.XWikiComments"
_TAGS = "XWiki.TagClass"


class PageRecords:
    """Makes records of the pages of one wiki."""

    def __init__(self, run: RunContext) -> None:
        self._run = run
        self._name = run.name
        self._with_body = run.workers.with_body

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
        for path, failed in got.failures:
            yield failed.problem(self._run.base + path.partition("?")[0], got.reference)
        yield saved(self._name, got.reference, state)

    def state(self, got: PageFetched) -> PageState:
        """Return what to remember of the page."""
        documents = {"": got.document, **got.locales}
        return PageState(
            rows=digest_of(got.document.rows),
            locales={locale: digest_of(d.rows) for locale, d in got.locales.items()},
            scope=self._run.flags,
            whole=not got.temporary,
            lacking=tuple(
                f"{locale} {version}"
                for locale, document in documents.items()
                for version in document.lacking
            ),
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
            id=PageId(self._name, got.reference), history=self._history(got.document),
            title=page.raw_title, syntax=page.syntax, version=page.version, parent=page.parent,
            hidden=page.hidden, default_locale=default or page.language or None,
            creator=self.user(page.creator), created=from_epoch(page.created),
            modified=from_epoch(newest.modified if newest else page.modified),
            tags=tuple(_tags(got.objects)), url=page.xwiki_absolute_url, raw=raw,
            whole=self._run.scope.options.attachments and got.listed,
        )  # fmt: skip

    def _translation(
        self, got: PageFetched, locale: str, document: DocumentFetched
    ) -> Iterator[Item]:
        """Yield a translation: it is a page of its own, described by its newest version."""
        newest = document.rows[-1] if document.rows else None
        reply = document.texts.get(newest.version) if newest else None
        page: RestVersion | None = self._read(reply).value if isinstance(reply, Answer) else None
        seen = PageSeen(
            id=PageId(self._name, got.reference, locale), history=self._history(document),
            version=newest.version if newest else None,
            modified=from_epoch(newest.modified) if newest else None,
        )  # fmt: skip
        yield seen if page is None else msgspec.structs.replace(
            seen, title=page.raw_title, syntax=page.syntax, hidden=page.hidden,
            creator=self.user(page.creator), created=from_epoch(page.created),
        )  # fmt: skip
        yield from self._revisions(document)

    def _revisions(self, document: DocumentFetched) -> Iterator[Item]:
        for row in document.rows:
            reply = document.texts.get(row.version)
            if isinstance(reply, Answer):
                answer = self._read(reply)
                page: RestVersion = answer.value
                yield Revision(
                    **self._row_facts(row), content=page.content, title=page.raw_title,
                    syntax=page.syntax, parent=page.parent, hidden=page.hidden, raw=answer.body,
                )  # fmt: skip
            else:
                yield RevisionSeen(**self._row_facts(row))

    def _row_facts(self, row: HistoryRow) -> dict[str, Any]:
        """Return what the history says of a version; REST does not tell minor edits."""
        return {
            "version": row.version, "author": self.user(row.modifier),
            "author_name": row.modifier_name, "date": from_epoch(row.modified),
            "comment": row.comment,
        }  # fmt: skip

    def _file(self, file: FileFetched) -> AttachmentRevision:
        """Put the bytes of an attachment's version into the sink; return its record."""
        facts = file.facts
        answer = self._with_body(file.reply) if isinstance(file.reply, Answer) else None
        return AttachmentRevision(
            name=facts.name, version=facts.version,
            sha256=self._run.sink.put(answer.chunks()) if answer else None,
            size=facts.length, mimetype=facts.mime_type, author=self.user(facts.author),
            date=from_epoch(facts.date),
        )  # fmt: skip

    def _comments_and_objects(self, got: PageFetched, page: RestPage) -> Iterator[Item]:
        notes = {o.number: o.properties for o in got.objects if o.class_name == COMMENTS}
        for entry in got.comments:
            more = {p.name: p.value or "" for p in notes.get(entry.id, [])}
            yield Comment(
                number=entry.id, text=entry.text or "", author=self.user(entry.author),
                date=from_epoch(entry.date), reply_to=entry.reply_to,
                selection=more.get("selection") or entry.highlight or None,
                resolved={"1": True, "0": False}.get(more.get("resolved", "")),
            )  # fmt: skip
        for one in got.objects:
            yield WikiObject(
                class_name=one.class_name, number=one.number, guid=one.guid,
                properties={p.name: _value(p) for p in one.properties},
            )  # fmt: skip
        if page.clazz and page.clazz.properties:
            yield WikiClass(properties={p.name: p.type or "" for p in page.clazz.properties})

    def _history(self, document: DocumentFetched) -> History:
        """Return `complete` where the text of every version is held or was fetched."""
        whole = self._run.scope.options.history and not (document.lacking or document.cut)
        return "complete" if whole else "latest"

    def user(self, reference: str | None) -> str | None:
        """Return a user's reference without the wiki's own prefix; None for nobody."""
        return (reference or "").removeprefix(f"{self._run.wiki}:") or None


def _tags(objects: list[RestObject]) -> Iterator[str]:
    """Yield the page's tags, which REST joins with `|`."""
    for one in objects:
        if one.class_name == _TAGS:
            texts = [p.value or "" for p in one.properties if p.name == "tags"]
            yield from dict.fromkeys(tag for text in texts for tag in text.split("|") if tag)
            return


def _value(prop: RestProperty) -> PropertyValue:
    """Split a list that REST joins with `|`, where the property takes several values."""
    settings = {one.name: one.value for one in prop.attributes}
    several = settings.get("multiSelect") == "1"
    if several and prop.value and (prop.type or "").endswith("List"):
        return prop.value.split("|")
    return prop.value
