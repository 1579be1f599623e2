"""The main job, step by step: what each step runs, and what holds before and after it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from kb.archive import Archive
from tests.conftest import ROOT, SHARED
from tests.faults import sources
from tests.rest.standin import standin_module

PATIENCE = 60
"""Seconds after which a command hangs."""
EXPORTS = {
    "jsonl": "cases.jsonl", "csv": "cases.csv", "sqlite": "tables.db", "markdown": "markdown",
    "git": "pages.git", "mediawiki": "pages.xml", "xar": "pages.xar",
}  # fmt: skip


class Step(NamedTuple):
    """A command of the main job."""

    name: str
    arguments: tuple[str, ...]


STEPS = (
    Step("import", ("import", "../wiki.xar")),
    Step("import markdown", ("import", "../notes")),
    Step("sync", ("import", "../newer.xar")),
    Step(
        "correct", ("correct", sources.CASE, "status", "resolved", "--why", "seen", "--by", "lead")
    ),
    Step("cases", ("cases", "--json")),
    Step("search", ("search", "重启", "--json")),
    Step("build", ("build",)),
    Step("build public", ("build", "--audience", "public", "--yes")),
    *(Step(f"export {name}", ("export", name, f"out/{to}")) for name, to in EXPORTS.items()),
)
READERS = (
    ("search", "重启", "--json"), ("cases", "--json"), ("show", sources.CASE), ("stats",),
    ("verify",),
)  # fmt: skip


class Done(NamedTuple):
    """How a command ended."""

    arguments: tuple[str, ...]
    code: int
    out: bytes
    err: str
    seconds: float

    @property
    def crashed(self) -> str:
        """Why no user could make sense of the end; empty where they can."""
        if "Traceback" in self.err:
            return f"traceback: {self.err.strip().splitlines()[-1][:300]}"
        if self.seconds > PATIENCE:
            return "hang"
        return ""

    @property
    def said(self) -> bool:
        """Did it say that something is wrong?"""
        return self.code != 0 or "problem" in self.err or "warning" in self.err


def start(home: Path, arguments: tuple[str, ...], conditions: dict[str, Any] | None = None,
          ) -> subprocess.Popen[bytes]:  # fmt: skip
    """Start `kb` at home, in a session of its own."""
    module = ["tests.faults.child", json.dumps(conditions)] if conditions else ["kb"]
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "200", "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", *module, *arguments], cwd=home, env=environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip


def finish(running: subprocess.Popen[bytes], arguments: tuple[str, ...], begun: float) -> Done:
    """Wait for it; one that hangs is killed and counted as such."""
    try:
        out, err = running.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        running.kill()
        out, err = running.communicate()
        begun -= PATIENCE
    seconds = time.monotonic() - begun
    return Done(arguments, running.returncode, out, err.decode("utf-8", "replace"), seconds)


def run(home: Path, arguments: tuple[str, ...], conditions: dict[str, Any] | None = None) -> Done:
    """Run a command to its end."""
    begun = time.monotonic()
    return finish(start(home, arguments, conditions), arguments, begun)


@dataclass
class Job:
    """The job done once without disturbance: a home before each step, and what holds after it."""

    folder: Path
    before: list[Path] = field(default_factory=list)
    after: list[dict[str, str]] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)

    @classmethod
    def prepared(cls, folder: Path) -> Job:
        """Make the sources, do the job, keep each state."""
        job = cls(folder)
        sources.write_xar(folder / "wiki.xar", 3)
        sources.write_xar(folder / "newer.xar", 5)
        sources.write_markdown(folder / "notes")
        home = folder / "home"
        home.mkdir()
        (home / ".kb").mkdir()
        (home / ".kb" / "public.key").write_bytes(b"a key of 32 bytes, always the same"[:32])
        (home / "kb.toml").write_text('[public]\nopen = ["*"]\n')
        for number, step in enumerate(STEPS):
            job.before.append(copied(home, folder / f"before-{number}"))
            ended = run(home, step.arguments)
            assert ended.code == 0, ended
            job.done.append(ended)
            job.after.append(facts(home))
        job.before.append(copied(home, folder / f"before-{len(STEPS)}"))
        assert run(home, ("backup", "../backup")).code == 0
        return job

    @cached_property
    def of_wiki(self) -> str:
        """The archive's digest after an import of the living wiki that nothing disturbed."""
        home = self.folder / "of-wiki"
        home.mkdir()
        with self.stand_in("") as url:
            ended = run(home, ("import", url))
        assert ended.code == 0, ended
        return archive_digest(home)

    @contextmanager
    def stand_in(self, faults: str) -> Iterator[str]:
        """A living wiki on the loopback, always at the same port, with faults; its URL."""
        module = standin_module(SHARED / "standin" / "standin.py")
        given = {"faults": faults} if faults else {}
        with module.StandIn(sources.wiki_of(), port=self.port, **given) as url:
            yield url

    @cached_property
    def port(self) -> int:
        """A port that is free."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            return int(free.getsockname()[1])

    def fresh(self, number: int, name: str = "spoilt") -> Path:
        """A home as it is before a step; the one before of that name is thrown away."""
        home = self.folder / name
        shutil.rmtree(home, ignore_errors=True)
        return copied(self.before[number], home)


def copied(source: Path, target: Path) -> Path:
    """The folder with the same times, as a backup would have it."""
    shutil.copytree(source, target, symlinks=True)
    return target


def facts(home: Path) -> dict[str, str]:
    """What holds at a home: the archive's contents, and every file that a step made for people.

    What begins with a dot is kb's own: no one reads it.
    """
    found = {"archive": archive_digest(home)}
    for file in sorted(home.rglob("*")):
        place = file.relative_to(home)
        if file.is_file() and not any(part.startswith(".") for part in place.parts[:2]):
            found[place.as_posix()] = hashlib.sha256(file.read_bytes()).hexdigest()
    return found


def archive_digest(home: Path) -> str:
    """A digest of all that the archive holds of pages, with its problems; empty without one."""
    path = home / ".kb" / "archive.db"
    if not path.exists():
        return ""
    digest = hashlib.sha256()
    try:
        _add_archive(path, digest)
    except Exception as error:  # whatever a damaged file makes of it
        return f"cannot be read: {error}"
    return digest.hexdigest()


def _add_archive(path: Path, digest: hashlib._Hash) -> None:
    with Archive(path) as archive:
        for _, page, of_page in archive.digests():
            digest.update(repr((page, of_page)).encode())
        digest.update(repr(sorted(map(str, archive.problems()))).encode())
        for view in archive.pages():
            for revision in archive.revisions(view.key):
                digest.update((archive.content(view.key, revision.version) or "").encode())
            for file in view.attachments:
                digest.update(archive.blobs.open(file.sha256) if file.sha256 else b"")


def differences(found: dict[str, str], wanted: dict[str, str]) -> list[str]:
    """Names of facts that are not as they should be."""
    return sorted(name for name in found.keys() | wanted if found.get(name) != wanted.get(name))
