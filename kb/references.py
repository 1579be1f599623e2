r"""XWiki's references to pages: `A.B.WebHome`, with `\` before a dot inside a name.

Source: DefaultSymbolScheme of xwiki-platform-model-api: a space escapes `.`, `:` and `\`, a page
`.` and `\`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from kb.model import PageId

_SEGMENT = re.compile(r"(?:[^.\\]|\\.|\\$)*", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_IN_SPACE, _IN_PAGE = re.compile(r"[.:\\]"), re.compile(r"[.\\]")
"""What a backslash stands before in the name of a space, of a page."""


@lru_cache(maxsize=128)
def split_reference(reference: str) -> tuple[str, ...]:
    r"""Names in a local reference, unescaped: `07\. Dev.WebHome` → (`07. Dev`, `WebHome`)."""
    if "\\" not in reference:
        return tuple(reference.split("."))
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
    escaped = [_IN_SPACE.sub(r"\\\g<0>", space) for space in spaces]
    return ".".join([*escaped, _IN_PAGE.sub(r"\\\g<0>", page)])


_HOME = "WebHome"
_TOKEN = re.compile(r"\\.|.", re.DOTALL)
_WIKI = re.compile(r"((?:[^:\\.]|\\.)+):(?!//)", re.DOTALL)


def page_candidates(kind: str, text: str, base: PageId) -> Iterator[PageId]:
    """The pages that a link of ``kind`` (`doc`, `page`, `space`) on ``base`` may mean.

    In XWiki's order: whoever links takes the first that exists. A name alone stands in the
    space of ``base``; one that begins with a dot goes on from there; a page that is not there
    may be a space, whose own page is meant.
    """
    match = _WIKI.match(text)
    wiki = _ESCAPE.sub(r"\1", match[1]) if match else base.wiki
    names, relative = _names(kind, text[match.end() :] if match else text)
    if not names:
        yield base
        return
    *here, own = split_reference(base.page)
    above = tuple(here) if relative or (len(names) == 1 and kind == "doc") else ()
    paths = [(*above, *names), (*above, *names, _HOME)]
    if kind == "space":
        paths = paths[1:]
    elif kind == "page":
        paths = [(*names, _HOME), names] if not relative else paths[::-1]
    if len(names) == 1 and own == _HOME and here and kind != "space":
        paths.append((*here[:-1], *names, _HOME))  # a sister of a nested page
    for path in paths:
        if len(path) > 1 or path[0] == _HOME:
            yield PageId(wiki, join_reference(path))


def _names(kind: str, text: str) -> tuple[tuple[str, ...], bool]:
    """Names in a reference, and whether it goes on from the page that it stands on."""
    if not text:
        return (), False
    if kind == "page":
        parts = re.split(r"(?<!\\)/", text)
        names = tuple(_ESCAPE.sub(r"\1", part) for part in parts)
    else:
        names = split_reference(text)
    relative = names[0] in ("", ".") and len(names) > 1
    names = names[1:] if relative else names
    return tuple(name for name in names if name), relative


def file_candidates(kind: str, text: str, base: PageId) -> tuple[list[PageId], str]:
    """The pages that an `attach` or `pageAttach` link may mean, and the name of the file."""
    if kind == "pageAttach":
        where, _, name = text.rpartition("/")
        pages = list(page_candidates("page", where, base)) if where else [base]
        return pages, name
    marks = [token.start() for token in _TOKEN.finditer(text) if token[0] == "@"]
    if not marks:
        return [base], _ESCAPE.sub(r"\1", text)
    where, name = text[: marks[-1]], text[marks[-1] + 1 :]
    return list(page_candidates("doc", where, base)), _ESCAPE.sub(r"\1", name)
