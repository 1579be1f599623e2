"""Make the REST requests for one page: history, texts, comments, objects, attachments."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import msgspec

from importers.web.failures import FetchError
from importers.web.jobs import Job, Reply, anew, together
from importers.web.request import Answer, Request
from importers.xwiki.page_state import HistoryDigest, PageState, same_past
from importers.xwiki.paths import bin_file, rest_page
from importers.xwiki.rest_lists import EndlessListError, PartPath, RowLimit, whole_list
from importers.xwiki.rest_model import (
    ATTACHMENTS,
    COMMENTS,
    HISTORY,
    OBJECT,
    OBJECTS,
    PAGE,
    HistoryRow,
    RestAttachment,
    RestComment,
    RestObject,
    RestPage,
    page_at,
)
from importers.xwiki.run_context import PageFailures, RunContext
from kb.model import PageId, version_key

_FIRST_VERSION = "1.1"
_WITH_PAGE = dict.fromkeys(("objects", "attachments", "prettyNames", "class"), "true")
"""What is asked for together with a page."""
_ROUNDS = 3
"""Times that a page is read which is saved while it is read."""


class DocumentFetched(msgspec.Struct):
    """The history of a page or translation, with the texts that were asked for."""

    rows: list[HistoryRow] = []
    """Oldest first."""
    texts: dict[str, Reply] = {}
    """By version; the value of an answer is a RestVersion."""
    held: frozenset[str] = frozenset()
    """Versions whose text the archive has."""
    cut: bool = False
    """True where the history has no end: of it there is only the present version."""

    @property
    def lacking(self) -> list[str]:
        """Return the versions whose text the archive neither has nor is about to get."""
        have = self.held | {v for v, reply in self.texts.items() if isinstance(reply, Answer)}
        return [row.version for row in self.rows if row.version not in have]


class FileFetched(msgspec.Struct):
    """A version of an attachment."""

    facts: RestAttachment
    reply: Reply | None
    """None where it was not asked for: the archive has it, or it is too large."""


class PageFetched(PageFailures):
    """All that was fetched of a page."""

    answer: Answer | None = None
    """The answer for the page itself; its value is a RestPage."""
    document: DocumentFetched = msgspec.field(default_factory=DocumentFetched)
    locales: dict[str, DocumentFetched] = msgspec.field(default_factory=dict)
    comments: list[RestComment] = msgspec.field(default_factory=list)
    objects: list[RestObject] = msgspec.field(default_factory=list)
    files: list[FileFetched] = msgspec.field(default_factory=list)
    listed: bool = True
    """False where a list of what the page has could not be fetched."""

    @property
    def error(self) -> FetchError | None:
        """Return the failure because of which there is nothing of the page; else None."""
        return self.failures[0][1] if self.answer is None and self.failures else None


class PageRequests:
    """Makes the jobs that fetch the pages of one wiki."""

    def __init__(self, run: RunContext) -> None:
        self._run = run
        self._wiki = run.wiki
        self._limit = run.limit
        self._bounds = run.bounds
        self._history = run.scope.options.history
        self._largest = run.workers.wiki.settings.max_attachment

    def read(
        self, reference: str, state: PageState | None, *, fresh: bool = False
    ) -> Job[PageFetched]:
        """Fetch a page, and what is new of its history; failures are part of the result.

        ``fresh`` is True where answers of an interrupted run must not be used.
        """
        if state is not None and state.way != "rest":
            state = None
        for attempt in range(_ROUNDS):
            got = PageFetched(reference)
            path = rest_page(self._wiki, reference, **_WITH_PAGE)
            request = Request(path, decode=partial(_that_page, reference))
            again = fresh or attempt > 0
            (reply,) = yield [msgspec.structs.replace(request, fresh=again)]
            if isinstance(reply, FetchError):
                got.note([request], [reply])
                return got
            got.answer = reply
            page: RestPage = reply.value
            parts = self._parts(got, page, state)
            yield from (anew(parts) if again else parts)
            rows = got.document.rows
            moved = bool(rows) and rows[-1].version != page.version and self._history
            vanished = not rows and page.version != _FIRST_VERSION
            missing = any(failed.status == 404 for _, failed in got.failures)
            if not moved and not vanished and not (missing and attempt == 0):
                return got
        return got

    def _parts(self, got: PageFetched, page: RestPage, state: PageState | None) -> Job[None]:
        """Fetch history, comments, objects, attachments and translations concurrently."""
        rows = state.rows if state else None
        jobs: list[Job[None]] = [self._document(got, got.document, "", page, rows)]
        got.locales = {locale: DocumentFetched() for locale in self._locales(got, page)}
        for locale, document in got.locales.items():
            before = state.locales.get(locale) if state else None
            jobs.append(self._document(got, document, locale, None, before))
        if page.linked("comments"):
            jobs.append(self._comments(got))
        jobs.append(self._objects(got, page))
        if self._run.scope.options.attachments:
            jobs.append(self._files(got, page))
        for result in (yield from together(jobs)):
            if isinstance(result, FetchError):
                got.listed = False
                got.failures.append((rest_page(self._wiki, got.reference), result))

    def _locales(self, got: PageFetched, page: RestPage) -> list[str]:
        """Return the locales of the translations, without the default one, which is listed too."""
        found = page.translations
        if found is None:
            return []
        names = {t.language for t in found.translations} - {found.default or "", ""}
        try:
            self._bounds.check(len(names))
        except EndlessListError as endless:
            got.listed = False
            got.failures.append((rest_page(self._wiki, got.reference), endless))
            return []
        return sorted(names)

    def _document(
        self,
        got: PageFetched,
        document: DocumentFetched,
        locale: str,
        page: RestPage | None,
        before: HistoryDigest | None,
    ) -> Job[None]:
        """Fetch the history of a page or translation, and the texts that the archive lacks."""
        more = ("translations", locale) if locale else ()
        try:
            document.rows = yield from self._rows(got.reference, more, page)
        except EndlessListError as endless:
            document.cut = True
            path = rest_page(self._wiki, got.reference, *more, "history")
            got.failures.append((path, endless))
        if not document.rows:
            yield from self._without_history(got, document, more, page)
            return
        if before is None or same_past(before, document.rows):
            document.held = self._run.known.versions(PageId(self._run.name, got.reference, locale))
        wanted = [row.version for row in document.rows if row.version not in document.held]
        if page is not None and page.version in wanted and got.answer is not None:
            document.texts[page.version] = got.answer
        yield from self._texts(got, document, more, [v for v in wanted if v not in document.texts])

    def _rows(
        self, reference: str, more: Sequence[str], page: RestPage | None
    ) -> Job[list[HistoryRow]]:
        """Fetch the versions, oldest first: a version saved meanwhile then shifts no other."""
        order = "asc" if self._history else "desc"
        path = self._list_path(reference, *more, "history", order=order)
        if not self._history:
            one = RowLimit(1)
            return (yield from whole_list(one, path, HISTORY, self._bounds, ended=lambda _: True))
        newest = page.version if page else None
        rows = yield from whole_list(
            self._limit,
            path,
            HISTORY,
            self._bounds,
            ended=lambda rows: any(row.version == newest for row in rows[-1:]),
        )
        return sorted({r.version: r for r in rows}.values(), key=lambda r: version_key(r.version))

    def _without_history(
        self,
        got: PageFetched,
        document: DocumentFetched,
        more: Sequence[str],
        page: RestPage | None,
    ) -> Job[None]:
        """Take the page itself as the one version of a page without history."""
        answer = got.answer
        if page is None:
            request = Request(rest_page(self._wiki, got.reference, *more), decode=PAGE)
            (reply,) = yield [request]
            if isinstance(reply, FetchError):
                got.note([request], [reply])
                return
            answer, page = reply, reply.value
        assert answer is not None
        assert page is not None
        row = HistoryRow(page.version, page.modified, page.author, page.author_name, page.comment)
        document.rows, document.texts = [row], {page.version: answer}

    def _texts(
        self, got: PageFetched, document: DocumentFetched, more: Sequence[str], versions: list[str]
    ) -> Job[None]:
        requests = [
            Request(path, decode=partial(page_at, v), bulky=True)
            for v in versions
            for path in [rest_page(self._wiki, got.reference, *more, "history", v)]
        ]
        if requests:
            replies = yield requests
            document.texts |= zip(versions, replies, strict=True)
            got.note(requests, replies)

    def _comments(self, got: PageFetched) -> Job[None]:
        path = self._list_path(got.reference, "comments")
        got.comments = yield from whole_list(self._limit, path, COMMENTS, self._bounds)

    def _objects(self, got: PageFetched, page: RestPage) -> Job[None]:
        """Take the objects that came with the page; an old server is asked for each."""
        if page.objects is not None:
            got.objects = page.objects.object_summaries
            return
        if not page.linked("objects"):
            return
        path = self._list_path(got.reference, "objects")
        paths = [
            rest_page(self._wiki, got.reference, "objects", row.class_name, str(row.number))
            for row in (yield from whole_list(self._limit, path, OBJECTS, self._bounds))
        ]
        requests = [Request(path, decode=OBJECT) for path in paths]
        replies = yield requests
        got.objects = [reply.value for reply in replies if isinstance(reply, Answer)]
        got.note(requests, replies)

    def _files(self, got: PageFetched, page: RestPage) -> Job[None]:
        files: list[RestAttachment] = []
        if page.attachments is not None:
            files = page.attachments.attachments
        elif page.linked("attachments"):
            path = self._list_path(got.reference, "attachments")
            files = yield from whole_list(self._limit, path, ATTACHMENTS, self._bounds)
        self._bounds.check(len(files))
        found = yield from together([self._versions(got.reference, file) for file in files])
        wanted: list[FileFetched] = []
        requests: list[Request] = []
        page_id = PageId(self._run.name, got.reference)
        for file, versions in zip(files, found, strict=True):
            if isinstance(versions, FetchError):
                path_ = rest_page(self._wiki, got.reference, "attachments", file.name)
                got.failures.append((path_, versions))
                versions = [file]  # noqa: PLW2901
            held = self._run.known.attachment_versions(page_id, file.name)
            self._bounds.check(len(got.files) + len(versions))
            got.files += (fetched := [FileFetched(row, None) for row in versions])
            for one in fetched:
                if one.facts.version in held:
                    continue
                request = self._file_request(got.reference, one.facts)
                if self._largest and (one.facts.length or 0) > self._largest:
                    size = f"{one.facts.name} {one.facts.version} has {one.facts.length} bytes"
                    got.note([request], [FetchError("too-large", f"{size}: left out, as asked")])
                else:
                    wanted.append(one)
                    requests.append(request)
        replies = yield requests
        for one, reply in zip(wanted, replies, strict=True):
            one.reply = reply
        got.note(requests, replies)

    def _versions(self, reference: str, file: RestAttachment) -> Job[list[RestAttachment]]:
        """Fetch the versions of an attachment; version 1.1 has none before it."""
        if file.version == _FIRST_VERSION or not self._history:
            return [file]
        path = self._list_path(reference, "attachments", file.name, "history")
        return (yield from whole_list(self._limit, path, ATTACHMENTS, self._bounds))

    def _file_request(self, reference: str, file: RestAttachment) -> Request:
        return Request(
            rest_page(self._wiki, reference, "attachments", file.name, "history", file.version),
            kind="file", size=file.length, mimetype=file.mime_type,
            resume=bin_file(reference, self._run.subwiki, file.name, file.version),
        )  # fmt: skip

    def _list_path(self, reference: str, *more: str, **query: str) -> PartPath:
        query["prettyNames"] = "true"
        return lambda start, number: rest_page(
            self._wiki, reference, *more, start=start, number=number, **query
        )


def _that_page(reference: str, body: bytes) -> RestPage:
    page = PAGE(body)
    if page.full_name != reference:
        raise ValueError(f"page {page.full_name} in place of {reference}")
    return page
