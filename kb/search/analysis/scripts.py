"""Which characters make up a run, a word, a compound; English stems; words that say little.

Function words build sentences. They are indexed like all others. In a query they are not required
beside other words, and their rarity in an index is not taken for meaning: answers seldom ask
`怎么`, so that the few that do would come first.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Protocol

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


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802  (the library's name)


@cache
def _stemmer() -> _Stemmer:
    import Stemmer

    made: _Stemmer = Stemmer.Stemmer("english")
    return made


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Stem a folded English word: `refunds` and `refunding` give `refund`."""
    return _stemmer().stemWord(word)


_ENGLISH_WORDS = frozenset(
    (  # noqa: SIM905
        "a an and are as at be been but by can could did do does for from had has have "
        "how i if in into is it its may me my no not of on or our so than that the their "
        "them then there these they this those to was we were what when where which who "
        "why will with would you your"
    ).split()
)
_CHINESE_WORDS = frozenset(
    (  # noqa: SIM905
        "什么 怎么 怎样 怎么样 怎么办 怎么着 怎么回事 如何 为什么 为何 什么样 "
        "是什么 有什么 哪 哪些 哪里 哪个 哪种 哪一 哪儿 哪位 哪年 谁 何 几 "
        "几个 第几 多少 多久 多大 多高 多长 多远 是否 能否 可否 有没有 "
        "是不是 能不能 会不会 可不可以 要不要 好不好 有哪些 吗 呢 吧 啊 请 "
        "请问 请教 谢谢 您好 你好 想 想要 想问 问 问下 一下 的 了 着 之 "
        "所 者 其 此 该 这 那 这个 那个 这些 那些 这种 那种 这样 那样 "
        "一个 一种 我 你 您 他 她 它 们 我们 你们 他们 是 有 会 能 可以 "
        "要 应该 需要 就 都 也 还 又 再 更 最 很 太 非常 比较 只 才 已 "
        "已经 曾 曾经 将 并 则 却 在 和 与 及 或 或者 还是 并且 而 而且 "
        "但 但是 虽然 不过 因为 所以 如果 然后 把 被 给 对 从 到 于 以 "
        "为 作为 使 让 由 等 等等 现在 目前 大概 到底 究竟 上 下 中 里 "
        "后 前 时 时候 的时候 以后 之后 之前 以前"
    ).split()
)
STEMS = frozenset(stem(word) for word in _ENGLISH_WORDS) | _ENGLISH_WORDS
"""English ones as they stand in an index."""
IN_RUNS = re.compile("|".join(sorted(_CHINESE_WORDS, key=lambda word: (-len(word), word))))
"""Finds Chinese ones in a run, the longest first."""


def is_function_word(folded: str) -> bool:
    """Whether a folded word of a query is one of them."""
    return folded in _ENGLISH_WORDS or folded in _CHINESE_WORDS
