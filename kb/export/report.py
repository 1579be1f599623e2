"""What an export did with everything it was given: kept, changed or dropped, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Final, Literal, TypeAlias

import msgspec
from jinja2 import Environment

from kb.archive import Archive, PageView
from kb.assets import assets
from kb.export.tree_layout import Layout, Shape
from kb.export.tree_links import (
    LinkOutcome,
    LinkTargets,
    TreeResolver,
    links_of,
    places_in,
    tree_of,
)
from kb.files import new_file, sha256_of
from kb.markup.tree.nodes import Image
from kb.redact.public_files import HeldFile
from kb.redirects import Redirect, redirect_files, write_redirects

Fate = Literal["kept", "changed", "dropped", "broken"]
"""changed: it is there in another form; broken: what it leads to is not in the archive."""


NAMES: Final = ("report.json", "report.html", *(name for name, _ in redirect_files(())))
"""The files of a report."""
EVERYWHERE: Final = ""
"""In place of a page: what becomes of the same on every page."""


class Loss(msgspec.Struct, frozen=True, order=True):
    """Something that was not simply kept, or ``count`` of the same."""

    kind: str
    """page, revision, attachment, link in, link out, markup, comment, object, property, word."""
    where: str
    """Reference of the page, or EVERYWHERE."""
    what: str
    fate: Fate
    why: str
    count: int = 1


class LossReport:
    """What one export did with everything that it was given."""

    def __init__(self, form: str) -> None:
        """``form`` names the format, as the report calls it."""
        self.form = form
        self.counts: Counter[tuple[str, str]] = Counter()
        """By kind and fate."""
        self._losses: list[Loss] = []
        self._everywhere: Counter[Loss] = Counter()
        self.digests: dict[str, str] = {}
        """sha256 of each file of the export, by path."""
        self.redirects: list[Redirect] = []
        self.message: str | None = None
        """What the user is told, in place of the counts."""
        self.held: tuple[HeldFile, ...] = ()
        """Attached files listed for the public that stay inside: told to the user alone."""

    def kept(self, kind: str, count: int = 1) -> None:
        """Note that ``count`` of a kind came through as they were."""
        if count:
            self.counts[kind, "kept"] += count

    def note(self, loss: Loss) -> None:
        """Note what was not simply kept; the same EVERYWHERE is added up."""
        self.counts[loss.kind, loss.fate] += loss.count
        if loss.where == EVERYWHERE:
            self._everywhere[msgspec.structs.replace(loss, count=0)] += loss.count
        else:
            self._losses.append(loss)

    def losses(self) -> list[Loss]:
        """Return all that was not simply kept, in order."""
        general = (msgspec.structs.replace(e, count=n) for e, n in self._everywhere.items())
        return sorted([*general, *self._losses])

    def extend(self, losses: Iterable[Loss]) -> None:
        """Note several."""
        for loss in losses:
            self.note(loss)

    def table(self) -> dict[str, dict[str, int]]:
        """Return the counts by kind and fate, in order."""
        found: dict[str, dict[str, int]] = {}
        for (kind, fate), count in sorted(self.counts.items()):
            found.setdefault(kind, {})[fate] = count
        return found

    def summary(self) -> str:
        """Return what the user is told: the message, else the counts in one line."""
        if self.message:
            return self.message
        parts = [
            f"{kind}: " + ", ".join(f"{count} {fate}" for fate, count in sorted(fates.items()))
            for kind, fates in self.table().items()
        ]
        return "; ".join(parts)


class _ReportFile(msgspec.Struct, kw_only=True):
    """What stands in report.json, and is given to the template of report.html."""

    format: str
    counts: dict[str, dict[str, int]]
    entries: list[Loss]
    digests: dict[str, str]
    redirects: int


def add_digests(report: LossReport, made: Path) -> None:
    """Note the sha256 of every file of an export that has no digests of its own."""
    if not report.digests:
        root, paths = (made, sorted(made.rglob("*"))) if made.is_dir() else (made.parent, [made])
        report.digests = {
            path.relative_to(root).as_posix(): sha256_of(path) for path in paths if path.is_file()
        }


def write_report(report: LossReport, folder: Path) -> None:
    """Write report.json, report.html and the redirects into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    content = _ReportFile(
        format=report.form, counts=report.table(), entries=report.losses(),
        digests=dict(sorted(report.digests.items())), redirects=len(report.redirects),
    )  # fmt: skip
    with new_file(folder / "report.json") as part:
        part.write_bytes(msgspec.json.format(msgspec.json.encode(content)) + b"\n")
    text = (assets("templates") / "export_report.html").read_text("utf-8")
    template = Environment(autoescape=True).from_string(text)
    with new_file(folder / "report.html") as part:
        part.write_text(template.render(report=content), "utf-8", newline="\n")
    write_redirects(report.redirects, folder)


