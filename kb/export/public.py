"""Any format for the public: made of a redacted copy of the archive, searched for leaks."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from importers.markdown.memory import FOLDER
from kb.archive import Archive, PageView
from kb.cases.record import Case, from_json
from kb.cases.store import CaseStore
from kb.config import Home
from kb.errors import UsageError
from kb.export.formats import Exporter, Options
from kb.export.place import check_ours
from kb.model import (
    AttachmentRevision,
    Item,
    LineOrigin,
    PageSeen,
    Revision,
    RevisionSeen,
    Snapshot,
)
from kb.publish.material import ArchiveMaterial, Leaf
from kb.publish.redact.key import key_of
from kb.publish.redact.leaks import check
from kb.publish.redact.public import PublicMaterial
from kb.publish.redact.rules import rules_of
from kb.publish.render import own_texts
from kb.publish.swap import MARK, publish


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
    exporter: Exporter, place: Home, archive: Archive, store: CaseStore, dest: str, options: Options
) -> str | None:
    """Export what may be public. LeakError, and nothing written, where a protected value is left.

    A tree for the public does not remember the wiki's source, and has no report.
    """
    if options.report is not None:
        raise UsageError("a report tells of every page", hint="leave --report out")
    target = Path("export" if dest == "-" else dest)
    if dest != "-" and target.is_dir():
        check_ours(target)
    public = PublicMaterial(ArchiveMaterial(archive, store), rules_of(place.config.public),
                            key_of(place))  # fmt: skip
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".public-", dir=target.parent) as name:
        folder = Path(name)
        made = folder / "out" / target.name
        made.parent.mkdir()
        with Archive(folder / "archive.db", create=True) as copy:
            copy.ingest(copy.source("public", "public"), _items(public, copy))
            said = exporter(place, copy, PublicCases(public), str(made), options)
        shutil.rmtree(made / FOLDER, ignore_errors=True)
        texts = [*own_texts(), place.config.site.title]
        check(made.parent, public.protected, texts, [f"{made.name}/{MARK}"])
        if dest == "-":
            sys.stdout.buffer.write(made.read_bytes())
        elif made.is_dir():
            publish(made, target)
        else:
            made.replace(target)
    return said


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


def _text(leaf: Leaf, view: PageView) -> Iterator[Item]:
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
