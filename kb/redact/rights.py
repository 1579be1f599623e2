"""Decide whether guests of the wiki could read a page, as XWiki's authorisation decides it.

A page of the wiki is public where a visitor who is not logged in holds the right `view` on it.
Ported from xwiki-platform (org.xwiki.security.authorization, class names below), reduced to what
counts for that visitor:

- Rules are objects. `XWiki.XWikiRights` on a page hold for the page, `XWiki.XWikiGlobalRights` on
  `WebPreferences` for its space and all below, on `XWiki.XWikiPreferences` for the wiki; anywhere
  else they hold for nothing (DefaultSecurityEntryReader). A subwiki lies below the main wiki
  (SecurityReference), which is named `xwiki`.
- The level nearest to the page that says something decides (AbstractAuthorizationSettler.merge).
  Within a level a denial wins, `edit`, `delete`, `admin` and `programming` imply `view`, and what
  is granted to some is denied to all others (DefaultAuthorizationSettler). `admin` and
  `programming` win over denials, also over those of lower levels (Right, Policies).
- A rule is about guests where it names the user `XWikiGuest` (XWikiSecurityRule). Guests are
  members of no group, not even of XWikiAllGroup (DefaultUserBridge.getAllGroupsFor).
- `authenticate_view` makes all visitors log in (DefaultXWikiBridge.needsAuthentication). The right
  `login` is about logging in: it does not matter here. Nor do creators, owners and the superadmin:
  they are never guests.

Where the archive cannot tell, the page is closed: rights that were not imported; groups whose
members are not known, where a group is denied (before XWiki 5.0, XWikiRightServiceImpl, a guest
could be a member); a grant that names nobody, which those versions read as a denial and later ones
ignore.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

import msgspec

from kb.archive import PageStanding
from kb.errors import Problem
from kb.model import PageId, WikiObject
from kb.redact.grants import LevelKind, RightsRule, account_page, is_guest, rule_of, settle, text_of
from kb.references import join_reference, split_reference

PAGE_RIGHTS: Final = "XWiki.XWikiRights"
GLOBAL_RIGHTS: Final = "XWiki.XWikiGlobalRights"
PREFERENCES: Final = "XWiki.XWikiPreferences"
"""A class, and the page that holds the wiki's rights."""
GROUP: Final = "XWiki.XWikiGroups"
CLASSES: Final = (PAGE_RIGHTS, GLOBAL_RIGHTS, PREFERENCES, GROUP)
"""Classes of the objects that decide."""

MAIN_WIKI: Final = "xwiki"
_SPACE_PREFERENCES = "WebPreferences"

Reason: TypeAlias = Literal[
    "default", "granted", "named", "denied", "granted-to-others", "granted-to-nobody",
    "group-denied", "login-required", "rights-unknown", "hidden", "gone", "excluded", "unread",
]  # fmt: skip


