"""Pages that include or list others show them, and follow their changes."""

from __future__ import annotations

from pathlib import Path

import msgspec

from kb.archive import LineView, PageView
from kb.model import PageId
from kb.publish.paths import page_path
from kb.publish.site_build.site_builder import build
from tests.site.conftest import SITE
from tests.site.samples import Sample, page


def other(key: int, reference: str, text: str) -> PageView:
    """A page of these lines."""
    lines = tuple(LineView(n, line, "1.1", "a", None) for n, line in enumerate(text.split("\n"), 1))
    return msgspec.structs.replace(
        page(), key=key, id=PageId("xwiki", reference), title=reference, lines=lines,
        digest=text.encode(), attachments=(), comments=(),
    )  # fmt: skip


def built(folder: Path, *pages: PageView) -> str:
    """The HTML of the first of these pages."""
    build(Sample([], list(pages)), folder / "on", SITE, folder / "memory")
    return (folder / "on" / page_path(pages[0].id)).read_text("utf-8")


def test_an_included_page_is_shown_and_followed(tmp_path: Path) -> None:
    """Its text stands in the page, its links lead from its own space, its changes come through."""
    outer = other(1, "A.WebHome", '{{include reference="B.C.WebHome"/}}')
    shown = built(tmp_path, outer, other(2, "B.C.WebHome", "one [[x>>D]]"), other(3, "B.C.D", "d"))
    assert "<p>one <a href=" in shown
    assert "wiki-nowhere" not in shown
    again = built(tmp_path, outer, other(2, "B.C.WebHome", "two"), other(3, "B.C.D", "d"))
    assert "<p>two</p>" in again


def test_children_are_listed(tmp_path: Path) -> None:
    """Nested and terminal pages right below, but no deeper ones."""
    names = ("A.B.WebHome", "A.T", "A.B.C.WebHome", "E.WebHome")
    pages = [other(n, name, "x") for n, name in enumerate(names, 2)]
    shown = built(tmp_path, other(1, "A.WebHome", "{{children/}}"), *pages)
    body = shown[shown.index('class="body wide-body"') : shown.index('id="blame"')]
    assert body.count("<li>") == 2
    assert ">A.B.WebHome</a>" in body
    assert ">A.T</a>" in body


def test_a_page_that_is_not_there_is_shown_as_source(tmp_path: Path) -> None:
    """The call stands in a closed box."""
    shown = built(tmp_path, other(1, "A.WebHome", '{{display reference="No.Where"/}}'))
    assert '<details class="wiki-macro" data-name="display">' in shown
