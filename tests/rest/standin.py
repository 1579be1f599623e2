"""A running stand-in of a wiki, and an archive that it is imported into and compared with."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from importers.base import Options, Source, importer_named
from kb.archive import Archive
from kb.archive.ingest import IngestReport
from kb.model import PageId
from kb.times import from_epoch

PASSWORD = "tr0ub4dor&3 秘"
USER = {"user": "admin", "password_env": "KB_TEST_PASSWORD"}


def standin_module(path: Path) -> Any:
    name = f"standin_{path.stem}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@dataclass
class Standing:
    """A running stand-in."""

    server: Any
    url: str

    def requests(self) -> int:
        return int(self.server.stats()["requests"])


@dataclass
class Home:
    """An archive in a folder, and what imports reported."""

    folder: Path
    reports: list[IngestReport] = field(default_factory=list)

    @property
    def path(self) -> Path:
        return self.folder / "archive.db"

    def take(self, location: str, format_name: str = "rest", **options: Any) -> IngestReport:
        """Import, as a user with a password unless told otherwise."""
        given = {**USER, "scratch": str(self.folder / "fetch"), **options}
        with Archive(self.path, create=True) as archive:
            known = archive.source(location, format_name)
            importer = importer_named(format_name)
            items = importer.records(Source(location), Options(**given), known, archive.blobs)
            self.reports.append(archive.ingest(known, items))
        return self.reports[-1]

    def differences(
        self, server: Any, *, skip: Callable[[Any], bool] = lambda _: False
    ) -> list[str]:
        """How the archive differs from the wiki itself, in contents, authors, dates, files."""
        with Archive(self.path) as archive:
            return [
                line
                for doc in server.wiki.all_docs()
                if not skip(doc)
                for line in _page_differences(archive, doc)
            ]


def _page_differences(archive: Archive, doc: Any) -> Iterator[str]:
    view = archive.page(PageId("xwiki", doc.full, doc.locale))
    name = f"{doc.full} {doc.locale}".strip()
    if view is None or view.gone:
        yield f"{name}: missing"
        return
    revisions = {r.version: r for r in archive.revisions(view.key)}
    if set(revisions) != {r.version for r in doc.revs}:
        yield f"{name}: versions {sorted(revisions)}"
    for rev in doc.revs:
        found = revisions.get(rev.version)
        if found is None:
            continue
        for what, is_, should in (
            ("content", archive.content(view.key, rev.version), rev.content),
            ("author", found.author, rev.author),
            ("date", found.date, moment(rev.ms)),
            ("comment", found.comment, rev.comment),
            ("title", found.title, rev.title),
        ):
            if is_ != should:
                yield f"{name} {rev.version}: {what} {is_!r} is not {should!r}"
    files = {(f.name, f.version): f.sha256 for f in view.attachments}
    wanted = {} if doc.locale else dict(_files(doc))
    if files != wanted:
        yield f"{name}: files {files} are not {wanted}"
    comments = [(c.number, c.text, c.author, c.date, c.reply_to) for c in view.comments]
    if comments != [_comment(o) for o in doc.comments()]:
        yield f"{name}: comments {comments}"
    if set(view.tags) != set(doc.tags()):
        yield f"{name}: tags {view.tags}"


def _files(doc: Any) -> Iterator[tuple[tuple[str, str], str | None]]:
    for file, _ in doc.files():
        for version in file.versions:
            digest = None if file.lost else hashlib.sha256(version.all()).hexdigest()
            yield (file.name, version.version), digest


def _comment(thing: Any) -> tuple[Any, ...]:
    value = thing.value
    return thing.number, value("comment"), value("author"), moment(value("date")), value("replyto")


def moment(milliseconds: int) -> str:
    text = from_epoch(milliseconds)
    assert text is not None
    return text
