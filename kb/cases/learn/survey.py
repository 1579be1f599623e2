"""What a wiki's pages show of how its cases are written, counted."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from kb.cases.lines.display import CLOSING, PREFIX, DisplayLine, display_line, past_prefix
from kb.cases.lines.headings import heading_line, verbatim_lines
from kb.cases.lines.labels import LabelHit, hit_before_rest, label_at
from kb.cases.lines.vocabulary import Vocabulary, label_key
from kb.cases.profile.profile import Profile

_FIRST_NUMBER = re.compile(r"(?P<before>\D{0,40}?)(?P<number>\d{1,12})")
_LETTERS = re.compile(r"[A-Za-z]+")
_BRACKETED = re.compile(
    rf"{PREFIX}[【\[]\s*(?P<label>[^【】\[\]:\d]{{2,20}})[】\]]\s*(?:\([^()]{{0,60}}\))?(?P<colon>\s*:)?\s*"
)
_VALUE = re.compile(r"[^。!?;,]{0,40}")
_UNUSUAL = re.compile(
    rf"{PREFIX}(?P<label>[^\W\d][^:=|()→]{{0,30}}?(?:\([^()]{{0,60}}\))?)"
    r"\s*(?:=|→|\||\s[-–](?:\s|$))\s*"
)
"""Other marks than a colon between label and value: only what recurs is a label."""
_SHORT_LABEL = 40
_OPTION = re.compile(r"[^:。!?]{1,40}(?::\s*\W{0,4})?")
_MOST_VALUES = 400
_LONGEST = 300
"""Lines of a block."""
_MOST_LINES = 200_000
NO_RULES = Vocabulary((Profile(name="none", language="und"),))
"""No vocabulary at all: every label is unknown."""


class SurveyBlock(NamedTuple):
    """A heading and the lines below it, up to the next heading of its level or a higher one."""

    page: str
    first: int
    level: int
    heading: str
    """As displayed."""
    lines: tuple[DisplayLine, ...]


class LabelUse(NamedTuple):
    """A label in the cases: how it is spelled, in how many it stands, what follows it."""

    key: str
    spelled: str
    cases: int
    values: list[str]
    """As displayed."""
    lines: list[tuple[DisplayLine, LabelHit]]


class Survey(NamedTuple):
    """The blocks that look like cases, and what is in them."""

    pages: int
    shape: str
    """What their headings have in common, digits as 9 and letters as A."""
    blocks: list[SurveyBlock]
    labels: list[LabelUse]
    """Most used first."""
    marks: Counter[str]
    """Short lines that recur outside labels, by what they show without decoration."""


def survey(pages: Iterable[tuple[str, Sequence[str]]]) -> Survey:
    """Read pages (reference, lines) and find the headings that open something repeated."""
    blocks: list[SurveyBlock] = []
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


def _blocks(page: str, lines: Sequence[str]) -> Iterator[SurveyBlock]:
    """Yield every heading with the lines up to the next of its shape, or a higher one."""
    hidden = verbatim_lines(lines)
    found = [
        (number, heading.level, heading.line.text.strip())
        for number, raw in enumerate(lines)
        if not hidden[number] and (heading := heading_line(raw))
    ]
    for n, (number, level, text) in enumerate(found):
        last, shape = min(number + _LONGEST, len(lines)), shape_of(text)
        for at, other, title in found[n + 1 :]:
            if at >= last:
                break
            if other < level or (other == level and (not shape or shape_of(title) == shape)):
                last = at
                break
        body = tuple(
            _shown(lines[at]) for at in range(number + 1, last)
            if lines[at].strip() and not hidden[at]
        )  # fmt: skip
        yield SurveyBlock(page, number, level, text, body)


def _shown(raw: str) -> DisplayLine:
    """Return the display line, of a heading that of its text."""
    heading = heading_line(raw)
    return heading.line if heading else display_line(raw)


def shape_of(heading: str) -> str:
    """Return the shape up to the first number: `TICKET-0123 (2021)` → `A-9`; or ``."""
    match = _FIRST_NUMBER.match(heading)
    return _LETTERS.sub("A", match["before"]) + "9" if match else ""


def _cases(blocks: list[SurveyBlock]) -> tuple[str, list[SurveyBlock]]:
    """Return the most frequent shape of heading whose blocks share labels, and its blocks."""
    groups: dict[tuple[int, str], list[SurveyBlock]] = defaultdict(list)
    for block in blocks:
        groups[block.level, shape_of(block.heading)].append(block)
    best: tuple[float, str, list[SurveyBlock]] = (0.0, "", [])
    for (level, shape), group in groups.items():
        common = _common_labels(group)
        score = len(group) * len(common) / level**2
        if len(group) >= 2 and len(common) >= 2 and score > best[0]:
            best = (score, shape, group)
    return best[1], best[2]


def _common_labels(group: list[SurveyBlock]) -> list[str]:
    """Return the labels that at least a third of the blocks have."""
    uses: Counter[str] = Counter()
    for block in group:
        hits = (label_of(line) for line in block.lines)
        uses.update(dict.fromkeys(label_key(hit.label) for hit in hits if hit).keys())
    return [key for key, count in uses.items() if count * 3 >= len(group)]


def label_of(line: DisplayLine) -> LabelHit | None:
    """Return the label that a line begins with, if it has the shape of one."""
    hit = _in_brackets(line) or _unusual(line) or label_at(line, NO_RULES)
    if hit is None or len(hit.label) > _SHORT_LABEL or not hit.label[:1].isalpha():
        return None
    return None if re.search(r"[。!?;,]", hit.label) or len(hit.label.split()) > 5 else hit


def _in_brackets(line: DisplayLine) -> LabelHit | None:
    """Parse `【label】value`; with a colon only before what reads like a value, not like speech."""
    match = _BRACKETED.match(line.text)
    if match is None or (match["colon"] and not _VALUE.fullmatch(line.text, match.end())):
        return None
    return hit_before_rest(line, match, None)


def _unusual(line: DisplayLine) -> LabelHit | None:
    """Parse `label = value`, `label → value`, `label - value`."""
    match = _UNUSUAL.match(line.text)
    return hit_before_rest(line, match, None) if match else None


def _labels(blocks: list[SurveyBlock]) -> list[LabelUse]:
    cases: Counter[str] = Counter()
    spelled: dict[str, Counter[str]] = defaultdict(Counter)
    lines: dict[str, list[tuple[DisplayLine, LabelHit]]] = defaultdict(list)
    values: dict[str, list[str]] = defaultdict(list)
    for block in blocks:
        seen: dict[str, None] = {}
        for number, line in enumerate(block.lines):
            hit = label_of(line)
            if hit is None:
                continue
            label = re.sub(r"[(（][^()（）]*[)）]", "", hit.label).strip() or hit.label
            key = label_key(label)
            seen[key] = None
            spelled[key][label] += 1
            if len(lines[key]) < _MOST_VALUES:
                lines[key].append((line, hit))
                values[key].append(_value(block.lines, number, hit))
        cases.update(seen.keys())
    return [
        LabelUse(key, spelled[key].most_common(1)[0][0], count, values[key], lines[key])
        for key, count in cases.most_common()
    ]


def _value(lines: Sequence[DisplayLine], number: int, hit: LabelHit) -> str:
    """Return what follows the label on its line, else the short items listed below it."""
    text = _with_icons(lines[number], hit.start, hit.end)
    if text:
        return text
    options = []
    for line in lines[number + 1 : number + 9]:
        item = _with_icons(line, 0, len(line.text))
        if not _OPTION.fullmatch(item) or (":" in item and not line.listed):
            break
        options.append(item)
    listed = any(not item[:1].isalnum() or not item[-1:].isalnum() for item in options)
    listed = listed or (bool(options) and lines[number + 1].listed)
    return " | ".join(options) if listed else ""


def _with_icons(line: DisplayLine, start: int, end: int) -> str:
    """Return the text, with a tick for each icon."""
    icons = [f.at for f in line.formats if f.mark.startswith("icon:") and f.at <= end]
    before = [at for at in icons if at < start and not line.text[at:start].strip()]
    text = line.text[start:end]
    for at in sorted((at for at in icons if at >= start), reverse=True):
        text = f"{text[: at - start]}☑{text[at - start :]}"
    return ("☑" * len(before) + text).strip()


def _marks(blocks: list[SurveyBlock]) -> Counter[str]:
    """Count lines of a few words that recur: marks of parts."""
    found: Counter[str] = Counter()
    for block in blocks:
        texts = (undecorated(line) for line in block.lines)
        found.update(dict.fromkeys(text for text in texts if 0 < len(text) <= 30).keys())
    return Counter({text: n for text, n in found.items() if n * 4 >= len(blocks)})


def undecorated(line: DisplayLine) -> str:
    """Return the line without decoration and without a colon at its end."""
    start, _ = past_prefix(line.text)
    return line.text[start:].rstrip(CLOSING + ":")
