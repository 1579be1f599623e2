"""Run an exporter: on the archive, or for the public on a redacted copy, searched for leaks."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TypeAlias

import msgspec

from kb.archive import Archive, PageView
from kb.cases.record import Case, from_json
from kb.cases.store.store import CaseStore
from kb.config import Home
from kb.errors import KbError, UsageError
from kb.export.own_outputs import OwnOutputs
from kb.export.protocol import Contents, Exporter, ExportOptions, file_parts, readable
from kb.export.report import NAMES, LossReport, add_digests, write_report
from kb.files import make_folder, put_in_place, unwritable_told
from kb.locks import writing
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
from kb.redact.material import MaterialPage
from kb.redact.public_material import PublicMaterial


def run_export(
    exporter: Exporter[ExportOptions], home: Home, archive: Archive, store: CaseStore, dest: str,
    options: ExportOptions, *, own_texts: Iterable[str] = (),
) -> LossReport:  # fmt: skip
    """Export to ``dest`` for the audience of ``options``, and write the report if they name one.

    ``own_texts`` are what our own interface says; that somebody has the name of one of its words
    is no leak. Raises what Exporter.export raises; InputError where something would be replaced
    that no export of the home wrote; LeakError, with nothing written, where a protected value is
    left in an export for the public.
    """
    outputs = OwnOutputs(home, archive.locations(), force=options.force)
    if options.report is not None:
        for name in NAMES:
            outputs.check(options.report / name)
    internal = options.audience == "internal"

    def make(made: Path) -> LossReport:
        if not internal:
            public = PublicMaterial.of(home, archive, store)
            return _make_public(exporter, home, public, made, options, own_texts)
        contents = Contents(archive=archive, cases=store, site=home.config.site)
        report = exporter.export(contents, str(made), options)
        if options.report is not None:
            add_digests(report, made)
        return report

    if dest == "-":
        report = make(Path(dest)) if internal else _to_stdout(make)
    else:
        report = _to_place(exporter, Path(dest), make, outputs, direct=internal)
    if options.report is not None:
        _put_report(report, options.report, outputs)
    return report


_Make: TypeAlias = Callable[[Path], LossReport]
"""Makes an export at a path."""


def _to_stdout(make: _Make) -> LossReport:
    with tempfile.TemporaryDirectory(prefix="kb-export-") as name:
        made = Path(name) / "export"
        report = make(made)
        sys.stdout.buffer.write(made.read_bytes())
    return report


def _to_place(
    exporter: Exporter[ExportOptions], target: Path, make: _Make, outputs: OwnOutputs,
    *, direct: bool,
) -> LossReport:  # fmt: skip
    """Make an export in a folder beside ``target``, and put it in its place.

    One that builds on an earlier one is made on a copy of that; ``direct``, in its very place.
    """
    updated = exporter.updates_in_place
    outputs.check(target, updated=updated)
    make_folder(target.parent)
    with writing(target, "this export"):
        outputs.check(target, updated=updated)  # now that nobody else writes it
        if updated and direct:
            return make(target)
        with _work_folder(target) as folder, _told_as(folder, target):
            made = folder / target.name
            if updated and target.is_dir():
                _copy(target, made)
            report = make(made)
            if updated:
                put_in_place(made, target)
            else:
                outputs.put(made, target)
    report.message = report.message and _said_of(report.message, folder, target)
    return report


def _copy(target: Path, made: Path) -> None:
    """Copy an earlier export, links as links. UsageError where it holds what is no file."""
    try:
        shutil.copytree(target, made, symlinks=True)
    except shutil.Error as error:
        why = error.args[0][0][2]
        raise UsageError(f"{target}: {why}", hint="export to a new folder") from error


@contextmanager
def _work_folder(target: Path) -> Iterator[Path]:
    """Yield an empty folder of its own beside ``target``, which is deleted in the end."""
    with (
        unwritable_told(target),
        tempfile.TemporaryDirectory(prefix=".export-", dir=target.parent) as name,
    ):
        folder = Path(name) / "out"
        folder.mkdir()
        yield folder


@contextmanager
def _told_as(folder: Path, target: Path) -> Iterator[None]:
    """Have errors name the place that the user named, not the folder that is worked in."""
    try:
        yield
    except KbError as error:
        error.args = (_said_of(str(error), folder, target),)
        raise


def _said_of(message: str, folder: Path, target: Path) -> str:
    return message.replace(f"{folder}/", str(target)[: -len(target.name)])


def _put_report(report: LossReport, folder: Path, outputs: OwnOutputs) -> None:
    make_folder(folder)
    with _work_folder(folder / NAMES[0]) as made:
        write_report(report, made)
        outputs.put(made / NAMES[0], folder / NAMES[0])


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


def _make_public(
    exporter: Exporter[ExportOptions], home: Home, public: PublicMaterial, made: Path,
    options: ExportOptions, own_texts: Iterable[str],
) -> LossReport:  # fmt: skip
    """Export a redacted copy to ``made``, in a temporary folder. LeakError where anything leaks.

    A tree for the public does not remember the wiki's source; its report tells of the copy.
    """
    with tempfile.TemporaryDirectory(prefix=".public-", dir=made.parents[1]) as name:
        folder = Path(name)
        with Archive(folder / "archive.db", create=True) as copy:
            copy.ingest(copy.source("public", "public"), _items(public, copy))
            cases = PublicCases(public)
            contents = Contents(archive=copy, cases=cases, site=home.config.site)
            report = exporter.export(contents, str(made), options)
        add_digests(report, made)
        write_report(report, folder / "report")
        texts = [*own_texts, home.config.site.title]
        public.check_names()
        parts = chain(
            readable(exporter.parts(made), wiki_syntax=exporter.wiki_syntax),
            readable(file_parts(folder / "report"), wiki_syntax=False),
        )
        check_parts(parts, public.protected, texts, public.files.approved)
        report.held = public.files.held
    return report


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
