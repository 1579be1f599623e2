"""What a commit's last paragraph says of the wiki, written and read again.

An export keeps no state of its own: all that the next run must know stands in the commits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

from kb.model import PageId

PREFIX = "Wiki-"
_BREAKS = re.compile("[%\x00-\x1f\x7f\x85\u2028\u2029]")
_PAIR = re.compile(r"Wiki-([A-Za-z-]+): (.*)")


def escaped(value: str) -> str:
    """``value`` on one line: what would break it, and `%`, percent-encoded."""
    return _BREAKS.sub(lambda m: "".join(f"%{b:02X}" for b in m[0].encode()), value)


def message(text: str, pairs: Iterable[tuple[str, str | None]]) -> str:
    """A commit message: ``text``, then a trailer for each pair that has a value."""
    lines = [f"{PREFIX}{key}: {value}" for key, value in pairs if value is not None]
    return "\n".join((text.strip() or "(no comment)", "", *lines)) + "\n"


def page_pairs(page: PageId) -> list[tuple[str, str | None]]:
    """The trailers that name a page."""
    return [
        ("Page", f"{escaped(page.wiki)}:{escaped(page.page)}"),
        ("Locale", escaped(page.locale) or None),
    ]


def file_pair(name: str, version: str, path: str) -> tuple[str, str]:
    """The trailer that names a version of a file and where it stands in the tree."""
    return "File", f"{version}\t{escaped(name)}\t{escaped(path)}"


class Said:
    """The trailers of one commit message."""

    def __init__(self, body: str) -> None:
        paragraph = body.rstrip("\n").rpartition("\n\n")[2]
        pairs = [_PAIR.fullmatch(line) for line in paragraph.split("\n")]
        self._pairs = [(m[1], m[2]) for m in pairs if m]

    def get(self, key: str) -> str | None:
        """The value of a trailer, or None."""
        return next((unquote(value) for name, value in self._pairs if name == key), None)

    def page(self, key: str = "Page") -> PageId | None:
        """The page that the commit speaks of; its locale is that of the commit."""
        value = next((value for name, value in self._pairs if name == key), None)
        wiki, colon, reference = (value or "").partition(":")
        if not colon:
            return None
        return PageId(unquote(wiki), unquote(reference), self.get("Locale") or "")

    def files(self) -> list[tuple[str, str, str]]:
        """Name, version and path of each file that the commit sets."""
        found = [value.split("\t") for name, value in self._pairs if name == "File"]
        return [(unquote(f[1]), f[0], unquote(f[2])) for f in found if len(f) == 3]
