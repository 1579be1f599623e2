"""Damage: what of an archive is not as it was written."""

from __future__ import annotations

import msgspec

from kb.errors import KbError


class Damage(msgspec.Struct, frozen=True, kw_only=True):
    """Something of an archive that is not as it was written."""

    where: str
    """`Dev.Cases.WebHome 3.1`, `bytes 0123456789ab`, `table source`, `archive.db`."""
    why: str
    page: int | None = None
    """Key of the page that it is of."""
    sha256: str | None = None
    """Digest of the blob that it is of."""

    def __str__(self) -> str:
        return f"{self.where}: {self.why}"


class DamagedBytesError(KbError, KeyError):
    """Bytes of the archive cannot be read: to who asks for them, as good as not held."""

    def __init__(self, sha256: str, why: str) -> None:
        super().__init__(
            f"bytes {sha256[:12]} of the archive are damaged: {why}",
            hint="kb verify says of what they are; kb verify --repair mends them",
        )

    __str__ = Exception.__str__  # KeyError's is a repr
