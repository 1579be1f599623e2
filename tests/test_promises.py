"""SECURITY.md names a test for each promise, and each is there."""

from __future__ import annotations

import re

from tests.conftest import ROOT

_NAMED = re.compile(r"`(tests/[\w/]+\.py)`((?:[ ,]+test_\w+)*)")


def test_each_promise_names_tests_that_exist() -> None:
    """Every file is there and defines the tests beside it; every row of a table names one."""
    page = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    missing = []
    for file, names in _NAMED.findall(page):
        text = (ROOT / file).read_text(encoding="utf-8") if (ROOT / file).is_file() else ""
        missing += [file] if not text else []
        missing += [
            f"{file} {name}" for name in re.findall(r"\w+", names) if f"def {name}(" not in text
        ]
    assert not missing
    rows = [line for line in page.splitlines() if line.startswith("| ") and "promise |" not in line]
    assert not [row for row in rows if not _NAMED.search(row)]
