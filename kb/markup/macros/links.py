"""Macros that become links or images: files, icons, galleries, people, issues of a tracker."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from kb.markup.macros.registry import MacroContext, MacroDefinition, MacroError, Run, placed
from kb.markup.tree import nodes as n
from kb.markup.tree.nodes import Node

_FILE: Final = {
    "office": ("attachment", "reference"), "viewpdf": ("file",), "pdfviewer": ("file",),
    "view-file": ("name", "att--filename"), "attach": ("name", "filename"),
    "video": ("attachment", "reference", "filename"), "multimedia": ("name",),
}  # fmt: skip
"""By macro: the parameters that may name its file."""
_PERSON: Final = {"mention": "reference", "useravatar": "username"}
"""By macro: the parameter that names a user."""


def _file(macro: n.Macro, _context: MacroContext) -> list[Node]:
    params = macro.params
    name = next((value for key in _FILE[macro.name] if (value := params.get(key))), None)
    return _link(macro, "attach", name, "no file is named")


def _link(macro: n.Macro, type_: str, name: str | None, missing: str) -> list[Node]:
    if not name:
        raise MacroError(missing)
    reference = n.ResourceReference(type_, name, True)
    return placed(macro, [n.Link(macro.pos, [], n.NO_PARAMS, reference, False)])


def _icon(macro: n.Macro, _context: MacroContext) -> list[Node]:
    name = macro.params.get("name")
    if not name:
        raise MacroError("no icon is named")
    reference = n.ResourceReference("icon", name, True)
    return placed(macro, [n.Image(macro.pos, reference, n.NO_PARAMS, False, "")])


def _jira(macro: n.Macro, _context: MacroContext) -> list[Node]:
    """Link issues by key, one a line with an optional `|note`, or a query in JQL."""
    content = (macro.content or "").strip()
    if not content:
        raise MacroError("no issue is named")
    url = (macro.params.get("url") or "").rstrip("/")
    if (macro.params.get("source") or "").lower() == "jql":
        query = " ".join(content.split())
        link = _issue_link(macro.pos, query, url, "/issues/?jql=" + quote(query))
        return _issues(macro, [[link]])
    issues: list[list[Node]] = []
    for line in filter(str.strip, content.splitlines()):
        key, _, note = (part.strip() for part in line.partition("|"))
        issues.append([_issue_link(macro.pos, key, url, "/browse/" + quote(key))])
        issues[-1] += [n.Text(macro.pos, f" {note}")] if note else []
    return _issues(macro, issues)


def _issue_link(pos: int, label: str, url: str, path: str) -> Node:
    """Return a link if the server's address is known; wikis keep it in their configuration."""
    text = n.Text(pos, label)
    if not url:
        return text
    return n.Link(pos, [text], n.NO_PARAMS, n.ResourceReference("url", url + path, True), False)


def _issues(macro: n.Macro, issues: list[list[Node]]) -> list[Node]:
    pos = macro.pos
    if not macro.inline and len(issues) > 1:
        items: list[Node] = [n.ListItem(pos, issue, n.NO_PARAMS) for issue in issues]
        return [n.List(pos, items, n.NO_PARAMS, False)]
    line: list[Node] = []
    for issue in issues:
        line += ([n.Text(pos, ", ")] if line else []) + issue
    return placed(macro, line)


EXTENSIONS: Final[dict[str, Run | MacroDefinition]] = {
    **dict.fromkeys(_FILE, _file), "displayIcon": _icon, "jira": _jira,
    **dict.fromkeys(_PERSON, lambda macro, _context: (
        _link(macro, "user", macro.params.get(_PERSON[macro.name]), "nobody is named"))),
    "gallery": MacroDefinition(inline=False, run=lambda macro, context: [
        n.Group(macro.pos, context.parse(macro.content or "", macro.content_pos, False),
                {"class": "gallery"})]),
}  # fmt: skip
