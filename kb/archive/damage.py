"""Damage: what of an archive is not as it was written."""

from __future__ import annotations

import msgspec


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
