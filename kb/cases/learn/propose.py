"""From what was counted to a profile, with the reasons as comments."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from kb.cases.language import language_of
from kb.cases.learn.marks import StatusForm, speaker_brackets, status_form
from kb.cases.learn.survey import Block, LabelUse, Survey
from kb.cases.normalise import tools_of
from kb.cases.profile import FieldType, load_profile
from kb.cases.rules import Rules, label_key
from kb.cases.values import parsed

_ROLES = ("problem", "status", "engineer", "station")
_CANONICAL = ("phone", "started", "ended", "amount", "vehicle", "account")


_DATE = r"(?P<date>\d{8}|\d{4}([-./])\d{1,2}\4\d{1,2})"
"""In a pattern of which it is the third group."""
_JOINED_DATE = re.compile(r"[_/-](?:\d{8}|\d{4}[-./]\d{1,2}[-./]\d{1,2})")
_CODE = re.compile(r"[A-Za-z]{0,4}[\d -]{5,30}[A-Za-z\d]*")
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
    bare: bool
    rounds: list[str]


@cache
def lexicon() -> dict[str, Any]:
    """Words of roles, parts and states in several languages."""
    text = (files("kb.cases.learn") / "lexicon.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def known() -> Rules:
    """The vocabulary of the shipped profiles."""
    return tools_of(load_profile(name) for name in ("after-sales-zh", "after-sales-en")).rules


def propose(found: Survey) -> Proposal:
    """The profile that fits what was counted best."""
    least = max(2, len(found.blocks) // 10)
    uses = [use for use in found.labels if use.cases >= least]
    roles = _roles(uses)
    taken = {use.key for group in roles.values() for use in group}
    status = _status(roles, uses, taken)
    parts = _parts(found, taken)
    marks = {label_key(label) for labels in parts.values() for label in labels}
    names = _names(found.blocks)
    fields = [
        FieldGuess(_field_name(use), use, _type(use))
        for use in uses
        if use.key not in taken | marks and use.key not in names and _is_field(use)
    ]
    return Proposal(
        found, language_of("\n".join(line.text for b in found.blocks[:50] for line in b.lines)),
        _headings(found), roles, fields, parts, status, _separators(roles.get("engineer", [])),
        speaker_brackets(found.blocks), bool(names), _rounds(found.blocks),
    )  # fmt: skip


def means(label: str, table: str, name: str) -> bool:
    """True where the label is, or ends with, a word of the lexicon."""
    key = label_key(label)
    words, ends = _words(table, name)
    return key in words or key.endswith(ends)


@cache
def _words(table: str, name: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """Keys of the words, and those of two characters or more that end a longer Han label."""
    words = frozenset(label_key(word) for word in lexicon()[table][name])
    return words, tuple(w for w in words if len(w) > 1 and not w.isascii())


def _roles(uses: list[LabelUse]) -> dict[str, list[LabelUse]]:
    roles: dict[str, list[LabelUse]] = {}
    for use in uses:
        meaning = known().meaning(use.spelled)
        shipped = meaning.role if meaning else None
        if use.key in ("other", ""):
            continue
        role = str(shipped) if shipped in _ROLES else ""
        role = role or next((name for name in _ROLES if means(use.spelled, "roles", name)), "")
        if role and not (role != "problem" and role in roles and meaning is None):
            roles.setdefault(role, []).append(use)
    return roles


def _status(
    roles: dict[str, list[LabelUse]], uses: list[LabelUse], taken: set[str]
) -> StatusForm | None:
    """The form of the status line: of the label so named, else of one whose values look so."""
    for use in roles.get("status", []):
        form = status_form(use, lexicon()["states"])
        if form:
            return form
    for use in uses:
        form = None if use.key in taken else status_form(use, lexicon()["states"])
        if form and form.ticks:
            roles["status"] = [use]
            taken.add(use.key)
            return form
    return None


def _is_field(use: LabelUse) -> bool:
    """False for what opens remarks rather than values: notes, mostly whole sentences."""
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
    good = sum(parsed(value, kind, known()) is not None for value in values)
    return good / len(values) if values else 0.0


def _parts(found: Survey, taken: set[str]) -> dict[str, list[str]]:
    parts: dict[str, list[str]] = {}
    for text, _ in found.marks.most_common():
        for name in ("tracking", "resolution"):
            if means(text, "parts", name) and label_key(text) not in taken:
                parts.setdefault(name, []).append(text)
    return parts


def _headings(found: Survey) -> list[str]:
    """Patterns of the headings: what they have in common, their number, their date."""
    texts = [block.heading for block in found.blocks]
    if not found.shape or not texts:
        return [r"(?P<id>[^\s].{0,200})"] if texts else []
    prefixes = Counter(text[: len(text) - len(_after(text))] for text in texts)
    words = {re.sub(r"\d+$", "", prefix) for prefix in prefixes}
    before = re.escape(words.pop()) if len(words) == 1 else _general(found.shape)
    number = rf"{before}(?P<number>\d{{1,12}})"
    joined = sum(bool(_JOINED_DATE.match(_after(text))) for text in texts)
    if joined * 2 > len(texts):
        return [rf"(?P<id>{number}[_/-]{_DATE})", rf"(?P<id>{number})"]
    return [rf"(?P<id>{number})(?!\d)(?:\D{{1,20}}{_DATE})?"]


def _after(heading: str) -> str:
    match = re.match(r"\D{0,40}?\d{1,12}", heading)
    return heading[match.end() :] if match else heading


def _general(shape: str) -> str:
    return "".join("[A-Za-z]+" if c == "A" else re.escape(c) for c in shape[:-1])


def _separators(uses: Iterable[LabelUse]) -> list[str]:
    values = [value for use in uses for value in use.values]
    used = [mark for mark in (*_MARKS, *_ANDS) if any(mark in value for value in values)]
    han = sum(bool(re.search(r"[\u3400-\u9fff]", value)) for value in values)
    return [*used, *([" "] if han * 2 > len(values) else [])] or [","]


def _names(blocks: list[Block]) -> set[str]:
    """Keys of labels that are people's names: bare, in the tracking part, at no fixed place."""
    brackets = speaker_brackets(blocks)
    if brackets:
        return set()
    found: Counter[str] = Counter()
    tracking = 0
    for block in blocks:
        inside = False
        for line in block.lines:
            text = line.text.strip(" \t-—–=*#~_【】[]|:")
            if means(text, "parts", "tracking"):
                inside, tracking = True, tracking + 1
            elif means(text, "parts", "resolution"):
                inside = False
            elif inside and (match := re.match(r"\s*([^\W\d_][\w .'’-]{0,30}):", line.text)):
                found[label_key(match[1])] += 1
    return set(found) if tracking * 2 >= len(blocks) and found else set()


def _rounds(blocks: list[Block]) -> list[str]:
    """Patterns of lines that count rounds: a word of the lexicon beside a numeral."""
    words = "|".join(re.escape(word) for word in lexicon()["rounds"]["words"])
    numeral = "(?P<n>[0-9]{1,3}|[一二三四五六七八九十]{1,3})"
    forms = (
        rf"第\s*{numeral}\s*(?:{words})[^\s:]{{0,12}}",
        rf"(?:{words})\s*#?\s*{numeral}(?:\s[^\W\d]{{1,20}})?",
    )
    lines = [line.text.strip(" \t=*#【】[]:") for block in blocks for line in block.lines]
    short = [line for line in lines if len(line) <= 30]
    patterns = [re.compile(form, re.IGNORECASE) for form in forms]
    return [p.pattern for p in patterns if any(map(p.fullmatch, short))]
