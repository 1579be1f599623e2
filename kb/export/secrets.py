"""What an object of the wiki holds that no export for people may: hashes of passwords, keys."""

from __future__ import annotations

import msgspec

from kb.model import WikiObject

_SECRET = {
    "XWiki.XWikiUsers": frozenset(("password", "validkey")),
    "XWiki.ResetPasswordRequestClass": frozenset(("verification",)),
}
"""Properties by class; a XAR, which goes back into a wiki, has them."""


def without_secrets(thing: WikiObject) -> WikiObject:
    """The object without the values of such properties."""
    secret = _SECRET.get(thing.class_name, frozenset()) & set(thing.properties)
    if not secret:
        return thing
    kept = {name: value for name, value in thing.properties.items() if name not in secret}
    return msgspec.structs.replace(thing, properties=kept)
