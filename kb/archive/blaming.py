"""Blame of a page whose whole history is held, kept as edit scripts beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kb.history import Blame, split_lines


def brought_up(packed: bytes | None, count: int, text: Callable[[int], str]) -> bytes | None:
    """The packed blame of ``count`` versions, made from that of the first few of them.

    ``text`` gives the text of a version by its place, from 0, the oldest. None where nothing is
    to be changed.
    """
    blame = Blame(packed)
    if len(blame) == count:
        return None
    older: Sequence[str] = split_lines(text(len(blame) - 1)) if len(blame) else ()
    for place in range(len(blame), count):
        newer = split_lines(text(place))
        blame.add(older, newer)
        older = newer
    return blame.pack()
