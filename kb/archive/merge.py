"""Merge what several sources know of one version.

A source knows a version by its lines only, from a list, or whole. What a better source says
counts; of two as good the later import; and where both state a fact and disagree, that is a
contradiction, which becomes a Problem.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from operator import attrgetter

import msgspec

from kb.archive.text_frames import TextPlace

LINES, LISTED, WHOLE = 0, 1, 2
"""How well a version is known: by some lines of it, by a row of a list, with its whole text."""

FACTS = ("author", "date", "comment", "minor", "title", "syntax", "parent", "hidden")
_DAY = 10
_LOOSE = {4: 366, 7: 31}
"""Days within which a year or a month lies, by its length."""
_ZONES = timedelta(hours=26)


class VersionFacts(msgspec.Struct, kw_only=True):
    """What the archive knows of a version."""

    rank: int
    author: str | None = None
    date: str | None = None
    comment: str | None = None
    minor: bool | None = None
    title: str | None = None
    syntax: str | None = None
    parent: str | None = None
    hidden: bool | None = None
    place: TextPlace | None = None
    """Where its text is; None where the text is not known."""
    hash: bytes | None = None
    source: int = 0


def facts_of(known: VersionFacts) -> tuple[object, ...]:
    """List all that is known but where the text is, for comparing and digesting."""
    return _facts(known)


_facts: Callable[[VersionFacts], tuple[object, ...]] = attrgetter("rank", *FACTS, "hash")


class Contradiction(msgspec.Struct, frozen=True):
    """Two sources disagree about a fact."""

    fact: str
    held: str
    new: str


def hash_of(content: bytes) -> bytes:
    """Hash a text to 16 bytes by BLAKE2b: enough to tell texts of one page apart."""
    return hashlib.blake2b(content, digest_size=16).digest()


def merge(held: VersionFacts, new: VersionFacts) -> list[Contradiction]:
    """Merge what ``new`` knows into ``held``, texts apart; return what they disagree about."""
    found = []
    better = new.rank >= held.rank
    for fact in FACTS:
        here, there = getattr(held, fact), getattr(new, fact)
        if there is None or here == there:
            continue
        if here is not None and LINES not in (held.rank, new.rank) and _disagree(fact, here, there):
            found.append(Contradiction(fact, here, there))
        if here is None or (better and not _coarser(fact, there, here)):
            setattr(held, fact, there)
    held.rank = max(held.rank, new.rank)
    return found


def _disagree(fact: str, here: str, there: str) -> bool:
    if fact == "date":
        return not same_moment(here, there)
    return fact == "author" and "." in here and "." in there


def _coarser(fact: str, new: str, held: str) -> bool:
    """Whether a date is the held one, said less precisely."""
    return fact == "date" and len(new) < len(held) and same_moment(new, held)


def same_moment(one: str, other: str) -> bool:
    """Whether two moments can be the same, as precisely as the less precise one is.

    Times without a zone, and days, may be those of any zone.
    """
    try:
        a, b = (datetime.fromisoformat(_padded(moment)) for moment in (one, other))
    except ValueError:
        return True
    if a.tzinfo and b.tzinfo and min(len(one), len(other)) > _DAY:
        return abs(a - b) < timedelta(minutes=1)
    loose = timedelta(days=_LOOSE.get(min(len(one), len(other)), 1)) + _ZONES
    return abs(_utc(a) - _utc(b)) < loose


def later(one: str | None, other: str | None) -> bool:
    """Whether the first moment is surely after the second."""
    if one is None or other is None:
        return False
    try:
        a, b = (_utc(datetime.fromisoformat(_padded(moment))) for moment in (one, other))
    except ValueError:
        return False
    return a > b and not same_moment(one, other)


def _padded(moment: str) -> str:
    return moment + {4: "-01-01", 7: "-01"}.get(len(moment), "")


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
