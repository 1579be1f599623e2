"""What an export did with everything it was given: kept, changed or dropped, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec
from jinja2 import Environment

from kb.assets import assets
from kb.export.place import new_file
from kb.export.redirects import Move, write_redirects

Fate = Literal["kept", "changed", "dropped", "broken"]
"""changed: it is there in another form; broken: what it leads to is not in the archive."""


class Entry(msgspec.Struct, frozen=True, order=True):
    """Something that was not simply kept."""

    kind: str
    """page, revision, attachment, link, markup, comment, object."""
    where: str
    """Reference of the page."""
    what: str
    fate: Fate
    why: str
    count: int = 1


class Ledger:
    """Counts and entries of one export."""

    def __init__(self, form: str) -> None:
        self.form = form
        self.counts: Counter[tuple[str, str]] = Counter()
        self.entries: list[Entry] = []
        self.digests: dict[str, str] = {}
        """sha256 of each file of the export, by path."""
        self.moves: list[Move] = []

    def kept(self, kind: str, count: int = 1) -> None:
        """Note that ``count`` of a kind came through as they were."""
        self.counts[kind, "kept"] += count

    def note(self, entry: Entry) -> None:
        """Note something else."""
        self.counts[entry.kind, entry.fate] += entry.count
        self.entries.append(entry)

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
        """The counts in one line."""
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


def write_report(ledger: Ledger, folder: Path) -> None:
    """report.json, report.html and the redirects into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    report = _Report(
        format=ledger.form, counts=ledger.table(), entries=sorted(ledger.entries),
        digests=dict(sorted(ledger.digests.items())), redirects=len(ledger.moves),
    )  # fmt: skip
    with new_file(folder / "report.json") as part:
        part.write_bytes(msgspec.json.format(msgspec.json.encode(report)) + b"\n")
    text = (assets("templates") / "export_report.html").read_text("utf-8")
    template = Environment(autoescape=True).from_string(text)
    with new_file(folder / "report.html") as part:
        part.write_text(template.render(report=report), "utf-8", newline="\n")
    write_redirects(ledger.moves, folder)
