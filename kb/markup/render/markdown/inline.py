"""What stands within a paragraph, as pieces of Markdown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kb.markup.macros.code import LISTINGS
from kb.markup.macros.html import has_wiki
from kb.markup.macros.registry import call_source, failed, opened_up
from kb.markup.render.handlers import NodeHandlers
from kb.markup.render.html.clean import clean_foreign
from kb.markup.render.html.phrasing import icon_character
from kb.markup.render.html.style import classes_of, clean_id, size_attributes
from kb.markup.render.markdown.escape import (
    code_span,
    entity,
    escape_line,
    escape_text,
    title_text,
    url_text,
)
from kb.markup.render.markdown.marks import (
    BREAK,
    EmphasisMark,
    PendingBreak,
    Piece,
    emphasised,
    finalise_marks,
)
from kb.markup.render.markdown.writer import MAX_DEPTH, MarkdownWriter
from kb.markup.render.xhtml.links import label_of
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Node

_MARKS: Final = {n.BOLD: "bold", n.ITALIC: "italic", n.STRIKE: "strike"}
_TAGS: Final = {
    n.UNDERLINE: ("u", "underline"),
    n.SUPERSCRIPT: ("sup", "superscript"),
    n.SUBSCRIPT: ("sub", "subscript"),
    n.MONOSPACE: ("code", "formatted-code"),
}


def line(w: MarkdownWriter, nodes: list[Node], *, bold: bool = False) -> str:
    """Return inline nodes on one line, for a heading or a cell."""
    pieces = inline(w, nodes)
    return _join(w, emphasised("bold", pieces) if bold else pieces, w.line_break)


def lines(w: MarkdownWriter, nodes: list[Node]) -> str:
    """Return inline nodes as a paragraph's lines; no line opens a block."""
    hard = "  \n" if w.flavour.python else "\\\n"
    text = _join(w, inline(w, nodes), hard)
    return "\n".join(escape_line(part, w.flavour) for part in text.split("\n"))


def inline(w: MarkdownWriter, nodes: list[Node]) -> list[Piece]:
    """Return inline nodes as pieces, the marks of emphasis not yet chosen."""
    w.depth += 1
    pieces: list[Piece] = []
    if w.depth > MAX_DEPTH:
        pieces.append(w.html_inline(nodes, "deep"))
    else:
        for node in nodes:
            pieces += _HANDLERS[type(node)](w, node)
    w.depth -= 1
    return pieces


def _join(w: MarkdownWriter, pieces: list[Piece], hard: str) -> str:
    finalise_marks(pieces)
    if w.flavour.jsx and any(map(_is_tag, pieces)):
        # An element may not go beyond a line of its paragraph.
        hard = w.line_break
    said = [at for at, piece in enumerate(pieces) if not _is_empty(piece)]
    parts: list[str] = []
    for at in range(said[0], said[-1] + 1) if said else ():
        piece = pieces[at]
        if isinstance(piece, PendingBreak):
            doubled = isinstance(pieces[at + 1], PendingBreak)
            parts.append(w.line_break if doubled else hard)
        else:
            text = piece.text if isinstance(piece, EmphasisMark) else piece
            parts += _apart(w, parts, text)
    return "".join(parts).strip(" ")


def _apart(w: MarkdownWriter, parts: list[str], text: str) -> list[str]:
    """Return a piece of text, kept from meaning something else after the one before."""
    before = parts[-1] if parts else ""
    if text[:1] == "[" and before.endswith("!"):
        parts[-1] = before[:-1] + "\\!"
    if text[:1] == "`" and before.endswith("`") and not before.endswith("\\`"):
        return [w.flavour.comment, text]
    return [text]


def _is_tag(piece: Piece) -> bool:
    text = piece.text if isinstance(piece, EmphasisMark) else piece
    return isinstance(text, str) and text[:1] == "<"