class Visibility(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a page may be public, and why."""

    open: bool
    reason: Reason
    detail: str
    """For people."""
    where: str | None = None
    """Reference of the page whose rights decide; None where none does."""

    def __str__(self) -> str:
        return self.detail if self.where is None else f"{self.detail} ({self.where})"


@dataclass(frozen=True, slots=True, kw_only=True)
class _RightsLevel:
    """A page, space or wiki with its rules."""

    kind: LevelKind
    wiki: str
    holder: str
    """Reference of the page whose objects the rules are."""
    rules: tuple[RightsRule, ...]
    unknown: str | None
    """Why not all rules are known; None where they are."""
    login: bool | None
    """Whether all must log in; None where the level says nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settled:
    """What holds at a level, all levels above it included."""

    view: Visibility | None = None
    """By the nearest level that says something; None where none does."""
    granted: Visibility | None = None
    """A grant that no lower level can take back."""
    unknown: Visibility | None = None
    """The highest level of the page's own wiki whose rules are not all known."""
    main_unknown: Visibility | None = None
    """The same of the main wiki above a subwiki: it matters where nothing below it decides."""
    login: Visibility | None = None
    """The wiki's demand to log in."""
    space_login: Visibility | None = None
    """That of the nearest space that says something."""


class Rights:
    """The rights in an archive. What spaces and wikis say is settled once, however many pages."""

    def __init__(self, pages: Iterable[PageStanding], problems: Iterable[Problem] = ()) -> None:
        """Take the archive's pages, with their objects of `CLASSES`, and its problems."""
        self._known: dict[tuple[str, str], bool] = {}
        self._objects: dict[tuple[str, str], tuple[WikiObject, ...]] = {}
        self._spaces: set[tuple[str, tuple[str, ...]]] = set()
        self._settled: dict[tuple[str, tuple[str, ...]], _Settled] = {}
        self._guests_in: dict[tuple[str, str], bool | None] = {}
        self._unread, self._lossy = _troubled(problems)
        for page in pages:
            if not page.id.locale:  # objects stand on the page itself, not on a translation
                self._learn(page)

    def _learn(self, page: PageStanding) -> None:
        key = page.id.wiki, page.id.page
        gone = page.gone is not None
        self._known[key] = gone or (page.whole and page.id.page not in self._lossy)
        self._spaces.add((page.id.wiki, split_reference(page.id.page)[:-1]))
        if page.objects and not gone:
            self._objects[key] = page.objects

    def visibility(self, page: PageId) -> Visibility:
        """Whether guests could read the page, in any of its languages."""
        names = split_reference(page.page)
        own = self._page_level(page.wiki, page.page, names)
        here = self._joined(own, self._space(page.wiki, names[:-1]))
        if login := here.login or here.space_login:
            return login
        if here.granted is not None:
            return here.unknown or here.granted
        if here.view is not None and not here.view.open:
            return here.view
        unknown = here.unknown or (here.main_unknown if here.view is None else None)
        return unknown or here.view or _NOTHING_SAID

    def _space(self, wiki: str, spaces: tuple[str, ...]) -> _Settled:
        """What holds in a space; in the wiki itself where ``spaces`` is empty."""
        if (done := self._settled.get((wiki, spaces))) is not None:
            return done
        here = self._settled.get((wiki, ())) or self._wiki(wiki)
        self._settled[wiki, ()] = here
        for depth in range(1, len(spaces) + 1):
            part = wiki, spaces[:depth]
            if part not in self._settled:
                self._settled[part] = self._joined(self._space_level(*part), here)
            here = self._settled[part]
        return here

    def _wiki(self, wiki: str) -> _Settled:
        if wiki == MAIN_WIKI:
            return self._joined(self._wiki_level(wiki, "main"), _Settled())
        main = self._space(MAIN_WIKI, ())
        above = _Settled(view=main.view, granted=main.granted, main_unknown=main.unknown)
        return self._joined(self._wiki_level(wiki, "wiki"), above)

    def _page_level(self, wiki: str, page: str, names: tuple[str, ...]) -> _RightsLevel:
        """A page's own level. `edit` on a page that holds rights of others is left to admins."""
        rules = self._rules(wiki, page, PAGE_RIGHTS)
        if names[-1] == _SPACE_PREFERENCES or page == PREFERENCES:
            rules = tuple(replace(rule, levels=rule.levels - {"edit"}) for rule in rules)
        known = self._known.get((wiki, page), False)
        return _RightsLevel(
            kind="page", wiki=wiki, holder=page, rules=rules, login=None,
            unknown=None if known else "the page's own objects were not all imported",
        )  # fmt: skip

    def _space_level(self, wiki: str, spaces: tuple[str, ...]) -> _RightsLevel:
        """A space. It has no rights where its pages were imported, and no WebPreferences."""
        holder = join_reference((*spaces, _SPACE_PREFERENCES))
        taken = (wiki, spaces) in self._spaces and holder not in self._unread
        missing = None if taken else f"the rights of {holder.rpartition('.')[0]} were not imported"
        return _RightsLevel(
            kind="space", wiki=wiki, holder=holder, rules=self._rules(wiki, holder, GLOBAL_RIGHTS),
            unknown=self._missing(wiki, holder, missing), login=self._login(wiki, holder),
        )  # fmt: skip

    def _wiki_level(self, wiki: str, kind: LevelKind) -> _RightsLevel:
        missing = f"the rights of the wiki {wiki} were not imported"
        return _RightsLevel(
            kind=kind, wiki=wiki, holder=PREFERENCES,
            rules=self._rules(wiki, PREFERENCES, GLOBAL_RIGHTS),
            unknown=self._missing(wiki, PREFERENCES, missing),
            login=self._login(wiki, PREFERENCES),
        )  # fmt: skip

    def _missing(self, wiki: str, holder: str, absent: str | None) -> str | None:
        """Why the rules on a page are not all known; ``absent`` where there is no such page."""
        known = self._known.get((wiki, holder))
        if known is None:
            return absent
        return None if known else "not all objects that may hold rights were imported"

    def _rules(self, wiki: str, holder: str, class_name: str) -> tuple[RightsRule, ...]:
        found = self._objects.get((wiki, holder), ())
        return tuple(rule_of(one) for one in found if one.class_name == class_name)

    def _login(self, wiki: str, holder: str) -> bool | None:
        """Whether the preferences on a page make all visitors log in."""
        for one in self._objects.get((wiki, holder), ()):
            if one.class_name == PREFERENCES:
                value = one.properties.get("authenticate_view")
                if (text := text_of(value)) != "":
                    return text.lower() == "yes" or (text.isdecimal() and text.strip("0") != "")
        return None

    def _joined(self, level: _RightsLevel, above: _Settled) -> _Settled:
        """What holds at ``level``, given what holds above it."""
        view, strong = self._verdict(level)
        unknown = above.unknown
        if unknown is None and level.unknown is not None:
            where = None if level.kind == "page" else level.holder
            unknown = _closed("rights-unknown", level.unknown, where)
        login, space_login = above.login, above.space_login
        if level.login is not None:
            demand = _closed("login-required", "all visitors must log in", level.holder)
            said = demand if level.login else None
            login, space_login = (login, said) if level.kind == "space" else (said, space_login)
        return _Settled(
            view=view or above.view, granted=above.granted or (view if strong else None),
            unknown=unknown, main_unknown=above.main_unknown, login=login,
            space_login=space_login,
        )  # fmt: skip

    def _verdict(self, level: _RightsLevel) -> tuple[Visibility | None, bool]:
        """What a level says of guests, and whether no lower level can take it back."""
        rules = [rule for rule in level.rules if not rule.names_nobody]
        state, strong = settle(rules, level.kind)
        where = level.holder
        if state is not None:
            if state:
                detail = "guests are granted view"
                return Visibility(open=True, reason="granted", detail=detail, where=where), strong
            return _closed("denied", "guests are denied view", where), False
        grants = [rule for rule in level.rules if rule.allow and "view" in rule.levels]
        if others := [name for rule in grants for name in (*rule.groups, *rule.users)]:
            detail = f"view is granted to {_some(others)} only"
            return _closed("granted-to-others", detail, where), False
        if grants:
            return _closed("granted-to-nobody", "view is granted to nobody by name", where), False
        return self._denied_groups(level, rules), False

    def _denied_groups(self, level: _RightsLevel, rules: list[RightsRule]) -> Visibility | None:
        """A denial for groups, unless none of them has guests among its members."""
        for rule in rules:
            if not rule.allow and "view" in rule.levels:
                for group in rule.groups:
                    if (guests := self._has_guests(level.wiki, group)) is not False:
                        why = "which guests are in" if guests else "whose members are not known"
                        detail = f"view is denied to {group}, {why}"
                        return _closed("group-denied", detail, level.holder)
        return None

    def _has_guests(self, wiki: str, group: str) -> bool | None:
        """Whether guests are a member of a group, or of one in it; None where it is not known."""
        start = account_page(wiki, group)
        if start not in self._guests_in:
            self._guests_in[start] = self._search_guests(start)
        return self._guests_in[start]

    def _search_guests(self, start: tuple[str, str]) -> bool | None:
        open_, seen, unknown = [start], {start}, False
        while open_:
            page = open_.pop()
            unknown = unknown or not self._known.get(page, False)
            for one in self._objects.get(page, ()):
                member = text_of(one.properties.get("member")) if one.class_name == GROUP else ""
                if not member:
                    continue
                if is_guest(member):
                    return True
                if (inner := account_page(page[0], member)) not in seen:
                    seen.add(inner)
                    open_.append(inner)
        return None if unknown else False


def _troubled(problems: Iterable[Problem]) -> tuple[frozenset[str], frozenset[str]]:
    """References of pages that could not be read, and of those that lost objects."""
    unread, lossy = set(), set()
    for problem in problems:
        _, inside, entry = problem.where.rpartition("!/")
        if inside and entry.endswith(".xml"):
            unread.add(entry.removesuffix(".xml").replace("/", "."))
        if problem.page is not None:
            if problem.code != "not-found":
                unread.add(problem.page)
            if "object" in problem.code or "/objects" in problem.where:
                lossy.add(problem.page)
    return frozenset(unread), frozenset(lossy)


def _closed(reason: Reason, detail: str, where: str | None) -> Visibility:
    return Visibility(open=False, reason=reason, detail=detail, where=where)


_NOTHING_SAID = Visibility(open=True, reason="default", detail="no right keeps guests out")


def _some(names: list[str]) -> str:
    """Names for people: at most three."""
    shown = list(dict.fromkeys(names))
    more = f" and {len(shown) - 3} more" if len(shown) > 3 else ""
    return ", ".join(shown[:3]) + more
