"""Pages read by several processes: the same store as by one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kb.cases.store.store import CaseStore
from kb.config import CasesConfig
from kb.errors import KbError
from tests.cases.dialects import DIALECTS, page_of_dialect
from tests.cases.histories import Wiki, gone, history

linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")


@linux
def test_as_by_one_process(tmp_path: Path) -> None:
    """Records, their order and digests, and those of removed cases, first and after changes."""
    wiki = Wiki(tmp_path)
    for seed in range(8):
        for dialect in DIALECTS[:8]:
            lines = page_of_dialect(dialect, seed)[0].lines
            texts = ["\n".join(lines[: len(lines) // 2]), "\n".join(lines)]
            wiki.archive.ingest(
                wiki.archive.source("test", "test"), history(f"{dialect.name}.P{seed}", *texts)
            )
    with CaseStore(tmp_path / "one.db") as one, CaseStore(tmp_path / "two.db") as two:
        for _ in range(2):
            reports = [
                store.refresh(wiki.archive, CasesConfig(), workers=n)
                for n, store in enumerate((one, two), 1)
            ]
            assert reports[0] == reports[1]
            assert list(one.records()) == list(two.records())
            assert list(one.digests()) == list(two.digests())
            assert list(one.removed(wiki.archive)) == list(two.removed(wiki.archive))
            source = wiki.archive.source("test", "test")
            wiki.archive.ingest(source, history("sample.P1", "x", "y", "= a_case#1_20200101 =\nz"))
            wiki.archive.ingest(source, [gone("english.P2", "2021-01-01T00:00:00Z")])


@linux
def test_an_error_in_a_process_is_an_error_here(tmp_path: Path) -> None:
    """What fails in a process raises where the store is refreshed."""
    wiki = Wiki(tmp_path)
    wiki.archive.ingest(wiki.archive.source("test", "test"), history("A.WebHome", "x"))
    wiki.archive.path = tmp_path / "nowhere.db"
    with pytest.raises((KbError, RuntimeError)), CaseStore(tmp_path / "cases.db") as store:
        store.refresh(wiki.archive, CasesConfig(), workers=2)
