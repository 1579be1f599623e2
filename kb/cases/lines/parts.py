"""Lines that open a part, a round or a section of a case."""

from __future__ import annotations

import re
from typing import NamedTuple

from kb.cases.lines.display import Shown
from kb.cases.lines.prefix import CLOSING, past_lead
from kb.cases.lines.values import numeral
from kb.cases.lines.vocabulary import Rules, label_key
from kb.cases.profile.profile import PartName

_SECTION = re.compile(
    r"\s*(?P<open>[【\[])?\s*(?P<label>[^:,;。|\[\]【】]{1,30}?)\s*(?(open)[】\]]\s*)(?P<sep>[:,;]|$)\s*"
)


class Opening(NamedTuple):
    """What a line opens; the rest of it begins at ``rest`` of what is shown."""

    label: str
    rest: int
    sure: bool
    """True where the line is marked as more than text: decorated, or alone with its colon."""


def part_at(line: Shown, rules: Rules) -> tuple[PartName, Opening] | None:
    """The part that the line opens: `~-~-跟踪`, `== Resolution ==`, `跟踪:`."""
    text = line.text
    start, decorated = past_lead(text)
    colon = text.find(":", start, start + 40)
    end = colon if colon >= 0 else len(text)
    if end - start > 40:
        return None
    label = text[start:end].rstrip(CLOSING)
    name = rules.parts.get(label_key(label))
    if name is None and "(" in label:
        name = rules.parts.get(label_key(label.partition("(")[0]))
    if name is None:
        return None
    decorated = decorated or bool(line.formats) or line.listed
    rest = len(text) if colon < 0 else colon + 1
    sure = decorated or (colon >= 0 and not text[rest:].strip(CLOSING))
    return name, Opening(label, rest, sure)


def round_at(line: Shown, rules: Rules) -> tuple[int | None, int] | None:
    """The number of the round that the line opens, and where its text goes on."""
    for pattern in rules.rounds:
        match = pattern.match(line.text)
        if match:
            return numeral(match["n"], rules), match.end()
    return None


def section_at(line: Shown, rules: Rules, *, heading: bool = False) -> Opening | None:
    """The section that the line opens: a known label, or any after the profile's mark."""
    text = line.text
    start = len(text) - len(text.lstrip())
    mark = ""
    if text.startswith(rules.section_marks, start):
        mark = next(m for m in rules.section_marks if text.startswith(m, start))
    elif ":" not in text and not heading:
        return None
    after = start
    while mark and text.startswith(mark, after):
        after += len(mark)
    match = _SECTION.match(text, after)
    if match is None:
        return None
    known = label_key(match["label"]) in rules.sections
    if known and (match["sep"] == ":" or mark or heading):
        return Opening(line.cut(match.start("label"), match.end("label")), match.end(), sure=True)
    if mark and match["sep"]:
        return Opening(line.cut(match.start("label"), match.end("label")), match.end(), sure=True)
    return None
