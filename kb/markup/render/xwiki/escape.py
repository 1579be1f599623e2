"""Escapes in XWiki source: what keeps text from being read as marks."""

from __future__ import annotations

import re

_ITEM = re.compile(r"[ \t]*(?=(?:\*+[:;]*|[1*]+\.[:;]*|[:;]+)[ \t])")
_HEADING = re.compile(r"[ \t]*(?==)")
_CELL = re.compile(r"[ \t]*(?=\||!!|!=)")
_QUOTE = re.compile(r"(?=>)")
_AFTER_BOLD = re.compile(r"(?=\**(?:[:;]*|1+\.)?[ \t])")
_PARAMS = re.compile(r"\(%(?:~.|[^%~]|%[^)~]|%~.)*+%\)")
_DOUBLE = re.compile(r"(?<!~)(?://|\*\*|__|--|\^\^|,,|##|\\\\)")
_BARE = ("image:", "attach:", "mailto:")
_VERBATIM_EDGE = re.compile(r"\{\{\{|\}\}\}")


class EscapeContext:
    """The blocks that are open where text is printed."""

    __slots__ = ("heading", "inline", "table")

    def __init__(self) -> None:
        self.inline = 0
        self.heading = False
        self.table = False


class SourceBuffer:
    """A growing piece of XWiki source. Text waits in a buffer, and is escaped all at once."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.buffer: list[str] = []
        self.at_line_start = True
        self.last = ""
        self.escape_last = False
        self.after_bold = False

    def text(self) -> str:
        """Return all that was printed, without what waits."""
        return "".join(self.out)

    def last_waiting(self) -> str:
        """Return the last character that waits, or ""."""
        return self.buffer[-1][-1] if self.buffer else ""

    def delay(self, text: str) -> None:
        """Let text wait for what comes next."""
        if text:
            self.buffer.append(text)

    def put(self, source: str, where: EscapeContext) -> None:
        """Print marks, after the text that waits."""
        self.flush(where)
        self._print(source)

    def _print(self, source: str) -> None:
        self.out.append(source)
        if source:
            self.at_line_start = source[-1] == "\n"
        self.last = source

    def flush(self, where: EscapeContext) -> None:
        """Escape and print the text that waits."""
        if self.buffer:
            text = "".join(self.buffer)
            self.buffer = []
            self._print(self._escape(text, where))
        self.escape_last = False
        self.after_bold = False

    def after_blank(self) -> bool:
        """Tell whether a blank, or nothing, was printed last."""
        return self.at_line_start or self.last[-1:].isspace()

    def _escape(self, text: str, where: EscapeContext) -> str:
        text = text.replace("~", "~~").replace("(%", "~(%")
        if where.inline and self.at_line_start:
            for pattern in (_ITEM, _HEADING, _CELL, _QUOTE):
                text = _escape_first(pattern, text)
        elif where.inline and _PARAMS.fullmatch(self.last):
            text = _escape_first(_CELL, text)
        if where.table:
            text = text.replace("|", "~|").replace("!!", "~!!").replace("!=", "~!=")
        if self.after_bold:
            text = _escape_first(_AFTER_BOLD, text)
        if where.heading:
            text = text.replace("=", "~=")
        text = text.replace("{{{", "~{~{~{").replace("{{", "~{~{")
        text = text.replace("(((", "~(~(~(").replace(")))", "~)~)~)")
        text = _DOUBLE.sub(lambda match: f"~{match[0][0]}~{match[0][1]}", text)
        for word in _BARE:
            text = text.replace(word, f"{word[:-1]}~:", 1)
        if self.escape_last:
            text = f"{text[:-1]}~{text[-1]}"
        return text.replace("[[", "~[~[")


def _escape_first(pattern: re.Pattern[str], text: str) -> str:
    """Put an escape where `pattern`, found at the beginning of `text`, ends."""
    match = pattern.match(text)
    return f"{text[: match.end()]}~{text[match.end() :]}" if match else text


def verbatim_source(content: str) -> str:
    """Return `content` as it stands in `{{{…}}}`: triples of braces without a partner escaped."""
    lone: set[int] = set()
    opened: list[int] = []
    for match in _VERBATIM_EDGE.finditer(content):
        if match[0] == "{{{":
            opened.append(match.start())
        elif opened:
            opened.pop()
        else:
            lone.add(match.start())
    lone.update(opened)
    if not lone:
        return content
    parts: list[str] = []
    done = 0
    for at in sorted(lone):
        brace = content[at]
        parts.append(content[done:at])
        after = content[at + 3 : at + 4]
        crowded = after == brace or (brace == "}" and not after)
        parts.append(f"~{brace}~{brace}~{brace}" if crowded else f"~{brace * 3}")
        done = at + 3
    return "".join([*parts, content[done:]])
