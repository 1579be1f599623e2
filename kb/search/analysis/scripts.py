"""Which characters make up a run, a word, a compound: regular expressions over folded text."""

from __future__ import annotations

import re

RUN = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c"  # radicals, 々 〇 〡
    "\u3041-\u3096\u3099\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"  # kana
    "\u3105-\u312f\u31a0-\u31bf"  # bopomofo
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\u1100-\u11ff\ua000-\ua4cf\uac00-\ud7ff"  # Hangul, Yi
    "\u0e01-\u0e4e\u0e81-\u0ecd\u1000-\u103f\u1780-\u17d3"  # Thai, Lao, Burmese, Khmer
)
"""Scripts written without spaces: each character and each pair of neighbours is a term."""

HAN = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
"""The Han part of `RUN`."""

_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0900-\u0903"
    "\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc-\u09cd\u0a01-\u0a03\u0a3c-\u0a4d"
    "\u0a81-\u0a83\u0abc-\u0acd\u0b01-\u0b03\u0b3c-\u0b4d\u0bbe-\u0bcd\u0c00-\u0c04\u0c3e-\u0c4d"
    "\u0cbc-\u0ccd\u0d00-\u0d03\u0d3b-\u0d4d\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f"
)
"""Marks that belong to the letter before them."""

_LETTER = rf"[^\W_{RUN}]"
PIECE = rf"{_LETTER}+(?:['{_MARKS}]+{_LETTER}+)*[{_MARKS}]*"
"""Letters and digits of one word, an apostrophe inside it included."""
CONNECTOR = r"[._\-@/:#+~%&=?\\]"
"""What joins the pieces of a file name, version, address, error code or date."""

_WORD = rf"{_LETTER}+(?:(?:['{_MARKS}]+|[{_MARKS}]*{CONNECTOR}{{1,3}}){_LETTER}+)*[{_MARKS}]*"
"""Pieces with connectors between them, with as few sets as may be: each takes long to compile."""
TOKEN = re.compile(rf"[{RUN}]+|{_WORD}")
"""A run, or a word with all that is joined to it."""
KINDS = re.compile(
    rf"([{RUN}]+)|([a-z]+)(?!{_LETTER}|['{_MARKS}]|{CONNECTOR}{{1,3}}{_LETTER})|({TOKEN.pattern})"
)
"""`TOKEN`, saying which it is: 1 a run, 2 a plain English word, 3 a word with more to it."""
PIECES = re.compile(PIECE)
IN_RUN = re.compile(f"[{RUN}]")
"""Tells by its first character whether a token is a run."""
HAN_RUN = re.compile(f"[{HAN}]+")
ENGLISH = re.compile(r"[a-z]+(?:'[a-z]+)*")
SEGMENTS = re.compile(r"[0-9]+|[^0-9]+")
"""Digits and the rest of a mixed word: `err404`."""
CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
"""The words of `outOfMemory` and `XMLHttpRequest`."""
HUMP = re.compile(r"[a-z][A-Z]|[A-Z]{2}[a-z]")
"""What makes a word camel case."""
