"""The commits of one page: its revisions, its files, its coming, moving and going."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from kb.archive import Archive, AttachmentView, PageView, RevisionView
from kb.export.git.authors import AuthorMap
from kb.export.git.commits import FastImportStream, GitCommit, modify
from kb.export.git.encoders import PageEncoder
from kb.export.git.renames import CarriedOver
from kb.export.git.trailers import (
    CommittedPages,
    TrailerPairs,
    escaped,
    file_pair,
    message,
    page_pairs,
)
from kb.export.tree_layout import Layout
from kb.model import version_key
from kb.times import Instant, instant_of

JOIN_SECONDS: Final = 5
"""XWiki dates a file when it arrives and the page's version when that is saved, just after."""


class TimedCommit(msgspec.Struct):
    """A commit of a page and the time that puts it in its place."""

    time: int
    floor: int
    """The earliest time that keeps it behind what it builds on."""
    commit: GitCommit


class GitReport(msgspec.Struct, kw_only=True):
    """What one run added."""

    commits: int = 0
    pages: int = 0
    """Pages with new commits."""
    revisions: int = 0
    files: int = 0
    """Versions of attached files."""
    partial: int = 0
    """Pages of which only the present text is known."""
    renamed: int = 0
    gone: int = 0
    skipped: int = 0
    """Versions and files that the archive names without holding their bytes."""
    unmapped: tuple[str, ...] = ()
    """Users that the authors' file does not name."""
    head: str | None = None
    """Id of the newest commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GitContext:
    """What the work on every page shares."""

    archive: Archive
    stream: FastImportStream
    done: CommittedPages
    layout: Layout
    encoder: PageEncoder
    authors: AuthorMap
    names: Mapping[str, Mapping[str, str]]
    """Displayed names by reference, by wiki."""
    report: GitReport


class PendingFiles:
    """Versions of files that wait for the revision of their page that brought them."""

    def __init__(self, files: Iterable[AttachmentView]) -> None:
        self._by_arrival: defaultdict[object, list[AttachmentView]] = defaultdict(list)
        for file in files:
            came = instant_of(file.date)
            exact = came is not None and came.exact
            key = (file.author, came.seconds) if came and exact else None
            self._by_arrival[key].append(file)

    def take(self, revision: RevisionView) -> Iterator[AttachmentView]:
        """Yield the files that came with the revision: same author, dated just before it."""
        saved = instant_of(revision.date)
        if saved is None or not saved.exact:
            return
        for seconds in range(saved.seconds - JOIN_SECONDS, saved.seconds + 1):
            yield from self._by_arrival.pop((revision.author, seconds), ())

    def rest(self) -> list[AttachmentView]:
        """Return those that no revision took, by name and version as they came."""
        return [file for files in self._by_arrival.values() for file in files]


class PageCommits:
    """Makes the commits of one page, whose blobs it writes on the way."""

    def __init__(self, context: GitContext, view: PageView) -> None:
        self._context = context
        self.view = view
        self.path = context.layout.page(view.id)
        self._new = view.id not in context.done.paths
        self.skipped = 0
        """Versions and files that the archive knows of without their bytes."""

    def missing(self, brought: CarriedOver, arrival: TimedCommit | None) -> list[TimedCommit]:
        """Return the commits that are lacking, after the rename that brings the page here."""
        have = self._context.done.versions[self.view.id] | brought.versions
        held = list(self._context.archive.revisions(self.view.key))
        todo = [r for r in held if r.held and r.version not in have]
        self.skipped += sum(not r.held for r in held)
        pending = PendingFiles(self._pending(brought.files))
        made = [arrival] if arrival else []
        if arrival and todo and (first := instant_of(todo[0].date)):
            arrival.time = max(arrival.floor, min(arrival.time, first.seconds))
        made += self._revision_commits(todo, pending, made[-1].time if made else 0)
        if not any(r.held for r in held):
            made += self._present()
        last = made[-1].time if made else 0
        made += self._file_commits(pending.rest(), last)
        made.sort(key=lambda commit: commit.time)
        if self._new and made:  # its first commit says its path, where the next run looks for it
            commit = made[0].commit
            text = f"{commit.message}Wiki-Path: {escaped(self.path)}\n"
            made[0].commit = msgspec.structs.replace(commit, message=text)
        return made

    def restored(self) -> TimedCommit:
        """Return the commit that puts a page back that was gone, as it was committed last."""
        view, done = self.view, self._context.done
        versions = sorted(done.versions[view.id], key=version_key)
        text = self._context.archive.content(view.key, versions[-1]) if versions else view.source
        changes = [self._page_change(None, text or "")]
        pairs: TrailerPairs = []
        had = done.files[view.id]
        newest = {
            file.name: file
            for file in sorted(view.attachments, key=lambda f: (f.name, version_key(f.version)))
            if file.sha256 and (file.name, file.version) in had
        }
        changes += [self._file_change(file, pairs) for file in newest.values()]
        return self.commit(f"{view.id.page} is back in the wiki", pairs, None, None, changes)

    def commit(
        self, text: str, pairs: TrailerPairs, author: str | None, moment: str | None,
        changes: list[bytes], floor: int = 0,
    ) -> TimedCommit:  # fmt: skip
        """Return a commit by ``author`` at ``moment``, not before ``floor``.

        What is known of its date less precisely than git writes it stands in a trailer.
        """
        date = instant_of(moment)
        if date is None or not date.exact:
            pairs = [*pairs, ("Date", moment or "unknown")]
        time = max(floor, 0 if date is None else date.seconds)
        shown = date or Instant(floor, 0, exact=False)
        wiki = self.view.id.wiki
        identity = self._context.authors.identity(wiki, author, self._context.names.get(wiki, {}))
        body = message(text, [*page_pairs(self.view.id), *pairs])
        return TimedCommit(time, floor, GitCommit(identity, shown, body, changes))

    def _revision_commits(
        self, todo: Iterable[RevisionView], pending: PendingFiles, floor: int
    ) -> Iterator[TimedCommit]:
        for revision in todo:
            files = list(pending.take(revision))
            newest = {file.name: file for file in files}
            for file in files:
                if file is not newest[file.name]:  # one commit cannot hold two versions
                    commit = self._file_commit(file, floor)
                    floor = commit.time
                    yield commit
            text = self._context.archive.content(self.view.key, revision.version) or ""
            changes = [self._page_change(revision, text)]
            pairs: TrailerPairs = [
                ("Version", revision.version),
                ("Minor", "yes" if revision.minor else None),
                ("Title", escaped(revision.title) if revision.title else None),
                ("Syntax", revision.syntax),
            ]
            changes += [self._file_change(file, pairs) for file in newest.values()]
            about = revision.comment or f"{self.view.id.page} {revision.version}"
            commit = self.commit(about, pairs, revision.author, revision.date, changes, floor)
            floor = commit.time
            self._context.report.revisions += 1
            yield commit

    def _present(self) -> Iterator[TimedCommit]:
        """Yield one commit of the present text of a page whose revisions nobody has."""
        lines = self.view.lines
        text = self.view.source
        digest = hashlib.sha256(text.encode()).hexdigest()
        if not lines or self._context.done.present.get(self.view.id) == digest[:16]:
            return
        authors = list(dict.fromkeys(line.author for line in lines if line.author))
        gaps = [str(line.number) for line in lines if line.missing]
        dates = [line.date for line in lines if line.date]
        pairs: TrailerPairs = [
            ("History", self.view.history),
            ("Digest", digest[:16]),
            ("Missing-Lines", " ".join(gaps) or None),
            *(("Line-Author", escaped(author)) for author in authors if len(authors) > 1),
        ]
        yield self.commit(
            f"{self.view.id.page}: the present text; earlier revisions are not known",
            pairs,
            authors[0] if len(authors) == 1 else None,
            self.view.modified or max(dates, default=None),
            [self._page_change(None, text)],
        )

    def _pending(self, brought: frozenset[tuple[str, str]]) -> list[AttachmentView]:
        have = self._context.done.files[self.view.id] | brought
        todo = [f for f in self.view.attachments if (f.name, f.version) not in have]
        self.skipped += sum(file.sha256 is None for file in todo)
        return [file for file in todo if file.sha256 is not None]

    def _file_commits(self, pending: Iterable[AttachmentView], last: int) -> Iterator[TimedCommit]:
        """Yield the commits of files that came with no revision of the page."""
        floors: dict[str, int] = {}
        for file in pending:
            floor = floors.get(file.name, 0 if instant_of(file.date) else last)
            commit = self._file_commit(file, floor)
            floors[file.name] = commit.time
            yield commit

    def _file_commit(self, file: AttachmentView, floor: int) -> TimedCommit:
        pairs: TrailerPairs = []
        changes = [self._file_change(file, pairs)]
        about = file.comment or f"{self.view.id.page}: {file.name} {file.version}"
        return self.commit(about, pairs, file.author, file.date, changes, floor)

    def _file_change(self, file: AttachmentView, pairs: TrailerPairs) -> bytes:
        assert file.sha256 is not None
        path = self._context.layout.file(self.view.id, file.name)
        pairs.append(file_pair(file.name, file.version, path))
        self._context.done.file_paths[self.view.id][file.name] = path
        self._context.report.files += 1
        return self._set(path, self._context.archive.blobs.open(file.sha256))

    def _page_change(self, revision: RevisionView | None, text: str) -> bytes:
        return self._set(self.path, self._context.encoder.bytes_of(self.view, revision, text))

    def _set(self, path: str, data: bytes) -> bytes:
        return modify(path, self._context.stream.blob(data))
