"""Who speaks, and how rounds are counted, from how lines look."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from kb.cases.learn.lexicon import lexicon
from kb.cases.learn.survey import SurveyBlock, label_of, undecorated
from kb.cases.lines.prefix import BULLETS, past_prefix
from kb.cases.lines.vocabulary import label_key

_PAIRS = ("【】", "[]", "〖〗", "〔〕", "「」", "『』", "<>", "«»")
_LINK = r"\[\[[^\[\]]{1,200}\]\]"
_NAME = re.compile(rf"[\s@{BULLETS}]*(?P<name>{_LINK}|[^\W\d_][\w .'’()-]{{0,30}}?)\s*:")
_NUMERAL = "(?P<n>[0-9]{1,3}|[一二三四五六七八九十]{1,3})"
_WHEN = re.compile(r"[\s(,]{1,3}\d{2,4}[-/.年][\d\s:./()月日-]{2,20}$")


def _bracketed(pair: str) -> re.Pattern[str]:
    name = rf"(?:{_LINK}|[^\d\W][^{re.escape(pair)}:\d]{{0,30}}?)"
    first, last = map(re.escape, pair)
    return re.compile(rf"[\s{BULLETS}]*{first}\s*{name}\s*{last}\s*(?P<colon>:)?")


_FORMS = {pair: _bracketed(pair) for pair in _PAIRS}


def speaker_brackets(blocks: list[SurveyBlock], opens: Mapping[str, str]) -> list[str]:
    """Return pairs of brackets in which a name opens a line, most used first.

    Where a colon follows; else, where none does, those in the tracking part.
    """
    signed: Counter[str] = Counter()
    unsigned: Counter[str] = Counter()
    for block in blocks:
        inside = False
        for line in block.lines:
            inside = _is_inside(undecorated(line), opens, inside=inside)
            for pair, form in _FORMS.items():
                match = form.match(line.text) if pair[0] in line.text else None
                if match:
                    signed[pair] += match["colon"] is not None
                    unsigned[pair] += inside and match.end() < len(line.text)
    least = max(2, len(blocks) // 10)
    found = [pair for pair, count in signed.most_common() if count >= least]
    return found or [p for p, count in unsigned.most_common() if count >= max(least, len(blocks))]


def _is_inside(text: str, opens: Mapping[str, str], *, inside: bool) -> bool:
    """Return True from a line that opens a tracking part to one that opens a resolution."""
    opened = opens.get(label_key(text))
    return opened == "tracking" if opened else inside


class TalkLabels(NamedTuple):
    """Labels by whether they stand in the tracking part, where people talk."""

    labels: set[str]
    """Keys of those that stand there nearly always: names, notes, rounds; no fields."""
    unmarked: bool
    """True where some are names before a colon, with no brackets."""


def talk(blocks: list[SurveyBlock], opens: Mapping[str, str]) -> TalkLabels:
    """Find what opens lines of the tracking parts; ``opens``: key of a part's label → part."""
    inside: Counter[str] = Counter()
    outside: Counter[str] = Counter()
    tracking = named = 0
    for block in blocks:
        now = False
        for line in block.lines:
            before, now = now, _is_inside(undecorated(line), opens, inside=now)
            tracking += now and not before
            if hit := label_of(line):
                (inside if now and before else outside)[label_key(hit.label)] += 1
            named += now and before and bool(_NAME.match(line.text))
    labels = {key for key, count in inside.items() if count > 4 * outside[key]}
    return TalkLabels(labels, tracking * 2 >= len(blocks) and named > 0)


def rounds(blocks: list[SurveyBlock]) -> list[str]:
    """Return patterns of lines that count rounds: a word of the lexicon beside a numeral."""
    words = "|".join(re.escape(word) for word in lexicon()["rounds"]["words"])
    forms = (
        rf"第\s*{_NUMERAL}\s*(?:{words})[^\s:,(]{{0,12}}",
        rf"(?:{words})\s*#?\s*{_NUMERAL}(?:\s[^\W\d]{{1,20}})?",
    )
    lines = {_round_text(line.text) for block in blocks for line in block.lines}
    short = [line for line in lines if 0 < len(line) <= 40]
    patterns = [re.compile(form, re.IGNORECASE) for form in forms]
    return [p.pattern for p in patterns if any(map(p.fullmatch, short))]


def _round_text(text: str) -> str:
    """Return a line without decoration, brackets, and the date that may close it."""
    start, _ = past_prefix(text)
    return _WHEN.sub("", text[start:].strip(" \t=*#-【】[]():"))
