"""Labels at the start of a line: `手机号码: …`, `| Phone | …`, `* 2. Bill no: …`."""

from __future__ import annotations

import re
from itertools import islice, pairwise
from typing import NamedTuple

from kb.cases.lines.display import CLOSING, PREFIX, DisplayLine, fold, past_prefix
from kb.cases.lines.vocabulary import LabelMeaning, Vocabulary, label_key

_LABEL = re.compile(
    rf"""\s*+(?P<row>\|=?\s*+)?{PREFIX}
    (?P<label>[^:|=()]{{0,40}}(?P<legend>\([^()]{{0,120}}\)[^:|=()]{{0,40}})?)
    (?P<sep>:\s*\|?=?|\|=?|=)\s*""",
    re.VERBOSE,
)
_BRACKETED = re.compile(
    rf"{PREFIX}[【\[〖〔]\s*+(?P<label>[^\[\]【】〖〗〔〕:|]{{1,40}})[】\]〗〕]\s*(?P<legend>\([^()]{{0,120}}\))?\s*:?\s*"
)
_UNMARKED = tuple(
    re.compile(rf"{PREFIX}(?P<label>{words})\s*(?P<legend>\([^()]{{0,120}}\))?\s*(?=\W)")
    for words in (r"\w{1,20} \w{1,20}", r"\w{1,20}")
)
_SPACED = re.compile(rf"{PREFIX}(?P<label>[\u3400-\u9fff]{{2,10}})\s+(?=\S)")
_OPENING = frozenset("【[〖〔")
_DASH = re.compile(r"[-–—→]")
_DASHED = re.compile(
    rf"{PREFIX}(?P<label>\w(?:[^:|=()—–-]|(?<=\w)-(?=\w)){{0,30}}(?P<legend>\([^()]{{0,40}}\)[^:|=()—–-]{{0,20}})?)"
    r"(?P<sep>\s[-–](?:\s|$)|\s?—{1,2}|\s?→)\s*"
)
"""A dash or an arrow between label and value: for labels that are known."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_GAP = re.compile(r"[\s,;、|]+")
_NEAR = 300
"""Characters from where a label may begin, in which its marks must stand."""
_MOST_GAPS = 1000
"""Blanks and commas of a value after which labels are looked for."""
_SENTENCE = re.compile(r"[。!?;,、“”\"]|\.\s")


class LabelHit(NamedTuple):
    """A label that a line has, and the bounds of its value in the display text."""

    meaning: LabelMeaning | None
    """What it means; None where no profile knows it."""
    label: str
    """As written."""
    legend: str
    """What it has in brackets."""
    start: int
    end: int
    row: bool
    """True where it is a cell of a table's row."""

    @property
    def role(self) -> str:
        """What it means the value is for; empty where no profile knows it."""
        return self.meaning.role if self.meaning else ""


def label_at(line: DisplayLine, vocabulary: Vocabulary, start: int = 0) -> LabelHit | None:
    """Find the label that the line begins with at ``start``, known or not."""
    text = line.text
    if (
        not _OPENING.isdisjoint(text[start : start + _NEAR])
        and (bracketed := _BRACKETED.match(text, start))
        and (meaning := vocabulary.meaning(bracketed["label"]))
    ):
        return _hit(line, bracketed, meaning, row=False)
    match = _LABEL.match(text, start)
    meaning = vocabulary.meaning(match["label"]) if match else None
    may_dash = meaning is None and _DASH.search(text, start, start + _NEAR)
    dashed = _DASHED.match(text, start) if may_dash else None
    if dashed and (dashed_meaning := vocabulary.meaning(dashed["label"])):
        return _hit(line, dashed, dashed_meaning, row=False)
    if match is None or not match["label"].strip():
        return None
    row = match["row"] is not None
    if meaning is None and not row and match["sep"][0] in "|=":
        return None
    return _hit(line, match, meaning, row=row)


def _hit(
    line: DisplayLine, match: re.Match[str], meaning: LabelMeaning | None, *, row: bool
) -> LabelHit:
    end = len(line.text.rstrip("| \t" if row else None))
    label = line.cut(match.start("label"), match.end("label"))
    return LabelHit(meaning, label, match["legend"] or "", match.end(), max(end, match.end()), row)


