"""An archive that is empty, for the tests that write into one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.archive import Archive


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db", create=True) as opened:
        yield opened
