"""A wiki by REST is the wiki: every page, version, text, author, date, file."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kb.archive import Archive
from kb.model import PageId

from .standin import Home, Standing


@pytest.mark.parametrize("version", ["13.10", "17.4", "18.2", "18.3.1"])
@pytest.mark.parametrize("page_limit", [1000, 7, 1])
def test_the_archive_is_the_wiki(
    stand: Callable[..., Standing], home: Home, version: str, page_limit: int
) -> None:
    """For each version of XWiki and any limit of rows, the archive equals the wiki."""
    wiki = stand(version=version, page_limit=page_limit)
    report = home.take(wiki.url)
    assert home.differences(wiki.server) == []
    assert {p.code for p in report.problems} == {"server-error"}, report.problems
    assert wiki.server.stats()["concurrency_peak"] <= 4


def test_a_guest_gets_what_a_guest_may_see(stand: Callable[..., Standing], home: Home) -> None:
    """Without a login, pages with restricted rights are absent and all others whole."""
    wiki = stand()
    home.take(wiki.url, user=None, password_env=None)
    left_out = [d.full for d in wiki.server.wiki.all_docs() if d.default.rights]
    assert home.differences(wiki.server, skip=lambda d: bool(d.default.rights)) == []
    with Archive(home.path) as archive:
        assert all(archive.page(PageId("xwiki", name)) is None for name in left_out)


def test_a_second_run_changes_nothing(stand: Callable[..., Standing], home: Home) -> None:
    """An unchanged wiki gives no new record, and a finished run leaves no journal."""
    wiki = stand()
    home.take(wiki.url)
    report = home.take(wiki.url)
    assert (report.changed, report.revisions, report.attachments) == (0, 0, 0)
    assert list((home.folder / "fetch").iterdir()) == [], "nothing is kept of a finished run"
