"""What the tests of the exports share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.export.wiki import Wiki


@pytest.fixture
def wiki(tmp_path: Path) -> Iterator[Wiki]:
    """An empty archive in the test's folder."""
    made = Wiki(tmp_path)
    yield made
    made.archive.close()
