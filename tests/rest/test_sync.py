"""A second run asks for what changed, and for nothing else."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import Any

import pytest

from kb.archive import Archive, PageView
from kb.model import PageId

from .standin import Home, Standing

SPACES, NAME = ["Support", "Harbour"], "Case log"
CASES = "Support.Harbour.Case log"


def page(home: Home, reference: str) -> PageView | None:
    with Archive(home.path) as archive:
        return archive.page(PageId("xwiki", reference))


@pytest.mark.parametrize("limit", [1000, 10, 3, 1])
@pytest.mark.parametrize("faults", [None, "unstable"])
def test_an_unchanged_wiki_costs_little(
    stand: Callable[..., Standing], home: Home, limit: int, faults: str | None
) -> None:
    """A sync without changes makes at most two passes of the list and ten requests."""
    wiki = stand(page_limit=limit, faults=faults)
    home.take(wiki.url)
    rows = len(wiki.server.wiki.all_docs())
    for _ in range(2):
        before = wiki.requests()
        report = home.take(wiki.url)
        assert (report.pages, report.changed) == (0, 0)
        assert wiki.requests() - before <= 2 * ceil(rows / limit) + 10


def test_what_changed_comes_and_nothing_else(stand: Callable[..., Standing], home: Home) -> None:
    """A sync fetches new versions, translations and pages, and little else."""
    wiki = stand()
    home.take(wiki.url)
    wiki.server.add_revision(SPACES, NAME, content="new text", comment="now")
    wiki.server.add_revision(["售后", "华南", "2021"], "WebHome", content="in English", locale="en")
    wiki.server.add_page(
        {"spaces": ["New"], "name": "Page", "title": "n", "language": "en",
         "revisions": [{"version": "1.1", "author": "XWiki.ruan", "date": 1, "content": "x"}]}
    )  # fmt: skip
    before = wiki.requests()
    report = home.take(wiki.url)
    assert home.differences(wiki.server) == []
    assert report.revisions == 3
    assert wiki.requests() - before < 40


def test_a_comment_or_file_alone_is_noticed(stand: Callable[..., Standing], home: Home) -> None:
    """A new comment, a new attachment and a removed one are noticed without a new text."""
    wiki = stand()
    home.take(wiki.url)
    doc = wiki.server.wiki.by_full(CASES)
    module = type(doc).__module__
    import sys

    kinds = sys.modules[module]
    text = doc.head.content
    version = wiki.server.add_revision(SPACES, NAME, content=text, comment="Added comment")
    values = {"author": "XWiki.ruan", "comment": "late", "date": doc.head.ms, "replyto": None}
    props = [(name, "String", value) for name, value in values.items()]
    doc.objects.append(kinds.Obj("XWiki.XWikiComments", 0, "g", props, kinds.version_key(version)))
    data = b"late bytes"
    late = kinds.AttVersion("1.1", "XWiki.ruan", doc.head.ms, "", data, len(data), "", (0,))
    doc.attachments["late.bin"] = kinds.Att("late.bin", "application/x-late", [late])
    del doc.attachments["latch.log"]
    wiki.server.changed()
    home.take(wiki.url)
    view = page(home, CASES)
    assert view is not None
    assert [comment.text for comment in view.comments] == ["late"]
    there = {file.name for file in view.attachments if not file.gone}
    assert there == {"late.bin", "a+b & c%20d.bin", "lost.pdf"}
    assert any(file.name == "latch.log" and file.sha256 for file in view.attachments)


def test_a_deleted_page_is_kept_and_marked(stand: Callable[..., Standing], home: Home) -> None:
    """A deleted page is marked as gone, its text stays, and it costs nothing later."""
    wiki = stand()
    home.take(wiki.url)
    wiki.server.delete_page(SPACES, NAME)
    home.take(wiki.url)
    view = page(home, CASES)
    assert view is not None
    assert view.gone
    assert view.renamed_to is None
    assert view.source, "what is known stays"
    before = wiki.requests()
    assert home.take(wiki.url).changed == 0
    assert wiki.requests() - before <= 12


def renamed(wiki: Standing, spaces: list[str], name: str, *to: str) -> None:
    """What a rename is: a copy with its history, and the original deleted."""
    server: Any = wiki.server
    doc = server.wiki.get(spaces, name)
    rows = [
        {"version": r.version, "author": r.author, "date": r.ms, "comment": r.comment,
         "content": r.content, "title": r.title} for r in doc.revs
    ]  # fmt: skip
    server.add_page({"spaces": list(to[:-1]), "name": to[-1], "language": "en", "revisions": rows})
    server.delete_page(spaces, name)


def test_a_renamed_page_is_followed(stand: Callable[..., Standing], home: Home) -> None:
    """A page that vanished while another with its history appeared is marked as renamed."""
    wiki = stand()
    home.take(wiki.url)
    renamed(wiki, SPACES, NAME, "Support", "Quay", "Log")
    home.take(wiki.url)
    view = page(home, CASES)
    assert view is not None
    assert view.gone
    assert view.renamed_to == "Support.Quay.Log"
    assert page(home, "Support.Quay.Log") is not None


def test_a_page_made_anew_under_its_name_is_read_anew(
    stand: Callable[..., Standing], home: Home
) -> None:
    """A page that was deleted and created again is read, and is not gone."""
    wiki = stand()
    home.take(wiki.url)
    wiki.server.delete_page(["Support"], "Edges")
    wiki.server.add_page(
        {"spaces": ["Support"], "name": "Edges", "language": "en", "revisions": []}
    )
    wiki.server.add_revision(["Support"], "Edges", content="another page")
    home.take(wiki.url)
    view = page(home, "Support.Edges")
    assert view is not None
    assert view.gone is None


@pytest.mark.parametrize("way", ["rest", "viewer-html"])
def test_one_page_by_its_url(stand: Callable[..., Standing], home: Home, way: str) -> None:
    """The URL of one page imports it alone, syncs it cheaply, and notices its end."""
    wiki = stand()
    url = wiki.url + "/bin/view/Support/Harbour/Case%20log?viewer=code&showLastAuthors=true"
    home.take(url, way)
    with Archive(home.path) as archive:
        assert [p.page for _, p, _ in archive.digests()] == [CASES]
    before = wiki.requests()
    assert home.take(url, way).changed == 0
    assert wiki.requests() - before <= 10
    wiki.server.add_revision(SPACES, NAME, content="more")
    home.take(url, way)
    view = page(home, CASES)
    assert view is not None
    assert view.source == "more"
    wiki.server.delete_page(SPACES, NAME)
    home.take(url, way)
    view = page(home, CASES)
    assert view is not None
    assert view.gone


@pytest.mark.parametrize(
    ("path", "options", "expected"),
    [
        ("/bin/view/Support/", {}, {"Support.Empty", "Support.Edges", CASES}),
        ("/rest/wikis/xwiki/spaces/Support/spaces/Harbour", {}, {CASES}),
        ("/rest/wikis/xwiki/spaces/Support/pages/Empty", {}, {"Support.Empty"}),
        ("", {"spaces": ("Support",), "exclude": ("Support.E*",)}, {CASES}),
        ("", {"pages": ("Support.Empty", "Templates.CaseTemplate")},
         {"Support.Empty", "Templates.CaseTemplate"}),
    ],
)  # fmt: skip
def test_how_much_of_a_wiki(
    stand: Callable[..., Standing], home: Home, path: str, options: Any, expected: set[str]
) -> None:
    """The URL and the options together choose the pages of an import."""
    wiki = stand(context_path="/xwiki")
    home.take(wiki.url + path, **options)
    with Archive(home.path) as archive:
        assert {p.page for _, p, _ in archive.digests()} == expected


@pytest.mark.parametrize("limit", [1000, 7])
def test_a_version_with_an_old_date_is_noticed(
    stand: Callable[..., Standing], home: Home, limit: int
) -> None:
    """A version that was saved with an old date is found within few syncs."""
    wiki = stand(page_limit=limit)
    home.take(wiki.url)
    home.take(wiki.url)
    wiki.server.add_revision(SPACES, NAME, content="brought in", date=1_400_000_000_000)
    doc = wiki.server.wiki.get(["售后", "华南", "2021"], "WebHome", "en")
    wiki.server.add_revision(
        ["售后", "华南", "2021"], "WebHome", content="and here", locale="en", date=doc.head.ms - 1
    )
    revisions = sum(len(doc.revs) for doc in wiki.server.wiki.all_docs())
    rows = len(wiki.server.wiki.all_docs())
    for _ in range(ceil(revisions / (limit * ceil(rows / limit))) + 1):
        home.take(wiki.url)
    assert home.differences(wiki.server) == []


def test_a_version_that_is_missing_is_not_asked_for_each_time(
    stand: Callable[..., Standing], home: Home
) -> None:
    """A version whose text the wiki lost costs later syncs nothing."""
    wiki = stand(faults="missingrev:page=Support.Harbour.*,version=9.1")
    home.take(wiki.url)
    before = wiki.requests()
    home.take(wiki.url)
    assert wiki.requests() - before <= 12


def test_a_translation_that_is_deleted_is_marked(
    stand: Callable[..., Standing], home: Home
) -> None:
    """A deleted translation is marked as gone, its text stays, and it costs nothing later."""
    wiki = stand()
    home.take(wiki.url)
    doc = wiki.server.wiki.get(["售后", "华南", "2021"], "WebHome")
    del doc.translations["en"]
    wiki.server.changed()
    home.take(wiki.url)
    with Archive(home.path) as archive:
        view = archive.page(PageId("xwiki", doc.full, "en"))
        assert view is not None
        assert view.gone
        assert view.source, "what is known stays"
    before = wiki.requests()
    assert home.take(wiki.url).changed == 0
    assert wiki.requests() - before <= 12
