"""What a home sets for the public: `[public]` of kb.toml, and the key of its pseudonyms."""

from __future__ import annotations

import secrets
from typing import Any, Literal

import msgspec

from kb.config import Home
from kb.errors import InputError


class PublicRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which pages and cases are public, and what is replaced: by default all that is personal."""

    style: Literal["pseudonym", "mask"] = "pseudonym"
    """pseudonym: the same value always becomes the same short name; mask: `•••`."""
    kinds: tuple[str, ...] = ("phone", "bill", "vehicle", "account")
    """Kinds of identifiers and fields whose values are protected."""
    stations: bool = True
    names: tuple[str, ...] = ()
    """More names of persons, beside those of speakers, engineers and authors."""
    words: tuple[str, ...] = ()
    """Anything else that must not be read: customers, addresses, plates."""
    attachments: tuple[str, ...] = ()
    """Names of attached files that may be shown (globs); all others are left out."""
    withhold: tuple[str, ...] = ()
    """Ids of cases that stay inside (globs)."""
    exclude: tuple[str, ...] = ()
    """References of pages that stay inside, their cases too (globs)."""
    open: tuple[str, ...] = ()
    """References of pages that may be public whatever the wiki's rights say (globs)."""


def rules_of(public: dict[str, Any]) -> PublicRules:
    """Read kb.toml's `[public]`. InputError names the key that is wrong."""
    try:
        return msgspec.convert(public, PublicRules)
    except msgspec.ValidationError as error:
        raise InputError(f"kb.toml: [public]: {error}") from error


def key_of(home: Home) -> bytes:
    """Read the home's key, or make it. Never published: with it, a guessed value can be checked."""
    path = home.root / ".kb" / "public.key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(secrets.token_bytes(32))
    return path.read_bytes()
