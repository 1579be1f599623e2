"""What to ask instead, when nothing is found: each suggestion finds something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kb.search.analysis.scripts import ENGLISH, IN_RUN, TOKEN
from kb.search.protocol import Engine, EngineRequest
from kb.search.query.plan import Near, Plan, plan
from kb.search.query.query_tree import And, Name, Node, Query, Word
from kb.search.query.score import words_of
from kb.text.fold import fold_text

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
    for name in _names(node):
        if _total(engine, plan(Name(name.field, name.value, star=True))):
            yield f"{name.field}:{name.value}*"
    for word in words_of(node):
        for match in list(TOKEN.finditer(fold_text(word.text)))[:MOST]:
            token = match[0]
            if IN_RUN.match(token):
                yield from _shorter(engine, token)
            elif ENGLISH.fullmatch(token) and len(token) > 3:
                yield from _spelt(engine, token)


def _names(node: Node | None) -> list[Name]:
    inner = node.nodes if isinstance(node, And) else (node,)
    return [part for part in inner if isinstance(part, Name) and not part.star]


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
