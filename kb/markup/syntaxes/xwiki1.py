"""XWiki 1.0, as far as it can be told from text: headings, bold, links, images.

The syntax was rendered by Radeox, whose rules were regular expressions over HTML; what is not
understood stands as it was written, line by line.
"""

from __future__ import annotations

import re

from kb.markup.syntaxes.plain import lines_of
from kb.markup.tree import nodes as n
from kb.markup.tree.ids import unique_id
from kb.markup.tree.nodes import Node

_HEADING = re.compile(r"(1(?:\.1){0,5})[ \t]+(\S.*)\Z")
_RULE = re.compile(r"-{4,}\s*\Z")
_INLINE = re.compile(
    r"\\(?P<escaped>.)"
    r"|\{image:(?P<image>[^{}|\r\n]+)(?:\|[^{}\r\n]*)?\}"
    r"|\{attach:(?P<attach>[^{}\r\n]+)\}"
    r"|\[(?P<link>[^\[\]\r\n]+)\]"
    r"|(?<![\w*])\*(?P<bold>[^\s*](?:[^*\r\n]*[^\s*])?)\*(?![\w*])"
    r"|(?P<url>(?:https?|ftp)://[^\s<>\[\]{}\"'|]+)"
)
_URL = re.compile(r"(?:[a-z]+://|mailto:)")


def xwiki1_tree(source: str) -> n.Document:
    """Return the page as lines, with what is understood in them."""
    ids: dict[str, int] = {}
    blocks: list[Node] = []
    inline: list[Node] = []
    for pos, line in lines_of(source):
        heading = _HEADING.match(line)
        if heading or _RULE.match(line) or not line.strip():
            inline = []
            if heading:
                blocks.append(_heading(pos, heading, ids))
            elif line.strip():
                blocks.append(n.HorizontalLine(pos, n.NO_PARAMS))
            continue
        if inline:
            inline.append(n.LineBreak(pos))
        else:
            blocks.append(n.Paragraph(pos, inline, n.NO_PARAMS))
        inline += inline_nodes(line.replace("\t", "    "), pos)
    return n.Document(0, blocks, source, "xwiki/1.0", ids)


def _heading(pos: int, match: re.Match[str], ids: dict[str, int]) -> Node:
    level = match[1].count(".") + 1
    children = inline_nodes(match[2].rstrip(), pos + match.start(2))
    return n.Heading(pos, children, n.NO_PARAMS, level, unique_id("H", match[2].strip(), ids))


def inline_nodes(line: str, pos: int) -> list[Node]:
    """Return a line's text with its links, images and bold words."""
    found: list[Node] = []
    at = 0
    for match in _INLINE.finditer(line):
        if match.start() > at:
            found.append(n.Text(pos + at, line[at : match.start()]))
        found.append(_node(match, pos + match.start()))
        at = match.end()
    if at < len(line):
        found.append(n.Text(pos + at, line[at:]))
    return found


def _node(match: re.Match[str], pos: int) -> Node:
    kind = match.lastgroup
    text = match[kind] if kind else match[0]
    if kind == "escaped":
        return n.Text(pos, text)
    if kind == "image":
        reference = n.ResourceReference("attach", text.strip(), True)
        return n.Image(pos, reference, n.NO_PARAMS, False, "")
    if kind == "attach":
        label, _, name = text.rpartition("|")
        return _link(pos, label, n.ResourceReference("attach", name.strip(), True))
    if kind == "bold":
        return n.FormatSpan(pos, [n.Text(pos + 1, text)], n.NO_PARAMS, n.BOLD)
    if kind == "url":
        return n.Link(pos, [], n.NO_PARAMS, n.ResourceReference("url", text, False), True)
    return _bracketed(pos, text)


def _bracketed(pos: int, text: str) -> Node:
    """Return `[Page]`, `[label>Page]`, `[label|Page]`, with a window's name after another `>`."""
    parts = re.split(r"[>|]", text)
    label, target = (parts[0], parts[1]) if len(parts) > 1 else ("", parts[0])
    target = target.strip()
    if _URL.match(target.lower()):
        mail = target.lower().startswith("mailto:")
        kind, written = ("mailto", target[7:]) if mail else ("url", target)
        return _link(pos, label, n.ResourceReference(kind, written, True))
    path, _, anchor = target.partition("#")
    parameters = {"anchor": anchor} if anchor else {}
    return _link(pos, label, n.ResourceReference("doc", path, False, parameters))


def _link(pos: int, label: str, reference: n.ResourceReference) -> Node:
    children: list[Node] = [n.Text(pos + 1, label.strip())] if label.strip() else []
    return n.Link(pos, children, n.NO_PARAMS, reference, False)
