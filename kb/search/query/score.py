"""What a query's words count for the score, beyond what BM25 makes of each.

- Pairs and single characters of runs both count, the characters somewhat more: pairs know words,
  characters know paraphrases.
- Terms in what a document is about (`head`) count once more, a little.
- Function words, and pairs that touch one, count no more than if the word stood in a fifth of
  all documents, however rare it is here.
- English words that stand side by side in the query count a little more where they do so too.

The weights were tuned on half of the visible questions; docs/search.md has the figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from math import log
from typing import Literal, TypeAlias

import msgspec

from kb.search.analysis.scripts import IN_RUN, IN_RUNS, STEMS, TOKEN
from kb.search.analysis.streams import APART, streams
from kb.search.query.query_tree import And, Node, Or, Quoted, Word
from kb.text.fold import fold_text

CHARACTER = 1.3
HEAD = 0.3
SIDE_BY_SIDE = 0.075
MOST_RARITY = 1.5
"""The inverse document frequency of a function word at most."""

ScoredStream: TypeAlias = Literal["seq", "rel", "head"]
Counts: TypeAlias = Callable[[ScoredStream, list[str]], tuple[int, list[int]]]
"""Documents in an index, and in how many of them each term stands in the stream."""


class Clause(msgspec.Struct, frozen=True):
    """Terms of a stream, side by side where there are several, and what they count."""

    stream: ScoredStream
    terms: tuple[str, ...]
    weight: float


Bag: TypeAlias = tuple[Clause, ...]


def idf(documents: int, frequency: int) -> float:
    """BM25's inverse document frequency: ln(1 + (N − n + .5) / (n + .5))."""
    return log(1 + (documents - frequency + 0.5) / (frequency + 0.5))


def words_of(node: Node | None) -> Iterator[Word | Quoted]:
    """Yield the words and phrases that are asked for, not those that must be missing."""
    match node:
        case Word() | Quoted():
            yield node
        case And(nodes) | Or(nodes):
            for inner in nodes:
                yield from words_of(inner)
        case _:
            return


def bag_of(words: Iterable[Word | Quoted], counts: Counts) -> Bag:
    """Say what each term of the words counts for the score, each term once."""
    chars: dict[str, float] = {}
    terms: dict[str, float] = {}
    sides: dict[tuple[str, str], None] = {}
    folded = " ".join(fold_text(word.text) for word in words)
    _runs(folded, counts, chars, terms)
    _words(folded, counts, terms, sides)
    return (
        *(Clause("seq", (c,), CHARACTER * weight) for c, weight in chars.items()),
        *(Clause("rel", (t,), weight) for t, weight in terms.items()),
        *(Clause("head", (t,), HEAD * w) for table in (chars, terms) for t, w in table.items()),
        *(Clause("rel", pair, SIDE_BY_SIDE) for pair in sides),
    )


def _runs(folded: str, counts: Counts, chars: dict[str, float], terms: dict[str, float]) -> None:
    """Characters and pairs of runs; a term counts by its weightiest place."""
    factors = _factors(folded, counts)
    for match in TOKEN.finditer(folded):
        if not IN_RUN.match(match[0]):
            continue
        start = match.start()
        for i, character in enumerate(match[0], start):
            chars[character] = max(chars.get(character, 0.0), factors[i])
        for i, pair in enumerate(map("".join, pairwise(match[0])), start):
            terms[pair] = max(terms.get(pair, 0.0), min(factors[i], factors[i + 1]))


def _factors(folded: str, counts: Counts) -> list[float]:
    """For each character, what is left of its weight inside function words."""
    factors = [1.0] * len(folded)
    for match in IN_RUNS.finditer(folded):
        word = match[0]
        pairs = [a + b for a, b in pairwise(word)]
        documents, frequencies = counts("rel", pairs) if pairs else counts("seq", [word])
        left = _left(documents, min(frequencies))
        factors[match.start() : match.end()] = [left] * len(word)
    return factors


def _words(
    folded: str, counts: Counts, terms: dict[str, float], sides: dict[tuple[str, str], None]
) -> None:
    found = [t for t in streams(folded).rel if t != APART and t not in terms]
    common = [term for term in found if term in STEMS]
    documents, frequencies = counts("rel", common) if common else (0, [])
    left = {t: _left(documents, n) for t, n in zip(common, frequencies, strict=True)}
    terms.update((term, left.get(term, 1.0)) for term in found)
    plain = [None if t in left or IN_RUN.match(t) else t for t in found]
    sides.update(dict.fromkeys((a, b) for a, b in pairwise(plain) if a and b))


def _left(documents: int, frequency: int) -> float:
    """The share of its weight that is left to a function word."""
    return min(1.0, MOST_RARITY / max(idf(documents, frequency), 1e-6))
