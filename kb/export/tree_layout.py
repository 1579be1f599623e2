"""Where each page and each of its files stands in an exported tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from importers.markdown.memory import OBJECTS
from kb.export.file_names import LONGEST_PATH, TakenPaths, safe_name, split_ending
from kb.model import PageId
from kb.references import split_reference

HOME: Final = "WebHome"
_LONG: Final = "_long/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How a kind of tree names its files."""

    home: str = "index"
    """Stem of a space's own page; empty: the folder's name, as Obsidian's folder notes."""
    ending: str = ".md"
    bundle: bool = False
    """A page is a folder of its own with its files in it, as Hugo's bundles."""
    page_like: frozenset[str] = frozenset()
    """Endings (small, with dot) that the builder takes for pages: such files get `.txt` behind."""
    addressed: bool = False
    """`A/Page.md` has the address `A/Page/`, so that no folder `A/Page` may stand beside it."""
    small_locales: bool = False
    """Translations are `page.pt-br.md`, as Hugo's languages, not `page.pt_BR.md`."""
    reserved: tuple[str, ...] = ("index", "_index", "readme")
    """Stems that mean a folder's own page to some builder, so that no other page has them."""


class Layout:
    """Gives each page its path, the same on every run that knows what the last one gave."""

    def __init__(
        self, shape: Shape, main_wiki: str, known: Mapping[PageId, str] | None = None,
        known_files: Mapping[tuple[PageId, str], str] | None = None,
    ) -> None:  # fmt: skip
        """Pages of ``main_wiki`` stand at the root, those of another wiki in its folder."""
        self.shape = shape
        self.main_wiki = main_wiki
        self._pages: dict[PageId, str] = dict(known or {})
        self._files: dict[tuple[PageId, str], str] = dict(known_files or {})
        self._names = TakenPaths((*self._pages.values(), *self._files.values()))
        if shape.addressed:
            for path in self._pages.values():
                self._names.reserve(split_ending(path)[0])
        self._names.reserve(OBJECTS)
        self._folders: dict[tuple[str, ...], str] = {(main_wiki,): ""}
        for page, path in sorted(self._pages.items()):
            self._learn_folders(page, path)

    def page(self, page: PageId) -> str:
        """Return the path of the page's own file, with slashes, relative to the tree."""
        path = self._pages.get(page)
        if path is None:
            path = self._pages[page] = self._place(page)
        return path

    def make_folders(self, page: PageId) -> None:
        """Name the folders that the page stands in, before any page gets such a name."""
        self._folder((page.wiki, *split_reference(page.page)[:-1]))

    def files_folder(self, page: PageId) -> str:
        """Return the folder of the page's files, slash behind; translations share their page's."""
        path = self.page(PageId(page.wiki, page.page))
        folder, _, name = path.rpartition("/")
        if self.shape.bundle:
            return f"{folder}/" if folder else ""
        return f"{folder}/{split_ending(name)[0]}_files/".lstrip("/")

    def file(self, page: PageId, name: str, version: str | None = None) -> str:
        """Return the path of a file attached to the page, or of an earlier ``version`` of it."""
        page = PageId(page.wiki, page.page)
        key = file_key(name, version)
        path = self._files.get((page, key))
        if path is None:
            stem, ending = split_ending(name)
            if ending.casefold() in self.shape.page_like:
                ending += ".txt"
            ending = f"-v{version}{ending}" if version else ending
            folder, owner = self.files_folder(page), f"{_key(page)}\0{key}"
            path = self._names.claim(folder, safe_name(stem), ending, owner)
            self._files[page, key] = path
        return path

    def _learn_folders(self, page: PageId, path: str) -> None:
        """Take over the names of folders that a former run gave."""
        *folders, _ = path.split("/")
        names = split_reference(page.page)[:-1]
        if self.shape.bundle and split_reference(page.page)[-1] != HOME:
            self._names.reserve("/".join(folders))
            folders = folders[:-1]
        if page.wiki != self.main_wiki:
            names = (page.wiki, *names)
        if len(folders) != len(names) or path.startswith(_LONG):
            return
        at = (self.main_wiki,) if page.wiki == self.main_wiki else ()
        for depth, name in enumerate(names, 1):
            at = (*at, name)
            if at not in self._folders:
                self._folders[at] = "/".join(folders[:depth]) + "/"
                self._names.reserve(self._folders[at])

    def _place(self, page: PageId) -> str:
        base = PageId(page.wiki, page.page)
        if page.locale:
            stem, ending = split_ending(self.page(base))
            folder, _, stem = stem.rpartition("/")
            locale = f".{safe_name(page.locale)}"
            if self.shape.small_locales:
                locale = locale.lower().replace("_", "-")
            where = f"{folder}/" if folder else ""
            return self._names.claim(where, stem, locale + ending, _key(page))
        *spaces, name = split_reference(page.page)
        folder = self._folder((page.wiki, *spaces))
        path = self._claim(folder, name, page, spaces)
        if len(path.encode("utf-16-le")) // 2 > LONGEST_PATH:
            stem = safe_name((spaces[-1] if name == HOME and spaces else name)[:40])
            path = self._names.claim(_LONG, stem, self.shape.ending, _key(page))
        return path

    def _claim(self, folder: str, name: str, page: PageId, spaces: list[str]) -> str:
        ending, owner = self.shape.ending, _key(page)
        if name == HOME:
            own = folder.rstrip("/").rpartition("/")[2] or (spaces[-1:] or ["index"])[0]
            return self._names.claim(folder, self.shape.home or own, ending, owner)
        stem = safe_name(name)
        if stem.casefold() in self.shape.reserved:
            stem += "_"
        if self.shape.addressed:
            return self._names.claim(folder, stem, "", owner) + ending
        if not self.shape.bundle:
            return self._names.claim(folder, stem, ending, owner)
        return f"{self._names.claim(folder, stem, '/', owner)}index{ending}"

    def _folder(self, names: tuple[str, ...]) -> str:
        """Return the folder of a wiki or space, slash behind; ``names`` has the outermost first."""
        found = self._folders.get(names)
        if found is None:
            above = self._folder(names[:-1]) if len(names) > 1 else ""
            found = self._names.claim(above, safe_name(names[-1]), "/", "\0".join(names))
            self._folders[names] = found
        return found


def file_key(name: str, version: str | None = None) -> str:
    """Return what a layout calls a file; ``version`` where it is an earlier one."""
    return f"{name}\0{version}" if version else name


def _key(page: PageId) -> str:
    return f"{page.wiki}\0{page.page}\0{page.locale}"
