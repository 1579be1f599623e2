"""The language of a case's own text, by its script."""

from __future__ import annotations

import re

_SCRIPTS = {
    "ja": (re.compile(r"[\u3040-\u30ff]"), 3),
    "zh": (re.compile(r"[\u3400-\u9fff\uf900-\ufaff]"), 1),
    "ko": (re.compile(r"[\uac00-\ud7a3]"), 1),
    "ru": (re.compile(r"[\u0400-\u04ff]{2,}"), 1),
    "en": (re.compile(r"[A-Za-z\u00c0-\u024f]{2,}"), 1),
}
"""Language → its characters, or words, and how much one counts; of equal ones the first wins."""
_MARKUP = re.compile(r"\[\[[^\]\n]{0,1000}\]\]|\{\{[^{}]{0,500}\}\}|https?:[!-~]{1,2000}")


def language_of(text: str) -> str:
    """Return the language as BCP 47 has it: zh, ja, ko, en, ru; `und` where nothing tells it.

    A Latin-script text counts as English: the profiles know no other language.
    """
    text = _MARKUP.sub(" ", text)
    counts = {name: len(form.findall(text)) * each for name, (form, each) in _SCRIPTS.items()}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else "und"
