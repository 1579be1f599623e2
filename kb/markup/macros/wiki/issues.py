"""jira: issues of a tracker as links."""

from __future__ import annotations

from urllib.parse import quote

from kb.markup import nodes as n
from kb.markup.macros.registry import MacroContext, MacroError, Registry
from kb.markup.nodes import Node


def register(registry: Registry) -> None:
    """Add it."""
    registry.add("jira", _jira)


def _jira(macro: n.Macro, _context: MacroContext) -> list[Node]:
    """Issues by key, one a line with an optional `|note`, or a query in JQL."""
    content = (macro.content or "").strip()
    if not content:
        raise MacroError("no issue is named")
    url = (macro.params.get("url") or "").rstrip("/")
    if (macro.params.get("source") or "").lower() == "jql":
        query = " ".join(content.split())
        return _placed(macro, [[_link(macro.pos, query, url, "/issues/?jql=" + quote(query))]])
    lines = [line.strip() for line in content.splitlines() if line.strip()]
    return _placed(macro, [_issue(macro.pos, line, url) for line in lines])


def _issue(pos: int, line: str, url: str) -> list[Node]:
    key, _, note = (part.strip() for part in line.partition("|"))
    link = _link(pos, key, url, "/browse/" + quote(key))
    return [link, n.Text(pos, f" {note}")] if note else [link]


def _link(pos: int, label: str, url: str, path: str) -> Node:
    """A link if the server's address is known; wikis keep it in their configuration."""
    text = n.Text(pos, label)
    if not url:
        return text
    return n.Link(
        pos, [text], n.NO_PARAMS, n.ResourceReference("url", url + path, True), freestanding=False
    )


def _placed(macro: n.Macro, issues: list[list[Node]]) -> list[Node]:
    pos = macro.pos
    if not macro.inline and len(issues) > 1:
        items: list[Node] = [n.ListItem(pos, issue, n.NO_PARAMS) for issue in issues]
        return [n.List(pos, items, n.NO_PARAMS, False)]
    line: list[Node] = []
    for issue in issues:
        line += ([n.Text(pos, ", ")] if line else []) + issue
    return line if macro.inline else [n.Paragraph(pos, line, n.NO_PARAMS)]
