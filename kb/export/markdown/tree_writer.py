"""Write a whole tree beside the old one; take unchanged pages over; put it in place."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from kb.archive import Archive
from kb.cases.record import Case
from kb.export.markdown.flavour import TREE_FORMATS
from kb.export.markdown.manifest import (
    Manifest,
    check_unedited,
    open_journal,
    read_manifest,
    record_page,
    unfinished_tree,
)
from kb.export.markdown.nav import ProjectSettings
from kb.export.markdown.others_files import take_over
from kb.export.markdown.page_data import case_facts
from kb.export.markdown.page_files import TreeJob, write_bytes, write_pages
from kb.export.markdown.tree_plan import (
    PlannedPage,
    files_of,
    nav_of,
    plan_layout,
    plan_page,
    redirects_of,
    wanted_places,
)
from kb.export.report import FateReason, Fates, LossReport, PageAccount
from kb.export.tree_links import LinkTargets
from kb.files import MARK, check_ours, new_folder
from kb.frontmatter import Yaml
from kb.model import PageId

_FATES: Final = Fates(
    revision=("dropped", "the tree has the present text; kb export git has every revision")
)
_OLDER: Final[FateReason] = ("dropped", "--all-versions writes them too")


def write_tree(
    archive: Archive, cases: Iterable[Case], dest: Path, flavour: str, settings: ProjectSettings,
    *, all_versions: bool = False, proof: bool = False, audience: str = "internal",
) -> LossReport:  # fmt: skip
    """Write the tree to ``dest``; with ``proof``, look for every word of the pages in it.

    What others put there stays. InputError where ``dest`` is not ours or was edited since.
    """
    tree = TREE_FORMATS[flavour]
    check_ours(dest, "tree")
    old = read_manifest(dest, flavour, audience)
    check_unedited(dest, old)
    report = LossReport(f"markdown for {flavour}")
    fates = _FATES if all_versions else msgspec.structs.replace(_FATES, older=_OLDER)
    account = PageAccount(archive, report, fates)
    plan = [plan_page(v, all_versions=all_versions) for v in archive.pages() if account.page(v)]
    layout = plan_layout(tree, plan, old)
    targets = LinkTargets(layout, {planned.page: frozenset(planned.files) for planned in plan})
    unfinished = unfinished_tree(dest)
    with new_folder(dest, kind="tree", keep=True) as root:
        job = TreeJob(
            archive=archive.path, flavour=flavour, targets=targets, root=root, proof=proof,
            earlier=((dest, old.pages), unfinished),
            names={wiki: archive.author_names(wiki) for wiki in {one.page.wiki for one in plan}},
            anchors=wanted_places(archive, plan, targets),
        )  # fmt: skip
        manifest = Manifest(flavour=flavour, audience=audience, main_wiki=layout.main_wiki)
        _write_pages(job, plan, cases, manifest, report)
        _write_files(job, archive, plan, manifest, report)
        _write_project(job, plan, settings, manifest)
        (root / MARK).write_bytes(msgspec.json.encode(manifest))
        take_over(dest, root, old)
    shutil.rmtree(unfinished[0], ignore_errors=True)
    report.redirects += redirects_of(tree, layout, plan)
    return report


def _write_pages(
    job: TreeJob, plan: Sequence[PlannedPage], cases: Iterable[Case], manifest: Manifest,
    report: LossReport,
) -> None:  # fmt: skip
    by_page: defaultdict[PageId, list[dict[str, Yaml]]] = defaultdict(list)
    for case in cases:
        source = case.source
        by_page[PageId(source.wiki, source.page, source.locale)].append(case_facts(case))
    tasks = [(planned.key, by_page.get(planned.page, [])) for planned in plan]
    with open_journal(job.root) as journal:
        for path, entry in write_pages(job, tasks):
            manifest.pages[path] = entry
            record_page(journal, path, entry)
    for path, entry in manifest.pages.items():
        for what, count in entry.kept.items():
            report.kept(what, count)
        report.extend(entry.losses)
        lost = sum(loss.count for loss in entry.losses if loss.kind == "word")
        report.kept("word", (entry.words or 0) - lost)
        report.digests[path] = entry.sha256


def _write_files(
    job: TreeJob, archive: Archive, plan: Iterable[PlannedPage], manifest: Manifest,
    report: LossReport,
) -> None:  # fmt: skip
    tree, layout = TREE_FORMATS[job.flavour], job.targets.layout
    for planned in plan:
        for path, entry in files_of(layout, planned):
            at = f"{tree.content}{path}"
            (job.root / at).parent.mkdir(parents=True, exist_ok=True)
            with (job.root / at).open("wb") as file:
                file.writelines(archive.blobs.chunks(entry.sha256))
            manifest.files[at] = entry
            report.digests[at] = entry.sha256
    if tree.static:
        for page, name in sorted({f for e in manifest.pages.values() for f in e.in_html}):
            path = layout.file(page, name)
            static = job.root / tree.static / path
            static.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(job.root / tree.content / path, static)
            manifest.made.append(f"{tree.static}{path}")


def _write_project(
    job: TreeJob, plan: Sequence[PlannedPage], settings: ProjectSettings, manifest: Manifest
) -> None:
    """Write settings, navigation and what else the program wants beside the pages."""
    tree = TREE_FORMATS[job.flavour]
    locales = tuple(sorted({planned.page.locale for planned in plan} - {""}))
    settings = msgspec.structs.replace(settings, locales=locales)
    for path, text in tree.project(settings, nav_of(job.targets.layout, plan)).items():
        data = text.encode("utf-8", "replace")
        write_bytes(job.root / path, data)
        manifest.made.append(path)
        manifest.made_sha256[path] = sha256(data).hexdigest()
