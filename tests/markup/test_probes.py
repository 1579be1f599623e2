"""Small inputs with what XWiki prints for them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kb.markup import builtin_registry, expand, parse
from kb.markup.render.plain import plain_text
from kb.markup.render.xhtml import render_xhtml


@pytest.mark.parametrize("syntax", ["xwiki/2.0", "xwiki/2.1"])
def test_probes_print_as_xwiki_does(syntax: str, shared: Path) -> None:
    """Mixtures of marks print as XWiki's engine printed them, in every format compared."""
    wrong = []
    for line in (shared / "cts" / "probes.jsonl").read_text("utf-8").splitlines():
        probe = json.loads(line)
        # What an html macro holds goes through XWiki's HTML cleaner; stack traces are Java's.
        if probe["syntax"] != syntax or "{{html" in probe["source"] or "\tat " in probe["plain"]:
            continue
        document = expand(parse(probe["source"], syntax), builtin_registry())
        got = (render_xhtml(document.children), plain_text(document.children))
        if got != (probe["xhtml"], probe["plain"]):
            wrong.append((probe["source"], got))
    assert wrong == []
