"""Running text as XWiki source that reads back exactly, and its pieces: macros, references."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from kb.markup.parser.builder import LABEL
from kb.markup.parser.link_references import written_as_parameters
from kb.markup.parser.macro_syntax import MacroScanner
from kb.markup.render.xwiki.escape import macro_source, reference_source
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Macro, Node, Params, ResourceReference, Verbatim

_SPECIAL = re.compile(r"[!-/:-@\[-`{-~]")
_SIMPLE_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_\-]*")


def escape(text: str) -> str:
    """Return `text` with every mark and the spaces at its edges escaped."""
    core = text.strip(" ")
    if not core:
        return "~ " * len(text)
    before = len(text) - len(text.lstrip(" "))
    after = len(text) - len(text.rstrip(" "))
    return "~ " * before + _SPECIAL.sub(r"~\g<0>", core) + "~ " * after


def pairs_source(params: Params, special: str = "") -> str:
    """Return parameters in quotes, `special` characters escaped too."""
    parts = []
    for key, value in params.items():
        name = key if _SIMPLE_KEY.fullmatch(key) else _quoted(key, special)
        parts.append(name if value is None else f"{name}={_quoted(value, special)}")
    return " ".join(parts)


def _quoted(text: str, special: str) -> str:
    return '"' + re.sub(rf'[~"{special}]', r"~\g<0>", text) + '"'


def params_source(params: Params) -> str:
    """Return `(% … %)`, also without parameters."""
    inner = pairs_source(params, "%")
    return f"(% {inner} %)" if inner else "(%%)"


def macro_pieces(macro: Macro) -> tuple[str, bool]:
    """Return a macro's source, and whether it only reads back at the very end."""
    inner = pairs_source(macro.params, "}")
    tag = "{{" + macro.name + (" " + inner if inner else "")
    content = macro.content
    if content is None:
        return tag + "/}}", False
    bodies = [f"\n{content}\n"] if content and not macro.inline else []
    bodies += [content, f"\n{content}\n", f"\n{content}\r", f"\n{content}"]
    end = "{{/" + macro.name + "}}"
    for close in (end, ""):
        for body in bodies:
            source = tag + "}}" + body + close
            found, stop = MacroScanner(source).macro(0)
            if found is not None and found.content == content and stop == len(source):
                return source, not close
    return tag + "}}" + content, True


def verbatim_pieces(verbatim: Verbatim) -> tuple[str, bool]:
    """Return `{{{…}}}`, and whether it only reads back at the very end."""
    content = verbatim.content
    escaped = content.replace("{{{", "~{~{~{").replace("}}}", "~}~}~}")
    for close in ("}}}", ""):
        for body in (content, escaped):
            source = "{{{" + body + close
            found, stop = MacroScanner(source).verbatim(0)
            if found == content and stop == len(source):
                return source, not close
    return "{{{" + content, True


def bare_source(reference: ResourceReference, syntax: str) -> str:
    """Return a reference written without brackets, where nothing can be escaped."""
    parts = reference.parameters
    if syntax != "xwiki/2.0" or reference.type not in ("doc", "interwiki"):
        return reference_source(reference, syntax)
    marks = (("@", "interWikiAlias"), ("#", "anchor"), ("?", "queryString"))
    return reference.reference + "".join(m + parts[name] for m, name in marks if name in parts)


def link_source(
    label: str | None, scheme: str, reference: ResourceReference, params: Params, syntax: str
) -> str:
    """Return `[[label>>reference||parameters]]`; `scheme` stands before the reference."""
    escaped = "" if label is None else _in_link(label) + ">>"
    target = _in_link(scheme + reference_source(reference, syntax))
    names = written_as_parameters(reference.type, syntax)
    values = reference.parameters
    moved: Params = {name: values[name] for name in names if name in values}
    inner = pairs_source({**moved, **params}, r"\[\]|")
    return f"[[{escaped}{target}{'||' + inner if inner else ''}]]"


def _in_link(text: str) -> str:
    return re.sub(r"[~|\[\]>]", r"~\g<0>", text)


MARKS: Final = {
    n.BOLD: "**", n.ITALIC: "//", n.STRIKE: "--", n.UNDERLINE: "__", n.SUPERSCRIPT: "^^",
    n.SUBSCRIPT: ",,", n.MONOSPACE: "##", n.STYLE_NONE: "",
}  # fmt: skip
# Marks that cannot be part of a URL.
_AFTER_URL: Final = ("^^", ",,")
_NOT_IN_WORDS: Final = frozenset(""" !"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~""")


