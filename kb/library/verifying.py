"""Check that the archive is whole and, beside a source, that it lacks nothing of it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from importers.base import Source
from kb.archive import Archive
from kb.config import Home
from kb.errors import InputError
from kb.library.taking_in import match, options_for, source_table
from kb.model import Item
from kb.options import Choice
from kb.verify import DigestList, DigestSink, Finding, NothingKnown, compare, derived_damage


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What a verification found."""

    damage: tuple[str, ...]
    """What of the archive is not as it was written, a line each."""
    derived: tuple[str, ...] = ()
    """What is wrong with records or index, which `Library.repair` has made anew, a line each."""
    digest: str
    """SHA-256 over the digests of all pages and tables, in hex."""
    unexpected: tuple[str, ...] = ()
    """What has another digest than was expected, a line each."""
    findings: tuple[Finding, ...] = ()
    """What of the source is missing, different or could not be compared."""
    verdicts: dict[str, int] = field(default_factory=dict)
    """Verdict (`same`, `missing`, …) → how much of the source got it."""
    counts: dict[str, int]
    """What the archive holds: pages, versions, attachments, …"""
    ways: dict[str, tuple[int, int]]
    """Importer → whole versions of pages and of attachments that came by it."""

    @property
    def whole(self) -> bool:
        """True where all is as it was written and expected, and as a source has it."""
        lacking = sum(self.verdicts.get(n, 0) for n in ("missing", "different", "unreadable"))
        return not (self.damage or self.derived or self.unexpected or lacking)


def verify(
    home: Home, against: str | None = None, format_name: str | None = None,
    choice: Choice | None = None, on_finding: Callable[[Finding], None] | None = None,
    *, expect: str | None = None, on_digest: Callable[[str], None] | None = None,
) -> Verification:  # fmt: skip
    """Check the home's archive, and compare it with all that the source ``against`` has.

    ``on_finding`` is called for each finding but `same` as it is made, ``on_digest`` with each line
    of the list of digests. ``expect`` is what the archive's digest was, or a file with that list.
    RemoteError where the source cannot be asked.
    """
    verdicts: Counter[str] = Counter()
    findings: list[Finding] = []
    digests = DigestList(expect)
    tell = on_digest or (lambda line: None)
    with Archive(home.archive) as archive:
        damage = tuple(map(str, archive.audit(lambda name, found: tell(digests.add(name, found)))))
        if against is not None:
            items = _items(home, against, format_name, choice or Choice())
            for finding in compare(archive, items, live=Source(against).is_url):
                verdicts[finding.verdict] += 1
                if finding.verdict != "same":
                    findings.append(finding)
                    if on_finding is not None:
                        on_finding(finding)
            if not verdicts:
                raise InputError(f"{against}: nothing in it to compare with")
        return Verification(
            damage=damage, derived=tuple(derived_damage(home)), digest=digests.digest(),
            unexpected=tuple(digests.unexpected()), findings=tuple(findings),
            verdicts=dict(verdicts), **_held(archive, damage),
        )  # fmt: skip


def _held(archive: Archive, damage: Sequence[str]) -> dict[str, Any]:
    """Count what the archive holds; nothing where it is too damaged for that."""
    try:
        return {"counts": archive.counts(), "ways": archive.ways()}
    except sqlite3.DatabaseError:
        assert damage
        return {"counts": {}, "ways": {}}


def _items(home: Home, location: str, format_name: str | None, choice: Choice) -> Iterator[Item]:
    """Yield all that the source has, read as if nothing of it were known.

    What kb.toml says of the source holds where the caller chose nothing else.
    """
    table = source_table(home, location)
    if table is not None:
        default = Choice()
        chosen = {
            name: getattr(choice, name) for name in Choice.__struct_fields__
            if getattr(choice, name) != getattr(default, name)
        }  # fmt: skip
        choice = msgspec.structs.replace(table, **chosen)
        format_name = format_name or table.format
    options = msgspec.structs.replace(options_for(home, choice), scratch=None)
    for source, importer in match(location, format_name).pairs:
        yield from importer.records(source, options, NothingKnown(), DigestSink())
