"""Parameters: `a="b" c=d`, with `~` as escape character."""

from __future__ import annotations

import re

from kb.markup.tree.nodes import NO_PARAMS, Params

# Java's trim() takes every character up to the space.
CONTROL = "".join(map(chr, range(33)))

_BLANKS = re.compile(r"[\s=]*")
_QUOTED = re.compile(
    r"""(?:"((?:[^"~]++|~.)*+)~?(?:"|\Z)|'((?:[^'~]++|~.)*+)~?(?:'|\Z))""", re.DOTALL
)
_BARE = re.compile(r"""(?:[^= '"~]++|~.)*+~?(?=[= '"]|\Z)""", re.DOTALL)
_ESCAPED = re.compile(r"~(.?)", re.DOTALL)


def parse_params(text: str) -> Params:
    """Return the parameters in `text`; a repeated key keeps its first place and its last value."""
    found = parse_pairs(text)
    return dict(found) if found else NO_PARAMS


def parse_pairs(text: str) -> list[tuple[str, str | None]]:
    """Return key and value of each parameter as written; the value is None without `=`."""
    pairs: list[tuple[str, str | None]] = []
    at, end = 0, len(text)
    while True:
        at = _skip(text, at)[0]
        if at < end and text[at] == " ":
            at = _skip(text, at + 1)[0]
        if at >= end:
            return pairs
        key, at, _ = _token(text, at)
        value: str | None = None
        at, assigned = _skip(text, at)
        if assigned:
            value, at, quoted = _token(text, at)
            if not quoted:
                value = value.strip(CONTROL)
        pairs.append((key.strip(CONTROL), value))


def _skip(text: str, at: int) -> tuple[int, bool]:
    """Go past blanks and `=`; return the place, and whether there was a `=`."""
    match = _BLANKS.match(text, at)
    assert match is not None
    return match.end(), "=" in match[0]


def _token(text: str, at: int) -> tuple[str, int, bool]:
    """Return the key or value at `at`, where it ends, and whether it was quoted."""
    quoted = text[at : at + 1] in ('"', "'") and at < len(text)
    match = (_QUOTED if quoted else _BARE).match(text, at)
    assert match is not None
    raw = (match[1] if match[1] is not None else match[2]) if quoted else match[0]
    if "~" in raw:
        raw = _ESCAPED.sub(r"\1", raw)
    return raw, match.end(), quoted
