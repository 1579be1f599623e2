"""Words of roles, parts and states in several languages: for proposals, never for records."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

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
