"""Plain text, and text in a syntax that nothing here reads."""

from __future__ import annotations

import re

from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Node

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
    return n.Document(source, syntax, blocks, {}, True)


def source_tree(source: str, syntax: str) -> n.Document:
    """Return the text as it stands."""
    blocks: list[Node] = [n.Verbatim(0, source, False, n.NO_PARAMS)] if source.strip() else []
    return n.Document(source, syntax, blocks, {}, True)
