"""The wiki's other pages, as macros ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from kb.markup.values import Params


class PageText(NamedTuple):
    """A page to include."""

    reference: str
    """Its whole local reference."""
    source: str
    syntax: str


class PageEntry(NamedTuple):
    """A page in a list."""

    reference: str
    """Its whole local reference."""
    title: str


class Pages(Protocol):
    """Answers for one wiki. References are as written, relative to the page `base`."""

    def text(self, reference: str, base: str) -> PageText | None:
        """The newest text of a page; None if there is no such page."""
        ...

    def children(self, reference: str, base: str) -> Sequence[PageEntry]:
        """The pages right below a page, in the order to show them."""
        ...

    def documents(self, query: Params, base: str) -> Sequence[PageEntry] | None:
        """The pages that the parameters of a `documents` macro ask for; None: can't say."""
        ...


class NoPages:
    """A wiki without other pages."""

    def text(self, reference: str, base: str) -> PageText | None:
        """None."""
        return None

    def children(self, reference: str, base: str) -> Sequence[PageEntry]:
        """None are known."""
        return ()

    def documents(self, query: Params, base: str) -> Sequence[PageEntry] | None:
        """Nobody can say."""
        return None
