"""Any format for the public: made of a redacted copy of the archive, searched for leaks."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import msgspec

from importers.markdown.memory import FOLDER
from kb.archive import Archive, PageView
from kb.cases.record import Case, from_json
from kb.cases.store.store import CaseStore
from kb.config import Home
from kb.errors import UsageError
from kb.export.formats import FORMATS, Options
from kb.export.inside import parts_of
from kb.export.ledger import Ledger, add_digests, write_report
from kb.files import check_ours, publish
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
from kb.redact.personal_data import protect_case
from kb.redact.public_material import PublicMaterial
from kb.redact.public_pages import PublicPages
from kb.redact.rules import key_of
from kb.text.interface import own_texts


class PublicCases:
    """The public records."""

    def __init__(self, public: PublicMaterial) -> None:
        self._public = public

    def records(self) -> Iterator[tuple[str, bytes]]:
        """Id and JSON line of each."""
        for record in self._public.records():
            yield from_json(record).id, record

    def cases(self) -> Iterator[Case]:
        """All of them."""
        return map(from_json, self._public.records())

    def removed(self, archive: Archive) -> Iterable[Case]:
        """None: what is gone from its page is not for the public."""
        return ()


def export_public(
    form: str,
    place: Home,
    archive: Archive,
    store: CaseStore,
    visible: PublicPages,
    dest: str,
    options: Options,
) -> Ledger:
    """Export what may be public. LeakError, and nothing written, where a protected value is left.

    A tree for the public does not remember the wiki's source; its report tells of the public copy.
    """
    if options.authors is not None:
        raise UsageError("the authors' file says who people are", hint="leave --authors out")
    target = Path("export" if dest == "-" else dest)
    grows = FORMATS[form].grows and target.is_dir()
    if dest != "-" and target.is_dir() and not grows:
        check_ours(target)
    public = PublicMaterial(ArchiveMaterial(archive, store), visible, key_of(place))
    for case in store.removed(archive):  # older revisions still name them
        protect_case(public.protected, case, visible.rules)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".public-", dir=target.parent) as name:
        folder = Path(name)
        made = folder / "out" / target.name
        made.parent.mkdir()
        if grows:
            shutil.copytree(target, made, symlinks=True)
        with Archive(folder / "archive.db", create=True) as copy:
            copy.ingest(copy.source("public", "public"), _items(public, copy))
            exporter = FORMATS[form].exporter()
            ledger = exporter(place, copy, PublicCases(public), str(made), options)
        shutil.rmtree(made / FOLDER, ignore_errors=True)
        add_digests(ledger, made)
        write_report(ledger, folder / "report")
        texts = [*own_texts(), place.config.site.title]
        parts = chain(parts_of(form, made), parts_of("report", folder / "report"))
        check_parts(parts, public.protected, texts)
        _put(made, target, dest)
    here = str(target)[: -len(target.name)]
    ledger.message = ledger.message and ledger.message.replace(f"{made.parent}/", here)
    return ledger


def _put(made: Path, target: Path, dest: str) -> None:
    """Put what was made, and what stands beside it, in its place."""
    if dest == "-":
        sys.stdout.buffer.write(made.read_bytes())
    elif made.is_dir():
        publish(made, target)
    else:
        if target.is_dir():
            raise UsageError(f"{target}: a folder", hint="name a file")
        for path in made.parent.iterdir():
            path.replace(target.with_name(path.name))


def _items(public: PublicMaterial, copy: Archive) -> Iterator[Item]:
    for leaf in public.pages():
        view = leaf.read()
        if not view.gone:
            yield PageSeen(
                id=view.id, history=view.history, title=view.title, syntax=view.syntax,
                default_locale=view.default_locale, hidden=view.hidden, created=view.created,
                modified=view.modified, tags=view.tags,
            )  # fmt: skip
            yield from _text(leaf, view)
            yield from _files(view, public, copy)


def _text(leaf: MaterialPage, view: PageView) -> Iterator[Item]:
    if view.version is None:
        yield Snapshot(
            lines=tuple(line.text for line in view.lines),
            origins=tuple(LineOrigin(ln.version, ln.author, ln.date) for ln in view.lines),
            missing=frozenset(line.number for line in view.lines if line.missing),
        )
    for about, source in leaf.versions():
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
