"""HTML of an html macro, cleaned into XHTML as XWiki's cleaner does."""

from __future__ import annotations

import re
from html import escape
from typing import Final

from kb.markup.macros.html_tree import BLOCK, RAW, VOID, Element, read_html
from kb.markup.macros.registry import MacroError

_RENAMED: Final = {"b": "strong", "i": "em", "u": "ins", "s": "del", "strike": "del"}
# Attributes that became styles.
_STYLES: Final = {"align": "text-align", "valign": "vertical-align", "bgcolor": "background-color"}
_FONT_SIZES: Final = {
    "1": "0.6em", "2": "0.8em", "3": "1.0em", "4": "1.2em", "5": "1.4em", "6": "1.6em",
    "7": "1.8em", "-3": "0.4em", "-2": "0.6em", "-1": "0.8em", "+1": "1.2em", "+2": "1.4em",
    "+3": "1.6em",
}  # fmt: skip
_LISTS: Final = ("ul", "ol")
_APART: Final = BLOCK | {"ins", "del"}
_ROWS: Final = ("tr", "tbody", "thead", "tfoot")
_TABLE_ONLY: Final = ("td", "th", "caption", "colgroup", "col", "script", "!")
_CDATA = re.compile(r"(?:/\*|//)?\s?<!\[CDATA\[(?:\*/)?|(?:/\*)?\]\]>(?:\*/)?")
_INLINE_ONLY: Final = (
    "When using HTML content inline, you can only use inline HTML content."
    " Block HTML content (such as tables) cannot be displayed."
    " Try leaving an empty line before and after the macro."
)


def clean_html(source: str, inline: bool) -> str:
    """Return well-formed XHTML of `source`; with `inline` it may hold no block."""
    body = read_html(source)
    _convert(body)
    body.children = _paragraphs(body.children)
    children = body.children
    if inline:
        if len(children) != 1 or isinstance(children[0], str) or children[0].name != "p":
            raise MacroError(_INLINE_ONLY)
        children = children[0].children
    out: list[str] = []
    for child in children:
        _print(child, out)
    return "".join(out)


def _convert(element: Element) -> None:
    """Replace old elements and attributes, below `element`."""
    element.join()
    if element.name in _LISTS:
        element.children = _items(element.children)
    else:
        element.children = _outside_tables(_listed(element.children))
    for child in element.children:
        if isinstance(child, Element) and child.name != "!":
            _modernise(child)
            _convert(child)


def _modernise(element: Element) -> None:
    attributes = element.attributes
    styles = [
        f"{style}:{attributes.pop(name)}"
        for name, style in _STYLES.items()
        if name in attributes and element.name != "img"
    ]
    if element.name == "center":
        element.name = "p"
        styles.append("text-align:center")
    elif element.name == "font":
        element.name = "span"
        styles.append("".join(_font(attributes)))
    else:
        element.name = _RENAMED.get(element.name, element.name)
    if styles := [style for style in styles if style]:
        before = attributes.get("style", "").rstrip("; ")
        attributes["style"] = ";".join([before, *styles] if before else styles)


def _font(attributes: dict[str, str]) -> list[str]:
    if "size" in attributes:
        attributes["size"] = _FONT_SIZES.get(attributes["size"], attributes["size"])
    named = (("color", "color"), ("face", "font-family"), ("size", "font-size"))
    return [f"{style}:{attributes.pop(name)};" for name, style in named if name in attributes]


def _items(children: list[Element | str]) -> list[Element | str]:
    """Return a list's children, what stands outside an item put into one."""
    items: list[Element | str] = []
    last: Element | None = None
    for child in children:
        if isinstance(child, Element) and child.name == "li":
            last = child
            items.append(child)
        elif isinstance(child, str) and not child.strip():
            items.append(child)
        else:
            is_list = isinstance(child, Element) and child.name in _LISTS
            if last is None or (last.name == "li" and not is_list and not _is_bare(last)):
                last = Element("li", {"style": "list-style-type: none"})
                items.append(last)
            last.children.append(child)
    return items


def _is_bare(item: Element) -> bool:
    """Tell whether this is an item that holds what stood outside of any."""
    return item.attributes.get("style") == "list-style-type: none"


def _listed(children: list[Element | str]) -> list[Element | str]:
    """Return children that are no list's, items among them put into lists."""
    found: list[Element | str] = []
    for child in children:
        if isinstance(child, Element) and child.name == "li":
            last = found[-1] if found else None
            if not isinstance(last, Element) or last.name != "ul" or last.attributes:
                last = Element("ul", {})
                found.append(last)
            last.children.append(child)
        else:
            found.append(child)
    return found


def _outside_tables(children: list[Element | str]) -> list[Element | str]:
    """Return children, what stands in a table but in no cell moved before the table."""
    found: list[Element | str] = []
    for child in children:
        if isinstance(child, Element) and child.name == "table":
            _move_out(child, found)
        found.append(child)
    return found


def _move_out(element: Element, out: list[Element | str]) -> None:
    kept: list[Element | str] = []
    for child in element.children:
        if isinstance(child, Element) and child.name in _ROWS:
            _move_out(child, out)
        stays = isinstance(child, str) or child.name in _ROWS or child.name in _TABLE_ONLY
        (kept if stays else out).append(child)
    element.children = kept


def _paragraphs(children: list[Element | str]) -> list[Element | str]:
    """Return the top level, its text and inline elements put into paragraphs."""
    found: list[Element | str] = []
    paragraph: Element | None = None
    for child in children:
        is_block = isinstance(child, Element) and child.name in _APART
        is_blank = isinstance(child, str) and not child.strip(" \t\r\n\f")
        is_comment = isinstance(child, Element) and child.name == "!"
        if is_block:
            paragraph = None
            found.append(child)
        elif (is_blank or is_comment) and paragraph is None:
            found.append(child)
        else:
            if paragraph is None:
                paragraph = Element("p", {})
                if found and isinstance(found[-1], str):
                    # Blanks before it belong to it.
                    paragraph.children.append(found.pop())
                found.append(paragraph)
            paragraph.children.append(child)
    return found


def _print(node: Element | str, out: list[str]) -> None:
    if isinstance(node, str):
        out.append(escape(node, quote=False))
        return
    if node.name == "!":
        out.append(f"<!--{node.children[0]}-->")
        return
    attributes = "".join(
        f' {name}="' + escape(value, quote=False).replace('"', "&quot;") + '"'
        for name, value in sorted(node.attributes.items())
    )
    if node.name in VOID:
        out.append(f"<{node.name}{attributes} />")
        return
    out.append(f"<{node.name}{attributes}>")
    if node.name in RAW:
        out.append(_script("".join(child for child in node.children if isinstance(child, str))))
    else:
        for child in node.children:
            _print(child, out)
    out.append(f"</{node.name}>")


def _script(source: str) -> str:
    """Return a script's source, in a CDATA section that HTML does not see."""
    if not source.strip():
        return source
    source = _CDATA.sub("", source)
    start = "" if source.startswith("\n") else "\n"
    end = "" if source.endswith("\n") else "\n"
    return f"/*<![CDATA[*/{start}{source}{end}/*]]>*/"
