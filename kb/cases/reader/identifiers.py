"""Identifiers and files in fields and running text: every occurrence, malformed ones included."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from kb.cases.lines.display import DisplayLine, display_line, fold
from kb.cases.lines.labels import label_at
from kb.cases.lines.vocabulary import Vocabulary
from kb.cases.profile.profile import IdentifierRule
from kb.cases.reader.draft import Draft, DraftIdentifier, DraftName, LineSpan

_LINKED = re.compile(
    r"\[\[(?:[^\[\]\n]{0,1000}>>)?(?P<kind>image|attach):(?P<name>[^\[\]\n|]{1,500})"
    r"(?:\|\|[^\[\]\n]{0,500})?\]\]"
)
_FREE = re.compile(
    r"(?<![\w\[>~:])(?P<kind>image|attach):(?P<name>[^\s\[\]|{}()（），。；]{1,500})"
)
_MACRO = re.compile(r"\{\{image\s[^{}]{0,500}?reference=\"(?P<name>[^\"]{1,500})\"[^{}]{0,500}\}\}")
_AT = re.compile(r"(?<!\\)@")


def find_attachments(draft: Draft, lines: Sequence[DisplayLine | None]) -> None:
    """Add each file that the case names to the draft, once, where it is named first."""
    seen: set[str] = set()
    for number, line in enumerate(lines):
        raw = line.raw if line else ""
        if not ("image" in raw or "attach:" in raw):
            continue
        found = [(m.start(), m["name"], m["kind"]) for m in _LINKED.finditer(raw)]
        rest = _LINKED.sub(lambda m: " " * len(m[0]), raw)
        found += [(m.start(), m["name"], m["kind"]) for m in _FREE.finditer(rest)]
        found += [(m.start(), m["name"], "image") for m in _MACRO.finditer(raw)]
        for _, reference, kind in sorted(found):
            name = _file_name(reference)
            if name and name not in seen:
                seen.add(name)
                which = "image" if kind == "image" else "file"
                draft.attachments.append(DraftName(name, LineSpan(number, number), which))


def _file_name(reference: str) -> str:
    """Return the file name in a reference `Space.Page@file`; empty for a URL or a path."""
    if "://" in reference or reference.startswith(("/", "data:", "icon:")):
        return ""
    last = _AT.split(reference)[-1]
    return re.sub(r"[~\\](.)", r"\1", last).strip()


_ENDING = re.compile(
    r"\.(?:log|txt|csv|xlsx?|docx?|pptx?|pdf|png|jpe?g|gif|bmp|zip|rar|7z|tar|gz|json|xml|html?"
    r"|mp4|mov|pcap|bin|msg|eml)(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_NAME_CHARACTER = re.compile(r"[^\s\0\[\]|<>\"“”‘’()（）:：,，。;；]")
_SMALL = {n: n + 32 for n in range(ord("A"), ord("Z") + 1)}
_LONGEST_NAME = 120
_LINK = re.compile(
    r"\[\[(?:[^\[\]\n\0]|\[(?!\[)){0,1000}+\]\]|(?:https?|ftp|file):[!-~]{1,2000}", re.IGNORECASE
)
_INNER = re.compile(r"[\s\-·]+")
_LONG = 8
_LEAST = 6
"""Characters of the shortest identifier after a label, where its kind has lengths."""
_ALNUM = re.compile(r"[A-Za-z0-9]")
_END = "\0"
"""Between two lines: neither space nor part of anything."""


class _Candidate(NamedTuple):
    start: int
    end: int
    kind: str


def normal_form(value: str) -> str:
    """Return what two spellings of one identifier share."""
    return _INNER.sub("", fold(value)).casefold()


def find_identifiers(
    draft: Draft, displays: Sequence[DisplayLine | None], raws: Sequence[str],
    vocabulary: Vocabulary,
) -> None:  # fmt: skip
    """Add every identifier of the case's lines to the draft, and the cases it mentions."""
    pairs = zip(displays, raws, strict=True)
    lines = [line or display_line(raw) for line, raw in pairs]
    whole = _END.join(line.text for line in lines)
    if not _ALNUM.search(whole):
        return
    head = len(lines[0].text)
    parts = (whole[:head], whole[head:])
    whole = "".join(_without_cases(part, draft, vocabulary) for part in parts)
    whole = _without_files(_LINK.sub(_blank, whole))
    starts = list(accumulate((len(line.text) + 1 for line in lines), initial=0))
    for one in _identified(whole, _values(draft, lines, starts, vocabulary), vocabulary):
        number = bisect_right(starts, one.start) - 1
        line, at = lines[number], starts[number]
        value = line.cut(one.start - at, one.end - at).replace("~", "")
        draft.identifiers.append(DraftIdentifier(one.kind, value, normal_form(value), number))


