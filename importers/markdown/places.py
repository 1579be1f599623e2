"""Which page each file of a tree is, and to which page each other file belongs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from importers.markdown.memory import FOLDER, KnownTree
from kb.model import PageId
from kb.references import join_reference

PAGES = (".md", ".markdown", ".mdx")
HOMES = frozenset(("index", "_index", "readme"))
_HOME = "WebHome"
_LOCALE = re.compile(r"[a-z]{2,3}([_-][A-Za-z]{2,4})?")
_ROOTS = (
    ("mkdocs.yml", "docs"), ("mkdocs.yaml", "docs"), ("hugo.toml", "content"),
    ("hugo.yaml", "content"), ("config.toml", "content"), ("docusaurus.config.js", "docs"),
    ("docusaurus.config.ts", "docs"),
)  # fmt: skip
_NEVER = frozenset(("node_modules", "__pycache__", FOLDER))


def content_root(folder: Path) -> Path:
    """Where the pages are: below a site's project in its content folder, else the folder."""
    for name, inner in _ROOTS:
        if (folder / name).is_file() and (folder / inner).is_dir():
            return folder / inner
    return folder


def files_in(folder: Path) -> Iterator[str]:
    """Paths of all files below ``folder`` in order, hidden ones and other programs' left out.

    Links of the file system are not followed.
    """
    for path in sorted(folder.iterdir(), key=lambda p: p.name):
        if path.name.startswith(".") or path.name in _NEVER or path.is_symlink():
            continue
        if path.is_dir():
            yield from (f"{path.name}/{inner}" for inner in files_in(path))
        elif path.is_file():
            yield path.name


def is_page(path: str) -> bool:
    """Whether a file is one of Markdown."""
    return path.lower().endswith(PAGES)


def page_of(path: str, facts: Mapping[str, Any], wiki: str) -> PageId:
    """The page of a file: as its facts say, else as its path does."""
    said = facts.get("wiki")
    if isinstance(said, dict) and isinstance(said.get("reference"), str) and said["reference"]:
        locale = said.get("locale")
        name = said.get("name")
        return PageId(
            name if isinstance(name, str) and name else wiki,
            said["reference"],
            locale if isinstance(locale, str) else "",
        )
    return page_by_path(path, wiki)


def page_by_path(path: str, wiki: str) -> PageId:
    """Folders are spaces, a folder's own file is its home, `Page.fr.md` a translation."""
    *folders, name = PurePosixPath(path).parts
    stem = name[: name.rindex(".")]
    base, dot, locale = stem.rpartition(".")
    if not (dot and base and _LOCALE.fullmatch(locale)):
        base, locale = stem, ""
    if base.lower() in HOMES or (folders and base == folders[-1]):
        base = _HOME
    return PageId(wiki, join_reference((*folders, base)), locale.replace("-", "_"))


def owner_of(path: str, pages: Mapping[str, PageId], known: KnownTree | None) -> PageId | None:
    """The page that a file belongs to, or None where nobody can tell.

    ``pages`` has the page of each Markdown file. A file belongs to the page whose `_files` folder
    it is in, else to the nearest folder's own page, else to the only page beside it.
    """
    if known is not None and path in known.files:
        return known.files[path].page
    for folder in PurePosixPath(path).parents:
        name = str(folder)
        for ending in PAGES:
            if name.endswith("_files") and (page := pages.get(name[: -len("_files")] + ending)):
                return PageId(page.wiki, page.page)
        inside = "" if name == "." else f"{name}/"
        homes = (f"{inside}{home}{ending}" for home in ("index", "_index", "README", "readme")
                 for ending in PAGES)  # fmt: skip
        note = f"{inside}{folder.name}.md"
        for candidate in (*homes, note):
            if candidate in pages:
                return PageId(pages[candidate].wiki, pages[candidate].page)
    return None
