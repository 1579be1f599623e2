"""Read what each view of a page shows: its source and authors, its history, its comments.

The classes are those of XWiki's skins: `code.vm`, `historyinline.vm` and `commentsinline.vm` of
xwiki-platform-flamingo-skin-resources, and the templates of the same names before Flamingo.
Columns and words differ with rights, settings and language, so nothing is told by its position or
its text where a class or a link tells it.
"""

from __future__ import annotations

import re
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from urllib.parse import parse_qs, unquote
from zoneinfo import ZoneInfo

import msgspec
from bs4 import BeautifulSoup, Tag

from importers.web.html import attribute, parse_html, text_of
from importers.web.urls import split_url
from kb.model import Comment, LineOrigin
from kb.references import join_reference, split_reference

_ACTIONS = ("view", "viewrev", "get")
_DATE = re.compile(
    r"(\d{4})[/.年-](\d{1,2})[/.月-](\d{1,2})日?(?:[ T,]{1,3}(\d{1,2}):(\d{2})(?::(\d{2}))?)?"
)
_ENDS = re.compile(r"\r\n|\n|\r")
_NUMBERED = re.compile(r" *(\d+): (.*)", re.DOTALL)
_UNKNOWN = "?.?"
_LINE_NUMBER = re.compile(r"[0-9]{1,9}")
_MOST_MISSING = 100_000
"""Lines that a viewer's table may leave out, in all."""
_VERSION = re.compile(r"[0-9]{1,9}\.[0-9]{1,9}")
_COMMENT_ID = re.compile(r"xwikicomment_(\d{1,9})")


class Root(msgspec.Struct, frozen=True, kw_only=True):
    """What every view says of itself: which page it shows, in which version and language."""

    wiki: str | None = None
    reference: str | None = None
    """Escaped local reference; None where the skin is too old to say."""
    version: str | None = None
    locale: str = ""
    title: str | None = None
    url: str | None = None


class CodeView(msgspec.Struct, kw_only=True):
    """A page's source as the code viewer shows it."""

    root: Root
    lines: list[str] = []
    origins: list[LineOrigin] | None = None
    """None where the view shows no last authors."""
    names: dict[str, str] = {}
    """Display names by author."""
    exact: bool = False
    """True where the lines are all of the source, its last empty ones and line ends included."""
    missing: frozenset[int] = frozenset()
    """Numbers of lines that the view left out."""


class HistoryLine(msgspec.Struct, frozen=True):
    """A row of the history."""

    version: str
    author: str | None
    """The user's reference where the name is a link, else the name."""
    author_name: str | None
    date: str | None
    comment: str | None


class HistoryView(msgspec.Struct, frozen=True):
    """One page of the history, newest version first."""

    root: Root
    rows: list[HistoryLine]
    more: bool
    """True where there is a next page."""


def read_root(page: BeautifulSoup, location: str | None = None) -> Root:
    """Read the data attributes of the root element; an old skin tells the page by a link.

    ``location`` is where the page was fetched from, for links that are relative.
    """
    html = page.select_one("html")
    reference = attribute(html, "data-xwiki-document")
    wiki = attribute(html, "data-xwiki-wiki")
    whole = attribute(html, "data-xwiki-reference")
    if whole and wiki and whole.startswith(f"{wiki}:"):
        reference = whole[len(wiki) + 1 :]
    version = attribute(html, "data-xwiki-version")
    canonical = attribute(page.select_one('link[rel="canonical"][href]'), "href")
    target = split_url(canonical, location or "") if canonical else None
    url = target.geturl() if target else ""
    if not reference and url:
        reference = reference_in(url) or ""
    return Root(
        wiki=wiki or None, reference=reference or None, title=_title(page, reference),
        version=version if _VERSION.fullmatch(version) else None,
        locale=attribute(html, "data-xwiki-locale"),
        url=url or None,
    )  # fmt: skip


def _title(page: BeautifulSoup, reference: str) -> str | None:
    """Return the stored title, as far as the page shows it: one that is not the page's name."""
    title = page.select_one("#document-title a, #document-title:not(:has(a))")
    text = text_of(title).strip()
    names = split_reference(reference) if reference else ("",)
    default = names[-2] if len(names) > 1 and names[-1] == "WebHome" else names[-1]
    return None if text in ("", default) else text


def reference_in(url: str) -> str | None:
    """Return the page that a link to a view leads to; None for a link to something else.

    A link that ends in a slash leads to the home of the space that it names.
    """
    split = split_url(url)
    parts = split.path.split("/") if split else []
    action = next((i for i, name in enumerate(parts) if name in _ACTIONS), None)
    if action is None:
        return None
    names = [unquote(name) for name in parts[action + 1 :]]
    if names and names[-1] == "":
        names[-1] = "WebHome"
    if not names or not all(names):
        return None
    return join_reference(tuple(names))


