"""The words in use: files of those that begin alike, each with how many documents have it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping

from kb.publish.browser_index.codes import code_of, page_of
from kb.publish.browser_index.places import word_files, word_path

Output = tuple[str, bytes]
_BEGINNING = 3
"""Letters that the words of one file have in common."""


def lexicon_files(words: Mapping[str, int], shards: int) -> Iterator[Output]:
    """All files."""
    held: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for word, count in words.items():
        held[word_file(word, shards)][word] = count
    for page in range(word_files(shards)):
        yield word_path(page), _script(held[page])


def changed_files(
    changes: Mapping[str, int], shards: int, read: Callable[[str], bytes]
) -> Iterator[Output]:
    """Files that are others when so many more documents have these words."""
    held: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for word, more in changes.items():
        if more:
            held[word_file(word, shards)][word] = more
    for page, some in held.items():
        known = words_in(read(word_path(page)))
        for word, more in some.items():
            known[word] = known.get(word, 0) + more
        yield word_path(page), _script({word: count for word, count in known.items() if count})


def words_in(script: bytes) -> dict[str, int]:
    """The words of a file with their counts."""
    rows = (line.split(" ") for line in script.decode().split("`")[1].split("\n") if line)
    return {word: int(count) for word, count in rows}


def word_file(word: str, shards: int) -> int:
    """Which file holds a word."""
    return page_of(code_of(word[:_BEGINNING]), word_files(shards))


def _script(words: Mapping[str, int]) -> bytes:
    lines = "\n".join(f"{word} {words[word]}" for word in sorted(words))
    return f"kbX(`{lines}`)\n".encode("utf-8", "replace")
