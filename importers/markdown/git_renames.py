"""Tell which new file of a commit was which file before, by its content, as `git log -M` does.

Source: git's gitdiffcore(7): equal contents first; then names that are the same in another folder,
where three quarters are common; then the most alike, where half is.
"""

from __future__ import annotations

import posixpath
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

MOST_COMPARED: Final = 5_000_000
"""Pairs of contents that are compared in all of a history; then equal ones alone are found."""
_LIMIT: Final = 1000
"""git's diff.renameLimit: more files on either side are not compared."""
_MOST_READ: Final = 64_000_000
"""Bytes of a commit's files that are looked into."""
_ALIKE: Final = 0.5
_SAME_NAME: Final = 0.75
_PIECE: Final = 64
"""Bytes of a line that count as one piece; a longer line is several."""

Content = Callable[[bytes], bytes | None]


def paired(
    gone: Mapping[bytes, bytes], new: Mapping[bytes, bytes], content: Content, most: int
) -> tuple[dict[bytes, bytes], int]:
    """Return the old path of each new one that is a rename, and how many contents were compared.

    ``gone`` and ``new`` map paths to ids; ``content`` gives the bytes of an id, None for none.
    """
    if not gone or not new:
        return {}, 0
    found = _equal(gone, new)
    taken = set(found.values())
    old = [path for path in gone if path not in taken]
    rest = [path for path in new if path not in found]
    if not old or not rest or len(old) * len(rest) > min(_LIMIT**2, most):
        return found, 0
    scores = _Scores(gone, new, content)
    for path, former in _by_name(old, rest):
        if scores.of(former, path) >= _SAME_NAME:
            found[path] = former
            taken.add(former)
    rows = [
        (-score, path, former)
        for path in rest if path not in found
        for former in old if former not in taken
        if (score := scores.of(former, path)) >= _ALIKE
    ]  # fmt: skip
    for _, path, former in sorted(rows):
        if path not in found and former not in taken:
            found[path] = former
            taken.add(former)
    return found, scores.compared


def _equal(gone: Mapping[bytes, bytes], new: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
    """Pair files of equal content, of several those of one name first."""
    by_id: defaultdict[bytes, list[bytes]] = defaultdict(list)
    for path, id_ in gone.items():
        by_id[id_].append(path)
    found = {}
    for path, id_ in new.items():
        if same := by_id.get(id_):
            name = posixpath.basename(path)
            at = next((n for n, old in enumerate(same) if posixpath.basename(old) == name), 0)
            found[path] = same.pop(at)
    return found


def _by_name(old: list[bytes], new: list[bytes]) -> list[tuple[bytes, bytes]]:
    """Return new and old path of files whose name is on either side once."""
    names = [Counter(map(posixpath.basename, paths)) for paths in (old, new)]
    before = {posixpath.basename(path): path for path in old}
    return [
        (path, before[name])
        for path in new
        if names[0][name := posixpath.basename(path)] == names[1][name] == 1
    ]


class _Scores:
    """How alike contents are: the share of the longer that is in the other too."""

    def __init__(
        self, gone: Mapping[bytes, bytes], new: Mapping[bytes, bytes], content: Content
    ) -> None:
        self._gone = gone
        self._new = new
        self._content = content
        self._pieces = cache(self._read)
        self._left = _MOST_READ
        self.compared = 0

    def of(self, old: bytes, new: bytes) -> float:
        """Return a number from 0 to 1; 0 where one of them is empty or cannot be had."""
        self.compared += 1
        before, after = self._pieces(self._gone[old]), self._pieces(self._new[new])
        sizes = before.total(), after.total()
        if not min(sizes) or min(sizes) < _ALIKE * max(sizes):
            return 0.0
        return (before & after).total() / max(sizes)

    def _read(self, id_: bytes) -> Counter[bytes]:
        """Count the bytes of each piece of a content."""
        counted: Counter[bytes] = Counter()
        content = self._content(id_) if self._left > 0 else None
        self._left -= len(content or b"")
        for line in (content or b"").splitlines(keepends=True):
            for at in range(0, len(line), _PIECE):
                piece = line[at : at + _PIECE]
                counted[piece] += len(piece)
        return counted
