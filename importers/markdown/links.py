"""Where a link of a tree leads, in the words of the wiki."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import unquote

from importers.markdown.memory import KnownTree
from kb.markup.tree.nodes import ResourceReference
from kb.model import PageId


class Links:
    """The pages and files of a tree by their paths below its content folder."""

    def __init__(
        self, pages: Mapping[str, PageId], files: Mapping[str, PageId], known: KnownTree | None,
        prefix: str,
    ) -> None:  # fmt: skip
        self._pages = pages
        self._files = files
        self._known = known
        self._prefix = prefix

    def finder(self, path: str) -> Callable[[str], ResourceReference | None]:
        """What answers for links of the file at ``path``."""
        return lambda target: self._find(path, target)

    def name_of(self, path: str) -> str:
        """The attachment's name of a file: as the wiki had it, else the file's own."""
        found = self._known.files.get(f"{self._prefix}{path}") if self._known else None
        return found.name if found else posixpath.basename(path)

    def _find(self, path: str, target: str) -> ResourceReference | None:
        plain, _, anchor = target.partition("#")
        plain = unquote(plain.partition("?")[0])
        for candidate in _candidates(path, plain):
            if candidate in self._pages:
                page = self._pages[candidate]
                place = {"anchor": anchor} if anchor else None
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
    """Paths that a target may mean: from the file, or from the address that it gets."""
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
