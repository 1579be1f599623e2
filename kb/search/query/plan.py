"""Plans: what must be there, in terms of the streams, by the few things that all engines can do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Literal, TypeAlias

import msgspec

from kb.search.analysis.scripts import ENGLISH, IN_RUN, TOKEN, is_function_word, stem
from kb.search.analysis.streams import number_terms, streams
from kb.search.analysis.tokens import GRAM, is_number, pieces_of
from kb.search.query.query_tree import And, Between, Name, Node, Not, Or, Quoted, Word
from kb.text.fold import fold_text

Stream: TypeAlias = Literal["seq", "rel", "num", "scoped"]


class Adjacent(msgspec.Struct, frozen=True):
    """These terms stand side by side in a stream; a single one anywhere."""

    stream: Stream
    terms: tuple[str, ...]


class Beginning(msgspec.Struct, frozen=True):
    """Some term of the stream begins with the text."""

    stream: Stream
    text: str


class Near(msgspec.Struct, frozen=True):
    """Some term of the stream is at most ``edits`` insertions, deletions or changes away.

    A swap of neighbours may count as one.
    """

    stream: Stream
    text: str
    edits: int


class WholeName(msgspec.Struct, frozen=True):
    """A name `field=value` is there; with ``star``, one that begins so."""

    field: str
    value: str
    star: bool


class NumberRange(msgspec.Struct, frozen=True):
    """A number (`number`, or `date` as yyyymmdd) is between two, both included; None is open."""

    field: str
    low: float | None
    high: float | None


class All(msgspec.Struct, frozen=True):
    """All of them; empty: everything."""

    plans: tuple[Plan, ...]


class AnyOf(msgspec.Struct, frozen=True):
    """At least ``least`` of them; empty: nothing."""

    plans: tuple[Plan, ...]
    least: int = 1


class Without(msgspec.Struct, frozen=True):
    """All documents that do not fit."""

    plan: Plan


Plan: TypeAlias = Adjacent | Beginning | Near | WholeName | NumberRange | All | AnyOf | Without


def plan(node: Node | None) -> Plan:
    """Translate a query's tree into a plan. Negations stay where they stand."""
    match node:
        case None:
            return All(())
        case And(nodes):
            return All(tuple(plan(n) for n in _required(nodes)))
        case Or(nodes):
            return AnyOf(tuple(plan(n) for n in nodes))
        case Not(inner):
            return Without(plan(inner))
        case Name(field, value, star):
            return WholeName(field, value, star)
        case Between(field, low, high):
            return NumberRange(field, low, high)
        case Quoted(text, field):
            return _scoped(field, _phrase(text))
        case Word():
            return _scoped(node.field, _word(node))


def _required(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    kept = tuple(
        n for n in nodes if not (isinstance(n, Word) and is_function_word(fold_text(n.text)))
    )
    return kept if any(isinstance(n, Word | Quoted) for n in kept) else nodes


def _phrase(text: str) -> Plan:
    folded = fold_text(text)
    terms = tuple(streams(folded).seq)
    if len(terms) > 1 and all(IN_RUN.match(t) for t in terms) and IN_RUN.match(folded[0]):
        return _run("".join(terms)) if TOKEN.fullmatch(folded) else Adjacent("seq", terms)
    return Adjacent("seq", terms)


def _run(run: str) -> Adjacent:
    """A run must stand together: its pairs in a row, which are rarer than its characters."""
    if len(run) == 1:
        return Adjacent("seq", (run,))
    return Adjacent("rel", tuple(a + b for a, b in pairwise(run)))


def _word(word: Word) -> Plan:
    groups = [_group(tokens, word) for tokens in _touching(fold_text(word.text))]
    return groups[0] if len(groups) == 1 else All(tuple(groups))


def _touching(folded: str) -> Iterator[list[str]]:
    """Tokens in groups that have nothing between them: `5g` and `网络` of `5g网络`."""
    group: list[str] = []
    last = -1
    for match in TOKEN.finditer(folded):
        if group and match.start() != last:
            yield group
            group = []
        group.append(match[0])
        last = match.end()
    if group:
        yield group


def _group(tokens: list[str], word: Word) -> Plan:
    if len(tokens) == 1:
        return _token(tokens[0], word)
    if any(is_number(token) and len(token) >= GRAM for token in tokens):
        return All(tuple(_token(token, word) for token in tokens))
    terms: list[str] = []
    for token in tokens:
        terms.extend(token if IN_RUN.match(token) else (p for _, p in pieces_of(token)))
    return Adjacent("seq", tuple(terms))


def _token(token: str, word: Word) -> Plan:
    if IN_RUN.match(token):
        return _run(token)
    pieces = [piece for _, piece in pieces_of(token)]
    if is_number(token) and len(pieces) == 1:
        return _digits(token, word)
    if word.star == "begins" and len(pieces) == 1:
        return Beginning("seq", token)
    if len(pieces) > 1:
        return Adjacent("seq", tuple(pieces))
    if word.fuzzy:
        return Near("seq", token, 1 if len(token) < 8 else 2)
    return Adjacent("rel", (stem(token) if ENGLISH.fullmatch(token) else token,))


def _digits(digits: str, word: Word) -> Plan:
    """Any run of four digits or more inside a number; fewer are a whole number."""
    begins, ends = word.star == "begins", word.star == "ends"
    if len(digits) >= GRAM:
        return Adjacent("num", tuple(number_terms(digits, begins=begins, ends=ends)))
    return Beginning("seq", digits) if begins else Adjacent("rel", (digits,))


def _scoped(field: str | None, found: Plan) -> Plan:
    """Ask the same of one field's terms, in the stream `scoped`."""
    if field is None:
        return found
    return _mapped(found, lambda term: f"{field}={term}")


def _mapped(found: Plan, name: Callable[[str], str]) -> Plan:
    match found:
        case Adjacent(_, terms):
            return Adjacent("scoped", tuple(name(term) for term in terms))
        case Beginning(_, text):
            return Beginning("scoped", name(text))
        case Near(_, text, edits):
            return Near("scoped", name(text), edits)
        case All(plans):
            return All(tuple(_mapped(p, name) for p in plans))
        case _:
            return found


def implied(plan: Plan) -> frozenset[tuple[str, str]]:
    """Collect (stream, term) pairs that every document has that fits the plan."""
    match plan:
        case Adjacent("seq" | "rel" as stream, terms):
            found: set[tuple[str, str]] = {(stream, term) for term in terms}
            if stream == "rel":  # a pair's characters stand in `seq`
                runs = (term for term in terms if IN_RUN.match(term))
                found.update(("seq", character) for run in runs for character in run)
            return frozenset(found)
        case All(plans):
            return frozenset().union(*map(implied, plans))
        case _:
            return frozenset()
