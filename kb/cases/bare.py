"""Which names speak with no brackets, or with no colon: what the case itself shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kb.cases.labels import label_at
from kb.cases.names import names_in
from kb.cases.parts import part_at, round_at
from kb.cases.rules import Rules
from kb.cases.shown import shown
from kb.cases.speakers import Marks


def bare_speakers(
    lines: Sequence[str], opaque: Sequence[bool], rules: Rules, marks: Marks
) -> frozenset[str]:
    """Names that are speakers of this case wherever they open a line.

    Those in brackets with a colon, and the engineers. Where no one is in brackets: every name
    before a colon, if one of them opens the tracking part or a round, or comes twice; and where
    brackets go without a colon throughout, every name in brackets.
    """
    signed: set[str] = set()
    unsigned: set[str] = set()
    engineers: set[str] = set()
    bare: Counter[str] = Counter()
    opening, after_opening = False, False
    for raw, hidden in zip(lines[1:], opaque[1:], strict=True):
        if hidden or not raw.strip():
            continue
        line = shown(raw)
        part, round_ = part_at(line, rules), round_at(line, rules)
        if part or round_:
            after_opening = bool(round_) or (part is not None and part[0] == "tracking")
            continue
        hit = label_at(line, rules)
        if hit and hit.meaning and hit.meaning.role == "engineer":
            rule = rules.profiles[hit.meaning.profile].engineers
            engineers.update(names_in(line.cut(hit.start, hit.end), rule, rules.nobody))
        mark = marks.opening(line)
        if mark:
            (signed if mark.colon else unsigned).add(mark.name)
        plain = None if mark else marks.bare(line)
        if plain:
            bare[plain.name] += 1
            opening = opening or after_opening
        after_opening = False
    if signed:
        return frozenset(signed | (engineers & set(bare)) | (signed & unsigned))
    if unsigned:
        return frozenset(unsigned | (engineers & set(bare)))
    if opening or max(bare.values(), default=0) > 1:
        return frozenset(set(bare))
    return frozenset(engineers & set(bare))
