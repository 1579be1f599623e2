"""Titles in MediaWiki: spaces as subpages, no two the same, none that it refuses.

Source: MediaWiki's manual, "Page title": at most 255 bytes, first letter a capital, none of
``# < > [ ] | { } _`` and no control characters; a colon may begin a namespace.
"""

from __future__ import annotations

import re

from kb.export.file_names import digest_of
from kb.model import PageId
from kb.references import split_reference

LONGEST = 200
"""Bytes of a title; a digest comes on top."""
_REFUSED = re.compile(r"[#<>\[\]|{}_:\x00-\x1f\x7f\ufffd]|~~~+|%(?=[0-9A-Fa-f]{2})|&(?=#?\w+;)")


class Titles:
    """Gives each page and file its title, the same for the same pages in the same order."""

    def __init__(self, main_wiki: str) -> None:
        self._main = main_wiki
        self._given: dict[object, str] = {}
        self._taken: set[str] = set()

    def page(self, page: PageId) -> str:
        """Return the title of a page; a translation is a subpage named by its locale."""
        *spaces, name = split_reference(page.page)
        parts = [*spaces, *([] if name == "WebHome" and spaces else [name])]
        if page.wiki != self._main:
            parts.insert(0, page.wiki)
        if page.locale:
            parts.append(page.locale)
        return self._claim(page, "/".join(_plain(part) for part in parts))

    def file(self, page: PageId, name: str) -> str:
        """Return a file's name, without its namespace; other pages may have one of that name."""
        stem, dot, ending = name.rpartition(".")
        plain = _plain(stem if dot else name).replace("/", "-")
        return self._claim((page, name), plain, f".{_plain(ending)}" if dot else "")

    def _claim(self, owner: object, title: str, ending: str = "") -> str:
        found = self._given.get(owner)
        if found is None:
            title = title[:1].upper() + title[1:]
            short = title.encode()[:LONGEST].decode("utf-8", "ignore").strip(" /")
            found = f"{short}{ending}"
            if short != title or found.casefold() in self._taken:
                found = f"{short} {digest_of(repr(owner))[:8]}{ending}"
            self._taken.add(found.casefold())
            self._given[owner] = found
        return found


def _plain(text: str) -> str:
    shown = " ".join(_REFUSED.sub("-", text).replace("/", "-").split())
    return re.sub(r"^\.{1,2}$", "-", shown) or "-"
