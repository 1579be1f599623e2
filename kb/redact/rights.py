"""Whether guests of the wiki could read a page: what they could not is never public.

XWiki's rule: a right that is granted to some is thereby denied to all others; a page's own
objects come before those of the spaces around it. Source: XWikiRights and XWikiGlobalRights of
the rights documentation.
"""

from __future__ import annotations

from collections.abc import Iterable

from kb.archive import PageView
from kb.model import WikiObject
from kb.references import join_reference, split_reference

_GUEST = ("xwiki.xwikiguest", "xwikiguest")
_EVERYBODY = ("xwiki.xwikiallgroup", "xwikiallgroup")


class Rights:
    """What the pages of a wiki say of who may view them."""

    def __init__(self) -> None:
        self._pages: dict[tuple[str, str], bool] = {}
        self._spaces: dict[tuple[str, str], bool] = {}

    def learn(self, page: PageView) -> None:
        """Note a page's rights objects; those of `WebPreferences` hold for its space."""
        own = [o for o in page.objects if o.class_name == "XWiki.XWikiRights"]
        wide = [o for o in page.objects if o.class_name == "XWiki.XWikiGlobalRights"]
        wiki, spaces = page.id.wiki, split_reference(page.id.page)[:-1]
        if own:
            self._note(self._pages, (wiki, page.id.page), own)
        if wide:
            whole = page.id.page == "XWiki.XWikiPreferences"
            self._note(self._spaces, (wiki, "" if whole else join_reference(spaces)), wide)

    def guests_may_view(self, wiki: str, reference: str) -> bool:
        """By the page's own rights, else those of the nearest space that has some."""
        found = self._pages.get((wiki, reference))
        if found is not None:
            return found
        spaces = split_reference(reference)[:-1]
        for depth in range(len(spaces), 0, -1):
            found = self._spaces.get((wiki, join_reference(spaces[:depth])))
            if found is not None:
                return found
        return self._spaces.get((wiki, ""), True)

    @staticmethod
    def _note(
        kept: dict[tuple[str, str], bool], key: tuple[str, str], objects: list[WikiObject]
    ) -> None:
        verdict = _verdict(objects)
        if verdict is not None:
            kept[key] = verdict


def _verdict(objects: Iterable[WikiObject]) -> bool | None:
    """Whether guests may view; None where the objects say nothing of viewing."""
    granted: bool | None = None
    for one in objects:
        if "view" not in _items(one, "levels"):
            continue
        guests = any(user in _GUEST for user in _items(one, "users"))
        everybody = any(group in _EVERYBODY for group in _items(one, "groups"))
        allows = str(one.properties.get("allow", "1")) in ("1", "1.0", "True")
        if not allows and (guests or everybody):
            return False
        if allows:
            granted = bool(granted) or guests
    return granted


def _items(one: WikiObject, name: str) -> list[str]:
    value = one.properties.get(name)
    texts = value if isinstance(value, list) else str(value or "").replace("|", ",").split(",")
    return [str(text).strip().lower() for text in texts if str(text).strip()]
