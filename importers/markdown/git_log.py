"""Read a folder's history in git: which commit gave which file which content."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

_FORMAT = "%x01%H%x00%aI%x00%an <%ae>%x00%B"


class LoggedCommit(NamedTuple):
    """A commit: who changed something, when, and why."""

    id: str
    date: str
    author: str
    message: str


class CommittedFile(NamedTuple):
    """A file as a commit left it."""

    commit: LoggedCommit
    blob: str


class GitLog:
    """The commits of a folder within a repository, oldest first by file."""

    def __init__(self, folder: Path) -> None:
        """Read the log; it is empty where there is no repository, or no git."""
        self._folder = folder
        self._git = shutil.which("git")
        self._by_path: defaultdict[str, list[CommittedFile]] = defaultdict(list)
        if self._git:
            self._read()

    def of(self, path: str) -> list[CommittedFile]:
        """Return the versions of the file that is now at ``path`` below the folder."""
        return self._by_path.get(path, [])

    def _command(self, *arguments: str) -> list[str]:
        assert self._git
        return [self._git, "-c", "core.quotePath=false", "-C", str(self._folder), *arguments]

    def _read(self) -> None:
        command = self._command(
            "log", "--reverse", "--topo-order", "--raw", "-z", "-M", "--no-abbrev", "--relative",
            f"--format={_FORMAT}", "--", ".",
        )  # fmt: skip
        done = subprocess.run(command, capture_output=True, env=_environment(), check=False)
        for entry in done.stdout.decode("utf-8", "replace").removeprefix("\x01").split("\x00\x01"):
            if not entry:
                continue
            id_, date, author, rest = entry.split("\x00", 3)
            body, _, raw = rest.partition("\x00")
            commit = LoggedCommit(id_, date, author, body.strip())
            self._take(commit, raw.lstrip("\n").split("\x00"))

    def _take(self, commit: LoggedCommit, fields: list[str]) -> None:
        """Read the changes of a commit: `:100644 100644 OLD NEW M`, path, perhaps new path."""
        at = iter(fields)
        for field in at:
            if not field.startswith(":"):
                continue
            *_, blob, status = field.split(" ")
            path = next(at, "")
            if status[0] in "RC":
                new = next(at, "")
                before = self._by_path.pop(path, []) if status[0] == "R" else []
                self._by_path[new] = list(before)
                path = new
            if status[0] == "D":
                self._by_path.pop(path, None)
            else:
                self._by_path[path].append(CommittedFile(commit, blob))

    @contextmanager
    def blobs(self) -> Iterator[GitBlobs]:
        """Open the repository's contents until the block ends."""
        if not self._by_path:
            yield GitBlobs(None)
            return
        with subprocess.Popen(
            self._command("cat-file", "--batch"),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment(),
        ) as process:  # fmt: skip
            yield GitBlobs(process)


class GitBlobs:
    """Contents of a repository by id, from one `git cat-file`."""

    def __init__(self, process: subprocess.Popen[bytes] | None) -> None:
        self._in: IO[bytes] | None = process.stdin if process else None
        self._out: IO[bytes] | None = process.stdout if process else None

    def get(self, blob: str) -> bytes | None:
        """Return the bytes of a blob; None where the repository lacks it."""
        if self._in is None or self._out is None:
            return None
        self._in.write(f"{blob}\n".encode())
        self._in.flush()
        head = self._out.readline().split()
        if len(head) != 3:
            return None
        data = self._out.read(int(head[2]))
        self._out.read(1)
        return data


def _environment() -> dict[str, str]:
    """Leave out the user's settings, so that a repository gives the same records anywhere."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return {**kept, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C"}
