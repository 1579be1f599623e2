"""With every fault the same archive at last, or a Problem that names what is missing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kb.archive import Archive
from kb.errors import RemoteError
from kb.model import PageId

from .standin import Home, Standing

PASSING = [
    "429:p=0.02",
    "429:p=0.02,form=date",
    "503:p=0.02,burst=2",
    "reset:p=0.1",
    "truncate:p=0.1",
    "slow:p=0.02,rate=20000",
    "stall:p=0.02,seconds=0.3",
    "html200:p=0.1",
    "empty:p=0.1",
    "login:p=0.1",
    "otherhost:p=0.1",
    "gzip:force=1",
    "badutf8:p=0.1",
    "control:page=Support.*",
    "skew:seconds=7200",
    "unstable",
    "newrev:page=Support.*",
    "expire:p=0.2",
]
LOST = "lost.pdf"
_BIG = "seed=1;bigfile:mb=6,page=Support.Empty;reset:after=20,times=1,path=*/rest/*big.bin*"


@pytest.mark.parametrize("fault", [*PASSING, ";".join(f for f in PASSING if "slow" not in f)])
def test_what_passes_leaves_no_trace(
    stand: Callable[..., Standing], home: Home, fault: str
) -> None:
    """With each temporary fault, and with all at once, the archive equals the wiki."""
    few = fault.replace("p=0.1", "p=0.03").replace("p=0.2", "p=0.05") if ";" in fault else fault
    few = few.replace("429:", "429:retry_after=0,") if ";" in fault else few
    wiki = stand(faults=f"seed=11;{few}", page_limit=6)
    report = home.take(wiki.url)
    assert home.differences(wiki.server) == []
    assert [p for p in report.problems if LOST not in p.where] == []
    stats = wiki.server.stats()
    assert stats["foreign_with_credentials"] == 0
    assert sum(stats["faults"].values()) or fault.startswith(("skew", "unstable", "expire"))


@pytest.mark.parametrize(
    "fault", ["badutf8:p=0.05", "reset:p=0.05", "login:p=0.05", "expire:p=0.1"]
)
def test_viewers_bear_faults_too(stand: Callable[..., Standing], home: Home, fault: str) -> None:
    """With temporary faults, the viewers give every version's text."""
    wiki = stand(faults=f"seed=3;{fault}", bin_ignores_basic=True)
    report = home.take(wiki.url, "viewer-html")
    (lost,) = report.problems
    assert (lost.code, LOST in lost.where) == ("file-without-bytes", True)
    with Archive(home.path) as archive:
        for doc in wiki.server.wiki.all_docs():
            view = archive.page(PageId("xwiki", doc.full, doc.locale))
            assert view is not None
            texts = {r.version: archive.content(view.key, r.version) for r in doc.revs}
            assert texts == {r.version: r.content for r in doc.revs}


def test_pages_that_always_fail_are_named(stand: Callable[..., Standing], home: Home) -> None:
    """A page with a lasting error is a problem; all others are complete."""
    wiki = stand(faults="fail500:page=Support.E*")
    report = home.take(wiki.url)
    named = {p.page for p in report.problems if p.code == "server-error" and LOST not in p.where}
    assert named == {"Support.Empty", "Support.Edges"}
    assert home.differences(wiki.server, skip=lambda d: d.full in named) == []


def test_a_version_that_is_missing_is_named_and_not_made_up(
    stand: Callable[..., Standing], home: Home
) -> None:
    """A version without text is a problem, and its history is not called complete."""
    wiki = stand(faults="missingrev:page=Support.Harbour.*,version=9.1")
    report = home.take(wiki.url)
    (problem,) = [p for p in report.problems if LOST not in p.where]
    assert (problem.code, problem.page) == ("not-found", "Support.Harbour.Case log")
    assert problem.where.endswith("/history/9.1")
    with Archive(home.path) as archive:
        view = archive.page(PageId("xwiki", "Support.Harbour.Case log"))
        assert view is not None
        assert view.history == "latest", "a history with a hole is not complete"
        assert archive.content(view.key, "9.1") is None


