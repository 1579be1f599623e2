"""`git blame` of an export beside the archive's own."""

from __future__ import annotations

import random
import re
import subprocess
from pathlib import Path

import pytest

from kb.export.git import export_git
from tests.export.wiki import Wiki, page, revisions

WORDS = (
    "案例 状态 已解决 重复扣费 退款 账单号 桩号 枪号 客服 研发 第一轮 [[x]] = ** | a b c".split()  # noqa: SIM905
)


def edited(lines: list[str], rng: random.Random) -> list[str]:
    """The lines after one edit: some in, out, changed or moved."""
    lines = list(lines)
    for _ in range(rng.randint(1, 4)):
        at = rng.randint(0, len(lines))
        what = rng.random()
        if what < 0.5:
            lines[at:at] = [line(rng) for _ in range(rng.randint(1, 3))]
        elif what < 0.8:
            lines[at : at + 1] = [line(rng)]
        elif what < 0.97:
            del lines[at : at + 2]
        else:
            lines.append(lines.pop(at) if at < len(lines) else "")
    return lines or ["x"]


def line(rng: random.Random) -> str:
    return " ".join(rng.choices(WORDS, k=rng.choice((0, 1, 3, 4, 5, 6, 7, 8))))


def history(seed: int, count: int) -> list[str]:
    """Texts of a page's versions, each an edit of the one before."""
    rng = random.Random(seed)
    lines: list[str] = ["= 案例 ="]
    texts = []
    for _ in range(count):
        lines = edited(lines, rng)
        texts.append("\n".join(lines))
    return texts


def git_blame(repository: Path, path: str) -> list[str]:
    """The version that git says each line came with, by the commit's trailer."""
    out = subprocess.run(
        ["git", "blame", "--porcelain", "HEAD", "--", path], cwd=repository,
        capture_output=True, check=True,
    ).stdout.decode()  # fmt: skip
    commits = re.findall(r"^([0-9a-f]{40}) \d+ \d+", out, re.MULTILINE)
    versions = {}
    for commit in set(commits):
        body = subprocess.run(
            ["git", "log", "-1", "--format=%(trailers:key=Wiki-Version,valueonly)", commit],
            cwd=repository, capture_output=True, check=True,
        ).stdout.decode()  # fmt: skip
        versions[commit] = body.strip()
    return [versions[commit] for commit in commits]


@pytest.mark.parametrize("seed", range(8))
def test_git_blame_answers_as_the_wiki_did(wiki: Wiki, tmp_path: Path, seed: int) -> None:
    """The same version for each line, but where empty or moved lines can be told either way.

    Either answer is right where the line stood in every version since: which of two moved
    blocks a diff calls the one that stayed is its own choice.
    """
    texts = history(seed, 40)
    wiki.add(page("A.P"), *revisions(*texts))
    export_git(wiki.archive, tmp_path / "out")
    lines = list(next(wiki.archive.pages()).lines)
    if not lines[-1].text:
        lines.pop()  # git has no line behind the last line end
    theirs = git_blame(tmp_path / "out", "A/P.xwiki")
    assert len(theirs) == len(lines)
    differ = [(ours, git) for ours, git in zip(lines, theirs, strict=True) if ours.version != git]
    for ours, git in differ:
        for version in (ours.version or "", git):
            since = texts[int(version.split(".")[0]) - 1 :]
            assert all(ours.text in text.split("\n") for text in since), (ours, git)
    assert sum(bool(ours.text) for ours, _ in differ) <= len(lines) * 0.06
