"""A page's history as the RCS archive that XWiki keeps in a XAR."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import msgspec

from importers.xar.rcs_script import script_between

FULL_EVERY: Final = 5
"""Every so many versions are written whole, as the wiki's own store does."""


class RcsEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A version as the front of an RCS archive names it."""

    version: str
    date: str
    """`2020.04.10.09.30.12`."""
    author: str | None
    log: str


def rcs_archive(entries: Sequence[RcsEntry], text: Callable[[str], str]) -> Iterator[str]:
    """Yield the archive's text; ``entries`` with the newest first, ``text`` the XML of a version.

    The versions between whole ones are written as scripts, so the states are known at the end
    only; readers trust the texts, and the front says what is the rule.
    """
    states = ["full" if n % FULL_EVERY == 0 else "diff" for n in range(len(entries))]
    head = entries[0].version
    yield f"head\t{head};\naccess;\nsymbols;\nlocks; strict;\ncomment\t@# @;\n\n\n"
    nexts = [entry.version for entry in entries[1:]] + [""]
    for entry, state, older in zip(entries, states, nexts, strict=True):
        yield f"{entry.version}\ndate\t{entry.date};\tauthor {author_field(entry.author)};"
        yield f"\tstate {state};\nbranches;\nnext\t{older};\n\n"
    yield "\ndesc\n@@\n"
    newer = ""
    for entry, state in zip(entries, states, strict=True):
        whole = text(entry.version)
        script = script_between(newer, whole) if state == "diff" else None
        log = entry.log and f"{entry.log}\n"
        yield f"\n\n{entry.version}\nlog\n@{_doubled(log)}@\ntext\n@"
        yield _doubled(whole if script is None else script)
        yield "@\n"
        newer = whole


def _doubled(text: str) -> str:
    return text.replace("@", "@@")


def author_field(author: str | None) -> str:
    """Return a user as the author field: all but letters and `-` as `_` and two hex digits."""
    encoded = re.sub(
        rb"[^A-Za-z-]", lambda m: b"_%02X" % m[0][0], (author or "").encode("utf-8")
    ).decode()
    return encoded or "_"
