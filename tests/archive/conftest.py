"""An archive that is empty, for the tests that write into one."""

from __future__ import annotations

import pytest

from kb.archive import Archive


@pytest.fixture
def archive(tmp_path):
    with Archive(tmp_path / "archive.db", create=True) as opened:
        yield opened
