"""A source page: its text as HTML, who wrote each line last, its versions to compare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import attrgetter

from markupsafe import Markup, escape

from kb.archive import LineView, PageView
from kb.errors import Problem
from kb.history import matching_blocks
from kb.markup.macros import WikiPages
from kb.model import Comment
from kb.publish.browser_index.documents import to_json
from kb.publish.data_scripts import data_script
from kb.publish.pages.attached_files import ReadBlob, ShownFile, is_picture, is_text, preview_of
from kb.publish.paths import history_path, page_path, root_of, url_of, versions_path
from kb.publish.renderer import Output, PageNote, Renderer, Unit, colour, digest_of
from kb.publish.site_catalogue import Card, Catalogue
from kb.publish.wiki_text.inclusions import Inclusions, PagesAround
from kb.publish.wiki_text.rendering import WikiTextRenderer
from kb.redact.material import MaterialPage
from kb.text.interface import PHRASES

_AGES = 5
"""Shades of a line's age: classes `a0`, the oldest, to `a4`."""


class SourcePages:
    """All source pages by number; each has two units."""

    def __init__(
        self, pages: Sequence[MaterialPage], catalogue: Catalogue, renderer: Renderer,
        blob: ReadBlob,
    ) -> None:  # fmt: skip
        self._pages = pages
        self._catalogue = catalogue
        self._renderer = renderer
        self._blob = blob
        self._inclusions = Inclusions(catalogue, {page.id: page.read for page in pages})
        self._names = digest_of([(p.id, list(p.files)) for p in catalogue.pages.values()])
        """Digest of what links may lead to."""

    def __len__(self) -> int:
        return len(self._pages)

    def units(self, number: int) -> tuple[Unit, Unit]:
        """The page itself, and its versions."""
        page = self._pages[number]
        return self._page(page), self._history(page)

    def _page(self, page: MaterialPage) -> Unit:
        """The page itself; made again when any page changes where it includes or lists others."""
        cards = self._catalogue.cards_on(page.id)
        path = page_path(page.id)
        others = self._inclusions.digest if self._catalogue.pages[page.id].composed else b""
        notes: list[PageNote] = []

        def make() -> Iterable[Output]:
            around = PagesAround(self._inclusions, page.id)
            html, problems = source_page(
                page.read(), cards, self._catalogue, self._renderer, around, self._blob
            )
            notes.extend(map(_note, problems))
            return [(path, html)]

        digest = digest_of(page.digest, cards, self._names, others)
        return Unit(f"page:{path}", digest, make, notes)

    def _history(self, page: MaterialPage) -> Unit:
        """The list of its versions, and the script by which the browser compares any two."""
        title = self._catalogue.pages[page.id].title
        make = partial(history_files, page, title, self._renderer)
        return Unit(f"history:{page_path(page.id)}", digest_of(page.digest, title), make)


def _note(problem: Problem) -> PageNote:
    line = problem.where.rpartition(":")[2]
    number = int(line) if line.isascii() and line.isdecimal() else 0
    return PageNote(problem.code, number, problem.detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownComment:
    """A reader's comment with its text as HTML, and how deep an answer it is."""

    comment: Comment
    html: Markup
    depth: int


def source_page(
    page: PageView, cards: Iterable[Card], catalogue: Catalogue, renderer: Renderer,
    around: WikiPages, blob: ReadBlob,
) -> tuple[bytes, list[Problem]]:  # fmt: skip
    """Make the HTML of a source page; return with it what could not be shown as meant.

    ``around`` are the wiki's other pages, which it may include; ``blob`` reads attached files.
    """
    path = page_path(page.id)
    root = root_of(path)
    original = page.url if page.url and page.url.startswith(("http://", "https://")) else None
    texts = WikiTextRenderer(page.id, root, catalogue, page.syntax, around)
    html = renderer.page(
        "source.html", path, page.title or page.id.page, page=page, cards=list(cards),
        files=list(_files(page, catalogue, root, blob)), original=original,
        history_url=root + url_of(history_path(page.id)), rows=blame_rows(page.lines),
        rendered=texts(page.source), problems=texts.problems,
        comments=list(_comments(page.comments, texts)),
        language=(page.id.locale or page.default_locale or "").replace("_", "-"),
    )  # fmt: skip
    return html, list(texts.problems)


def _files(page: PageView, catalogue: Catalogue, root: str, blob: ReadBlob) -> Iterator[ShownFile]:
    """The page's files: pictures as such, of texts the beginning."""
    held = catalogue.pages[page.id].files
    for name in dict.fromkeys(file.name for file in page.attachments):
        preview = None
        if name in held and not is_picture(name) and is_text(name):
            preview = preview_of(blob(held[name]))
        url = catalogue.file_url(page.id, name, root)
        yield ShownFile(name=name, url=url, image=is_picture(name), preview=preview)


def _comments(comments: Iterable[Comment], texts: WikiTextRenderer) -> Iterator[ShownComment]:
    """Yield comments in their order, an answer one deeper than what it answers."""
    depths: dict[int, int] = {}
    for comment in comments:
        above = depths.get(comment.reply_to, -1) if comment.reply_to is not None else -1
        depth = depths[comment.number] = min(3, above + 1)
        yield ShownComment(comment=comment, html=texts(comment.text), depth=depth)


def _ages(lines: Sequence[LineView]) -> dict[str | None, int]:
    """The shade of each version, the newest in the last; by its day where days are known."""
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
    """A key to sort versions by: `10.2` after `9.11`."""
    return tuple(int(part[:9]) for part in version.split(".") if part.isdecimal())


def blame_rows(lines: Sequence[LineView]) -> Markup:
    """Make table rows, the author and version printed where a new block begins."""
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
    """Write each line as HTML. All are escaped at once: one by one takes four times as long."""
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
    """HTML between a row's id and its number: in the first row of a block, and in its others."""
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


def history_files(
    page: MaterialPage, title: str, renderer: Renderer
) -> Iterator[tuple[str, bytes]]:
    """Make the page of versions, and the script where there are two texts or more to compare."""
    versions = list(page.versions())
    held = [(v.about.version, v.source) for v in versions if v.source is not None]
    path = history_path(page.id)
    root = root_of(path)
    script = versions_path(page.id) if len(held) > 1 else None
    yield path, renderer.page(
        "versions.html", path, title, page=page.id, page_url=root + url_of(page_path(page.id)),
        versions=[v.about for v in reversed(versions)],
        script=root + url_of(script) if script else None,
    )  # fmt: skip
    if script:
        yield script, versions_script(held)


def versions_script(held: Iterable[tuple[str, str]]) -> bytes:
    """A call of `kbV` with all lines that ever were, and of each version its name and steps.

    A step is the number of a line, or a pair that takes lines from the version before (index of the
    first, how many).
    """
    numbers: dict[str, int] = {}
    rows: list[tuple[str, list[int | tuple[int, int]]]] = []
    before: list[int] = []
    for name, source in held:
        lines = [numbers.setdefault(line, len(numbers)) for line in source.split("\n")]
        rows.append((name, list(_steps(before, lines))))
        before = lines
    return data_script("kbV", f"{to_json(list(numbers))},{to_json(rows)}")


def _steps(before: list[int], lines: list[int]) -> Iterator[int | tuple[int, int]]:
    at = 0
    for block in matching_blocks(before, lines):
        yield from lines[at : block.b]
        yield block.a, block.length
        at = block.b + block.length
    yield from lines[at:]
