r"""Rows of a dump: version, author and text of a source line, told by its number.

Two shapes are met (recorded dumps are named in XWIKI.md 1.3): plain, `Author 1.2 7 source` with
`8 source` for the lines that share author and version; and Markdown tables, `1.2 | 7 | source |`
or `| 8 | source | ||`, with or without a leading `|`, the avatar in a cell or on a row of its own.
A row is read for the number that its line must have: the source itself may begin with digits and
hold any number of `|`, so it is cut by position and never split.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

_VERSION = r"\d+\.\d+|\?\.\?"
_SPACE = " \t\u00a0"
_TABLE = re.compile(
    rf"\|?[{_SPACE}]*(?:(?P<author>!\[[^\]]*\]\([^)]*\)|[^|]{{0,200}}?)[{_SPACE}]*\|[{_SPACE}]*)?"
    rf"(?P<version>{_VERSION})[{_SPACE}]*\|[{_SPACE}]*(?P<number>\d{{1,7}})[{_SPACE}]*\|(?P<rest>.*)"
)
_TABLE_NEXT = re.compile(
    rf"(?:\|?[{_SPACE}]*){{0,3}}(?P<number>\d{{1,7}})[{_SPACE}]*\|(?P<rest>.*)"
)
_PLAIN = re.compile(
    rf"(?<![^{_SPACE}])(?P<version>{_VERSION})[{_SPACE}](?P<number>\d{{1,7}})(?![^ ])"
)
_PLAIN_NEXT = re.compile(r"(?P<number>\d{1,7})(?: (?P<text>.*))?")
_AVATAR = re.compile(r"!\[(?P<name>[^\]]*)\]\((?P<source>[^)]*)\)")
_EMPTY = (" |||", " ||", " |", "|||", "||", "|", " | ||")
_TAILS = (" | ||", " ||", " |")


class Row(msgspec.Struct, frozen=True):
    """A line of the source as the dump shows it."""

    number: int
    text: str
    version: str | None = None
    """None: the same as the line before."""
    author: str | None = None
    """None: not shown, or the same as the line before."""
    cut: bool = False
    """True where the row's end is not there."""


def table_rows(line: str) -> Iterator[Row]:
    """What a line of a Markdown table can be read as: at most one row."""
    if match := _TABLE.fullmatch(line):
        text, cut = _cell(match["rest"])
        yield Row(int(match["number"]), text, match["version"], author_of(match["author"]), cut)
    elif match := _TABLE_NEXT.fullmatch(line):
        text, cut = _cell(match["rest"])
        yield Row(int(match["number"]), text, cut=cut)


def plain_rows(line: str) -> Iterator[Row]:
    """What a line of a plain dump can be read as; its number decides between the readings."""
    if match := _PLAIN_NEXT.fullmatch(line):
        yield Row(int(match["number"]), match["text"] or "")
    for match in _PLAIN.finditer(line):
        author = line[: match.start()].strip(_SPACE) or None
        yield Row(
            int(match["number"]), line[match.end() + 1 :], match["version"], author_of(author)
        )


def avatar_of(line: str) -> str | None:
    """The name in a row that holds only an avatar; empty where it is lost; None for other rows."""
    match = _AVATAR.fullmatch(line.strip("|" + _SPACE))
    return match["name"] if match else None


def author_of(cell: str | None) -> str | None:
    """The author that a cell shows: an avatar's text, or plain words."""
    if not cell:
        return None
    match = _AVATAR.search(cell)
    name = match["name"] if match else cell
    return name.strip(_SPACE) or None


def _cell(rest: str) -> tuple[str, bool]:
    """Text of the last cell, and whether its end is missing. ``rest`` follows the number's `|`."""
    if rest in _EMPTY:
        return "", False
    for tail in _TAILS:
        if rest.endswith(tail):
            return rest[1 : -len(tail)], False
    return rest[1:], True
