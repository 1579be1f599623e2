"""Builds the browser's index: numbered documents, shards of postings, facets, folding."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence

from kb.publish.facts import CaseFacts
from kb.publish.search.codec import encode, shard_of
from kb.publish.search.entry import FACETS, Entry, fragment, to_json
from kb.publish.search.keys import home_of, keys_of
from kb.publish.search.meta import Meta
from kb.search.analysis import browser_table

_SHARD = 2600
"""Characters that a shard aims at: what a query's word costs a reader."""
_OFTEN = 2.5
_USUAL = 600
"""Terms of a document of usual length; in a longer one a term must come oftener to count more."""
FOLDS = 16

Output = tuple[str, bytes]


class Index:
    """A whole index, made anew: documents in any order, then ``finish``."""

    def __init__(self, size: int, write: Callable[[str, bytes], None]) -> None:
        """``size`` is how many documents there are; files go to ``write``."""
        self._size = size
        self._write = write
        self._postings: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))

    def add(self, number: int, entry: Entry) -> None:
        """Take in a document and write its fragment."""
        self._write(document_path(number), fragment(number, entry))
        for key, weight in weights_of(entry).items():
            self._postings[key].append(number << 2 | weight)

    def finish(self) -> Meta:
        """Write the shards."""
        postings, size = self._postings, self._size
        lines = [(k, f"{k} {encode(sorted(postings.pop(k)), size)}") for k in sorted(postings)]
        characters = sum(len(line) for _, line in lines)
        shards = shards_for(characters)
        held: list[list[str]] = [[] for _ in range(shards)]
        for key, line in lines:
            held[shard_of(home_of(key), shards)].append(line)
        for number, lines_here in enumerate(held):
            self._write(shard_path(number), shard_script(number, lines_here))
        return Meta(size, shards, _inside(), characters)


def shards_for(characters: int) -> int:
    """How many shards lines of that length in all are put into."""
    shards = 1
    while shards * _SHARD < characters:
        shards *= 2
    return shards


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


def lines_in(script: bytes) -> list[str]:
    """The lines of a shard's script."""
    text = script.decode()
    inside = text[text.index("`") + 1 : -3]
    return inside.split("\n") if inside else []


def facet_files(cases: Sequence[CaseFacts]) -> Iterator[Output]:
    """A script for each facet: its values with their postings, and the days; folding too."""
    found: dict[str, defaultdict[str, list[int]]] = {name: defaultdict(list) for name in FACETS}
    for number, case in enumerate(cases):
        for name, value in case.facets:
            found[name][value].append(number << 2)
    for name, values in found.items():
        rows = {value: encode(numbers, len(cases)) for value, numbers in sorted(values.items())}
        yield f"search/a/{name}.js", _call("kbA", name, rows)
    days = Counter(case.card.date or "" for case in cases)
    yield "search/a/day.js", _call("kbA", "day", dict(sorted(days.items())))


def fold_files() -> Iterator[Output]:
    """The folding table in pieces by code point."""
    pieces: list[dict[str, str]] = [{} for _ in range(FOLDS)]
    for source, target in zip(*browser_table(), strict=True):
        pieces[ord(source) % FOLDS][source] = target
    for number, piece in enumerate(pieces):
        script = _call("kbF", number, "".join(piece), "".join(piece.values()))
        yield f"search/f/{number:x}.js", script


def _inside() -> str:
    sources, _ = browser_table()
    return "".join(c for c in sources if c.encode("gb2312", "ignore"))


def _call(name: str, *arguments: object) -> bytes:
    parts = ",".join(to_json(argument) for argument in arguments)
    return f"{name}({parts})\n".encode("utf-8", "replace")
