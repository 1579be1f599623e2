"""What a format does with each part of the wiki, noted page by page in the loss report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import TypeAlias

import msgspec

from kb.archive import Archive, PageView
from kb.export.report import EVERYWHERE, Fate, Loss, LossReport
from kb.export.tree_layout import Layout, Shape
from kb.export.tree_links import (
    LinkOutcome,
    LinkTargets,
    TreeResolver,
    links_of,
    places_in,
    tree_of,
)
from kb.markup.tree.nodes import Image

FateReason: TypeAlias = tuple[Fate, str] | None
"""What becomes of something, and why; None where it is simply kept."""


class Fates(msgspec.Struct, frozen=True, kw_only=True):
    """What a format does with what it is given."""

    page: FateReason = None
    gone: FateReason = ("dropped", "gone from the wiki; its history is in kb export git")
    """Pages that the wiki no longer has."""
    revision: FateReason = None
    """Whole revisions before the present one."""
    partial: FateReason = ("changed", "its earlier revisions are not known: the present text")
    """The present text of a page of which nobody has a whole revision."""
    file: FateReason = None
    """The newest version of each attached file."""
    older: FateReason = None
    """Earlier versions of attached files."""
    removed: FateReason = ("dropped", "the page no longer has it; kb export git has it")
    """Files that were taken from their page."""
    comment: FateReason = None
    object: FateReason = None
    link: FateReason = None
    """Links that lead somewhere."""


class PageAccount:
    """Notes in one report what a format does with each page."""

    def __init__(self, archive: Archive, report: LossReport, fates: Fates) -> None:
        self._archive = archive
        self._report = report
        self._fates = fates

    def page(self, view: PageView) -> bool:
        """Note all but the links of a page. Return whether it is in the export at all."""
        if view.gone:
            self._note("page", view.id.page, "", 1, self._fates.gone)
            return self._fates.gone is None or self._fates.gone[0] != "dropped"
        self._note_all("page", "pages", 1, self._fates.page)
        self._revisions(view)
        self._files(view)
        self._note_all("comment", "comments", len(view.comments), self._fates.comment)
        self._note_all("object", "objects", len(view.objects), self._fates.object)
        return True

    def links(self, view: PageView, seen: Mapping[LinkOutcome, int]) -> None:
        """Note the links of a page."""
        for found in link_losses(view.id.page, seen, self._fates.link):
            if isinstance(found, Loss):
                self._report.note(found)
            else:
                self._report.kept(*found)

    def _note(self, kind: str, where: str, what: str, count: int, fate: FateReason) -> None:
        if not count:
            return
        if fate is None:
            self._report.kept(kind, count)
        else:
            self._report.note(Loss(kind, where, what, *fate, count))

    def _note_all(self, kind: str, what: str, count: int, fate: FateReason) -> None:
        """Note what becomes of the same on every page: one loss, with its count."""
        self._note(kind, EVERYWHERE, what, count, fate)

    def _revisions(self, view: PageView) -> None:
        rows = [revision.held for revision in self._archive.revisions(view.key)]
        held, where = sum(rows), view.id.page
        if held:
            self._report.kept("revision")
            self._note_all("revision", "older ones", held - 1, self._fates.revision)
        else:
            self._note("revision", where, "the present text", 1, self._fates.partial)
        lost: FateReason = ("dropped", "the archive knows of them, without their texts")
        self._note("revision", where, "versions without text", len(rows) - held, lost)

    def _files(self, view: PageView) -> None:
        where = view.id.page
        held = [f for f in view.attachments if f.sha256 is not None]
        lost: FateReason = ("dropped", "the archive does not have its bytes")
        for name in sorted({f.name for f in view.attachments} - {f.name for f in held}):
            self._note("attachment", where, name, 1, lost)
        gone = Counter(f.name for f in held if f.gone)
        for name, count in sorted(gone.items()):
            self._note("attachment", where, name, count, self._fates.removed)
        newest = len({f.name for f in held if not f.gone})
        self._note_all("attachment", "files", newest, self._fates.file)
        older = sum(not f.gone for f in held) - newest
        self._note_all("attachment", "older versions", older, self._fates.older)


def link_losses(
    where: str, seen: Mapping[LinkOutcome, int], fate: FateReason
) -> list[Loss | tuple[str, int]]:
    """Return a loss for each link that is not simply kept; kind and count of those that are."""
    found: list[Loss | tuple[str, int]] = []
    for link, count in sorted(seen.items()):
        kind, what = f"link {link.way}", f"{link.kind} {link.target}"
        if link.fate == "broken":
            why = "what it leads to is not in the archive"
            found.append(Loss(kind, where, what, "broken", why, count))
        elif link.fate == "outside":
            why = "leads to the server, not to a page"
            found.append(Loss(kind, where, what, "dropped", why, count))
        elif fate is None:
            found.append((kind, count))
        else:
            found.append(Loss(kind, EVERYWHERE, "links that lead somewhere", *fate, count))
    return found


def targets_of(archive: Archive, shape: Shape) -> LinkTargets:
    """Return all pages that the wiki has and their files, as links may mean them."""
    files = {
        view.id: frozenset(file.name for file in view.attachments if file.sha256)
        for view in archive.pages()
        if not view.gone
    }
    return LinkTargets(Layout(shape, next((page.wiki for page in files), "")), files)


def account_for(
    form: str, archive: Archive, fates: Fates, *, wanted: bool, without: Collection[str] = ()
) -> LossReport:
    """Return the report of a format that keeps the wiki's own source; empty if it is not wanted.

    ``without`` are references of pages that the format could not take.
    """
    report = LossReport(form)
    if wanted:
        _account_for_all(archive, report, fates, frozenset(without))
    return report


def _account_for_all(
    archive: Archive, report: LossReport, fates: Fates, without: frozenset[str]
) -> None:
    account = PageAccount(archive, report, fates)
    targets = targets_of(archive, Shape())
    for view in archive.pages():
        if view.id.page in without:
            why = "lines of it are not known, which this format cannot say"
            report.note(Loss("page", view.id.page, view.id.locale, "dropped", why))
        elif account.page(view) and not view.gone:
            account.links(view, _link_outcomes(targets, view))


def _link_outcomes(targets: LinkTargets, view: PageView) -> Mapping[LinkOutcome, int]:
    """Return how often each link stands in a page's present source."""
    document = tree_of(view)
    resolver = TreeResolver(targets, view.id, {})
    resolver.own = places_in(document)
    for node in links_of(document):
        (resolver.image if isinstance(node, Image) else resolver.link)(node.reference)
    return resolver.seen
