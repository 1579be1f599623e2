"""History of a folder in git, read without the command git: the same as git tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from importers.markdown.git_log import GitLog
from tests.importers.git_made import RandomHistory, git, told_by_git


def told_by_us(folder: Path) -> dict[str, list[tuple[str, ...]]]:
    log = GitLog(folder)
    assert not log.problems
    return {
        path: [(*(said or "" for said in commit), blob.hex()) for commit, blob in log.of(path)]
        for path in told_by_git(folder)
    }


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
