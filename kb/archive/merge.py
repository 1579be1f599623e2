"""Merge what several sources know of one version.

A source knows a version by its lines only, from a list, or whole. What a better source says
counts; of two as good the later import; and where both state a fact and disagree, that is a
contradiction, which becomes a Problem.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from operator import attrgetter

import msgspec

from kb.archive.text_frames import TextPlace
from kb.times import same_moment

LINES, LISTED, WHOLE = 0, 1, 2
"""How well a version is known: by some lines of it, by a row of a list, with its whole text."""

FACTS = ("author", "date", "comment", "minor", "title", "syntax", "parent", "hidden")


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
    raw_hash: bytes | None = None
    """Of the bytes that its text came in, where they are kept with it."""
    source: int = 0


facts_of: Callable[[VersionFacts], tuple[object, ...]] = attrgetter("rank", *FACTS, "hash")
"""List all that is known but where the text is, for comparing and digesting."""


class Contradiction(msgspec.Struct, frozen=True):
    """Two sources disagree about a fact."""

    fact: str
    held: str
    new: str


def hash_of(content: bytes) -> bytes:
    """Hash a text to 16 bytes by BLAKE2b: enough to tell texts of one page apart."""
    return hashlib.blake2b(content, digest_size=16).digest()


def raw_hash_of(raw: bytes | None) -> bytes | None:
    """Hash the bytes that a text came in to 16 bytes of SHA-256, which most processors compute."""
    return None if raw is None else hashlib.sha256(raw).digest()[:16]


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
