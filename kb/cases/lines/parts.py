"""Lines that open a part, a round or a section of a case."""

from __future__ import annotations

import re
from typing import NamedTuple

from kb.cases.lines.display import CLOSING, DisplayLine, past_prefix
from kb.cases.lines.values import parse_numeral
from kb.cases.lines.vocabulary import Vocabulary, label_key
from kb.cases.profile.profile import PartName

_SECTION = re.compile(
    r"\s*+(?P<open>[【\[])?\s*+(?P<label>[^:,;。|\[\]【】]{1,30}?)\s*(?(open)[】\]]\s*)(?P<sep>[:,;]|$)\s*"
)


class PartOpening(NamedTuple):
    """What a line opens; the rest of the display text begins at ``rest``."""

    label: str
    rest: int
    sure: bool
    """True where the line is marked as more than text: decorated, or alone with its colon."""


def part_at(line: DisplayLine, vocabulary: Vocabulary) -> tuple[PartName, PartOpening] | None:
    """Find the part that the line opens: `~-~-跟踪`, `== Resolution ==`, `跟踪:`."""
    text = line.text
    start, decorated = past_prefix(text)
    colon = text.find(":", start, start + 40)
    end = colon if colon >= 0 else len(text)
    if end - start > 40:
        return None
    label = text[start:end].rstrip(CLOSING)
    name = vocabulary.parts.get(label_key(label))
    if name is None and "(" in label:
        name = vocabulary.parts.get(label_key(label.partition("(")[0]))
    if name is None:
        return None
    decorated = decorated or bool(line.formats) or line.listed
    rest = len(text) if colon < 0 else colon + 1
    sure = decorated or (colon >= 0 and not text[rest:].strip(CLOSING))
    return name, PartOpening(label, rest, sure)


def round_at(line: DisplayLine, vocabulary: Vocabulary) -> tuple[int | None, int] | None:
    """Return the number of the round that the line opens, and where its text goes on."""
    for pattern in vocabulary.rounds:
        match = pattern.match(line.text)
        if match:
            return parse_numeral(match["n"], vocabulary), match.end()
    return None


def section_at(
    line: DisplayLine, vocabulary: Vocabulary, *, heading: bool = False
) -> PartOpening | None:
    """Find the section that the line opens: a known label, or any after the profile's mark."""
    text = line.text
    start = len(text) - len(text.lstrip())
    mark = ""
    if text.startswith(vocabulary.section_marks, start):
        mark = next(m for m in vocabulary.section_marks if text.startswith(m, start))
    elif ":" not in text and not heading:
        return None
    after = start
    while mark and text.startswith(mark, after):
        after += len(mark)
    match = _SECTION.match(text, after)
    if match is None:
        return None
    known = label_key(match["label"]) in vocabulary.sections
    opens = known and (match["sep"] == ":" or mark or heading)
    if not (opens or (mark and match["sep"])):
        return None
    return PartOpening(line.cut(match.start("label"), match.end("label")), match.end(), sure=True)
