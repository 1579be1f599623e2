"""Clean HTML as it may stand in Markdown or MDX: on one line, its text not read as Markdown.

Source: CommonMark 0.31, "HTML blocks" (start condition 6 lists the elements) and "Raw HTML".
An HTML block goes to the next blank line and nothing in it is Markdown; elsewhere only the tags
are HTML, and what stands between them is Markdown still.
"""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Final

from kb.markup.render.markdown.escape import by_parts, entity

_BLOCK = (
    "address|article|aside|blockquote|caption|center|col|colgroup|dd|details|div|dl|dt|figcaption"
    "|figure|footer|h[1-6]|header|hr|li|main|nav|ol|p|pre|section|summary|table|tbody|td|tfoot|th"
    "|thead|tr|ul"
)
_BEGINS = re.compile(rf"<(?:{_BLOCK})[ />]")
_LINE_END = re.compile(rf"(</?(?:{_BLOCK})(?:\s[^<>]*)?>)\n+")
_TAG = re.compile(r"""</?[a-zA-Z][a-zA-Z0-9]*(?:\s+[a-zA-Z-]+(?:="[^"]*")?)*\s*/?>""")
# What Markdown, in any of the flavours, could read in text.
_MEANS = re.compile(r"[\\`*_\[\]{}~$^=+!|]|(?<=:)/|(?<=www)\.|@|(?<=\d)[.)](?=\s)|^[ \t]*[#>:-]")


def _without_line_ends(html: str) -> str:
    """Remove line ends after blocks' tags; they mean nothing there."""
    return _LINE_END.sub(r"\1", html.strip("\n"))


def is_block(html: str) -> bool:
    """Tell whether a line of HTML that begins like this is an HTML block."""
    return _BEGINS.match(html) is not None


def as_block(html: str) -> str:
    """Make it one line that is an HTML block."""
    return _without_line_ends(html).replace("\n", "&#10;")


def as_inline(html: str) -> str:
    """Make it one line for a paragraph, where text between tags says what it said in HTML."""
    return by_parts(_TAG, _without_line_ends(html), _text, lambda tag: tag[0].replace("\n", " "))


def _text(text: str) -> str:
    return _MEANS.sub(lambda found: entity(found[0]), text.replace("\n", " "))


# As JSX

_VOID: Final = frozenset(("br", "hr", "img", "wbr", "col"))
_NAMES: Final = {
    "class": "className", "colspan": "colSpan", "rowspan": "rowSpan", "tabindex": "tabIndex",
    "datetime": "dateTime", "hreflang": "hrefLang",
}  # fmt: skip
_JSX_TAG = re.compile(r"""<(/?[a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z-]+(?:="[^"]*")?)*)\s*(/?)>""")
_ATTRIBUTE = re.compile(r'(?<!\s)\s++([a-zA-Z-]++)(?:="([^"]*+)")?')
# Text in JSX is Markdown still, and braces are code.
# Entities do not keep these from becoming links; only text that is code is left alone.
_ADDRESS = re.compile(r"://|www\.|@", re.IGNORECASE)
_IN_CODE = re.compile("[|`<>{}\x7f-\x9f\u2028\u2029]")
_MEANS_IN_JSX = re.compile(r"[\\`*_\[\]{}~$#+:\-!>]|\n")


def to_jsx(html: str) -> str:
    """Clean HTML (as nh3 prints it) as JSX on one line."""
    return by_parts(_JSX_TAG, _without_line_ends(html), _jsx_text, _jsx_tag)


def _jsx_text(text: str) -> str:
    if _ADDRESS.search(text):
        shown = json.dumps(unescape(text), ensure_ascii=False)
        return "{" + _IN_CODE.sub(lambda char: f"\\u{ord(char[0]):04x}", shown) + "}"
    return _MEANS_IN_JSX.sub(lambda char: entity(char[0]), text)


def _jsx_tag(match: re.Match[str]) -> str:
    shown = match[1].lower()
    end = " />" if shown in _VOID else ">"
    for name, value in _ATTRIBUTE.findall(match[2]):
        value_shown = value.replace("\n", " ").replace("{", "&#123;")
        shown += f' {_NAMES.get(name.lower(), name.lower())}="{value_shown}"'
    return f"<{shown}{end}"
