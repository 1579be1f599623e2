"""Brings the browser's index up to the cases: patched where few changed, else made anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kb.cases.record import Case
from kb.publish.facts import CaseFacts, digest_of
from kb.publish.search.build import Index, document_path, shard_path
from kb.publish.search.entry import entry_of
from kb.publish.search.meta import Meta
from kb.publish.search.patch import Patch
from kb.publish.state import Made, State
from kb.publish.tree import Tree

_FEW = 0.02
"""The share of documents up to which patching is quicker."""


class Indexing:
    """One build's part that is the search index."""

    def __init__(
        self,
        tree: Tree,
        old: State | None,
        case: Callable[[CaseFacts], Case],
        write: Callable[[str, bytes], None],
    ) -> None:
        self._tree = tree
        self._old = old
        self._case = case
        self._write = write

    def run(self, cases: Sequence[CaseFacts]) -> tuple[Meta, Made]:
        """``cases`` are in the order that numbers them. What to ask the index by, its files."""
        digest = digest_of([case.digest for case in cases])
        before = self._old.units.get("search") if self._old else None
        if self._old and before and before.digest == digest:
            return self._old.search, before
        meta = self._patched(cases) or self._anew(cases)
        paths = [document_path(number) for number in range(meta.documents)]
        paths += [shard_path(number) for number in range(meta.shards)]
        return meta, Made(digest, tuple(paths))

    def _anew(self, cases: Sequence[CaseFacts]) -> Meta:
        index = Index(entry_of(self._case(facts)) for facts in cases)
        for path, data in index.outputs():
            self._write(path, data)
        return index.meta

    def _patched(self, cases: Sequence[CaseFacts]) -> Meta | None:
        """The new meta where patching was possible: numbers must be as they were."""
        old = self._old
        if old is None or len(old.cases) > len(cases):
            return None
        changed = [
            n for n, case in enumerate(cases)
            if n >= len(old.cases) or old.cases[n].digest != case.digest
        ]  # fmt: skip
        if len(changed) > max(1, len(cases) * _FEW):
            return None
        if any(n < len(old.cases) and old.cases[n].order != cases[n].order for n in changed):
            return None
        entries = {number: entry_of(self._case(cases[number])) for number in changed}
        patch = Patch(old.search, len(cases), entries, self._tree.read)
        if patch.meta is not None:
            for path, data in patch.outputs():
                self._write(path, data)
        return patch.meta