def test_problems_go_when_their_cause_has_gone(stand: Callable[..., Standing], home: Home) -> None:
    """A run that gets what failed before removes the problem."""
    wiki = stand(faults="fail500:page=Support.Empty")
    home.take(wiki.url)
    wiki.server.faults.rules.clear()
    home.take(wiki.url)
    with Archive(home.path) as archive:
        assert [p for p in archive.problems() if LOST not in p.where] == []
    assert home.differences(wiki.server) == []


def test_a_server_that_is_down_stops_the_run_with_what_it_has(
    stand: Callable[..., Standing], home: Home
) -> None:
    """The run stops, keeps what it has, and the next one fetches only the rest."""
    wiki = stand(faults="html200:after=40")
    with pytest.raises(RemoteError, match="too many requests fail"):
        home.take(wiki.url, settings={"attempts": "2"})
    with Archive(home.path) as archive:
        assert archive.counts()["page"] > 0
        assert "stopped" in {p.code for p in archive.problems()}
    wiki.server.faults.rules.clear()
    before = wiki.requests()
    home.take(wiki.url)
    assert home.differences(wiki.server) == []
    assert wiki.requests() - before < 160, "what came before was not fetched again"


def test_a_large_file_goes_on_where_it_broke(stand: Callable[..., Standing], home: Home) -> None:
    """An attachment that is cut off is whole in the end."""
    wiki = stand(
        faults="seed=1;bigfile:mb=6,page=Support.Empty;truncate:times=1,path=*/rest/*big.bin*"
    )
    home.take(wiki.url)
    assert home.differences(wiki.server) == []


def test_a_file_over_the_cap_is_left_out_and_named(
    stand: Callable[..., Standing], home: Home
) -> None:
    """An attachment over max_attachment is a problem, not a record."""
    wiki = stand(faults="bigfile:mb=3,page=Support.Empty")
    report = home.take(wiki.url, settings={"max_attachment": "1MB"})
    assert [p.code for p in report.problems if LOST not in p.where] == ["too-large"]


@pytest.mark.parametrize("way", ["rest", "viewer-html"])
def test_a_wrong_password_stops_the_run(
    stand: Callable[..., Standing], home: Home, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """The run stops before anything that a guest may see is taken for the user's view."""
    wiki = stand()
    monkeypatch.setenv("KB_TEST_PASSWORD", "wrong")
    with pytest.raises(RemoteError, match="refuses this user or password"):
        home.take(wiki.url, way)
    with Archive(home.path) as archive:
        assert archive.counts()["page"] == 0, "a guest's view is not taken for ours"


def test_an_old_cookie_stops_the_run(
    stand: Callable[..., Standing], home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An expired cookie stops the run and says why; a valid one imports the wiki."""
    wiki = stand()
    monkeypatch.setenv("KB_COOKIE", "JSESSIONID=0123")
    with pytest.raises(RemoteError, match="not authenticated: the server sees a guest session"):
        home.take(wiki.url, user=None, password_env=None, cookie_env="KB_COOKIE")
    wiki.server.sessions["ABCD"] = "XWiki.admin"
    monkeypatch.setenv("KB_COOKIE", "ABCD")
    home.take(wiki.url, user=None, password_env=None, cookie_env="KB_COOKIE")
    assert home.differences(wiki.server) == []


def test_the_form_is_used_where_it_is_asked_for(stand: Callable[..., Standing], home: Home) -> None:
    """With auth=form the import logs in by the form, again when sessions end."""
    wiki = stand(faults="seed=2;expire:p=0.05")
    home.take(wiki.url, settings={"auth": "form"})
    assert home.differences(wiki.server) == []
    assert wiki.server.stats()["logins"] > 1, "sessions ended and were begun again"
