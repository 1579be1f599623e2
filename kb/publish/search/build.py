"""Builds the browser's index: numbered documents, shards of postings, facets, folding."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from kb.publish.search.codec import encode, shard_of
from kb.publish.search.entry import FACETS, Entry, fragment, to_json
from kb.publish.search.keys import home_of, keys_of
from kb.search.analysis import browser_table

_SHARD = 2600
"""Characters that a shard aims at: what a query's word costs a reader."""
_OFTEN = 2.5
_USUAL = 600
"""Terms of a document of usual length; in a longer one a term must come oftener to count more."""
FOLDS = 16

Output = tuple[str, bytes]


class Meta(msgspec.Struct, frozen=True):
    """What the search page itself must know of the index."""

    documents: int
    shards: int
    inside: str
    """Traditional characters that GB 2312 has too: others are told by not being in it."""


class Index:
    """Documents in order, and all postings while they are being gathered."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = sorted(entries, key=lambda entry: entry.order)
        self._postings: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
        for number, entry in enumerate(self.entries):
            for key, weight in weights_of(entry).items():
                self._postings[key].append(number << 2 | weight)

    def outputs(self) -> Iterator[Output]:
        """Path and bytes of every file of the index."""
        for number, entry in enumerate(self.entries):
            yield document_path(number), fragment(number, entry)
        lines, shards = self._lines()
        held: list[list[str]] = [[] for _ in range(shards)]
        for key, line in lines:
            held[shard_of(home_of(key), shards)].append(line)
        for number, lines_here in enumerate(held):
            yield shard_path(number), shard_script(number, lines_here)
        yield from _facets(self.entries)
        yield from _folds(set("".join(key for key in self._postings if len(key) == 1)))
        self.meta = Meta(len(self.entries), shards, _inside())

    def _lines(self) -> tuple[list[tuple[str, str]], int]:
        """Key and line of each term by key, and how many shards they want."""
        size = len(self.entries)
        lines = [(k, f"{k} {encode(self._postings[k], size)}") for k in sorted(self._postings)]
        total = sum(len(line) for _, line in lines)
        shards = 1
        while shards * _SHARD < total:
            shards *= 2
        return lines, shards


def weights_of(entry: Entry) -> dict[str, int]:
    """Keys of a document, each with its weight 0 to 3: often in it, in its head, both."""
    head, grams = keys_of(entry.head)
    body, more = keys_of(entry.body)
    counts = Counter(head)
    counts.update(body)
    often = _OFTEN * (0.5 + 0.5 * (len(head) + len(body)) / _USUAL)
    first = set(head)
    weights = {key: (times >= often) + 2 * (key in first) for key, times in counts.items()}
    for gram, weight in (*grams.items(), *more.items()):
        if weights.get(gram, -1) < weight:
            weights[gram] = weight
    return weights


def document_path(number: int) -> str:
    """File of a document's fragment."""
    return f"search/d/{number >> 8:x}/{number & 255:x}.js"


def shard_path(number: int) -> str:
    """File of a shard of postings."""
    return f"search/t/{number >> 8:x}/{number & 255:x}.js"


def shard_script(number: int, lines: Sequence[str]) -> bytes:
    """The script of a shard. Neither keys nor postings hold a sign that must be escaped."""
    text = "\n".join(lines)
    return f"kbT({number},`{text}`)\n".encode("utf-8", "replace")


def _facets(entries: Sequence[Entry]) -> Iterator[Output]:
    """A script for each facet: its values with their postings, and the days."""
    found: dict[str, defaultdict[str, list[int]]] = {name: defaultdict(list) for name in FACETS}
    for number, entry in enumerate(entries):
        for name, value in entry.facets:
            found[name][value].append(number << 2)
    for name, values in found.items():
        rows = {value: encode(numbers, len(entries)) for value, numbers in sorted(values.items())}
        yield f"search/a/{name}.js", _call("kbA", name, rows)
    days = Counter(entry.day for entry in entries)
    yield "search/a/day.js", _call("kbA", "day", dict(sorted(days.items())))


def _folds(used: set[str]) -> Iterator[Output]:
    """The folding table in pieces by code point; only what leads to a character in use."""
    pieces: list[dict[str, str]] = [{} for _ in range(FOLDS)]
    for source, target in zip(*browser_table(used), strict=True):
        pieces[ord(source) % FOLDS][source] = target
    for number, piece in enumerate(pieces):
        yield (
            f"search/f/{number:x}.js",
            _call("kbF", number, "".join(piece), "".join(piece.values())),
        )


def _inside() -> str:
    sources, _ = browser_table()
    return "".join(c for c in sources if c.encode("gb2312", "ignore"))


def _call(name: str, *arguments: object) -> bytes:
    parts = ",".join(to_json(argument) for argument in arguments)
    return f"{name}({parts})\n".encode("utf-8", "replace")
