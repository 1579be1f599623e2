"""Bring the browser's index up to the cases: patch it where few changed, else build it in full."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from kb.cases.record import from_json
from kb.publish.browser_index import index_layout as layout
from kb.publish.browser_index.documents import IndexedCase, indexed_case
from kb.publish.browser_index.index_layout import IndexMeta
from kb.publish.renderer import MadeFile, MadeUnit, digest_of
from kb.publish.site_build.build_state import BuildState
from kb.publish.site_build.site_folder import SiteFolder
from kb.publish.site_catalogue import CaseFacts

if TYPE_CHECKING:
    from kb.publish.browser_index.full import IndexBuilder

_FEW = 0.02
"""The share of documents up to which patching is quicker."""


class Indexing:
    """What one build does about the search index.

    ``wanted`` are digests of the records to hand to ``add``, in any order; then ``finish``.
    """

    def __init__(
        self,
        folder: SiteFolder,
        old: BuildState | None,
        write: Callable[[str, bytes], MadeFile],
        cases: Sequence[CaseFacts],
    ) -> None:
        """``cases`` are in the order that numbers them."""
        self._folder = folder
        self._old = old
        self._put = write
        self._cases = cases
        self._digest = digest_of([case.digest for case in cases])
        before = old.units.get("search") if old else None
        self._files = {file.path: file for file in before.files} if before else {}
        self._before = before if before and before.digest == self._digest else None
        changed = [] if self._before else self._changed()
        self._index = _index(len(cases), self._write) if changed is None else None
        numbers = range(len(cases)) if changed is None else changed
        self.wanted = {cases[number].digest: number for number in numbers}
        self._added: dict[int, IndexedCase] = {}

    def add(self, digest: bytes, record: bytes) -> None:
        """Take in a record that is wanted, by its digest."""
        number, case = self.wanted[digest], indexed_case(from_json(record))
        if self._index is not None:
            self._index.add(number, case)
        else:
            self._added[number] = case

    def finish(self, records: Callable[[], Iterable[bytes]]) -> tuple[IndexMeta, MadeUnit]:
        """Write the shards; return what to ask the index by, and its files.

        ``records`` reads all again, for a patch that turns out to change how many shards there
        are.
        """
        if self._before and self._old:
            return self._old.search, self._before
        meta = self._patched() if self._index is None else self._index.finish()
        if meta is None:
            meta = self._anew(records())
        paths = [layout.document_path(number) for number in range(meta.documents)]
        paths += [layout.shard_path(page) for page in range(meta.shards)]
        paths += [layout.word_path(page) for page in range(layout.word_files(meta.shards))]
        paths += [layout.rest_path(page) for page in meta.rests]
        return meta, MadeUnit(self._digest, tuple(self._files[path] for path in paths))

    def _write(self, path: str, data: bytes) -> None:
        self._files[path] = self._put(path, data)

    def _changed(self) -> list[int] | None:
        """Numbers of the documents to patch; None where patching is not possible."""
        old, cases = self._old, self._cases
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
        return changed

    def _patched(self) -> IndexMeta | None:
        from kb.publish.browser_index.patch import IndexPatch

        assert self._old is not None
        patch = IndexPatch(self._old.search, len(self._cases), self._added, self._folder.read)
        if patch.meta is not None:
            for path, data in patch.outputs():
                self._write(path, data)
        return patch.meta

    def _anew(self, records: Iterable[bytes]) -> IndexMeta:
        numbers = {(c.card.wiki, c.card.id): n for n, c in enumerate(self._cases)}
        index = _index(len(self._cases), self._write)
        for record in records:
            case = from_json(record)
            index.add(numbers[case.source.wiki, case.id], indexed_case(case))
        return index.finish()


def _index(size: int, write: Callable[[str, bytes], None]) -> IndexBuilder:
    from kb.publish.browser_index.full import IndexBuilder

    return IndexBuilder(size, write)
