"""Values by type: dates and times, numbers, numerals of several scripts, names of people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, time
from functools import lru_cache

from kb.cases.lines.display import fold
from kb.cases.lines.vocabulary import Vocabulary
from kb.cases.profile.profile import EngineerRule, FieldType

_TIME = re.compile(
    r"[\sT,]*+(?P<half>上午|凌晨|早上|下午|晚上)?\s*+(?P<h>\d{1,2})\s*+[:点时]\s*+(?P<m>\d{1,2})?"
    r"(?:\s*+[:分]\s*+(?P<s>\d{1,2})?)?\s*+秒?\s*+(?P<ampm>[AaPp]\.?[Mm]\.?)?"
    r"\s*+(?P<zone>Z|[+-]\d{2}:?\d{2})?\s*+$"
)
_INTEGER = re.compile(r"(?:第|#|No\.?)?\s*(\d{1,9})\s*(?:号充电枪|号枪|号|#|枪)?$", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?:¥|￥|\$|€|RMB|CNY|USD|EUR)?\s*(-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d{1,15}(?:\.\d{1,9})?)"
    r"\s*(?:元|块|RMB|CNY|USD|EUR)?$",
    re.IGNORECASE,
)

_PERSON_LINK = re.compile(r"\[\[(?P<label>[^\[\]|>]{1,200})(?P<to>(?:>>|\|)[^\]]{0,500})?\]\]")
_MENTION = re.compile(
    r"\{\{mention [^{}]{0,300}?reference=\"(?P<who>[^\"]{1,200})\"[^{}]{0,300}\}\}"
)
_STYLE = re.compile(r"\(%.{0,300}?%\)")
_AROUND_NAME = " \t*/_@\u3000\u00a0"


def parse_value(value: str, kind: FieldType, vocabulary: Vocabulary) -> str | int | float | None:
    """Parse a value as its type has it; None where it does not parse whole."""
    text = fold(value).strip()
    if kind == "datetime":
        return parse_moment(text, vocabulary)
    if kind == "integer":
        match = _INTEGER.match(text)
        return int(match[1]) if match else None
    if kind == "number":
        match = _NUMBER.match(text)
        digits = match[1].replace(",", "") if match else ""
        return (float(digits) if "." in digits else int(digits)) if digits else None
    return None


def parse_moment(text: str, vocabulary: Vocabulary) -> str | None:
    """Parse a date and time, no more precise than written: `2020/4/4 4:51` → `2020-04-04T04:51`."""
    for pattern in vocabulary.dates:
        match = pattern.match(text)
        day = match and day_of(match, vocabulary)
        if not match or not day:
            continue
        rest = text[match.end() :]
        if not rest.strip():
            return day
        clock = _clock(rest)
        return f"{day}T{clock}" if clock else None
    return None


def _clock(text: str) -> str | None:
    match = _TIME.match(text)
    if match is None:
        return None
    hour, minute = int(match["h"]), int(match["m"] or 0)
    late = match["half"] in ("下午", "晚上") or (match["ampm"] or "").lower().startswith("p")
    early = (match["ampm"] or "").lower().startswith("a")
    if late and hour < 12:
        hour += 12
    if early and hour == 12:
        hour = 0
    try:
        full = time(hour, minute, int(match["s"] or 0))
    except ValueError:
        return None
    clock = full.isoformat() if match["s"] else full.isoformat("minutes")
    zone = match["zone"] or ""
    return clock + (zone if ":" in zone or len(zone) < 2 else f"{zone[:3]}:{zone[3:]}")


def day_of(match: re.Match[str], vocabulary: Vocabulary) -> str | None:
    """Return the ISO date of groups y, m, d; None where there is no such day."""
    month = match["m"]
    number = int(month) if month.isdigit() else vocabulary.months.get(month[:3].casefold(), 0)
    try:
        return date(int(match["y"]), number, int(match["d"])).isoformat()
    except ValueError:
        return None


def parse_day(text: str, vocabulary: Vocabulary) -> str | None:
    """Parse a text that is a date and no more as an ISO date."""
    found = parse_moment(fold(text).strip(), vocabulary)
    return found if found and "T" not in found else None


def parse_numeral(text: str, vocabulary: Vocabulary) -> int | None:
    """Parse a number written as `2`, `二`, `十二`, `second`, `2nd`."""
    digits = re.match(r"\d+", text)
    if digits:
        return int(digits[0])
    whole = vocabulary.numerals.get(text.casefold())
    if whole is not None:
        return whole
    total = current = 0
    for character in text:
        number = vocabulary.numerals.get(character)
        if number is None:
            return None
        if number >= 10:
            total += max(current, 1) * number
            current = 0
        else:
            current = number
    return total + current or None


@lru_cache(maxsize=64)
def _splitter(rule: EngineerRule) -> re.Pattern[str]:
    parts = [r"\s+" if s == " " else _separator(s) for s in rule.separators]
    return re.compile("|".join(sorted(parts, key=len, reverse=True)) or "(?!)", re.IGNORECASE)


def _separator(separator: str) -> str:
    inner = re.escape(separator.strip())
    if separator.isalpha():  # a word: within a run of letters only between two names' worth
        return rf"(?<!\s)\s++{inner}\s++|(?<=\w\w){inner}(?=\w\w)"
    if separator != separator.strip():
        return rf"(?<!\s)\s++{inner}\s++"
    return rf"(?:(?<!\s)\s++)?+{inner}\s*+"


def names_in(value: str, rule: EngineerRule, nobody: set[str]) -> list[str]:
    """Return the people that a value names, as written, in order, each once."""
    text = _STYLE.sub("", value)
    text = _MENTION.sub(lambda m: m["who"].rpartition(".")[2], text)
    text = _PERSON_LINK.sub(
        lambda m: m["label"] if m["to"] else m["label"].rpartition(".")[2], text
    )
    if text.strip(_AROUND_NAME).casefold() in nobody:
        return []
    names = (name.strip(_AROUND_NAME) for name in _separated(text, rule))
    return list(dict.fromkeys(name for name in names if name and name.casefold() not in nobody))


def _separated(text: str, rule: EngineerRule) -> Iterator[str]:
    at = 0
    for match in _splitter(rule).finditer(fold(text)):
        yield text[at : match.start()]
        at = match.end()
    yield text[at:]
