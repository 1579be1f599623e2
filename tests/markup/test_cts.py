"""XWiki's own syntax tests, and real pages with what XWiki makes of them."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from kb.markup import builtin_registry, expand, parse
from kb.markup.render.plain import plain_text
from kb.markup.render.xhtml import render_xhtml
from kb.markup.render.xwiki import render_xwiki
from kb.markup.tree.compare import shape

ROOT = Path(__file__).resolve().parents[2]


def test_runner_finds_the_rates_that_the_documentation_promises(shared: Path) -> None:
    """bench/cts.py reports at least the shares of equal cases that docs/markup.md states."""
    paths = (ROOT / "bench" / "cts.py", shared / "cts" / "cases.jsonl")
    command = [sys.executable, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    rates = {}
    for line in done.stdout.splitlines():
        if " of " in line:
            form, passed, _, total, *_ = line.split()
            rates[form] = int(passed) / int(total)
    assert rates["xhtml/1.0"] == rates["plain/1.0"] == 1
    assert rates["event/1.0"] >= 0.97
    assert rates["xwiki/2.0"] >= 0.97
    assert rates["xwiki/2.1"] >= 0.97
    assert done.stdout.splitlines()[-1].endswith("failed")


def test_real_pages_print_as_xwiki_prints_them(shared: Path) -> None:
    """Real pages of public wikis print byte for byte as XWiki prints them, macros run or not."""
    registry = builtin_registry()
    wrong: Counter[str] = Counter()
    with gzip.open(shared / "corpus" / "pages.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            page = json.loads(line)
            document = parse(page["source"], page["syntax"])
            wrong["without"] += render_xhtml(document.children) != page["xhtml_without_macros"]
            expand(document, registry)
            wrong["xhtml"] += render_xhtml(document.children) != page["xhtml"]
            wrong["plain"] += plain_text(document.children) != page["plain"]
    assert wrong == Counter()


@pytest.mark.prove
def test_real_pages_print_as_source_that_reads_the_same(shared: Path) -> None:
    """The source printed from a real page's tree reads back as that tree."""
    with gzip.open(shared / "corpus" / "pages.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            page = json.loads(line)
            syntax = page["syntax"]
            tree = parse(page["source"], syntax).children
            assert shape(parse(render_xwiki(tree, syntax), syntax).children) == shape(tree)
