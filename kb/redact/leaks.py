"""Look for protected values in every byte of what is to be published, however encoded."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from kb.errors import KbError
from kb.redact.contents import contents_of
from kb.redact.pieces import Said, Unread
from kb.redact.protected import ProtectedValues
from kb.text.fold import fold_text

_SHOWN: Final = 5
_NAMED: Final = re.compile(r"(?:~[0-9a-f]{2})+")
_LEAST_LATIN: Final = 5
_LEAST_DIGITS: Final = 7
"""Signs of a value that is no chance among bytes of no known form."""


class LeakError(KbError):
    """A public site holds what it must not; it is not put in place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """Where a protected value was found; of the value itself only its kind is reported."""

    path: str
    kind: str
    how: str
    """How it is written there: `text`, `coded`, `compressed`, `bytes`, `name`, `digest`."""

    def __str__(self) -> str:
        return f"{self.path}: a protected {self.kind} ({self.how})"


def check_parts(
    parts: Iterable[tuple[str, bytes]], protected: ProtectedValues, own: Iterable[str],
    approved: Collection[str] = (),
) -> None:  # fmt: skip
    """LeakError where a part's name or bytes hold a protected value, or hide what they hold.

    ``own`` are texts of the interface, which may contain somebody's name by chance; ``approved``
    are digests (sha256) of attached files, which were searched when it was decided to show them.
    """
    search = LeakSearch(protected, protected.without(own))
    leaks: list[Leak] = []
    for name, data in parts:
        leaks += search.in_name(name)
        for found in search.in_bytes(name, data, approved):
            if isinstance(found, Leak):
                leaks.append(found)
            elif found.is_known:
                raise LeakError(
                    f"{name}: {found.what}: it cannot be searched",
                    hint="nothing was published; leave such files out by [public] attachments",
                )
    if leaks:
        more = f" and {len(leaks) - _SHOWN} more" if len(leaks) > _SHOWN else ""
        raise LeakError(
            "; ".join(map(str, leaks[:_SHOWN])) + more,
            hint="nothing was published; add what is missing to [public] in kb.toml",
        )


class LeakSearch:
    """Finds protected values in names and files, but for those that are ``excused``."""

    def __init__(self, protected: ProtectedValues, excused: frozenset[str] = frozenset()) -> None:
        self._protected = protected
        self._excused = excused

    def in_name(self, name: str) -> Iterator[Leak]:
        """Yield what a path tells, as it is and decoded."""
        for text in {name, _unnamed(name), _unnamed(name.replace("~/", ""))}:
            yield from self._in_text(name, Said(text, "name"))

    def in_bytes(
        self, name: str, data: bytes, approved: Collection[str] = ()
    ) -> Iterator[Leak | Unread]:
        """Yield a leak of each text in a file that has any, and what of it cannot be read."""
        for content in contents_of(data, approved):
            if isinstance(content, Unread):
                yield content
                continue
            yield from self._in_text(name, content)
            if (named := _unnamed(content.text)) != content.text:
                yield from self._in_text(name, content._replace(text=named))

    def _in_text(self, name: str, said: Said) -> Iterator[Leak]:
        folded = fold_text(said.text)
        for kind in self._protected.is_digest(folded):
            yield Leak(path=name, kind=kind, how="digest")
            return
        for found in self._protected.found(folded, known_only=True):
            if found.value not in self._excused and not _is_chance(found.value, said.least):
                yield Leak(path=name, kind=found.kind, how=said.how)
                return


def _is_chance(value: str, least: int) -> bool:
    """Whether so short a value stands among random bytes without meaning anything."""
    if least == 1:
        return False
    if value.isascii():
        return len(value) < (_LEAST_DIGITS if value.isdecimal() else _LEAST_LATIN)
    return sum(not sign.isascii() for sign in value) < least


def _unnamed(text: str) -> str:
    """Read again the bytes that kb.publish.paths wrote as `~e4`."""
    return _NAMED.sub(
        lambda m: bytes.fromhex(m[0].replace("~", "")).decode("utf-8", "replace"), text
    )
