"""Encode pages of keys with their postings as text that a script can hold and gzip packs well.

A page is a stream of bits, six to a sign of base64: the number of its keys; for each key, in the
order of their numbers, the gap to the last one's; how many documents have it; a 0 where all have
the lowest weight, else a 1 and how many have the weights 3, 2 and 1; then for each weight, the
highest first, the gaps between its documents. Counts are in Elias' gamma code (of one more, where
they may be 0); gaps, of what lies between, in Rice's with `low_bits`. Read by site/search/codec.js.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

I64: TypeAlias = NDArray[np.int64]
U32: TypeAlias = NDArray[np.uint32]
U64: TypeAlias = NDArray[np.uint64]
_ESCAPE = 12
"""One-bits after which a gap is written as a plain number."""
_RAW = 30
"""Bits of such a gap."""
_MANY = 48
"""Gaps from which on it is quicker to look at all bits at once."""


@dataclass(frozen=True, slots=True)
class PostingLists:
    """Keys with their postings, sorted by page, key, weight (3 first) and document.

    Arrays of one length, but for ``count``, which has a number for each key.
    """

    page: I64
    key: I64
    document: I64
    weight: I64
    count: I64
    """How many documents have the key; not all of them need be here."""


def low_bits(span: int, count: int) -> int:
    """How many bits of a gap are written as they are, where ``count`` gaps lie in ``span``."""
    return max(0, (span * 7 // (10 * count)).bit_length() - 1)


def encode(lists: PostingLists, keys: int, span: int) -> Iterator[tuple[int, str]]:
    """Yield each page that has keys, and its text. Gaps lie in ``keys`` and ``span``."""
    if not len(lists.page):
        return
    first = _changes(lists.page, lists.key)
    heads = _heads(lists, first, keys)
    values, lengths = _gaps(lists, span)
    each = heads[0].shape[1]
    place = np.repeat(np.arange(1, len(first) + 1), np.diff(np.append(first, len(values)))) * each
    all_values, all_lengths = (
        np.zeros(len(first) * each + len(values), np.int64) for _ in range(2)
    )
    spots = np.arange(len(values)) + place
    spots_of_heads = (first + np.arange(len(first)) * each)[:, None] + np.arange(each)
    for target, head, body in ((all_values, heads[0], values), (all_lengths, heads[1], lengths)):
        target[spots_of_heads] = head
        target[spots] = body
    new = _changes(lists.page[first])
    yield from zip(
        lists.page[first][new].tolist(),
        _signs(all_values, all_lengths, spots_of_heads[new, 0]),
        strict=True,
    )


def encode_list(documents: Iterable[int], span: int) -> str:
    """Encode one list by itself: how many documents, and the gaps of their ascending numbers."""
    found = np.array(list(documents), np.int64)
    zeros = np.zeros(len(found), np.int64)
    values, lengths = _gaps(PostingLists(zeros, zeros, found, zeros, zeros), span)
    head = _gamma(np.array([len(found) + 1]))
    (signs,) = _signs(np.append(head[0], values), np.append(head[1], lengths), np.array([0]))
    return signs


def _changes(*columns: I64) -> I64:
    """Indices of rows that differ from the row before in any column; the first row too."""
    new = np.ones(len(columns[0]), bool)
    new[1:] = np.any([column[1:] != column[:-1] for column in columns], axis=0)
    return np.flatnonzero(new)


def _heads(lists: PostingLists, first: I64, keys: int) -> tuple[I64, I64]:
    """Encode what precedes each key's gaps: values and lengths in bits, a row for each key."""
    page, key = lists.page[first], lists.key[first]
    new = np.zeros(len(first), bool)
    new[_changes(page)] = True
    on_page = np.diff(np.append(np.flatnonzero(new), len(first)))
    before = np.where(new, -1, np.roll(key, 1))
    gap = _rice(key - before - 1, np.repeat(_low_bits(keys, on_page), on_page))
    size = _gamma(np.repeat(on_page, on_page) + 1)
    starts = np.append(first, len(lists.page))
    counts = [np.diff(np.append(0, np.cumsum(lists.weight == weight))[starts])
              for weight in (3, 2, 1)]  # fmt: skip
    mixed = np.any(counts, axis=0)
    columns = [
        (np.where(new, size[0], 0), np.where(new, size[1], 0)),
        gap,
        _gamma(lists.count),
        (mixed.astype(np.int64), np.ones(len(first), np.int64)),
    ]
    for count in counts:
        value, length = _gamma(count + 1)
        columns.append((np.where(mixed, value, 0), np.where(mixed, length, 0)))
    values, lengths = zip(*columns, strict=True)
    return np.stack(values, axis=1), np.stack(lengths, axis=1)


def _gaps(lists: PostingLists, span: int) -> tuple[I64, I64]:
    """Encode the gaps between documents of one key and weight: values and lengths in bits."""
    new = _changes(lists.page, lists.key, lists.weight)
    size = np.diff(np.append(new, len(lists.page)))
    before = np.append(-1, lists.document[:-1])[: len(lists.document)]
    before[new] = -1
    return _rice(lists.document - before - 1, np.repeat(_low_bits(span, size), size))


