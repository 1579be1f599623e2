"""Read a folder's history in git: which commit gave which file which content.

The commits are those of `git log --topo-order -- .`: a merge that changed nothing against one of
its parents is left for that parent, and other merges are told by the commits that they bring
together. Source of both: git's git-log(1), History Simplification.
"""

from __future__ import annotations

import re
import stat
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Final, NamedTuple

from dulwich.errors import ObjectFormatException
from dulwich.objects import parse_tree

from importers.markdown.git_dir import GitDir, GitRefusedError, find_git_dir
from importers.markdown.git_objects import COMMIT, TREE, GitObjectError, GitObjects
from importers.markdown.git_renames import MOST_COMPARED, paired
from kb.errors import Problem

MOST_COMMITS: Final = 1_000_000
MOST_CHANGES: Final = 2_000_000
"""Files and folders that all commits together may change."""
DEEPEST: Final = 64
"""Folders within each other, in any commit."""
_TREES: Final = 200_000
"""Entries of trees that are kept for the next commit."""
_PERSON: Final = re.compile(rb"([^<]*)<([^>]*)>(?:.*>)?\s*(-?\d{1,18})?(?:\s+([+-]\d{1,4}))?")


class LoggedCommit(NamedTuple):
    """A commit: who changed something, when, and why."""

    id: str
    date: str | None
    """None where it is written in no way that is a date."""
    author: str
    """`Name <email>`."""
    message: str


class CommittedFile(NamedTuple):
    """A file as a commit left it."""

    commit: LoggedCommit
    blob: bytes


class GitLog:
    """The commits of a folder within a repository, oldest first by file."""

    def __init__(self, folder: Path) -> None:
        """Read the log; it is empty where there is no repository."""
        self.problems: list[Problem] = []
        """Why there is no history where there should be one."""
        self._folder = folder
        self._git: GitDir | None = None
        self._by_path: Mapping[str, list[CommittedFile]] = {}
        try:
            self._git = find_git_dir(folder)
            if self._git is not None:
                with _opened(self._git) as objects:
                    history = _History(self._git, objects)
                    self._by_path = history.files()
                    for id_, why in history.unread.items():
                        detail = f"{id_.hex()} cannot be compared, a rename may be missed: {why}"
                        self._report("lost-version", detail)
        except GitRefusedError as error:
            self._report(error.code, str(error))
        except GitObjectError as error:
            self._report("bad-git", f"its history cannot be read: {error}")

    def _report(self, code: str, detail: str) -> None:
        self.problems.append(Problem(where=str(self._folder), code=code, detail=detail))

    def of(self, path: str) -> list[CommittedFile]:
        """Return the versions of the file that is now at ``path`` below the folder."""
        return self._by_path.get(path, [])

    @contextmanager
    def blobs(self) -> Iterator[GitBlobs]:
        """Open the repository's contents until the block ends."""
        if self._git is None or not self._by_path:
            yield GitBlobs(None)
            return
        with _opened(self._git) as objects:
            yield GitBlobs(objects)


@contextmanager
def _opened(git: GitDir) -> Iterator[GitObjects]:
    objects = GitObjects(git)
    try:
        yield objects
    finally:
        objects.close()


class GitBlobs:
    """Contents of a repository by id."""

    def __init__(self, objects: GitObjects | None) -> None:
        self._objects = objects
        self._lost: dict[tuple[bytes, str], Problem] = {}

    @property
    def problems(self) -> list[Problem]:
        """What could not be had so far, each once."""
        return list(self._lost.values())

    def get(self, file: CommittedFile, where: str) -> bytes | None:
        """Return the bytes of a file, which is at ``where`` now; None, and a problem, for none."""
        if self._objects is None:
            return None
        try:
            return self._objects.checked(file.blob).data
        except (GitObjectError, GitRefusedError) as error:
            detail = f"as of commit {file.commit.id}: {error}"
            problem = Problem(where=where, code="lost-version", detail=detail)
            self._lost[file.blob, where] = problem
            return None


class _Commit(NamedTuple):
    """What the order of commits needs of one."""

    tree: bytes | None
    """The folder whose history is read; None where the commit does not have it."""
    parents: tuple[bytes, ...]
    """Those that history goes on with."""


