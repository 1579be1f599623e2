"""Where macros `{{name a="b"}}…{{/name}}` and verbatim `{{{…}}}` begin and end."""

from __future__ import annotations

import re

from kb.markup.parser import patterns as p
from kb.markup.parser.params import parse_params
from kb.markup.tree import nodes as n


class MacroScanner:
    """Find macros and verbatim text; no stretch of an unfinished tag is read twice in vain."""

    def __init__(self, text: str, base: int = 0) -> None:
        self.text = text
        self.base = base
        """Where in the page's source the text begins."""
        self._lone_quotes: set[int] = set()
        self._no_tag_before = 0

    def macro(self, start: int) -> tuple[n.Macro | None, int]:
        """Return the macro at `start` and its end; None if there is none."""
        match = self._open(start)
        if match is None:
            return None, start
        params = parse_params(match[2]) if match[2] else n.NO_PARAMS
        pos = self.base + start
        name: str = match[1]
        at = match.end()
        if match[3]:
            return n.Macro(pos, name, params, None, False, self.base + at), at
        close, end = self._close(name, at)
        content_at, content_end = _without_edge_newlines(self.text, at, close)
        content = self.text[content_at:content_end]
        return n.Macro(pos, name, params, content, False, self.base + content_at), end

    def _open(self, start: int, pattern: re.Pattern[str] = p.MACRO) -> re.Match[str] | None:
        """Return the tag at `start`."""
        if start < self._no_tag_before or (self._lone_quotes and self._is_hopeless(start)):
            return None
        match = pattern.match(self.text, start)
        if match is None:
            self._remember(start)
        return match

    def _is_hopeless(self, start: int) -> bool:
        """Tell whether the first quote in the tag at `start` is one that never closes well."""
        name = p.MACRO_NAME.match(self.text, start)
        if name is None:
            return True
        plain = p.MACRO_PLAIN.match(self.text, name.end())
        return plain is not None and plain.end() in self._lone_quotes

    def _remember(self, start: int) -> None:
        """Note what of the unfinished tag at `start` would be read in vain again."""
        name = p.MACRO_NAME.match(self.text, start)
        if name is None:
            return
        at = name.end()
        if self.text.find("}}", at) < 0:
            self._no_tag_before = len(self.text)
            return
        if self.text[at : at + 1] not in " \t\r\n":
            return
        plain = p.MACRO_PLAIN.match(self.text, at)
        while plain is not None:
            if at == name.end():
                self._no_tag_before = plain.end()
            at = plain.end()
            quoted = p.QUOTED.match(self.text, at)
            if at in self._lone_quotes or self.text[at : at + 1] not in ('"', "'"):
                return
            self._lone_quotes.add(at)
            if quoted is None:
                return
            at = quoted.end()
            plain = p.MACRO_PLAIN.match(self.text, at)

    def _close(self, name: str, at: int) -> tuple[int, int]:
        """Return where the content that begins at `at` ends, and where its end tag does."""
        text = self.text
        depth = 1
        while True:
            edge = p.MACRO_EDGE.search(text, at)
            if edge is None:
                return len(text), len(text)
            at = edge.end()
            if edge[0][0] == "~":
                continue
            end = p.MACRO_END.match(text, edge.start())
            if end:
                at = end.end()
                if end[1] == name:
                    depth -= 1
                    if not depth:
                        return end.start(), at
                continue
            inner = self._open(edge.start(), p.INNER_MACRO)
            if inner:
                at = inner.end()
                if inner[1] == name:
                    depth += 1
            else:
                at = edge.start() + 1

    def verbatim(self, start: int) -> tuple[str, int]:
        """Return the content of the `{{{` at `start`, its escapes undone, and its end."""
        depth = 0
        text = self.text
        for match in p.VERBATIM_EDGE.finditer(text, start):
            braces = match[0]
            if braces == "{{{":
                depth += 1
            elif braces == "}}}":
                depth -= 1
                if not depth:
                    return unescape_verbatim(text[start + 3 : match.start()]), match.end()
        return unescape_verbatim(text[start + 3 :]), len(text)


def _without_edge_newlines(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out one line end at each edge."""
    if start < end:
        if text[start] == "\n":
            start += 1
        elif text[start] == "\r" and end - start >= 2:
            start += 2 if text[start + 1] == "\n" else 1
    if start < end:
        if text[end - 1] == "\n":
            end -= 1
            if end > start and text[end - 1] == "\r":
                end -= 1
        elif text[end - 1] == "\r":
            end -= 1
    return start, end


# Between an escape and the third brace anything may stand, and is lost, as in XWiki.
_VERBATIM_ESCAPE = re.compile(
    r"~(?:(\{)(?:[^{~]*+(?:\{|~\{)){2}|(\})(?:[^}~]*+(?:\}|~\})){2}|.)", re.DOTALL
)


def _unescaped(match: re.Match[str]) -> str:
    brace: str | None = match[1] or match[2]
    return brace * 3 if brace else match[0]


def unescape_verbatim(content: str) -> str:
    """Undo the escapes of triples of braces; any other `~` stays."""
    return _VERBATIM_ESCAPE.sub(_unescaped, content) if "~" in content else content
