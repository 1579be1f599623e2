"""Protected values: where a text has them, and what they are replaced by.

Texts are compared folded (kb.search.analysis), so that width, case and traditional characters
hide nothing. A number is protected wherever its digits stand, whatever spaces or hyphens divide
them; a name of two or more Han characters wherever it stands; a name of one Han character or of
Latin letters where it is a whole word; other words wherever they stand. Values written apart are
found too: `(138) 00–13/8000`, `一三八零零一三八零零零`, `试 验 员 甲`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Final, NamedTuple

from kb.redact.public_rules import PublicRules
from kb.search.analysis import fold_text
from kb.text.fold import fold

_DIGITS = re.compile(r"[0-9](?:[ \-._]?[0-9])+")
_LONG = 11
"""Digits of a number that nobody knows to be harmless: it is protected too."""
_MAIL = re.compile(
    r"[a-z0-9][a-z0-9._%+\-]{0,63}@[a-z0-9][a-z0-9\-]{0,62}(?:\.[a-z0-9\-]{1,63}){1,5}"
)
_PLATE = re.compile(
    "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领]"
    "[a-z][·. ]?[a-z0-9]{5,6}(?![a-z0-9])"
)
_MOBILE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
_WORD = re.compile(r"[a-z0-9]")
_HAN = re.compile(r"[㐀-鿿]")
_LEAST_DIGITS: Final = 10
"""Shorter numbers are not looked for where they are written apart: dates and times make them up."""
_RUN = re.compile(rf"[0-9]{{{_LEAST_DIGITS},}}")
_BETWEEN = re.compile(
    r"(?<=[0-9])[\s\-._/()·,:–—~*+|]{1,4}(?=[0-9])"
    r"|(?<=[㐀-鿿])[\s·・]{1,4}(?=[㐀-鿿])"
)
_NUMERALS = re.compile("[〇零一二三四五六七八九幺]{7,}")
_DIGIT_OF: Final = str.maketrans("〇零一二三四五六七八九幺", "001234567891")
_HEX = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})(?![0-9a-f])")
_ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"


class ProtectedSpan(NamedTuple):
    """A protected value in a folded text."""

    start: int
    end: int
    kind: str
    value: str


class ProtectedValues:
    """All protected values of a wiki."""

    def __init__(self, rules: PublicRules, key: bytes) -> None:
        self._rules = rules
        self._key = key
        self._numbers: dict[str, str] = {}
        self._digests: dict[str, str] = {}
        self._harmless: set[str] = set()
        self._lengths: set[int] = set()
        self._words: dict[str, str] = {}
        self._first: dict[str, list[str]] = {}
        self._starts: re.Pattern[str] | None = None

    def add(self, kind: str, value: str) -> None:
        """Protect a value of a kind: `phone`, `bill`, `name`, `station`, `word`."""
        folded = fold_text(value).strip()
        for text in {value.strip(), folded} - {""}:
            data = text.encode("utf-8", "replace")
            for name in ("md5", "sha1", "sha256"):
                digest = hashlib.new(name, data, usedforsecurity=False).hexdigest()
                self._digests.setdefault(digest, kind)
        digits = re.sub(r"[ \-._]", "", folded)
        if digits.isascii() and digits.isdecimal() and len(digits) > 3:
            self._numbers.setdefault(digits, kind)
            self._lengths.add(len(digits))
        elif folded and not digits.isdecimal():
            self._words.setdefault(folded, kind)
            self._starts = None

    def allow(self, number: str) -> None:
        """Let a long number be shown, such as a pile's."""
        self._harmless.add(fold_text(number))

    def replaced(self, text: str) -> str:
        """Replace the protected values in a text."""
        if not text:
            return text
        folded = fold(text)
        pieces: list[str] = []
        at = 0
        for found in self.found(folded.text):
            start, end = folded.span(found.start, found.end)
            if start >= at:
                pieces += (text[at:start], self.pseudonym(found.kind, found.value))
                at = end
        return "".join(pieces) + text[at:] if pieces else text

    def pseudonym(self, kind: str, value: str) -> str:
        """What replaces a value: the same for the same value, telling nothing of it."""
        if self._rules.style == "mask":
            return "•••"
        digest = hmac.digest(self._key, f"{kind}\0{value}".encode("utf-8", "replace"), "sha256")
        letters = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:5])
        return f"{kind}-{letters}"

    def found(self, folded: str, *, known_only: bool = False) -> list[ProtectedSpan]:
        """Find protected values in a folded text, from left to right, none in another.

        ``known_only`` leaves out what only looks like a plate, a mail address or a number.
        """
        all_found: list[ProtectedSpan] = []
        if not known_only:
            for kind, pattern in (("mail", _MAIL), ("vehicle", _PLATE), ("phone", _MOBILE)):
                all_found += (
                    ProtectedSpan(*m.span(), kind, m[0]) for m in pattern.finditer(folded)
                )
        all_found += (*self._found_words(folded), *self._found_numbers(folded, known_only))
        all_found += self._found_spread(folded)
        kept: list[ProtectedSpan] = []
        for one in sorted(all_found, key=lambda f: (f.start, -f.end)):
            if not kept or one.start >= kept[-1].end:
                kept.append(one)
        return kept

    def _found_numbers(self, folded: str, known_only: bool) -> Iterator[ProtectedSpan]:
        for match in _DIGITS.finditer(folded):
            run = re.sub(r"[ \-._]", "", match[0])
            if kind := self._numbers.get(run):
                yield ProtectedSpan(*match.span(), kind, run)
            elif any(part in self._numbers for part in self._parts(run)) or (
                not known_only and self._is_long(match[0])
            ):
                yield ProtectedSpan(*match.span(), "number", run)

    def _is_long(self, run: str) -> bool:
        pieces = re.split(r"[ \-._]", run)
        return any(len(p) >= _LONG and p not in self._harmless for p in pieces)

    def _parts(self, run: str) -> Iterator[str]:
        for length in self._lengths:
            for start in range(len(run) - length + 1 if length < len(run) else 0):
                yield run[start : start + length]

    def _found_spread(self, folded: str) -> Iterator[ProtectedSpan]:
        """Find numbers and Han names with something between their signs."""
        apart = _closed_up(folded)
        if apart is None:
            return
        lengths = [length for length in self._lengths if length >= _LEAST_DIGITS]
        for match in _RUN.finditer(apart.text):
            for length in lengths:
                for at in range(match.start(), match.end() - length + 1):
                    number = apart.text[at : at + length]
                    if number in self._numbers:
                        yield ProtectedSpan(
                            *apart.span(at, at + length), self._numbers[number], number
                        )
        for found in self._found_words(apart.text):
            start, end = apart.span(found.start, found.end)
            if end - start > len(found.value) and self._is_apart(folded, start, end, found.value):
                yield found._replace(start=start, end=end)

    @staticmethod
    def _is_apart(folded: str, start: int, end: int, word: str) -> bool:
        """Whether separated characters are a word: two only where no Han character adjoins them."""
        alone = not (_HAN.match(folded[start - 1 : start]) or _HAN.match(folded[end : end + 1]))
        return len(word) > 2 or alone

    def is_digest(self, folded: str) -> Iterator[str]:
        """Yield the kinds of the protected values whose usual digests are in a text."""
        for match in _HEX.finditer(folded):
            if kind := self._digests.get(match[0]):
                yield kind

    def _found_words(self, folded: str) -> Iterator[ProtectedSpan]:
        if self._starts is None:
            self._prepare()
        assert self._starts is not None
        for match in self._starts.finditer(folded):
            at = match.start()
            for word in self._first[match[0]]:
                if folded.startswith(word, at) and self._stands(folded, at, word):
                    yield ProtectedSpan(at, at + len(word), self._words[word], word)
                    break

    def _prepare(self) -> None:
        self._first = {}
        for word in sorted(self._words, key=len, reverse=True):
            self._first.setdefault(word[0], []).append(word)
        self._starts = re.compile("|".join(map(re.escape, self._first)) or r"(?!)")

    @staticmethod
    def _stands(folded: str, at: int, word: str) -> bool:
        """Whether a name of one Han character, or a Latin one, is a word of its own there."""
        end = at + len(word)
        before, after = folded[at - 1 : at] if at else "", folded[end : end + 1]
        if len(word) == 1 and _HAN.match(word):
            return not (_HAN.match(before) or _HAN.match(after))
        left = _WORD.match(word[0]) and _WORD.match(before)
        right = _WORD.match(word[-1]) and _WORD.match(after)
        return not (left or right)

    def without(self, texts: Iterable[str]) -> frozenset[str]:
        """Protected words that the interface itself says: these cannot be looked for."""
        joined = fold_text("\n".join(texts))
        return frozenset(found.value for found in self._found_words(joined))


@dataclass(frozen=True, slots=True, kw_only=True)
class _ClosedUp:
    """A text without what stood between digits or Han characters, and where that was."""

    text: str
    gaps: tuple[tuple[int, int], ...]
    """Place in ``text``, and how many characters in total are missing before it."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Map a stretch of ``text`` to the text that it was made of."""
        return start + self._missing(start), end + self._missing(end - 1)

    def _missing(self, at: int) -> int:
        gap = bisect_right(self.gaps, at, key=itemgetter(0))
        return self.gaps[gap - 1][1] if gap else 0


def _closed_up(folded: str) -> _ClosedUp | None:
    """Take out what stands between digits, or Han characters; None where nothing does."""
    plain = _NUMERALS.sub(lambda m: m[0].translate(_DIGIT_OF), folded)
    pieces: list[str] = []
    gaps: list[tuple[int, int]] = []
    at = length = missing = 0
    for match in _BETWEEN.finditer(plain):
        pieces.append(plain[at : match.start()])
        length += match.start() - at
        missing += match.end() - match.start()
        gaps.append((length, missing))
        at = match.end()
    if not gaps and plain == folded:
        return None
    return _ClosedUp(text="".join(pieces) + plain[at:], gaps=tuple(gaps))