def label_alone(line: DisplayLine, vocabulary: Vocabulary) -> LabelHit | None:
    """Return the known label that is all of the line, its value below."""
    start, _ = past_prefix(line.text)
    label = line.text[start:].rstrip(CLOSING + ":")
    meaning = vocabulary.meaning(label) if len(label) <= 40 else None
    if meaning is None:
        return None
    end = len(line.text)
    return LabelHit(meaning, line.cut(start, start + len(label)), "", end, end, row=False)


class RowCell(NamedTuple):
    """A cell of a table's row, by its bounds in the display text."""

    start: int
    end: int
    heading: bool


def cells_of(line: DisplayLine) -> list[RowCell]:
    """Return the cells of a row, none where the line is no row."""
    text = line.text
    if not text.lstrip().startswith("|"):
        return []
    bars = [n for n, c in enumerate(text) if c == "|"]
    if text[bars[-1] + 1 :].strip():
        bars.append(len(text))
    return [
        RowCell(a + 1 + text.startswith("=", a + 1), b, heading=text.startswith("=", a + 1))
        for a, b in pairwise(bars)
    ]


def status_without_colon(line: DisplayLine, vocabulary: Vocabulary) -> LabelHit | None:
    """Find a status label with no colon: the caller checks that what follows is marked."""
    for pattern in _UNMARKED:
        match = pattern.match(line.text)
        meaning = vocabulary.meaning(match["label"]) if match else None
        if match and meaning and meaning.role == "status":
            return hit_before_rest(line, match, meaning, match["legend"] or "")
    return None


def hit_before_rest(
    line: DisplayLine, match: re.Match[str], meaning: LabelMeaning | None, legend: str = ""
) -> LabelHit:
    """Make the hit of a match with a group `label`, whose value is the rest of the line."""
    label = line.cut(match.start("label"), match.end("label"))
    return LabelHit(meaning, label, legend, match.end(), len(line.text.rstrip()), row=False)


def label_spaced(line: DisplayLine, vocabulary: Vocabulary) -> LabelHit | None:
    """Find a known Han label with a space for a colon; its value has a digit, or it is long."""
    match = _SPACED.match(line.text)
    meaning = vocabulary.meaning(match["label"]) if match else None
    if match is None or meaning is None or meaning.role not in ("field", "problem"):
        return None
    if not (len(match["label"]) > 2 or line.text[match.end()].isdigit()):
        return None
    return hit_before_rest(line, match, meaning)


def may_be_field(
    hit: LabelHit, line: DisplayLine, vocabulary: Vocabulary, *, in_problem: bool
) -> bool:
    """Return True where a label that no profile knows has the shape of one.

    Below a problem, which may have several lines, it must be short, with a short value.
    """
    label = hit.label.strip()
    if _SENTENCE.search(fold(label)) or label[0] in "[{【(<#*-\\~":
        return False
    value = line.text[hit.start : hit.end].strip()
    if in_problem and (not value or len(value) > 60 or label_key(label) in vocabulary.never):
        return False
    if value.startswith("//") or value[-1:] in ("。", "!", "?", ";"):
        return False
    if in_problem and value[-1] == ".":
        return False
    if _HAN.search(label):
        return len(label) <= (6 if in_problem else 12)
    words = len(label.split())
    return label[0].isalpha() and words <= (3 if in_problem else 4)


def is_plain(hit: LabelHit, line: DisplayLine) -> bool:
    """Return True where the line is a label with a short value: no item of a list of remarks."""
    value = line.text[hit.start : hit.end]
    numbered = line.text[: hit.start].lstrip()[:1].isdigit()
    return not numbered and len(value) <= 60 and not re.search(r"[。!?;,、]", value)


def known_labels(line: DisplayLine, vocabulary: Vocabulary, hit: LabelHit) -> list[LabelHit]:
    """Return the hit and the known labels that follow on the line; a problem's text is not cut."""
    found = [hit]
    if hit.meaning is None or hit.meaning.type == "text":
        return found
    for match in islice(_GAP.finditer(line.text, hit.start, hit.end), _MOST_GAPS):
        following = label_at(line, vocabulary, match.end())
        if following is None or following.meaning is None or following.start > hit.end:
            continue
        found[-1] = found[-1]._replace(end=match.start())
        found.append(following._replace(end=hit.end))
        if following.meaning.type == "text":
            break
    return found
