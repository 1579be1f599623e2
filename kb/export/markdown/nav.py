"""The contents of a tree as its readers go through it, and the files that list them.

Here are also the projects of plain Markdown and of Obsidian, which are such a list and a setting.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

import msgspec

GENERATED: Final = "casebook: contents"
"""A line of front matter by which the importer knows that a file is no page of the wiki."""
_SPECIAL: Final = str.maketrans({c: f"\\{c}" for c in r"\`*_[]{}<>#!|~&"})


class ProjectSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the settings of a project say."""

    title: str
    language: str
    """Of the reader: `zh` or `en`."""
    url: str | None
    locales: tuple[str, ...] = ()
    """Locales of the translations in the tree, as XWiki writes them."""


class Nav(msgspec.Struct):
    """A folder of the tree, with its pages and folders in order."""

    title: str
    home: str | None = None
    """Path of the folder's own page."""
    pages: list[tuple[str, str]] = []
    """Title and path of each other page."""
    folders: dict[str, Nav] = {}

    def add(self, path: str, title: str, *, home: bool) -> None:
        """Put a page in its place; ``home`` says that it is its folder's own."""
        at = self
        *folders, _ = path.split("/")
        for name in folders:
            at = at.folders.setdefault(name, Nav(name))
        if home:
            at.home = path
            at.title = title or at.title
        else:
            at.pages.append((title or path, path))

    def walk(self, depth: int = 0, folder: str = "") -> Iterator[tuple[int, str, Nav]]:
        """Yield the folder and those below: depth, path with its slash behind, folder."""
        yield depth, folder, self
        for name, inner in self.folders.items():
            yield from inner.walk(depth + 1, f"{folder}{name}/")


def plain_project(site: ProjectSettings, nav: Nav) -> dict[str, str]:
    """Return a list of all pages, as a file that every program shows."""
    title = _text(site.title)
    lines = ["---", GENERATED, "---", f"# {title}", "", *_entries(nav, 0)]
    return {"SUMMARY.md": "\n".join(lines) + "\n"}


def front_page(site: ProjectSettings, nav: Nav, **facts: str) -> str:
    """Return a first page, where the wiki has none: its folders and the pages at the top."""
    head = ["---", GENERATED, *(f"{key}: {value}" for key, value in facts.items()), "---"]
    entries = [f"- [{_text(title)}]({quote(path)})" for title, path in nav.pages]
    for folder in nav.folders.values():
        below = (at for _, _, at in folder.walk())
        first = next((at.home or at.pages[0][1] for at in below if at.home or at.pages), None)
        if first:
            entries.append(f"- [{_text(folder.title)}]({quote(first)})")
    return "\n".join([*head, f"# {_text(site.title)}", "", *entries]) + "\n"


def obsidian_project(site: ProjectSettings, nav: Nav) -> dict[str, str]:
    """Return the settings of a vault: Markdown links, relative, as they are in the pages."""
    settings = {"useMarkdownLinks": True, "newLinkFormat": "relative", "alwaysUpdateLinks": True}
    return {".obsidian/app.json": json.dumps(settings, indent=2) + "\n"}


def _entries(nav: Nav, depth: int) -> Iterator[str]:
    indent = "  " * depth
    if nav.home and not depth:
        yield f"- [{_text(nav.title)}]({quote(nav.home)})"
    for title, path in nav.pages:
        yield f"{indent}- [{_text(title)}]({quote(path)})"
    for folder in nav.folders.values():
        title = _text(folder.title)
        yield f"{indent}- [{title}]({quote(folder.home)})" if folder.home else f"{indent}- {title}"
        yield from _entries(folder, depth + 1)


def _text(text: str) -> str:
    return " ".join(text.split()).translate(_SPECIAL) or "-"
