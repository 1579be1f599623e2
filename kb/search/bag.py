"""What of a query counts for the score: every term of its words, whatever its structure says."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kb.search.analysis.fold import fold_text
from kb.search.analysis.scripts import IN_RUN
from kb.search.query.nodes import And, Node, Not, Or, Phrase, Word
from kb.search.streams import APART, streams


class Bag(msgspec.Struct, frozen=True):
    """Terms to score by, each once, in the query's order."""

    chars: tuple[str, ...]
    """Single characters of runs."""
    terms: tuple[str, ...]
    """Pairs, stems, words, numbers, codes."""


def bag_of(texts: list[str]) -> Bag:
    """The scoring terms of what was typed."""
    chars: dict[str, None] = {}
    terms: dict[str, None] = {}
    for text in texts:
        found = streams(text)
        chars.update(dict.fromkeys(term for term in found.seq if IN_RUN.match(term)))
        terms.update(dict.fromkeys(found.rel))
    terms.pop(APART, None)
    return Bag(tuple(chars), tuple(terms))


def words_of(node: Node | None) -> Iterator[Word | Phrase]:
    """The words and phrases that are asked for, not those that must be missing."""
    match node:
        case Word() | Phrase():
            yield node
        case And(nodes) | Or(nodes):
            for inner in nodes:
                yield from words_of(inner)
        case Not() | _:
            return


def folded_words(node: Node | None) -> list[str]:
    """The folded texts of `words_of`."""
    return [fold_text(word.text) for word in words_of(node)]
