"""The history viewer: versions with editor, date and comment, some rows at a time."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import msgspec

from importers.viewer_html.dates import read_date
from importers.viewer_html.root import Root, read_root, reference_in
from importers.web.html import Element, attribute, first, has_class, parse_html, select, text_of

_VERSION = re.compile(r"\d{1,9}\.\d{1,9}")


class HistoryLine(msgspec.Struct, frozen=True):
    """A row of the history."""

    version: str
    author: str | None
    """The user's reference where the name is a link, else the name."""
    author_name: str | None
    date: str | None
    comment: str | None


class HistoryView(msgspec.Struct, frozen=True):
    """A page of the history, newest first."""

    root: Root
    rows: list[HistoryLine]
    more: bool
    """True where there is a next page."""


def read_history(body: bytes, location: str | None = None, zone: str | None = None) -> HistoryView:
    """The rows of a history viewer's page. ValueError where it is another page."""
    tree = parse_html(body)
    rows = [row for row in select(tree, '//*[@id="_history"]//tr') if _link(row) is not None]
    if not rows and first(tree, '//*[@id="_history"] | //*[@id="mainContentArea"]') is None:
        raise ValueError("not a history viewer's page")
    more = first(tree, f"//a[{has_class('nextPagination')}][@href]") is not None
    found = [line for row in rows if (line := _line(row, zone)) is not None]
    return HistoryView(read_root(tree, location), found, more)


def _link(row: Element) -> Element | None:
    """The link to the version, which is in a row whatever its columns and language are."""
    return first(row, './td//a[contains(@href, "viewrev")]')


def _line(row: Element, zone: str | None) -> HistoryLine | None:
    """A row; None for one of an extension (`xar:…`), which is no version of the page."""
    link = _link(row)
    assert link is not None
    given = parse_qs(urlsplit(attribute(link, "href")).query).get("rev", [""])[0]
    if not _VERSION.fullmatch(given):
        return None
    cells = [cell for cell in row if cell.tag == "td"]
    at = next(i for i, cell in enumerate(cells) if link in cell.iter())
    editor, date, comment = (cells[at + n] if at + n < len(cells) else None for n in (1, 2, 3))
    profile = first(editor, ".//a[@href]") if editor is not None else None
    name = text_of(editor).strip() if editor is not None else ""
    reference = reference_in(attribute(profile, "href")) if profile is not None else None
    return HistoryLine(
        version=given,
        author=reference or name or None,
        author_name=name if reference and name else None,
        date=read_date(text_of(date), zone) if date is not None else None,
        comment=text_of(comment) if comment is not None and not _button(comment) else None,
    )


def _button(cell: Element) -> bool:
    """True for the cell of a button, which stands where comments are switched off."""
    return "xwikibuttonlink" in attribute(cell, "class") or (
        first(cell, f".//*[{has_class('currentversionlabel')}]") is not None
    )
