"""Decide which pages may be public: by kb.toml, by the page's state, by the wiki's rights."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import translate

import msgspec

from kb.archive import Archive, PageStanding
from kb.errors import Problem
from kb.model import PageId
from kb.redact.public_rules import PublicRules
from kb.redact.rights import CLASSES, Rights, Visibility

_EXCLUDED = Visibility(
    open=False, reason="excluded", detail="excluded by [public] exclude in kb.toml"
)
_GONE = Visibility(open=False, reason="gone", detail="the wiki no longer has them")
_HIDDEN = Visibility(open=False, reason="hidden", detail="hidden in the wiki")
_UNREAD = Visibility(open=False, reason="unread", detail="they could not be read for cases")
_NAMED = Visibility(open=True, reason="named", detail="opened by [public] open in kb.toml")


class KeptInside(msgspec.Struct, frozen=True, kw_only=True):
    """Pages that stay inside for the same reason."""

    visibility: Visibility
    pages: tuple[PageId, ...]


class InsideReport(msgspec.Struct, frozen=True, kw_only=True):
    """Which pages of an archive the public may see."""

    open: int
    """How many may be public."""
    inside: tuple[KeptInside, ...]
    """All others, by reason, most pages first."""
    unmatched: tuple[str, ...]
    """Patterns of `[public] open` that match no page."""


class PublicPages:
    """Decides for every page of an archive whether it may be public.

    In this order: what kb.toml excludes, what is gone or hidden stays inside; what kb.toml opens
    by name is open, whatever the wiki's rights say; of all others the rights decide.
    """

    def __init__(
        self, pages: Iterable[PageStanding], rules: PublicRules, problems: Iterable[Problem] = (),
        unread: Iterable[Problem] = (),
    ) -> None:  # fmt: skip
        """``pages`` come with their objects of `kb.redact.rights.CLASSES`.

        What pages of ``unread`` name is not known, so that it could not be replaced.
        """
        self._unread = {problem.page for problem in unread}
        self.rules = rules
        self._pages = {page.id: page for page in pages}
        self._rights = Rights(self._pages.values(), problems)
        self._exclude, self._open = _any_of(rules.exclude), _any_of(rules.open)

    @classmethod
    def of(
        cls, archive: Archive, rules: PublicRules, unread: Iterable[Problem] = ()
    ) -> PublicPages:
        """Decide by what an archive holds; pages of which no case could be read stay inside."""
        return cls(archive.standings(CLASSES), rules, archive.problems(), unread)

    def visibility(self, page: PageId) -> Visibility:
        """Whether the page may be public, and why."""
        standing = self._pages.get(page)
        if page.page in self._unread:
            return _UNREAD
        if self._exclude.fullmatch(page.page):
            return _EXCLUDED
        if standing and standing.gone is not None:
            return _GONE
        if standing and standing.hidden:
            return _HIDDEN
        if self._open.fullmatch(page.page):
            return _NAMED
        return self._rights.visibility(page)

    def unmatched(self) -> tuple[str, ...]:
        """Patterns of `[public] open` that match no page: misspelt, or of a page that went."""
        names = {page.page for page in self._pages}
        return tuple(
            pattern for pattern in self.rules.open
            if not any(map(re.compile(translate(pattern)).fullmatch, names))
        )  # fmt: skip

    def report(self) -> InsideReport:
        """All decisions together."""
        inside: dict[Visibility, list[PageId]] = {}
        for page in self._pages:
            if not (visibility := self.visibility(page)).open:
                inside.setdefault(visibility, []).append(page)
        groups = sorted(inside.items(), key=lambda item: -len(item[1]))
        kept = tuple(KeptInside(visibility=v, pages=tuple(pages)) for v, pages in groups)
        number = len(self._pages) - sum(len(group.pages) for group in kept)
        return InsideReport(open=number, inside=kept, unmatched=self.unmatched())


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """A pattern that matches what one of the globs does; nothing where there is none."""
    return re.compile("|".join(map(translate, patterns)) or r"(?!)")
