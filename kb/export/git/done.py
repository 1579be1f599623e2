"""What earlier runs committed, read from the commits themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from kb.export.git.trailers import Said
from kb.model import PageId, version_key


class Done:
    """Pages, versions and files that a branch already has, and where they stand in its tree."""

    def __init__(self) -> None:
        self.versions: defaultdict[PageId, set[str]] = defaultdict(set)
        self.files: defaultdict[PageId, set[tuple[str, str]]] = defaultdict(set)
        """Name and version of each file that is in."""
        self.present: dict[PageId, str] = {}
        """Digest of the text committed for a page without whole revisions."""
        self.paths: dict[PageId, str] = {}
        self.file_paths: defaultdict[PageId, dict[str, str]] = defaultdict(dict)
        """Path of each file by its name."""
        self.gone: set[PageId] = set()
        self.commits = 0
        self.last = 0
        """Committer's time of the newest commit."""

    @property
    def main_wiki(self) -> str | None:
        """The wiki whose pages stand at the root: that of the first commit."""
        return next((page.wiki for page in self.paths), None)

    def take(self, body: str) -> None:
        """Learn from one commit message; oldest commit first."""
        said = Said(body)
        page = said.page()
        if page is None:
            return
        self.commits += 1
        if said.get("Gone") is not None:
            self.gone.add(page)
            self.file_paths.pop(page, None)
            return
        self.gone.discard(page)
        if (path := said.get("Path")) is not None:
            self.paths[page] = path
        former = said.page("Renamed-From")
        if former is not None:
            self._carry(former, page, version_key(said.get("Carried") or "0.0"))
        if (version := said.get("Version")) is not None:
            self.versions[page].add(version)
        if (digest := said.get("Digest")) is not None:
            self.present[page] = digest
        for name, number, path in said.files():
            self.files[page].add((name, number))
            self.file_paths[page][name] = path

    def _carry(self, former: PageId, page: PageId, upto: tuple[int, int]) -> None:
        """A renamed page brings its versions up to ``upto``, and its files, with it."""
        self.gone.add(former)
        self.file_paths.pop(former, None)
        self.versions[page] |= {v for v in self.versions[former] if version_key(v) <= upto}
        self.files[page] |= self.files[former]


def read_done(log: Iterable[str]) -> Done:
    """Learn from messages, oldest first, each with the committer's time on its first line."""
    done = Done()
    for entry in log:
        time, _, body = entry.partition("\n")
        done.last = max(done.last, int(time))
        done.take(body)
    return done
