"""`[public]` of kb.toml: what is protected and how it is replaced."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from kb.errors import InputError


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All have defaults: without a word in kb.toml everything personal is replaced."""

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


def rules_of(public: dict[str, Any]) -> Rules:
    """The rules in kb.toml's `[public]`. InputError names the key that is wrong."""
    try:
        return msgspec.convert(public, Rules)
    except msgspec.ValidationError as error:
        raise InputError(f"kb.toml: [public]: {error}") from error
