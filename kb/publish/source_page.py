"""A source page: its lines, and who wrote each last."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

from kb.archive import LineView, PageView
from kb.markup.macros.wiki import Pages
from kb.publish.body import Bodies
from kb.publish.case_page import Shown
from kb.publish.catalogue import Catalogue
from kb.publish.facts import Card
from kb.publish.names import history_path, page_path, root_of, url_of
from kb.publish.people import colour
from kb.publish.render import Renderer, moment
from kb.publish.words import PHRASES

_IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".avif")


def source_page(
    page: PageView, cards: Iterable[Card], catalogue: Catalogue, renderer: Renderer, around: Pages
) -> bytes:
    """HTML of a source page; ``around`` are the wiki's others, which it may include."""
    path = page_path(page.id)
    root = root_of(path)
    names = dict.fromkeys(file.name for file in page.attachments)
    files = [
        Shown(name, catalogue.file_url(page.id, name, root), name.lower().endswith(_IMAGES))
        for name in names
    ]
    original = page.url if page.url and page.url.startswith(("http://", "https://")) else None
    return renderer.page(
        "source.html", path, page.title or page.id.page, page=page, cards=list(cards),
        files=files, original=original,
        history_url=root + url_of(history_path(page.id)), rows=blame_rows(page.lines),
        rendered=Bodies(page.id, root, catalogue, page.syntax, around)(page.source),
    )  # fmt: skip


def blame_rows(lines: Iterable[LineView]) -> Markup:
    """Table rows, the author and version printed where a new block begins."""
    held = list(lines)
    # All texts are escaped at once: one by one takes four times as long.
    texts = str(escape("\n".join(line.text.replace("\n", " ") for line in held))).split("\n")
    rows: list[str] = []
    before: tuple[str | None, str | None] | None = None
    for line, text in zip(held, texts, strict=False):
        now = (line.author, line.version)
        rows.append(_row(line, text, opens=now != before))
        before = now
    return Markup("\n".join(rows))  # noqa: S704  (_row escapes)


def _row(line: LineView, text: str, *, opens: bool) -> str:
    person = f"p{colour(line.author)}" if line.author else "nobody"
    who = escape(line.author or "") if opens else ""
    version = escape(line.version or "") if opens else ""
    when = f' title="{escape(moment(line.date))}"' if line.date and opens else ""
    shown = f'<span class="gone">{PHRASES.missing_line}</span>' if line.missing else text
    number = line.number
    return (
        f'<tr id="L{number}"{" class=b" if opens else ""}><td class="au {person}">{who}</td>'
        f'<td class="ve"{when}>{version}</td><td class="no"><a href="#L{number}">{number}</a></td>'
        f'<td class="src">{shown}</td></tr>'
    )
