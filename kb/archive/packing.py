"""Values in few bytes: repeated texts by row, moments as numbers, number lists as differences."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

_EXACT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class NameTable:
    """The name table: users, titles, syntaxes, parents, each text stored once. Caches both ways."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._keys: dict[str, int] = {}
        self._texts: dict[int, str] = {}

    def key(self, text: str | None) -> int | None:
        """Return the row of a text, inserted where there is none."""
        if text is None:
            return None
        known = self._keys.get(text)
        return self._make(text) if known is None else known

    def _make(self, text: str) -> int:
        made = self._db.execute("INSERT OR IGNORE INTO name (text) VALUES (?)", (text,))
        key = made.lastrowid if made.rowcount else None
        if key is None:
            row = self._db.execute("SELECT id FROM name WHERE text = ?", (text,)).fetchone()
            key = int(row[0])
        if len(self._keys) > 10_000:
            self._keys.clear()
        self._keys[text] = key
        return key

    def text(self, key: int | None) -> str | None:
        """Read the text of a row."""
        if key is None:
            return None
        known = self._texts.get(key)
        if known is None:
            row = self._db.execute("SELECT text FROM name WHERE id = ?", (key,)).fetchone()
            if len(self._texts) > 10_000:
                self._texts.clear()
            known = self._texts[key] = row[0]
        return known


def truth(value: int | None) -> bool | None:
    """Read a flag that may be unknown."""
    return None if value is None else bool(value)


def pack_moment(moment: str | None) -> int | str | None:
    """Pack a moment into milliseconds since 1970 where that says the same, else leave it."""
    if moment is None or moment.endswith(".000Z") or not _EXACT.fullmatch(moment):
        return moment
    try:
        when = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    since = when - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000


def unpack_moment(packed: int | str | None) -> str | None:
    """Unpack what `pack_moment` packed."""
    if not isinstance(packed, int):
        return packed
    when = _EPOCH + timedelta(milliseconds=packed)
    form = "milliseconds" if packed % 1000 else "seconds"
    return when.isoformat(timespec=form)[:-6] + "Z"


def pack_numbers(numbers: Iterable[int], stride: int = 1) -> bytes:
    """Pack numbers as differences, each from the one ``stride`` before, in LEB128 varints.

    Differences are zigzag encoded (0, -1, 1, -2, …), so that small ones of either sign are short.
    """
    packed = bytearray()
    before = [0] * stride
    for place, number in enumerate(numbers):
        difference = number - before[place % stride]
        before[place % stride] = number
        value = difference << 1 if difference >= 0 else (~difference << 1) | 1
        while value > 127:
            packed.append(value & 127 | 128)
            value >>= 7
        packed.append(value)
    return bytes(packed)


def unpack_numbers(packed: bytes, stride: int = 1) -> list[int]:
    """Unpack what `pack_numbers` packed with the same ``stride``."""
    before = [0] * stride
    numbers = []
    for place, value in enumerate(_values(packed)):
        difference = ~(value >> 1) if value & 1 else value >> 1
        before[place % stride] += difference
        numbers.append(before[place % stride])
    return numbers


def _values(packed: bytes) -> Iterator[int]:
    value = shift = 0
    for byte in packed:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield value
            value = shift = 0
