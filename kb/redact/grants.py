"""Read rights objects as rules, and settle what the rules of one level give guests.

Source: XWikiSecurityRule, Right and DefaultAuthorizationSettler of xwiki-platform-security.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from kb.model import PropertyValue, WikiObject
from kb.references import join_reference, split_reference

_GUEST = "XWikiGuest"

LevelKind: TypeAlias = Literal["page", "space", "wiki", "main"]
_ENABLED: dict[LevelKind, tuple[str, ...]] = {
    "page": ("view", "edit", "delete"),
    "space": ("view", "edit", "delete", "admin"),
    "wiki": ("view", "edit", "delete", "admin"),
    "main": ("view", "edit", "delete", "admin", "programming"),
}
"""Rights that a level may give and that are or imply `view`, in the order of Right."""
_STRONG = frozenset({"admin", "programming"})
"""Rights that win ties, and whose grant lower levels cannot take back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsRule:
    """What a rights object says (XWikiSecurityRule)."""

    allow: bool
    levels: frozenset[str]
    users: tuple[str, ...]
    groups: tuple[str, ...]

    @property
    def names_guests(self) -> bool:
        """Whether the rule is about visitors who are not logged in."""
        return any(map(is_guest, self.users))

    @property
    def names_nobody(self) -> bool:
        """Whether no user and no group is named: XWiki takes it for no rule."""
        return not self.users and not self.groups


def settle(rules: Sequence[RightsRule], kind: LevelKind) -> tuple[bool | None, bool]:
    """Whether the rules of one level give guests `view`, and whether by a strong right.

    None where no rule is about guests. Source: DefaultAuthorizationSettler.settle, resolveLevel,
    implyRights and resolveConflict, for a user without groups.
    """
    view: bool | None = None
    strong = False
    for right in _ENABLED[kind]:
        state: bool | None = None
        for rule in rules:
            if right not in rule.levels:
                continue
            if rule.names_guests:
                agreed = state is None or state == rule.allow
                state = rule.allow if agreed else right in _STRONG
            if right == "view":
                view = state
            elif state:  # a granted right implies view
                strong = strong or right in _STRONG
                view = strong or view is not False
    return view, strong


def rule_of(one: WikiObject) -> RightsRule:
    """Read a rights object. A missing `allow` denies: BaseObject.getIntValue reads it as 0."""
    values = one.properties
    levels = re.split(r"[ ,|]+", ",".join(_listed(values.get("levels"))))
    return RightsRule(
        allow=text_of(values.get("allow")) in ("1", "1.0", "true", "True"),
        levels=frozenset(level.lower() for level in levels if level),
        users=_listed(values.get("users")),
        groups=_listed(values.get("groups")),
    )


def text_of(value: PropertyValue) -> str:
    """A property as text; a truth as `1` or `0`, nothing as an empty text."""
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, bool) else str(value).strip()


def _listed(value: PropertyValue) -> tuple[str, ...]:
    """Items of a property that lists: a list, or a text with commas or bars between."""
    parts = value if isinstance(value, list) else re.split(r"[,|]", text_of(value))
    return tuple(part.strip() for part in parts if part.strip())


def _account(name: str) -> tuple[str | None, tuple[str, ...]]:
    """Wiki, if it is named, and names in a user's or group's reference."""
    wiki, colon, rest = name.partition(":")
    return (wiki, split_reference(rest)) if colon else (None, split_reference(name))


def account_page(wiki: str, account: str) -> tuple[str, str]:
    """Wiki and page of an account; one without a space stands in `XWiki`."""
    named, names = _account(account)
    return named or wiki, join_reference(names if len(names) > 1 else ("XWiki", *names))


def is_guest(user: str) -> bool:
    """Whether a reference names the visitor who is not logged in, in whatever space or wiki."""
    return _account(user)[1][-1] == _GUEST
