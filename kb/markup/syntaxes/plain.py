"""Plain text, HTML, and text in a syntax that nothing here reads."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from kb.markup.render.html.clean import clean_foreign
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Node

_BLOCK_END = re.compile(
    r"</(?:p|div|h[1-6]|li|tr|pre|blockquote|dt|dd|table|ul|ol|figcaption|caption|summary)>"
    r"|<br>|<hr>"
)
_CELL_END = re.compile(r"</t[dh]>(?=\s*<t[dh])")
_BLANKS = re.compile(r"[ \t\r\n]+")


def html_tree(source: str, syntax: str) -> n.Document:
    """Return the HTML in one node; renderers clean it."""
    blocks: list[Node] = [n.RawText(0, source, "html/5.0")] if source.strip() else []
    return n.Document(0, blocks, source, syntax)


def html_text(source: str) -> str:
    """Return the words that a reader of the cleaned HTML sees, a block a line."""
    html = _BLANKS.sub(" ", clean_foreign(source))
    html = _BLOCK_END.sub("\n", _CELL_END.sub("\t", html))
    reader = _TextCollector()
    reader.feed(html)
    reader.close()
    lines = (line.strip(" ") for line in "".join(reader.words).split("\n"))
    return "\n".join(line for line in lines if line)


class _TextCollector(HTMLParser):
    """Collect what stands between tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        self.words.append(data)


_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|\Z)")


def lines_of(source: str) -> list[tuple[int, str]]:
    """Return offset and text of each line, without its end."""
    return [(line.start(), line[1]) for line in _LINE.finditer(source) if line[0]]


def plain_tree(source: str, syntax: str = "plain/1.0") -> n.Document:
    """Return paragraphs between blank lines; line ends within them are kept."""
    blocks: list[Node] = []
    inline: list[Node] = []
    for pos, line in lines_of(source):
        if not line.strip():
            inline = []
            continue
        if inline:
            inline.append(n.LineBreak(pos))
        else:
            blocks.append(n.Paragraph(pos, inline, n.NO_PARAMS))
        inline.append(n.Text(pos, line.replace("\t", "    ")))
    return n.Document(0, blocks, source, syntax)


def source_tree(source: str, syntax: str) -> n.Document:
    """Return the text as it stands."""
    blocks: list[Node] = [n.Verbatim(0, source, False, n.NO_PARAMS)] if source.strip() else []
    return n.Document(0, blocks, source, syntax)
