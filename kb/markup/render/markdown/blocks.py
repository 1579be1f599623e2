"""Blocks as Markdown: each is a text of one or more lines, without a blank line around it."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import dropwhile
from typing import Final

from kb.markup.macros.boxes import is_done
from kb.markup.macros.code import LISTINGS, language_of
from kb.markup.macros.html import has_wiki
from kb.markup.macros.registry import call_source, failed
from kb.markup.render.handlers import NodeHandlers
from kb.markup.render.html.clean import clean_foreign
from kb.markup.render.html.flow import quoted_blocks
from kb.markup.render.html.style import escape_value
from kb.markup.render.html.writer import TITLE, box_kind, verbatim, without_icon
from kb.markup.render.markdown.escape import by_parts, entity, escape_heading, escape_text
from kb.markup.render.markdown.inline import anchor, line, lines
from kb.markup.render.markdown.tables import table
from kb.markup.render.markdown.writer import (
    MarkdownHandlers,
    MarkdownOptions,
    MarkdownText,
    MarkdownWriter,
    is_inline,
)
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import MacroResult, Node

_TASKS: Final = ("task", "checkbox")


def _task(children: list[Node]) -> tuple[str, list[Node]]:
    """Return the mark of an item that is a task, `[x]` or `[ ]`, and what it says."""
    first = children[0] if children else None
    if not isinstance(first, n.MacroResult) or first.macro.name not in _TASKS:
        return "", children
    if not first.macro.inline or failed(first):
        return "", children
    return "[x]" if is_done(first.macro) else "[ ]", [*first.children[1:], *children[1:]]


def bullets(w: MarkdownWriter, node: n.List) -> list[str]:
    """Return a list, tight if no item has more than a line and lists."""
    if w.flavour.python and any(_begins_with_list(item) for item in node.children):
        return [w.html_block([node], "list-in-empty-item")]
    items = [item for item in node.children if isinstance(item, n.Parent)]
    end = "\n" if all(_is_tight(item.children) for item in items) else "\n\n"
    numbered = enumerate(items, _first_number(node))
    made = [_item(w, f"{at}. " if node.ordered else "- ", item, end) for at, item in numbered]
    return [end.join(made)] if made else []


def _begins_with_list(item: Node) -> bool:
    return isinstance(item, n.Parent) and isinstance((item.children or [item])[0], n.List)


def _first_number(node: n.List) -> int:
    start = node.params.get("start") or ""
    return int(start) if start.isascii() and start.isdigit() and len(start) < 9 else 1


def _is_tight(children: list[Node]) -> bool:
    """Tell whether an item is one run of inline nodes, then lists only."""
    return all(
        isinstance(child, n.List) and (not child.ordered or _first_number(child) == 1)
        for child in dropwhile(is_inline, children)
    )


def _item(w: MarkdownWriter, marker: str, item: n.Parent, end: str) -> str:
    done, children = _task(item.children)
    content = w.blocks(children)
    if done:
        content = [f"{done} {content[0]}" if content else done, *content[1:]]
    return _hanging(marker.ljust(4) if w.flavour.python else marker, end.join(content))


def _hanging(first: str, text: str) -> str:
    """Return `text` behind `first`, its later lines below its beginning."""
    head, *rest = text.split("\n")
    below = [" " * len(first) + part if part else "" for part in rest]
    return "\n".join([first + head if head else first.rstrip(" "), *below])


def definitions(w: MarkdownWriter, node: n.DefinitionList) -> list[str]:
    """Return a definition list, where the flavour has them."""
    if not w.flavour.definition_lists or not isinstance(node.children[0], n.DefinitionTerm):
        return [w.html_block([node], "definition-list")]
    made: list[str] = []
    for child in node.children:
        assert isinstance(child, n.Parent)
        if isinstance(child, n.DefinitionTerm):
            made += ([""] if made else []) + [line(w, child.children) or "&nbsp;"]
        else:
            made.append(_hanging(":   ", "\n\n".join(w.blocks(child.children))))
    return ["\n".join(made)]


def footnotes(w: MarkdownWriter, node: n.MacroResult) -> list[str]:
    """Return the notes where they are put: `[^1]: …`."""
    made: list[str] = []
    for tree in node.children:
        for item in tree.children if isinstance(tree, n.List) else []:
            assert isinstance(item, n.Parent)
            back = item.children[0] if item.children else None
            id_ = (back.params.get("id") or "") if isinstance(back, n.Link) else ""
            number = id_.removeprefix("x_footnote_")
            text = "\n\n".join(w.blocks(item.children[2:])) or "&nbsp;"
            first, *rest = text.split("\n")
            below = [f"    {part}" if part else "" for part in rest]
            made.append("\n".join([f"[^{number}]: {first}", *below]))
    return made


_DEFAULT: Final = MarkdownOptions()
# MDX reads an id as text before it is an id: `:name` in it would be a directive.
_IN_ID: Final = re.compile(r"[\\`*_\[\]<>:~]")


def _heading(w: MarkdownWriter, node: n.Heading) -> list[str]:
    level = min(6, max(1, node.level + w.options.heading_shift))
    text = escape_heading(line(w, node.children))
    id_ = node.params.get("id") or node.id
    if id_ in w.anchors and w.flavour.anchor == "attribute":
        shown = _IN_ID.sub(r"\\\g<0>", id_) if w.flavour.jsx else id_
        text = f"{text} {{#{shown}}}"
    elif id_ in w.anchors:
        text = anchor(w, id_) + text
    return [f"{'#' * level} {text}".rstrip()]


def _paragraph(w: MarkdownWriter, node: n.Paragraph) -> list[str]:
    _looks(w, node.params)
    text = lines(w, node.children)
    id_ = node.params.get("id") or ""
    return [anchor(w, id_) + text if id_ in w.anchors else text]


def _looks(w: MarkdownWriter, params: n.Params) -> None:
    if "style" in params:
        w.count("style:block")


def _group(w: MarkdownWriter, node: n.Group) -> list[str]:
    kind = box_kind(node.params) if "class" in node.params else ""
    if kind and kind != TITLE:
        title, children = _titled(w, without_icon(node.children))
        return [admonition(w, kind, title, w.blocks(children))]
    _looks(w, node.params)
    id_ = node.params.get("id") or ""
    before = [anchor(w, id_)] if id_ in w.anchors else []
    return [*before, *w.blocks(node.children)]


def _titled(w: MarkdownWriter, children: list[Node]) -> tuple[str, list[Node]]:
    """Return the title of a box, and what follows it."""
    while len(children) == 1 and isinstance(children[0], n.Group) and not children[0].params:
        children = children[0].children
    first = children[0] if children else None
    if isinstance(first, n.Group) and first.params.get("class") == "box-title":
        return line(w, first.children), children[1:]
    return "", children


def _quotation(w: MarkdownWriter, node: n.Quotation) -> list[str]:
    _looks(w, node.params)
    inner = "\n\n".join(w.blocks(quoted_blocks(node)))
    return [_quoted(inner)] if inner else []


def _quoted(text: str) -> str:
    return "\n".join(f"> {part}" if part else ">" for part in text.split("\n"))


def _raw(w: MarkdownWriter, node: n.RawText) -> list[str]:
    if node.is_html:
        w.count("html")
        return [w.block(clean_foreign(node.text))]
    if node.is_plain:
        return [escape_text(part, w.flavour) for part in node.text.split("\n\n")]
    w.count(f"raw:{node.syntax}")
    return [fenced(w, node.text, node.syntax.partition("/")[0])]


def _macro(w: MarkdownWriter, node: n.Macro) -> list[str]:
    w.count(f"macro:{node.name}")
    return [fenced(w, call_source(node), "xwiki", node.name)]


def _too_deep(w: MarkdownWriter, node: n.TooDeep) -> list[str]:
    w.count("deep")
    return [fenced(w, node.source, "xwiki")]


def _result(w: MarkdownWriter, node: MacroResult) -> list[str]:
    if failed(node):
        return _macro(w, node.macro)
    name = node.macro.name
    if name == "html" and has_wiki(node.macro):
        return [w.html_block([node], "html")]
    if name in LISTINGS:
        macro, title = node.macro, node.macro.params.get("title") or ""
        return [fenced(w, macro.content or "", language_of(macro), title)]
    if name == "putFootnotes":
        return footnotes(w, node)
    if name == "toc" and node.children and w.flavour.toc != "list":
        return [] if w.flavour.toc == "none" else [w.flavour.toc]
    return w.blocks(node.children)


_FENCES = re.compile(r"^[ \t]*(`{3,})", re.MULTILINE)


def fenced(w: MarkdownWriter, text: str, language: str = "", title: str = "") -> str:
    """Return a fenced listing; HTML where the flavour would read something in it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    caption = ""
    if title and w.flavour.code_title:
        shown = " ".join(title.replace('"', "'").replace("`", "'").split())
        language = f'{language or "text"} title="{shown}"'
    elif title and language != "xwiki":
        w.count("code-title")
        caption = f"**{escape_text(' '.join(title.split()), w.flavour)}**\n\n"
    if w.flavour.code_specials.search(text):
        w.count("code-entities")
        named = f' class="language-{escape_value(language)}"' if language else ""
        shown = by_parts(w.flavour.code_specials, text, verbatim, lambda found: entity(found[0]))
        return f"{caption}<pre><code{named}>{shown}</code></pre>".replace("\n", "&#10;")
    longest = max((len(fence) for fence in _FENCES.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{caption}{fence}{language}\n{text}\n{fence}"


_ALERTS: Final = {"info": "NOTE", "success": "TIP", "warning": "WARNING", "error": "CAUTION"}
_CALLOUTS: Final = {"info": "info", "success": "success", "warning": "warning", "error": "danger"}
_FENCED: Final = {"info": "info", "success": "tip", "warning": "warning", "error": "danger"}
_COLONS = re.compile(r"^[ \t>]*(:{3,})", re.MULTILINE)


def admonition(w: MarkdownWriter, kind: str, title: str, content: list[str]) -> str:
    """Return a box of `kind` (see `box_kind`) with a title, already Markdown, perhaps empty."""
    style = w.flavour.admonition
    if style == "indented":
        return _indented(_CALLOUTS.get(kind, "abstract"), title, content)
    if style == "fenced":
        return _fenced(_FENCED.get(kind, "note"), title, content)
    if style == "callout":
        first = f"[!{_CALLOUTS.get(kind, 'abstract')}] {title}".rstrip()
    else:
        first = f"[!{_ALERTS.get(kind, 'NOTE')}]"
        content = [f"**{title}**", *content] if title else content
    return _quoted("\n".join([first, "\n\n".join(content)]).rstrip("\n"))


def _indented(kind: str, title: str, content: list[str]) -> str:
    shown = title.replace('"', "&quot;")
    lines = "\n\n".join(content).split("\n")
    first = f'!!! {kind} "{shown}"' if shown or kind == "abstract" else f"!!! {kind}"
    return "\n".join([first, "", *(f"    {part}" if part else "" for part in lines)])


def _fenced(kind: str, title: str, content: list[str]) -> str:
    text = "\n\n".join(content)
    longest = max((len(colons) for colons in _COLONS.findall(text)), default=2)
    fence = ":" * (longest + 1)
    return f"{fence}{kind}{f'[{title}]' if title else ''}\n\n{text}\n\n{fence}"


_BLOCKS: Final = NodeHandlers[Callable[..., list[str]]]({
    Node: lambda _w, _node: [],
    n.Parent: lambda w, node: w.blocks(node.children),
    n.HorizontalLine: lambda _w, _node: ["---"],
    n.Verbatim: lambda w, node: [fenced(w, node.content)],
    n.Anchor: lambda w, node: [anchor(w, node.name)] if node.name.strip() else [],
    n.Figure: lambda w, node: [w.html_block([node], "figure")],
    n.Heading: _heading, n.Paragraph: _paragraph, n.Group: _group, n.List: bullets,
    n.DefinitionList: definitions, n.Table: table, n.Quotation: _quotation, n.RawText: _raw,
    n.Macro: _macro, n.MacroResult: _result, n.TooDeep: _too_deep,
})  # fmt: skip
_HANDLERS: Final = MarkdownHandlers(_BLOCKS, lines)


def markdown_writer(document: n.Document, options: MarkdownOptions) -> MarkdownWriter:
    """Return a writer for a page, for who wants its blocks one by one: `writer.blocks(nodes)`."""
    return MarkdownWriter(document, options, _HANDLERS)


def render_markdown(document: n.Document, options: MarkdownOptions = _DEFAULT) -> MarkdownText:
    """Return the Markdown of a page; macros that are not expanded show their source."""
    writer = markdown_writer(document, options)
    text = "\n\n".join(writer.blocks(document.children))
    return MarkdownText(text + "\n" if text else "", dict(sorted(writer.fallbacks.items())))
