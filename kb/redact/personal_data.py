"""Find in cases and pages who and what is protected."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kb.archive import PageView
from kb.cases.record import Case
from kb.redact.protected import ProtectedValues
from kb.redact.public_rules import PublicRules

_ALIAS = re.compile(r"^(?:\w+:)?XWiki\.")
_UNKNOWN = frozenset({"unknown", "xwikiguest", "superadmin", "unknown user"})


def protect_rules(protected: ProtectedValues, rules: PublicRules) -> None:
    """Protect what kb.toml lists."""
    for name in rules.names:
        protected.add("name", name)
    for word in rules.words:
        protected.add("word", word)


def protect_case(protected: ProtectedValues, case: Case, rules: PublicRules) -> None:
    """Protect everything in a case that was extracted as a person, a phone, a bill, a station."""
    for name in names_in(case):
        protect_name(protected, name)
    if rules.stations and case.station:
        protected.add("station", case.station)
    for kind, value in _identified(case):
        if kind in rules.kinds:
            protected.add(kind, value)
        else:
            protected.allow(value)


def protect_page(protected: ProtectedValues, page: PageView) -> None:
    """Protect who wrote a page, its files, its comments."""
    people = {page.creator, *(line.author for line in page.lines)}
    people |= {file.author for file in page.attachments}
    people |= {comment.author for comment in page.comments}
    for name in sorted(filter(None, people)):
        protect_name(protected, name)


def protect_name(protected: ProtectedValues, name: str) -> None:
    """Protect a person's name, without what makes it a reference."""
    own = _ALIAS.sub("", name)
    if own.casefold() not in _UNKNOWN:
        protected.add("name", own)


def names_in(case: Case) -> Iterable[str]:
    """Persons that a case names in a place for persons."""
    yield from case.engineers
    yield from (turn.speaker for turn in case.turns if turn.speaker)
    yield from (event.author for event in case.timeline if event.author)
    for event in case.timeline:
        if event.change == "engineer":
            yield from (name for name in (event.old, event.new) if name)
    origins = [*case.origins.values(), *(turn.origin for turn in case.turns)]
    origins += [field.origin for field in case.fields]
    yield from (origin.author for origin in origins if origin.author)
    if isinstance(case.corrections, tuple):
        yield from (correction.by for correction in case.corrections)


def _identified(case: Case) -> Iterator[tuple[str, str]]:
    yield from ((one.kind, one.value) for one in case.identifiers)
    yield from ((field.name, field.value) for field in case.fields)
    for event in case.timeline:
        if event.change == "field" and event.name:
            yield from ((event.name, value) for value in (event.old, event.new) if value)
