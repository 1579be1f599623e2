"""How a team writes headings, status lines, speakers and rounds, from a survey of pages."""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from kb.cases.learn.survey import LabelUse, SurveyBlock, label_of, undecorated
from kb.cases.lines.display import BULLETS, fold, past_prefix
from kb.cases.lines.vocabulary import label_key


@cache
def lexicon() -> dict[str, Any]:
    """Load the words of roles, parts and states in several languages."""
    text = (files("kb.cases.learn") / "lexicon.toml").read_text("utf-8")
    return tomllib.loads(text)


def means(label: str, table: str, name: str, *, partly: bool = True) -> bool:
    """Return True where the label is a word of the lexicon, or ``partly`` one."""
    key = label_key(label)
    words, ends = _words(table, name)
    if key in words or (partly and key.endswith(ends)):
        return True
    if not partly:
        return False
    parts = label.casefold().split()
    if len(parts) > 1:
        return parts[0] in words or parts[-1] in words
    return key.startswith(tuple(word for word in words if len(word) > 4 and word.isascii()))


@cache
def _words(table: str, name: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the keys of the words, and of those the ones that may end a longer Han label."""
    words = frozenset(label_key(word) for word in lexicon()[table][name])
    return words, tuple(w for w in words if len(w) > 1 and not w.isascii())


DATE = (
    r"\d{4}-\d{1,2}-\d{1,2}|\d{4}/\d{1,2}/\d{1,2}|\d{4}\.\d{1,2}\.\d{1,2}|\d{1,2}\.\d{1,2}\.\d{4}"
    r"|\d{4}年\d{1,2}月\d{1,2}[日号]|(?:19|20)\d{6}"
)
_TOKEN = re.compile(rf"(?P<date>(?:{DATE})(?!\d))|(?P<number>\d{{1,12}})|(?P<text>\D{{1,80}})")
_JOIN = re.compile(r"[_/-]")
_MOST_TOKENS = 8


class _Token(NamedTuple):
    kind: str
    text: str


def heading_patterns(texts: Sequence[str]) -> list[str]:
    """Return regular expressions with groups `id`, `number`, `date` that the headings match."""
    if not texts:
        return []
    every = [
        [_Token(m.lastgroup or "", m[0]) for m in _TOKEN.finditer(text)][:_MOST_TOKENS]
        for text in texts
    ]
    place = _number_place(every)
    if place is None:
        return [r"(?P<id>[^\s].{0,200})"]
    kinds = Counter(tuple(t.kind for t in tokens[: place + 1]) for tokens in every)
    usual = kinds.most_common(1)[0][0]
    alike = [ts for ts in every if tuple(t.kind for t in ts[: place + 1]) == usual]
    before = "".join(_part([ts[n] for ts in alike]) for n in range(place))
    number = rf"{before}(?P<number>\d{{1,12}})(?!\d)"
    if "date" in usual:
        return [rf"(?P<id>{number})"]
    joined = sum(_is_joined(ts[place + 1 : place + 3]) for ts in alike)
    if joined * 2 > len(alike):
        return [rf"(?P<id>{number}[_/-](?P<date>{DATE}))", rf"(?P<id>{number})"]
    return [rf"(?P<id>{number})(?:\D{{1,20}}(?P<date>{DATE}))?"]


def _number_place(every: list[list[_Token]]) -> int | None:
    """Find where the case's own number stands: the first that differs from heading to heading."""
    first: int | None = None
    for place in range(_MOST_TOKENS):
        values = [ts[place].text for ts in every if len(ts) > place and ts[place].kind == "number"]
        if len(values) * 2 <= len(every):
            continue
        first = place if first is None else first
        if len(set(values)) * 10 >= len(values) * 8:
            return place
    return first


def _part(tokens: list[_Token]) -> str:
    """Return what stands at one place before the number, as a pattern."""
    kind = tokens[0].kind
    if kind == "date":
        return f"(?P<date>{DATE})"
    texts = {token.text for token in tokens}
    if len(texts) == 1:
        return re.escape(texts.pop())
    return r"\d{1,12}" if kind == "number" else r"\D{1,80}?"


def _is_joined(tokens: list[_Token]) -> bool:
    """Return True where a date follows the number with a mere dash between."""
    kinds = [token.kind for token in tokens]
    return kinds == ["text", "date"] and bool(_JOIN.fullmatch(tokens[0].text))


_MARK = re.compile(
    r"\[[^\[\]\w]\]|\[[xX ]?\]|\([xX√✓✔/ ]?\)|[^\w\s.,:;|/、。()\[\]【】\"'“”<>{}*_~&+-]"
)
_SPLIT = re.compile(r"\s*(?:[|、,;]|(?<!\()/(?!\)))\s*|\s{2,}|\t")
_STATES = ("resolved", "in_progress", "shelved")


class StatusForm(NamedTuple):
    """How states stand and are marked."""

    states: dict[str, list[str]]
    """Name → words as written."""
    guessed: list[str]
    """Words put to a state by their place alone."""
    ticks: list[str]
    boxes: list[str]
    lone: bool


def status_form(use: LabelUse, lexicon: dict[str, list[str]]) -> StatusForm | None:
    """Derive the status line's form from its values, those below it included; None: it has none."""
    values = [value for value in use.values if value]
    marks = Counter(mark for value in values for mark in dict.fromkeys(_MARK.findall(value)))
    known = {_folded(word) for group in lexicon.values() for word in group}
    words: Counter[str] = Counter()
    order: dict[str, list[int]] = defaultdict(list)
    marked: Counter[str] = Counter()
    for value in values:
        for place, piece in enumerate(filter(None, _pieces(value, known))):
            word = _MARK.sub(" ", piece).strip(" .:*_·\\-")
            if word and len(word) <= 30:
                words[word] += 1
                order[word].append(place)
                marked.update(_MARK.findall(piece))
    least = max(1, len(values) // 20)
    kept = [word for word, count in words.items() if count >= least]
    if not kept or len(kept) > 12:
        return None
    options = sum(words.values()) / max(len(values), 1)
    ticks, boxes = _ticks(values, marks)
    states, guessed = _states(kept, order, lexicon)
    if not any(states.values()):
        return None
    return StatusForm(states, guessed, ticks, boxes, lone=options < 1.5 and not ticks)


def _pieces(value: str, known: set[str]) -> list[str]:
    """Split a value into options; at spaces alone where two of the words are known states."""
    # Space before each mark that follows a word and a space, so that options come apart.
    pieces = _SPLIT.split(re.sub(rf"(?<=\w)\s+(?={_MARK.pattern})", "  ", value))
    if len(pieces) == 1:
        words = value.split()
        if sum(_MARK.sub("", word).casefold() in known for word in words) > 1:
            return words
    return pieces


def _ticks(values: list[str], marks: Counter[str]) -> tuple[list[str], list[str]]:
    """Tell ticks from boxes: a mark that stands once in a value chooses, a repeated one not."""
    ticks: list[str] = []
    boxes: list[str] = []
    for mark, _ in marks.most_common():
        having = [value.count(mark) for value in values if mark in value]
        empty = mark.strip("[]() ") == "" or mark in "☐□⬜◻○◯"
        (boxes if empty or sum(having) > 1.5 * len(having) else ticks).append(mark)
    return ticks, boxes


def _states(
    words: list[str], order: dict[str, list[int]], lexicon: dict[str, list[str]]
) -> tuple[dict[str, list[str]], list[str]]:
    """Group words by state: by their meaning, and the rest by their place among the options."""
    states: dict[str, list[str]] = {name: [] for name in _STATES}
    rest = []
    for word in words:
        name = next((n for n in _STATES if _folded(word) in map(_folded, lexicon[n])), None)
        if name:
            states[name].append(word)
        else:
            rest.append(word)
    rest.sort(key=lambda word: sum(order[word]) / len(order[word]))
    free = [name for name in _STATES if not states[name]]
    for name, word in zip(free, rest, strict=False):
        states[name].append(word)
    return states, rest[: len(free)]


def _folded(word: str) -> str:
    return fold(word).casefold()


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
        rf"(?:{words})\s*+#?\s*+{_NUMERAL}(?:\s[^\W\d]{{1,20}})?",
    )
    lines = {_round_text(line.text) for block in blocks for line in block.lines}
    short = [line for line in lines if 0 < len(line) <= 40]
    patterns = [re.compile(form, re.IGNORECASE) for form in forms]
    return [p.pattern for p in patterns if any(map(p.fullmatch, short))]


def _round_text(text: str) -> str:
    """Return a line without decoration, brackets, and the date that may close it."""
    start, _ = past_prefix(text)
    return _WHEN.sub("", text[start:].strip(" \t=*#-【】[]():"))
