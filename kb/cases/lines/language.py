"""The language of a case's own text, by its script."""

from __future__ import annotations

import re

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]{2,}")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]{2,}")
_MARKUP = re.compile(r"\[\[[^\]\n]{0,1000}\]\]|\{\{[^{}]{0,500}\}\}|https?:[!-~]{1,2000}")


def language_of(text: str) -> str:
    """Return the language as BCP 47 has it: zh, ja, ko, en, ru; `und` where nothing tells it.

    A Latin-script text counts as English: the profiles know no other language.
    """
    text = _MARKUP.sub(" ", text)
    han, words = len(_HAN.findall(text)), len(_WORD.findall(text))
    counts = {
        "ja": len(_KANA.findall(text)) * 3,
        "zh": han,
        "ko": len(_HANGUL.findall(text)),
        "ru": len(_CYRILLIC.findall(text)),
        "en": words,
    }
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else "und"
