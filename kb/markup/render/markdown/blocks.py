"""Blocks as Markdown: each is a text of one or more lines, without a blank line around it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from kb.markup import nodes as n
from kb.markup.macro_text import failed, macro_source
from kb.markup.macros.wiki.html import has_wiki
from kb.markup.macros.wiki.sources import LANGUAGES
from kb.markup.nodes import MacroResult, Node
from kb.markup.render.html.box_kinds import TITLE, box_kind, without_icon
from kb.markup.render.html.clean import clean_foreign
from kb.markup.render.html.flow import quoted_blocks
from kb.markup.render.markdown.admonitions import admonition
from kb.markup.render.markdown.code import fenced, listing
from kb.markup.render.markdown.escape import escape_heading, escape_text
from kb.markup.render.markdown.inline import anchor, line, lines
from kb.markup.render.markdown.lists import bullets, definitions, footnotes
from kb.markup.render.markdown.tables import table
from kb.markup.render.markdown.writer import MAX_DEPTH, Writer

_HTML: Final = ("html/", "xhtml/", "annotatedhtml/", "annotatedxhtml/")
_INLINE: Final = (n.Text, n.Format, n.Link, n.Image, n.LineBreak)
# MDX reads an id as text before it is an id: `:name` in it would be a directive.
_IN_ID: Final = re.compile(r"[\\`*_\[\]<>:~]")
_MAY_BE_INLINE: Final = (n.Verbatim, n.Macro, n.Anchor)


def blocks(w: Writer, nodes: list[Node]) -> list[str]:
    """The blocks of `nodes`; runs of inline nodes among them make paragraphs."""
    w.depth += 1
    found: list[str] = []
    if w.depth > MAX_DEPTH:
        found.append(w.html_block(nodes, "deep"))
    else:
        run: list[Node] = []
        for node in nodes:
            if is_inline(node):
                run.append(node)
                continue
            _end_run(w, run, found)
            _add(w, found, node)
        _end_run(w, run, found)
    w.depth -= 1
    return [block for block in found if block]


def is_inline(node: Node) -> bool:
    """Whether a node among blocks belongs to a line."""
    if isinstance(node, _INLINE):
        return True
    if isinstance(node, _MAY_BE_INLINE):
        return node.inline
    return isinstance(node, MacroResult) and node.macro.inline


def _end_run(w: Writer, run: list[Node], found: list[str]) -> None:
    if run:
        found.append(lines(w, run))
        run.clear()


def _add(w: Writer, found: list[str], node: Node) -> None:
    """Write a block; a comment keeps it apart where it would join the one before."""
    made = _writer_of(type(node))(w, node)
    if made and found and would_join(found[-1], made[0]):
        found.append(w.flavour.comment)
    found += made


def would_join(before: str, after: str) -> bool:
    """Whether two lists, quotations or tables that follow each other would be read as one."""
    if before[:1] == ">" and after[:1] == ">":
        return True
    return before[:1] == after[:1] == "|" or _is_item(_last_top_line(before), after)


def _last_top_line(block: str) -> str:
    return next((part for part in reversed(block.split("\n")) if part and part[0] != " "), "")


def _is_item(before: str, after: str) -> bool:
    first, second = _marker(before), _marker(after)
    return bool(first) and first == second


def _marker(text: str) -> str:
    word = text.split(" ", 1)[0].split("\n", 1)[0]
    if word == "-":
        return "-"
    return "." if word[:-1].isdigit() and word[-1:] == "." else ""


def _section(w: Writer, node: n.Section) -> list[str]:
    return blocks(w, node.children)


def _children(w: Writer, node: n.Parent) -> list[str]:
    return blocks(w, node.children)


def _nothing(_w: Writer, _node: Node) -> list[str]:
    return []


def _heading(w: Writer, node: n.Heading) -> list[str]:
    level = min(6, max(1, node.level + w.options.heading_shift))
    text = escape_heading(line(w, node.children))
    id_ = node.params.get("id") or node.id
    if id_ in w.anchors and w.flavour.anchor == "attribute":
        shown = _IN_ID.sub(r"\\\g<0>", id_) if w.flavour.jsx else id_
        text = f"{text} {{#{shown}}}"
    elif id_ in w.anchors:
        text = anchor(w, id_) + text
    return [f"{'#' * level} {text}".rstrip()]


def _paragraph(w: Writer, node: n.Paragraph) -> list[str]:
    _looks(w, node.params)
    text = lines(w, node.children)
    id_ = node.params.get("id") or ""
    return [anchor(w, id_) + text if id_ in w.anchors else text]


def _looks(w: Writer, params: n.Params) -> None:
    if "style" in params:
        w.count("style:block")


def _group(w: Writer, node: n.Group) -> list[str]:
    kind = box_kind(node.params) if "class" in node.params else ""
    if kind and kind != TITLE:
        title, children = _titled(w, without_icon(node.children))
        return [admonition(w, kind, title, blocks(w, children))]
    _looks(w, node.params)
    id_ = node.params.get("id") or ""
    before = [anchor(w, id_)] if id_ in w.anchors else []
    return [*before, *blocks(w, node.children)]


def _titled(w: Writer, children: list[Node]) -> tuple[str, list[Node]]:
    """The title of a box, and what follows it."""
    while len(children) == 1 and isinstance(children[0], n.Group) and not children[0].params:
        children = children[0].children
    first = children[0] if children else None
    if isinstance(first, n.Group) and first.params.get("class") == "box-title":
        return line(w, first.children), children[1:]
    return "", children


def _quotation(w: Writer, node: n.Quotation) -> list[str]:
    _looks(w, node.params)
    inner = "\n\n".join(blocks(w, quoted_blocks(node)))
    return [quoted(inner)] if inner else []


def quoted(text: str) -> str:
    """`text` with the marks of a quotation."""
    return "\n".join(f"> {part}" if part else ">" for part in text.split("\n"))


def _rule(_w: Writer, _node: n.HorizontalLine) -> list[str]:
    return ["---"]


def _verbatim(w: Writer, node: n.Verbatim) -> list[str]:
    return [fenced(w, node.content)]


def _raw(w: Writer, node: n.RawText) -> list[str]:
    if node.syntax.startswith(_HTML):
        w.count("html")
        return [w.block(clean_foreign(node.text))]
    if node.syntax in ("", "plain/1.0"):
        return [escape_text(part, w.flavour) for part in node.text.split("\n\n")]
    w.count(f"raw:{node.syntax}")
    return [fenced(w, node.text, node.syntax.partition("/")[0])]


def _anchor(w: Writer, node: n.Anchor) -> list[str]:
    return [anchor(w, node.name)] if node.name.strip() else []


def _macro(w: Writer, node: n.Macro) -> list[str]:
    w.count(f"macro:{node.name}")
    return [fenced(w, macro_source(node), "xwiki", node.name)]


def _too_deep(w: Writer, node: n.TooDeep) -> list[str]:
    w.count("deep")
    return [fenced(w, node.source, "xwiki")]


def _figure(w: Writer, node: n.Figure) -> list[str]:
    return [w.html_block([node], "figure")]


def _result(w: Writer, node: MacroResult) -> list[str]:
    if failed(node):
        return _macro(w, node.macro)
    name = node.macro.name
    if name == "html" and has_wiki(node.macro):
        return [w.html_block([node], "html")]
    if name == "code" or name in LANGUAGES:
        return [listing(w, node.macro)]
    if name == "putFootnotes":
        return footnotes(w, node)
    if name == "toc" and node.children:
        return _toc(w, node)
    return blocks(w, node.children)


def _toc(w: Writer, node: MacroResult) -> list[str]:
    if w.flavour.toc == "list":
        return blocks(w, node.children)
    return [] if w.flavour.toc == "none" else [w.flavour.toc]


_WRITERS: Final[dict[type[Node], Callable[..., list[str]]]] = {
    Node: _nothing,
    n.Parent: _children,
    n.Heading: _heading,
    n.Paragraph: _paragraph,
    n.Group: _group,
    n.List: bullets,
    n.DefinitionList: definitions,
    n.Table: table,
    n.Quotation: _quotation,
    n.HorizontalLine: _rule,
    n.Verbatim: _verbatim,
    n.RawText: _raw,
    n.Anchor: _anchor,
    n.Macro: _macro,
    n.MacroResult: _result,
    n.TooDeep: _too_deep,
    n.Figure: _figure,
}


def _writer_of(kind: type[Node]) -> Callable[..., list[str]]:
    for base in kind.__mro__:
        if base in _WRITERS:
            return _WRITERS[base]
    return _nothing
