"""What a link's label is: the content of blocks, without the blocks around it."""

from __future__ import annotations

from kb.markup import nodes as n
from kb.markup.nodes import Node


def open_up(nodes: list[Node], out: list[Node]) -> None:
    """Collect `nodes` in `out`, with the content of paragraphs and sections in their place."""
    for node in nodes:
        if isinstance(node, n.Paragraph | n.Section):
            open_up(node.children, out)
        elif isinstance(node, n.Parent):
            inner: list[Node] = []
            open_up(node.children, inner)
            node.children = inner
            out.append(node)
        else:
            if isinstance(node, n.Macro):
                node.inline = True
            out.append(node)


def drop_first_space(nodes: list[Node]) -> bool:
    """Remove the first space of any text; whether there was one."""
    for index, node in enumerate(nodes):
        if isinstance(node, n.Text):
            if " " not in node.text:
                continue
            node.text = node.text.replace(" ", "", 1)
            if not node.text:
                del nodes[index]
            return True
        if isinstance(node, n.Parent) and drop_first_space(node.children):
            if isinstance(node, n.Format) and not node.children:
                del nodes[index]
            return True
    return False
