"""What the tests of the exports share."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from wiki import Wiki


@pytest.fixture
def wiki(tmp_path: Path) -> Iterator[Wiki]:
    """An empty archive in the test's folder."""
    made = Wiki(tmp_path)
    yield made
    made.archive.close()
