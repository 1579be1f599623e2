"""The digests of an archive's pages and tables as a list, and what they were expected to be.

The list has the form of sha256sum: a digest in hex, two spaces, a name. The archive's own digest is
the SHA-256 of the list, so that `kb verify --digests | sha256sum` computes it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from kb.errors import InputError

_DIGEST = re.compile(r"[0-9a-fA-F]{64}")
_LINE = re.compile(rf"({_DIGEST.pattern})  (.+)")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class DigestList:
    """Digests as they are found, in order, beside those that were expected."""

    def __init__(self, expected: str | None = None) -> None:
        """``expected`` is an archive's digest, or a file with a list. InputError for neither."""
        self._digest = hashlib.sha256()
        self._whole: str | None = None
        self._parts: dict[str, str] | None = None
        self._others: list[str] = []
        if expected is not None and _DIGEST.fullmatch(expected):
            self._whole = expected.lower()
        elif expected is not None:
            self._parts = _read(Path(expected))

    def add(self, name: str, digest: str) -> str:
        """Take in the next digest; return its line."""
        line = f"{digest}  {_escaped(name)}\n"
        self._digest.update(line.encode())
        if self._parts is not None:
            expected = self._parts.pop(_escaped(name), None)
            if expected != digest:
                self._others.append(f"{name}: {'other than' if expected else 'not'} expected")
        return line

    def digest(self) -> str:
        """Return the digest of all, in hex."""
        return self._digest.hexdigest()

    def unexpected(self) -> Iterator[str]:
        """Yield what is other than expected, once all was added."""
        yield from self._others
        yield from (f"{name}: expected, and not there" for name in self._parts or ())
        if self._whole not in (None, self.digest()):
            yield f"the archive has the digest {self.digest()}, not {self._whole}"


def _read(path: Path) -> dict[str, str]:
    """Read a list: name → digest."""
    hint = "64 hexadecimal digits, or a file that kb verify --digests wrote"
    try:
        lines = path.read_text("utf-8").removesuffix("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: no list of digests: {error}", hint=hint) from error
    found = [_LINE.fullmatch(line) for line in lines]
    for number, match in enumerate(found, 1):
        if match is None:
            raise InputError(f"{path}:{number}: no digest with a name", hint=hint)
    return {match[2]: match[1].lower() for match in found if match}


def _escaped(name: str) -> str:
    """Return a name in one line, without what a terminal acts on."""
    return _CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", name)
