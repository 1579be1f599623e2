"""Where a query's words stand in a document, with what surrounds them.

The words are looked for in the folded text, so that width, case and traditional characters do not
matter; `kb.text.fold.Folded.span` gives the place of what was found in the original text.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from kb.search.analysis.scripts import ENGLISH, IN_RUN, PIECES, TOKEN, stem
from kb.search.analysis.tokens import GRAM, is_number
from kb.search.asking.hits import Highlight
from kb.search.documents.search_document import NamedText, SearchDocument
from kb.search.query.query_tree import Quoted, Word
from kb.text.fold import fold, fold_text

CONTEXT = 40
"""Characters shown on either side of what was found."""
LONGEST = 200_000
"""Characters of a text that are looked at."""


class Needles:
    """What to look for in texts: the words of a query, prepared once."""

    def __init__(self, words: list[Word | Quoted]) -> None:
        self.runs: dict[str, None] = {}
        self.stems: set[str] = set()
        self.exact: set[str] = set()
        self.begins: list[str] = []
        self.digits: list[str] = []
        self._known: dict[str, list[tuple[int, int]]] = {}
        for word in words:
            for match in TOKEN.finditer(fold_text(word.text)):
                self._token(match[0], word)
        self.pairs = self._pairs()

    def _token(self, token: str, word: Word | Quoted) -> None:
        if IN_RUN.match(token):
            self.runs[token] = None
            return
        for piece in PIECES.findall(token):
            if is_number(piece) and len(piece) >= GRAM:
                self.digits.append(piece)
            elif isinstance(word, Word) and word.star == "begins":
                self.begins.append(piece)
            elif isinstance(word, Word) and ENGLISH.fullmatch(piece):
                self.stems.add(stem(piece))
            else:
                self.exact.add(piece)

    def _pairs(self) -> re.Pattern[str] | None:
        """Any two neighbours of a run: marked where no document text has the whole run."""
        found = {run[i : i + 2] for run in self.runs for i in range(len(run) - 1)}
        return re.compile("|".join(map(re.escape, sorted(found)))) if found else None

    def spans(self, folded: str) -> list[tuple[int, int]]:
        """Find the words in folded text: (start, end), in no order."""
        found = [span for run in self.runs for span in _each(folded, run)]
        if not (self.stems or self.exact or self.begins or self.digits):
            return found
        known = self._known
        for match in PIECES.finditer(folded):
            inside = known.get(match[0])
            if inside is None:
                inside = known[match[0]] = self._word(match[0])
            for start, end in inside:
                found.append((match.start() + start, match.start() + end))
        return found

    def loose(self, folded: str) -> list[tuple[int, int]]:
        """Find pairs of the words' runs in folded text."""
        return [m.span() for m in self.pairs.finditer(folded)] if self.pairs else []

    def _word(self, piece: str) -> list[tuple[int, int]]:
        """Find the words in one word of a text. Cached by the caller: words repeat."""
        if IN_RUN.match(piece):
            return []
        if piece in self.exact or (ENGLISH.fullmatch(piece) and stem(piece) in self.stems):
            return [(0, len(piece))]
        begun = [(0, len(begin)) for begin in self.begins if piece.startswith(begin)]
        return begun + [span for digits in self.digits for span in _each(piece, digits)]


def _each(text: str, needle: str) -> list[tuple[int, int]]:
    found, at = [], text.find(needle)
    while at >= 0:
        found.append((at, at + len(needle)))
        at = text.find(needle, at + len(needle))
    return found


def highlights(
    document: SearchDocument, needles: Needles, *, most: int = 3
) -> tuple[Highlight, ...]:
    """Mark the words in the ``most`` texts that have most of them, given in reading order.

    Where no text has a whole run, pairs of its neighbours are marked. A mark's place is found in
    the folded text and carried back to the original by `Folded.span`.
    """
    folded = [fold(text.text[:LONGEST]) for text in document.texts]
    found = [needles.spans(f.text) for f in folded]
    if not any(found):
        found = [needles.loose(f.text) for f in folded]
    # Characters of distinct words: two words count more than one twice.
    words = [{f.text[a:b] for a, b in s} for s, f in zip(found, folded, strict=True)]
    weights = [sum(map(len, distinct)) for distinct in words]
    best = sorted(range(len(folded)), key=lambda i: (-weights[i], i))[:most]
    return tuple(
        _window(
            document.texts[i],
            merged([whole(document.texts[i].text, *folded[i].span(a, b)) for a, b in found[i]]),
        )
        for i in sorted(best)
        if found[i]
    )


def merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sort spans and join those that overlap or touch."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _window(text: NamedText, spans: list[tuple[int, int]]) -> Highlight:
    """Cut out the stretch of text that holds most spans, with context on both sides."""
    width = 4 * CONTEXT
    if len(text.text) <= width:
        return Highlight(text.name, text.label, text.text, tuple(spans))
    starts = [start for start, _ in spans]
    counts = [bisect_left(starts, start + width) - i for i, start in enumerate(starts)]
    first = counts.index(max(counts))
    begin = max(0, spans[first][0] - CONTEXT)
    end = min(len(text.text), max(spans[first][1], spans[first][0] + width) + CONTEXT)
    begin, end = whole(text.text, begin, end)
    inside = tuple((a - begin, b - begin) for a, b in spans if begin <= a and b <= end)
    return Highlight(text.name, text.label, text.text[begin:end], inside)


def whole(text: str, begin: int, end: int) -> tuple[int, int]:
    """Move both ends outwards so that no grapheme cluster is cut."""
    while begin > 0 and _joined(text, begin):
        begin -= 1
    while end < len(text) and _joined(text, end):
        end += 1
    return begin, end


_EXTENDS = re.compile(
    "[\u200c\u200d\ufe00-\ufe0f\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
)
"""Joiners, variation selectors, skin tones, tags; what is a mark by its category comes beside."""
_JAMO = re.compile("[\u1100-\u11ff\uac00-\ud7a3][\u1160-\u11ff]|[\u1100-\u115f][\uac00-\ud7a3]")
_EMOJI = re.compile("\u200d[\u2190-\u2bff\U0001f000-\U0001faff]")
_FLAGS = re.compile("[\U0001f1e6-\U0001f1ff]+")


def _joined(text: str, place: int) -> bool:
    """Whether a grapheme cluster goes on across that place (Unicode Standard Annex 29)."""
    after = text[place]
    if after < "\u0300" or "\u3400" <= after <= "\u9fff":  # nearly all that is ever written
        return False
    import unicodedata

    if _EXTENDS.match(after) or unicodedata.category(after).startswith("M"):
        return True
    if _JAMO.match(text, place - 1) or _EMOJI.match(text, place - 1):
        return True
    if not _FLAGS.match(after):
        return False
    before = place
    while before > 0 and _FLAGS.match(text, before - 1):
        before -= 1
    return (place - before) % 2 == 1
