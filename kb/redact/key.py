"""The key of a home's pseudonyms."""

from __future__ import annotations

import secrets

from kb.config import Home


def key_of(place: Home) -> bytes:
    """Made once, never published: with it, who guesses a value can tell its pseudonym."""
    path = place.root / ".kb" / "public.key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(secrets.token_bytes(32))
    return path.read_bytes()