def _is_empty(piece: Piece) -> bool:
    return isinstance(piece, PendingBreak) or (isinstance(piece, str) and not piece.strip())


def _text(w: MarkdownWriter, node: n.Text | n.RawText) -> list[Piece]:
    return [escape_text(node.text.replace("\n", " "), w.flavour, cell=w.cell)]


def _format(w: MarkdownWriter, node: n.FormatSpan) -> list[Piece]:
    style = node.style
    if style == n.MONOSPACE and all(type(child) is n.Text for child in node.children):
        text = "".join(child.text for child in node.children if isinstance(child, n.Text))
        return _spanned(w, node, [code(w, text)] if text else [])
    if style in w.styles:
        return _spanned(w, node, inline(w, node.children))
    w.styles.append(style)
    inner = inline(w, node.children)
    w.styles.pop()
    if style in _MARKS:
        inner = emphasised(_MARKS[style], inner)
    elif style in _TAGS and inner:
        tag, why = _TAGS[style]
        w.count(why)
        inner = [f"<{tag}>", *inner, f"</{tag}>"]
    return _spanned(w, node, inner)


def _spanned(w: MarkdownWriter, node: n.FormatSpan, inner: list[Piece]) -> list[Piece]:
    """Add the colours that the author gave; other looks are left out."""
    if not node.params:
        return inner
    id_ = node.params.get("id") or ""
    before: list[Piece] = [anchor(w, id_)] if id_ in w.anchors else []
    classes = " ".join(classes_of(node.params.get("style") or ""))
    if classes and inner:
        w.count("colour")
        return [*before, w.tag("span", classes), *inner, "</span>"]
    if "style" in node.params:
        w.count("style:span")
    return [*before, *inner]


def anchor(w: MarkdownWriter, name: str) -> str:
    """Return a place to link to."""
    if w.flavour.anchor == "text":
        return ""
    return w.tag("a", id_=clean_id(name).replace('"', "%22").replace("<", "%3C")) + "</a>"


def code(w: MarkdownWriter, text: str) -> str:
    """Return inline code; as HTML where a bar would end its cell or a shortcode begin."""
    if (w.cell and "|" in text) or w.flavour.code_specials.search(text):
        w.count("code-entities")
        return f"<code>{entity(text)}</code>"
    return code_span(text)


def _link(w: MarkdownWriter, node: n.Link) -> list[Piece]:
    if w.in_label:
        # Links do not nest.
        return inline(w, node.children or [n.Text(node.pos, label_of(node.reference))])
    target = w.options.resolver.link(node.reference)
    shown = target.label or label_of(node.reference)
    w.in_label = True
    label = inline(w, node.children)
    w.in_label = False
    url = target.url
    if url is not None and target.kind == "anchor":
        heading = w.anchors.get(url[1:], "") if w.flavour.anchor == "text" else ""
        url = "#" + (heading.replace(" ", "%20") or clean_id(url[1:]))
    elif url is not None and not label and shown == url and _is_autolink(w, url):
        return [f"<{url}>"]
    label = label or [escape_text(shown, w.flavour, cell=w.cell)]
    if url is None:
        w.count("link-nowhere")
        title = node.reference.reference if node.children else ""
        return [w.tag("span", "wiki-nowhere", title=title), *label, "</span>"]
    title = title_text(node.params.get("title") or "")
    if w.cell:
        title = title.replace("|", "&#124;")
    return ["[", *label, f"]({url_text(url)}{title})"]


def _is_autolink(w: MarkdownWriter, url: str) -> bool:
    if w.flavour.jsx or not url.startswith(("http://", "https://", "ftp://")):
        return False
    return not any(char in "<>|%*_`\\" or char <= " " for char in url) and url.isascii()


