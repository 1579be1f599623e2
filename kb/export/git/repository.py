"""A git repository on disk, asked and written through the command `git`, which runs nothing of it.

What a repository's configuration, hooks, attributes and environment name, git may run. So git works
in a folder of our own, made anew for each run and empty of all that, and of the repository at DEST
is given its objects alone; we read its HEAD and branch, and write branch and index back ourselves,
each at once, so that an export that is killed leaves neither half a file nor a lock.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import IO, Final, Self

from importers.markdown.git_dir import GitDir, GitRefusedError, git_dir_at
from kb.errors import InputError, KbError, UsageError
from kb.files import write_whole
from kb.foreign_folder import ForeignFolder
from kb.programs import find_program

_CHUNK: Final = 1 << 16
_INDEX: Final = 1 << 30
"""Bytes of an index that is read: some hundred a file."""
_MARK: Final = "casebook-checkout"
"""A file in the repository while its work tree is brought to a new commit."""
_SETTINGS: Final = (
    "-c", "core.autocrlf=false", "-c", "core.quotePath=false", "-c", "gc.auto=0",
    "-c", "core.protectNTFS=true", "-c", "core.protectHFS=true",
)  # fmt: skip
_HINT: Final = "export to a new folder"
_AS_IT_IS: Final = b"* -text -ident -filter !working-tree-encoding\n"
"""Attributes before all others: a file of the work tree has the very bytes of its blob."""
_PROBED: Final = ("filemode", "symlinks", "ignorecase", "precomposeunicode")
"""What git found out about the file system when it made the repository."""
_PARTS: Final = frozenset(("HEAD", "config", "objects", "refs"))
"""What a repository has, and `git init` with no template makes."""


class Repository:
    """The repository at ``path``: bare where the name ends in `.git`, else with a work tree.

    A context manager, which owns the folder that git works in.
    """

    def __init__(self, path: Path, branch: str) -> None:
        """Open or make it. UsageError where something else is there, or it leads elsewhere."""
        git = find_program("git")
        if git is None:
            raise KbError("the command git is not here", hint="install git, then try again")
        self._scratch = tempfile.TemporaryDirectory(prefix="casebook-git-")
        self._work = Path(self._scratch.name).resolve()
        self._git: tuple[str, ...] = (git, *_SETTINGS)
        self.path = path = path.resolve()
        self.branch = branch
        self.bare = path.name.endswith(".git")
        self.ref = f"refs/heads/{branch}"
        self._place = path if self.bare else path / ".git"
        try:
            self._open()
        except GitRefusedError as error:
            self._scratch.cleanup()
            raise UsageError(str(error), hint=_HINT) from error
        except BaseException:
            self._scratch.cleanup()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._scratch.cleanup()

    def _open(self) -> None:
        if self._ask("check-ref-format", self.ref).returncode:
            raise UsageError(f"{self.branch!r} cannot be the name of a branch")
        if _clear_unfinished(self.path, self._place):
            self._make()
        self._dest = self._checked()
        flags = [(name, self._dest.setting("core", name)) for name in _PROBED]
        for name, value in flags:
            if value in ("true", "false"):
                self._git = (*self._git, "-c", f"core.{name}={value}")
        self._do("init", "-q", "--template=", "-b", self.branch, str(self._work / "w"))
        _write(self._work / "w" / ".git" / "info" / "attributes", _AS_IT_IS)
        if (head := self.head()) is not None:
            _write(self._work / "w" / ".git" / self.ref, f"{head}\n".encode())

    def _make(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        bare = ("--bare",) if self.bare else ()
        quiet = ("-c", "core.logAllRefUpdates=false")
        self._do(*quiet, "init", "-q", *bare, "--template=", "-b", self.branch, str(self.path))

    def _checked(self) -> GitDir:
        """Return the repository at DEST. UsageError where it leads elsewhere or is half of one."""
        found = git_dir_at(self._place)
        if found.object_format.name != "sha1":
            raise UsageError(f"{self.path}: its ids are of another kind", hint=_HINT)
        for name in ("objects/info/alternates", "shallow"):
            if os.path.lexists(self._place / name):
                raise UsageError(f"{self._place / name}: not all of it is here", hint=_HINT)
        for folder in ("objects", "refs"):
            odd = [self._place / folder] if not found.own.is_folder(folder) else []
            for one in ForeignFolder(self._place / folder).walk(lambda name: False):
                odd += [] if isinstance(one, str) else [Path(one.where)]
            if odd:
                raise UsageError(f"{odd[0]}: a link, or no regular file", hint=_HINT)
        return found

    def _ask(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [*self._git, *arguments],
            cwd=self._work, env=self._environment(), capture_output=True, check=False,
        )  # fmt: skip

    def _do(self, *arguments: str) -> bytes:
        done = self._ask(*arguments)
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip()
            name = next(word for word in arguments if word != "-c" and "=" not in word)
            raise KbError(f"git {name}: {said}")
        return done.stdout

    def _environment(self) -> dict[str, str]:
        """Return an environment without settings of user, machine or repository."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
        kept |= {
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_ATTR_NOSYSTEM": "1",
            "GIT_NO_REPLACE_OBJECTS": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C",
            "GIT_DEFAULT_HASH": "sha1", "GIT_DEFAULT_REF_FORMAT": "files",
            "HOME": str(self._work), "XDG_CONFIG_HOME": str(self._work),
        }  # fmt: skip
        if (self._work / "w").exists():
            kept |= {
                "GIT_DIR": str(self._work / "w" / ".git"), "GIT_WORK_TREE": str(self.path),
                "GIT_OBJECT_DIRECTORY": str(self._place / "objects"),
                "GIT_INDEX_FILE": str(self._work / "index"),
            }  # fmt: skip
        return kept

    def head(self) -> str | None:
        """Return the newest commit's id, or None where there is none."""
        return self._dest.id_of(self.ref)

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
            [*self._git, *arguments],
            cwd=self._work, env=self._environment(), stdout=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        with process:
            yield process.stdout
        if process.returncode:
            raise InputError(f"{self.path}: git {arguments[0]} fails", hint="git fsck says why")

    def check_clean(self) -> None:
        """Raise UsageError where the work tree has changes that an export would write over."""
        if not self._is_shown():
            return
        self._take_index()
        begun = os.path.lexists(self._place / _MARK)
        if self.head() is None:
            edited = [] if begun else [p.name for p in self.path.iterdir() if p.name != ".git"]
        elif begun:
            self._ask("update-index", "-q", "--refresh")
            names = self._do("diff-files", "--name-only", "-z", "--ignore-submodules=all")
            edited = [name for name in _names(names) if not self._half_written(name)]
        else:
            how = ("--porcelain", "-z", "-uno", "--no-renames", "--ignore-submodules=all")
            edited = [row[3:] for row in _names(self._do("status", *how))]
        if edited:
            raise UsageError(
                f"{self.path}: changes that are not committed, {edited[0]} first",
                hint="commit or stash them",
            )

    def _half_written(self, name: str) -> bool:
        """Tell whether a file is what a killed export left of the newest commit's."""
        try:
            with ForeignFolder(self.path).open(name) as file:
                data = file.read()
        except FileNotFoundError:
            return True
        except OSError:
            return False
        found = self._ask("cat-file", "blob", f"{self.ref}:{name}")
        return not found.returncode and found.stdout.startswith(data)

    def _is_shown(self) -> bool:
        """Tell whether the work tree shows the branch."""
        return not self.bare and self._dest.branch() == self.ref

    def _take_index(self) -> None:
        """Copy the index to where git works, which would lock it where it is."""
        try:
            data = ForeignFolder(self._place).read("index", _INDEX)
        except FileNotFoundError:
            return
        except OSError as error:
            raise UsageError(f"{self._place / 'index'}: {error}", hint="delete it") from error
        _write(self._work / "index", data)

    @contextmanager
    def fast_import(self) -> Iterator[IO[bytes]]:
        """Open the pipe into `git fast-import`; its trouble is a KbError at the end."""
        if self._is_shown():
            _write(self._place / _MARK, b"")
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(
                [*self._git, "fast-import", "--quiet", "--done"],
                cwd=self._work, env=self._environment(), stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=said,
            )  # fmt: skip
            assert process.stdin is not None
            assert process.stdout is not None
            self._answers = process.stdout
            try:
                with process.stdin as pipe:
                    yield pipe
            except BrokenPipeError:
                process.wait()  # it has stopped: what it said is raised below
            except BaseException:
                process.kill()
                process.wait()
                raise
            finally:
                process.stdout.close()
            if process.wait():
                said.seek(0)
                text = said.read().decode("utf-8", "replace").strip().splitlines()
                raise KbError(f"git fast-import: {text[0] if text else process.returncode}")
        self._publish()

    def passed_checkpoint(self) -> None:
        """Wait for fast-import's word on a checkpoint; the branch then leads to what it stored."""
        if self._answers.readline():
            self._publish()

    def _publish(self) -> None:
        """Let DEST's branch lead to what was stored last."""
        new = self._ask("rev-parse", "-q", "--verify", self.ref).stdout.strip()
        if not new or new.decode() == self.head():
            return
        place = self._place / self.ref
        lock = place.with_name(f"{place.name}.lock")
        if lock.exists():
            raise KbError(f"{lock}: another git writes this branch", hint="if none does, delete it")
        try:
            _write(place, new + b"\n")
        except OSError as error:
            raise KbError(f"{place}: the branch cannot be written: {error.strerror}") from error

    def check_out(self) -> None:
        """Bring the work tree to the newest commit, unless it shows another branch."""
        if self._is_shown() and self.head():
            self._do("reset", "-q", "--hard")
            _write(self._place / "index", (self._work / "index").read_bytes())
            with suppress(FileNotFoundError):
                (self._place / _MARK).unlink()


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, data)


def _names(said: bytes) -> list[str]:
    return [os.fsdecode(name) for name in said.split(b"\0") if name]


def _clear_unfinished(dest: Path, place: Path) -> bool:
    """Return whether a repository is to be made at ``place``, which is ``dest`` or its `.git`.

    What is there of it without an object or a branch is deleted first. UsageError where there is
    anything else.
    """
    if not dest.exists():
        return True
    if not dest.is_dir():
        raise UsageError(f"{dest}: not a folder", hint="name a new folder")
    whole = ForeignFolder(place)
    if all(whole.is_folder(n) for n in ("objects", "refs")) and whole.is_file("HEAD"):
        return False
    if place != dest and any(path != place for path in dest.iterdir()):
        raise UsageError(f"{dest}: not empty and no repository", hint="name a new folder")
    left = sorted(place.iterdir()) if place.is_dir() else [place] if place.exists() else []
    for path in left:
        known = path.name.removesuffix(".lock") in _PARTS and not path.is_symlink()
        if not known or (path.is_dir() and any(not p.is_dir() for p in path.rglob("*"))):
            raise UsageError(f"{dest}: not empty and no repository", hint="name a new folder")
    for path in left:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return True
