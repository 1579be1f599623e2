"""Answer macros that include or list the wiki's other pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Final

from kb.archive import PageView
from kb.markup.macros import PageLink, PageText, WikiPages
from kb.markup.tree.nodes import Params
from kb.model import PageId
from kb.publish.renderer import digest_of
from kb.publish.site_catalogue import Catalogue
from kb.references import join_reference, page_candidates, split_reference

_HOME: Final = "WebHome"


class Inclusions:
    """All pages of the site by id, each read when a macro asks for it."""

    def __init__(self, catalogue: Catalogue, read: Mapping[PageId, Callable[[], PageView]]) -> None:
        self._catalogue = catalogue
        self.read = read

    @cached_property
    def _below(self) -> dict[PageId, list[PageId]]:
        """The pages right below each page."""
        found: defaultdict[PageId, list[PageId]] = defaultdict(list)
        for page in self.read:
            if (above := _above(page)) is not None:
                found[above].append(page)
        return found

    @cached_property
    def digest(self) -> bytes:
        """Changes when any page does."""
        return digest_of([(page.id, page.digest) for page in self._catalogue.pages.values()])

    def find(self, reference: str, base: PageId) -> PageId | None:
        """Find the page that a reference on ``base`` means, if possible in its language."""
        for found in page_candidates("doc", reference, base):
            for page in (PageId(found.wiki, found.page, base.locale), found):
                if page in self.read:
                    return page
        return None

    def below(self, page: PageId) -> list[PageLink]:
        """The pages right below a page, by title."""
        home = PageId(page.wiki, page.page)
        found = [PageLink(child.page, self._title(child)) for child in self._below.get(home, ())]
        return sorted(found, key=lambda entry: (entry.title, entry.reference))

    def _title(self, page: PageId) -> str:
        facts = self._catalogue.pages.get(page)
        return facts.title if facts else page.page


def _above(page: PageId) -> PageId | None:
    """The parent of a page in its space; None for translations, which are not listed."""
    if page.locale:
        return None
    names = split_reference(page.page)
    spaces = names[:-2] if names[-1] == _HOME else names[:-1]
    return PageId(page.wiki, join_reference((*spaces, _HOME))) if spaces else None


class PagesAround(WikiPages):
    """Answers the macros of one page."""

    def __init__(self, inclusions: Inclusions, page: PageId) -> None:
        self._inclusions = inclusions
        self._page = page

    def _base(self, base: str) -> PageId:
        return PageId(self._page.wiki, base or self._page.page, self._page.locale)

    def text(self, reference: str, base: str) -> PageText | None:
        """The present text of a page."""
        found = self._inclusions.find(reference, self._base(base))
        if found is None:
            return None
        view = self._inclusions.read[found]()
        return PageText(found.page, view.source, view.syntax or "xwiki/2.1")

    def children(self, reference: str, base: str) -> Sequence[PageLink]:
        """The pages right below a page."""
        found = self._inclusions.find(reference, self._base(base))
        return self._inclusions.below(found) if found else ()

    def documents(self, query: Params, base: str) -> Sequence[PageLink] | None:
        """The pages of a space; other queries cannot be answered."""
        space = query.get("space")
        if not space or set(query) - {"space", "count", "actions", "id", "columns"}:
            return None
        return self.children(f"{space}.{_HOME}", base)