_Entry = tuple[bytes, int, bytes]
"""Name, mode and hexadecimal id of what is in a tree."""


class _History:
    """Walks from HEAD to the first commits, then forward again from change to change."""

    def __init__(self, git: GitDir, objects: GitObjects) -> None:
        self._git = git
        self._objects = objects
        self._shallow = git.shallow()
        self._trees: OrderedDict[bytes, dict[bytes, _Entry]] = OrderedDict()
        self._kept = 0
        self._changes = 0
        self._compared = MOST_COMPARED
        self._tops: dict[bytes, bytes | None] = {}
        self.unread: dict[bytes, str] = {}
        """Files that could not be compared with others, by their ids, and why."""

    def files(self) -> Mapping[str, list[CommittedFile]]:
        """Return the versions of every file by the path that it has after the newest commit."""
        by_path: defaultdict[str, list[CommittedFile]] = defaultdict(list)
        head = self._git.head()
        if head is None:
            if self._git.has_commits():
                detail = f"{self._git.own.root}: HEAD leads to no commit: `git checkout` a branch"
                raise GitRefusedError("bad-git", detail)
            return by_path
        commits = self._commits(bytes.fromhex(head))
        for id_ in reversed(_topological(bytes.fromhex(head), commits)):
            commit = commits[id_]
            before = commits[commit.parents[0]].tree if commit.parents else None
            if len(commit.parents) < 2 and commit.tree != before:
                self._take(by_path, _logged(id_, self._objects.get(id_).data), before, commit)
        return by_path

    def _take(
        self, by_path: dict[str, list[CommittedFile]], said: LoggedCommit, before: bytes | None,
        commit: _Commit,
    ) -> None:  # fmt: skip
        gone: dict[bytes, bytes] = {}
        new: dict[bytes, bytes] = {}
        for path, old, now in self._between(before, commit.tree, b"", 0):
            if old is not None and now is None:
                gone[path] = old
            elif now is not None and old is None:
                new[path] = now
            elif now is not None:
                by_path.setdefault(_text(path), []).append(CommittedFile(said, now))
        moved, compared = paired(gone, new, self._content, self._compared)
        self._compared -= compared
        carried = {path: by_path.pop(_text(path), []) for path in gone}
        for path, id_ in new.items():
            former = carried[moved[path]] if path in moved else []
            by_path[_text(path)] = [*former, CommittedFile(said, id_)]

    def _content(self, id_: bytes) -> bytes | None:
        """Return the bytes of a file; None, and a note of it, where they cannot be had."""
        try:
            return self._objects.get(id_).data
        except GitObjectError as error:
            self.unread[id_] = str(error)
            return None

    def _commits(self, head: bytes) -> dict[bytes, _Commit]:
        found: dict[bytes, _Commit] = {}
        waiting = [head]
        while waiting:
            id_ = waiting.pop()
            if id_ in found:
                continue
            if len(found) == MOST_COMMITS:
                raise GitRefusedError("git-too-large", f"more than {MOST_COMMITS:,} commits")
            top, parents = self._top_and_parents(id_)
            tree = self._folder(top)
            for parent in parents if len(parents) > 1 else ():
                if self._folder(self._top_and_parents(parent)[0]) == tree:
                    parents = (parent,)
                    break
            found[id_] = _Commit(tree, parents)
            waiting += parents
        return found

    def _top_and_parents(self, id_: bytes) -> tuple[bytes, tuple[bytes, ...]]:
        kind, data = self._objects.checked(id_)
        head = data.partition(b"\n\n")[0].split(b"\n")
        try:
            ids = [bytes.fromhex(row.split(b" ", 1)[1].decode()) for row in _ids(head)]
        except (ValueError, IndexError):
            ids = []
        if kind != COMMIT or not ids:
            raise GitObjectError(f"{id_.hex()} is no commit")
        return ids[0], () if id_.hex() in self._shallow else tuple(ids[1:])

    def _folder(self, tree: bytes) -> bytes | None:
        """Return the tree of the folder, by that of the whole work tree."""
        if not self._git.prefix:
            return tree
        if tree not in self._tops:
            at: bytes | None = tree
            for name in self._git.prefix:
                at = _id(self._tree(at).get(name), stat.S_IFDIR)
            self._tops[tree] = at
        return self._tops[tree]

    def _between(
        self, old: bytes | None, new: bytes | None, inside: bytes, depth: int
    ) -> Iterator[tuple[bytes, bytes | None, bytes | None]]:
        """Yield path, old and new id of each regular file that differs between two trees."""
        if depth > DEEPEST:
            raise GitRefusedError("git-too-large", f"more than {DEEPEST} folders in each other")
        before, after = self._tree(old), self._tree(new)
        for name in sorted({name for name, _ in before.items() ^ after.items()}):
            self._changes += 1
            if self._changes > MOST_CHANGES:
                raise GitRefusedError("git-too-large", f"more than {MOST_CHANGES:,} changes")
            was, now = before.get(name), after.get(name)
            old, new = _id(was, stat.S_IFDIR), _id(now, stat.S_IFDIR)
            if old != new:
                yield from self._between(old, new, inside + name + b"/", depth + 1)
            old, new = _id(was, stat.S_IFREG), _id(now, stat.S_IFREG)
            if old != new:
                yield inside + name, old, new

    def _tree(self, id_: bytes | None) -> dict[bytes, _Entry]:
        if id_ is None:
            return {}
        found = self._trees.get(id_)
        if found is not None:
            self._trees.move_to_end(id_)
            return found
        kind, data = self._objects.checked(id_)
        if kind != TREE:
            raise GitObjectError(f"{id_.hex()} is no tree")
        try:
            rows = parse_tree(data, self._git.object_format.oid_length)
            found = {row[0]: row for row in rows}
        except (ObjectFormatException, ValueError) as error:
            raise GitObjectError(f"the tree {id_.hex()} is damaged: {error}") from error
        self._trees[id_] = found
        self._kept += len(found)
        while self._kept > _TREES and len(self._trees) > 2:
            self._kept -= len(self._trees.popitem(last=False)[1])
        return found


