"""The life of a page's cases over all its revisions.

The cost of a revision is that of finding where its cases begin, and of reading those that changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from kb.archive import Archive, RevisionView
from kb.cases.history.changes import CaseChange, CaseVersion, changes
from kb.cases.history.named import Named, named_in_draft
from kb.cases.reader.assemble import copies_of, made_id
from kb.cases.reader.case_places import CasePlace, case_places
from kb.cases.reader.draft import LineKind
from kb.cases.reader.identifiers import find_identifiers
from kb.cases.reader.profile_selection import Grammar
from kb.cases.record import Event

_ALIKE = 0.5
"""A case with a new id that shares so many of its lines with one that is gone is that one."""


_COMMON = {LineKind.HEADING, LineKind.MARK, LineKind.STATUS, LineKind.ENGINEER, LineKind.BLANK}


class CaseLife(msgspec.Struct):
    """One case on one page."""

    id: str
    events: list[Event]
    present: bool
    last: str
    """The newest version that has it."""


class PageLife(msgspec.Struct):
    """All cases that the page ever had, up to its newest held revision."""

    versions: int = 0
    """How many held revisions were read."""
    digest: bytes = b""
    """Digest of what was known of these revisions."""
    cases: dict[str, CaseLife] = {}
    """By id; a second case of an id at one time has ~2."""
    named: tuple[Named, ...] = ()
    """What they name in any of these revisions, in order."""


class PageSubject(NamedTuple):
    """The page whose life is read."""

    key: int
    """Its row in the archive."""
    page: str
    """Its reference."""
    title: str = ""
    """What it is called now: what a case is called that is the whole page."""


def page_life(
    archive: Archive, subject: PageSubject, grammar: Grammar, before: PageLife | None
) -> PageLife:
    """Read the page's revisions, those after ``before`` only where it still holds.

    Objects and comments have no part in it: no source tells how they were in older versions.
    """
    held = [revision for revision in archive.revisions(subject.key) if revision.held]
    life = before or PageLife(cases={})
    if life.versions > len(held) or _digest(subject, held[: life.versions]) != life.digest:
        life = PageLife(cases={})
    reader = _RevisionReader(archive, subject, grammar)
    known = reader.cases(held[life.versions - 1].version) if life.versions else {}
    for revision in held[life.versions :]:
        now = reader.cases(revision.version)
        _RevisionStep(life.cases, reader, revision).advance(known, now)
        known = now
    named = tuple(sorted(reader.named.union(life.named)))
    return PageLife(
        versions=len(held), digest=_digest(subject, held), cases=life.cases, named=named
    )


def _digest(subject: PageSubject, revisions: Iterable[RevisionView]) -> bytes:
    return hashlib.sha256(msgspec.msgpack.encode([subject.title, *revisions])).digest()


class _RevisionReader:
    """Reads a page's versions one after the other; what did not change is not read again."""

    def __init__(self, archive: Archive, subject: PageSubject, grammar: Grammar) -> None:
        self._archive = archive
        self._subject = subject
        self._grammar = grammar
        self._read: dict[tuple[object, ...], CaseVersion] = {}
        self.named: set[Named] = set()
        """What the cases read so far name."""

    def once(self, version: str) -> dict[str, CaseVersion]:
        """Read an older version's cases, apart from the way through the history."""
        return _RevisionReader(self._archive, self._subject, self._grammar).cases(version)

    def cases(self, version: str) -> dict[str, CaseVersion]:
        """Return the version's cases by id, a second one of an id as id~2."""
        lines = (self._archive.content(self._subject.key, version) or "").split("\n")
        read: dict[tuple[object, ...], CaseVersion] = {}
        found: dict[str, CaseVersion] = {}
        for place in case_places(self._subject.title, lines, self._grammar):
            case = self._read.get(place.key)
            if case is None:
                case = self._fresh(place)
            read[place.key] = case
            heading = case.draft.heading
            name = heading.id or made_id(self._subject.page, heading.text)
            found[next(n for n in copies_of(name) if n not in found)] = case
        self._read = read
        return found

    def _fresh(self, place: CasePlace) -> CaseVersion:
        draft, lines, displays, _ = place.read()
        find_identifiers(draft, displays, lines, self._grammar.vocabulary)
        self.named.update(named_in_draft(draft))
        return CaseVersion(draft, lines)


class _RevisionStep:
    """From one revision to the next."""

    def __init__(
        self, lives: dict[str, CaseLife], reader: _RevisionReader, revision: RevisionView
    ) -> None:
        self._lives = lives
        self._reader = reader
        self._revision = revision

    def advance(self, old: dict[str, CaseVersion], new: dict[str, CaseVersion]) -> None:
        """Bring all lives to the revision, whose cases are ``new``."""
        gone = {name: case for name, case in old.items() if name not in new}
        for name, case in new.items():
            before = old.get(name)
            if before is None:
                self._appear(name, case, gone)
            elif before.draft is not case.draft:
                self._note(name, changes(before, case))
            life = self._lives[name]
            life.present, life.last = True, self._revision.version
        for name in gone:
            self._note(name, [CaseChange("removed")])
            self._lives[name].present = False

    def _appear(self, name: str, case: CaseVersion, gone: dict[str, CaseVersion]) -> None:
        """Note a case that the revision before has not: restored, renamed or new."""
        life = self._lives.get(name)
        if life is not None:
            before = self._reader.once(life.last).get(name)
            after = changes(before, case) if before else []
            self._note(name, [CaseChange("restored"), *after])
        elif (earlier := _renamed(case, gone)) is not None:
            life = self._lives[name] = self._lives.pop(earlier)
            life.id = name
            steps = changes(gone.pop(earlier), case, renamed=True)
            self._note(name, [CaseChange("renamed", None, earlier, name), *steps])
        else:
            self._lives[name] = CaseLife(name, [], True, self._revision.version)
            self._note(name, [CaseChange("created")])

    def _note(self, name: str, steps: Iterable[CaseChange]) -> None:
        at = self._revision
        self._lives[name].events += [
            Event(
                version=at.version, author=at.author, date=at.date, change=step.change,
                name=step.name, old=step.old, new=step.new,
            )
            for step in steps
        ]  # fmt: skip


def _renamed(case: CaseVersion, gone: dict[str, CaseVersion]) -> str | None:
    """Find the id that the case had before: that of the case gone which shares most lines."""
    own = _own(case)
    best, most = None, 0.0
    for name, other in gone.items():
        lines = _own(other)
        share = len(own & lines) / max(len(own | lines), 1)
        if share > most:
            best, most = name, share
    return best if most >= _ALIKE else None


def _own(case: CaseVersion) -> set[str]:
    """Return the lines that are the case's own, not those of every case."""
    if case.draft.heading.rule.begins == "row":
        return {cell.strip() for cell in case.lines[0].split("|")} - {""}
    pairs = zip(case.lines, case.draft.kinds, strict=True)
    return {line.strip() for line, kind in pairs if kind not in _COMMON}
