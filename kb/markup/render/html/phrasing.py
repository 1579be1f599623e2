"""What stands within a paragraph: text, formats, links, images.

Blocks that the wiki lets stand there, in a link's label say, become spans: HTML forbids them.
"""

from __future__ import annotations

from typing import Final

from kb.markup.render.html import macros
from kb.markup.render.html.clean import clean_foreign
from kb.markup.render.html.style import clean_id, escape_value, size_attributes
from kb.markup.render.html.writer import (
    Frame,
    Handler,
    HtmlHandlers,
    HtmlPiece,
    HtmlWriter,
    box_kind,
    escape,
    verbatim,
)
from kb.markup.render.plain import plain_text
from kb.markup.render.xhtml.links import label_of
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Image, Link, Node

_TAGS: Final = {
    n.BOLD: "strong", n.ITALIC: "em", n.STRIKE: "del", n.UNDERLINE: "u", n.SUPERSCRIPT: "sup",
    n.SUBSCRIPT: "sub", n.MONOSPACE: "code", n.STYLE_NONE: "span",
}  # fmt: skip
_CLASSES: Final = {"user": ' class="wiki-user"', "attachment": ' class="wiki-file"'}


def formatted(w: HtmlWriter, node: n.FormatSpan) -> Frame | None:
    """Write a styled span."""
    if not node.children:
        return None
    kept = w.kept(node.params) if node.params else ""
    if "class" in node.params and (kind := box_kind(node.params)):
        w.out.append(f'<span class="wiki-box wiki-{kind}">')
        return node.children, "</span>", None
    if not node.style and not kept:
        return node.children, "", None
    tag = _TAGS[node.style]
    w.out.append(f"<{tag}{kept}>")
    return node.children, f"</{tag}>", None


def _link(w: HtmlWriter, node: Link) -> Frame:
    target = w.options.resolver.link(node.reference)
    label = node.children or [n.Text(node.pos, target.label or label_of(node.reference))]
    if target.url is None:
        return _nowhere(w, node, label)
    url = target.url
    if target.kind == "anchor":
        url = "#" + w.options.id_prefix + clean_id(url[1:])
    rel = ' rel="noopener"' if target.kind == "url" else ""
    kind = _CLASSES.get(target.kind, "")
    if "id" in node.params:
        kind += w.kept({"id": node.params["id"]})
    w.out.append(f'<a{kind} href="{escape_value(url)}"{rel}{_title(node.params)}>')
    return label, "</a>", LABEL


def _title(params: n.Params) -> str:
    title = params.get("title")
    return f' title="{escape_value(title)}"' if title else ""


def _nowhere(w: HtmlWriter, node: Link, label: list[Node]) -> Frame:
    words = w.options.words.nowhere
    reference = node.reference.reference
    if w.options.lean:
        w.out.append(f'<span class="wiki-nowhere" title="{escape_value(reference)}">')
        return label, "</span>", LABEL
    said = escape_value(f"{plain_text(label).strip()} ({words})")
    title = escape_value(f"{reference} ({words})")
    w.out.append(
        f'<a class="wiki-nowhere" role="link" aria-disabled="true" aria-label="{said}"'
        f' title="{title}">'
    )
    return label, "</a>", LABEL


def _image(w: HtmlWriter, node: Image) -> str:
    if node.reference.type == "icon":
        return icon(node.reference.reference)
    target = w.options.resolver.image(node.reference)
    alt = escape_value(node.params.get("alt") or target.label or label_of(node.reference))
    if target.url is None:
        title = f"{escape_value(target.label) or alt} ({escape_value(w.options.words.nowhere)})"
        return f'<span class="wiki-nowhere wiki-no-image" title="{title}">{alt}</span>'
    after = _title(node.params) + ("" if w.options.lean else ' loading="lazy"')
    sizes = size_attributes(node.params) if node.params else ""
    return f'<img src="{escape_value(target.url)}" alt="{alt}"{sizes}{after}>'


def _raw_text(w: HtmlWriter, node: n.RawText) -> str:
    if node.is_html:
        return clean_foreign(node.text, w.options.id_prefix, inline=True)
    return escape(node.text) if node.is_plain else f"<code>{verbatim(node.text)}</code>"


