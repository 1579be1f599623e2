"""Protected values: where a text has them, and what they are replaced by.

Texts are compared folded (kb.search.analysis), so that width, case and traditional characters
hide nothing. A number is protected wherever its digits stand, whatever spaces or hyphens divide
them; a name of two or more Han characters wherever it stands; a name of one Han character or of
Latin letters where it is a whole word; other words wherever they stand. Values in other spellings
are found too (kb.redact.spelling): `(138) 00–13/8000`, `壹叁捌零零壹叁捌零零零`, `试 验 员 甲`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from kb.redact.public_rules import PublicRules
from kb.redact.spelling import closed_up, spellings
from kb.redact.telephones import local_number, telephones
from kb.text.fold import fold, fold_text

_DIGITS = re.compile(r"[0-9](?:[ \-._]?[0-9])+")
_LONG = 11
"""Digits of a number that nobody knows to be harmless: it is protected too."""
_MAIL = re.compile(
    r"[a-z0-9][a-z0-9._%+\-]{0,63}(?:@| ?[\[(]at[\])] ?)"
    r"[a-z0-9][a-z0-9\-]{0,62}(?:\.[a-z0-9\-]{1,63}){1,5}"
)
_AT = re.compile(r"@|[\[(]at[\])]")
_PLATE = re.compile(
    "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领]"
    "[a-z][·. ]?[a-z0-9]{5,6}(?![a-z0-9])"
)
_APART = re.compile(r"[ \-._]")
_NO_DIGITS = re.compile(r"[^0-9]")
_WORD = re.compile(r"[a-z0-9]")
_HAN = re.compile(r"[㐀-鿿]")
_LEAST_DIGITS: Final = 10
"""Shorter numbers are not looked for where they are written apart: dates and times make them up."""
_RUN = re.compile(rf"[0-9]{{{_LEAST_DIGITS},}}")
_HEX = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})(?![0-9a-f])")
_ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"
_LETTERS = 8
"""Letters of a pseudonym: so many that of a hundred thousand values hardly two share one."""


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
        digits = _APART.sub("", folded)
        if digits.isascii() and digits.isdecimal() and len(digits) > 3:
            for number in filter(None, (digits, local_number(digits))):
                self._numbers.setdefault(number, kind)
                self._lengths.add(len(number))
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
        letters = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:_LETTERS])
        return f"{kind}-{letters}"

    def found(self, folded: str, *, known_only: bool = False) -> list[ProtectedSpan]:
        """Find protected values in a folded text, from left to right, none in another.

        ``known_only`` leaves out what only looks like a plate, a mail address or a number.
        """
        found: list[ProtectedSpan] = []
        for text, place in spellings(folded):
            for one in self._found_in(text, known_only):
                start, end = place(one.start, one.end)
                found.append(one._replace(start=start, end=end))
        for one in self._found_spread(text):
            start, end = place(one.start, one.end)
            found.append(one._replace(start=start, end=end))
        return _apart(found)

    def _found_in(self, text: str, known_only: bool) -> Iterator[ProtectedSpan]:
        """Find values as they stand in one spelling of the text."""
        if not known_only:
            patterns = (("mail", _MAIL), ("vehicle", _PLATE))
            for kind, pattern in patterns[0 if _AT.search(text) else 1 :]:
                yield from (ProtectedSpan(*m.span(), kind, m[0]) for m in pattern.finditer(text))
            for start, end in telephones(text):
                digits = _NO_DIGITS.sub("", text[start:end])
                number = local_number(digits) or digits
                yield ProtectedSpan(start, end, self._numbers.get(number, "phone"), number)
        yield from self._found_words(text)
        yield from self._found_numbers(text, known_only)

    def _found_numbers(self, folded: str, known_only: bool) -> Iterator[ProtectedSpan]:
        for match in _DIGITS.finditer(folded):
            run = _APART.sub("", match[0])
            if kind := self._numbers.get(run):
                yield ProtectedSpan(*match.span(), kind, run)
            elif any(part in self._numbers for part in self._parts(run)) or (
                not known_only and self._is_long(match[0])
            ):
                yield ProtectedSpan(*match.span(), "number", run)

    def _is_long(self, run: str) -> bool:
        pieces = _APART.split(run)
        return any(len(p) >= _LONG and p not in self._harmless for p in pieces)

    def _parts(self, run: str) -> Iterator[str]:
        for length in self._lengths:
            for start in range(len(run) - length + 1 if length < len(run) else 0):
                yield run[start : start + length]

    def _found_spread(self, text: str) -> Iterator[ProtectedSpan]:
        """Find numbers and Han names with something between their signs."""
        closed = closed_up(text)
        if closed is None:
            return
        lengths = [length for length in self._lengths if length >= _LEAST_DIGITS]
        for match in _RUN.finditer(closed.text):
            for length in lengths:
                for at in range(match.start(), match.end() - length + 1):
                    number = closed.text[at : at + length]
                    if kind := self._numbers.get(number):
                        yield ProtectedSpan(*closed.span(at, at + length), kind, number)
        for found in self._found_words(closed.text):
            start, end = closed.span(found.start, found.end)
            if end - start > len(found.value) and self._is_apart(text, start, end, found.value):
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
            for word in self._first.get(folded[at : at + 2], self._first.get(match[0], ())):
                if folded.startswith(word, at) and self._stands(folded, at, word):
                    yield ProtectedSpan(at, at + len(word), self._words[word], word)
                    break

    def _prepare(self) -> None:
        """Put the words, longest first, under their first two signs; those of one under all."""
        self._first = {}
        single = [word for word in self._words if len(word) == 1]
        for word in sorted(self._words, key=len, reverse=True):
            self._first.setdefault(word[:2], []).append(word)
        for words in self._first.values():
            words += [word for word in single if word == words[0][0] != words[0]]
        firsts = "".join(sorted({re.escape(word[0]) for word in self._words}))
        self._starts = re.compile(f"[{firsts}]" if firsts else r"(?!)")

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


def _apart(found: Iterable[ProtectedSpan]) -> list[ProtectedSpan]:
    """Return the spans in order; those that overlap as one, so that no end of one is left."""
    kept: list[ProtectedSpan] = []
    for one in sorted(found, key=lambda span: (span.start, -span.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
        elif one.end > kept[-1].end:
            kept[-1] = kept[-1]._replace(end=one.end)
    return kept
