"""Pages that are HTML."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup

from kb.markup import nodes as n
from kb.markup.nodes import Node
from kb.markup.render.html.clean import clean_foreign

_BLOCK_END = re.compile(
    r"</(?:p|div|h[1-6]|li|tr|pre|blockquote|dt|dd|table|ul|ol|figcaption|caption|summary)>"
    r"|<br>|<hr>"
)
_CELL_END = re.compile(r"</t[dh]>(?=\s*<t[dh])")
_BLANKS = re.compile(r"[ \t\r\n]+")


def html_tree(source: str, syntax: str) -> n.Document:
    """The HTML in one node; renderers clean it."""
    blocks: list[Node] = [n.RawText(0, source, "html/5.0")] if source.strip() else []
    return n.Document(source, syntax, blocks, {}, True)


def html_text(source: str) -> str:
    """The words that a reader of the cleaned HTML sees, a block a line."""
    html = _BLANKS.sub(" ", clean_foreign(source))
    html = _BLOCK_END.sub("\n", _CELL_END.sub("\t", html))
    text = BeautifulSoup(html, "lxml").get_text()
    lines = (line.strip(" ") for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
