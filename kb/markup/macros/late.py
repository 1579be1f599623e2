"""Macros that run when all others have: contents and footnotes."""

from __future__ import annotations

from typing import Final

from kb.markup.macros.registry import (
    MacroContext,
    MacroDefinition,
    MacroError,
    anchor_link,
    opened_up,
    placed,
)
from kb.markup.tree import nodes as n
from kb.markup.tree.ids import unique_id
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


_NOTE = "footnote"
_LIST = "putFootnotes"
_REFERENCE = "x_footnote_ref_"


def _footnote(macro: n.Macro, context: MacroContext) -> list[Node]:
    """Return the note's content, for now; without a list to put it, one ends the page."""
    if not context.is_waiting(_LIST) and not _inside(context, (_LIST,)):
        context.append(n.Macro(macro.pos, _LIST, n.NO_PARAMS, None, False, macro.pos))
    return placed(macro, context.parse(macro.content or "", macro.content_pos, True))


def _inside(context: MacroContext, names: tuple[str, ...]) -> bool:
    return any(
        isinstance(node, n.MacroResult) and node.macro.name in names for node in context.ancestors
    )


def _put_footnotes(macro: n.Macro, context: MacroContext) -> list[Node]:
    """Return all notes of the page, those of an earlier list too, which then goes."""
    if _inside(context, (_NOTE, _LIST)):
        return []
    results = [node for node in descendants([context.document]) if isinstance(node, n.MacroResult)]
    notes = [result for result in results if result.macro.name == _NOTE]
    if not notes:
        return []
    earlier = _earlier_contents(results)
    ids = context.document.ids
    items: list[Node] = [_item(note, earlier, at, ids) for at, note in enumerate(notes, 1)]
    return [n.List(macro.pos, items, {"class": "footnotes"}, True)]


def _earlier_contents(results: list[n.MacroResult]) -> dict[str, list[Node]]:
    """Return the contents of notes already listed, by the note's id, and empty the lists."""
    contents: dict[str, list[Node]] = {}
    for result in results:
        if result.macro.name != _LIST:
            continue
        for tree in result.children:
            if isinstance(tree, n.List):
                for item in tree.children:
                    assert isinstance(item, n.ListItem)
                    back = item.children[0]
                    assert isinstance(back, n.Link)
                    contents[back.params["id"] or ""] = item.children[2:]
        result.children = []
    return contents


def _reference_of(note: n.MacroResult) -> n.FormatSpan | None:
    """Return the number that already stands for `note`."""
    nodes = opened_up(note.children)
    first = nodes[0] if len(nodes) == 1 else None
    if isinstance(first, n.FormatSpan) and (first.params.get("id") or "").startswith(_REFERENCE):
        return first
    return None


def _item(
    note: n.MacroResult, earlier: dict[str, list[Node]], number: int, ids: dict[str, int]
) -> n.ListItem:
    """Return the note as an item of the list; let a number take its place in the text."""
    pos = note.pos
    reference = _reference_of(note)
    if reference is not None:
        link = reference.children[0]
        assert isinstance(link, n.Link)
        reference_id = reference.params["id"] or ""
        note_id = link.reference.parameters["anchor"]
        content = earlier.get(note_id, [])
    else:
        content = note.children if note.macro.inline else opened_up(note.children)
        reference_id = unique_id("x", f"_footnote_ref_{number}", ids)
        note_id = unique_id("x", f"_footnote_{number}", ids)
    to_note = anchor_link(pos, [n.MacroPhrase(pos, str(number))], note_id)
    params: n.Params = {"id": reference_id, "class": "footnoteRef"}
    note.children = placed(note.macro, [n.FormatSpan(pos, [to_note], params, n.SUPERSCRIPT)])
    params = {"id": note_id, "class": "footnoteBackRef"}
    back = anchor_link(pos, [n.MacroPhrase(pos, "^")], reference_id, params)
    return n.ListItem(pos, [back, n.Text(pos, " "), *content], n.NO_PARAMS)


MACROS: Final = {
    "toc": MacroDefinition(_toc, inline=False, priority=LATE),
    _NOTE: MacroDefinition(_footnote, priority=LATE),
    _LIST: MacroDefinition(_put_footnotes, inline=False, priority=LATE + 1),
}
