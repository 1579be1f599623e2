"""Source pages and their versions as units of the site."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from kb.errors import Problem
from kb.publish.catalogue import Catalogue
from kb.publish.facts import digest_of
from kb.publish.history import history_files
from kb.publish.inclusions import Inclusions
from kb.publish.names import page_path
from kb.publish.render import Renderer
from kb.publish.source_page import source_page
from kb.publish.state import Note
from kb.publish.units import Output, Unit
from kb.redact.material import Leaf


class Sources:
    """All source pages by number; each has two units."""

    def __init__(
        self,
        leaves: Sequence[Leaf],
        catalogue: Catalogue,
        renderer: Renderer,
        blob: Callable[[str], bytes],
    ) -> None:
        self._leaves = leaves
        self._catalogue = catalogue
        self._renderer = renderer
        self._blob = blob
        self._inclusions = Inclusions(catalogue, {leaf.id: leaf.read for leaf in leaves})
        self._names = digest_of([(p.id, list(p.files)) for p in catalogue.pages.values()])
        """Of where links may lead."""

    def __len__(self) -> int:
        return len(self._leaves)

    def units(self, number: int) -> tuple[Unit, Unit]:
        """The page itself, and its versions."""
        leaf = self._leaves[number]
        return self._page(leaf), self._history(leaf)

    def _page(self, leaf: Leaf) -> Unit:
        """Of the page's lines, the cases on it, and where links may lead.

        One that includes or lists others is made again when any page changes.
        """
        cards = self._catalogue.cards_on(leaf.id)
        path = page_path(leaf.id)
        others = self._inclusions.digest if self._catalogue.pages[leaf.id].composed else b""
        notes: list[Note] = []

        def make() -> Iterable[Output]:
            around = self._inclusions.around(leaf.id)
            html, problems = source_page(
                leaf.read(), cards, self._catalogue, self._renderer, around, self._blob
            )
            notes.extend(map(_note, problems))
            return [(path, html)]

        digest = digest_of(leaf.digest, cards, self._names, others)
        return Unit(f"page:{path}", digest, make, notes)

    def _history(self, leaf: Leaf) -> Unit:
        """The versions, and what compares any two."""
        title = self._catalogue.pages[leaf.id].title

        def make() -> Iterable[Output]:
            return history_files(leaf, title, self._renderer)

        return Unit(f"history:{page_path(leaf.id)}", digest_of(leaf.digest, title), make)


def _note(problem: Problem) -> Note:
    line = problem.where.rpartition(":")[2]
    number = int(line) if line.isascii() and line.isdecimal() else 0
    return Note(problem.code, number, problem.detail)
