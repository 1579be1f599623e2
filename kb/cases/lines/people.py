"""Names of people in a value: `chinyee YD`, `Ann Lee, Bob`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from kb.cases.lines.display import fold
from kb.cases.profile.profile import EngineerRule

_LINK = re.compile(r"\[\[(?P<label>[^\[\]|>]{1,200})(?P<to>(?:>>|\|)[^\]]{0,500})?\]\]")
_MENTION = re.compile(
    r"\{\{mention [^{}]{0,300}?reference=\"(?P<who>[^\"]{1,200})\"[^{}]{0,300}\}\}"
)
_STYLE = re.compile(r"\(%.{0,300}?%\)")
_AROUND = " \t*/_@\u3000\u00a0"


@lru_cache(maxsize=64)
def _splitter(rule: EngineerRule) -> re.Pattern[str]:
    parts = [r"\s+" if s == " " else _spaced(s) for s in rule.separators]
    return re.compile("|".join(sorted(parts, key=len, reverse=True)) or "(?!)", re.IGNORECASE)


def _spaced(separator: str) -> str:
    inner = re.escape(separator.strip())
    if separator.isalpha():  # a word: within a run of letters only between two names' worth
        return rf"\s+{inner}\s+|(?<=\w\w){inner}(?=\w\w)"
    return rf"\s+{inner}\s+" if separator != separator.strip() else rf"\s*{inner}\s*"


def names_in(value: str, rule: EngineerRule, nobody: set[str]) -> list[str]:
    """The people that a value names, as written, in order, each once."""
    text = _STYLE.sub("", value)
    text = _MENTION.sub(lambda m: m["who"].rpartition(".")[2], text)
    text = _LINK.sub(lambda m: m["label"] if m["to"] else m["label"].rpartition(".")[2], text)
    if text.strip(_AROUND).casefold() in nobody:
        return []
    names = (name.strip(_AROUND) for name in _parts(text, rule))
    return list(dict.fromkeys(name for name in names if name and name.casefold() not in nobody))


def _parts(text: str, rule: EngineerRule) -> Iterator[str]:
    at = 0
    for match in _splitter(rule).finditer(fold(text)):
        yield text[at : match.start()]
        at = match.end()
    yield text[at:]
