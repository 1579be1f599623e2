"""Lists, definition lists, footnotes."""

from __future__ import annotations

from itertools import dropwhile
from typing import Final

from kb.markup.macros.boxes import is_done
from kb.markup.macros.results import failed
from kb.markup.render.markdown.inline import line
from kb.markup.render.markdown.writer import MarkdownWriter, is_inline
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Node

_TASKS: Final = ("task", "checkbox")


def _task(children: list[Node]) -> tuple[str, list[Node]]:
    """Return the mark of an item that is a task, `[x]` or `[ ]`, and what it says."""
    first = children[0] if children else None
    if not isinstance(first, n.MacroResult) or first.macro.name not in _TASKS:
        return "", children
    if not first.macro.inline or failed(first):
        return "", children
    return "[x]" if is_done(first.macro) else "[ ]", [*first.children[1:], *children[1:]]


def bullets(w: MarkdownWriter, node: n.List) -> list[str]:
    """Return a list, tight if no item has more than a line and lists."""
    if w.flavour.python and any(_begins_with_list(item) for item in node.children):
        return [w.html_block([node], "list-in-empty-item")]
    items = [item for item in node.children if isinstance(item, n.Parent)]
    end = "\n" if all(_is_tight(item.children) for item in items) else "\n\n"
    numbered = enumerate(items, _first_number(node))
    made = [_item(w, f"{at}. " if node.ordered else "- ", item, end) for at, item in numbered]
    return [end.join(made)] if made else []


def _begins_with_list(item: Node) -> bool:
    return isinstance(item, n.Parent) and isinstance((item.children or [item])[0], n.List)


def _first_number(node: n.List) -> int:
    start = node.params.get("start") or ""
    return int(start) if start.isascii() and start.isdigit() and len(start) < 9 else 1


def _is_tight(children: list[Node]) -> bool:
    """Tell whether an item is one run of inline nodes, then lists only."""
    return all(
        isinstance(child, n.List) and (not child.ordered or _first_number(child) == 1)
        for child in dropwhile(is_inline, children)
    )


def _item(w: MarkdownWriter, marker: str, item: n.Parent, end: str) -> str:
    done, children = _task(item.children)
    content = w.blocks(children)
    if done:
        content = [f"{done} {content[0]}" if content else done, *content[1:]]
    return _indented(marker.ljust(4) if w.flavour.python else marker, end.join(content))


def _indented(first: str, text: str) -> str:
    """Return `text` behind `first`, its later lines below its beginning."""
    head, *rest = text.split("\n")
    below = [" " * len(first) + part if part else "" for part in rest]
    return "\n".join([first + head if head else first.rstrip(" "), *below])


def definitions(w: MarkdownWriter, node: n.DefinitionList) -> list[str]:
    """Return a definition list, where the flavour has them."""
    if not w.flavour.definition_lists or not isinstance(node.children[0], n.DefinitionTerm):
        return [w.html_block([node], "definition-list")]
    made: list[str] = []
    for child in node.children:
        assert isinstance(child, n.Parent)
        if isinstance(child, n.DefinitionTerm):
            made += ([""] if made else []) + [line(w, child.children) or "&nbsp;"]
        else:
            made.append(_indented(":   ", "\n\n".join(w.blocks(child.children))))
    return ["\n".join(made)]


def footnotes(w: MarkdownWriter, node: n.MacroResult) -> list[str]:
    """Return the notes where they are put: `[^1]: …`."""
    made: list[str] = []
    for tree in node.children:
        for item in tree.children if isinstance(tree, n.List) else []:
            assert isinstance(item, n.Parent)
            back = item.children[0] if item.children else None
            id_ = (back.params.get("id") or "") if isinstance(back, n.Link) else ""
            number = id_.removeprefix("x_footnote_")
            text = "\n\n".join(w.blocks(item.children[2:])) or "&nbsp;"
            first, *rest = text.split("\n")
            below = [f"    {part}" if part else "" for part in rest]
            made.append("\n".join([f"[^{number}]: {first}", *below]))
    return made
