"""Pages that are no case, and files that are text, are found too."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from kb.cases.store import up_to_date
from kb.config import Config, Home
from kb.search.files import is_text, text_of
from kb.search.service import Search, everything

Kb = Callable[..., subprocess.CompletedProcess[str]]


def test_pages_without_cases_are_found_and_those_with_cases_only_by_their_cases(
    kb: Kb, shared: Path, tmp_path: Path
) -> None:
    kb("import", shared / "samples" / "after-sales-cases.blame.txt", "--page-name", "A.Cases")
    kb("import", shared / "samples" / "xar" / "TestPage-with-history-2010.xar")
    home = Home(tmp_path, Config())
    with up_to_date(home) as (archive, store):
        search = Search(home, everything(archive, store))
        assert {hit.document.kind for hit in search.find("6730").hits} == {"case"}
        pages = search.find("kind:page").hits
        assert pages
        assert all("A.Cases" not in hit.document.id for hit in pages)
        word = pages[0].document.id.split(".")[-1]
        assert search.find(word).total >= 1


@pytest.mark.parametrize(
    ("name", "raw", "text"),
    [
        ("a.log", "心跳\n".encode(), "心跳\n"),
        ("a.csv", "充电,退款".encode("gb18030"), "充电,退款"),
        ("a.txt", "\ufeff扣费".encode(), "扣费"),
        ("a.txt", "扣费".encode("utf-16"), "扣费"),
        ("a.html", b"<p class='x'>a &amp; b</p>", " a & b "),
        ("a.log", b"\x00\x01\x02binary", ""),
        ("a.log", "扣费".encode()[:-1], "扣"),
        ("a.log", b"", ""),
    ],
)
def test_text_of_files(name: str, raw: bytes, text: str) -> None:
    assert is_text(name)
    assert text_of(name, [raw]) == text


def test_a_picture_is_no_text() -> None:
    assert not is_text("a.png")
    assert not is_text("log")