def read_date(text: str, zone: str | None) -> str | None:
    """Read a date as viewers print it: in the wiki's zone, to the minute, naming neither.

    Return ISO 8601 as precise as printed, in UTC where the wiki's ``zone`` is known.
    None for a date in another order than year, month, day. Local time stays local where the
    zone's clocks show it twice, and at the ends of the calendar.
    """
    match = _DATE.search(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (
        int(part) if part else None for part in match.groups()
    )
    try:
        moment = datetime(year or 0, month or 0, day or 0, hour or 0, minute or 0, second or 0)
    except ValueError:
        return None
    if hour is None:
        return moment.date().isoformat()
    form = "minutes" if second is None else "seconds"
    if zone is None:
        return moment.isoformat(timespec=form)
    there = moment.replace(tzinfo=ZoneInfo(zone))
    if there.utcoffset() != there.replace(fold=1).utcoffset() or moment.year in (MINYEAR, MAXYEAR):
        return moment.isoformat(timespec=form)
    return there.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=form) + "Z"


def _parsed(page: bytes | BeautifulSoup) -> BeautifulSoup:
    return parse_html(page) if isinstance(page, bytes) else page


def read_code(
    page: bytes | BeautifulSoup, location: str | None = None, zone: str | None = None
) -> CodeView:
    """Read the source from a code viewer's page. ValueError where it is another page."""
    page = _parsed(page)
    root = read_root(page, location)
    if (table := page.select_one("table.revision")) is not None:
        return _blame_table(table, root, zone)
    if (area := page.select_one("textarea.wiki-code")) is not None:
        return _textarea(text_of(area), root)
    raise ValueError("not a code viewer's page")


def whole_source(plain: CodeView, blamed: CodeView | None) -> str | None:
    """Return a version's source, byte for byte, from a view without authors and one with them.

    Without authors, empty lines at the end are dropped and carriage returns kept; with them it is
    the other way about. None where the two do not show one text.
    """
    text = "\n".join(plain.lines)
    if plain.exact:
        return text
    if plain.missing or blamed is None or blamed.missing:
        return None
    shown = _ENDS.split(text)
    dropped = len(blamed.lines) - len(shown)
    if dropped < 0 or blamed.lines[: len(shown)] != shown:
        return None
    if text.endswith("\r"):
        # A line feed after it makes no line of its own; a lone one ends no text in practice.
        return text + "\n" + "\n" * dropped
    return text + "\n" * dropped


def _blame_table(table: Tag, root: Root, zone: str | None) -> CodeView:
    """Read Flamingo's table, a row a line; author and version stand in a block's first row."""
    view = CodeView(root=root)
    origin: LineOrigin | None = None
    origins: list[LineOrigin] = []
    missing: list[int] = []
    # One pass without selectors: a page may have ten thousand rows.
    for row in table.find_all("tr"):
        cells = _cells(row) if "line" in attribute(row, "class").split() else {}
        if "content" not in cells:
            continue
        name = attribute(row, "id")
        number = int(name) if _LINE_NUMBER.fullmatch(name) else 0
        if number - len(view.lines) > _MOST_MISSING - len(missing):
            raise ValueError(
                f"line {name} stands after line {len(view.lines)}: too many are missing"
            )
        while len(view.lines) + 1 < number:
            view.lines.append("")
            origins.append(LineOrigin(None))
            missing.append(len(view.lines))
        if "version" in cells:
            origin = _origin(cells, view.names, zone) or origin
        known = origin if "version" in cells else None
        origins.append(known or LineOrigin(None))
        view.lines.append(text_of(cells["content"]))
    view.missing = frozenset(missing)
    if origin is not None:
        view.origins = origins
    return view


def _cells(row: Tag) -> dict[str, Tag]:
    """Return a row's cells by the first of their classes."""
    return {
        attribute(cell, "class").split(" ")[0]: cell
        for cell in row.contents
        if isinstance(cell, Tag) and cell.name == "td"
    }


def _origin(cells: dict[str, Tag], names: dict[str, str], zone: str | None) -> LineOrigin | None:
    """Return author and version from the head of a block; None in the rows below it."""
    version = text_of(cells["version"]).strip()
    if not version:
        return None
    if version == _UNKNOWN:
        return LineOrigin(None)
    if not _VERSION.fullmatch(version):
        raise ValueError(f"{version[:40]!r} is no version")
    author = _author(cells.get("author"), names)
    title = attribute(cells["version"].find("a"), "title")
    return LineOrigin(version, author, read_date(title, zone))


