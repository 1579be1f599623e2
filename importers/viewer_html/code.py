"""The code viewer: Flamingo's table with and without last authors, and the old textarea."""

from __future__ import annotations

import re

import msgspec

from importers.viewer_html.dates import read_date
from importers.viewer_html.root import Root, read_root, reference_in
from importers.web.html import Element, attribute, first, has_class, parse_html, text_of
from kb.model import LineOrigin

_ENDS = re.compile(r"\r\n|\n|\r")
_NUMBERED = re.compile(r" *(\d+): (.*)", re.DOTALL)
_UNKNOWN = "?.?"


class CodeView(msgspec.Struct, kw_only=True):
    """A page's source as a viewer shows it."""

    root: Root
    lines: list[str] = []
    origins: list[LineOrigin] | None = None
    """None where the view shows no last authors."""
    names: dict[str, str] = {}
    """Displayed names by author."""
    exact: bool = False
    """True where the lines are all of the source, its last empty ones and line ends included."""
    missing: frozenset[int] = frozenset()
    """Numbers of lines that the view left out."""


def read_code(body: bytes, location: str | None = None, zone: str | None = None) -> CodeView:
    """The source in a code viewer's page. ValueError where it is another page."""
    tree = parse_html(body)
    root = read_root(tree, location)
    if (table := first(tree, f"//table[{has_class('revision')}]")) is not None:
        return _table(table, root, zone)
    if (area := first(tree, f"//textarea[{has_class('wiki-code')}]")) is not None:
        return _textarea(text_of(area), root)
    raise ValueError("not a code viewer's page")


def whole_source(plain: CodeView, blamed: CodeView | None) -> str | None:
    """The source of a version, byte for byte, from a view without authors and one with them.

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
        # a line feed after it makes no line of its own; a lone one ends no text in practice
        return text + "\n" + "\n" * dropped
    return text + "\n" * dropped


def _table(table: Element, root: Root, zone: str | None) -> CodeView:
    view = CodeView(root=root)
    origin: LineOrigin | None = None
    origins: list[LineOrigin] = []
    missing: list[int] = []
    for row in table.iter("tr"):
        if "line" not in attribute(row, "class").split():
            continue
        cells = {attribute(cell, "class").split(" ")[0]: cell for cell in row if cell.tag == "td"}
        if "content" not in cells:
            continue
        number = int(row.get("id") or 0) if (row.get("id") or "").isdecimal() else 0
        while len(view.lines) + 1 < number and len(missing) < number:
            view.lines.append("")
            origins.append(LineOrigin(None))
            missing.append(len(view.lines))
        if "version" in cells:
            origin = _origin(cells, view.names, zone) or origin
            origins.append(origin or LineOrigin(None))
        view.lines.append(text_of(cells["content"]))
    view.missing = frozenset(missing)
    if origin is not None:
        view.origins = origins
    return view


def _origin(
    cells: dict[str, Element], names: dict[str, str], zone: str | None
) -> LineOrigin | None:
    """Author and version at the head of a block; None in the rows below it."""
    link = first(cells["version"], ".//a")
    version = text_of(cells["version"]).strip()
    if not version:
        return None
    if version == _UNKNOWN:
        return LineOrigin(None)
    author = _author(cells.get("author"), names)
    title = attribute(link, "title") if link is not None else ""
    return LineOrigin(version, author, read_date(title, zone))


def _author(cell: Element | None, names: dict[str, str]) -> str | None:
    """The user's reference from the link, since names are not unique; else the name."""
    if cell is None:
        return None
    link, picture = first(cell, ".//a[@href]"), first(cell, ".//img")
    name = attribute(picture, "alt") if picture is not None else text_of(cell).strip()
    reference = reference_in(attribute(link, "href")) if link is not None else None
    if reference and name:
        names[reference] = name
    return reference or name or None


def _textarea(text: str, root: Root) -> CodeView:
    """The old viewer; each line may begin with its number, which is taken off once."""
    lines = text.split("\n")
    numbered = lines[1:] if lines[0] == "" else lines
    if numbered and numbered[-1] == "":
        numbered = numbered[:-1]
    matches = [_NUMBERED.fullmatch(line) for line in numbered]
    if numbered and all(m and int(m[1][:9]) == n for n, m in enumerate(matches, 1)):
        return CodeView(root=root, lines=[m[2] for m in matches if m], exact=False)
    return CodeView(root=root, lines=lines, exact=True)