def _blank(match: re.Match[str]) -> str:
    """Return as many characters that mean nothing; lines stay apart."""
    return _END.join(" " * len(part) for part in match[0].split(_END))


def _without_files(text: str) -> str:
    """Blank names of files in the text."""
    parts, at = [], 0
    for match in _ENDING.finditer(text):
        start = match.start()
        least = max(start - _LONGEST_NAME, at)
        while start > least and _NAME_CHARACTER.match(text, start - 1):
            start -= 1
        parts += [text[at:start], " " * (match.end() - start)]
        at = match.end()
    return "".join((*parts, text[at:]))


def _without_cases(text: str, draft: Draft, vocabulary: Vocabulary) -> str:
    """Blank ids of cases in the text; those of other cases are noted as mentions."""
    words = vocabulary.case_words
    if words and not any(word in text.lower() for word in words):
        return text
    for pattern in vocabulary.mentions:
        for match in pattern.finditer(text):
            written = match["id"].strip()
            if written != draft.heading.id:
                draft.mentions[written] = None
        text = pattern.sub(_blank, text)
    return text


def _values(
    draft: Draft, lines: Sequence[DisplayLine], starts: Sequence[int], vocabulary: Vocabulary
) -> list[tuple[int, int, str]]:
    """Return bounds and kind of fields' values that are identifiers by their field."""
    kinds = {kind.rule.kind for kind in vocabulary.kinds if kind.value}
    found = {
        (number, field.name)
        for field in draft.fields
        if field.name in kinds
        for number in range(field.span.first, field.span.last + 1)
    }
    ranges = []
    for number, name in sorted(found):
        hit = label_at(lines[number], vocabulary)
        start = hit.start if hit else 0
        ranges.append((starts[number] + start, starts[number] + len(lines[number].text), name))
    return ranges


def _identified(
    text: str, values: list[tuple[int, int, str]], vocabulary: Vocabulary
) -> list[_Candidate]:
    """Find identifiers: those after a label first, then unlabelled ones, then fields' values."""
    taken = bytearray(len(text))
    found: list[_Candidate] = []
    small = text.translate(_SMALL)
    for start, end, rule in _candidates(text, small, values, vocabulary):
        stop = _fitted(text, start, end, rule)
        if any(taken[start:stop]) or (rule.lengths and stop - start < _LEAST):
            continue
        taken[start:stop] = b"\1" * (stop - start)
        found.append(_Candidate(start, stop, rule.kind))
    return sorted(found)


def _candidates(
    text: str, small: str, values: list[tuple[int, int, str]], vocabulary: Vocabulary
) -> Iterator[tuple[int, int, IdentifierRule]]:
    for kind in vocabulary.kinds:
        if kind.after_label:
            for match in kind.after_label.finditer(small):
                yield match.start("v"), match.end("v"), kind.rule
    for kind in vocabulary.kinds:
        for pattern in kind.unlabelled:
            for match in pattern.finditer(text):
                yield match.start("v"), match.end("v"), kind.rule
    for start, end, name in values:
        for kind in vocabulary.kinds:
            if kind.value and kind.rule.kind == name:
                for match in kind.value.finditer(text, start, end):
                    yield match.start("v"), match.end("v"), kind.rule


def _fitted(text: str, start: int, end: int, rule: IdentifierRule) -> int:
    """Return where an identifier written in groups ends.

    At the gap that leaves it a right length; else after the first group, where that alone is long
    enough to be one; else with the last.
    """
    if not rule.lengths or len(normal_form(text[start:end])) in rule.lengths:
        return end
    gaps = [gap.start() for gap in _INNER.finditer(text, start, end)]
    for gap in gaps:
        if len(normal_form(text[start:gap])) in rule.lengths:
            return gap
    return gaps[0] if gaps and gaps[0] - start >= _LONG else end
