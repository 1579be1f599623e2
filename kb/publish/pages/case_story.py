"""Parts of a case in words for readers: what changed, what solved it, why others relate."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from markupsafe import Markup

from kb.cases.record import Case, Event
from kb.markup import parse
from kb.markup.render.plain import plain_text
from kb.publish.renderer import short
from kb.publish.site_catalogue import Catalogue
from kb.text.interface import phrase

_MARKUP = re.compile(r"[~^]|\[\[|\*\*|//|\{\{|__|--|##|,,|\(%")
_IMAGE = re.compile(r"\[\[image:([^\[\]|]*+)[^\[\]]*+\]\]")
_STEP = re.compile(r"\s*(\d{1,2})\s*[、．)）]\s*(\S.*)")
_TEXTS = ("problem", "turn")
_LONGEST = 2000
"""Characters of a change that are read: a line of it is shown."""


@dataclass(frozen=True, slots=True)
class Steps:
    """A text with lines numbered from one: the text before, and the lines without numbers."""

    before: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationReason:
    """Why another case is related."""

    word: Markup
    value: str
    url: str | None


def steps_of(text: str) -> Steps | None:
    """Split a text into steps `1、… 2、…`; None where a line is none or the numbers skip one."""
    if "{{" in text:
        return None
    lines = [line for line in text.split("\n") if line.strip()]
    found = [_STEP.fullmatch(line) for line in lines]
    first = next((n for n, match in enumerate(found) if match), len(lines))
    steps = [match for match in found[first:] if match]
    numbers = [int(match[1]) for match in steps]
    if not 2 <= len(steps) == len(lines) - first or numbers != [*range(1, len(steps) + 1)]:
        return None
    return Steps("\n".join(lines[:first]), tuple(match[2] for match in steps))


def words_of(text: str) -> str:
    """Reduce wiki source to its words, the names of pictures among them."""
    if not _MARKUP.search(text):
        return text
    return plain_text(parse(_IMAGE.sub(r"\1", text[:_LONGEST]), "xwiki/2.1").children)


def edits(timeline: Iterable[Event]) -> list[tuple[Event, list[Event]]]:
    """Group what one person did in one version, under the first event of it."""
    edit = attrgetter("version", "author", "date")
    groups = (list(group) for _, group in groupby(timeline, key=edit))
    return [(group[0], group) for group in groups]


def naming(case: Case) -> Callable[[Event], str]:
    """Return what prints the subject of an event: a field's label, or a person or file."""
    labels = {field.name: field.label for field in case.fields if field.label}

    def name(event: Event) -> str:
        named = event.name or ""
        label = named if event.change != "field" else labels.get(named)
        return phrase("kind", named) if label is None else Markup("<bdi>{}</bdi>").format(label)

    return name


def value_of(event: Event, value: str) -> str:
    """Write an event's old or new value in one line, in words where it is wiki source."""
    if event.change == "status":
        return phrase("status", value)
    return short(words_of(value) if event.change in _TEXTS else value, 70)


def reason_of(via: str, catalogue: Catalogue, root: str) -> RelationReason:
    """Put into words why a case is related (`pile:4403…`, `similar:0.81`, `mention:ID`)."""
    kind, _, value = via.partition(":")
    if kind == "similar":
        return RelationReason(word=phrase("via", kind), value=f"{float(value):.0%}", url=None)
    if kind in ("mention", "same"):
        return RelationReason(word=phrase("via", kind), value=value, url=None)
    url = catalogue.identifier_url(kind, value, root)
    return RelationReason(word=phrase("kind", kind), value=value, url=url)
