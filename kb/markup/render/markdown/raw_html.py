"""Clean HTML as it may stand in Markdown: on one line, its text not read as Markdown.

Source: CommonMark 0.31, "HTML blocks" (start condition 6 lists the elements) and "Raw HTML".
An HTML block goes to the next blank line and nothing in it is Markdown; elsewhere only the tags
are HTML, and what stands between them is Markdown still.
"""

from __future__ import annotations

import re

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


def without_line_ends(html: str) -> str:
    """HTML whose line ends after blocks' tags are gone; they mean nothing there."""
    return _LINE_END.sub(r"\1", html.strip("\n"))


def is_block(html: str) -> bool:
    """Whether a line of HTML that begins like this is an HTML block."""
    return _BEGINS.match(html) is not None


def as_block(html: str) -> str:
    """One line that is an HTML block."""
    return without_line_ends(html).replace("\n", "&#10;")


def as_inline(html: str) -> str:
    """One line for a paragraph: text between tags says what it said in HTML."""
    html = without_line_ends(html)
    parts: list[str] = []
    at = 0
    for tag in _TAG.finditer(html):
        parts += (_text(html[at : tag.start()]), tag[0].replace("\n", " "))
        at = tag.end()
    parts.append(_text(html[at:]))
    return "".join(parts)


def _text(text: str) -> str:
    text = text.replace("\n", " ")
    return _MEANS.sub(lambda found: "".join(f"&#{ord(char)};" for char in found[0]), text)
