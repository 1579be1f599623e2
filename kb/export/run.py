"""Run an exporter: on the archive, or for the public on a redacted copy, searched for leaks."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import msgspec

from kb.archive import Archive, PageView
from kb.cases.record import Case, from_json
from kb.cases.store.store import CaseStore
from kb.config import Home
from kb.errors import UsageError
from kb.export.protocol import Contents, Exporter, ExportOptions
from kb.export.readable_parts import Part, file_parts, readable
from kb.export.report import LossReport, add_digests, write_report
from kb.files import check_ours, put_in_place
from kb.model import (
    AttachmentRevision,
    Item,
    LineOrigin,
    PageSeen,
    Revision,
    RevisionSeen,
    Snapshot,
)
from kb.redact.leaks import check_parts
from kb.redact.material import ArchiveMaterial, MaterialPage
from kb.redact.public_material import PublicMaterial
from kb.redact.public_pages import PublicPages
from kb.redact.public_rules import key_of, rules_of


def run_export(
    exporter: Exporter[ExportOptions], home: Home, archive: Archive, store: CaseStore, dest: str,
    options: ExportOptions, *, own_texts: Iterable[str] = (),
) -> LossReport:  # fmt: skip
    """Export to ``dest`` for the audience of ``options``, and write the report if they name one.

    ``own_texts`` are what our own interface says; that somebody has the name of one of its words
    is no leak. Raises what Exporter.export raises; LeakError, with nothing written, where a
    protected value is left in an export for the public.
    """
    if options.audience == "public":
        report = _export_public(exporter, home, archive, store, dest, options, own_texts)
    else:
        contents = Contents(archive=archive, cases=store, site=home.config.site)
        report = exporter.export(contents, dest, options)
    if options.report is not None:
        add_digests(report, Path(dest))
        write_report(report, options.report)
    return report


class PublicCases:
    """The public records."""

    def __init__(self, public: PublicMaterial) -> None:
        self._public = public

    def records(self) -> Iterator[tuple[str, bytes]]:
        """Yield id and JSON line of each."""
        return ((from_json(record).id, record) for record in self._public.records())

    def cases(self) -> Iterator[Case]:
        """Yield all of them."""
        return map(from_json, self._public.records())

    def removed(self, archive: Archive) -> Iterable[Case]:
        """Return none: what is gone from its page is not for the public."""
        return ()


def _export_public(
    exporter: Exporter[ExportOptions], home: Home, archive: Archive, store: CaseStore, dest: str,
    options: ExportOptions, own_texts: Iterable[str],
) -> LossReport:  # fmt: skip
    """Export a redacted copy into a temporary folder; put that in place if nothing leaks.

    A tree for the public does not remember the wiki's source; its report tells of the copy.
    """
    target = Path("export" if dest == "-" else dest)
    updates = exporter.updates_in_place and target.is_dir()
    if dest != "-" and target.is_dir() and not updates:
        check_ours(target)
    visible = PublicPages.of(archive, rules_of(home.config.public))
    public = PublicMaterial(ArchiveMaterial(archive, store), visible, key_of(home))
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".public-", dir=target.parent) as name:
        folder = Path(name)
        made = folder / "out" / target.name
        made.parent.mkdir()
        if updates:
            shutil.copytree(target, made, symlinks=True)
        with Archive(folder / "archive.db", create=True) as copy:
            copy.ingest(copy.source("public", "public"), _items(public, copy))
            cases = PublicCases(public)
            contents = Contents(archive=copy, cases=cases, site=home.config.site)
            report = exporter.export(contents, str(made), options)
        add_digests(report, made)
        write_report(report, folder / "report")
        texts = [*own_texts, home.config.site.title]
        check_parts(_all_parts(exporter, made, folder / "report"), public.protected, texts)
        _put(made, target, dest)
    here = str(target)[: -len(target.name)]
    report.message = report.message and report.message.replace(f"{made.parent}/", here)
    return report


def _all_parts(exporter: Exporter[ExportOptions], made: Path, report: Path) -> Iterator[Part]:
    return chain(
        readable(exporter.parts(made), wiki_syntax=exporter.wiki_syntax),
        readable(file_parts(report), wiki_syntax=False),
    )


def _put(made: Path, target: Path, dest: str) -> None:
    """Put what was made, and what stands beside it, in its place."""
    if dest == "-":
        sys.stdout.buffer.write(made.read_bytes())
    elif made.is_dir():
        put_in_place(made, target)
    else:
        if target.is_dir():
            raise UsageError(f"{target}: a folder", hint="name a file")
        for path in made.parent.iterdir():
            path.replace(target.with_name(path.name))


def _items(public: PublicMaterial, copy: Archive) -> Iterator[Item]:
    """Yield the records of every page that may be public, redacted."""
    for page in public.pages():
        view = page.read()
        if not view.gone:
            yield PageSeen(
                id=view.id, history=view.history, title=view.title, syntax=view.syntax,
                default_locale=view.default_locale, hidden=view.hidden, created=view.created,
                modified=view.modified, tags=view.tags,
            )  # fmt: skip
            yield from _text(page, view)
            yield from _files(view, public, copy)


def _text(page: MaterialPage, view: PageView) -> Iterator[Item]:
    if view.version is None:
        yield Snapshot(
            lines=tuple(line.text for line in view.lines),
            origins=tuple(LineOrigin(ln.version, ln.author, ln.date) for ln in view.lines),
            missing=frozenset(line.number for line in view.lines if line.missing),
        )
    for about, source in page.versions():
        row = RevisionSeen(
            version=about.version, author=about.author, date=about.date, comment=about.comment,
            minor=about.minor,
        )  # fmt: skip
        if source is None:
            yield row
        else:
            facts = msgspec.structs.asdict(row)
            yield Revision(**facts, content=source, title=about.title, syntax=about.syntax)


def _files(view: PageView, public: PublicMaterial, copy: Archive) -> Iterator[Item]:
    for file in view.attachments:
        if file.sha256 is not None:
            sha256 = copy.blobs.put([public.blob(file.sha256)])
            yield AttachmentRevision(
                name=file.name, version=file.version, sha256=sha256, size=file.size,
                mimetype=file.mimetype, date=file.date,
            )  # fmt: skip
