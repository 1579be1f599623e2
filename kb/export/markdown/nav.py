"""The tree as its readers go through it: folders and pages with their titles, in order."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """What a project's settings say."""

    title: str
    language: str
    """Of the reader: `zh` or `en`."""
    url: str | None
    locales: tuple[str, ...] = ()
    """Locales of the translations in the tree, as XWiki writes them."""


class Nav(msgspec.Struct):
    """A folder of the tree."""

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
        """The folder and those below: depth, path with its slash behind, folder."""
        yield depth, folder, self
        for name, inner in self.folders.items():
            yield from inner.walk(depth + 1, f"{folder}{name}/")
