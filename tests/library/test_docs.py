"""docs/python.md: every example runs, and is typed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

EXAMPLES = re.findall(r"^```python\n(.*?)^```$", (ROOT / "docs" / "python.md").read_text("utf-8"),
                      re.DOTALL | re.MULTILINE)  # fmt: skip


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """All examples of the manual as one script, beside the pages that they import."""
    shutil.copytree(ROOT / "demo", tmp_path / "demo")
    path = tmp_path / "manual.py"
    path.write_text("".join(EXAMPLES), "utf-8")
    return path


def test_every_example_runs(script: Path) -> None:
    """The examples run in the manual's order, as written, and find what they speak of."""
    done = subprocess.run(
        [sys.executable, str(script)], cwd=script.parent, capture_output=True, encoding="utf-8",
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    assert "njhx_case#9_20230412" in done.stdout
    assert "南京河西站" in done.stdout
    assert (script.parent / "site" / "index.html").is_file()
    assert (script.parent / "tree").is_dir()


def test_the_examples_are_typed(script: Path) -> None:
    """mypy --strict accepts what the manual shows: the whole public API is typed."""
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(ROOT / ".mypy_cache"),
         str(script)],
        cwd=ROOT, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
