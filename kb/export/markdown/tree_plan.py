"""What must be known of all pages before one is written, and where everything stands in a tree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from kb.archive import Archive, AttachmentView, PageView
from kb.export.markdown.flavour import TreeFormat
from kb.export.markdown.manifest import Manifest, TreeFile
from kb.export.markdown.nav import Nav
from kb.export.markdown.page_data import title_of
from kb.export.tree_layout import Layout
from kb.export.tree_links import (
    LinkTargets,
    TreeResolver,
    links_of,
    may_link_to_anchors,
    places_in,
    tree_of,
)
from kb.markup.tree.nodes import Link
from kb.model import PageId, version_key
from kb.redirects import Redirect, file_redirects, page_redirects
from kb.references import split_reference


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPage:
    """What must be known of a page before any is written."""

    key: int
    page: PageId
    title: str
    url: str | None
    files: dict[str, AttachmentView]
    """The newest held version of each file."""
    older: list[AttachmentView]
    """Earlier versions that are written too."""
    anchored: bool
    """Whether its source may link to a place within another page."""


def plan_page(view: PageView, *, all_versions: bool) -> PlannedPage:
    """Return the plan of a page, with ``all_versions`` of its files, else the newest alone."""
    newest: dict[str, AttachmentView] = {}
    older: list[AttachmentView] = []
    for file in sorted(view.attachments, key=lambda f: (f.name, version_key(f.version))):
        if file.sha256 is not None and not file.gone:
            before = newest.get(file.name)
            older += [before] if before and all_versions else []
            newest[file.name] = file
    return PlannedPage(
        key=view.key, page=view.id, title=title_of(view), url=view.url, files=newest, older=older,
        anchored=may_link_to_anchors(view),
    )  # fmt: skip


def plan_layout(tree: TreeFormat, plan: list[PlannedPage], old: Manifest) -> Layout:
    """Give every page and file its path: the one that the last run gave, or a free one."""
    first = plan[0].page.wiki if plan else ""
    size = len(tree.content)
    pages = {entry.page: path[size:] for path, entry in old.pages.items()}
    files = {(entry.page, entry.key): path[size:] for path, entry in old.files.items()}
    layout = Layout(tree.shape, old.main_wiki or first, pages, files)
    for planned in plan:
        layout.make_folders(planned.page)
    for planned in plan:
        layout.page(planned.page)
    for planned in plan:
        list(files_of(layout, planned))
    return layout


def files_of(layout: Layout, planned: PlannedPage) -> Iterator[tuple[str, TreeFile]]:
    """Yield path and entry of each file that is written for a page."""
    page = planned.page
    newest = [(file, False) for file in planned.files.values()]
    for file, old in (*newest, *((file, True) for file in planned.older)):
        assert file.sha256 is not None
        yield layout.file(page, file.name, file.version if old else None), TreeFile(
            page=page, name=file.name, version=file.version, sha256=file.sha256, old=old,
            author=file.author, date=file.date, comment=file.comment, mimetype=file.mimetype,
        )  # fmt: skip


def nav_of(layout: Layout, plan: Iterable[PlannedPage]) -> Nav:
    """Return the contents of the tree."""
    nav = Nav("")
    for planned in plan:
        if not planned.page.locale:
            home = split_reference(planned.page.page)[-1] == "WebHome"
            nav.add(layout.page(planned.page), planned.title, home=home)
    return nav


def redirects_of(
    tree: TreeFormat, layout: Layout, plan: Iterable[PlannedPage]
) -> Iterator[Redirect]:
    """Yield redirects from every address of the wiki to the one in the tree's site."""
    for planned in plan:
        new = f"/{tree.url(layout.page(planned.page), planned.page)}"
        yield from page_redirects(planned.page, planned.url, new)
        for name in planned.files:
            to = f"/{quote(layout.file(planned.page, name))}"
            yield from file_redirects(planned.page, planned.url, name, to)


def wanted_places(
    archive: Archive, plan: Iterable[PlannedPage], targets: LinkTargets
) -> dict[PageId, tuple[str, ...]]:
    """Return the places of each page that others link to; ``targets`` learns which there are."""
    wanted: defaultdict[PageId, set[str]] = defaultdict(set)
    keys = {planned.page: planned.key for planned in plan}
    for planned in plan:
        if not planned.anchored:
            continue
        resolver = TreeResolver(targets, planned.page, {})
        for link in links_of(tree_of(archive.view(planned.key))):
            if isinstance(link, Link):
                resolver.link(link.reference)
        for page, anchor in resolver.anchors:
            wanted[page].add(anchor)
    targets.anchors = {page: places_in(tree_of(archive.view(keys[page]))) for page in wanted}
    return {
        page: tuple(sorted(anchors & targets.anchors[page])) for page, anchors in wanted.items()
    }
