"""The source pages as the tree of spaces that the wiki has them in."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from kb.publish.catalogue import Catalogue, Row
from kb.publish.facts import digest_of
from kb.publish.render import Renderer
from kb.publish.units import Output, Unit
from kb.references import split_reference

_DEEPEST = 8
"""Spaces deeper than this stand beside each other, under their joined names."""
_OPEN = 60
"""Pages up to which a space is shown open."""


class Space(msgspec.Struct):
    """A space: its own pages, and the spaces in it by name."""

    name: str
    pages: list[Row] = []
    spaces: dict[str, Space] = {}
    size: int = 0
    """Pages in it and below."""

    @property
    def opened(self) -> bool:
        """Whether it is shown open."""
        return self.size <= _OPEN


def space_tree(rows: Iterable[Row]) -> Space:
    """The root of the tree of pages; below it stand the wikis."""
    root = Space("")
    for row in rows:
        names = [row.wiki, *split_reference(row.reference)[:-1]]
        if len(names) > _DEEPEST:
            names[_DEEPEST - 1 :] = [".".join(names[_DEEPEST - 1 :])]
        space = root
        space.size += 1
        for name in names:
            space = space.spaces.setdefault(name, Space(name))
            space.size += 1
        space.pages.append(row)
    return root


def tree_unit(catalogue: Catalogue, renderer: Renderer) -> Unit:
    """The page with all source pages."""
    rows = list(catalogue.rows())

    def make() -> Iterable[Output]:
        tree = space_tree(rows)
        wikis = list(tree.spaces.values())
        top = wikis if len(wikis) > 1 else [s for w in wikis for s in w.spaces.values()]
        loose = wikis[0].pages if len(wikis) == 1 else []
        page = renderer.page(
            "pages.html", "pages.html", "源页面 Source pages", spaces=top, loose=loose,
            count=len(rows),
        )  # fmt: skip
        return [("pages.html", page)]

    return Unit("pages", digest_of(rows), make)
