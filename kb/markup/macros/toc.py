"""toc: the headings of the page, or of the section, as nested lists."""

from __future__ import annotations

from typing import Final

from kb.markup.macros.registry import MacroContext, MacroDefinition, MacroError, anchor_link
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Node, descendants

LATE = 2000

_NO_WIKI = 'The "reference" parameter can only be used when a WikiModel implementation is available'


def _toc(macro: n.Macro, context: MacroContext) -> list[Node]:
    start = _number(macro, "start")
    depth = _number(macro, "depth") or 6
    numbered = (macro.params.get("numbered") or "").lower() == "true"
    root: n.Parent = context.document
    if macro.params.get("reference"):
        if not context.document.wiki:
            raise MacroError(_NO_WIKI)
        raise MacroError("The contents of another page are not known here.")
    if (macro.params.get("scope") or "").lower() == "local":
        root = context.ancestors[-1]
        if start is None:
            start = _section_level(context.ancestors) + 1
    headings = [node for node in descendants(root.children) if isinstance(node, n.Heading)]
    if isinstance(root, n.OutlineSection) and headings and headings[0] is root.children[0]:
        del headings[0]
    return _tree(headings, start or 1, depth, numbered, macro.pos)


def _number(macro: n.Macro, name: str) -> int | None:
    value = macro.params.get(name)
    if not value:
        return None
    if not value.isdecimal() or int(value) < 1:
        raise MacroError(f"The parameter [{name}] is not a positive number: {value}.")
    return int(value)


def _section_level(ancestors: tuple[n.Parent, ...]) -> int:
    """Return the level of the innermost section's heading, 0 without one."""
    for node in reversed(ancestors):
        if isinstance(node, n.OutlineSection):
            first = node.children[0] if node.children else None
            return first.level if isinstance(first, n.Heading) else 0
    return 0


def _tree(
    headings: list[n.Heading], start: int, depth: int, numbered: bool, pos: int
) -> list[Node]:
    lists: list[n.List] = []
    for heading in headings:
        if not start <= heading.level <= depth:
            continue
        want = heading.level - start + 1
        del lists[want:]
        while len(lists) < want:
            below = n.List(pos, [], n.NO_PARAMS, numbered)
            if lists:
                if not lists[-1].children:
                    lists[-1].children.append(n.ListItem(pos, [], n.NO_PARAMS))
                last = lists[-1].children[-1]
                assert isinstance(last, n.ListItem)
                last.children.append(below)
            lists.append(below)
        label = _label(heading.children) or [n.Text(pos, " ")]
        link = anchor_link(pos, label, heading.params.get("id") or heading.id)
        lists[-1].children.append(n.ListItem(pos, [link], n.NO_PARAMS))
    for tree in lists[:1]:
        tree.params = {"class": "wikitoc"}
        _flag(tree)
    return [*lists[:1]]


def _label(nodes: list[Node]) -> list[Node]:
    """Return the texts of a heading, without formats, links and images."""
    label: list[Node] = []
    for node in nodes:
        if isinstance(node, n.Text | n.LineBreak):
            label.append(node)
        elif isinstance(node, n.Link) and not node.children:
            label.append(n.Text(node.pos, node.reference.reference))
        elif isinstance(node, n.Parent):
            label += _label(node.children)
    return label


def _flag(tree: n.List) -> None:
    """Mark the entries that stand for a level without heading."""
    for item in tree.children:
        assert isinstance(item, n.ListItem)
        for child in item.children:
            if isinstance(child, n.List):
                _flag(child)
        if len(item.children) == 1 and isinstance(item.children[0], n.List):
            item.params = {"class": "nodirectchild"}


MACROS: Final = {"toc": MacroDefinition(_toc, inline=False, priority=LATE)}
