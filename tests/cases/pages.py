"""Pages for tests, made from text alone."""

from __future__ import annotations

from collections.abc import Sequence

from kb.archive.views import LineView, PageView
from kb.cases.profile.profile import load_profile
from kb.cases.reader.normalise import cases_of
from kb.cases.reader.profile_selection import grammar_of
from kb.cases.record import Case
from kb.model import History, PageId

AFTER_SALES = grammar_of([load_profile("after-sales-zh"), load_profile("after-sales-en")])


def page_of(
    text: str,
    *,
    page: str = "Support.Cases.WebHome",
    versions: Sequence[str] | None = None,
    history: History = "latest",
) -> PageView:
    """A page with that source; each line's version from ``versions`` where given."""
    lines = text.split("\n")
    return PageView(
        key=1, id=PageId("xwiki", page, ""), history=history, title=None, syntax="xwiki/2.1",
        default_locale=None, version=None, parent=None, hidden=None, creator=None, created=None,
        modified=None, url=None, gone=None, renamed_to=None, digest=b"", attachments=(),
        comments=(), objects=(), tags=(),
        lines=tuple(
            LineView(n, line, versions[n - 1] if versions else None, None, None)
            for n, line in enumerate(lines, 1)
        ),
    )  # fmt: skip


def read(text: str) -> list[Case]:
    """The cases of a page by the two after-sales profiles."""
    return cases_of(page_of(text), AFTER_SALES)


def read_one(text: str, heading: str = "= szds_case#46_20200410 =") -> Case:
    """The only case of a page whose source is that heading and ``text``."""
    (case,) = read(f"{heading}\n{text}")
    return case
