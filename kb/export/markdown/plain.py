"""Plain CommonMark, and Obsidian's vault: what stands beside the pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

from kb.export.markdown.nav import Nav, Site

GENERATED = "casebook: contents"
"""A line of front matter by which the importer knows that a file is no page of the wiki."""
_SPECIAL = str.maketrans({c: f"\\{c}" for c in r"\`*_[]{}<>#!|~&"})


def project(site: Site, nav: Nav) -> dict[str, str]:
    """A list of all pages, as a file that every program shows."""
    title = _text(site.title)
    lines = ["---", GENERATED, "---", f"# {title}", "", *_entries(nav, 0)]
    return {"SUMMARY.md": "\n".join(lines) + "\n"}


def front_page(site: Site, nav: Nav, **facts: str) -> str:
    """A site's first page, where the wiki has none: its folders and the pages at the top."""
    head = ["---", GENERATED, *(f"{key}: {value}" for key, value in facts.items()), "---"]
    entries = [f"- [{_text(title)}]({quote(path)})" for title, path in nav.pages]
    for folder in nav.folders.values():
        first = next((path for _, _, f in folder.walk() for path in _paths(f)), None)
        if first:
            entries.append(f"- [{_text(folder.title)}]({quote(first)})")
    return "\n".join([*head, f"# {_text(site.title)}", "", *entries]) + "\n"


def _paths(nav: Nav) -> Iterator[str]:
    if nav.home:
        yield nav.home
    yield from (path for _, path in nav.pages)


def obsidian(site: Site, nav: Nav) -> dict[str, str]:
    """Settings of the vault: Markdown links, relative, as they are in the pages."""
    settings = {"useMarkdownLinks": True, "newLinkFormat": "relative", "alwaysUpdateLinks": True}
    return {".obsidian/app.json": json.dumps(settings, indent=2) + "\n"}


def _entries(nav: Nav, depth: int) -> Iterator[str]:
    indent = "  " * depth
    if nav.home and not depth:
        yield f"- [{_text(nav.title)}]({quote(nav.home)})"
    for title, path in nav.pages:
        yield f"{indent}- [{_text(title)}]({quote(path)})"
    for folder in nav.folders.values():
        shown = _text(folder.title)
        yield f"{indent}- [{shown}]({quote(folder.home)})" if folder.home else f"{indent}- {shown}"
        yield from _entries(folder, depth + 1)


def _text(text: str) -> str:
    return " ".join(text.split()).translate(_SPECIAL) or "-"