def _anchor(w: HtmlWriter, node: n.Anchor) -> str:
    if not node.name.strip() or not w.takes_id(node.name):
        return ""
    return f'<span id="{escape_value(w.options.id_prefix + clean_id(node.name))}"></span>'


def content(before: str = "", after: str = "") -> Handler:
    """Return what writes a node's children only, between two texts."""

    def write(w: HtmlWriter, node: n.Parent) -> Frame:
        w.out.append(before)
        return node.children, after, None

    return write


_SPANS: Final[tuple[type[Node], ...]] = (
    n.OutlineSection, n.Heading, n.Paragraph, n.Group, n.List, n.DefinitionList, n.DefinitionTerm,
    n.DefinitionDescription, n.Table, n.TableCell, n.Quotation, n.Figure, n.FigureCaption,
)  # fmt: skip
PHRASING: Final = HtmlHandlers({
    Node: lambda _w, _node: None,
    n.Text: lambda w, node: w.escape(node.text),
    HtmlPiece: lambda _w, node: node.html,
    n.LineBreak: lambda _w, _node: "<br>\n",
    n.HorizontalLine: lambda _w, _node: "<br>\n",
    n.Verbatim: lambda _w, node: f"<code>{verbatim(node.content)}</code>",
    n.TooDeep: lambda _w, node: f'<code class="wiki-source">{verbatim(node.source)}</code>',
    n.FormatSpan: formatted, n.Link: _link, n.Image: _image, n.RawText: _raw_text,
    n.Anchor: _anchor, n.Macro: macros.call_in_line,
    n.MacroResult: macros.RESULT_IN_LINE, n.Parent: content(), n.ListItem: content("<br>\n• "),
    n.TableRow: content("<br>\n"), n.QuotationLine: content("<br>\n"),
    **dict.fromkeys(_SPANS, content("", " ")),
})  # fmt: skip
LABEL: Final = HtmlHandlers({
    **PHRASING,
    n.Link: lambda _w, node: (
        node.children or [n.Text(node.pos, label_of(node.reference))], "", None),
})  # fmt: skip
"""Within a link's label: of a link only its label is written, for links do not nest."""


_CHARACTERS: Final = {
    "accept": "✅", "add": "➕", "arrow_right": "➡", "arrow_left": "⬅", "arrow_up": "⬆",
    "arrow_down": "⬇", "attach": "📎", "bell": "🔔", "book": "📖", "bug": "🐞", "cancel": "❌",
    "check": "✔", "clock": "🕒", "cog": "⚙", "comment": "💬", "cross": "✖", "delete": "❌",
    "email": "✉", "error": "⛔", "exclamation": "❗", "file": "📄", "flag": "🚩", "folder": "📁",
    "group": "👥", "heart": "❤", "help": "❓", "home": "🏠", "house": "🏠", "image": "🖼",
    "information": "ℹ", "info": "ℹ", "key": "🔑", "lightbulb": "💡", "link": "🔗", "lock": "🔒",
    "page": "📄", "pencil": "✏", "phone": "📞", "question": "❓", "search": "🔍", "star": "⭐",
    "stop": "🛑", "success": "✅", "tag": "🏷", "thumb_up": "👍", "thumb_down": "👎", "time": "🕒",
    "tick": "✔", "user": "👤", "users": "👥", "warning": "⚠", "world": "🌐", "wrench": "🔧",
    "emoticon_smile": "🙂", "emoticon_unhappy": "🙁", "emoticon_grin": "😀",
    "emoticon_wink": "😉", "emoticon_surprised": "😮", "emoticon_tongue": "😛",
}  # fmt: skip


def icon_character(name: str) -> str:
    """Return the character for an icon, or its name in brackets."""
    return _CHARACTERS.get(name.strip().lower(), f"[{name.strip()}]")


def icon(name: str) -> str:
    """Return an icon as a character with its name for those who listen."""
    shown = escape_value(icon_character(name))
    return f'<span class="wiki-icon" role="img" aria-label="{escape_value(name)}">{shown}</span>'
