"""Builds the browser's index: numbered documents, shards of postings, facets, folding."""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence

import msgspec

from kb.publish.facts import CaseFacts
from kb.publish.search.codec import by_weight, encode
from kb.publish.search.entry import FACETS, Entry, fragment, to_json
from kb.publish.search.keys import LONGEST, USUAL, Found, keys_of, longer, weigh
from kb.publish.search.meta import Meta
from kb.publish.search.runs import Runs, merged
from kb.publish.search.shards import (
    RESTS,
    lexicon_files,
    line_of,
    rest_path,
    shard_path,
    shard_script,
    shards_for,
    whole_to,
)
from kb.search.analysis import browser_table
from kb.search.analysis.scripts import IN_RUN

FOLDS = 16

Output = tuple[str, bytes]


class Parts(msgspec.Struct):
    """What a document's keys are made of: head, body, and its length beside a usual one's."""

    head: Found
    body: Found
    usual: float

    @property
    def words(self) -> set[str]:
        """Its words as they are written."""
        return {*self.head.words, *self.body.words}

    @property
    def weights(self) -> dict[str, int]:
        """Its own keys, each with its weight."""
        weights = weigh(self.head.keys, self.body.keys, self.usual)
        for grams in (self.head.grams, self.body.grams):
            for gram, weight in grams.items():
                if weights.get(gram, -1) < weight:
                    weights[gram] = weight
        return weights


def parts_of(entry: Entry) -> Parts:
    """The parts of an entry."""
    head, body = keys_of(entry.head), keys_of(entry.body)
    return Parts(head, body, (len(head.keys) + len(body.keys)) / USUAL)


class Index:
    """A whole index, made anew: documents in any order, then ``finish``."""

    def __init__(self, size: int, write: Callable[[str, bytes], None]) -> None:
        """``size`` is how many documents there are; files go to ``write``."""
        self._size = size
        self._write = write
        self._levels = [Runs()]
        self._postings = 0
        self._words: Counter[str] = Counter()
        self._texts = tempfile.TemporaryFile()  # noqa: SIM115  (closed by finish)

    def add(self, number: int, entry: Entry) -> None:
        """Take in a document and write its fragment."""
        self._write(document_path(number), fragment(number, entry))
        parts = parts_of(entry)
        weights = parts.weights
        self._postings += len(weights)
        self._levels[0].add(weights, number)
        self._words.update(parts.words)
        row = (number, " ".join(parts.head.runs), " ".join(parts.body.runs), parts.usual)
        self._texts.write(msgspec.json.encode(row) + b"\n")

    def finish(self) -> Meta:
        """Write the shards, the rests of long postings, the words."""
        for size in range(3, LONGEST + 1):
            self._extend(size)
        shards = shards_for(self._postings)
        rests = self._write_shards(shards)
        meta = Meta(self._size, shards, _inside(), self._postings, rests)
        for path, data in lexicon_files(self._words, meta.shards):
            self._write(path, data)
        for level in self._levels:
            level.close()
        self._texts.close()
        return meta

    def _extend(self, size: int) -> None:
        """Keys of so many characters, where what they begin with is in many documents."""
        found = self._levels[-1].common(whole_to(self._size))
        common = {key for key in found if len(key) == size - 1 and IN_RUN.match(key)}
        level = Runs()
        self._texts.seek(0)
        for row in self._texts if common else ():
            number, head, body, usual = _row.decode(row)
            keys = [longer(text.split(" "), size, common) for text in (head, body)]
            level.add(weigh(keys[0], keys[1], usual), number)
        self._levels.append(level)

    def _write_shards(self, shards: int) -> tuple[int, ...]:
        most = whole_to(self._size)
        held = _Pages(shards, shard_path, self._write)
        rests = _Pages(RESTS, rest_path, self._write, only_filled=True)
        for code, key, found in merged(self._levels):
            line, rest = line_of(key, sorted(found), most)
            held.put(code, line)
            if rest:
                rests.put(code, rest)
        held.finish()
        return rests.finish()


_row = msgspec.json.Decoder(tuple[int, str, str, float])


class _Pages:
    """Writes lines that come by hash into so many files (a power of two)."""

    def __init__(
        self,
        count: int,
        path: Callable[[int], str],
        write: Callable[[str, bytes], None],
        *,
        only_filled: bool = False,
    ) -> None:
        self._shift = 33 - count.bit_length()
        self._count = count
        self._path = path
        self._write = write
        self._only_filled = only_filled
        self._at = 0
        self._lines: list[str] = []
        self._written: list[int] = []

    def put(self, code: int, line: str) -> None:
        self._up_to(code >> self._shift)
        self._lines.append(line)

    def finish(self) -> tuple[int, ...]:
        """Write the last; which files there are."""
        self._up_to(self._count)
        return tuple(self._written)

    def _up_to(self, page: int) -> None:
        while self._at < page:
            if self._lines or not self._only_filled:
                self._write(self._path(self._at), shard_script(sorted(self._lines)))
                self._written.append(self._at)
            self._lines = []
            self._at += 1


def document_path(number: int) -> str:
    """File of a document's fragment."""
    return f"search/d/{number >> 8:x}/{number & 255:x}.js"


def facet_files(cases: Sequence[CaseFacts]) -> Iterator[Output]:
    """A script for each facet: its values with their postings, and the days; folding too."""
    found: dict[str, defaultdict[str, list[int]]] = {name: defaultdict(list) for name in FACETS}
    for number, case in enumerate(cases):
        for name, value in case.facets:
            found[name][value].append(number << 2)
    for name, values in found.items():
        rows = {value: encode(by_weight(numbers)) for value, numbers in sorted(values.items())}
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
