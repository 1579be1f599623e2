"""English stems, by the Snowball project's algorithm (Porter2)."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Protocol


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802  (the library's name)


@cache
def _stemmer() -> _Stemmer:
    import Stemmer

    made: _Stemmer = Stemmer.Stemmer("english")
    return made


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Stem a folded English word: `refunds` and `refunding` give `refund`."""
    return _stemmer().stemWord(word)
