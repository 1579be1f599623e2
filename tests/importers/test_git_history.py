"""History of a folder in git, read without the command git: the same as git tells."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from importers.markdown.git_log import GitLog
from tests.importers.git_made import RandomHistory, git, told_by_git


def told_by_us(folder: Path) -> dict[str, list[tuple[str, ...]]]:
    log = GitLog(folder)
    assert not log.problems
    return {path: _rows(log, path) for path in told_by_git(folder)}


def _rows(log: GitLog, path: str) -> list[tuple[str, ...]]:
    return [(*(said or "" for said in commit), blob.hex()) for commit, blob in log.of(path)]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("pack", [(), ("gc", "-q"), ("repack", "-q", "-adf", "--depth=200")])
def test_the_same_history_as_git_tells(tmp_path: Path, seed: int, pack: tuple[str, ...]) -> None:
    """Branches, merges that took one side, moves, in loose objects and packs; in a folder too."""
    made = RandomHistory(tmp_path / "r", seed)
    made.grow(25)
    if pack:
        git(tmp_path / "r", *pack)
    made.grow(3)
    for folder in ("", "docs"):
        said = told_by_git(tmp_path / "r" / folder)
        assert said
        assert told_by_us(tmp_path / "r" / folder) == said


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packed") / "r"
    RandomHistory(folder, 1).grow(30)
    git(folder, "repack", "-q", "-adf", "--depth=200")
    git(folder, "pack-refs", "--all")
    return folder


def _damage(file: Path, dice: random.Random) -> None:
    """Flip bytes, cut the file off, or put bytes in."""
    file.chmod(0o644)
    data = bytearray(file.read_bytes())
    at = dice.randrange(len(data))
    kind = dice.choice(("flip", "flip", "flip", "cut", "insert"))
    if kind == "cut":
        del data[at:]
    elif kind == "insert":
        data[at:at] = dice.randbytes(dice.randrange(1, 40))
    else:
        for _ in range(dice.choice((1, 1, 3, 20))):
            byte = dice.choice((0, 255, 128, 127, dice.randrange(256)))
            data[dice.randrange(len(data))] = byte
    file.write_bytes(data)


@pytest.mark.parametrize("count", [60, pytest.param(3000, marks=pytest.mark.prove)])
def test_damage_is_said_or_changes_nothing(packed: Path, tmp_path: Path, count: int) -> None:
    """Wherever a repository is damaged: no error but a problem, or the very same history."""
    whole = told_by_us(packed)
    for seed in range(count):
        dice = random.Random(seed)
        folder = tmp_path / "r"
        shutil.copytree(packed, folder)
        names = ("HEAD", "packed-refs", "config", "objects/pack/*")
        files = [path for name in names for path in (folder / ".git").glob(name)]
        for file in dice.sample(files, dice.choice((1, 1, 2, 3))):
            _damage(file, dice)
        log = GitLog(folder)
        with log.blobs() as blobs:
            for path in whole:
                for change in log.of(path):
                    blobs.get(change, path)
        said = log.problems or blobs.problems
        assert said or {path: _rows(log, path) for path in whole} == whole, seed
        shutil.rmtree(folder)
