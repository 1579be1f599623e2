"""Which pages and files a link may mean."""

from __future__ import annotations

import pytest

from kb.model import PageId
from kb.references import file_candidates, page_candidates

BASE = PageId("w", "A.B.WebHome")


@pytest.mark.parametrize(
    ("kind", "text", "pages"),
    [
        ("doc", "P", ["A.B.P", "A.B.P.WebHome", "A.P.WebHome"]),
        ("doc", "C.D", ["C.D", "C.D.WebHome"]),
        ("doc", ".P", ["A.B.P", "A.B.P.WebHome", "A.P.WebHome"]),
        ("doc", ".P.Q", ["A.B.P.Q", "A.B.P.Q.WebHome"]),
        ("doc", "07\\. Dev.S", ["07\\. Dev.S", "07\\. Dev.S.WebHome"]),
        ("doc", "", ["A.B.WebHome"]),
        ("space", "C.D", ["C.D.WebHome"]),
        ("page", "C/D", ["C.D.WebHome", "C.D"]),
    ],
)
def test_pages_that_a_link_may_mean(kind: str, text: str, pages: list[str]) -> None:
    """In XWiki's order."""
    assert [page.page for page in page_candidates(kind, text, BASE)] == pages


def test_a_link_into_another_wiki() -> None:
    """What stands before an unescaped colon is the wiki."""
    assert next(page_candidates("doc", "other:C.D", BASE)) == PageId("other", "C.D")
    assert next(page_candidates("doc", "C\\:x.D", BASE)) == PageId("w", "C\\:x.D")


@pytest.mark.parametrize(
    ("kind", "text", "page", "name"),
    [
        ("attach", "a.png", "A.B.WebHome", "a.png"),
        ("attach", "C.D@a\\@b.png", "C.D", "a@b.png"),
        ("attach", "a\\@b", "A.B.WebHome", "a@b"),
        ("pageAttach", "C/D/x y.png", "C.D.WebHome", "x y.png"),
        ("attach", "@" * 50_000, "A.B.WebHome", ""),
    ],
)
def test_files_that_a_link_may_mean(kind: str, text: str, page: str, name: str) -> None:
    """The name is what stands after the last unescaped @."""
    pages, found = file_candidates(kind, text, BASE)
    assert found == name
    assert text[0] == "@" or pages[0].page == page