def _low_bits(span: int, count: I64) -> I64:
    return np.maximum(0, np.frexp(span * 7 // (10 * count))[1].astype(np.int64) - 1)


def _rice(gap: I64, low: I64) -> tuple[I64, I64]:
    """Encode gaps in Rice's code with ``low`` plain bits: values and lengths in bits."""
    ones = gap >> low
    value = (((1 << np.minimum(ones, _ESCAPE)) - 1) << (low + 1)) | (gap & ((1 << low) - 1))
    far = ones >= _ESCAPE
    escaped = ((1 << _ESCAPE) - 1) << _RAW | gap
    return np.where(far, escaped, value), np.where(far, _ESCAPE + _RAW, ones + 1 + low)


def _gamma(count: I64) -> tuple[I64, I64]:
    """Encode numbers from 1 on in Elias' gamma code: values and lengths in bits."""
    return count, np.frexp(count)[1].astype(np.int64) * 2 - 1


def _signs(values: I64, lengths: I64, first: I64) -> Iterator[str]:
    """Text of these codes; a page ends before each place in ``first`` and is filled up."""
    total = np.add.reduceat(lengths, first)
    padded = -(-total // 24) * 24
    start = np.cumsum(padded) - padded
    moved = np.repeat(start - (np.cumsum(total) - total), np.diff(np.append(first, len(lengths))))
    ends = np.cumsum(lengths) + moved
    bits = int(padded.sum())
    text = b64encode(_packed(values.astype(np.uint64), lengths, ends, bits)).decode("ascii")
    for at, length in zip((start // 6).tolist(), total.tolist(), strict=True):
        yield text[at : at - (-length // 6)]


def _packed(values: U64, lengths: I64, ends: I64, size: int) -> bytes:
    """Write codes of at most 64 bits so that each ends before its place in ``ends``, ascending.

    Returns ``size`` bits, zero where there is no code.
    """
    words = np.zeros(size // 64 + 2, np.uint64)
    word = (ends - lengths) >> 6
    after = (word + 1 << 6) - ends  # bits between a code and the end of its word, or beyond that
    here = np.where(
        after >= 0,
        values << np.maximum(after, 0).astype(np.uint64),
        values >> np.maximum(-after, 0).astype(np.uint64),
    )
    first = _changes(word)
    words[word[first]] = np.add.reduceat(here, first)
    beyond = np.flatnonzero(after < 0)
    words[word[beyond] + 1] += values[beyond] << (after[beyond] + 64).astype(np.uint64)
    return words.astype(">u8").tobytes()[: size // 8]


def decode(signs: str, keys: int, span: int, whole: int | None) -> dict[int, tuple[int, list[int]]]:
    """Read a page: by key, how many documents have it, and `document * 4 + weight` of some of them.

    Those are at most ``whole`` where it is given, else all.
    """
    if not signs:
        return {}
    data = b64decode(signs + "A" * (-len(signs) % 4))
    bits = f"{int.from_bytes(data, 'big'):0{len(data) * 8}b}"
    size, at = _gamma_at(bits, 0)
    found: dict[int, tuple[int, list[int]]] = {}
    key, low = -1, low_bits(keys, size - 1) if size > 1 else 0
    for _ in range(size - 1):
        (gap,), at = _gaps_at(bits, at, 1, low)
        key += gap + 1
        count, at = _gamma_at(bits, at)
        here = count if whole is None else min(count, whole)
        found[key] = count, []
        sizes = [0, 0, 0]
        mixed, at = bits[at] == "1", at + 1
        for n in range(3) if mixed else ():
            one_more, at = _gamma_at(bits, at)
            sizes[n] = one_more - 1
        for weight, some in zip((3, 2, 1, 0), (*sizes, here - sum(sizes)), strict=True):
            if some:
                gaps, at = _gaps_at(bits, at, some, low_bits(span, some))
                document = -1
                for gap in gaps:
                    document += gap + 1
                    found[key][1].append(document << 2 | weight)
    return found


def _gamma_at(bits: str, at: int) -> tuple[int, int]:
    one = bits.index("1", at)
    end = one + one - at + 1
    return int(bits[one:end], 2), end


def _gaps_at(bits: str, at: int, count: int, low: int) -> tuple[list[int], int]:
    if count > _MANY:
        return _many_gaps_at(bits, at, count, low)
    gaps = []
    for match in islice(_gap(low).finditer(bits, at), count):
        raw, ones, rest = match.groups()
        gaps.append(int(raw, 2) if raw else len(ones) << low | int(rest or "0", 2))
        at = match.end()
    return gaps, at


def _many_gaps_at(bits: str, at: int, count: int, low: int) -> tuple[list[int], int]:
    """The same for many: find where a code at any place would end, then go from one to the next."""
    most = min(len(bits), at + count * (_ESCAPE + low + 1) + _ESCAPE + _RAW)
    some = np.frombuffer(bits[at:most].encode("ascii"), np.uint8) - np.uint8(ord("0"))
    place = np.arange(len(some))
    zero = np.minimum.accumulate(np.where(some, len(some), place)[::-1])[::-1]
    ones = zero - place
    after = np.where(ones < _ESCAPE, zero + 1 + low, place + _ESCAPE + _RAW).tolist()
    starts: list[int] = []
    start = 0
    while len(starts) < count and start < len(after):
        starts.append(start)
        start = after[start]
    if len(starts) < count or start > len(after):  # more gaps are far ones than was thought of
        first, end = _gaps_at(bits, at, _MANY, low)
        rest, end = _gaps_at(bits, end, count - _MANY, low)
        return first + rest, end
    first_bits = np.array(starts)
    gaps = ones[first_bits] << low
    for n in range(low):
        gaps |= some[np.minimum(zero[first_bits] + 1 + n, len(some) - 1)].astype(np.int64) << (
            low - 1 - n
        )
    for far in np.flatnonzero(ones[first_bits] >= _ESCAPE).tolist():
        from_ = at + starts[far] + _ESCAPE
        gaps[far] = int(bits[from_ : from_ + _RAW], 2)
    return gaps.tolist(), at + start


@cache
def _gap(low: int) -> re.Pattern[str]:
    return re.compile(f"1{{{_ESCAPE}}}([01]{{{_RAW}}})|(1{{0,{_ESCAPE - 1}}})0([01]{{{low}}})")
