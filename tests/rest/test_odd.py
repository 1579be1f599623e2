"""Wikis of odd pages, each another: equal to the wiki's own, or named as what could not be had."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from kb.archive import Archive
from kb.model import PageId

from .oddwiki import odd_wiki
from .standin import Home, Standing

VERSIONS = ["13.10", "17.4", "18.2", "18.3.1"]
LIMITS = [1000, 7, 1, 3]
SLASHES = ["bin", "allow", "reject"]


def options(seed: int) -> dict[str, Any]:
    return {
        "version": VERSIONS[seed % 4], "page_limit": LIMITS[seed // 4 % 4],
        "encoded_slash": SLASHES[seed % 3], "skin": "flamingo" if seed % 5 else "colibri",
    }  # fmt: skip


def by_viewers(doc: Any) -> bool:
    """Pages that REST cannot address: a server takes `spaces` in a path for a word of its own."""
    names = (*doc.spaces, doc.name)
    return any("/" in name or "\\" in name for name in names) or "spaces" in doc.spaces


def texts(home: Home, doc: Any) -> dict[str, str | None]:
    with Archive(home.path) as archive:
        view = archive.page(PageId("xwiki", doc.full, doc.locale))
        assert view is not None, f"{doc.full} {doc.locale}"
        return {
            r.version: archive.content(view.key, r.version) for r in archive.revisions(view.key)
        }


def seeds(quick: int, all_of_them: int) -> list[Any]:
    return [
        pytest.param(seed, marks=() if seed < quick else pytest.mark.prove)
        for seed in range(all_of_them)
    ]


@pytest.mark.parametrize("seed", seeds(3, 24))
def test_by_rest(stand: Callable[..., Standing], home: Home, seed: int) -> None:
    """By REST the archive equals an odd wiki, but for pages that the server refuses."""
    wiki = stand(odd_wiki(seed), **options(seed))
    report = home.take(wiki.url, settings={"format": "xml" if seed % 2 else "json"})
    assert home.differences(wiki.server, skip=by_viewers) == []
    named = {problem.page for problem in report.problems}
    for doc in filter(by_viewers, wiki.server.wiki.all_docs()):
        if doc.full not in named:
            assert texts(home, doc) == {r.version: r.content for r in doc.revs}
    assert {p.code for p in report.problems} <= {"bad-request"}, "only what the server refuses"
    assert bool(report.problems) <= (options(seed)["encoded_slash"] == "reject")


@pytest.mark.parametrize("seed", seeds(2, 12))
def test_by_viewers(stand: Callable[..., Standing], home: Home, seed: int) -> None:
    """By the viewers every text of an odd wiki comes, but of pages that the server refuses."""
    wiki = stand(odd_wiki(seed), **options(seed))
    report = home.take(wiki.url, "viewer-html", timezone="Asia/Shanghai")
    named = {problem.page for problem in report.problems}
    assert {p.code for p in report.problems} <= {"bad-request"}
    for doc in wiki.server.wiki.all_docs():
        if doc.full not in named:
            assert texts(home, doc) == {r.version: r.content for r in doc.revs}


@pytest.mark.parametrize("seed", seeds(1, 6))
def test_again_and_again(stand: Callable[..., Standing], home: Home, seed: int) -> None:
    """A sync finds nothing, and costs what lists cost."""
    wiki = stand(odd_wiki(seed), **options(seed))
    home.take(wiki.url)
    before, rows = wiki.requests(), len(wiki.server.wiki.all_docs())
    assert home.take(wiki.url).changed == 0
    refused = sum(by_viewers(doc) for doc in wiki.server.wiki.docs.values())
    lists = 2 * -(-rows // options(seed)["page_limit"]) + 10
    assert wiki.requests() - before <= lists + refused * (options(seed)["encoded_slash"] != "allow")


def test_pages_without_right_are_asked_for_now_and_then(
    stand: Callable[..., Standing], home: Home
) -> None:
    """Refused pages cost a sync little, and a right that is given later is noticed."""
    made = odd_wiki(1, 12)
    for number, page in enumerate(made["pages"]):
        page.update(spaces=["A"], name=f"P{number}", rights={"view": []} if number < 8 else None)
    wiki = stand(made, encoded_slash="reject")
    asked = {"A.P0"}
    _list_all(wiki.server, asked)
    guest: dict[str, Any] = {"user": None, "password_env": None}
    report = home.take(wiki.url, **guest)
    assert {p.code for p in report.problems} == {"no-right"}
    assert len(report.problems) == 7
    before = wiki.requests()
    home.take(wiki.url, **guest)
    assert wiki.requests() - before <= 2 + 10
    asked |= {f"A.P{number}" for number in range(8)}
    for _ in range(4):
        home.take(wiki.url, **guest)
    assert home.differences(wiki.server) == [], "a right that is given is noticed"
    with Archive(home.path) as archive:
        assert list(archive.problems()) == []


def _list_all(server: Any, shown: set[str]) -> None:
    """A server that lists pages that it will not show (XWiki did, before 14.7), but for some."""
    rule, listing, here = server.can_view, server.rest.wiki_pages, threading.local()

    def can_view(user: str, doc: Any) -> bool:
        return getattr(here, "lists", False) or (doc is not None and doc.full in shown) or rule(
            user, doc
        )  # fmt: skip

    def wiki_pages(request: Any) -> Any:
        here.lists = True
        try:
            return listing(request)
        finally:
            here.lists = False

    server.can_view, server.rest.wiki_pages = can_view, wiki_pages
