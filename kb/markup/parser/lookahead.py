"""What stands at the parser's place: the marks that begin and end blocks, in an ordered table."""

from __future__ import annotations

import re
from typing import Final

from kb.markup.parser import patterns as p
from kb.markup.parser.state import MODE_CELL, MODE_HEADING, ParserState

TEXT: Final = "text"
LINE_END: Final = "line_end"
EMPTY_LINE: Final = "empty_line"
HEADING: Final = "heading"
HEADING_END: Final = "heading_end"
ITEM: Final = "item"
RULE: Final = "rule"
ROW: Final = "row"
CELL: Final = "cell"
PARAMS: Final = "params"
QUOTE: Final = "quote"
GROUP: Final = "group"
GROUP_END: Final = "group_end"
END: Final = "end"

LINE_STARTS: Final = {
    HEADING: r"[ \t]*+=++[ \t]*+",
    ITEM: r"[ \t]*+(?:\*++[:;]*+|[1*]++\.[:;]*+|[:;]++)[ \t]",
    RULE: r"----++",
    ROW: rf"(?=(?:{p.PARAMETERS}[ \t]*+)?{p.CELL_MARK})",
    PARAMS: p.PARAMETERS + p.NEW_LINE,
    LINE_END: p.NEW_LINE,
    QUOTE: r">++",
}
"""What a line may begin with, tried in this order; anything else is text."""
_LINE_START: Final = re.compile(
    "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in LINE_STARTS.items()), re.DOTALL
)
# Only lines that begin with one of these need _LINE_START.
_FIRST_CHARACTERS: Final = " \t=*1;:-|!(\r\n>"


def next_mark(s: ParserState) -> str:
    """Return what stands at `pos`, and set `next_end` to where its mark ends."""
    pos, text = s.pos, s.text
    if pos >= len(text):
        return END
    if s.at_line_start:
        if text[pos] in _FIRST_CHARACTERS:
            match = _LINE_START.match(text, pos)
            if match and match.lastgroup == PARAMS and find(s, p.GROUP_AHEAD):
                s.at_line_start = False
                return GROUP
            if match:
                s.next_end = match.end()
                return match.lastgroup or TEXT
        s.at_line_start = False
    char = text[pos]
    if char in "\n\r":
        return _line_end(s)
    if char in "( \t" and find(s, p.GROUP_AHEAD):
        return GROUP
    if s.groups and char in ") \t" and find(s, p.GROUP_END):
        return GROUP_END
    if s.mode == MODE_HEADING and char in "= \t" and find(s, p.HEADING_END):
        return HEADING_END
    if s.mode == MODE_CELL and char in "|!" and find(s, p.CELL):
        return CELL
    return TEXT


def find(s: ParserState, pattern: re.Pattern[str]) -> bool:
    """Tell whether `pattern` stands at `pos`; if so, set `next_end` to its end."""
    match = pattern.match(s.text, s.pos)
    if match is None:
        return False
    s.next_end = match.end()
    return True


def _line_end(s: ParserState) -> str:
    if s.mode == MODE_HEADING and find(s, p.NEXT_HEADING):
        return HEADING
    if find(s, p.EMPTY_LINE):
        return EMPTY_LINE
    find(s, p.LINE_END)
    return LINE_END
