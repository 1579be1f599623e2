"""Repositories for tests, and what the command git says of them."""

from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path

_LOG = ("log", "--reverse", "--topo-order", "--raw", "-z", "-M", "--no-abbrev", "--relative",
        "--format=%x01%H%x00%aI%x00%an <%ae>%x00%B", "--", ".")  # fmt: skip


def git(folder: Path, *arguments: str, moment: int = 1_700_000_000, text: bytes = b"") -> str:
    """Run git, without the settings of this machine."""
    date = f"{moment} +0800"
    done = subprocess.run(
        ["git", "-c", "user.name=Ann 李", "-c", "user.email=ann@example.org", "-c", "gc.auto=0",
         "-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main", *arguments],
        cwd=folder, capture_output=True, input=text, check=True,
        env={**os.environ, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date,
             "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
    )  # fmt: skip
    return done.stdout.decode().strip()


def told_by_git(folder: Path) -> dict[str, list[tuple[str, ...]]]:
    """Return id, date, author, message and blob of each version of the folder's files."""
    by_path: dict[str, list[tuple[str, ...]]] = {}
    for entry in git(folder, *_LOG).removeprefix("\x01").split("\x00\x01"):
        *head, rest = entry.split("\x00", 3)
        body, _, raw = rest.partition("\x00")
        fields = iter(raw.lstrip("\n").split("\x00"))
        for field in fields:
            if not field.startswith(":"):
                continue
            *_, blob, status = field.split(" ")
            path = next(fields)
            if status[0] == "R":
                former, path = path, next(fields)
                by_path[path] = by_path.pop(former, [])
            if status[0] == "D":
                by_path.pop(path, None)
            else:
                by_path.setdefault(path, []).append((*head, body.strip(), blob))
    return by_path


class RandomHistory:
    """A repository that grows by changes drawn at random: edits, moves, branches, merges."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._dice = random.Random(seed)
        self._folder = folder
        self._number = 0
        folder.mkdir()
        git(folder, "init", "-q")

    def grow(self, commits: int) -> None:
        """Make commits; every fourth or so on a branch that is merged."""
        for _ in range(commits):
            self._commit()
            if self._dice.random() < 0.25:
                self._branch()

    def _commit(self) -> None:
        self._number += 1
        for _ in range(self._dice.randint(1, 3)):
            self._change()
        git(self._folder, "add", "-A")
        moment = 1_700_000_000 + self._dice.randint(-5, 5) + self._number
        git(self._folder, "commit", "-q", "--allow-empty", "-m", f"change {self._number}\n\nwhy",
            moment=moment)  # fmt: skip

    def _change(self) -> None:
        files = sorted(p for p in self._folder.rglob("*.md") if ".git" not in p.parts)
        kind = self._dice.choice(("new", "new", "edit", "edit", "move", "delete"))
        folder = self._dice.choice(("", "docs/", "docs/deep/er/", "other/"))
        if kind == "new" or not files:
            to = self._folder / f"{folder}{self._dice.randint(1, 30)}.md"
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_text("".join(f"line {self._dice.random()}\n" for _ in range(12)))
            return
        file = self._dice.choice(files)
        lines = file.read_text().splitlines(keepends=True)
        if kind == "delete":
            file.unlink()
        elif kind == "edit":
            file.write_text("".join((*lines, f"more {self._number}\n")))
        else:
            to = self._folder / f"{folder}moved{self._number}.md"
            to.parent.mkdir(parents=True, exist_ok=True)
            file.unlink()
            to.write_text("".join(lines[self._dice.randint(0, 3) :]))

    def _branch(self) -> None:
        git(self._folder, "checkout", "-q", "-b", f"side{self._number}")
        name = git(self._folder, "branch", "--show-current")
        for _ in range(self._dice.randint(1, 3)):
            self._commit()
        git(self._folder, "checkout", "-q", "main")
        if self._dice.random() < 0.7:
            self._commit()
        way = self._dice.choice(("ours", "theirs", "ours-all"))
        how = ("-s", "ours") if way == "ours-all" else ("-X", way)
        try:
            git(self._folder, "merge", "-q", "--no-ff", *how, "-m", "together", name)
        except subprocess.CalledProcessError:
            git(self._folder, "add", "-A")
            git(self._folder, "commit", "-q", "--allow-empty", "-m", "together by hand")