class ExactWriter:
    """Print inline nodes; formats are switched by marks at each leaf that needs it."""

    def __init__(self, syntax: str, label: Callable[[ExactWriter, list[Node]], str]) -> None:
        self.syntax = syntax
        self.label = label
        """Gives the source of a link's label, which may hold blocks."""
        self.out: list[str] = []
        self.path: list[n.FormatSpan] = []
        # What was printed last: a bare "url", a bare "word" like image:x, a "blank" after one
        # of these, a text that ends with a "letter", or anything else, "".
        self.last = ""
        # A leaf that was printed before its turn.
        self.printed: Node | None = None
        # A macro or verbatim that never closes: nothing can follow.
        self.stopped = False

    def put(self, source: str) -> None:
        """Print, unless nothing can follow."""
        if not self.stopped:
            self.out.append(source)

    def inline(self, nodes: list[Node]) -> None:
        """Print a run of inline nodes from and to plain text."""
        self.path = []
        self.last = ""
        self._run(nodes, [])
        self.path = []

    def _run(self, nodes: list[Node], path: list[n.FormatSpan]) -> None:
        for node in nodes:
            if isinstance(node, n.FormatSpan):
                if node.children:
                    self._run(node.children, [*path, node])
                else:
                    self._switch([*path, node])
            elif isinstance(node, n.MacroContent):
                self._run(node.children, path)
            else:
                self._leaf(node, path)

    def _leaf(self, node: Node, path: list[n.FormatSpan]) -> None:
        if node is self.printed:
            return
        if self.last == "url":
            blank = isinstance(node, n.Text) and node.text[:1] == " "
            if not blank or not _same(self.path, path):
                self._part(path)
        elif self.last == "word" and not _is_apart(node):
            # Only the content of two paragraphs, in a label, can stand so.
            self.put("\n\n")
            self.path = []
        self._switch(path)
        if self.last == "letter" and isinstance(node, n.Link | n.Image) and node.freestanding:
            self._part(path)
        last, self.last = self.last, ""
        if isinstance(node, n.Text):
            text = node.text
            if last in ("url", "word") and text[:1] == " ":
                self.put(" ")
                text = text[1:]
                self.last = "" if text else "blank"
            self.put(escape(text))
            if text and text[-1] not in _NOT_IN_WORDS:
                self.last = "letter"
        elif isinstance(node, n.LineBreak):
            self.put("\n" if last == "word" else "\\\\")
            if last == "word":
                self._part(path)
        elif isinstance(node, n.Link):
            self._link(node)
        elif isinstance(node, n.Image):
            self._image(node)
        else:
            self.other(node)

    def _part(self, path: list[n.FormatSpan]) -> None:
        """Print marks that change nothing, so that what stands before and after stays apart."""
        styles = {node.style for node in path} | {node.style for node in self.path}
        mark = _AFTER_URL[n.SUPERSCRIPT in styles]
        self.put(mark * 2)
        self.last = ""

    def _switch(self, path: list[n.FormatSpan]) -> None:
        """Print the marks that lead from the formats that hold to those of `path`."""
        before = self.path
        if _same(before, path):
            return
        same = 0
        while same < min(len(before), len(path)) and before[same] is path[same]:
            same += 1
        marks = [MARKS[node.style] for node in (*before[same:], *path[same:])]
        params = _joined(path)
        if params != _joined(before):
            self.put(params_source(params))
        for mark in marks:
            self.put(mark)
        self.path = path

    def other(self, node: Node) -> None:
        """Print a macro, verbatim text, an anchor, or source that was not parsed."""
        if isinstance(node, n.Macro):
            self.final(*macro_pieces(node))
        elif isinstance(node, n.MacroResult):
            self.final(*macro_pieces(node.macro))
        elif isinstance(node, n.Verbatim):
            self.final(*verbatim_pieces(node))
        elif isinstance(node, n.Anchor):
            self.put(macro_source("id", {"name": node.name}, None, True))
        elif isinstance(node, n.TooDeep):
            self.put(node.source)

    def final(self, source: str, is_last: bool) -> None:
        """Print what may be the last that can be printed."""
        self.put(source)
        self.stopped = self.stopped or is_last

    def _link(self, node: n.Link) -> None:
        if node.freestanding:
            source = bare_source(node.reference, self.syntax)
            if source.startswith("attach:"):
                self._word(source)
            else:
                self.put(source)
                self.last = "url"
        else:
            label = self.label(self, node.children) if node.children else None
            self.put(link_source(label, "", node.reference, node.params, self.syntax))

    def _image(self, node: n.Image) -> None:
        if node.freestanding:
            self._word("image:" + bare_source(node.reference, self.syntax))
            return
        params = dict(node.params)
        label = params.pop(LABEL, None)
        self.put(link_source(label, "image:", node.reference, params, self.syntax))

    def _word(self, source: str) -> None:
        """Print `image:x` or `attach:x`; with a tilde at its end it takes whatever follows."""
        self.final(source, source.endswith("~"))
        self.last = "word"


def _same(left: list[n.FormatSpan], right: list[n.FormatSpan]) -> bool:
    return len(left) == len(right) and all(a is b for a, b in zip(left, right, strict=True))


def _is_apart(node: Node) -> bool:
    """Tell whether `node` begins with a blank or line end."""
    return isinstance(node, n.LineBreak) or (isinstance(node, n.Text) and node.text[:1] == " ")


def _joined(path: list[n.FormatSpan]) -> Params:
    """Return all parameters that hold within `path`."""
    joined: Params = {}
    for node in path:
        joined.update(node.params)
    return joined
