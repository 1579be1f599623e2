"""What a wiki's pages show of how its cases are written, counted."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from kb.cases.headings import heading_line
from kb.cases.labels import Hit, label_at
from kb.cases.lead import CLOSING, past_lead
from kb.cases.opaque import opaque_lines
from kb.cases.profile import Profile
from kb.cases.rules import Rules, label_key
from kb.cases.shown import Shown, shown

_FIRST_NUMBER = re.compile(r"(?P<before>\D{0,40}?)(?P<number>\d{1,12})")
_LETTERS = re.compile(r"[A-Za-z]+")
_BRACKETED = re.compile(r"\s*【\s*(?P<label>[^【】:\d]{1,20})】\s*(?!:)")
_SHORT_LABEL = 40
_MOST_VALUES = 400
_MOST_LINES = 200_000
NO_RULES = Rules((Profile(name="none", language="und"),))
"""No vocabulary at all: every label is unknown."""


class Block(NamedTuple):
    """A heading and the lines below it, up to the next heading of its level or a higher one."""

    page: str
    first: int
    level: int
    heading: str
    """As shown."""
    lines: tuple[Shown, ...]


class LabelUse(NamedTuple):
    """A label in the cases: how it is spelled, in how many it stands, what follows it."""

    key: str
    spelled: str
    cases: int
    values: list[str]
    """As shown."""
    lines: list[tuple[Shown, Hit]]


class Survey(NamedTuple):
    """The blocks that look like cases, and what is in them."""

    pages: int
    shape: str
    """What their headings have in common, digits as 9 and letters as A."""
    blocks: list[Block]
    labels: list[LabelUse]
    """Most used first."""
    marks: Counter[str]
    """Short lines that recur outside labels, by what they show without decoration."""


def survey(pages: Iterable[tuple[str, Sequence[str]]]) -> Survey:
    """Read pages (reference, lines) and find the headings that open something repeated."""
    blocks: list[Block] = []
    count = lines_read = 0
    for reference, lines in pages:
        count += 1
        lines_read += len(lines)
        blocks += _blocks(reference, lines)
        if lines_read > _MOST_LINES:
            break
    shape, chosen = _cases(blocks)
    labels = _labels(chosen)
    return Survey(count, shape, chosen, labels, _marks(chosen))


def _blocks(page: str, lines: Sequence[str]) -> Iterator[Block]:
    hidden = opaque_lines(lines)
    found = [
        (number, heading)
        for number, raw in enumerate(lines)
        if not hidden[number] and (heading := heading_line(raw))
    ]
    for n, (number, heading) in enumerate(found):
        later = (at for at, other in found[n + 1 :] if other.level <= heading.level)
        end = next(later, len(lines))
        body = tuple(
            shown(raw)
            for raw, flag in zip(lines[number + 1 : end], hidden[number + 1 : end], strict=True)
            if raw.strip() and not flag
        )
        yield Block(page, number, heading.level, heading.line.text.strip(), body)


def shape_of(heading: str) -> str:
    """`TICKET-0123 (2021)` → `A-9`: what stands before and in its first number; else ``."""
    match = _FIRST_NUMBER.match(heading)
    return _LETTERS.sub("A", match["before"]) + "9" if match else ""


def _cases(blocks: list[Block]) -> tuple[str, list[Block]]:
    """The most frequent shape of heading whose blocks have labels in common, and its blocks."""
    groups: dict[tuple[int, str], list[Block]] = defaultdict(list)
    for block in blocks:
        groups[block.level, shape_of(block.heading)].append(block)
    best: tuple[float, str, list[Block]] = (0.0, "", [])
    for (_, shape), group in groups.items():
        common = _common_labels(group)
        score = len(group) * len(common)
        if len(group) >= 2 and len(common) >= 2 and score > best[0]:
            best = (score, shape, group)
    return best[1], best[2]


def _common_labels(group: list[Block]) -> list[str]:
    """Labels that at least a third of the blocks have."""
    uses: Counter[str] = Counter()
    for block in group:
        uses.update({label_key(hit.label) for line in block.lines if (hit := _hit(line))})
    return [key for key, count in uses.items() if count * 3 >= len(group)]


def _hit(line: Shown) -> Hit | None:
    """The label that a line begins with, if it has the shape of one."""
    hit = _in_brackets(line) or label_at(line, NO_RULES)
    if hit is None or len(hit.label) > _SHORT_LABEL or not hit.label[:1].isalpha():
        return None
    return None if re.search(r"[。!?;,]", hit.label) or len(hit.label.split()) > 5 else hit


def _in_brackets(line: Shown) -> Hit | None:
    """`【label】value`, with no colon: a speaker would have one more often than not."""
    match = _BRACKETED.match(line.text)
    if match is None:
        return None
    label = line.cut(match.start("label"), match.end("label"))
    return Hit(None, label, "", match.end(), len(line.text.rstrip()), row=False)


def _labels(blocks: list[Block]) -> list[LabelUse]:
    cases: Counter[str] = Counter()
    spelled: dict[str, Counter[str]] = defaultdict(Counter)
    lines: dict[str, list[tuple[Shown, Hit]]] = defaultdict(list)
    values: dict[str, list[str]] = defaultdict(list)
    for block in blocks:
        seen: set[str] = set()
        for number, line in enumerate(block.lines):
            hit = _hit(line)
            if hit is None:
                continue
            label = re.sub(r"[(（][^()（）]*[)）]", "", hit.label).strip() or hit.label
            key = label_key(label)
            seen.add(key)
            spelled[key][label] += 1
            if len(lines[key]) < _MOST_VALUES:
                lines[key].append((line, hit))
                values[key].append(_value(block.lines, number, hit))
        cases.update(seen)
    found = []
    for key, count in cases.most_common():
        common = spelled[key].most_common(1)[0][0]
        found.append(LabelUse(key, common, count, values[key], lines[key]))
    return found


def _value(lines: Sequence[Shown], number: int, hit: Hit) -> str:
    """What follows the label on its line, else the short items listed below it."""
    text = lines[number].text[hit.start : hit.end].strip()
    if text:
        return text
    options = []
    for line in lines[number + 1 : number + 9]:
        item = line.text.strip()
        if not (line.listed or not item[:1].isalnum()) or ":" in item or len(item) > 40:
            break
        options.append(item)
    return " | ".join(options)


def _marks(blocks: list[Block]) -> Counter[str]:
    """Lines of a few words that recur: marks of parts."""
    found: Counter[str] = Counter()
    for block in blocks:
        found.update({text for line in block.lines if 0 < len(text := bare(line)) <= 30})
    return Counter({text: n for text, n in found.items() if n * 4 >= len(blocks)})


def bare(line: Shown) -> str:
    """The line without decoration and a colon at its end."""
    start, _ = past_lead(line.text)
    return line.text[start:].rstrip(CLOSING + ":")
