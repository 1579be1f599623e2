"""From what was counted to a profile, with the reasons as comments."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from statistics import median
from typing import NamedTuple

from kb.cases.learn.forms import (
    StatusForm,
    heading_patterns,
    lexicon,
    means,
    rounds,
    speaker_brackets,
    status_form,
    talk,
)
from kb.cases.learn.survey import LabelUse, Survey
from kb.cases.lines.values import parse_value
from kb.cases.lines.vocabulary import Vocabulary, label_key
from kb.cases.profile.profile import FieldType, load_profile
from kb.cases.reader.normalise import language_of

_ROLES = ("problem", "status", "engineer", "station")
_CANONICAL = ("phone", "started", "ended", "amount", "vehicle", "account")


_CODE = re.compile(r"[A-Za-z]{0,4}[\d -]{5,30}[A-Za-z\d]*")
_TOLD = 8
"""Characters of a value that tells something, where no label says that it is the problem."""
_MARKS = ("、", ",", ";", "/", "&", "+", "|")
_ANDS = (" and ", " und ", " et ", " y ", " e ", " и ", "和")


class FieldGuess(NamedTuple):
    """A label taken as a field."""

    name: str
    use: LabelUse
    type: FieldType


class Proposal(NamedTuple):
    """What a profile for these pages would say."""

    survey: Survey
    language: str
    headings: list[str]
    roles: dict[str, list[LabelUse]]
    fields: list[FieldGuess]
    parts: dict[str, list[str]]
    status: StatusForm | None
    separators: list[str]
    brackets: list[str]
    unmarked: bool
    """True where a name before a colon may be a speaker."""
    rounds: list[str]


@cache
def known() -> Vocabulary:
    """Load the vocabulary of the shipped profiles."""
    return Vocabulary(tuple(map(load_profile, ("after-sales-zh", "after-sales-en"))))


def propose(found: Survey) -> Proposal:
    """Propose the profile that fits best what was counted."""
    least = max(2, len(found.blocks) // 10)
    uses = [use for use in found.labels if use.cases >= least]
    roles = _roles(uses)
    taken = {use.key for group in roles.values() for use in group}
    status = _status(roles, uses, taken)
    parts = _parts(found, taken)
    marks = {label_key(label) for labels in parts.values() for label in labels}
    if status:
        taken |= {label_key(word) for words in status.states.values() for word in words}
    opens = {label_key(label): name for name, labels in parts.items() for label in labels}
    brackets = speaker_brackets(found.blocks, opens)
    said = talk(found.blocks, opens)
    fields = [
        FieldGuess(_field_name(use), use, _type(use))
        for use in uses
        if use.key not in taken | marks | said.labels and _is_field(use)
    ]
    return Proposal(
        found, language_of("\n".join(line.text for b in found.blocks[:50] for line in b.lines)),
        heading_patterns([block.heading for block in found.blocks]),
        roles, fields, parts, status, _separators(roles.get("engineer", [])),
        brackets, said.unmarked and not brackets, rounds(found.blocks),
    )  # fmt: skip


def _roles(uses: list[LabelUse]) -> dict[str, list[LabelUse]]:
    """Group labels by role: those that are a word of it before those that contain one."""
    roles: dict[str, list[LabelUse]] = {}
    taken: set[str] = {"other", ""}
    for partly in (False, True):
        for use in uses:
            meaning = known().meaning(use.spelled)
            role = str(meaning.role) if meaning and meaning.role in _ROLES else ""
            if not role and not (meaning and meaning.role == "field"):
                named = (n for n in _ROLES if means(use.spelled, "roles", n, partly=partly))
                role = next(named, "")
            free = role == "problem" or role not in roles or meaning is not None
            if role and use.key not in taken and free:
                roles.setdefault(role, []).append(use)
                taken.add(use.key)
    if "problem" not in roles and (told := _told(uses, taken)):
        roles["problem"] = [told]
    return roles


def _told(uses: list[LabelUse], taken: set[str]) -> LabelUse | None:
    """Return the label with the longest values, if they read like what people tell."""
    free = [use for use in uses if use.key not in taken and use.values]
    longest = max(free, key=lambda use: median(map(len, use.values)), default=None)
    if longest is None or median(map(len, longest.values)) < _TOLD or _type(longest) != "text":
        return None
    return longest


def _status(
    roles: dict[str, list[LabelUse]], uses: list[LabelUse], taken: set[str]
) -> StatusForm | None:
    """Find the form of the status line: of the label so named, else of one whose values look so."""
    for use in roles.get("status", []):
        form = status_form(use, lexicon()["states"])
        if form:
            return form
    for use in uses:
        form = None if use.key in taken else status_form(use, lexicon()["states"])
        if form and form.ticks and sum(map(len, form.states.values())) > 1:
            roles["status"] = [use]
            taken.add(use.key)
            return form
    return None


def _is_field(use: LabelUse) -> bool:
    """Return False for what opens remarks rather than values: notes, mostly whole sentences."""
    if use.key in known().never:
        return False
    long = sum(len(value) > 80 for value in use.values)
    return long * 2 < max(len(use.values), 1)


def _field_name(use: LabelUse) -> str:
    meaning = known().meaning(use.spelled)
    if meaning and meaning.role == "field":
        return meaning.name
    return next((n for n in _CANONICAL if means(use.spelled, "roles", n)), use.spelled)


def _type(use: LabelUse) -> FieldType:
    values = [value for value in use.values if value]
    code = sum(bool(_CODE.fullmatch(value)) for value in values)
    if values and _share(values, "datetime") < 0.9 and code * 10 >= len(values) * 8:
        return "identifier"
    kinds: tuple[FieldType, ...] = ("datetime", "integer", "number")
    return next((kind for kind in kinds if _share(values, kind) >= 0.9), "text")


def _share(values: list[str], kind: FieldType) -> float:
    good = sum(parse_value(value, kind, known()) is not None for value in values)
    return good / len(values) if values else 0.0


def _parts(found: Survey, taken: set[str]) -> dict[str, list[str]]:
    parts: dict[str, list[str]] = {}
    for text, _ in found.marks.most_common():
        label = text.partition("(")[0].strip()
        for name in ("tracking", "resolution"):
            known_ones = parts.setdefault(name, [])
            if means(label, "parts", name) and label_key(label) not in taken:
                known_ones += [] if label in known_ones else [label]
    return parts


def _separators(uses: Iterable[LabelUse]) -> list[str]:
    values = [value for use in uses for value in use.values]
    used = [mark for mark in (*_MARKS, *_ANDS) if any(mark in value for value in values)]
    han = sum(bool(re.search(r"[\u3400-\u9fff]", value)) for value in values)
    return [*used, *([" "] if han * 2 > len(values) else [])] or [","]
