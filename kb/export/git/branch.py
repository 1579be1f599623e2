"""One run: what the branch lacks of the archive, as commits in order of time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kb.archive import Archive, PageView
from kb.errors import UsageError
from kb.export.file_names import check_known_paths
from kb.export.git.authors import AuthorMap
from kb.export.git.commits import CommitQueue, FastImportStream, delete, rename
from kb.export.git.encoders import PageEncoder, XWikiEncoder
from kb.export.git.page_commits import GitContext, GitReport, PageCommits, TimedCommit
from kb.export.git.renames import CarriedOver, Renames, carried_over
from kb.export.git.repository import Repository
from kb.export.git.trailers import (
    CommittedPages,
    TrailerPairs,
    escaped,
    file_pair,
    read_committed,
)
from kb.export.tree_layout import Layout
from kb.model import PageId, version_key

CHECKPOINT = 20_000
"""Commits after which all so far is made durable; an interrupted run goes on from there."""


def export_git(
    archive: Archive, dest: Path, *, authors: AuthorMap | None = None,
    encoder: PageEncoder | None = None, branch: str = "main",
) -> GitReport:  # fmt: skip
    """Bring ``branch`` of the repository at ``dest`` up to the archive; old commits stay.

    UsageError where the branch, the work tree or the folder is not one to write to.
    """
    with Repository(dest, branch) as repository:
        return _export(archive, repository, authors or AuthorMap(), encoder or XWikiEncoder())


def _export(
    archive: Archive, repository: Repository, people: AuthorMap, chosen: PageEncoder
) -> GitReport:
    dest, branch = repository.path, repository.branch
    repository.check_clean()
    done = read_committed(repository.log())
    if repository.head() and not done.commits:
        raise UsageError(
            f"{dest}: the branch {branch} is no export of kb", hint="name another --branch"
        )
    if any(not path.endswith(chosen.shape.ending) for path in done.paths.values()):
        raise UsageError(f"{dest}: the branch {branch} holds another --source")
    check_known_paths(dest, done.known_paths())
    report = GitReport()
    queue = CommitQueue()
    try:
        with repository.fast_import() as pipe:
            stream = FastImportStream(pipe, repository.ref, onto=repository.head() is not None)
            _Filling(archive, stream, queue, done, people, chosen, report).fill()
            _flush(queue, stream, done.last, report, repository.passed_checkpoint)
    finally:
        queue.close()
    repository.check_out()
    report.unmapped = tuple(sorted(people.unmapped))
    report.head = repository.head()
    return report


def _flush(
    queue: CommitQueue, stream: FastImportStream, last: int, report: GitReport,
    passed_checkpoint: Callable[[], None],
) -> None:  # fmt: skip
    """Write the commits, no committer's time before the one before it."""
    for time, commit in queue:
        last = max(last, time)
        stream.commit(commit, last)
        report.commits += 1
        if report.commits % CHECKPOINT == 0:
            stream.checkpoint()
            passed_checkpoint()
    stream.done()


class _Filling:
    """Goes through the pages and fills the queue."""

    def __init__(
        self, archive: Archive, stream: FastImportStream, queue: CommitQueue, done: CommittedPages,
        people: AuthorMap, encoder: PageEncoder, report: GitReport,
    ) -> None:  # fmt: skip
        self._queue = queue
        self._done = done
        self._report = report
        self._archive = archive
        self._renames = Renames(archive)
        self._keys = {page: (key, n) for n, (key, page, _) in enumerate(archive.digests())}
        wikis = list(dict.fromkeys(page.wiki for page in self._keys))
        files = {(p, name): at for p, by in done.file_paths.items() for name, at in by.items()}
        layout = Layout(encoder.shape, done.main_wiki or (wikis or [""])[0], done.paths, files)
        encoder.begin(archive, layout)
        names = {wiki: archive.author_names(wiki) for wiki in wikis}
        self._context = GitContext(
            archive=archive, stream=stream, done=done, layout=layout, encoder=encoder,
            authors=people, names=names, report=report,
        )  # fmt: skip
        self._times: dict[PageId, int] = {}
        """Time of the last commit of each page that a rename leads on from."""

    def fill(self) -> None:
        """Queue what is new of every page, a renamed one after what it was."""
        seen: set[PageId] = set()
        for page in self._keys:
            for rank, member in enumerate(self._renames.ancestry(page)):
                if member in self._keys and member not in seen:
                    seen.add(member)
                    self._page(member, rank)

    def _page(self, page: PageId, rank: int) -> None:
        key, number = self._keys[page]
        view = self._archive.view(key)
        commits = PageCommits(self._context, view)
        brought, arrival = self._move(view, commits) or (CarriedOver(), None)
        found = commits.missing(brought, arrival)
        if page in self._done.gone:
            if view.gone and not found:
                return
            found.insert(0, commits.restored())
            self._done.gone.discard(page)
        if view.gone and self._heir(view) is None and (found or page in self._done.paths):
            found.append(self._leave(view, commits, found[-1].time if found else 0))
        for step, item in enumerate(found):
            self._queue.put(item.time, rank, number, step, item.commit)
        if view.gone and (found or page in self._done.paths):
            self._times[page] = found[-1].time if found else 0
        self._report.pages += bool(found)
        self._report.partial += bool(found) and view.version is None
        self._report.skipped += commits.skipped

    def _heir(self, view: PageView) -> PageId | None:
        """Return the page that goes on from ``view`` by a rename in this run, if one does."""
        heir = self._renames.heirs.get(view.id)
        if heir is None or heir not in self._keys or heir in self._done.paths:
            return None
        return heir if self._renames.former.get(heir) == view.id else None

    def _move(self, view: PageView, commits: PageCommits) -> tuple[CarriedOver, TimedCommit] | None:
        """Return what a rename brought along, and its commit, where the page was another before."""
        former = self._renames.former.get(view.id)
        if former is None or former not in self._times:
            return None
        old = self._archive.view(self._keys[former][0])
        if self._heir(old) != view.id or former in self._done.gone:
            return None
        brought = carried_over(self._archive, old, view)
        layout, done = self._context.layout, self._done
        changes = [rename(layout.page(former), commits.path)]
        upto = max(brought.versions, key=version_key, default="0.0")
        pairs: TrailerPairs = [
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
        return brought, commits.commit(text, pairs, None, old.gone, changes, self._times[former])

    def _leave(self, view: PageView, commits: PageCommits, floor: int) -> TimedCommit:
        """Return the commit that takes out a page that the wiki no longer has."""
        paths = [commits.path, *self._done.file_paths.pop(view.id, {}).values()]
        self._report.gone += 1
        text = f"{view.id.page} is gone from the wiki"
        pairs: TrailerPairs = [("Gone", view.gone)]
        return commits.commit(text, pairs, None, view.gone, [delete(p) for p in paths], floor)
