"""The folding table in a form that a browser loads."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from kb.text.fold import simplified_table


def browser_table(used: AbstractSet[str] | None = None) -> tuple[str, str]:
    """Two strings of equal length: traditional characters, and under each its simplified one.

    With ``used`` (the characters of the folded texts, for instance the keys of an index) only
    those that lead there: another character could not find anything anyway.
    """
    rows = [(a, b) for a, b in simplified_table().items() if used is None or b in used]
    return "".join(a for a, _ in rows), "".join(b for _, b in rows)
