"""Check that the archive is whole and, beside a source, that it lacks nothing of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from kb.archive import Archive
from kb.config import Home
from kb.library.taking_in import match, options_for, source_table
from kb.model import Item
from kb.options import Choice
from kb.verify import DigestSink, Finding, NothingKnown, check, compare


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What a verification found."""

    damage: tuple[str, ...]
    """What is wrong inside the archive, a line each."""
    findings: tuple[Finding, ...]
    """What of the source is missing, different or could not be compared."""
    verdicts: dict[str, int]
    """Verdict (`same`, `missing`, `different`, `unknown`) → how much of the source got it."""
    counts: dict[str, int]
    """What the archive holds: pages, versions, attachments, …"""
    ways: dict[str, tuple[int, int]]
    """Importer → whole versions of pages and of attachments that came by it."""

    @property
    def whole(self) -> bool:
        """True where nothing is damaged, and nothing of the source missing or different."""
        lacking = self.verdicts.get("missing", 0) + self.verdicts.get("different", 0)
        return not self.damage and not lacking


def verify(
    home: Home, against: str | None = None, format_name: str | None = None,
    choice: Choice | None = None, on_finding: Callable[[Finding], None] | None = None,
) -> Verification:  # fmt: skip
    """Check the home's archive, and compare it with all that the source ``against`` has.

    ``on_finding`` is called for each finding but `same` as it is made. RemoteError where the
    source cannot be asked.
    """
    verdicts: Counter[str] = Counter()
    findings: list[Finding] = []
    with Archive(home.archive) as archive:
        damage = tuple(check(archive))
        if against is not None:
            for finding in compare(archive, _items(home, against, format_name, choice or Choice())):
                verdicts[finding.verdict] += 1
                if finding.verdict != "same":
                    findings.append(finding)
                    if on_finding is not None:
                        on_finding(finding)
        return Verification(
            damage=damage, findings=tuple(findings), verdicts=dict(verdicts),
            counts=archive.counts(), ways=archive.ways(),
        )  # fmt: skip


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
