"""Who a wiki's users are in git: a map file, and what is made up openly where it says nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from kb.errors import InputError
from kb.references import split_reference

_CRUD = re.compile(r"[\x00-\x1f\x7f<>]+")
_EDGE = " .,:;<>\"\\'"
UNKNOWN = "unknown"


class AuthorMap:
    """Identities by user reference or displayed name."""

    def __init__(self, known: Mapping[str, tuple[str, str]] | None = None) -> None:
        self._known = dict(known or {})
        self.unmapped: set[str] = set()
        """Users that were asked for and that the map does not name."""

    def identity(self, wiki: str, author: str | None, names: Mapping[str, str]) -> str:
        """Return `Name <email>` of a user; ``names`` has displayed names by reference.

        A user whom the map does not name gets an address under `.invalid`, which can belong to
        nobody (RFC 2606).
        """
        if not author:
            return f"{UNKNOWN} <{UNKNOWN}@{_host(wiki)}>"
        shown = names.get(author)
        mapped = self._known.get(author) or (self._known.get(shown) if shown else None)
        if mapped:
            return f"{mapped[0]} <{mapped[1]}>"
        self.unmapped.add(author)
        login = split_reference(author.partition(":")[2] or author)[-1]
        address = re.sub(r"\s+", ".", _plain(login)) or UNKNOWN
        return f"{_plain(shown or login) or UNKNOWN} <{address}@{_host(wiki)}>"


def _plain(text: str) -> str:
    """Return ``text`` without what git strips from or forbids in an identity."""
    return _CRUD.sub(" ", text).strip(_EDGE)


def _host(wiki: str) -> str:
    return f"{re.sub(r'[^0-9A-Za-z-]+', '-', wiki).strip('-').lower() or 'wiki'}.invalid"


def read_authors(path: Path) -> AuthorMap:
    """Read lines of `XWiki.ruan = Ruan Li <ruan@example.org>`; `#` begins a comment line.

    InputError names the line that is neither.
    """
    known: dict[str, tuple[str, str]] = {}
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: {error}", hint="a text file in UTF-8") from error
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        user, _, person = line.partition("=")
        name, _, address = person.partition("<")
        email, closed, rest = address.partition(">")
        if not user.strip() or not closed or rest.strip():
            raise InputError(f"{path}:{number}: {line.strip()!r}", hint="User = Name <email>")
        known[user.strip()] = (_plain(name), _plain(email))
    return AuthorMap(known)
