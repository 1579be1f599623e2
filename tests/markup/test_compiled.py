"""The compiled modules do what the source does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.prove
@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_compiled_modules_pass_the_same_laws(tmp_path: Path) -> None:
    """The modules compiled with mypyc pass the laws and XWiki's own tests."""
    build = [sys.executable, str(ROOT / "tools" / "compile_markup.py"), str(tmp_path / "compiled")]
    subprocess.run(build, check=True, capture_output=True)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "compiled")}
    probe = "from kb.markup.parser import inline; print(inline.__file__)"
    where = subprocess.run(
        [sys.executable, "-c", probe],
        env=environment, cwd=tmp_path, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert not where.stdout.strip().endswith(".py")
    pytest_command = Path(sys.executable).parent / "pytest"
    tests = [ROOT / "tests" / "markup" / name for name in ("test_laws.py", "test_cts.py")]
    done = subprocess.run(
        [pytest_command, "-q", "-p", "no:cacheprovider", "-m", "not prove", *tests],
        env=environment, cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
