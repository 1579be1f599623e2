"""What comes next in the source: the marks that begin and end blocks."""

from __future__ import annotations

import re
from typing import Final

from kb.markup.parser import patterns as p
from kb.markup.parser.inline import MODE_CELL, MODE_HEADING, Scanner

TEXT: Final = "text"
LINE_END: Final = "line end"
EMPTY_LINE: Final = "empty line"
HEADING: Final = "heading"
HEADING_END: Final = "heading end"
ITEM: Final = "item"
RULE: Final = "rule"
ROW: Final = "row"
CELL: Final = "cell"
PARAMS: Final = "params"
QUOTE: Final = "quote"
GROUP: Final = "group"
GROUP_END: Final = "group end"
END: Final = "end"

_LINE_STARTS: Final = {
    "heading": HEADING,
    "item": ITEM,
    "rule": RULE,
    "row": ROW,
    "params": PARAMS,
    "blank": LINE_END,
    "quote": QUOTE,
}


class Lookahead(Scanner):
    """Tells what stands at `pos`."""

    def __init__(
        self, text: str, syntax: str, wiki: bool, ids: dict[str, int], base: int, depth: int
    ) -> None:
        super().__init__(text, syntax, wiki, ids, base, depth)
        self.at_line_start = True
        self.next_end = 0

    def next(self) -> str:
        """What stands at `pos`; `next_end` is where its mark ends."""
        pos, text = self.pos, self.text
        if pos >= len(text):
            return END
        if self.at_line_start:
            if text[pos] in p.LINE_START_CHARS:
                match = p.LINE_START.match(text, pos)
                if match and match.lastgroup == "params" and self.find(p.GROUP_AHEAD):
                    self.at_line_start = False
                    return GROUP
                if match:
                    self.next_end = match.end()
                    return _LINE_STARTS[match.lastgroup or ""]
            self.at_line_start = False
        char = text[pos]
        if char in "\n\r":
            return self._line_end()
        if char in "( \t" and self.find(p.GROUP_AHEAD):
            return GROUP
        if self.groups and char in ") \t" and self.find(p.GROUP_END):
            return GROUP_END
        if self.mode == MODE_HEADING and char in "= \t" and self.find(p.HEADING_END):
            return HEADING_END
        if self.mode == MODE_CELL and char in "|!" and self.find(p.CELL):
            return CELL
        return TEXT

    def find(self, pattern: re.Pattern[str]) -> bool:
        """Whether `pattern` stands at `pos`; if so, `next_end` is its end."""
        match = pattern.match(self.text, self.pos)
        if match is None:
            return False
        self.next_end = match.end()
        return True

    def _line_end(self) -> str:
        if self.mode == MODE_HEADING and self.find(p.NEXT_HEADING):
            return HEADING
        if self.find(p.EMPTY_LINE):
            return EMPTY_LINE
        self.find(p.LINE_END)
        return LINE_END