def _image(w: MarkdownWriter, node: n.Image) -> list[Piece]:
    reference = node.reference
    if reference.type == "icon":
        return [escape_text(icon_character(reference.reference), w.flavour)]
    target = w.options.resolver.image(reference)
    alt = node.params.get("alt") or target.label or label_of(reference)
    shown = escape_text(alt, w.flavour, cell=w.cell)
    if target.url is None:
        w.count("image-nowhere")
        title = reference.reference if alt != reference.reference else ""
        return [w.tag("span", "wiki-nowhere", title=title[:200]) + shown + "</span>"]
    sizes = size_attributes(node.params)
    if sizes and w.flavour.image_size == "html":
        return [w.html_inline([node], "image-size")]
    return [_sized(w, node, shown, target.url, sizes)]


def _sized(w: MarkdownWriter, node: n.Image, shown: str, url: str, sizes: str) -> str:
    after = ""
    if sizes and w.flavour.image_size == "attribute":
        after = "{" + sizes.replace('"', "") + " }"
    elif sizes:
        numbers = [part.split('"')[1] for part in sizes.split()]
        bar = "\\|" if w.cell else "|"
        if all(number.isdecimal() for number in numbers):
            shown += bar + "x".join(numbers if "width" in sizes else ["", *numbers])
    title = title_text(node.params.get("title") or "")
    return f"![{shown}]({url_text(url)}{title}){after}"


def _raw(w: MarkdownWriter, node: n.RawText) -> list[Piece]:
    if node.is_html:
        w.count("html")
        return [w.inline(clean_foreign(node.text, inline=True))]
    if node.is_plain:
        return _text(w, node)
    w.count(f"raw:{node.syntax}")
    return [code(w, node.text)]


def _macro(w: MarkdownWriter, node: n.Macro) -> list[Piece]:
    w.count(f"macro:{node.name}")
    return [code(w, call_source(node))]


def _too_deep(w: MarkdownWriter, node: n.TooDeep) -> list[Piece]:
    w.count("deep")
    return [code(w, node.source)]


def _result(w: MarkdownWriter, node: n.MacroResult) -> list[Piece]:
    if failed(node):
        return _macro(w, node.macro)
    if node.macro.name in LISTINGS:
        return [code(w, node.macro.content or "")] if node.macro.content else []
    if node.macro.name == "html" and has_wiki(node.macro):
        return [w.html_inline([node], "html")]
    if node.macro.name == "footnote" and (number := note_number(node)):
        return [f"[^{number}]"]
    return inline(w, node.children)


def note_number(node: n.MacroResult) -> str:
    """Return the number that stands for a footnote in the text; "" where its words stand there."""
    nodes = opened_up(node.children)
    mark = nodes[0] if len(nodes) == 1 else None
    link = mark.children[0] if isinstance(mark, n.FormatSpan) and mark.children else None
    if not isinstance(link, n.Link):
        return ""
    anchor_name = link.reference.parameters.get("anchor", "")
    return anchor_name.removeprefix("x_footnote_") if "x_footnote_" in anchor_name else ""


_Handlers = NodeHandlers[Callable[..., list[Piece]]]
_HANDLERS: Final = _Handlers({
    Node: lambda _w, _node: [],
    n.Parent: lambda w, node: inline(w, node.children),
    n.LineBreak: lambda _w, _node: [BREAK],
    n.Verbatim: lambda w, node: [code(w, node.content)] if node.content else [],
    n.Anchor: lambda w, node: [anchor(w, node.name)] if node.name.strip() else [],
    n.Text: _text, n.FormatSpan: _format, n.Link: _link, n.Image: _image, n.RawText: _raw,
    n.Macro: _macro, n.MacroResult: _result, n.TooDeep: _too_deep,
    **_Handlers.fromkeys(
        (n.Paragraph, n.Heading, n.TableCell), lambda w, node: [*inline(w, node.children), " "]
    ),
    **_Handlers.fromkeys(
        (n.ListItem, n.TableRow, n.QuotationLine),
        lambda w, node: [BREAK, *inline(w, node.children)],
    ),
})  # fmt: skip
