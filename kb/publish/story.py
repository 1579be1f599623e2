"""Parts of a case in a reader's words: what changed, what solved it, why others relate."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import groupby

import msgspec
from markupsafe import Markup

from kb.cases.record import Case, Event
from kb.markup import parse
from kb.markup.render.plain import plain_text
from kb.publish.catalogue import Catalogue
from kb.publish.names import identifier_path, url_of
from kb.publish.render import short
from kb.publish.words import phrase

_MARKUP = re.compile(r"[~^]|\[\[|\*\*|//|\{\{|__|--|##|,,|\(%")
_IMAGE = re.compile(r"\[\[image:([^\]|]*)[^\]]*\]\]")
_STEP = re.compile(r"\s*(\d{1,2})\s*[、．)）]\s*(\S.*)")
_TEXTS = ("problem", "turn")
_LONGEST = 2000
"""Characters of a change that are looked at: a line of it is shown."""


class Steps(msgspec.Struct, frozen=True):
    """A text that counts its lines from one: what stands before, and the lines without numbers."""

    lead: str
    steps: tuple[str, ...]


class Reason(msgspec.Struct, frozen=True):
    """Why another case is related."""

    word: Markup
    value: str
    url: str | None


def steps_of(text: str) -> Steps | None:
    """The steps `1、… 2、…` of a text; None where a line is none, or the numbers skip one."""
    if "{{" in text:
        return None
    lines = [line for line in text.split("\n") if line.strip()]
    found = [_STEP.fullmatch(line) for line in lines]
    first = next((n for n, match in enumerate(found) if match), len(lines))
    steps = [match for match in found[first:] if match]
    numbers = [int(match[1]) for match in steps]
    if len(steps) < 2 or len(steps) < len(lines) - first or numbers != list(_from_one(steps)):
        return None
    return Steps("\n".join(lines[:first]), tuple(match[2] for match in steps))


def _from_one(items: list[re.Match[str]]) -> range:
    return range(1, len(items) + 1)


def words_of(text: str) -> str:
    """Wiki source as its words, the names of pictures among them."""
    if not _MARKUP.search(text):
        return text
    return plain_text(parse(_IMAGE.sub(r"\1", text[:_LONGEST]), "xwiki/2.1").children)


def edits(timeline: Iterable[Event]) -> list[tuple[Event, list[Event]]]:
    """What one person did in one version stands together, under the first of it."""

    def edit(event: Event) -> tuple[str, str | None, str | None]:
        return event.version, event.author, event.date

    groups = (list(group) for _, group in groupby(timeline, key=edit))
    return [(group[0], group) for group in groups]


def naming(case: Case) -> Callable[[Event], str]:
    """What prints what an event is about: a field as the page labels it, or a person or file."""
    labels = {field.name: field.label for field in case.fields if field.label}

    def name(event: Event) -> str:
        named = event.name or ""
        if event.change != "field":
            return Markup("<bdi>{}</bdi>").format(named)
        label = labels.get(named)
        return Markup("<bdi>{}</bdi>").format(label) if label else phrase("kind", named)

    return name


def value_of(event: Event, value: str) -> str:
    """An event's old or new value in the reader's language, in one line."""
    if event.change == "status":
        return phrase("status", value)
    return short(words_of(value) if event.change in _TEXTS else value, 70)


def reason_of(via: str, catalogue: Catalogue, root: str) -> Reason:
    """A tie as the record has it (`pile:4403…`, `similar:0.81`, `mention:ID`) in words."""
    kind, _, value = via.partition(":")
    if kind == "similar":
        return Reason(phrase("via", kind), f"{float(value):.0%}", None)
    if kind in ("mention", "same"):
        return Reason(phrase("via", kind), value, None)
    shared = catalogue.is_shared((kind, value))
    return Reason(
        phrase("kind", kind), value,
        root + url_of(identifier_path(kind, value)) if shared else None,
    )  # fmt: skip
