"""When nothing fits a query: weaker readings of it, and what to ask instead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kb.search.analysis.scripts import ENGLISH, IN_RUN, TOKEN
from kb.search.analysis.streams import APART, streams
from kb.search.protocol import Engine, EngineRequest
from kb.search.query.plan import Adjacent, All, AnyOf, Near, Plan, plan
from kb.search.query.query_tree import And, Name, Node, Query, Quoted, Word
from kb.search.query.score import words_of
from kb.text.fold import fold_text

LONG_RUN = 6
"""A run of so many characters may be a sentence, which nobody else has written just so."""
MOST_OF_IT = 0.5
"""The share of a sentence's pairs that something near to it has."""


def any_word(node: Node | None) -> Plan | None:
    """Require any of the words, keep filters and negations. None where that changes nothing."""
    words = list(words_of(node))
    if len(words) < 2 or not isinstance(node, And):
        return None
    return _filtered(node, AnyOf(tuple(plan(word) for word in words)))


def near_run(node: Node | None) -> Plan | None:
    """Require half of the pairs of the words' long runs. None where no run is long."""
    found = [near for word in words_of(node) if (near := _near_word(word)) is not None]
    return _filtered(node, AnyOf(tuple(found))) if found else None


def _near_word(word: Word | Quoted) -> Plan | None:
    terms = streams(fold_text(word.text)).rel
    pairs = dict.fromkeys(term for term in terms if term != APART and IN_RUN.match(term))
    if len(pairs) + 1 < LONG_RUN:
        return None
    least = max(2, round(len(pairs) * MOST_OF_IT))
    return AnyOf(tuple(Adjacent("rel", (pair,)) for pair in pairs), least)


def filters(node: Node | None) -> Plan:
    """Require all parts of the query that are no words."""
    match node:
        case And(nodes):
            return All(tuple(plan(inner) for inner in nodes if not _has_words(inner)))
        case None:
            return All(())
        case _:
            return All(() if _has_words(node) else (plan(node),))


def _has_words(node: Node) -> bool:
    return any(True for _ in words_of(node))


def _filtered(node: Node | None, wanted: Plan) -> Plan:
    """Join ``wanted`` with the parts of the query that are no words."""
    kept = filters(node)
    return All((wanted, kept)) if kept != All(()) else wanted


MOST = 3
MOST_WORDS = 8
LONGEST_RUN = 12
"""Characters of a run that are tried in part."""


def suggestions(engine: Engine, node: Node | None) -> tuple[str, ...]:
    """Suggest up to three queries, each of which finds something."""
    return tuple(dict.fromkeys(_all(engine, node)))[:MOST]


def better(engine: Engine, query: Query) -> tuple[str, ...]:
    """Replace English words that no document has by near ones that some have."""
    found: dict[str, None] = {}
    for word in list(words_of(query.node))[:MOST_WORDS]:
        if isinstance(word, Word) and not _total(engine, plan(word)):
            spelt = (near for near in suggestions(engine, word) if ENGLISH.fullmatch(near))
            found.update(dict.fromkeys(query.text.replace(word.text, near) for near in spelt))
    return tuple(found)[:MOST]


def _all(engine: Engine, node: Node | None) -> Iterator[str]:
    for name in node.nodes if isinstance(node, And) else (node,):
        if isinstance(name, Name) and not name.star:
            wider = Name(name.field, name.value, star=True)
            yield from [f"{name.field}:{name.value}*"] if _total(engine, plan(wider)) else ()
    for word in words_of(node):
        for match in list(TOKEN.finditer(fold_text(word.text)))[:MOST]:
            token = match[0]
            if IN_RUN.match(token):
                yield from _shorter(engine, token)
            elif ENGLISH.fullmatch(token) and len(token) > 3:
                yield from _spelt(engine, token)


def _total(engine: Engine, wanted: Plan) -> int:
    return engine.ask(EngineRequest(plan=wanted, bag=(), limit=1)).total


def _shorter(engine: Engine, run: str) -> Iterator[str]:
    """Yield the longest part of a run, of two characters or more, that a document has."""
    run = run[:LONGEST_RUN]
    for length in range(len(run) - 1, 1, -1):
        for start in range(len(run) - length + 1):
            part = run[start : start + length]
            if _total(engine, plan(Word(part))):
                yield part
                return


def _spelt(engine: Engine, word: str) -> Iterator[str]:
    """Yield words of the index that differ in a letter or two, the commonest first."""
    edits = 1 if len(word) < 6 else 2
    answer = engine.ask(EngineRequest(plan=Near("seq", word, edits), bag=(), limit=20))
    held: Counter[str] = Counter()
    for found in answer.found:
        text = fold_text("\n".join(text.text for text in found.document.texts)[:20_000])
        held.update(w for w in set(TOKEN.findall(text)) if w != word and _near(w, word, edits))
    yield from (near for near, _ in sorted(held.items(), key=lambda pair: (-pair[1], pair[0])))


def _near(one: str, other: str, edits: int) -> bool:
    """Whether ``edits`` insertions, deletions, changes or swaps of neighbours are enough."""
    if abs(len(one) - len(other)) > edits:
        return False
    before, last = list(range(len(other) + 1)), list[int]()
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, last[j - 2] + 1)
            row.append(best)
        last, before = before, row
    return before[-1] <= edits
