"""What is remembered of every page while a tree is written, and where everything stands in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from kb.archive import Archive, AttachmentView, PageView
from kb.export.layout import Layout
from kb.export.links import Known, TreeResolver
from kb.export.markdown.facts import title_of
from kb.export.markdown.flavour import Kind
from kb.export.markdown.manifest import FileEntry, Manifest
from kb.export.markdown.nav import Nav
from kb.export.reading import links_of, may_link_to_anchors, places_in, tree_of
from kb.markup.tree.nodes import Link
from kb.model import PageId, version_key
from kb.redirects import Move, file_moves, page_moves
from kb.references import split_reference


class Leaf(msgspec.Struct, frozen=True):
    """A page, as far as all pages must be known before one is written."""

    key: int
    page: PageId
    title: str
    url: str | None
    files: dict[str, AttachmentView]
    """The newest held version of each file."""
    older: list[AttachmentView]
    """Earlier versions that are written too."""
    anchored: bool


def leaf_of(view: PageView, *, all_versions: bool) -> Leaf:
    """The page; ``all_versions`` of its files, else the newest alone."""
    newest: dict[str, AttachmentView] = {}
    older: list[AttachmentView] = []
    for file in sorted(view.attachments, key=lambda f: (f.name, version_key(f.version))):
        if file.sha256 is not None and not file.gone:
            before = newest.get(file.name)
            older += [before] if before and all_versions else []
            newest[file.name] = file
    anchored = may_link_to_anchors(view)
    return Leaf(view.key, view.id, title_of(view), view.url, newest, older, anchored)


def layout_of(kind: Kind, leaves: list[Leaf], old: Manifest) -> Layout:
    """All paths, those that the last run gave first."""
    first = leaves[0].page.wiki if leaves else ""
    size = len(kind.content)
    pages = {entry.page: path[size:] for path, entry in old.pages.items()}
    files = {(entry.page, entry.key): path[size:] for path, entry in old.files.items()}
    layout = Layout(kind.shape, old.main_wiki or first, pages, files)
    for leaf in leaves:
        layout.make_folders(leaf.page)
    for leaf in leaves:
        layout.page(leaf.page)
    for leaf in leaves:
        for _ in files_of(layout, leaf):
            pass
    return layout


def files_of(layout: Layout, leaf: Leaf) -> Iterator[tuple[str, FileEntry]]:
    """Path and entry of each file that is written for a page."""
    for name, file in leaf.files.items():
        yield layout.file(leaf.page, name), _entry(leaf.page, file, old=False)
    for file in leaf.older:
        path = layout.file(leaf.page, file.name, file.version)
        yield path, _entry(leaf.page, file, old=True)


def _entry(page: PageId, file: AttachmentView, *, old: bool) -> FileEntry:
    assert file.sha256 is not None
    return FileEntry(
        page=page, name=file.name, version=file.version, sha256=file.sha256, old=old,
        author=file.author, date=file.date, comment=file.comment, mimetype=file.mimetype,
    )  # fmt: skip


def nav_of(layout: Layout, leaves: Iterable[Leaf]) -> Nav:
    """The tree as its readers go through it."""
    nav = Nav("")
    for leaf in leaves:
        if not leaf.page.locale:
            home = split_reference(leaf.page.page)[-1] == "WebHome"
            nav.add(layout.page(leaf.page), leaf.title, home=home)
    return nav


def moves_of(kind: Kind, layout: Layout, leaves: Iterable[Leaf]) -> Iterator[Move]:
    """From every address of the wiki to the one in the tree's site."""
    for leaf in leaves:
        new = f"/{kind.url(layout.page(leaf.page), leaf.page)}"
        yield from page_moves(leaf.page, leaf.url, new)
        for name in leaf.files:
            to = f"/{kind.file_url(layout.file(leaf.page, name))}"
            yield from file_moves(leaf.page, leaf.url, name, to)


def wanted_places(
    archive: Archive, leaves: Iterable[Leaf], known: Known
) -> dict[PageId, tuple[str, ...]]:
    """The places within each page that other pages link to; ``known`` learns which there are."""
    wanted: defaultdict[PageId, set[str]] = defaultdict(set)
    keys = {leaf.page: leaf.key for leaf in leaves}
    for leaf in leaves:
        if not leaf.anchored:
            continue
        resolver = TreeResolver(known, leaf.page, {})
        for link in links_of(tree_of(archive.view(leaf.key))):
            if isinstance(link, Link):
                resolver.link(link.reference)
        for page, anchor in resolver.anchors:
            wanted[page].add(anchor)
    known.anchors = {page: places_in(tree_of(archive.view(keys[page]))) for page in wanted}
    return {page: tuple(sorted(anchors & known.anchors[page])) for page, anchors in wanted.items()}
