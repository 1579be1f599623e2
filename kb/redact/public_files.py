"""Which attached files the public may see: those in which everything was read, or looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase

import msgspec

from kb.redact.leaks import Leak, LeakSearch
from kb.redact.pictures import is_picture
from kb.redact.pieces import MOST
from kb.redact.protected import ProtectedValues
from kb.redact.public_rules import PublicRules


class HeldFile(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A file that kb.toml lists, and that stays inside all the same."""

    name: str
    sha256: str
    why: str
    """For people."""


class PublicFiles:
    """Decides for each attached file, once, whether the public may see it.

    It must be listed under `[public] attachments`; nothing protected may be found in what of it can
    be read; and all of it must be readable, unless somebody looked at it and said so under
    `[public] looked_at`.
    """

    def __init__(
        self, rules: PublicRules, protected: ProtectedValues, blob: Callable[[str], bytes]
    ) -> None:
        self._rules = rules
        self._search = LeakSearch(protected)
        self._blob = blob
        self._held: dict[tuple[str, str], str | None] = {}
        """By name and digest: why a file stays inside; None where it does not."""

    def shown(self, name: str, sha256: str | None) -> bool:
        """Whether a file may be shown; one whose bytes are not held may be named."""
        if not fits_any(name, self._rules.attachments):
            return False
        if sha256 is None:
            return True
        if (name, sha256) not in self._held:
            self._held[name, sha256] = self._objection(name, sha256)
        return self._held[name, sha256] is None

    @property
    def approved(self) -> frozenset[str]:
        """Digests of the files that may be shown, as far as it was decided."""
        return frozenset(sha256 for (_, sha256), why in self._held.items() if why is None)

    @property
    def held(self) -> tuple[HeldFile, ...]:
        """The files that stay inside, by name."""
        return tuple(sorted(
            HeldFile(name=name, sha256=sha256, why=why)
            for (name, sha256), why in self._held.items() if why is not None
        ))  # fmt: skip

    def _objection(self, name: str, sha256: str) -> str | None:
        try:
            data = self._blob(sha256)
        except KeyError:
            return "its bytes are not in the archive"
        if len(data) > MOST and not is_picture(data) and not self._is_looked_at(name, sha256):
            return f"it is larger than {MOST >> 20} MiB, which are searched at the most"
        found = list(self._search.in_bytes(name, data))
        if leak := next((one for one in found if isinstance(one, Leak)), None):
            return f"it holds a protected {leak.kind} ({leak.how})"
        unread = dict.fromkeys(one.what for one in found if not isinstance(one, Leak))
        if unread and not self._is_looked_at(name, sha256):
            return f"not all of it can be searched: {', '.join(unread)}"
        return None

    def _is_looked_at(self, name: str, sha256: str) -> bool:
        return sha256 in self._rules.looked_at or fits_any(name, self._rules.looked_at)


def fits_any(name: str, patterns: Iterable[str]) -> bool:
    """Whether a name fits one of the globs."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)
