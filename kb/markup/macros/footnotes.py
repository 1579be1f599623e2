"""footnote and putFootnotes: notes become numbers, and a list where they are put."""

from __future__ import annotations

from typing import Final

from kb.markup.macros.registry import MacroContext, MacroDefinition, anchor_link, opened_up, placed
from kb.markup.macros.toc import LATE
from kb.markup.tree import nodes as n
from kb.markup.tree.ids import unique_id
from kb.markup.tree.nodes import Node, descendants

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
    _NOTE: MacroDefinition(_footnote, priority=LATE),
    _LIST: MacroDefinition(_put_footnotes, inline=False, priority=LATE + 1),
}
