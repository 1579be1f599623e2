"""`make demo`, as a new user runs it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.browser
def test_the_demo_imports_searches_builds_and_looks() -> None:
    """It ends well, its records are there, and where there is a browser, its pictures."""
    done = subprocess.run(
        [sys.executable, "-m", "tools.demo"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    home = ROOT / "build" / "demo"
    cases = [json.loads(line) for line in (home / "cases.jsonl").open("rb")]
    assert len(cases) >= 6
    assert {case["language"] for case in cases} >= {"zh", "en"}
    if shutil.which("chromium"):
        assert len(list((home / "screenshots").glob("*.png"))) == 24
    else:
        assert "not looked at in a browser" in done.stdout
