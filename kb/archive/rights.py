"""Who may see a page, by the rights objects that the wiki keeps with its pages.

XWiki.XWikiRights on a page speak of that page; XWiki.XWikiGlobalRights on a space's
WebPreferences of all in the space and below, on XWiki.XWikiPreferences of the whole wiki. As soon
as a level allows someone to view, all others may not. Source: XWiki's documentation of rights.

The answer errs on the side of not seeing: it is asked before something is published.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kb.archive.archive import Archive
from kb.model import PageId, PropertyValue, WikiObject
from kb.references import join_reference, split_reference

_PAGE = "XWiki.XWikiRights"
_SPACE = "XWiki.XWikiGlobalRights"
_PREFERENCES = "WebPreferences"
_WIKI = "XWiki.XWikiPreferences"
_EVERYONE = frozenset({"XWiki.XWikiGuest", "XWiki.XWikiAllGroup"})
_VIEWING = frozenset({"view", "login"})


class Right(msgspec.Struct, frozen=True, kw_only=True):
    """What one rights object says."""

    scope: tuple[str, ...]
    """Names of the page or of the space that it speaks of; empty for the whole wiki."""
    page_only: bool
    allow: bool
    levels: frozenset[str]
    """`view`, `edit`, `comment`, …"""
    users: frozenset[str]
    groups: frozenset[str]


def rights_of(page: PageId, things: tuple[WikiObject, ...]) -> Iterator[Right]:
    """The rights that the objects of a page set."""
    names = split_reference(page.page)
    for thing in things:
        if thing.class_name == _PAGE:
            scope, page_only = names, True
        elif thing.class_name == _SPACE and page.page == _WIKI:
            scope, page_only = (), False
        elif thing.class_name == _SPACE and names[-1] == _PREFERENCES:
            scope, page_only = names[:-1], False
        else:
            continue
        values = thing.properties
        yield Right(
            scope=scope,
            page_only=page_only,
            allow=str(values.get("allow", "1")) not in ("0", "false", "False"),
            levels=_listed(values.get("levels")),
            users=_listed(values.get("users")),
            groups=_listed(values.get("groups")),
        )


def _listed(value: PropertyValue) -> frozenset[str]:
    """A property that lists: as a list, or with commas or bars between."""
    parts = value if isinstance(value, list) else str(value or "").replace("|", ",").split(",")
    return frozenset(part.strip() for part in parts if part.strip())


class Visibility:
    """Which pages of an archive everyone may see."""

    def __init__(self, archive: Archive) -> None:
        """Read the rights of all pages once."""
        self._closed_pages: set[tuple[str, tuple[str, ...]]] = set()
        self._closed_spaces: set[tuple[str, tuple[str, ...]]] = set()
        for page, things in archive.objects_named((_PAGE, _SPACE)):
            for right in rights_of(page, things):
                if _closes(right):
                    closed = self._closed_pages if right.page_only else self._closed_spaces
                    closed.add((page.wiki, right.scope))

    def is_open(self, page: PageId) -> bool:
        """Whether no right anywhere above the page, or on it, keeps anyone from viewing it."""
        names = split_reference(page.page)
        if (page.wiki, names) in self._closed_pages:
            return False
        above = (names[:length] for length in range(len(names)))
        return not any((page.wiki, space) in self._closed_spaces for space in above)

    @property
    def closed(self) -> list[str]:
        """References of pages and spaces that not everyone may see, for people."""
        found = {scope for _, scope in self._closed_pages | self._closed_spaces}
        return sorted(join_reference(scope) if scope else "the whole wiki" for scope in found)


def _closes(right: Right) -> bool:
    """Whether it keeps anyone from viewing: a denial, or a permission for some only."""
    if not right.levels & _VIEWING:
        return False
    return not right.allow or not (right.users | right.groups) & _EVERYONE
