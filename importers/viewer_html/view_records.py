"""Turn what the viewers showed of a page into the archive's records."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from importers.base import Options
from importers.viewer_html.linked_attachments import attachment_record
from importers.viewer_html.view_markup import CodeView, HistoryLine, read_code, whole_source
from importers.viewer_html.view_requests import LocaleViews, PageViews, VersionViews
from importers.web.jobs import Reply
from importers.web.request import Answer
from importers.xwiki.page_state import HistoryDigest, PageState, saved
from importers.xwiki.paths import bin_page
from kb.errors import Problem
from kb.model import (
    Item,
    LineOrigin,
    PageId,
    PageSeen,
    Revision,
    RevisionSeen,
    Sink,
    Snapshot,
    version_key,
)


class ViewRecords:
    """Make records of fetched pages; hold what is the same for all pages of a run."""

    def __init__(
        self, base: str, name: str, options: Options, sink: Sink, whole: Callable[[Answer], Answer]
    ) -> None:
        """``whole`` returns an answer with its body, which may have been moved to disk."""
        self._base, self._name, self._options = base, name, options
        self._sink, self._whole = sink, whole
        self.better: dict[tuple[str, str], dict[str, HistoryLine]] = {}
        """History rows of a more precise source: by reference and locale, then by version."""

    def records(self, got: PageViews, state: PageState) -> Iterator[Item]:
        """Yield all records of a page, its translations and its state last."""
        files = [record for file in got.files if (record := attachment_record(file, self._sink))]
        problems: list[Problem] = []
        yield from self._page(got, "", got.page, problems)
        yield from files
        yield from got.comments
        for locale, page in got.locales.items():
            yield from self._page(got, locale, page, problems)
        for path, failed in got.failures:
            yield failed.problem(self._base + path, got.reference)
        yield from problems
        yield saved(self._name, got.reference, state)

    def state(self, got: PageViews, scope: str) -> PageState:
        """Return what the next run needs to know of the page."""
        return PageState(
            rows=_rows(got.page),
            locales={locale: _rows(page) for locale, page in got.locales.items()},
            scope=scope, way="viewer", untold=got.untold, validator=got.validator,
            whole=not got.temporary,
        )  # fmt: skip

    def _page(
        self, got: PageViews, locale: str, page: LocaleViews, problems: list[Problem]
    ) -> Iterator[Item]:
        """Yield a page or translation: its whole history if known, else its lines' origins."""
        assert page.head is not None
        better = self.better.get((got.reference, locale), {})
        only = HistoryLine(page.head.root.version or "1.1", None, None, None, None)
        rows = [better.get(r.version, r) for r in page.rows or [only]]
        clear = {v for v, views in page.views.items() if self._source(views)[0] is not None}
        complete = (
            self._options.history
            and not page.cut
            and all(r.version in page.held | clear for r in rows)
        )
        views = page.views[max(page.views, key=version_key)] if page.views else None
        newest = self._view(views.blamed) if views is not None else None
        lines = not complete and not locale and newest is not None and newest.origins is not None
        shown = newest if lines else self._view(views.plain) if views and not complete else None
        yield PageSeen(
            id=PageId(self._name, got.reference, locale),
            history="complete" if complete else "lines" if lines else "latest",
            title=page.head.root.title, version=rows[-1].version,
            created=rows[0].date if complete else None, modified=rows[-1].date,
            url=self._base + bin_page(got.reference, None), way="viewer-html",
        )  # fmt: skip
        linked = _authors(newest) if newest is not None and not locale else {}
        for row in rows:
            yield self._revision(row, page, linked, translation=bool(locale))
        if shown is not None:
            origins = shown.origins if lines else None
            reply = views and (views.blamed if lines else views.plain)
            yield Snapshot(
                lines=tuple(shown.lines),
                origins=tuple(origins or [LineOrigin(None)] * len(shown.lines)),
                missing=shown.missing,
                raw=self._whole(reply).body if isinstance(reply, Answer) else None,
            )
        fetched = ((v, (one.plain, one.blamed)) for v, one in page.views.items())
        both = {v for v, two in fetched if all(isinstance(one, Answer) for one in two)}
        for version in sorted(both - clear):
            detail = f"the views of version {version} do not show one whole text"
            where = self._base + bin_page(got.reference, None, rev=version)
            problems.append(
                Problem(where=where, code="source-unclear", detail=detail, page=got.reference)
            )

    def _source(self, views: VersionViews) -> tuple[str | None, str | None, CodeView | None]:
        """Return a version's source where it is whole, its title, and the view with its authors."""
        plain, blamed = self._view(views.plain), self._view(views.blamed)
        if plain is None:
            return None, None, blamed
        return whole_source(plain, blamed), plain.root.title, blamed

    def _view(self, reply: Reply | None) -> CodeView | None:
        if not isinstance(reply, Answer):
            return None
        view: CodeView = reply.value or read_code(
            self._whole(reply).body or b"", zone=self._options.timezone
        )
        return view

    def _revision(
        self, row: HistoryLine, page: LocaleViews, linked: dict[str, str], *, translation: bool
    ) -> RevisionSeen:
        """Return the record of a version; its view links even to a user without a profile.

        ``linked`` has the users whom the newest view links to, by version.

        On a translation that view follows the wrong page's history: nothing is taken from it.
        """
        views = page.views.get(row.version)
        text, title, blamed = self._source(views) if views is not None else (None, None, None)
        author, name = row.author, row.author_name
        if name is None:
            own = _authors(blamed) if blamed is not None and not translation else {}
            author = own.get(row.version) or linked.get(row.version) or author
        name = name or (blamed.names.get(author or "") if blamed is not None else None)
        facts = RevisionSeen(
            version=row.version, author=author, author_name=name, date=row.date,
            comment=row.comment,
        )  # fmt: skip
        if text is None or views is None:
            return facts
        raw = self._whole(views.plain).body if isinstance(views.plain, Answer) else None
        return Revision(content=text, raw=raw, title=title, **msgspec.structs.asdict(facts))


def _authors(view: CodeView) -> dict[str, str]:
    """Return users by version, of those versions that a line is from."""
    origins = dict.fromkeys(view.origins or ())
    return {one.version: one.author for one in origins if one.version and one.author}


def _rows(page: LocaleViews) -> HistoryDigest:
    """Sum up the history; without a digest, since that of printed dates would not match REST's."""
    shown = page.head.root.version if page.head else None
    newest = page.rows[-1].version if page.rows else shown or ""
    return HistoryDigest(len(page.rows), newest, "")
