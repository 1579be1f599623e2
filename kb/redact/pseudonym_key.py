"""The key of a home's pseudonyms: made once, and never taken for another one.

Beside `.kb/public.key` stands `.kb/public.key.id`, a digest by which a key that is damaged,
exchanged or gone is noticed: with another key every person would get another name without a word.
"""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path
from typing import Final

from kb.config import Home
from kb.errors import InputError
from kb.files import make_folder, write_new

_KEY_BYTES: Final = 32


def key_of(home: Home) -> bytes:
    """Read the home's key, or make it. Never published: with it, a guessed value can be checked.

    InputError where the file is no whole key (with a known or empty one, every pseudonym can be
    computed), or not the key that this home had.
    """
    path = home.root / ".kb" / "public.key"
    known = path.with_name("public.key.id")
    if not path.exists():
        if known.exists():
            raise _unusable(path, f"gone, and with it the pseudonyms; {known.name} tells its key")
        make_folder(path.parent)
        write_new(path, secrets.token_bytes(_KEY_BYTES), mode=0o600)
    key = path.read_bytes()
    if len(key) != _KEY_BYTES or not any(key):
        raise _unusable(path, "no whole key, so that pseudonyms could be guessed")
    identity = hashlib.sha256(b"wiki-casebook key of pseudonyms\n" + key).hexdigest().encode()
    if not write_new(known, identity) and known.read_bytes() != identity:
        raise _unusable(path, f"not the key that this home had, or {known.name} is damaged")
    return key


def _unusable(path: Path, why: str) -> InputError:
    return InputError(
        f"{path}: {why}; nothing was written",
        hint="put the files of a backup back; or delete both: with a new key all pseudonyms change",
    )
