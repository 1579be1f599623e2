"""Which page each file of a tree is, to which page others belong, and where links lead."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

from importers.markdown.memory import FOLDER, KnownTree
from kb.foreign_folder import ForeignFolder
from kb.markup.tree.nodes import ResourceReference
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


def content_root(tree: ForeignFolder) -> Path:
    """Return where the pages are: a site project's content folder, else the folder itself."""
    for name, inner in _ROOTS:
        if tree.is_file(name) and tree.is_folder(inner):
            return tree.root / inner
    return tree.root


def passed_over(name: str) -> bool:
    """Tell a name that is not looked at: hidden ones, and folders of other programs."""
    return name.startswith(".") or name in _NEVER


def is_page(path: str) -> bool:
    """Tell a file of Markdown by its name."""
    return path.lower().endswith(PAGES)


def page_of(path: str, facts: Mapping[str, Any], wiki: str) -> PageId:
    """Return the page of a file: as its facts say, else as its path does."""
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
    """Take folders for spaces, a folder's own file for its home, `Page.fr.md` for a translation."""
    *folders, name = PurePosixPath(path).parts
    stem = name[: name.rindex(".")]
    base, dot, locale = stem.rpartition(".")
    if not (dot and base and _LOCALE.fullmatch(locale)):
        base, locale = stem, ""
    if base.lower() in HOMES or (folders and base == folders[-1]):
        base = _HOME
    return PageId(wiki, join_reference((*folders, base)), locale.replace("-", "_"))


def owner_of(path: str, pages: Mapping[str, PageId], known: KnownTree | None) -> PageId | None:
    """Return the page that a file belongs to; None where nothing tells it.

    ``pages`` has the page of each Markdown file. A file belongs to the page whose `_files` folder
    it is in, else to the nearest folder's own page.
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


class TreeLinks:
    """Find where links of a tree lead: pages and files by their paths below its content folder."""

    def __init__(
        self, pages: Mapping[str, PageId], files: Mapping[str, PageId], known: KnownTree | None,
        prefix: str,
    ) -> None:  # fmt: skip
        self._pages = pages
        self._files = files
        self._known = known
        self._prefix = prefix

    def finder(self, path: str) -> Callable[[str], ResourceReference | None]:
        """Return the function that resolves links of the file at ``path``."""
        return lambda target: self._find(path, target)

    def name_of(self, path: str) -> str:
        """Return the attachment's name of a file: as the wiki had it, else the file's own."""
        found = self._known.files.get(f"{self._prefix}{path}") if self._known else None
        return found.name if found else posixpath.basename(path)

    def _find(self, path: str, target: str) -> ResourceReference | None:
        plain, _, anchor = target.partition("#")
        plain = unquote(plain.partition("?")[0])
        for candidate in _candidates(path, plain):
            if candidate in self._pages:
                page = self._pages[candidate]
                place = {"anchor": anchor} if anchor else {}
                return ResourceReference("doc", page.page, False, place)
            if candidate in self._files:
                owner, name = self._files[candidate], self.name_of(candidate)
                here = self._pages[path]
                escaped = re.sub(r"([@\\])", r"\\\1", name)
                own = (owner.wiki, owner.page) == (here.wiki, here.page)
                text = escaped if own else f"{owner.page}@{escaped}"
                return ResourceReference("attach", text, True)
        return None


def _candidates(path: str, target: str) -> Iterator[str]:
    """Yield paths that a target may mean: from the file, or from its address on a site."""
    folder = posixpath.dirname(path)
    stem = posixpath.splitext(posixpath.basename(path))[0]
    for base in (folder, posixpath.join(folder, stem)):
        whole = posixpath.normpath(posixpath.join(base, target.lstrip("/")))
        if whole.startswith(".."):
            continue
        whole = "" if whole == "." else whole
        yield whole
        for ending in (".md", "/index.md", "/_index.md"):
            yield f"{whole}{ending}".lstrip("/")
