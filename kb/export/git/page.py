"""The commits of one page: its revisions, its files, its coming, moving and going."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from kb.archive import Archive, AttachmentView, PageView, RevisionView
from kb.export.git.authors import AuthorMap
from kb.export.git.done import Done
from kb.export.git.moves import Carried
from kb.export.git.queue import Commit
from kb.export.git.source import Source
from kb.export.git.stream import Stream, modify
from kb.export.git.trailers import escaped, file_pair, message, page_pairs
from kb.export.git.waiting import Waiting
from kb.export.layout import Layout
from kb.export.moments import Instant, instant_of
from kb.model import version_key

UNDATED = Instant(0, 0, exact=False)

Pairs = list[tuple[str, str | None]]


class Step(msgspec.Struct):
    """A commit of a page and the time that puts it in its place."""

    time: int
    floor: int
    """The earliest time that keeps it behind what it builds on."""
    commit: Commit


class Desk(msgspec.Struct, frozen=True):
    """What the work on every page shares."""

    archive: Archive
    stream: Stream
    done: Done
    layout: Layout
    source: Source
    authors: AuthorMap
    names: Mapping[str, Mapping[str, str]]
    """Displayed names by reference, by wiki."""


class PageSteps:
    """Makes the steps of one page, whose blobs it writes on the way."""

    def __init__(self, desk: Desk, view: PageView) -> None:
        self._desk = desk
        self.view = view
        self.path = desk.layout.page(view.id)
        self._new = view.id not in desk.done.paths
        self.skipped = 0
        """Versions and files that the archive knows of without their bytes."""
        self.revisions = 0
        self.files = 0

    def all(self, brought: Carried, arrival: Step | None) -> list[Step]:
        """Steps for what is not committed yet, after the rename that brings the page here."""
        have = self._desk.done.versions[self.view.id] | brought.versions
        held = list(self._desk.archive.revisions(self.view.key))
        todo = [r for r in held if r.held and r.version not in have]
        self.skipped += sum(not r.held for r in held)
        waiting = Waiting(self._waiting(brought.files))
        steps = [arrival] if arrival else []
        if arrival and todo and (first := instant_of(todo[0].date)):
            arrival.time = max(arrival.floor, min(arrival.time, first.seconds))
        steps += self._revision_steps(todo, waiting, steps[-1].time if steps else 0)
        if not any(r.held for r in held):
            steps += self._present()
        last = steps[-1].time if steps else 0
        steps += self._file_steps(waiting.rest(), last)
        steps.sort(key=lambda step: step.time)
        return self._with_path(steps)

    def again(self) -> Step:
        """The step that puts a page back that was gone, as it was committed last."""
        view, done = self.view, self._desk.done
        versions = sorted(done.versions[view.id], key=version_key)
        text = self._desk.archive.content(view.key, versions[-1]) if versions else view.source
        data = self._desk.source.bytes_of(view, None, text or "")
        changes = [modify(self.path, self._desk.stream.blob(data))]
        pairs: Pairs = []
        had = done.files[view.id]
        newest = {
            file.name: file
            for file in sorted(view.attachments, key=lambda f: (f.name, version_key(f.version)))
            if file.sha256 and (file.name, file.version) in had
        }
        changes += [self._file_change(file, pairs) for file in newest.values()]
        return self.step(f"{view.id.page} is back in the wiki", pairs, None, None, changes)

    def step(
        self, text: str, pairs: Pairs, author: str | None, moment: str | None, changes: list[bytes],
        floor: int = 0,
    ) -> Step:  # fmt: skip
        """A step by ``author`` at ``moment``, not before ``floor``; its date is what is known."""
        date = instant_of(moment)
        if date is None or not date.exact:
            pairs = [*pairs, ("Date", moment or "unknown")]
        time = max(floor, 0 if date is None else date.seconds)
        shown = date or Instant(floor, 0, exact=False)
        wiki = self.view.id.wiki
        identity = self._desk.authors.identity(wiki, author, self._desk.names.get(wiki, {}))
        body = message(text, [*page_pairs(self.view.id), *pairs])
        return Step(time, floor, Commit(identity, shown, body, changes))

    def _with_path(self, steps: list[Step]) -> list[Step]:
        """Say the page's path in its first commit, where the next run looks for it."""
        if self._new and steps:
            first = steps[0].commit
            text = f"{first.message}Wiki-Path: {escaped(self.path)}\n"
            steps[0].commit = msgspec.structs.replace(first, message=text)
        return steps

    def _revision_steps(
        self, todo: Iterable[RevisionView], waiting: Waiting, floor: int
    ) -> Iterator[Step]:
        for revision in todo:
            files = list(waiting.take(revision))
            newest = {file.name: file for file in files}
            for file in files:
                if file is not newest[file.name]:  # one commit cannot hold two versions
                    step = self._file_step(file, floor)
                    floor = step.time
                    yield step
            text = self._desk.archive.content(self.view.key, revision.version) or ""
            data = self._desk.source.bytes_of(self.view, revision, text)
            changes = [modify(self.path, self._desk.stream.blob(data))]
            pairs: Pairs = [
                ("Version", revision.version),
                ("Minor", "yes" if revision.minor else None),
                ("Title", escaped(revision.title) if revision.title else None),
                ("Syntax", revision.syntax),
            ]
            changes += [self._file_change(file, pairs) for file in newest.values()]
            about = revision.comment or f"{self.view.id.page} {revision.version}"
            step = self.step(about, pairs, revision.author, revision.date, changes, floor)
            floor = step.time
            self.revisions += 1
            yield step

    def _present(self) -> Iterator[Step]:
        """One commit of the present text of a page whose revisions nobody has."""
        lines = self.view.lines
        text = self.view.source
        digest = hashlib.sha256(text.encode()).hexdigest()
        if not lines or self._desk.done.present.get(self.view.id) == digest[:16]:
            return
        data = self._desk.source.bytes_of(self.view, None, text)
        authors = list(dict.fromkeys(line.author for line in lines if line.author))
        gaps = [str(line.number) for line in lines if line.missing]
        dates = [line.date for line in lines if line.date]
        pairs: Pairs = [
            ("History", self.view.history),
            ("Digest", digest[:16]),
            ("Missing-Lines", " ".join(gaps) or None),
            *(("Line-Author", escaped(author)) for author in authors if len(authors) > 1),
        ]
        yield self.step(
            f"{self.view.id.page}: the present text; earlier revisions are not known",
            pairs,
            authors[0] if len(authors) == 1 else None,
            self.view.modified or max(dates, default=None),
            [modify(self.path, self._desk.stream.blob(data))],
        )

    def _waiting(self, brought: frozenset[tuple[str, str]]) -> list[AttachmentView]:
        have = self._desk.done.files[self.view.id] | brought
        todo = [f for f in self.view.attachments if (f.name, f.version) not in have]
        self.skipped += sum(file.sha256 is None for file in todo)
        return [file for file in todo if file.sha256 is not None]

    def _file_steps(self, waiting: Iterable[AttachmentView], last: int) -> Iterator[Step]:
        """Commits of files that came with no revision of the page."""
        floors: dict[str, int] = {}
        for file in waiting:
            floor = floors.get(file.name, 0 if instant_of(file.date) else last)
            step = self._file_step(file, floor)
            floors[file.name] = step.time
            yield step

    def _file_step(self, file: AttachmentView, floor: int) -> Step:
        pairs: Pairs = []
        changes = [self._file_change(file, pairs)]
        about = file.comment or f"{self.view.id.page}: {file.name} {file.version}"
        return self.step(about, pairs, file.author, file.date, changes, floor)

    def _file_change(self, file: AttachmentView, pairs: Pairs) -> bytes:
        assert file.sha256 is not None
        path = self._desk.layout.file(self.view.id, file.name)
        pairs.append(file_pair(file.name, file.version, path))
        self._desk.done.file_paths[self.view.id][file.name] = path
        self.files += 1
        return modify(path, self._desk.stream.blob(self._desk.archive.blobs.open(file.sha256)))
