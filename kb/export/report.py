"""What an export did with everything it was given: kept, changed or dropped, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal

import msgspec
from jinja2 import Environment

from kb.assets import assets
from kb.files import new_file, sha256_of
from kb.redact.public_files import HeldFile
from kb.redirects import Redirect, redirect_files, write_redirects

Fate = Literal["kept", "changed", "dropped", "broken"]
"""changed: it is there in another form; broken: what it leads to is not in the archive."""


NAMES: Final = ("report.json", "report.html", *(name for name, _ in redirect_files(())))
"""The files of a report."""
EVERYWHERE: Final = ""
"""In place of a page: what becomes of the same on every page."""


class Loss(msgspec.Struct, frozen=True, order=True):
    """Something that was not simply kept, or ``count`` of the same."""

    kind: str
    """page, revision, attachment, link in, link out, markup, comment, object, property, word."""
    where: str
    """Reference of the page, or EVERYWHERE."""
    what: str
    fate: Fate
    why: str
    count: int = 1


class LossReport:
    """What one export did with everything that it was given."""

    def __init__(self, form: str) -> None:
        """``form`` names the format, as the report calls it."""
        self.form = form
        self.counts: Counter[tuple[str, str]] = Counter()
        """By kind and fate."""
        self._losses: list[Loss] = []
        self._everywhere: Counter[Loss] = Counter()
        self.digests: dict[str, str] = {}
        """sha256 of each file of the export, by path."""
        self.redirects: list[Redirect] = []
        self.message: str | None = None
        """What the user is told, in place of the counts."""
        self.held: tuple[HeldFile, ...] = ()
        """Attached files listed for the public that stay inside: told to the user alone."""

    def kept(self, kind: str, count: int = 1) -> None:
        """Note that ``count`` of a kind came through as they were."""
        if count:
            self.counts[kind, "kept"] += count

    def note(self, loss: Loss) -> None:
        """Note what was not simply kept; the same EVERYWHERE is added up."""
        self.counts[loss.kind, loss.fate] += loss.count
        if loss.where == EVERYWHERE:
            self._everywhere[msgspec.structs.replace(loss, count=0)] += loss.count
        else:
            self._losses.append(loss)

    def losses(self) -> list[Loss]:
        """Return all that was not simply kept, in order."""
        general = (msgspec.structs.replace(e, count=n) for e, n in self._everywhere.items())
        return sorted([*general, *self._losses])

    def extend(self, losses: Iterable[Loss]) -> None:
        """Note several."""
        for loss in losses:
            self.note(loss)

    def table(self) -> dict[str, dict[str, int]]:
        """Return the counts by kind and fate, in order."""
        found: dict[str, dict[str, int]] = {}
        for (kind, fate), count in sorted(self.counts.items()):
            found.setdefault(kind, {})[fate] = count
        return found

    def summary(self) -> str:
        """Return what the user is told: the message, else the counts in one line."""
        if self.message:
            return self.message
        parts = [
            f"{kind}: " + ", ".join(f"{count} {fate}" for fate, count in sorted(fates.items()))
            for kind, fates in self.table().items()
        ]
        return "; ".join(parts)


class _ReportFile(msgspec.Struct, kw_only=True):
    """What stands in report.json, and is given to the template of report.html."""

    format: str
    counts: dict[str, dict[str, int]]
    entries: list[Loss]
    digests: dict[str, str]
    redirects: int


def add_digests(report: LossReport, made: Path) -> None:
    """Note the sha256 of every file of an export that has no digests of its own."""
    if not report.digests:
        root, paths = (made, sorted(made.rglob("*"))) if made.is_dir() else (made.parent, [made])
        report.digests = {
            path.relative_to(root).as_posix(): sha256_of(path) for path in paths if path.is_file()
        }


def write_report(report: LossReport, folder: Path) -> None:
    """Write report.json, report.html and the redirects into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    content = _ReportFile(
        format=report.form, counts=report.table(), entries=report.losses(),
        digests=dict(sorted(report.digests.items())), redirects=len(report.redirects),
    )  # fmt: skip
    with new_file(folder / "report.json") as part:
        part.write_bytes(msgspec.json.format(msgspec.json.encode(content)) + b"\n")
    text = (assets("templates") / "export_report.html").read_text("utf-8")
    template = Environment(autoescape=True).from_string(text)
    with new_file(folder / "report.html") as part:
        part.write_text(template.render(report=content), "utf-8", newline="\n")
    write_redirects(report.redirects, folder)
