"""Ask the viewers for all of a page: history, each version's source, comments, attachments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial

import msgspec

from importers.viewer_html.linked_attachments import (
    FetchedAttachment,
    names_linked,
    names_mentioned,
    names_saved,
    read_attachment,
)
from importers.viewer_html.view_markup import (
    CodeView,
    HistoryLine,
    HistoryView,
    Root,
    read_code,
    read_comments,
    read_history,
)
from importers.web.failures import FetchError
from importers.web.jobs import Job, Reply, together
from importers.web.request import Answer, Request, Validator
from importers.web.workers import RefusedError
from importers.xwiki.page_state import HistoryDigest, PageState
from importers.xwiki.paths import bin_page
from importers.xwiki.rest_lists import EndlessListError, RowLimit, counted, list_files
from importers.xwiki.run_context import PageFailures, RunContext
from kb.errors import RemoteError
from kb.model import Comment, PageId, version_key

_ROWS = 100
"""Rows of a history asked for at a time."""
_COMMON = (
    "en", "zh", "zh_CN", "zh_TW", "fr", "de", "es", "pt", "pt_BR", "it", "nl", "ja", "ko", "ru",
    "pl", "cs", "tr", "sv", "da", "fi", "nb", "no", "hu", "ro", "uk", "ar", "he", "el", "th",
    "vi", "id", "ca", "hr", "sk", "sl", "bg", "et", "lv", "lt", "fa", "hi", "en_US", "en_GB",
    "fr_FR", "fr_CA", "de_DE", "es_ES",
)  # fmt: skip
"""Languages to try where the list of pages counts more translations than are known."""


class ListedFacts(msgspec.Struct):
    """What the wiki's lists tell of pages that are read by their viewers; empty without lists.

    No viewer shows in all skins which translations a page has, or which files.
    """

    limit: RowLimit
    """How many rows the server gives at a time."""
    rows: Counter[str] | None = None
    """Documents of each page, itself and its translations; where the list has no order, more."""
    locales: dict[str, set[str]] = {}
    """Languages of translations, of those that have a history."""
    files: dict[str, dict[str, str]] = {}
    """Files of each page that is not hidden, with their present versions."""

    def translations(self, page: str) -> int | None:
        """Return how many translations the list counts; None where there is no list."""
        return None if self.rows is None or page not in self.rows else self.rows[page] - 1

    def languages(self, wiki: str, page: str, chosen: list[str]) -> Job[tuple[list[str], int]]:
        """Return languages to ask the page for, and how many translations there are at least."""
        known, count = sorted(self.locales.get(page, ())), self.translations(page)
        if count is None:
            return list(dict.fromkeys((*known, *chosen))), 0
        if count > len(known):
            documents = yield from counted(wiki, self.limit, page)
            count = None if documents is None else documents - 1
        if count is not None and count <= len(known):
            return known, count
        return list(dict.fromkeys((*known, *chosen, *_COMMON))), count or 0

    def learn_locales(self, pages: Iterable[tuple[str, str]]) -> None:
        """Note translations from pairs of reference and locale."""
        for page, locale in pages:
            if locale:
                self.locales.setdefault(page, set()).add(locale)

    def ask_files(self, run: RunContext) -> None:
        """Fetch the wiki's list of attachments; it stays empty where the server has none."""
        try:
            self.files = run.workers.one(list_files(run.wiki, run.limit, run.most_pages))
        except RefusedError:
            raise
        except (FetchError, RemoteError):
            self.files = {}


class VersionViews(msgspec.Struct):
    """Answers for a version: its view without authors, and with them where the skin has them."""

    plain: Reply | None
    blamed: Reply | None = None


class LocaleViews(msgspec.Struct):
    """What was fetched of a page in one language."""

    rows: list[HistoryLine] = []
    """Oldest first; empty for a page without history."""
    head: CodeView | None = None
    views: dict[str, VersionViews] = {}
    held: frozenset[str] = frozenset()
    cut: bool = False
    """True where there may be more versions than ``rows``: not all of the history was shown."""
    same: bool = False
    """True where the page still has the version that was read before."""


