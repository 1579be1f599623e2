r"""RCS archives as JRCS and XWiki write them: the history inside a page's XML.

Only the trunk counts. A text that begins with `<` is a whole version, whatever the state field
says; any other is a script that makes the version from the next newer one. Sources: rcsfile(5),
XWikiRCSArchive, XWikiPatch and XWikiTrunkNode of xwiki-platform-oldcore.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator

import msgspec

from importers.xar.xml_errors import BadXmlError
from kb.model import version_key

_TOKEN = re.compile(r"\s*+([;@]|[^\s;@]++)")
_WORD_LIMIT = 10_000
_USUAL = re.compile(
    r"\s*(\d{1,9}\.\d{1,9})\ndate\t([\d.]{1,20});\tauthor ([\w.-]{0,999});\tstate (\w{1,9});\n"
    r"branches;\nnext\t[\d.]{0,20};\n"
)
"""A version's fields as every known writer lays them out; any others are read word by word."""
_VERSION = re.compile(r"\d{1,9}\.\d{1,9}")
_DATE = re.compile(r"(\d{2}|\d{4})((?:\.\d{2}){5})")
_NO_DATE = "1970-01-01T00:00:00"
_ENCODED = re.compile(r"(?:[A-Za-z-]|_[0-9A-Fa-f]{2})*")
_PLAIN = re.compile(r"[\w.]+")


class RcsHeader(msgspec.Struct, frozen=True, kw_only=True):
    """What the archive says of a version apart from its text."""

    number: str
    date: str | None
    """Server-local, without a zone."""
    author: str | None
    state: str
    """`full`, `diff`, or `Exp` in archives that know no author, date or log."""


class RcsNode(msgspec.Struct, frozen=True, kw_only=True):
    """One version: its log and its text, which must be read before the next one is asked for."""

    version: RcsHeader
    log: str
    text: Iterator[str]


class _RcsTokens:
    """Split an archive that comes in pieces into words, semicolons and strings."""

    def __init__(self, pieces: Iterable[str]) -> None:
        self._pieces = iter(pieces)
        self._buffer = ""
        self._at = 0

    def _more(self) -> bool:
        piece = next(self._pieces, None)
        if piece is None:
            return False
        self._buffer = self._buffer[self._at :] + piece
        self._at = 0
        return True

    def word(self) -> str:
        """Take the next word, `;`, or `@` where a string begins; empty at the end."""
        while True:
            found = _TOKEN.match(self._buffer, self._at)
            if found and (found.end() < len(self._buffer) or found[1] in ";@"):
                self._at = found.end()
                return found[1]
            if found and len(found[1]) > _WORD_LIMIT:
                raise BadXmlError("bad-archive", "the history holds a word without end")
            if not self._more():
                self._at = len(self._buffer)
                return found[1] if found else ""

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Take what the pattern matches here, where all of it has come; else take nothing."""
        found = pattern.match(self._buffer, self._at)
        if found and found.end() < len(self._buffer):
            self._at = found.end()
            return found
        return None

    def expect(self, wanted: str) -> None:
        """Take the next word. BadXmlError: bad-archive, where it is not ``wanted``."""
        found = self.word()
        if found != wanted:
            raise BadXmlError(
                "bad-archive", f"the history is no RCS archive: {found[:40]!r}, not {wanted!r}"
            )

    def string(self) -> Iterator[str]:
        """Yield the string whose `@` was just taken, piece by piece, each `@@` made one."""
        while True:
            end = self._buffer.find("@", self._at)
            if end < 0 or end + 1 == len(self._buffer):
                if end != self._at:
                    stop = len(self._buffer) if end < 0 else end
                    yield self._buffer[self._at : stop]
                    self._at = stop
                if self._more():
                    continue
                if end < 0:
                    raise BadXmlError("bad-archive", "the history breaks off within a text")
                self._at = end + 1
                return
            doubled = self._buffer[end + 1] == "@"
            if end + doubled > self._at:
                yield self._buffer[self._at : end + doubled]
            self._at = end + 1 + doubled
            if not doubled:
                return


def read_archive(pieces: Iterable[str]) -> tuple[dict[str, RcsHeader], Iterator[RcsNode]]:
    """Return all versions by number, and the nodes in the order in which their texts stand.

    BadXmlError, at once or on the way: bad-archive.
    """
    tokens = _RcsTokens(pieces)
    tokens.expect("head")
    versions = _front(tokens)
    return versions, _nodes(tokens, versions)


def _nodes(tokens: _RcsTokens, versions: dict[str, RcsHeader]) -> Iterator[RcsNode]:
    tokens.expect("@")
    deque(tokens.string(), 0)
    while number := tokens.word():
        if number not in versions:
            raise BadXmlError("bad-archive", f"the history has a text of {number[:40]!r} only")
        tokens.expect("log")
        tokens.expect("@")
        log = "".join(tokens.string())
        tokens.expect("text")
        tokens.expect("@")
        text = tokens.string()
        yield RcsNode(version=versions[number], log=log.removesuffix("\n"), text=text)
        deque(text, 0)


def _front(tokens: _RcsTokens) -> dict[str, RcsHeader]:
    """Read what stands before the description: what the archive says of each version."""
    found: dict[str, RcsHeader] = {}
    fields: dict[str, str] = {}
    number, key, values = "", "head", list[str]()
    while True:
        if not key and not number:
            while usual := tokens.take(_USUAL):
                plain = dict(zip(("date", "author", "state"), usual.groups()[1:], strict=True))
                found[usual[1]] = _version(usual[1], plain)
        word = tokens.word()
        if word == ";":
            fields[key] = " ".join(values)
            key, values = "", []
        elif word == "@":
            values.append("".join(tokens.string()))
        elif not word:
            raise BadXmlError("bad-archive", "the history breaks off before its texts")
        elif key:
            values.append(word)
        elif word == "desc" or _VERSION.fullmatch(word):
            if number:
                found[number] = _version(number, fields)
            if word == "desc":
                return found
            number, fields = word, {}
        else:
            key = word


def _version(number: str, fields: dict[str, str]) -> RcsHeader:
    return RcsHeader(
        number=number, date=_date(fields.get("date", "")),
        author=author_of(fields.get("author", "")), state=fields.get("state", ""),
    )  # fmt: skip


def _date(text: str) -> str | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year = match[1] if len(match[1]) == 4 else f"19{match[1]}"
    month, day, *clock = match[2][1:].split(".")
    written = f"{year}-{month}-{day}T{':'.join(clock)}"
    return None if written == _NO_DATE else written


def author_of(field: str) -> str | None:
    """Decode the user that an archive's author field names; None where it names none.

    Percent-encoding with `_` for `%`; archives from before that hold the plain name.
    """
    if field in ("", "_"):
        return None
    if _ENCODED.fullmatch(field):
        raw = re.sub("_(..)", lambda m: chr(int(m[1], 16)), field).encode("latin-1")
        try:
            return raw.decode()
        except UnicodeDecodeError:
            pass
    return field if _PLAIN.fullmatch(field) else None


def newest_first(number: str) -> tuple[int, int]:
    """Return a sort key of a version number by which the newest comes first."""
    major, minor = version_key(number)
    return -major, -minor
