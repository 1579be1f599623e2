"""File names for pages and attachments that every file system, and every site builder, takes.

A name that is already safe stays as it is; any other is changed, and then the page's own record
(front matter, commit trailer, manifest) says its reference, so that nothing is told by the path
alone. Sources: Windows "Naming Files, Paths, and Namespaces" (reserved characters and device
names, trailing dots and spaces); Apple's APFS reference (names equal under normalisation and case
are one file); Obsidian's list of characters that break links.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from kb.errors import UsageError

LONGEST_NAME = 72
"""UTF-16 units of one name without its ending; 255 are allowed, a path of 260 must hold some."""
LONGEST_BYTES = 180
"""Bytes of one name in UTF-8: eCryptfs allows 143, ext4 255, endings and marks come on top."""
LONGEST_PATH = 200
"""UTF-16 units of a path inside the export."""

_SHORT = re.compile(r"(?<![^/])(g[a-z0-9]{0,7})~(?=[0-9])", re.IGNORECASE)
"""What may be the short name that Windows gives to a file of git's: `git~1` is `.git` there."""
_UNSAFE = re.compile(r"[\x00-\x1f\\:]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_KEPT = frozenset("._-+~@")
_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|clock\$|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?=\.|$)", re.IGNORECASE
)


def digest_of(text: str) -> str:
    """Return the mark that keeps two names apart: 16 hex digits of the text's sha256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def safe_name(name: str, ending: str = "") -> str:
    """Return ``name`` as the name of a file or folder, ``ending`` (with its dot) kept behind it.

    Letters, digits and a few marks stay; all else becomes one hyphen, and invisible characters
    go, since paths, links, shells and site builders each forbid or drop some of it. A device name
    gets an underscore; a name that is too long is cut and ends in a digest of the whole.
    """
    seen = unicodedata.normalize("NFC", _INVISIBLE.sub("", name))
    text = "".join(c if c in _KEPT or unicodedata.category(c)[0] in "LNM" else " " for c in seen)
    text = "-".join(text.split()).lstrip(".-~").rstrip(".-~") or "_"
    text = _SHORT.sub(r"\1-", text)
    if _DEVICE.match(text):
        text = re.sub(r"^[^.]*", r"\g<0>_", text, count=1)
    cut = _cut(text)
    if cut != text:
        text = f"{cut.rstrip('.-~')}-{digest_of(name)[:8]}"
    return text + ending


def check_known_paths(root: Path, paths: Iterable[str]) -> None:
    """Raise UsageError where an earlier export is said to have given a path that leads elsewhere.

    Nobody may make an export write outside of its folder, or over git's own files, by what stands
    in a manifest or a commit.
    """
    for path in paths:
        parts = path.split("/")
        bare = [_INVISIBLE.sub("", part).strip(" ") for part in parts]
        hidden = any(part.startswith((".", "~")) or not part for part in bare)
        if hidden or _UNSAFE.search(path) or _SHORT.search(path):
            raise UsageError(
                f"{root}: {path!r} is no path that an export gives", hint="export to a new folder"
            )


def _cut(text: str) -> str:
    """Return as much of the beginning as a name may have, no character cut in two."""
    units = size = 0
    for at, character in enumerate(text):
        units += 1 + (ord(character) > 0xFFFF)
        size += len(character.encode())
        if units > LONGEST_NAME or size > LONGEST_BYTES:
            return text[: max(at - 9, 1)]
    return text


def same_file(name: str) -> str:
    """Return the key that two names share which are one file to some file system."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold()).rstrip("/")


def split_ending(name: str) -> tuple[str, str]:
    """Split a file's name from its ending and dot; an ending is short and plain."""
    match = re.fullmatch(r"(.*[^.])(\.[0-9A-Za-z]{1,12})", name, re.DOTALL)
    return (match[1], match[2]) if match else (name, "")


class TakenPaths:
    """Paths that are in use, so that none is used twice on any file system."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {same_file(path) for path in taken}

    def reserve(self, path: str) -> None:
        """Mark ``path`` as used."""
        self._taken.add(same_file(path))

    def claim(self, folder: str, stem: str, ending: str, key: str) -> str:
        """Reserve and return a free path in ``folder`` (empty or with its slash behind).

        It is ``stem`` with ``ending`` where that is free, else has a digest of ``key`` between,
        so that a name depends on what was named before, never on how often.
        """
        mark = digest_of(key)
        for tail in ("", *(f"-{mark[:size]}" for size in range(6, 17, 2))):
            path = f"{folder}{stem}{tail}{ending}"
            if same_file(path) not in self._taken:
                self.reserve(path)
                return path
        raise AssertionError(f"sixteen digits of sha256 twice: {key}")