class PageViews(PageFailures):
    """What was fetched of a page."""

    page: LocaleViews = msgspec.field(default_factory=LocaleViews)
    locales: dict[str, LocaleViews] = msgspec.field(default_factory=dict)
    comments: list[Comment] = msgspec.field(default_factory=list)
    files: list[FetchedAttachment] = msgspec.field(default_factory=list)
    validator: Validator | None = None
    """What the server needs to tell whether the page's view has changed."""
    untold: int = 0
    """Translations that the wiki's list counts and that were not found."""

    @property
    def unchanged(self) -> bool:
        """Tell whether everything is as it was."""
        return self.page.same and all(page.same for page in self.locales.values())

    @property
    def error(self) -> FetchError | None:
        """Return why nothing of the page could be fetched; None where something was."""
        return self.failures[0][1] if self.page.head is None and self.failures else None


class ViewRequests:
    """Fetch pages by their viewers; hold what is the same for all pages of a run."""

    def __init__(self, run: RunContext, listed: ListedFacts) -> None:
        self._run = run
        self._listed = listed
        self._limit = RowLimit(_ROWS)
        self._options = run.scope.options
        self._languages = run.workers.wiki.settings.languages.split()

    def read(self, reference: str, state: PageState | None) -> Job[PageViews]:
        """Fetch a page; failures are noted in the result and never raised.

        A page that has not changed since ``state`` costs one request for each of its languages.
        """
        got = PageViews(reference)
        before, validator = (state.rows, state.validator) if state else (None, None)
        yield from self._in(got, got.page, "", before, validator)
        if got.page.head is None:
            return got
        if got.page.same and state is not None:
            for locale, rows in state.locales.items():
                got.locales[locale] = LocaleViews()
                yield from self._in(got, got.locales[locale], locale, rows)
            if got.unchanged:
                return got
            yield from self._in(got, got.page, "", None)
        jobs: list[Job[None]] = [self._comments(got)]
        languages, count = yield from self._listed.languages(
            self._run.wiki, reference, self._languages
        )
        jobs += [self._locale(got, locale) for locale in languages]
        if self._options.attachments:
            jobs.append(self._attachments(got))
        for result in (yield from together(jobs)):
            if isinstance(result, FetchError):
                got.failures.append((self._path(reference), result))
        got.untold = max(0, count - len(got.locales))
        if got.untold:
            detail = "the wiki lists more translations than were found; asked for: "
            missing = FetchError("translation-missing", detail + " ".join(languages))
            got.failures.append((self._path(reference), missing))
        return got

    def _path(self, reference: str, **query: object) -> str:
        return bin_page(reference, self._run.subwiki, "view", **query)

    def _request(
        self, read: Callable[..., object], reference: str, locale: str = "", **query: object
    ) -> Request:
        """Request a view in one language, to be read by ``read``."""
        path = self._path(reference, **query, language=locale or "default")
        decode = partial(read, location=path, zone=self._options.timezone)
        return Request(path, kind="html", decode=decode)

    def _in(
        self,
        got: PageViews,
        page: LocaleViews,
        locale: str,
        before: HistoryDigest | None,
        validator: Validator | None = None,
    ) -> Job[None]:
        """Fetch a page in one language: its newest source, its history, the older sources."""
        shown = yield from self._shown(got, locale, before, validator)
        if shown is None or (locale and shown.root.locale != locale):
            return
        page.head = shown
        page.same = before is not None and shown.root.version == before.version
        if page.same:
            return
        page.rows, page.cut = yield from self._rows(got, locale)
        page.held = self._run.known.versions(PageId(self._run.name, got.reference, locale))
        versions = [row.version for row in page.rows] or [shown.root.version or "1.1"]
        wanted = [v for v in versions if v not in page.held]
        if not self._options.history:
            wanted = wanted[-1:]
        yield from self._sources(got, page, locale, wanted)

    def _shown(
        self, got: PageViews, locale: str, before: HistoryDigest | None, validator: Validator | None
    ) -> Job[CodeView | None]:
        """Fetch the page as it is now, or take it as ``before`` if the server says unchanged."""
        request = self._request(read_code, got.reference, locale, viewer="code", showlinenumbers=0)
        (reply,) = yield [msgspec.structs.replace(request, validator=validator)]
        if isinstance(reply, FetchError):
            got.note([request], [reply])
            return None
        if reply.unchanged and before is not None:
            return CodeView(root=Root(version=before.version, locale=locale))
        if not locale:
            got.validator = reply.validator
        view: CodeView = reply.value
        return view

    def _rows(self, got: PageViews, locale: str) -> Job[tuple[list[HistoryLine], bool]]:
        """Fetch the history with minor versions, oldest first; tell whether it is cut.

        The reason for which it is is noted as a failure.
        """
        rows: dict[str, HistoryLine] = {}
        first, most, cut = 0, self._run.bounds.rows, True
        while True:
            size = self._limit.rows
            request = self._request(
                read_history, got.reference, locale, viewer="history", showminor="true",
                perPage=size, firstIndex=first,
            )  # fmt: skip
            (reply,) = yield [request]
            if isinstance(reply, FetchError):
                if size > 1 and self._limit.refused(size, reply):
                    first = 0
                    continue
                got.note([request], [reply])
                break
            view: HistoryView = reply.value
            before = len(rows)
            rows |= {row.version: row for row in view.rows}
            first += size
            if not view.more or not self._options.history:
                cut = view.more
                break
            if len(rows) == before or len(rows) > most:
                endless = EndlessListError(f"{len(rows)} versions and more, or the same again")
                got.note([request], [endless])
                break
        return sorted(rows.values(), key=lambda row: version_key(row.version)), cut

    def _sources(
        self, got: PageViews, page: LocaleViews, locale: str, versions: list[str]
    ) -> Job[None]:
        """Fetch views of versions, with last authors too where the skin has them."""
        assert page.head is not None
        requests: list[Request] = []
        ways = [{}] if page.head.exact else [{}, {"showLastAuthors": "true"}]
        for version in versions:
            for authors in ways:
                query = authors | ({"rev": version} if page.rows else {})
                request = self._request(
                    read_code, got.reference, locale, viewer="code", showlinenumbers=0, **query
                )
                requests.append(msgspec.structs.replace(request, bulky=True))
        replies = yield requests
        for number, version in enumerate(versions):
            page.views[version] = VersionViews(*replies[number * len(ways) :][: len(ways)])
        got.note(requests, replies)

    def _locale(self, got: PageViews, locale: str) -> Job[None]:
        page = LocaleViews()
        yield from self._in(got, page, locale, None)
        if page.head is not None:
            got.locales[locale] = page

    def _comments(self, got: PageViews) -> Job[None]:
        (reply,) = yield [self._request(read_comments, got.reference, viewer="comments")]
        if isinstance(reply, FetchError):
            raise reply
        got.comments = reply.value

    def _attachments(self, got: PageViews) -> Job[None]:
        """Fetch attachments that a link, the source, a save comment or a list names."""
        path = self._path(got.reference, viewer="attachments", language="default")
        decode = partial(names_linked, reference=got.reference)
        (reply,) = yield [Request(path, kind="html", decode=decode)]
        assert got.page.head is not None
        listed = self._listed.files.get(got.reference, {})
        names = dict.fromkeys((
            *(reply.value if isinstance(reply, Answer) else ()),
            *names_mentioned("\n".join(got.page.head.lines)),
            *names_saved(row.comment for row in got.page.rows),
            *listed,
        ))  # fmt: skip
        held = partial(self._run.known.attachment_versions, PageId(self._run.name, got.reference))
        jobs = [
            read_attachment(got.reference, name, held(name), self._run, listed.get(name))
            for name in names
        ]
        for name, result in zip(names, (yield from together(jobs)), strict=True):
            if isinstance(result, FetchError):
                got.failures.append((f"{path}#{name}", result))
                continue
            got.files += result
            newest = listed.get(name)
            if newest and newest not in {file.version for file in result}:
                detail = f"the wiki lists {name} {newest}, and has no bytes of it"
                lost = FetchError("file-without-bytes", detail)
                got.failures.append((f"{path}#{name}", lost))
