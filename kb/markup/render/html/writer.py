"""Writes a tree as HTML: one loop over an explicit stack, so depth costs no recursion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from kb.markup.render.handlers import NodeHandlers
from kb.markup.render.html.options import HtmlOptions
from kb.markup.render.html.style import attributes_of, escape_value
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Container, Document, Image, Node, Params

Frame = tuple[list[Node], str, "HtmlHandlers | None"]
"""Children to write next, the end tag after them, and who writes them if not who wrote this."""
Handler = Callable[..., "Frame | str | None"]
HtmlHandlers = NodeHandlers[Handler]
"""By node class: gives a leaf's HTML, or writes a start tag and gives the frame within."""


@dataclass(eq=False, slots=True)
class HtmlPiece(Node):
    """HTML that the writer puts between children, such as `</thead><tbody>`."""

    html: str


def escape(text: str) -> str:
    """Return `text` as it stands between tags; every second of several spaces does not collapse."""
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    if ">" in text:
        text = text.replace(">", "&gt;")
    if "  " in text:
        text = text.replace("  ", " \u00a0")
    return text


def verbatim(text: str) -> str:
    """Return `text` as it stands in `<pre>` or `<code>`."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def pre_text(text: str) -> str:
    """Return content of `<pre>`, whose first newline would be swallowed."""
    return ("\n" if text.startswith("\n") else "") + verbatim(text)


class HtmlWriter:
    """What is written so far, and what the handlers need to know."""

    __slots__ = (
        "document", "escape", "first_cell", "flow", "focus", "ids", "lines", "options", "out",
    )  # fmt: skip

    def __init__(self, document: Document, options: HtmlOptions, flow: HtmlHandlers) -> None:
        self.document = document
        self.flow = flow
        self.options = options
        self.out: list[str] = []
        self.escape: Callable[[str], str] = escape
        self.ids: set[str] = set()
        self.lines = options.data_line
        self.focus = "" if options.lean else ' tabindex="0"'
        self.first_cell: Node | None = None

    def write(self, nodes: list[Node], handlers: HtmlHandlers) -> None:
        """Append the HTML of `nodes` to `out`."""
        append = self.out.append
        words = self.escape
        stack = []
        children, close = iter(nodes), ""
        while True:
            for node in children:
                kind = type(node)
                if kind is n.Text:
                    append(words(node.text))  # type: ignore[attr-defined]
                    continue
                frame = handlers[kind](self, node)
                if isinstance(frame, str):
                    append(frame)
                elif frame is not None:
                    stack.append((children, close, handlers))
                    children, close = iter(frame[0]), frame[1]
                    handlers = frame[2] or handlers
                    break
            else:
                append(close)
                if not stack:
                    return
                children, close, handlers = stack.pop()

    def _fragment(self, nodes: list[Node], escaping: Callable[[str], str]) -> str:
        before, self.out, self.escape = (self.out, self.escape), [], escaping
        self.write(nodes, self.flow)
        html = "".join(self.out)
        self.out, self.escape = before
        return html

    def unescaped(self, nodes: list[Node]) -> str:
        """Return the HTML of `nodes` whose text is HTML already; it needs cleaning."""
        return self._fragment(nodes, str)

    def escaped(self, node: Node) -> str:
        """Return the HTML of what a macro made amid such HTML: its text is text."""
        return self._fragment([node], escape)

    def attributes(self, node: Node, params: Params) -> str:
        """Return the attributes of a block: what its parameters leave, and its line."""
        text = self.kept(params) if params else ""
        return text + self.line(node) if self.lines else text

    def kept(self, params: Params) -> str:
        """Return what parameters leave; an id that the page already has is dropped."""
        if "id" in params and not self.takes_id(params["id"] or ""):
            params = {name: value for name, value in params.items() if name != "id"}
        return attributes_of(params, self.options.id_prefix)

    def takes_id(self, name: str) -> bool:
        """Tell whether `name` is still free, and take it."""
        if name in self.ids:
            return False
        self.ids.add(name)
        return True

    def line(self, node: Node) -> str:
        """Return the attribute that says where in the source a block begins."""
        line = self.document.position(node).line + self.options.first_line - 1
        return f' data-line="{line}"'


KINDS: Final = ("info", "success", "warning", "error")
"""Kinds of boxes that say something by themselves: `HtmlWords` has a word for each."""
_BY_CLASS: Final = {
    **{f"{kind}message": kind for kind in KINDS},
    **{f"alert-{kind}": kind for kind in KINDS},
    "alert-danger": "error",
    "box": "box",
    "box-title": "title",
}
TITLE: Final = "title"
"""What `box_kind` says of the group that holds a box's title."""


def box_kind(params: Params) -> str:
    """Return which box the class of a group says it is, "" for none."""
    classes = params.get("class")
    if not classes:
        return ""
    found = [_BY_CLASS[name] for name in classes.split() if name in _BY_CLASS]
    return next((kind for kind in found if kind != "box"), found[0] if found else "")


def without_icon(children: list[Node]) -> list[Node]:
    """Return what a box holds, but for the icon that XWiki puts first: its class says as much."""
    first = children[0] if children else None
    is_icon = isinstance(first, Image) and first.reference.type == "icon"
    return children[1:] if is_icon else children


def open_box(w: HtmlWriter, node: Container, kind: str) -> str:
    """Write a box's start tag and give its end tag."""
    label = getattr(w.options.words, kind) if kind in KINDS else ""
    role = f' role="note" aria-label="{escape_value(label)}"' if label else ' role="note"'
    kept = {name: value for name, value in node.params.items() if name in ("id", "title", "lang")}
    w.out.append(f'<aside class="wiki-box wiki-{kind}"{role}{w.attributes(node, kept)}>\n')
    return "</aside>\n"


def source_box(w: HtmlWriter, node: Node, name: str, source: str) -> str:
    """Return a closed box that says a name, and shows a source when opened."""
    line = w.line(node) if w.lines else ""
    return (
        f'<details class="wiki-macro" data-name="{escape_value(name)}"{line}>'
        f"<summary><code>{verbatim(name)}</code> {w.options.words.not_run}</summary>"
        f"<pre{w.focus}><code>{pre_text(source)}</code></pre></details>\n"
    )
