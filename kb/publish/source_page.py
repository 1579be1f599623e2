"""A source page: its lines, and who wrote each last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from markupsafe import Markup, escape

from kb.archive import LineView, PageView
from kb.errors import Problem
from kb.markup.macros.wiki import Pages
from kb.model import Comment
from kb.publish.body import Bodies
from kb.publish.case_page import Shown
from kb.publish.catalogue import Catalogue
from kb.publish.facts import Card
from kb.publish.names import history_path, page_path, root_of, url_of
from kb.publish.people import colour
from kb.publish.preview import Read, is_picture, is_text, preview_of
from kb.publish.render import Renderer
from kb.publish.words import PHRASES

_AGES = 5
"""Shades of a line's age: classes `a0`, the oldest, to `a4`."""


class Commented(msgspec.Struct, frozen=True):
    """A reader's comment with its text as HTML, and how deep an answer it is."""

    comment: Comment
    html: Markup
    depth: int


def source_page(
    page: PageView,
    cards: Iterable[Card],
    catalogue: Catalogue,
    renderer: Renderer,
    around: Pages,
    blob: Read,
) -> tuple[bytes, list[Problem]]:
    """HTML of a source page, and what on it could not be shown as meant.

    ``around`` are the wiki's other pages, which it may include; ``blob`` reads attached files.
    """
    path = page_path(page.id)
    root = root_of(path)
    original = page.url if page.url and page.url.startswith(("http://", "https://")) else None
    bodies = Bodies(page.id, root, catalogue, page.syntax, around)
    html = renderer.page(
        "source.html", path, page.title or page.id.page, page=page, cards=list(cards),
        files=list(_files(page, catalogue, root, blob)), original=original,
        history_url=root + url_of(history_path(page.id)), rows=blame_rows(page.lines),
        rendered=bodies(page.source), problems=bodies.problems,
        comments=list(_comments(page.comments, bodies)),
        language=(page.id.locale or page.default_locale or "").replace("_", "-"),
    )  # fmt: skip
    return html, list(bodies.problems)


def _files(page: PageView, catalogue: Catalogue, root: str, blob: Read) -> Iterator[Shown]:
    """The page's files: pictures as such, of texts the beginning."""
    held = catalogue.pages[page.id].files
    for name in dict.fromkeys(file.name for file in page.attachments):
        preview = None
        if name in held and not is_picture(name) and is_text(name):
            preview = preview_of(blob(held[name]))
        yield Shown(name, catalogue.file_url(page.id, name, root), is_picture(name), None, preview)


def _comments(comments: Iterable[Comment], bodies: Bodies) -> Iterator[Commented]:
    """In their order; an answer stands as deep as what it answers, and one more."""
    depths: dict[int, int] = {}
    for comment in comments:
        above = depths.get(comment.reply_to, -1) if comment.reply_to is not None else -1
        depths[comment.number] = min(3, above + 1)
        yield Commented(comment, bodies(comment.text), depths[comment.number])


def _ages(lines: Iterable[LineView]) -> dict[str, int]:
    """The shade of each version, by its day where days are known: the newest in the last."""
    held = list(lines)
    dated = any(line.date for line in held)
    stamps = {
        line.version or "": (line.date or "")[:10] if dated else _number(line.version or "")
        for line in held
    }
    ranks = sorted(set(stamps.values()), key=str if dated else None)
    place = {stamp: n * _AGES // len(ranks) for n, stamp in enumerate(ranks)}
    return {version: place[stamp] for version, stamp in stamps.items()}


def _number(version: str) -> tuple[int, ...]:
    """`10.2` after `9.11`."""
    return tuple(int(part[:9]) for part in version.split(".") if part.isdecimal())


def blame_rows(lines: Iterable[LineView]) -> Markup:
    """Table rows, the author and version printed where a new block begins."""
    held = list(lines)
    # All texts are escaped at once: one by one takes four times as long.
    texts = str(escape("\n".join(line.text.replace("\n", " ") for line in held))).split("\n")
    ages = _ages(held)
    rows: list[str] = []
    before: tuple[str | None, str | None] | None = None
    for line, text in zip(held, texts, strict=False):
        now = (line.author, line.version)
        rows.append(_row(line, text, ages, opens=now != before))
        before = now
    return Markup("\n".join(rows))  # noqa: S704  (_row escapes)


def _row(line: LineView, text: str, ages: dict[str, int], *, opens: bool) -> str:
    person = f"p{colour(line.author)}" if line.author else "nobody"
    who = escape(line.author or "") if opens else ""
    version = escape(line.version or "") if opens else ""
    day = line.date[:10] if line.date else ""
    age = f"ve a{ages[line.version or '']}"
    when = f" <time>{escape(day)}</time>" if day and opens else ""
    shown = f'<span class="gone">{PHRASES.missing_line}</span>' if line.missing else text
    number = line.number
    return (
        f'<tr id="L{number}"{" class=b" if opens else ""}><td class="au {person}">{who}</td>'
        f'<td class="{age}">{version}{when}</td>'
        f'<td class="no"><a href="#L{number}">{number}</a></td>'
        f'<td class="src">{shown}</td></tr>'
    )