def _id(entry: _Entry | None, kind: int) -> bytes | None:
    return bytes.fromhex(entry[2].decode()) if entry and stat.S_IFMT(entry[1]) == kind else None


def _ids(head: list[bytes]) -> Iterator[bytes]:
    """Yield the rows of a commit that name its tree and its parents."""
    for number, row in enumerate(head):
        if not row.startswith(b"parent " if number else b"tree "):
            return
        yield row


def _topological(head: bytes, commits: Mapping[bytes, _Commit]) -> list[bytes]:
    """Return commits with each before its parents, line of history by line, as git shows them."""
    children = Counter(parent for commit in commits.values() for parent in commit.parents)
    order: list[bytes] = []
    waiting = [head]
    while waiting:
        id_ = waiting.pop()
        order.append(id_)
        for parent in commits[id_].parents:
            children[parent] -= 1
            if not children[parent]:
                waiting.append(parent)
    return order


def _logged(id_: bytes, data: bytes) -> LoggedCommit:
    """Read who wrote a commit, when and why, in the encoding that it names."""
    head, _, body = data.partition(b"\n\n")
    rows = dict(row.partition(b" ")[::2] for row in reversed(head.split(b"\n")))
    encoding = rows.get(b"encoding", b"utf-8").decode("ascii", "replace")
    person = _PERSON.match(rows.get(b"author", b""))
    name, mail, seconds, zone = person.groups() if person else (b"", b"", None, None)
    who = f"{_decoded(name.strip(), encoding)} <{_decoded(mail.strip(), encoding)}>"
    message = _decoded(body.partition(b"\0")[0], encoding).strip()
    return LoggedCommit(id_.hex(), _moment(seconds, zone), who, message)


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding, "replace")
    except (LookupError, ValueError):
        return data.decode("utf-8", "replace")


def _moment(seconds: bytes | None, zone: bytes | None) -> str | None:
    """Return ISO 8601 with the author's offset; None for what is no date."""
    try:
        number = int(zone or b"0")
        offset = timedelta(hours=abs(number) // 100, minutes=abs(number) % 100)
        there = timezone(offset if number >= 0 else -offset)
        return datetime.fromtimestamp(int(seconds or b"x"), there).isoformat()
    except (ValueError, OverflowError, OSError):
        return None


def _text(path: bytes) -> str:
    return path.decode("utf-8", "replace")
