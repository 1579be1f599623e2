"""Read pages saved from a browser: which page each file shows; put views of one page together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from bs4 import BeautifulSoup

from importers.base import Options, Source
from importers.selection import wanted
from importers.viewer_html.view_markup import (
    CodeView,
    HistoryView,
    Root,
    read_code,
    read_comments,
    read_history,
    read_root,
    reference_in,
)
from importers.viewer_html.view_records import ViewRecords
from importers.viewer_html.view_requests import LocaleViews, PageViews, VersionViews
from importers.web.client import without_token
from importers.web.html import parse_html
from importers.web.request import Answer
from kb.errors import InputError, Problem
from kb.model import Comment, FetchState, Item, Sink, version_key

View = CodeView | HistoryView | list[Comment]
_VIEWS: tuple[tuple[str, Callable[[BeautifulSoup, str | None, str | None], View]], ...] = (
    (".wiki-code", read_code), ("#_history", read_history),
    ("#_comments, #commentscontent", read_comments),
)  # fmt: skip
"""What tells each view, by a CSS selector."""
_SAVED_FROM = re.compile(rb"<!-- saved from url=\(\d{1,6}\)(\S{1,2000}) -->")


def read_files(files: list[Path], source: Source, options: Options, sink: Sink) -> Iterator[Item]:
    """Yield the pages of saved files. InputError where none of them is one."""
    if not source.path.exists():
        raise InputError(f"{source.location}: no such file or folder")
    if options.page_name and len(files) > 1:
        files = files[:1]
    read = [read_saved(path, options) for path in files]
    yield from (one for one in read if isinstance(one, Problem))
    pages = [one for one in read if not isinstance(one, Problem)]
    pages = [one for one in pages if wanted(one.root.reference or "", options)]
    got = None
    records = ViewRecords("", options.wiki, options, sink, lambda answer: answer)
    for got in together_by_page(pages):
        items = records.records(got, records.state(got, ""))
        yield from (item for item in items if not isinstance(item, FetchState))
    if got is None:
        raise InputError(
            f"{source.location}: no source of a page in it",
            hint="save pages with ?viewer=code&showLastAuthors=true, and with ?viewer=history",
        )


class SavedView(msgspec.Struct, frozen=True):
    """A saved file: which page it shows, and in which way."""

    path: Path
    root: Root
    view: View | None
    """None where the page shows itself, not its source."""
    body: bytes


def read_saved(path: Path, options: Options) -> SavedView | Problem:
    """Read a saved file as the view that it is; Problem where it is none."""
    body = without_token(path.read_bytes())
    match = _SAVED_FROM.search(body[:5000])
    location = match[1].decode("ascii", "replace") if match else None
    try:
        page = parse_html(body)
        root = read_root(page, location)
        reads = (read for marks, read in _VIEWS if page.select_one(marks) is not None)
        view = next((read(page, location, options.timezone) for read in reads), None)
    except ValueError as error:
        return Problem(where=str(path), code="bad-page", detail=str(error))
    reference = options.page_name or root.reference or reference_in(location or "")
    if reference is None:
        return Problem(
            where=str(path), code="nameless-page",
            detail="the file does not say which page it is; name it with --page-name",
        )  # fmt: skip
    return SavedView(path, msgspec.structs.replace(root, reference=reference), view, body)


def together_by_page(saved: list[SavedView]) -> Iterator[PageViews]:
    """Yield what the files show of each page, in the order in which pages are met."""
    pages: dict[str, list[SavedView]] = {}
    for one in saved:
        pages.setdefault(one.root.reference or "", []).append(one)
    for reference, files in pages.items():
        got = PageViews(reference, page=LocaleViews(cut=True))
        for file in files:
            locale = file.root.locale
            page = got.locales.setdefault(locale, LocaleViews(cut=True)) if locale else got.page
            _add(got, page, file)
        for locale, page in list(got.locales.items()):
            if page.head is None:
                del got.locales[locale]
        if got.page.head is not None:
            yield got


def _add(got: PageViews, page: LocaleViews, file: SavedView) -> None:
    """Add what one file shows to its page."""
    if isinstance(file.view, list):
        got.comments = file.view
        return
    if isinstance(file.view, HistoryView):
        rows = {row.version: row for row in (*page.rows, *file.view.rows)}
        page.rows = sorted(rows.values(), key=lambda row: version_key(row.version))
        page.cut = page.cut and file.view.more
        if page.head is None:
            page.head = CodeView(root=file.root)
        return
    if file.view is None:
        return
    version = file.root.version or "1.1"
    answer = Answer(str(file.path), file.body, file.view)
    views = page.views.setdefault(version, VersionViews(None))
    if file.view.origins is not None:
        views.blamed = answer
    else:
        views.plain = answer
    if page.head is None or version_key(version) >= version_key(page.head.root.version or "0.0"):
        page.head = file.view
        page.head.root = file.root
