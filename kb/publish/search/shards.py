"""The index's files: shards of keys, the rests of long postings, the words in use.

A line is a key, a space, its postings. Where these are many the line has a tab instead, how many
there are, and the best of them; all of them then stand in a rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from kb.publish.search.codec import best_of, by_weight, encode, number, shard_of

_POSTINGS = 1600
"""Postings that a shard aims at: what a query's word costs a reader."""
_SMALL = 1 << 20
"""Postings up to which half as many do, for of so few most have a key of their own."""
_WORD_FILES = 16
"""Shards to a file of words."""
_BEGINNING = 3
"""Letters that the words of one file have in common."""
RESTS = 4096


def shards_for(postings: int) -> int:
    """How many shards so many postings are put into."""
    shards = 1
    most = _POSTINGS if postings > _SMALL else _POSTINGS // 2
    while shards * most < postings:
        shards *= 2
    return shards


def whole_to(documents: int) -> int:
    """Postings of a key that stand in its shard, all of them; of more the best."""
    return max(256, 1 << max(0, (documents // 14).bit_length() - 1))


def line_of(key: str, postings: Sequence[int], most: int) -> tuple[str, str]:
    """The shard's line of a key, and that of its rest; the latter empty where there is none."""
    documents = by_weight(postings)
    if len(postings) <= most:
        return f"{key} {encode(documents)}", ""
    best = encode(best_of(documents, most))
    return f"{key}\t{number(len(postings))}{best}", f"{key} {encode(documents)}"


def shard_path(page: int) -> str:
    """File of a shard."""
    return f"search/t/{page >> 8:x}/{page & 255:x}.js"


def rest_path(page: int) -> str:
    """File of rests."""
    return f"search/l/{page >> 8:x}/{page & 255:x}.js"


def word_path(page: int) -> str:
    """File of words."""
    return f"search/x/{page:x}.js"


def shard_script(lines: Sequence[str], name: str = "kbT") -> bytes:
    """The script of such a file. Neither keys nor postings hold a sign that must be escaped."""
    text = "\n".join(lines)
    return f"{name}(`{text}`)\n".encode("utf-8", "replace")


def lines_in(script: bytes) -> list[str]:
    """The lines of such a script."""
    text = script.decode()
    inside = text[text.index("`") + 1 : -3]
    return inside.split("\n") if inside else []


def key_in(line: str) -> str:
    """What a line is of."""
    return line.partition(" ")[0].partition("\t")[0]


class Pages:
    """Files of lines of which some change: read as they are asked for. All by key."""

    def __init__(
        self,
        read: Callable[[str], bytes],
        path: Callable[[int], str],
        page: Callable[[str], int],
        name: str = "kbT",
    ) -> None:
        """``page`` tells which file a key is in; a file that is not there holds nothing."""
        self._name = name
        self._read = read
        self._path = path
        self._page = page
        self._held: dict[int, dict[str, str]] = {}
        self._changed: set[int] = set()

    def get(self, key: str) -> str | None:
        """What follows the key in its line; None where it has none."""
        line = self._lines(self._page(key)).get(key)
        return None if line is None else line[len(key) :]

    def put(self, key: str, line: str) -> None:
        """Put a line in place of the key's, or take it away where it is empty."""
        page = self._page(key)
        self._lines(page)[key] = line
        self._changed.add(page)
        if not line:
            del self._held[page][key]

    @property
    def empty(self) -> set[int]:
        """Files that changed and hold nothing now."""
        return {page for page in self._changed if not self._held[page]}

    @property
    def filled(self) -> set[int]:
        """Files that changed and hold something."""
        return self._changed - self.empty

    def outputs(self) -> Iterator[tuple[str, bytes]]:
        """Path and bytes of the files that changed."""
        for page in self._changed:
            yield self._path(page), shard_script(sorted(self._held[page].values()), self._name)

    def _lines(self, page: int) -> dict[str, str]:
        if page not in self._held:
            try:
                lines = lines_in(self._read(self._path(page)))
            except FileNotFoundError:
                lines = []
            self._held[page] = {key_in(line): line for line in lines}
        return self._held[page]


def word_file(word: str, shards: int) -> int:
    """Which file of words holds it."""
    return shard_of(word[:_BEGINNING], word_files(shards))


def word_files(shards: int) -> int:
    """How many files of words there are."""
    return max(1, shards // _WORD_FILES)


def lexicon_files(words: Mapping[str, int], shards: int) -> Iterator[tuple[str, bytes]]:
    """Files of words, each with the number of documents that it stands in."""
    held: defaultdict[int, list[str]] = defaultdict(list)
    for word in sorted(words):
        held[word_file(word, shards)].append(f"{word} {words[word]}")
    for page in range(word_files(shards)):
        yield word_path(page), shard_script(held[page], "kbX")
