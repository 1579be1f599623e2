"""A source page: its lines, and who wrote each last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter

import msgspec
from markupsafe import Markup, escape

from kb.archive import LineView, PageView
from kb.errors import Problem
from kb.markup.macros import WikiPages
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
    around: WikiPages,
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


def _ages(lines: Sequence[LineView]) -> dict[str | None, int]:
    """The shade of each version, by its day where days are known: the newest in the last."""
    dates = {line.version: line.date for line in lines}
    dated = any(map(_DATE, lines))
    stamps = {
        version: (date or "")[:10] if dated else _number(version or "")
        for version, date in dates.items()
    }
    ranks = sorted(set(stamps.values()), key=str if dated else None)
    place = {stamp: n * _AGES // len(ranks) for n, stamp in enumerate(ranks)}
    return {version: place[stamp] for version, stamp in stamps.items()}


def _number(version: str) -> tuple[int, ...]:
    """`10.2` after `9.11`."""
    return tuple(int(part[:9]) for part in version.split(".") if part.isdecimal())


def blame_rows(lines: Sequence[LineView]) -> Markup:
    """Table rows, the author and version printed where a new block begins."""
    texts = _texts(lines)
    ages = _ages(lines)
    rows: list[str] = []
    for _, group in groupby(lines, key=_WRITTEN):
        block = list(group)
        first, others = _cells(block[0], ages)
        at = len(rows)
        rows += [
            f'<tr id="L{number}"{others}{number}">{number}</a></td><td class="src">{text}</td></tr>'
            for number, text in zip(map(_NUMBER, block), texts[at:], strict=False)
        ]
        rows[at] = rows[at].replace(others, first, 1)
    return Markup("\n".join(rows))  # noqa: S704  (every part is escaped)


def _texts(lines: Sequence[LineView]) -> list[str]:
    """Each line as HTML. All are escaped at once: one by one takes four times as long."""
    texts = str(escape("\n".join([line.text for line in lines]))).split("\n")
    if len(texts) > len(lines) > 0:
        texts = [str(escape(line.text.replace("\n", " "))) for line in lines]
    if any(map(_MISSING, lines)):
        gone = f'<span class="gone">{PHRASES.missing_line}</span>'
        return [gone if line.missing else text for line, text in zip(lines, texts, strict=True)]
    return texts


_WRITTEN = attrgetter("author", "version")
_NUMBER, _DATE, _MISSING = attrgetter("number"), attrgetter("date"), attrgetter("missing")


def _cells(line: LineView, ages: dict[str | None, int]) -> tuple[str, str]:
    """What stands between a row's id and its number in a block's first row, and in its others."""
    person = f"p{colour(line.author)}" if line.author else "nobody"
    day = line.date[:10] if line.date else ""
    when = f" <time>{escape(day)}</time>" if day else ""
    author, version = escape(line.author or ""), escape(line.version or "")
    age, number = f"ve a{ages[line.version]}", '<td class="no"><a href="#L'
    return (
        f' class=b><td class="au {person}">{author}</td>'
        f'<td class="{age}">{version}{when}</td>{number}',
        f'><td class="au {person}"></td><td class="{age}"></td>{number}',
    )
