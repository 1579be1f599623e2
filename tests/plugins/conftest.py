"""Plug-ins as their users have them: packages of their own, installed from their folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

collect_ignore = ["importer", "exporter", "engine"]
"""Their tests run where they are installed: test_plugins.py does that."""
HERE = Path(__file__).parent
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Install the plug-in in a folder here, once; the folder to put on the path."""
    made: dict[str, Path] = {}

    def install(name: str) -> Path:
        if name not in made:
            made[name] = target = tmp_path_factory.mktemp(name)
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
            options = ["--no-build-isolation", "--target", str(target), str(HERE / name)]
            subprocess.run([*pip, *options], check=True, capture_output=True)
        return made[name]

    return install


@pytest.fixture
def with_plugin(installed: Callable[[str], Path], tmp_path: Path) -> Run:
    """Run Python with a plug-in installed, in a fresh folder."""

    def run(name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join(filter(None, (str(installed(name)), os.environ.get("PYTHONPATH"))))
        return subprocess.run(
            [sys.executable, *map(str, arguments)], cwd=tmp_path, capture_output=True,
            encoding="utf-8", env={**os.environ, "PYTHONPATH": path, "NO_COLOR": "1"}, check=False,
        )  # fmt: skip

    return run
