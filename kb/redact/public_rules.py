"""What is protected and how it is replaced: `[public]` of kb.toml, and what is always secret."""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias

import msgspec

from kb.model import WikiObject
from kb.toml_records import as_record

Audience: TypeAlias = Literal["internal", "public"]
"""Who will read what is made: for the public, it is redacted."""
Recogniser: TypeAlias = Literal["rules", "lac", "none"]
"""Who finds names that nobody listed: `rules` is always there; `lac` adds a trained model, the
extra `names`."""
_SECRET: Final = {
    "XWiki.XWikiUsers": frozenset(("password", "validkey")),
    "XWiki.ResetPasswordRequestClass": frozenset(("verification",)),
}
"""By class, the properties that nothing made for people may have: hashes of passwords, keys."""


class PublicRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which pages and cases are public, and what is replaced: by default all that is personal."""

    style: Literal["pseudonym", "mask"] = "pseudonym"
    """pseudonym: the same value always becomes the same short name; mask: `•••`."""
    kinds: tuple[str, ...] = ("phone", "bill", "vehicle", "account")
    """Kinds of identifiers and fields whose values are protected."""
    stations: bool = True
    names: tuple[str, ...] = ()
    """Further names of persons, besides those of speakers, engineers and authors."""
    allow: tuple[str, ...] = ()
    """Names and words that may be read although they look like a person's, or sign as one: roles,
    products, places."""
    recogniser: Recogniser = "rules"
    """Who looks for names that nobody listed: such a name stops what is to be published."""
    words: tuple[str, ...] = ()
    """Anything else that must not be read: customers, addresses, plates."""
    attachments: tuple[str, ...] = ()
    """Names of attached files that may be shown (globs); all others are left out. One is shown
    where all in it could be searched and nothing protected was found."""
    looked_at: tuple[str, ...] = ()
    """Names (globs) or sha256 of those that hold what no search reads, such as pictures and PDF,
    and that somebody looked at."""
    withhold: tuple[str, ...] = ()
    """Ids of cases that stay inside (globs)."""
    exclude: tuple[str, ...] = ()
    """References of pages that stay inside, their cases too (globs)."""
    open: tuple[str, ...] = ()
    """References of pages that may be public whatever the wiki's rights say (globs)."""


def rules_of(public: dict[str, Any]) -> PublicRules:
    """Read kb.toml's `[public]`. InputError names the key that is wrong."""
    return as_record(public, PublicRules, "kb.toml: [public]")


def without_secrets(one: WikiObject) -> WikiObject:
    """Return the object without hashes of passwords and keys; a XAR alone has them."""
    secret = _SECRET.get(one.class_name, frozenset()) & set(one.properties)
    if not secret:
        return one
    kept = {name: value for name, value in one.properties.items() if name not in secret}
    return msgspec.structs.replace(one, properties=kept)