FateReason: TypeAlias = tuple[Fate, str] | None
"""What becomes of something, and why; None where it is simply kept."""
IN_DATA_FORMATS: Final[FateReason] = ("dropped", "in kb export markdown, sqlite and xar")
"""What becomes of comments and objects in a format that has no place for them."""
_LOST_LINKS: Final[Mapping[str, tuple[Fate, str]]] = {
    "broken": ("broken", "what it leads to is not in the archive"),
    "outside": ("dropped", "leads to the server, not to a page"),
}


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
        self._note("page", EVERYWHERE, "pages", 1, self._fates.page)
        self._revisions(view)
        self._files(view)
        self._note("comment", EVERYWHERE, "comments", len(view.comments), self._fates.comment)
        self._note("object", EVERYWHERE, "objects", len(view.objects), self._fates.object)
        return True

    def links(self, view: PageView, seen: Mapping[LinkOutcome, int]) -> None:
        """Note the links of a page."""
        kept, losses = link_losses(view.id.page, seen, self._fates.link)
        for kind, count in kept.items():
            self._report.kept(kind, count)
        self._report.extend(losses)

    def _note(self, kind: str, where: str, what: str, count: int, fate: FateReason) -> None:
        if fate is None:
            self._report.kept(kind, count)
        elif count:
            self._report.note(Loss(kind, where, what, *fate, count))

    def _revisions(self, view: PageView) -> None:
        rows = [revision.held for revision in self._archive.revisions(view.key)]
        held, where = sum(rows), view.id.page
        if held:
            self._report.kept("revision")
            self._note("revision", EVERYWHERE, "older ones", held - 1, self._fates.revision)
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
        self._note("attachment", EVERYWHERE, "files", newest, self._fates.file)
        older = sum(not f.gone for f in held) - newest
        self._note("attachment", EVERYWHERE, "older versions", older, self._fates.older)


def link_losses(
    where: str, seen: Mapping[LinkOutcome, int], fate: FateReason
) -> tuple[Counter[str], list[Loss]]:
    """Return how many links are kept, by kind, and a loss for each of the others."""
    kept: Counter[str] = Counter()
    losses = []
    for link, count in sorted(seen.items()):
        kind, what = f"link {link.way}", f"{link.kind} {link.target}"
        if link.fate != "kept":
            losses.append(Loss(kind, where, what, *_LOST_LINKS[link.fate], count))
        elif fate is None:
            kept[kind] += count
        else:
            losses.append(Loss(kind, EVERYWHERE, "links that lead somewhere", *fate, count))
    return kept, losses


def targets_of(archive: Archive) -> LinkTargets:
    """Return all pages that the wiki has and their files, as links may mean them."""
    files = {
        view.id: frozenset(file.name for file in view.attachments if file.sha256)
        for view in archive.pages()
        if not view.gone
    }
    return LinkTargets(Layout(Shape(), next((page.wiki for page in files), "")), files)


def account_for(
    form: str, archive: Archive, fates: Fates, *, wanted: bool, without: Collection[str] = ()
) -> LossReport:
    """Return the report of a format that keeps the wiki's own source; empty if it is not wanted.

    ``without`` are references of pages that the format could not take.
    """
    report = LossReport(form)
    if not wanted:
        return report
    account = PageAccount(archive, report, fates)
    targets = targets_of(archive)
    for view in archive.pages():
        if view.id.page in without:
            why = "lines of it are not known, which this format cannot say"
            report.note(Loss("page", view.id.page, view.id.locale, "dropped", why))
        elif account.page(view) and not view.gone:
            account.links(view, _link_outcomes(targets, view))
    return report


def _link_outcomes(targets: LinkTargets, view: PageView) -> Mapping[LinkOutcome, int]:
    """Return how often each link stands in a page's present source."""
    document = tree_of(view)
    resolver = TreeResolver(targets, view.id, {})
    resolver.own = places_in(document)
    for node in links_of(document):
        (resolver.image if isinstance(node, Image) else resolver.link)(node.reference)
    return resolver.seen
