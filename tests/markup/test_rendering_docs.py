"""docs/rendering.md says what is true."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

from kb.markup.macros import wiki_registry

ROOT = Path(__file__).resolve().parents[2]
DOCS = (ROOT / "docs" / "rendering.md").read_text("utf-8")
MARKDOWN = ROOT / "kb" / "markup" / "render" / "markdown"


def test_the_example_prints_what_it_says() -> None:
    """The session in the text is a real one."""
    done = doctest.testfile(str(ROOT / "docs" / "rendering.md"), module_relative=False)
    assert done.attempted > 4
    assert not done.failed


def test_every_macro_is_named() -> None:
    """No macro is known that the table leaves out."""
    table = DOCS[DOCS.index("## Macros") : DOCS.index("Inclusion ends")]
    words = set(re.findall(r"[\w-]+", table))
    assert [name for name in wiki_registry().names() if name not in words] == []


def test_every_fallback_is_named() -> None:
    """No fallback is counted that the table leaves out."""
    code = "".join(path.read_text("utf-8") for path in MARKDOWN.glob("*.py"))
    counted = set(re.findall(r'count\(f?"([a-z][a-z:-]+)', code))
    counted |= set(re.findall(r'html_(?:block|inline)\([^")]*"([a-z-]+)"', code))
    counted |= set(re.findall(r'return "(table-[a-z]+)"', code))
    assert len(counted) > 15
    assert [name for name in sorted(counted) if f"`{name}" not in DOCS] == []
