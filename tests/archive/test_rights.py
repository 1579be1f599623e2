"""What not everyone may see in the wiki is known to be so."""

import pytest

from kb.archive import Archive
from kb.archive.rights import Visibility
from kb.model import PageId, PageSeen, WikiObject

PAGES = ["Main.WebHome", "HR.WebHome", "HR.Pay.List", "HR.Pay.Old.List", "Dev.A", "Dev.B"]


def right(kind="XWikiRights", allow="1", levels="view", users="", groups=""):
    properties = {"allow": allow, "levels": levels, "users": users, "groups": groups}
    return WikiObject(class_name=f"XWiki.{kind}", number=0, properties=properties)


@pytest.fixture
def opened(tmp_path):
    """Which of the pages everyone may see, with these rights on these pages."""

    def opened(**rights):
        with Archive(tmp_path / "a.db", create=True) as archive:
            items = []
            for page in [*PAGES, *(name.replace("_", ".") for name in rights)]:
                items.append(PageSeen(id=PageId("xwiki", page), history="latest"))
                items += [r for name, r in rights.items() if name.replace("_", ".") == page]
            archive.ingest(archive.source("a", "test"), items)
            seen = Visibility(archive)
            return [page for page in PAGES if seen.is_open(PageId("xwiki", page))], seen.closed

    return opened


def test_without_rights_all_is_open(opened):
    assert opened() == (PAGES, [])


def test_a_page_for_some_is_closed(opened):
    found, closed = opened(Dev_A=right(users="XWiki.a"))
    assert found == [page for page in PAGES if page != "Dev.A"]
    assert closed == ["Dev.A"]


def test_a_space_for_some_is_closed_with_all_below(opened):
    rights = {"HR_Pay_WebPreferences": right("XWikiGlobalRights", groups="XWiki.Staff")}
    assert opened(**rights)[0] == ["Main.WebHome", "HR.WebHome", "Dev.A", "Dev.B"]


def test_the_whole_wiki_for_some(opened):
    rights = {"XWiki_XWikiPreferences": right("XWikiGlobalRights", groups="XWiki.Staff,XWiki.X")}
    assert opened(**rights) == ([], ["the whole wiki"])


@pytest.mark.parametrize(
    ("given", "is_open"),
    [
        (right(groups="XWiki.XWikiAllGroup"), True),
        (right(users="XWiki.a|XWiki.XWikiGuest"), True),
        (right(levels="edit,comment", users="XWiki.a"), True),
        (right(allow="0", users="XWiki.XWikiGuest"), False),
        (right(allow="0", levels=["edit", "view"], users=["XWiki.a"]), False),
        (right(), False),
    ],
)
def test_what_closes_a_page(opened, given, is_open):
    assert ("Dev.A" in opened(Dev_A=given)[0]) is is_open
