"""footnote and putFootnotes: notes become numbers, and a list where they are put."""

from __future__ import annotations

from kb.markup.macros.registry import MacroContext, MacroRegistry
from kb.markup.macros.toc import LATE
from kb.markup.tree import nodes as n
from kb.markup.tree.document import unique_id
from kb.markup.tree.nodes import Node

_NOTE = "footnote"
_LIST = "putFootnotes"
_REFERENCE = "x_footnote_ref_"


def register(registry: MacroRegistry) -> None:
    """Add footnotes to `registry`."""
    registry.add(_NOTE, _footnote, priority=LATE)
    registry.add(_LIST, _put_footnotes, inline=False, priority=LATE + 1)


def _footnote(macro: n.Macro, context: MacroContext) -> list[Node]:
    """Return the note's content, for now; without a list to put it, one ends the page."""
    if not context.is_waiting(_LIST) and not _inside(context, (_LIST,)):
        context.append(n.Macro(macro.pos, _LIST, n.NO_PARAMS, None, False, macro.pos))
    nodes = context.parse(macro.content or "", macro.content_pos, True)
    return nodes if macro.inline else [n.Paragraph(macro.pos, nodes, n.NO_PARAMS)]


def _inside(context: MacroContext, names: tuple[str, ...]) -> bool:
    return any(
        isinstance(node, n.MacroResult) and node.macro.name in names for node in context.ancestors
    )


def _put_footnotes(macro: n.Macro, context: MacroContext) -> list[Node]:
    """Return all notes of the page, those of an earlier list too, which then goes."""
    if _inside(context, (_NOTE, _LIST)):
        return []
    results: list[n.MacroResult] = []
    _collect(context.document, results)
    notes = [result for result in results if result.macro.name == _NOTE]
    if not notes:
        return []
    earlier = _earlier_contents(results)
    items: list[Node] = []
    for note in notes:
        items.append(_item(note, earlier, len(items) + 1, context.document.ids))
    return [n.List(macro.pos, items, {"class": "footnotes"}, True)]


def _collect(parent: n.Parent, results: list[n.MacroResult]) -> None:
    for node in parent.children:
        if isinstance(node, n.MacroResult) and node.macro.name in (_NOTE, _LIST):
            results.append(node)
        if isinstance(node, n.Parent):
            _collect(node, results)


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
    nodes = note.children
    if len(nodes) == 1 and isinstance(nodes[0], n.Paragraph):
        nodes = nodes[0].children
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
        content = note.children
        if not note.macro.inline and len(content) == 1 and isinstance(content[0], n.Paragraph):
            content = content[0].children
        reference_id = unique_id("x", f"_footnote_ref_{number}", ids)
        note_id = unique_id("x", f"_footnote_{number}", ids)
    to_note = _link(pos, str(number), note_id, n.NO_PARAMS)
    params: n.Params = {"id": reference_id, "class": "footnoteRef"}
    mark = n.FormatSpan(pos, [to_note], params, n.SUPERSCRIPT)
    note.children = [mark] if note.macro.inline else [n.Paragraph(pos, [mark], n.NO_PARAMS)]
    back = _link(pos, "^", reference_id, {"id": note_id, "class": "footnoteBackRef"})
    return n.ListItem(pos, [back, n.Text(pos, " "), *content], n.NO_PARAMS)


def _link(pos: int, text: str, anchor: str, params: n.Params) -> n.Link:
    reference = n.ResourceReference("doc", "", True, {"anchor": anchor})
    return n.Link(pos, [n.MacroPhrase(pos, text)], params, reference, False)
