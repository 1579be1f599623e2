"""Pieces of XWiki source as XWiki prints it, and the escapes that keep text from being marks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.markup.parser.link_references import written_as_parameters
from kb.markup.tree.nodes import Params, ResourceReference

_LABEL = re.compile(r"[~|\[\]>]")
_IN_LINK = re.compile(r'~|"|\|(?=\|)|\](?=\])|>(?=>)')
_IN_MACRO = re.compile(r'[~"]')


def reference_source(reference: ResourceReference, syntax: str) -> str:
    """Return a reference, without the parameters that xwiki/2.1 writes after `||`."""
    if syntax == "xwiki/2.0":
        return _reference_20(reference)
    scheme = f"{reference.type}:" if reference.typed else ""
    if reference.type == "interwiki":
        alias = reference.parameters.get("interWikiAlias")
        scheme = "interwiki:" if alias is None else f"interwiki:{alias}:"
    return scheme + reference.reference


def _reference_20(reference: ResourceReference) -> str:
    text = reference.reference
    if reference.type in ("doc", "space"):
        text = re.sub(r"[?@#]", r"\\\g<0>", text)
        if reference.type == "space":
            text += ".WebHome"
        for mark, name in (("#", "anchor"), ("?", "queryString")):
            value = reference.parameters.get(name)
            if value is not None:
                text += mark + re.sub(r"[?@#\\]", r"\\\g<0>", value)
        return text
    if reference.type == "interwiki":
        text = text.replace("\\", "\\\\")
        alias = reference.parameters.get("interWikiAlias")
        return text if alias is None else f"{text}@" + re.sub(r"[@\\]", r"\\\g<0>", alias)
    typed = reference.typed and reference.type in ("mailto", "attach")
    return f"{reference.type}:{text}" if typed else text


def escape_reference(text: str) -> str:
    """Return a reference as it stands in `[[…]]`."""
    text = text.replace("~", "~~").replace(">>", "~>~>")
    return text.replace("||", "~|~|").replace("]]", "~]~]")


def escape_label(text: str) -> str:
    """Return a label's source as it stands in `[[…>>`."""
    return _LABEL.sub(r"~\g<0>", text)


def link_params(reference: ResourceReference, params: Params, syntax: str) -> str:
    """Return what stands after `||`, the bars included; "" if nothing does."""
    names = written_as_parameters(reference.type, syntax)
    shown: Params = {name: reference.parameters.get(name) or None for name in names}
    pairs = [*_pairs(shown, _IN_LINK), *_pairs(params, _IN_LINK)]
    return "||" + " ".join(pairs) if pairs or params else ""


def _pairs(params: Params, special: re.Pattern[str]) -> list[str]:
    shown = [(key, value) for key, value in params.items() if value is not None]
    return [key + '="' + special.sub(r"~\g<0>", value) + '"' for key, value in shown]


def block_params(params: Params, end: str) -> str:
    """Return `(% … %)` and `end`; "" without parameters."""
    pairs = [pair.replace("%)", "~%)") for pair in _pairs(params, _IN_MACRO)]
    return f"(% {' '.join(pairs)} %){end}" if pairs else ""


def macro_source(name: str, params: Params, content: str | None, inline: bool) -> str:
    """Return a macro with its content."""
    tag = name
    if params:
        tag += " " + " ".join(_pairs(params, _IN_MACRO)).replace("}}", "~}~}")
    if content is None:
        return f"{{{{{tag}/}}}}"
    if content and not inline:
        content = f"\n{content}\n"
    return f"{{{{{tag}}}}}{content}{{{{/{name}}}}}"


_ITEM = re.compile(r"[ \t]*(?=(?:\*+[:;]*|[1*]+\.[:;]*|[:;]+)[ \t])")
_HEADING = re.compile(r"[ \t]*(?==)")
_CELL = re.compile(r"[ \t]*(?=\||!!|!=)")
_QUOTE = re.compile(r"(?=>)")
_AFTER_BOLD = re.compile(r"(?=\**(?:[:;]*|1+\.)?[ \t])")
_PARAMS = re.compile(r"\(%(?:~.|[^%~]|%[^)~]|%~.)*+%\)")
_DOUBLE = re.compile(r"(?<!~)(?://|\*\*|__|--|\^\^|,,|##|\\\\)")
_BARE = ("image:", "attach:", "mailto:")
_VERBATIM_EDGE = re.compile(r"\{\{\{|\}\}\}")


@dataclass(eq=False, slots=True)
class EscapeContext:
    """The blocks that are open where text is printed."""

    inline: int = 0
    heading: bool = False
    table: bool = False


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
