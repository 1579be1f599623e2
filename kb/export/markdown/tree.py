"""One run: the whole tree, written beside the old one, unchanged pages taken over."""

from __future__ import annotations

import hashlib
import shutil
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import msgspec

from kb import __version__
from kb.archive import Archive, AttachmentView, PageView
from kb.cases.record import Case
from kb.export.account import Fates, Teller
from kb.export.layout import Layout
from kb.export.ledger import Ledger
from kb.export.links import Known, TreeResolver
from kb.export.markdown.facts import case_facts, title_of
from kb.export.markdown.flavour import KINDS, Kind
from kb.export.markdown.front import Yaml
from kb.export.markdown.manifest import FileEntry, Manifest, check_unedited, read_manifest
from kb.export.markdown.nav import Nav, Site
from kb.export.markdown.work import Job, write_pages
from kb.export.place import check_ours, new_folder
from kb.export.reading import links_of, may_link_to_anchors, places_in, tree_of
from kb.export.redirects import file_moves, page_moves
from kb.markup.nodes import Link
from kb.model import PageId, version_key
from kb.publish.swap import MARK
from kb.references import split_reference

FATES = Fates(
    revision=("dropped", "the tree has the present text; kb export git has every revision"),
    older=("dropped", "--all-versions writes them too"),
    object=("dropped", "not said in Markdown; kept by kb export xar"),
)


class Leaf(msgspec.Struct, frozen=True):
    """What is remembered of each page while the tree is written."""

    key: int
    page: PageId
    title: str
    url: str | None
    files: dict[str, AttachmentView]
    """The newest held version of each file."""
    anchored: bool


def write_tree(
    archive: Archive, cases: Iterable[Case], dest: Path, flavour: str, site: Site
) -> Ledger:
    """Write the tree to ``dest``. InputError where that is not ours or was edited since."""
    kind = KINDS[flavour]
    check_ours(dest)
    old = read_manifest(dest, flavour)
    check_unedited(dest, old)
    ledger = Ledger(f"markdown for {flavour}")
    teller = Teller(archive, ledger, FATES)
    leaves = [_leaf(view) for view in archive.pages() if teller.page(view)]
    layout = _layout(kind, leaves, old)
    known = Known(layout, {leaf.page: frozenset(leaf.files) for leaf in leaves})
    names = {wiki: archive.author_names(wiki) for wiki in {leaf.page.wiki for leaf in leaves}}
    site = msgspec.structs.replace(
        site, locales=tuple(sorted({leaf.page.locale for leaf in leaves} - {""}))
    )
    manifest = Manifest(flavour=flavour, main_wiki=layout.main_wiki)
    with new_folder(dest) as root:
        job = Job(
            archive=archive.path, flavour=flavour, known=known, names=names, old=old,
            anchors=_wanted(archive, leaves, known), base=_base(layout, leaves),
            old_root=dest, root=root,
        )  # fmt: skip
        in_html: set[tuple[PageId, str]] = set()
        by_page = _facts(cases)
        tasks = [(leaf.key, by_page.get(leaf.page, [])) for leaf in leaves]
        for path, entry in write_pages(job, tasks):
            manifest.pages[path] = entry
            for what, count in entry.kept.items():
                ledger.kept(what, count)
            ledger.extend(entry.entries)
            ledger.digests[path] = entry.sha256
            in_html.update(entry.in_html)
        _write_files(archive, kind, layout, leaves, root, manifest, ledger)
        if kind.static:
            for page, name in in_html:
                path = layout.file(page, name)
                _copy(root / f"{kind.content}{path}", root / f"{kind.static}{path}")
        for path, text in kind.project(site, _nav(layout, leaves)).items():
            _put(root / path, text.encode("utf-8", "replace"))
            manifest.made.append(path)
        (root / MARK).write_bytes(msgspec.json.encode(manifest))
    for leaf in leaves:
        new = f"/{kind.url(layout.page(leaf.page), leaf.page)}"
        ledger.moves += page_moves(leaf.page, leaf.url, new)
        for name in leaf.files:
            to = f"/{kind.file_url(layout.file(leaf.page, name))}"
            ledger.moves += file_moves(leaf.page, leaf.url, name, to)
    return ledger


def _leaf(view: PageView) -> Leaf:
    """The page as far as all pages must be known before one is written."""
    newest: dict[str, AttachmentView] = {}
    for file in sorted(view.attachments, key=lambda f: (f.name, version_key(f.version))):
        if file.sha256 is not None:
            newest[file.name] = file
    return Leaf(view.key, view.id, title_of(view), view.url, newest, may_link_to_anchors(view))


def _layout(kind: Kind, leaves: Iterable[Leaf], old: Manifest) -> Layout:
    """All paths, those that the last run gave first."""
    leaves = list(leaves)
    first = leaves[0].page.wiki if leaves else ""
    size = len(kind.content)
    pages = {entry.page: path[size:] for path, entry in old.pages.items()}
    files = {(entry.page, entry.name): path[size:] for path, entry in old.files.items()}
    layout = Layout(kind.shape, old.main_wiki or first, pages, files)
    for leaf in leaves:
        layout.make_folders(leaf.page)
    for leaf in leaves:
        layout.page(leaf.page)
    for leaf in leaves:
        for name in leaf.files:
            layout.file(leaf.page, name)
    return layout


def _base(layout: Layout, leaves: Iterable[Leaf]) -> str:
    """Digest of all that a page's file may depend on beside the page: where everything is."""
    digest = hashlib.sha256(f"{__version__}\0{layout.shape}".encode())
    for leaf in leaves:
        digest.update(f"\0{leaf.page}\0{layout.page(leaf.page)}".encode())
        for name in leaf.files:
            digest.update(f"\0{layout.file(leaf.page, name)}".encode())
    return digest.hexdigest()


def _wanted(
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


def _facts(cases: Iterable[Case]) -> dict[PageId, list[dict[str, Yaml]]]:
    by_page: defaultdict[PageId, list[dict[str, Yaml]]] = defaultdict(list)
    for case in cases:
        source = case.source
        by_page[PageId(source.wiki, source.page, source.locale)].append(case_facts(case))
    return by_page


def _nav(layout: Layout, leaves: Iterable[Leaf]) -> Nav:
    nav = Nav("")
    for leaf in leaves:
        if not leaf.page.locale:
            home = split_reference(leaf.page.page)[-1] == "WebHome"
            nav.add(layout.page(leaf.page), leaf.title, home=home)
    return nav


def _write_files(
    archive: Archive, kind: Kind, layout: Layout, leaves: Iterable[Leaf], root: Path,
    manifest: Manifest, ledger: Ledger,
) -> None:  # fmt: skip
    for leaf in leaves:
        for name, file in leaf.files.items():
            assert file.sha256 is not None
            path = f"{kind.content}{layout.file(leaf.page, name)}"
            _put(root / path, archive.blobs.open(file.sha256))
            manifest.files[path] = FileEntry(
                page=leaf.page, name=name, version=file.version, sha256=file.sha256
            )
            ledger.digests[path] = file.sha256


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
