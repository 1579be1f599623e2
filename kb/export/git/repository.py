"""A git repository on disk, asked and written through the command `git`."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO

from kb.errors import InputError, KbError, UsageError

_CHUNK = 1 << 16
_SETTINGS = ("-c", "core.autocrlf=false", "-c", "core.quotePath=false", "-c", "gc.auto=0",
             "-c", "core.logAllRefUpdates=false")  # fmt: skip


class Repository:
    """The repository at ``path``: bare where the name ends in `.git`, else with a work tree."""

    def __init__(self, path: Path, branch: str) -> None:
        """Open or make it. UsageError where something else is there."""
        git = shutil.which("git")
        if git is None:
            raise KbError("the command git is not here", hint="install git, then try again")
        self._git = (git, *_SETTINGS)
        self.path = path = path.resolve()
        self.branch = branch
        self.bare = path.name.endswith(".git")
        self.ref = f"refs/heads/{branch}"
        if self._ask("check-ref-format", self.ref, at=Path.cwd()).returncode:
            raise UsageError(f"{branch!r} cannot be the name of a branch")
        self._git_dir = path if self.bare else path / ".git"
        if not (self._git_dir / "HEAD").exists():
            self._make()

    def _make(self) -> None:
        if self.path.exists() and (not self.path.is_dir() or any(self.path.iterdir())):
            raise UsageError(f"{self.path}: not empty and no repository", hint="name a new folder")
        self.path.mkdir(parents=True, exist_ok=True)
        bare = ("--bare",) if self.bare else ()
        self._do("init", "-q", *bare, "--template=", "-b", self.branch, str(self.path))

    def _ask(self, *arguments: str, at: Path | None = None) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [*self._git, *arguments],
            cwd=at or self.path, env=_environment(), capture_output=True, check=False,
        )  # fmt: skip

    def _do(self, *arguments: str) -> bytes:
        done = self._ask(*arguments)
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip()
            raise KbError(f"git {arguments[0]}: {said}")
        return done.stdout

    def head(self) -> str | None:
        """Return the newest commit's id, or None where there is none."""
        found = self._ask("rev-parse", "-q", "--verify", f"{self.ref}^{{commit}}")
        return found.stdout.decode().strip() or None

    def log(self) -> Iterator[str]:
        """Yield committer's time and message of each commit, oldest first."""
        if self.head() is None:
            return
        order = ("-z", "--reverse", "--topo-order", "--format=%ct%n%B")
        with self._reading("log", *order, self.ref) as stream:
            rest = b""
            while chunk := stream.read(_CHUNK):
                *whole, rest = (rest + chunk).split(b"\0")
                yield from (entry.decode("utf-8", "replace") for entry in whole)
            if rest:
                yield rest.decode("utf-8", "replace")

    def objects(self) -> AbstractContextManager[IO[bytes]]:
        """Open a stream of `ID KIND SIZE`, the bytes and a line end for every stored object."""
        return self._reading("cat-file", "--batch-all-objects", "--batch", "--buffer")

    @contextmanager
    def _reading(self, *arguments: str) -> Iterator[IO[bytes]]:
        process = subprocess.Popen(
            [*self._git, *arguments], cwd=self.path, env=_environment(), stdout=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        with process:
            yield process.stdout
        if process.returncode:
            raise InputError(f"{self.path}: git {arguments[0]} fails", hint="git fsck says why")

    def check_clean(self) -> None:
        """Raise UsageError where the work tree has changes that an export would write over."""
        if not self.bare and self.head() and self._do("status", "--porcelain", "-uno"):
            raise UsageError(
                f"{self.path}: changes that are not committed", hint="commit or stash them"
            )

    @contextmanager
    def fast_import(self) -> Iterator[IO[bytes]]:
        """Open the pipe into `git fast-import`; its trouble is a KbError at the end."""
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(
                [*self._git, "fast-import", "--quiet", "--done"],
                cwd=self.path, env=_environment(), stdin=subprocess.PIPE, stderr=said,
            )  # fmt: skip
            assert process.stdin is not None
            try:
                with process.stdin as pipe:
                    yield pipe
            except BrokenPipeError:
                process.wait()  # it has stopped: what it said is raised below
            except BaseException:
                process.kill()
                process.wait()
                raise
            if process.wait():
                said.seek(0)
                text = said.read().decode("utf-8", "replace").strip().splitlines()
                raise KbError(f"git fast-import: {text[0] if text else process.returncode}")

    def check_out(self) -> None:
        """Bring the work tree to the newest commit, unless it shows another branch."""
        shown = self._ask("symbolic-ref", "-q", "HEAD").stdout.decode().strip()
        if not self.bare and self.head() and shown == self.ref:
            self._do("reset", "-q", "--hard")


def _environment() -> dict[str, str]:
    """Return an environment without settings of user or machine: bytes are the same anywhere."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return {**kept, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C"}
