r"""XWiki's references to pages: `A.B.WebHome`, with `\` before a dot inside a name.

Source: DefaultSymbolScheme of xwiki-platform-model-api: a space escapes `.`, `:` and `\`, a page
`.` and `\`.
"""

from __future__ import annotations

import re

_SEGMENT = re.compile(r"(?:[^.\\]|\\.|\\$)*", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def split_reference(reference: str) -> tuple[str, ...]:
    r"""Names in a local reference, unescaped: `07\. Dev.WebHome` → (`07. Dev`, `WebHome`)."""
    names, at = [], 0
    while True:
        match = _SEGMENT.match(reference, at)
        assert match is not None
        names.append(_ESCAPE.sub(r"\1", match[0]))
        at = match.end() + 1
        if at > len(reference):
            return tuple(names)


def join_reference(names: tuple[str, ...]) -> str:
    """The local reference of a page from its spaces' names and its own, the page's last."""
    *spaces, page = names
    escaped = [re.sub(r"([.:\\])", r"\\\1", space) for space in spaces]
    return ".".join([*escaped, re.sub(r"([.\\])", r"\\\1", page)])
