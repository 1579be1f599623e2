"""What a page names in places for persons, stations and identifiers, in any of its versions.

It is kept by page, so that who must not read a name is kept from every former one, too: of a
speaker of an old revision, of a case that is gone, of a value put right by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final, NamedTuple

from kb.archive import PageView, RevisionView
from kb.cases.reader.draft import Draft
from kb.cases.record import Case
from kb.model import WikiObject

PERSON: Final = "name"
STATION: Final = "station"
_USERS: Final = "XWiki.XWikiUsers"
_ACCOUNT: Final = re.compile(r"^(?:[\w\-]+:)?XWiki\.")
_NOBODY: Final = frozenset({"unknown", "xwikiguest", "superadmin", "unknown user"})


class Named(NamedTuple):
    """A value, and what it is: `name` of a person, `station`, or the name of a field or kind."""

    kind: str
    value: str


def person(reference: str) -> Iterator[Named]:
    """Yield a person's name, without what makes it a reference; nothing for XWiki's nobody."""
    own = _ACCOUNT.sub("", reference).strip()
    if own and own.casefold() not in _NOBODY:
        yield Named(PERSON, own)


def named_in_draft(draft: Draft) -> Iterator[Named]:
    """Yield what a case names in one version."""
    yield from _persons(engineer.name for engineer in draft.engineers)
    yield from _persons(turn.speaker for turn in draft.turns)
    if draft.station:
        yield Named(STATION, draft.station.text)
    yield from (Named(field.name, field.value) for field in draft.fields)
    yield from (Named(one.kind, one.value) for one in draft.identifiers)


def named_in_case(case: Case) -> Iterator[Named]:
    """Yield what a record names; corrections and the cases' life included."""
    yield from _persons(case.engineers)
    yield from _persons(turn.speaker for turn in case.turns)
    origins = [*case.origins.values(), *(turn.origin for turn in case.turns)]
    yield from _persons(one.author for one in (*origins, *(field.origin for field in case.fields)))
    if case.station:
        yield Named(STATION, case.station)
    yield from (Named(field.name, field.value) for field in case.fields)
    yield from (Named(one.kind, one.value) for one in case.identifiers)
    yield from _in_events(case)
    if isinstance(case.corrections, tuple):
        for one in case.corrections:
            yield from named_in_correction(one.path, one.by, (one.old, one.new))


def _in_events(case: Case) -> Iterator[Named]:
    for event in case.timeline:
        yield from _persons((event.author,))
        values = [value for value in (event.old, event.new) if value]
        if event.change == "engineer":
            yield from _persons(values)
        elif event.change == "turn":
            yield from _persons((event.name,))
        elif event.change == "field" and event.name:
            yield from (Named(event.name, value) for value in values)


def named_in_correction(path: str, by: str, values: Iterable[object]) -> Iterator[Named]:
    """Yield who corrected, and both values where they are a person or a station."""
    yield from person(by)
    texts = [text for value in values for text in _texts(value)]
    if path.startswith("/engineers") or path.endswith("/speaker"):
        yield from _persons(texts)
    elif path == "/station":
        yield from (Named(STATION, text) for text in texts if text)


def _texts(value: object) -> list[str]:
    if isinstance(value, list | tuple):
        return [str(one) for one in value]
    return [value] if isinstance(value, str) else []


def named_on_page(page: PageView, revisions: Iterable[RevisionView]) -> Iterator[Named]:
    """Yield who wrote anything on a page, in any version, and whom its account is of."""
    people = chain(
        (page.creator,), (line.author for line in page.lines),
        (file.author for file in page.attachments),
        (comment.author for comment in page.comments),
        (revision.author for revision in revisions),
    )  # fmt: skip
    yield from _persons(dict.fromkeys(people))
    for one in page.objects:
        if one.class_name == _USERS:
            yield from person(page.id.page)
            yield from _in_account(one)


def _in_account(account: WikiObject) -> Iterator[Named]:
    """Yield a user's names, in the order of both languages, and how he is reached."""
    first, last, mail, phone = (
        str(account.properties.get(name) or "").strip()
        for name in ("first_name", "last_name", "email", "phone")
    )
    if first and last:
        for name in (f"{first} {last}", f"{last} {first}", last + first):
            yield Named(PERSON, name)
    elif first or last:
        yield Named(PERSON, first or last)
    yield from (Named(kind, text) for kind, text in (("mail", mail), ("phone", phone)) if text)


def _persons(names: Iterable[str | None]) -> Iterator[Named]:
    for name in names:
        if name:
            yield from person(name)
