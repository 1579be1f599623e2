"""The versions of a file: one for each commit that changed it, and what is not committed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from importers.markdown.front import split_front
from importers.markdown.history import Blobs, Change, Commit
from importers.markdown.memory import Memory, digest, origins_of
from kb.history.diff import matching_blocks
from kb.model import Item, LineOrigin, Revision, RevisionSeen, Snapshot, version_key

Convert = Callable[[str], list[str]]
"""From the body of a file to the lines of the page's source."""

_VERSION = re.compile(r"\d{1,9}\.\d{1,9}", re.ASCII)


class Step(NamedTuple):
    """A file as it was after a commit; None: as it is, not committed."""

    commit: Commit | None
    facts: dict[str, Any]
    body: str


def steps_of(changes: Iterable[Change], blobs: Blobs, text: str) -> Iterator[Step]:
    """The file's versions, oldest first, ``text`` the present one."""
    last = None
    for change in changes:
        data = blobs.get(change.blob)
        if data is None:
            continue
        said = data.decode("utf-8-sig", "replace")
        if said != last:
            yield Step(change.commit, *split_front(said)[:2])
        last = said
    if text != last:
        yield Step(None, *split_front(text)[:2])


def known_version(value: object) -> str | None:
    """A version as XWiki writes it, or None."""
    return value if isinstance(value, str) and _VERSION.fullmatch(value) else None


def after(version: str | None) -> str:
    """The version that follows."""
    return f"{version_key(version)[0] + 1}.1" if version else "1.1"


def author_of(step: Step) -> str | None:
    """The name of who committed, without the address."""
    return step.commit.author.rpartition(" <")[0] or None if step.commit else None


def comment_of(step: Step) -> str:
    """What the commit says, and its id."""
    if step.commit is None:
        return "not committed"
    return f"{step.commit.message}\n\ncommit {step.commit.id}".strip()


def revisions(steps: Iterable[Step], first: str | None, convert: Convert) -> Iterator[Item]:
    """A whole revision for each step; the first has version ``first`` where that is known."""
    version: str | None = None
    for step in steps:
        version = first if version is None and first else after(version)
        title = step.facts.get("title")
        yield Revision(
            version=version, content="\n".join(convert(step.body)), author=author_of(step),
            date=step.commit.date if step.commit else None, comment=comment_of(step),
            title=title if isinstance(title, str) else None,
        )  # fmt: skip


def remembered(
    memory: Memory, steps: Sequence[Step], version: str | None, convert: Convert
) -> Iterator[Item]:
    """The page as exported, and what was changed since: lines keep their origins till edited.

    ``version`` is the exported one, where its whole text was known.
    """
    marks = memory.lines
    same = [n for n, step in enumerate(steps) if _marks(step.body) == marks]
    now = _Lines(memory)
    versions = [origin.version for origin in now.origins if origin.version]
    newest = max([*versions, *([version] if version else [])], key=version_key, default=None)
    rows: list[Item] = []
    for step in steps[same[-1] + 1 if same else 0 :]:
        lines = convert(step.body)
        if lines == now.texts:
            continue
        newest = after(newest)
        date = step.commit.date if step.commit else None
        now.become(lines, LineOrigin(newest, author_of(step), date))
        rows.append(
            RevisionSeen(
                version=newest, author=author_of(step), date=date, comment=comment_of(step)
            )
        )
    if version and not rows and not versions:
        yield Revision(version=version, content=memory.source)
        return
    yield Snapshot(
        lines=tuple(now.texts), origins=tuple(now.origins),
        missing=frozenset(n for n, lost in enumerate(now.missing, 1) if lost),
    )  # fmt: skip
    yield from rows


def _marks(body: str) -> list[str]:
    lines = body.removesuffix("\n").split("\n") if body.strip("\n") else []
    return [digest(line) for line in lines]


class _Lines:
    """A page's lines, each with its origin, going through its versions."""

    def __init__(self, memory: Memory) -> None:
        self.texts = memory.source.split("\n")
        self.origins = origins_of(memory)
        lost = frozenset(memory.missing)
        self.missing = [n in lost for n in range(1, len(self.texts) + 1)]

    def become(self, lines: list[str], origin: LineOrigin) -> None:
        """The next version: lines that it has in common with the last keep their origin."""
        origins, missing = [origin] * len(lines), [False] * len(lines)
        for block in matching_blocks(lines, self.texts):
            for n in range(block.length):
                origins[block.a + n] = self.origins[block.b + n]
                missing[block.a + n] = self.missing[block.b + n]
        self.texts, self.origins, self.missing = lines, origins, missing
