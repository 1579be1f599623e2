"""Running text: from one place of the source to where the line ends or a block construct begins.

`read_line` looks for the next character that may mean something, takes all before it as one text,
and lets the construct of that character decide. Tokens follow the longest match, as in XWiki's
grammar, so a URL or `image:` swallows marks that stand within it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kb.markup.parser import patterns as p
from kb.markup.parser.links import at_scheme, read_bare, read_brackets
from kb.markup.parser.params import parse_pairs
from kb.markup.parser.state import ParserState
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import NO_PARAMS

_STYLES: Final = {
    "*": n.BOLD, "/": n.ITALIC, "-": n.STRIKE, "_": n.UNDERLINE, "^": n.SUPERSCRIPT,
    ",": n.SUBSCRIPT, "#": n.MONOSPACE,
}  # fmt: skip
"""The characters of which two switch a style."""
_STOPS: Final = (p.STOP_INLINE, p.STOP_CELL, p.STOP_HEADING)
"""By mode: where something may start; everything before is plain text."""


def read_line(s: ParserState) -> None:
    """Read inline tokens from `pos` up to a line end or anything that is not inline."""
    text = s.text
    stops = _STOPS[s.mode]
    start = at = s.pos
    while True:
        match = stops.search(text, at)
        if match is None:
            s.flush(start, len(text))
            s.pos = len(text)
            return
        stop = match.start()
        char = text[stop]
        style = _STYLES.get(char)
        if style is not None and not (char == "-" and at_scheme(s, stop)):
            s.flush(start, stop)
            s.builder.toggle(style)
            start = at = stop + 2
            continue
        end = _CONSTRUCTS[char](s, start, stop)
        if end < 0:
            return
        if end > stop:
            # A construct was read, and the text before it is out.
            start = at = end
        else:
            at = stop + 1


def _end(s: ParserState, start: int, stop: int) -> int:
    s.flush(start, stop)
    s.pos = stop
    return -1


def _end_before_blanks(s: ParserState, start: int, stop: int) -> int:
    """End before `stop` and the blanks that belong to what is there."""
    return _end(s, start, start + len(s.text[start:stop].rstrip(" \t")))


def _group_end(s: ParserState, start: int, stop: int) -> int:
    return _end_before_blanks(s, start, stop) if s.groups else stop


def _line_break(s: ParserState, start: int, stop: int) -> int:
    s.flush(start, stop)
    s.builder.content(s.base + stop).append(n.LineBreak(s.base + stop))
    return stop + 2


def _escape(s: ParserState, start: int, stop: int) -> int:
    text = s.text
    after = text[stop + 1 : stop + 2]
    if after in " \t" and after:
        match = p.ESCAPED_BLANKS.match(text, stop)
        assert match is not None
        _hold(s, start, stop, " " * (len(match[0]) - match[0].count("~")))
        return match.end()
    if not after or after in "\n\r":
        _hold(s, start, stop, "")
        return stop + 1
    match = p.ESCAPED_WORD.match(text, stop)
    if match is None:
        _hold(s, start, stop, after)
        return stop + 2
    _hold(s, start, stop, match[0].replace("~", ""))
    return match.end()


def _hold(s: ParserState, start: int, stop: int, unescaped: str) -> None:
    piece = s.text[start:stop]
    if s.tabs:
        piece = piece.replace("\t", " ")
    if piece or unescaped:
        s.held += (piece, unescaped)


def _parenthesis(s: ParserState, start: int, stop: int) -> int:
    """Read `(% … %)`: parameters of what follows, unless a group has them; end before `(((`."""
    if s.text[stop + 1] == "(":
        return _end_before_blanks(s, start, stop)
    if stop >= s.no_params_from:
        return stop
    match = p.PARAMS.match(s.text, stop)
    if match is None:
        s.no_params_from = stop
        return stop
    s.flush(start, stop)
    if p.GROUP_PARAMS.match(s.text, stop):
        s.pos = stop
        return -1
    s.builder.span(parse_pairs(match[0][2:-2]))
    return match.end()


def _braces(s: ParserState, start: int, stop: int) -> int:
    """Read a macro or verbatim text."""
    if s.text.startswith("{{{", stop):
        s.flush(start, stop)
        content, end = s.macros.verbatim(stop)
        pos = s.base + stop
        s.builder.content(pos).append(n.Verbatim(pos, content, True, NO_PARAMS))
    else:
        macro, end = s.macros.macro(stop)
        if macro is None:
            return stop
        s.flush(start, stop)
        macro.inline = True
        s.builder.content(macro.pos).append(macro)
    s.swallowed = True
    return end


_CONSTRUCTS: Final[dict[str, Callable[[ParserState, int, int], int]]] = {
    "\n": _end, "\r": _end, "|": _end, "!": _end, "=": _end_before_blanks, ")": _group_end,
    "(": _parenthesis, "~": _escape, "\\": _line_break, "{": _braces, "[": read_brackets,
    ":": read_bare, "-": read_bare,
}  # fmt: skip
"""By a construct's first character: reads it at `stop`, after text that begins at `start`.

Each gives the construct's end, `stop` if there is none after all, -1 if the line ends here.
"""
