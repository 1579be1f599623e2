"""English stems, and the words that build sentences and say little of what they are about.

Function words are indexed like all others. In a query they are not required beside other words, and
their rarity in an index is not taken for meaning: answers seldom ask `怎么`, so that the few that
do would come first.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Protocol


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


ENGLISH = frozenset(
    (  # noqa: SIM905
        "a an and are as at be been but by can could did do does for from had has have "
        "how i if in into is it its may me my no not of on or our so than that the their "
        "them then there these they this those to was we were what when where which who "
        "why will with would you your"
    ).split()
)
CHINESE = frozenset(
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
STEMS = frozenset(stem(word) for word in ENGLISH) | ENGLISH
"""English ones as they stand in an index."""
IN_RUNS = re.compile("|".join(sorted(CHINESE, key=lambda word: (-len(word), word))))
"""Finds Chinese ones in a run, the longest first."""


def is_function_word(folded: str) -> bool:
    """Whether a folded word of a query is one of them."""
    return folded in ENGLISH or folded in CHINESE
