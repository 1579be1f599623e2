"""Pages saved from a browser: which page each file is, and the views of one page put together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from importers.base import Options
from importers.viewer_html.code import CodeView, read_code
from importers.viewer_html.comments import read_comments
from importers.viewer_html.history import HistoryView, read_history
from importers.viewer_html.page import LocaleGot, VersionGot, ViewsGot
from importers.viewer_html.root import Root, read_root, reference_in
from importers.web.calls import Answer
from importers.web.client import without_token
from importers.web.html import parse_html
from kb.errors import Problem
from kb.model import Comment, version_key

_SAVED_FROM = re.compile(rb"<!-- saved from url=\(\d{1,6}\)(\S{1,2000}) -->")


class Saved(msgspec.Struct, frozen=True):
    """A saved file: which page it shows, and in which way."""

    path: Path
    root: Root
    view: CodeView | HistoryView | list[Comment] | None
    """None where the page shows itself, not its source."""
    body: bytes


def read_saved(path: Path, options: Options) -> Saved | Problem:
    """A saved file as the view that it is; Problem where it is none."""
    body = without_token(path.read_bytes())
    match = _SAVED_FROM.search(body[:5000])
    location = match[1].decode("ascii", "replace") if match else None
    try:
        root = read_root(parse_html(body), location)
        view = _view(body, location, options.timezone)
    except ValueError as error:
        return Problem(where=str(path), code="bad-page", detail=str(error))
    reference = root.reference or (reference_in(location) if location else None)
    reference = options.page_name or reference
    if reference is None:
        return Problem(
            where=str(path), code="nameless-page",
            detail="the file does not say which page it is; name it with --page-name",
        )  # fmt: skip
    return Saved(path, msgspec.structs.replace(root, reference=reference), view, body)


def _view(
    body: bytes, location: str | None, zone: str | None
) -> CodeView | HistoryView | list[Comment] | None:
    """The view in a page; ValueError where it is damaged."""
    if b"wiki-code" in body:
        return read_code(body, location, zone)
    if b'id="_history"' in body:
        return read_history(body, location, zone)
    if b'id="_comments"' in body or b'id="commentscontent"' in body:
        return read_comments(body, zone)
    return None


def together_by_page(saved: list[Saved]) -> Iterator[ViewsGot]:
    """What the files show of each page, in the order in which pages are met."""
    pages: dict[str, list[Saved]] = {}
    for one in saved:
        pages.setdefault(one.root.reference or "", []).append(one)
    for reference, files in pages.items():
        got = ViewsGot(reference)
        for file in files:
            locale = file.root.locale
            page = got.locales.setdefault(locale, LocaleGot()) if locale else got.page
            _add(got, page, file)
        for locale, page in list(got.locales.items()):
            if page.head is None:
                del got.locales[locale]
        if got.page.head is not None:
            yield got


def _add(got: ViewsGot, page: LocaleGot, file: Saved) -> None:
    """Put one file's facts to its page's."""
    if isinstance(file.view, list):
        got.comments = file.view
        return
    if isinstance(file.view, HistoryView):
        rows = {row.version: row for row in (*page.rows, *file.view.rows)}
        page.rows = sorted(rows.values(), key=lambda row: version_key(row.version))
        if page.head is None:
            page.head = CodeView(root=file.root)
        return
    if file.view is None:
        return
    version = file.root.version or "1.1"
    answer = Answer(str(file.path), file.body, file.view)
    views = page.views.setdefault(version, VersionGot(None))
    if file.view.origins is not None:
        views.blamed = answer
    else:
        views.plain = answer
    if page.head is None or version_key(version) >= version_key(page.head.root.version or "0.0"):
        page.head = file.view
        page.head.root = file.root
