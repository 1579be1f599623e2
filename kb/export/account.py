"""What a format does with each thing of the wiki, told page by page into the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import TypeAlias

import msgspec

from kb.archive import Archive, PageView
from kb.export.layout import Layout, Shape
from kb.export.ledger import EVERYWHERE, Entry, Fate, Ledger
from kb.export.links import Known, Seen, TreeResolver
from kb.export.reading import links_of, places_in, tree_of
from kb.markup.tree.nodes import Image

Fated: TypeAlias = tuple[Fate, str] | None
"""What becomes of a thing, and why; None where it is simply kept."""


class Fates(msgspec.Struct, frozen=True, kw_only=True):
    """What a format does with what it is given."""

    page: Fated = None
    gone: Fated = ("dropped", "gone from the wiki; its history is in kb export git")
    """Pages that the wiki no longer has."""
    revision: Fated = None
    """Whole revisions before the present one."""
    partial: Fated = ("changed", "its earlier revisions are not known: the present text")
    """The present text of a page of which nobody has a whole revision."""
    file: Fated = None
    """The newest version of each attached file."""
    older: Fated = None
    """Earlier versions of attached files."""
    removed: Fated = ("dropped", "the page no longer has it; kb export git has it")
    """Files that were taken from their page."""
    comment: Fated = None
    object: Fated = None
    link: Fated = None
    """Links that lead somewhere."""


class Teller:
    """Tells one ledger what a format does."""

    def __init__(self, archive: Archive, ledger: Ledger, fates: Fates) -> None:
        self._archive = archive
        self._ledger = ledger
        self._fates = fates

    def page(self, view: PageView) -> bool:
        """Tell of all but the links of a page; whether it is in the export at all."""
        if view.gone:
            self._tell("page", view.id.page, "", 1, self._fates.gone)
            return self._fates.gone is None or self._fates.gone[0] != "dropped"
        self._all("page", "pages", 1, self._fates.page)
        self._revisions(view)
        self._files(view)
        self._all("comment", "comments", len(view.comments), self._fates.comment)
        self._all("object", "objects", len(view.objects), self._fates.object)
        return True

    def links(self, view: PageView, seen: Mapping[Seen, int]) -> None:
        """Tell of the links of a page."""
        for entry in link_entries(view.id.page, seen, self._fates.link):
            if isinstance(entry, Entry):
                self._ledger.note(entry)
            else:
                self._ledger.kept(*entry)

    def _tell(self, kind: str, where: str, what: str, count: int, fated: Fated) -> None:
        if not count:
            return
        if fated is None:
            self._ledger.kept(kind, count)
        else:
            self._ledger.note(Entry(kind, where, what, *fated, count))

    def _all(self, kind: str, what: str, count: int, fated: Fated) -> None:
        """Tell of what becomes of the same on every page: once, with its count."""
        self._tell(kind, EVERYWHERE, what, count, fated)

    def _revisions(self, view: PageView) -> None:
        rows = [revision.held for revision in self._archive.revisions(view.key)]
        held, where = sum(rows), view.id.page
        if held:
            self._ledger.kept("revision")
            self._all("revision", "older ones", held - 1, self._fates.revision)
        else:
            self._tell("revision", where, "the present text", 1, self._fates.partial)
        lost: Fated = ("dropped", "the archive knows of them, without their texts")
        self._tell("revision", where, "versions without text", len(rows) - held, lost)

    def _files(self, view: PageView) -> None:
        where = view.id.page
        held = [f for f in view.attachments if f.sha256 is not None]
        lost: Fated = ("dropped", "the archive does not have its bytes")
        for name in sorted({f.name for f in view.attachments} - {f.name for f in held}):
            self._tell("attachment", where, name, 1, lost)
        gone = Counter(f.name for f in held if f.gone)
        for name, count in sorted(gone.items()):
            self._tell("attachment", where, name, count, self._fates.removed)
        newest = len({f.name for f in held if not f.gone})
        self._all("attachment", "files", newest, self._fates.file)
        older = sum(not f.gone for f in held) - newest
        self._all("attachment", "older versions", older, self._fates.older)


def link_entries(
    where: str, seen: Mapping[Seen, int], fated: Fated
) -> list[Entry | tuple[str, int]]:
    """An entry for each link that is not simply kept; kind and count of those that are."""
    found: list[Entry | tuple[str, int]] = []
    for link, count in sorted(seen.items()):
        kind, what = f"link {link.way}", f"{link.kind} {link.target}"
        if link.fate == "broken":
            why = "what it leads to is not in the archive"
            found.append(Entry(kind, where, what, "broken", why, count))
        elif link.fate == "outside":
            why = "leads to the server, not to a page"
            found.append(Entry(kind, where, what, "dropped", why, count))
        elif fated is None:
            found.append((kind, count))
        else:
            found.append(Entry(kind, EVERYWHERE, "links that lead somewhere", *fated, count))
    return found


def known_of(archive: Archive, shape: Shape) -> Known:
    """All pages that the wiki has and their files, as links may mean them."""
    files = {
        view.id: frozenset(file.name for file in view.attachments if file.sha256)
        for view in archive.pages()
        if not view.gone
    }
    return Known(Layout(shape, next((page.wiki for page in files), "")), files)


def told(
    form: str, archive: Archive, fates: Fates, *, wanted: bool, without: Collection[str] = ()
) -> Ledger:
    """The ledger of a format that keeps the wiki's own source; empty where nobody wants it.

    ``without`` are pages that it could not take.
    """
    ledger = Ledger(form)
    if wanted:
        _tell_all(archive, ledger, fates, frozenset(without))
    return ledger


def _tell_all(archive: Archive, ledger: Ledger, fates: Fates, without: frozenset[str]) -> None:
    teller = Teller(archive, ledger, fates)
    known = known_of(archive, Shape())
    for view in archive.pages():
        if view.id.page in without:
            why = "lines of it are not known, which this format cannot say"
            ledger.note(Entry("page", view.id.page, view.id.locale, "dropped", why))
        elif teller.page(view) and not view.gone:
            teller.links(view, _seen(known, view))


def _seen(known: Known, view: PageView) -> Mapping[Seen, int]:
    """The links of a page's present source."""
    document = tree_of(view)
    resolver = TreeResolver(known, view.id, {})
    resolver.own = places_in(document)
    for node in links_of(document):
        (resolver.image if isinstance(node, Image) else resolver.link)(node.reference)
    return resolver.seen
