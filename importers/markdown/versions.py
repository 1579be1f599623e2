"""Versions of a file as records: one for each commit, and one for what is not committed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from importers.markdown.git_log import CommittedFile, GitBlobs, LoggedCommit
from importers.markdown.memory import Memory, body_lines, line_digest, origins_of
from kb.frontmatter import read_front_matter
from kb.history.diff import matching_blocks
from kb.model import Item, LineOrigin, Revision, RevisionSeen, Snapshot, version_key

Convert = Callable[[str], list[str]]
"""Turns the body of a file into the lines of the page's source."""

_VERSION = re.compile(r"\d{1,9}\.\d{1,9}", re.ASCII)


class FileState(NamedTuple):
    """A file as it was after a commit; without a commit, as it is now."""

    commit: LoggedCommit | None
    facts: dict[str, Any]
    body: str

    @property
    def date(self) -> str | None:
        """Return when it was committed."""
        return self.commit.date if self.commit else None

    @property
    def author(self) -> str | None:
        """Return the name of who committed, without the address."""
        return self.commit.author.rpartition(" <")[0] or None if self.commit else None

    @property
    def comment(self) -> str:
        """Return the commit's message and its id."""
        if self.commit is None:
            return "not committed"
        return f"{self.commit.message}\n\ncommit {self.commit.id}".strip()


def file_states(
    changes: Iterable[CommittedFile], blobs: GitBlobs, text: str, where: str
) -> Iterator[FileState]:
    """Yield the file's versions, oldest first; ``text`` is the present one, at ``where``."""
    last = None
    for change in changes:
        data = blobs.get(change, where)
        if data is None:
            continue
        said = data.decode("utf-8-sig", "replace")
        if said != last:
            yield FileState(change.commit, *read_front_matter(said)[:2])
        last = said
    if text != last:
        yield FileState(None, *read_front_matter(text)[:2])


def known_version(value: object) -> str | None:
    """Return a version as XWiki writes it; None for any other value."""
    return value if isinstance(value, str) and _VERSION.fullmatch(value) else None


def next_version(version: str | None) -> str:
    """Return the version that follows; `1.1` is the first."""
    return f"{version_key(version)[0] + 1}.1" if version else "1.1"


def revisions(states: Iterable[FileState], first: str | None, convert: Convert) -> Iterator[Item]:
    """Yield a whole revision for each version of the file; the first is ``first`` where known."""
    version: str | None = None
    for state in states:
        version = first if version is None and first else next_version(version)
        title = state.facts.get("title")
        yield Revision(
            version=version, content="\n".join(convert(state.body)), author=state.author,
            date=state.date, comment=state.comment,
            title=title if isinstance(title, str) else None,
        )  # fmt: skip


def revised_memory(
    memory: Memory, states: Callable[[], Iterator[FileState]], version: str | None,
    convert: Convert,
) -> Iterator[Item]:  # fmt: skip
    """Yield the page as exported, and what was changed since; unedited lines keep their origins.

    ``states`` yields the file's versions, twice, since all of them may be more than memory holds;
    ``version`` is the exported one, where its whole text was known.
    """
    marks, exported = memory.lines, -1
    for number, state in enumerate(states()):
        if [line_digest(line) for line in body_lines(state.body)] == marks:
            exported = number
    now = _LinesWithOrigins(memory)
    versions = [origin.version for origin in now.origins if origin.version]
    newest = max([*versions, *([version] if version else [])], key=version_key, default=None)
    rows: list[Item] = []
    for state in islice(states(), exported + 1, None):
        lines = convert(state.body)
        if lines == now.texts:
            continue
        newest = next_version(newest)
        origin = LineOrigin(newest, state.author, state.date)
        now.become(lines, origin)
        rows.append(
            RevisionSeen(
                version=newest, author=origin.author, date=origin.date, comment=state.comment
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


class _LinesWithOrigins:
    """A page's lines, each with its origin, from version to version."""

    def __init__(self, memory: Memory) -> None:
        self.texts = memory.source.split("\n")
        self.origins = origins_of(memory)
        lost = frozenset(memory.missing)
        self.missing = [n in lost for n in range(1, len(self.texts) + 1)]

    def become(self, lines: list[str], origin: LineOrigin) -> None:
        """Go on to the next version: lines in common with the last one keep their origin."""
        origins, missing = [origin] * len(lines), [False] * len(lines)
        for block in matching_blocks(lines, self.texts):
            for n in range(block.length):
                origins[block.a + n] = self.origins[block.b + n]
                missing[block.a + n] = self.missing[block.b + n]
        self.texts, self.origins, self.missing = lines, origins, missing
