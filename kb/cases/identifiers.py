"""Identifiers in fields and running text: every occurrence, malformed ones included."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kb.cases.draft import Draft, Found
from kb.cases.labels import label_at
from kb.cases.profile import IdentifierRule
from kb.cases.rules import Rules
from kb.cases.shown import Shown, fold, shown

_FILE = (
    r"[^\s\[\]|<>\"“”‘’()（）:：,，。;；]{1,120}\.(?:log|txt|csv|xlsx?|docx?|pptx?|pdf|png|jpe?g"
    r"|gif|bmp|zip|rar|7z|tar|gz|json|xml|html?|mp4|mov|pcap|bin|msg|eml)(?![A-Za-z0-9])"
)
_HIDDEN = re.compile(
    rf"\[\[[^\]\n]{{0,1000}}\]\]|(?:https?|ftp|file):[!-~]{{1,2000}}|{_FILE}", re.IGNORECASE
)
_INNER = re.compile(r"[\s\-·]+")
_LONG = 8
_LEAST = 6
"""Characters of the shortest thing that a label makes an identifier, where its kind has lengths."""
_ALNUM = re.compile(r"[A-Za-z0-9]")
_DIGIT = re.compile(r"\d")


class _Span(NamedTuple):
    start: int
    end: int
    kind: str


def normal(value: str) -> str:
    """What two spellings of one identifier share."""
    return _INNER.sub("", fold(value)).casefold()


def find_identifiers(
    draft: Draft, shown_lines: Sequence[Shown | None], raws: Sequence[str], rules: Rules
) -> None:
    """Put every identifier of the case's lines into the draft, and the cases it mentions."""
    fields: dict[int, set[str]] = {}
    for field in draft.fields:
        for number in range(field.place.first, field.place.last + 1):
            fields.setdefault(number, set()).add(field.name)
    for number, raw in enumerate(raws):
        line = shown_lines[number] or shown(raw)
        if not _ALNUM.search(line.text):
            continue
        text = _without_cases(line.text, draft, rules)
        text = _HIDDEN.sub(_blank, text) if _DIGIT.search(text) or "[[" in text else text
        for span in _spans(text, line, rules, fields.get(number, set())):
            value = line.cut(span.start, span.end).replace("~", "")
            draft.identifiers.append(Found(span.kind, value, normal(value), number))


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _without_cases(text: str, draft: Draft, rules: Rules) -> str:
    """The text with ids of cases blanked; those of other cases are noted."""
    if not _DIGIT.search(text):
        return text
    for pattern in rules.mentions:
        for match in pattern.finditer(text):
            written = match["id"].strip()
            if written != draft.heading.id:
                draft.mentions[written] = None
        text = pattern.sub(_blank, text)
    return text


def _spans(text: str, line: Shown, rules: Rules, names: set[str]) -> list[_Span]:
    """Identifiers on a line: those after a label first, then bare ones, then fields' values."""
    taken = bytearray(len(text))
    spans: list[_Span] = []
    for start, end, rule in _candidates(text, line, rules, names):
        stop = _fitted(text, start, end, rule)
        if any(taken[start:stop]) or (rule.lengths and stop - start < _LEAST):
            continue
        taken[start:stop] = b"\1" * (stop - start)
        spans.append(_Span(start, stop, rule.kind))
    return sorted(spans)


def _candidates(
    text: str, line: Shown, rules: Rules, names: set[str]
) -> Iterator[tuple[int, int, IdentifierRule]]:
    labelled = rules.kinds if rules.identifier_words.search(text) else ()
    for kind in labelled:
        if kind.after_label:
            for match in kind.after_label.finditer(text):
                yield match.start("v"), match.end("v"), kind.rule
    for kind in rules.kinds if _DIGIT.search(text) else ():
        for pattern in kind.bare:
            for match in pattern.finditer(text):
                yield match.start("v"), match.end("v"), kind.rule
    hit = label_at(line, rules) if names else None
    for kind in rules.kinds:
        if kind.value and kind.rule.kind in names:
            for match in kind.value.finditer(text, hit.start if hit else 0):
                yield match.start("v"), match.end("v"), kind.rule


def _fitted(text: str, start: int, end: int, rule: IdentifierRule) -> int:
    """Where an identifier written in groups ends.

    At the gap that leaves it a right length; else after the first group, where that alone is long
    enough to be one; else with the last.
    """
    if not rule.lengths or len(normal(text[start:end])) in rule.lengths:
        return end
    gaps = [gap.start() for gap in _INNER.finditer(text, start, end)]
    for gap in gaps:
        if len(normal(text[start:gap])) in rule.lengths:
            return gap
    return gaps[0] if gaps and gaps[0] - start >= _LONG else end
