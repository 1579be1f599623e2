"""Markdown of real pages, read by markdown-it-py, says what the tree says."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

from kb.markup import builtin_registry, expand, parse
from kb.markup.render.html import HtmlOptions, render_html
from kb.markup.render.markdown import MarkdownOptions, render_markdown
from tests.markup.facts import Everywhere, Facts, TreeReader, facts_of_html

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(footnote_plugin)
RESOLVER = Everywhere()
_ALERT = re.compile(r"\[!(?:NOTE|TIP|WARNING|CAUTION)\](?:<br ?/?>)?\n?")


def pages(shared: Path) -> list[tuple[str, str, str]]:
    """Id, syntax and source of the prose pages, those with most different markup first."""
    found = []
    with gzip.open(shared / "corpus" / "pages.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            page = json.loads(line)
            if page["prose"]:
                found.append((page["id"], page["syntax"], page["source"]))
    kinds = ("|=", "|", "* ", "1. ", "; ", "[[", "{{code", "{{info", "> ", "**", "= ", "(((")
    found.sort(key=lambda page: (-sum(kind in page[2] for kind in kinds), page[0]))
    return found


def differences(source: str, syntax: str) -> list[str]:
    """Which facts the tree, its Markdown and its HTML do not agree on."""
    document = expand(parse(source, syntax), builtin_registry())
    wanted = TreeReader(RESOLVER).facts(document)
    markdown = render_markdown(document, MarkdownOptions(resolver=RESOLVER)).text
    shown = facts_of_html(_ALERT.sub("", READER.render(markdown)))
    html = facts_of_html(render_html(document, HtmlOptions(resolver=RESOLVER)))
    return [
        f"{name} in {kind}"
        for kind, got in (("markdown", shown), ("html", html))
        for name in Facts._fields
        if getattr(wanted, name) != getattr(got, name)
    ]


def test_fifty_rich_pages_say_the_same(shared: Path) -> None:
    """Headings, items, cells, targets and text of 50 pages survive, and their order."""
    for page, syntax, source in pages(shared)[:50]:
        assert not differences(source, syntax), page


@pytest.mark.prove
def test_all_pages_say_the_same(shared: Path) -> None:
    """The same for every prose page."""
    bad = {
        page: found
        for page, syntax, source in pages(shared)
        if (found := differences(source, syntax))
    }
    assert not bad
