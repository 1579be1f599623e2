"""What an export did with everything it was given: kept, changed or dropped, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec
from jinja2 import Environment

from kb.assets import assets
from kb.files import new_file, sha256_of
from kb.redirects import Move, write_redirects

Fate = Literal["kept", "changed", "dropped", "broken"]
"""changed: it is there in another form; broken: what it leads to is not in the archive."""


EVERYWHERE = ""
"""In place of a page: what becomes of the same on every page."""


class Entry(msgspec.Struct, frozen=True, order=True):
    """Something that was not simply kept."""

    kind: str
    """page, revision, attachment, link in, link out, markup, comment, object."""
    where: str
    """Reference of the page, or EVERYWHERE."""
    what: str
    fate: Fate
    why: str
    count: int = 1


class Ledger:
    """Counts and entries of one export."""

    def __init__(self, form: str) -> None:
        self.form = form
        self.counts: Counter[tuple[str, str]] = Counter()
        self._entries: list[Entry] = []
        self._everywhere: Counter[Entry] = Counter()
        self.digests: dict[str, str] = {}
        """sha256 of each file of the export, by path."""
        self.moves: list[Move] = []
        self.message: str | None = None
        """What the user is told besides."""

    def kept(self, kind: str, count: int = 1) -> None:
        """Note that ``count`` of a kind came through as they were."""
        if count:
            self.counts[kind, "kept"] += count

    def note(self, entry: Entry) -> None:
        """Note something else."""
        self.counts[entry.kind, entry.fate] += entry.count
        if entry.where == EVERYWHERE:
            self._everywhere[msgspec.structs.replace(entry, count=0)] += entry.count
        else:
            self._entries.append(entry)

    def entries(self) -> list[Entry]:
        """All that was not simply kept, in order."""
        general = (msgspec.structs.replace(e, count=n) for e, n in self._everywhere.items())
        return sorted([*general, *self._entries])

    def extend(self, entries: Iterable[Entry]) -> None:
        """Note several."""
        for entry in entries:
            self.note(entry)

    def table(self) -> dict[str, dict[str, int]]:
        """Counts by kind and fate."""
        found: dict[str, dict[str, int]] = {}
        for (kind, fate), count in sorted(self.counts.items()):
            found.setdefault(kind, {})[fate] = count
        return found

    def said(self) -> str:
        """What the user is told: the message, else the counts in one line."""
        if self.message:
            return self.message
        parts = [
            f"{kind}: " + ", ".join(f"{count} {fate}" for fate, count in sorted(fates.items()))
            for kind, fates in self.table().items()
        ]
        return "; ".join(parts)


class _Report(msgspec.Struct, kw_only=True):
    format: str
    counts: dict[str, dict[str, int]]
    entries: list[Entry]
    digests: dict[str, str]
    redirects: int


def add_digests(ledger: Ledger, made: Path) -> None:
    """Note the sha256 of every file of an export that has no digests of its own."""
    if ledger.digests or not made.exists():
        return
    root = made if made.is_dir() else made.parent
    for path in sorted(made.rglob("*")) if made.is_dir() else [made]:
        if path.is_file():
            ledger.digests[path.relative_to(root).as_posix()] = sha256_of(path)


def write_report(ledger: Ledger, folder: Path) -> None:
    """report.json, report.html and the redirects into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    report = _Report(
        format=ledger.form, counts=ledger.table(), entries=ledger.entries(),
        digests=dict(sorted(ledger.digests.items())), redirects=len(ledger.moves),
    )  # fmt: skip
    with new_file(folder / "report.json") as part:
        part.write_bytes(msgspec.json.format(msgspec.json.encode(report)) + b"\n")
    text = (assets("templates") / "export_report.html").read_text("utf-8")
    template = Environment(autoescape=True).from_string(text)
    with new_file(folder / "report.html") as part:
        part.write_text(template.render(report=report), "utf-8", newline="\n")
    write_redirects(ledger.moves, folder)
