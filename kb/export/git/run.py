"""One run: what the branch lacks of the archive, as commits in order of time."""

from __future__ import annotations

from pathlib import Path

import msgspec

from kb.archive import Archive, PageView
from kb.errors import UsageError
from kb.export.git.authors import AuthorMap
from kb.export.git.done import Done, read_done
from kb.export.git.moves import Carried, Moves, carried
from kb.export.git.page import Desk, PageSteps, Pairs, Step
from kb.export.git.queue import Queue
from kb.export.git.repository import Repository
from kb.export.git.source import Source, WikiSource
from kb.export.git.stream import Stream, delete, rename
from kb.export.git.trailers import escaped, file_pair
from kb.export.layout import Layout
from kb.model import PageId, version_key

CHECKPOINT = 20_000
"""Commits after which all so far is made lasting; an interrupted run goes on from there."""


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


def export_git(
    archive: Archive,
    dest: Path,
    *,
    authors: AuthorMap | None = None,
    source: Source | None = None,
    branch: str = "main",
) -> GitReport:
    """Bring ``branch`` of the repository at ``dest`` up to the archive; old commits stay."""
    repository = Repository(dest, branch)
    repository.check_clean()
    done = read_done(repository.log())
    if repository.head() and not done.commits:
        raise UsageError(
            f"{dest}: the branch {branch} is no export of kb", hint="name another --branch"
        )
    chosen = source or WikiSource()
    if any(not path.endswith(chosen.shape.ending) for path in done.paths.values()):
        raise UsageError(f"{dest}: the branch {branch} holds another --source")
    report = GitReport()
    people = authors or AuthorMap()
    queue = Queue()
    try:
        with repository.fast_import() as pipe:
            stream = Stream(pipe, repository.ref, onto=repository.head() is not None)
            _Run(archive, stream, queue, done, people, chosen, report).fill()
            _flush(queue, stream, done.last, report)
    finally:
        queue.close()
    repository.check_out()
    report.unmapped = tuple(sorted(people.unmapped))
    report.head = repository.head()
    return report


def _flush(queue: Queue, stream: Stream, last: int, report: GitReport) -> None:
    """Write the commits, no committer's time before the one before it."""
    for time, commit in queue:
        last = max(last, time)
        stream.commit(commit.author, commit.date, last, commit.message, commit.changes)
        report.commits += 1
        if report.commits % CHECKPOINT == 0:
            stream.checkpoint()
    stream.done()


class _Run:
    """Goes through the pages and fills the queue."""

    def __init__(
        self, archive: Archive, stream: Stream, queue: Queue, done: Done, people: AuthorMap,
        source: Source, report: GitReport,
    ) -> None:  # fmt: skip
        self._queue = queue
        self._done = done
        self._report = report
        self._archive = archive
        self._moves = Moves(archive)
        self._keys = {page: (key, n) for n, (key, page, _) in enumerate(archive.digests())}
        wikis = list(dict.fromkeys(page.wiki for page in self._keys))
        files = {(p, name): at for p, by in done.file_paths.items() for name, at in by.items()}
        layout = Layout(source.shape, done.main_wiki or (wikis or [""])[0], done.paths, files)
        source.begin(archive, layout)
        names = {wiki: archive.author_names(wiki) for wiki in wikis}
        self._desk = Desk(archive, stream, done, layout, source, people, names)
        self._times: dict[PageId, int] = {}
        """Time of the last commit of each page that a rename leads on from."""

    def fill(self) -> None:
        """Queue what is new of every page, a renamed one after what it was."""
        seen: set[PageId] = set()
        for page in self._keys:
            for rank, member in enumerate(self._moves.line_of(page)):
                if member in self._keys and member not in seen:
                    seen.add(member)
                    self._page(member, rank)

    def _page(self, page: PageId, rank: int) -> None:
        key, number = self._keys[page]
        view = self._archive.view(key)
        steps = PageSteps(self._desk, view)
        brought, arrival = self._move(view, steps) or (Carried(), None)
        found = steps.all(brought, arrival)
        if page in self._done.gone:
            if view.gone and not found:
                return
            found.insert(0, steps.again())
            self._done.gone.discard(page)
        if view.gone and self._stays(view) and (found or page in self._done.paths):
            found.append(self._leave(view, steps, found[-1].time if found else 0))
        for step, item in enumerate(found):
            self._queue.put(item.time, rank, number, step, item.commit)
        if view.gone and (found or page in self._done.paths):
            self._times[page] = found[-1].time if found else 0
        self._count(steps, view, len(found))

    def _count(self, steps: PageSteps, view: PageView, commits: int) -> None:
        report = self._report
        report.pages += bool(commits)
        report.partial += bool(commits) and view.version is None
        report.revisions += steps.revisions
        report.files += steps.files
        report.skipped += steps.skipped

    def _heir(self, view: PageView) -> PageId | None:
        """The page that goes on from ``view`` by a rename in this run, if one does."""
        departure = self._moves.by_page.get(view.id)
        heir = departure.heir if departure else None
        if heir is None or heir not in self._keys or heir in self._done.paths:
            return None
        return heir if self._moves.former.get(heir) == view.id else None

    def _stays(self, view: PageView) -> bool:
        return self._heir(view) is None

    def _move(self, view: PageView, steps: PageSteps) -> tuple[Carried, Step] | None:
        """The rename that brings the page here, where it was another before."""
        former = self._moves.former.get(view.id)
        if former is None or former not in self._times:
            return None
        old = self._archive.view(self._keys[former][0])
        if self._heir(old) != view.id or former in self._done.gone:
            return None
        brought = carried(self._archive, old, view)
        layout, done = self._desk.layout, self._done
        changes = [rename(layout.page(former), steps.path)]
        upto = max(brought.versions, key=version_key, default="0.0")
        pairs: Pairs = [
            ("Renamed-From", f"{escaped(former.wiki)}:{escaped(former.page)}"),
            ("Carried", upto),
        ]
        for name, path in done.file_paths.pop(former, {}).items():
            new = layout.file(view.id, name)
            changes.append(rename(path, new))
            done.file_paths[view.id][name] = new
            newest = max((v for n, v in brought.files if n == name), key=version_key, default="0.0")
            pairs.append(file_pair(name, newest, new))
        text = f"{former.page} is now {view.id.page}"
        self._report.renamed += 1
        step = steps.step(text, pairs, None, old.gone, changes, self._times[former])
        return brought, step

    def _leave(self, view: PageView, steps: PageSteps, floor: int) -> Step:
        """The commit that takes a page out that the wiki no longer has."""
        paths = [steps.path, *self._done.file_paths.pop(view.id, {}).values()]
        self._report.gone += 1
        text = f"{view.id.page} is gone from the wiki"
        pairs: Pairs = [("Gone", view.gone)]
        return steps.step(text, pairs, None, view.gone, [delete(p) for p in paths], floor)