def _author(cell: Tag | None, names: dict[str, str]) -> str | None:
    """Return the user's reference from the link, since names are not unique; else the name."""
    picture = cell.find("img") if cell else None
    name = attribute(picture, "alt") if picture is not None else text_of(cell).strip()
    reference = _linked_user(cell)
    if reference and name:
        names[reference] = name
    return reference or name or None


def _linked_user(element: Tag | None) -> str | None:
    """Return the user whose profile the element links to; None for a name without a profile."""
    return reference_in(attribute(element.find("a", href=True) if element else None, "href"))


def _textarea(text: str, root: Root) -> CodeView:
    """Read the view before Flamingo; each line may begin with its number, taken off once."""
    lines = text.split("\n")
    numbered = lines[1:] if lines[0] == "" else lines
    if numbered and numbered[-1] == "":
        numbered = numbered[:-1]
    matches = [_NUMBERED.fullmatch(line) for line in numbered]
    if numbered and all(m and int(m[1][:9]) == n for n, m in enumerate(matches, 1)):
        return CodeView(root=root, lines=[m[2] for m in matches if m], exact=False)
    return CodeView(root=root, lines=lines, exact=True)


def read_history(
    page: bytes | BeautifulSoup, location: str | None = None, zone: str | None = None
) -> HistoryView:
    """Read the rows of a history viewer's page. ValueError where it is another page."""
    page = _parsed(page)
    if page.select_one("#_history, #mainContentArea") is None:
        raise ValueError("not a history viewer's page")
    more = page.select_one("a.nextPagination[href]") is not None
    lines = (_history_line(row, zone) for row in page.select("#_history tr"))
    found = [line for line in lines if line is not None]
    return HistoryView(read_root(page, location), found, more)


def _history_line(row: Tag, zone: str | None) -> HistoryLine | None:
    """Read a row; None for a heading, and for an extension (`xar:…`), which is no version.

    The link to the version is in each row, whatever its columns and language are; editor, date
    and comment follow it.
    """
    cells = row.find_all("td", recursive=False)
    links = [cell.select_one('a[href*="viewrev"]') for cell in cells]
    at, link = next((pair for pair in enumerate(links) if pair[1] is not None), (0, None))
    target = split_url(attribute(link, "href"))
    version = parse_qs(target.query).get("rev", [""])[0] if target else ""
    if not _VERSION.fullmatch(version):
        return None
    editor, date, comment = (cells[at + n] if at + n < len(cells) else None for n in (1, 2, 3))
    name = text_of(editor).strip()
    reference = _linked_user(editor)
    return HistoryLine(
        version=version, author=reference or name or None,
        author_name=name if reference and name else None, date=read_date(text_of(date), zone),
        comment=text_of(comment) if comment is not None and not _holds_button(comment) else None,
    )  # fmt: skip


def _holds_button(cell: Tag) -> bool:
    """Tell the cell of a button, which stands here where comments are switched off."""
    return (
        "xwikibuttonlink" in attribute(cell, "class")
        or cell.select_one(".currentversionlabel") is not None
    )


def read_comments(
    page: bytes | BeautifulSoup, location: str | None = None, zone: str | None = None
) -> list[Comment]:
    """Read comments, by number. ValueError where the page is another one."""
    page = _parsed(page)
    if page.select_one("#_comments, #commentscontent") is None:
        raise ValueError("not a comments viewer's page")
    found = [_comment(box, zone) for box in page.select("div.xwikicomment")]
    return sorted((one for one in found if one is not None), key=lambda one: one.number)


def _comment(box: Tag, zone: str | None) -> Comment | None:
    match = _COMMENT_ID.fullmatch(attribute(box, "id"))
    if match is None:
        return None
    author, date, content, quoted = (
        box.select_one(f".{name}")
        for name in ("commentauthor", "commentdate", "commentcontent", "annotatedText")
    )
    return Comment(
        number=int(match[1]),
        text=_displayed(content) if content is not None else "",
        author=_linked_user(author) or text_of(author).strip() or None,
        date=read_date(text_of(date), zone), reply_to=_answered(box),
        selection=text_of(quoted).strip() or None,
    )  # fmt: skip


def _displayed(content: Tag) -> str:
    """Return the displayed text, a blank line between paragraphs."""
    blocks = [text_of(block).strip("\n") for block in content.find_all(recursive=False)]
    return "\n\n".join(blocks) if blocks else text_of(content).strip()


def _answered(box: Tag) -> int | None:
    """Return the number of the comment in whose thread this one stands."""
    thread = box.css.closest("div.commentthread")
    above = thread.find_previous_sibling() if thread is not None else None
    match = _COMMENT_ID.fullmatch(attribute(above, "id")) if isinstance(above, Tag) else None
    return int(match[1]) if match else None
