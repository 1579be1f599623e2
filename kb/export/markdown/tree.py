"""One run: the whole tree, written beside the old one, unchanged pages taken over."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import msgspec

from kb.archive import Archive
from kb.cases.record import Case
from kb.export.account import Fates, Teller
from kb.export.ledger import Ledger
from kb.export.links import Known
from kb.export.markdown.facts import case_facts
from kb.export.markdown.flavour import KINDS, Kind
from kb.export.markdown.front import Yaml
from kb.export.markdown.leaves import (
    Leaf,
    files_of,
    layout_of,
    leaf_of,
    moves_of,
    nav_of,
    wanted_places,
)
from kb.export.markdown.manifest import Manifest, check_unedited, read_manifest
from kb.export.markdown.nav import Site
from kb.export.markdown.resume import forget, journal_of, left_of, note
from kb.export.markdown.work import Job, write_pages
from kb.files import MARK, check_ours, new_folder
from kb.model import PageId

_FATES = Fates(
    gone=("dropped", "gone from the wiki; its history is in kb export git"),
    revision=("dropped", "the tree has the present text; kb export git has every revision"),
)
_OLDER = ("dropped", "--all-versions writes them too")


def write_tree(
    archive: Archive, cases: Iterable[Case], dest: Path, flavour: str, site: Site,
    *, all_versions: bool = False, proof: bool = False,
) -> Ledger:  # fmt: skip
    """Write the tree to ``dest``; with ``proof``, look for every word of the pages in it.

    InputError where ``dest`` is not ours or was edited since.
    """
    kind = KINDS[flavour]
    check_ours(dest)
    old = read_manifest(dest, flavour)
    check_unedited(dest, old)
    ledger = Ledger(f"markdown for {flavour}")
    fates = _FATES if all_versions else msgspec.structs.replace(_FATES, older=_OLDER)
    teller = Teller(archive, ledger, fates)
    leaves = [leaf_of(v, all_versions=all_versions) for v in archive.pages() if teller.page(v)]
    layout = layout_of(kind, leaves, old)
    known = Known(layout, {leaf.page: frozenset(leaf.files) for leaf in leaves})
    left = left_of(dest)
    with new_folder(dest, keep=True) as root:
        job = Job(
            archive=archive.path, flavour=flavour, known=known, old=old, old_root=dest, root=root,
            proof=proof, left=left,
            names={wiki: archive.author_names(wiki) for wiki in {lf.page.wiki for lf in leaves}},
            anchors=wanted_places(archive, leaves, known),
        )  # fmt: skip
        manifest = Manifest(flavour=flavour, main_wiki=layout.main_wiki)
        _write_pages(job, leaves, cases, manifest, ledger)
        _write_files(archive, kind, known, leaves, root, manifest, ledger)
        _write_project(kind, known, leaves, site, root, manifest)
        (root / MARK).write_bytes(msgspec.json.encode(manifest))
    forget(left)
    ledger.moves += moves_of(kind, layout, leaves)
    return ledger


def _write_pages(
    job: Job, leaves: Iterable[Leaf], cases: Iterable[Case], manifest: Manifest, ledger: Ledger
) -> None:
    by_page: defaultdict[PageId, list[dict[str, Yaml]]] = defaultdict(list)
    for case in cases:
        source = case.source
        by_page[PageId(source.wiki, source.page, source.locale)].append(case_facts(case))
    tasks = [(leaf.key, by_page.get(leaf.page, [])) for leaf in leaves]
    with journal_of(job.root) as journal:
        for path, entry in write_pages(job, tasks):
            manifest.pages[path] = entry
            note(journal, path, entry)
    for path, entry in manifest.pages.items():
        for what, count in entry.kept.items():
            ledger.kept(what, count)
        ledger.extend(entry.entries)
        lost = sum(e.count for e in entry.entries if e.kind == "word")
        ledger.kept("word", (entry.words or 0) - lost)
        ledger.digests[path] = entry.sha256


def _write_files(
    archive: Archive, kind: Kind, known: Known, leaves: Iterable[Leaf], root: Path,
    manifest: Manifest, ledger: Ledger,
) -> None:  # fmt: skip
    for leaf in leaves:
        for path, entry in files_of(known.layout, leaf):
            at = f"{kind.content}{path}"
            (root / at).parent.mkdir(parents=True, exist_ok=True)
            with (root / at).open("wb") as file:
                file.writelines(archive.blobs.chunks(entry.sha256))
            manifest.files[at] = entry
            ledger.digests[at] = entry.sha256
    if kind.static:
        for page, name in sorted({f for e in manifest.pages.values() for f in e.in_html}):
            path = known.layout.file(page, name)
            (root / kind.static / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / kind.content / path, root / kind.static / path)


def _write_project(
    kind: Kind, known: Known, leaves: list[Leaf], site: Site, root: Path, manifest: Manifest
) -> None:
    """Settings, navigation and what else the program wants beside the pages."""
    locales = tuple(sorted({leaf.page.locale for leaf in leaves} - {""}))
    site = msgspec.structs.replace(site, locales=locales)
    for path, text in kind.project(site, nav_of(known.layout, leaves)).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode("utf-8", "replace"))
        manifest.made.append(path)
