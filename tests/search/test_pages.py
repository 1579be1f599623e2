"""Pages that are no case, and files that are text, are found too."""

from __future__ import annotations

from pathlib import Path

from kb.cases.store.store import up_to_date
from kb.config import Config, Home
from kb.search.documents.document_sources import everything
from kb.search.service import HomeSearch
from tests.conftest import Kb


def test_pages_without_cases_are_found_and_those_with_cases_only_by_their_cases(
    kb: Kb, shared: Path, tmp_path: Path
) -> None:
    """No text is found twice, as a page and as a case of it."""
    kb("import", shared / "samples" / "after-sales-cases.blame.txt", "--page-name", "A.Cases")
    kb("import", shared / "samples" / "xar" / "TestPage-with-history-2010.xar")
    home = Home(tmp_path, Config())
    with up_to_date(home) as (archive, store):
        search = HomeSearch(home, everything(archive, store))
        assert {hit.document.kind for hit in search.find("6730").hits} == {"case"}
        pages = search.find("kind:page").hits
        assert pages
        assert all("A.Cases" not in hit.document.id for hit in pages)
        word = pages[0].document.id.split(".")[-1]
        assert search.find(word).total >= 1
