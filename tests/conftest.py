"""What all tests share: the folder of real input beside the project, and the command."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("kb", deadline=None)
settings.load_profile("kb")
"""Time is judged by tests of time, not by how busy the machine is."""

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
Kb = Callable[..., subprocess.CompletedProcess[str]]
"""Type of the fixture ``kb``: arguments of the command; `check=False` where it may fail."""


@pytest.fixture(autouse=True, scope="session")
def _own_state(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep what programs remember of a user out of the one who runs the tests."""
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real input; tests that need it skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("no ../shared beside the project: real input is not here")
    return SHARED


@pytest.fixture
def kb(tmp_path: Path) -> Kb:
    """Run the real command in a process of its own, at home in a fresh folder."""

    def run(*arguments: object, check: bool = True) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "kb", *map(str, arguments)]
        done = subprocess.run(
            command, capture_output=True, cwd=tmp_path, encoding="utf-8",
            env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200"}, check=False,
        )  # fmt: skip
        assert not check or done.returncode == 0, done.stderr
        return done

    return run


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a megabyte, which only root can have."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    try:
        subprocess.run(command, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no right to mount a disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path) -> None:
    """Leave no room on it."""
    with suppress(OSError), (disk / "rest").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
