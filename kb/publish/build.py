"""Build the site of a home's cases and pages; what did not change is not made again."""

from __future__ import annotations

import gc
import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from pathlib import Path
from typing import Final

import msgspec

from kb.cases.record import from_json
from kb.freshness import code_stamp
from kb.pool import Load, pooled
from kb.publish import state as states
from kb.publish.browser_index.meta import Meta
from kb.publish.case_page import case_writer
from kb.publish.catalogue import Catalogue
from kb.publish.editor import about_unit, files_units, problem_units
from kb.publish.extras import extra_units
from kb.publish.facts import CaseFacts, Shared, case_facts, digest_of, page_facts
from kb.publish.indexing import Indexing
from kb.publish.lists import browse_units
from kb.publish.names import case_path, page_path
from kb.publish.render import Renderer, Site
from kb.publish.sources import Sources
from kb.publish.spaces import tree_unit
from kb.publish.state import Made, State
from kb.publish.statistics import statistics_unit
from kb.publish.tree import Tree
from kb.publish.units import (
    Unit,
    case_digest,
    facet_unit,
    file_units,
    fixed_units,
    home_unit,
)
from kb.redact.material import Leaf, Material


class BuildReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a build did."""

    out: Path
    cases: int
    pages: int
    written: int
    """Files that are new or were made again."""
    removed: int


class SiteChanges(msgspec.Struct, frozen=True):
    """Ids of the cases in which a build differs from the one in place."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]


CASES: Final = (1000, 100)
"""For a crew that makes case pages: how many pay, how many go at once."""
SOURCES: Final = (200, 10)
"""For one that makes source pages and their versions."""

_KEPT: Final = 100
"""Records that are kept at hand, so that few changes need no second reading of all."""

Guard = Callable[[Path, SiteChanges], None]
"""Called with the finished folder before it is put in place; it raises to keep it from there."""


def build(
    material: Material, out: Path, site: Site, memory: Path, guard: Guard | None = None
) -> BuildReport:
    """Bring the site in ``out`` up to the material; it changes at once when all is written.

    ``memory`` is a folder of the builder's own, for what one build tells the next. InputError
    where ``out`` holds something else.
    """
    gc.disable()  # until all is known that stays to the end: see Build._read
    often = gc.get_threshold()
    gc.set_threshold(100_000, 20, 20)  # what pages are made of is seldom a cycle
    try:
        return Build(material, out, site, memory).run(guard)
    finally:
        gc.unfreeze()
        gc.set_threshold(*often)
        gc.enable()


class Build:
    """One run."""

    def __init__(self, material: Material, out: Path, site: Site, memory: Path) -> None:
        self.material = material
        self.memory = memory
        self.renderer = Renderer(site)
        self.tree = Tree(out)
        self.stamp = digest_of(code_stamp(), msgspec.to_builtins(site))
        self.old = states.load(memory, out, self.tree.present)
        self.known = self.old.units if self.old and self.old.stamp == self.stamp else {}
        """Units of the last build that are as they were where their digest is."""
        self.fresh: dict[bytes, bytes] = {}
        """Some records, by digest, that the last build did not know."""
        self.search = Meta(0, 1, "", 0)
        self.written: set[str] = set()
        self.removed: set[str] = set()
        self.ready = False

    def run(self, guard: Guard | None) -> BuildReport:
        """Prepare the new site beside the old, and exchange them."""
        leaves = list(self.material.pages())
        cases = self._cases()
        if self._nothing_changed(leaves, cases):
            assert self.old is not None
            return BuildReport(
                out=self.tree.out, cases=len(self.old.cases), pages=len(leaves),
                written=0, removed=0,
            )  # fmt: skip
        catalogue = self._read(leaves, cases)
        made = self._cases_made(catalogue)
        made |= self._sources_made(Sources(leaves, catalogue, self.renderer, self.material.blob))
        made |= self._make_all(self._units(catalogue))
        made |= self._make_all(self._last_units(catalogue, made))
        self._drop_what_is_gone(made)
        if guard and (self.written or self.removed or self.old is None):
            self._prepare()
            guard(self.tree.staged, self._changes(catalogue))
        self._put_in_place(made, catalogue)
        return BuildReport(
            out=self.tree.out, cases=len(catalogue.cases), pages=len(catalogue.pages),
            written=len(self.written), removed=len(self.removed),
        )  # fmt: skip

    def _nothing_changed(self, leaves: list[Leaf], cases: list[CaseFacts]) -> bool:
        """Whether the site in place was made of these very cases and pages, in the same way."""
        if self.old is None or self.old.stamp != self.stamp:
            return False
        pages = [(page.id, page.digest) for page in self.old.pages]
        if pages != [(leaf.id, leaf.digest) for leaf in leaves]:
            return False
        return {case.digest for case in cases} == {case.digest for case in self.old.cases}

    def _read(self, leaves: list[Leaf], cases: list[CaseFacts]) -> Catalogue:
        """All facts: from the last build where a page is as it was."""
        pages = {(p.id, p.digest): p for p in self.old.pages} if self.old else {}
        facts = [
            pages.get((leaf.id, leaf.digest)) or page_facts(leaf.read(), leaf.digest)
            for leaf in leaves
        ]
        catalogue = Catalogue(cases, facts)
        gc.freeze()  # it all stays to the end: the collector need not walk it again and again
        gc.enable()
        return catalogue

    def _cases(self) -> list[CaseFacts]:
        """The facts of all cases: from the last build where a record is as it was."""
        known = {case.digest: case for case in self.old.cases} if self.old else {}
        found, shared = [], Shared()
        for record in self.material.records():
            digest = self._digest(record)
            facts = known.get(digest)
            if facts is None:
                facts = case_facts(from_json(record), digest, shared)
                if len(self.fresh) < _KEPT:
                    self.fresh[digest] = record
            found.append(facts)
        return found

    def _records(self, wanted: Set[bytes]) -> Iterator[tuple[bytes, bytes]]:
        """Digest and record of the cases with these digests; all are read where not at hand."""
        if wanted <= self.fresh.keys():
            yield from ((digest, self.fresh[digest]) for digest in wanted)
            return
        for record in self.material.records():
            digest = self._digest(record)
            if digest in wanted:
                yield digest, record

    def _digest(self, record: bytes) -> bytes:
        return hashlib.blake2b(record, digest_size=16, key=self.stamp).digest()

    def _cases_made(self, catalogue: Catalogue) -> dict[str, Made]:
        """Case pages and the search index, in one more reading of the records."""
        made: dict[str, Made] = {}
        pages: dict[bytes, str] = {}
        for facts in catalogue.cases:
            key, digest = f"case:{facts.card.url}", case_digest(facts, catalogue)
            before = self.known.get(key)
            if before is not None and before.digest == digest:
                made[key] = before
            else:
                path = pages[facts.digest] = case_path(facts.card.wiki, facts.card.id)
                made[key] = Made(digest, (path,))
        indexing = Indexing(self.tree, self.old, self._write, catalogue.cases)
        if pages or indexing.wanted:
            self._prepare()
            work = case_writer(catalogue, self.renderer, self.tree.write)
            written = pooled(work, self._read_once(pages, indexing), Load(len(pages), *CASES))
            deque(written, maxlen=0)
        self.written.update(pages.values())
        self.search, made["search"] = indexing.finish(self.material.records)
        return made

    def _read_once(self, pages: Mapping[bytes, str], indexing: Indexing) -> Iterator[bytes]:
        """Index the records that the index wants; yield those that want a page."""
        for digest, record in self._records(pages.keys() | indexing.wanted.keys()):
            if digest in indexing.wanted:
                indexing.add(digest, record)
            if digest in pages:
                yield record

    def _sources_made(self, sources: Sources) -> dict[str, Made]:
        """Source pages and their versions."""
        made: dict[str, Made] = {}
        todo: list[tuple[int, int]] = []
        for number in range(len(sources)):
            for which, unit in enumerate(sources.units(number)):
                if before := self._before(unit):
                    made[unit.key] = before
                else:
                    todo.append((number, which))

        def work(task: tuple[int, int]) -> tuple[str, Made]:
            unit = sources.units(task[0])[task[1]]
            return unit.key, self._made(unit)

        if todo:
            self._prepare()
            for key, done in pooled(work, todo, Load(len(todo), *SOURCES)):
                made[key] = done
                self.written.update(done.paths)
        return made

    def _units(self, catalogue: Catalogue) -> Iterator[Unit]:
        yield from fixed_units(self.renderer)
        yield from file_units(catalogue, self.material.blob)
        yield facet_unit(catalogue)
        yield tree_unit(catalogue, self.renderer)
        yield from files_units(catalogue, self.renderer)
        yield about_unit(catalogue, self.renderer)
        yield statistics_unit(catalogue, self.renderer)
        yield from browse_units(catalogue, self.renderer)
        yield from extra_units(catalogue, self.renderer)

    def _last_units(self, catalogue: Catalogue, made: dict[str, Made]) -> Iterator[Unit]:
        """What depends on how the others were made."""
        yield home_unit(catalogue, self.search, self.renderer)
        if self.renderer.site.audience == "internal":
            said = {page.url: made[f"page:{page_path(page.id)}"].notes
                    for page in catalogue.pages.values()}  # fmt: skip
            yield from problem_units(catalogue, said, self.renderer)

    def _make_all(self, units: Iterable[Unit]) -> Iterator[tuple[str, Made]]:
        """Write the units' files, unless they are there already."""
        for unit in units:
            if before := self._before(unit):
                yield unit.key, before
                yield from self._as_before(before)
                continue
            parts = list(self._make_all(unit.parts())) if unit.parts else []
            self._prepare()
            made = self._made(unit)
            self.written.update(made.paths)
            keys = tuple(key for key, _ in parts)
            yield unit.key, msgspec.structs.replace(made, parts=keys) if parts else made
            yield from parts

    def _as_before(self, whole: Made) -> Iterator[tuple[str, Made]]:
        """All parts of a unit, as the last build made them."""
        for key in whole.parts:
            yield key, self.known[key]

    def _before(self, unit: Unit) -> Made | None:
        """The unit as the last build made it, if it would be the same now."""
        before = self.known.get(unit.key)
        return before if before and before.digest == unit.digest else None

    def _made(self, unit: Unit) -> Made:
        """Write the unit's files; this may be another process than the one that keeps count."""
        paths = []
        for path, data in unit.make():
            self.tree.write(path, data)
            paths.append(path)
        return Made(unit.digest, tuple(paths), tuple(unit.notes))

    def _write(self, path: str, data: bytes) -> None:
        self._prepare()
        self.tree.write(path, data)
        self.written.add(path)

    def _prepare(self) -> None:
        """Before the first change: a build that changes nothing touches nothing."""
        if not self.ready:
            self.ready = True
            self.tree.prepare(
                *((self.old.before, self.old.differing) if self.old else (None, None))
            )

    def _drop_what_is_gone(self, made: dict[str, Made]) -> None:
        if self.old is None:
            return
        old = self.old.units
        gone = [unit for key, unit in old.items() if made.get(key) is not unit]
        new = [unit for key, unit in made.items() if old.get(key) is not unit]
        self.removed = {path for unit in gone for path in unit.paths}
        self.removed.difference_update(*(unit.paths for unit in new))
        for path in self.removed:
            self._prepare()
            self.tree.remove(path)

    def _changes(self, catalogue: Catalogue) -> SiteChanges:
        old = {(c.card.wiki, c.card.id): c.digest for c in self.old.cases} if self.old else {}
        now = {(c.card.wiki, c.card.id): c.digest for c in catalogue.cases}
        return SiteChanges(
            tuple(name for (wiki, name) in now if (wiki, name) not in old),
            tuple(key[1] for key, digest in now.items() if old.get(key, digest) != digest),
            tuple(name for (wiki, name) in old if (wiki, name) not in now),
        )

    def _put_in_place(self, made: dict[str, Made], catalogue: Catalogue) -> None:
        units = [(key, unit.digest) for key, unit in sorted(made.items())]
        name = digest_of(self.stamp, units).hex()
        if self.old and name == self.old.build:
            return
        self._prepare()
        differing = tuple(sorted(self.written | self.removed)) if self.old else ()
        state = State(
            build=name, stamp=self.stamp, before=self.old.build if self.old else None,
            differing=differing, units=made,
            cases=tuple(catalogue.cases), pages=tuple(catalogue.pages.values()), search=self.search,
        )  # fmt: skip
        states.save_before(self.memory, self.tree.out, state)
        self.tree.finish(name)
        states.save_after(self.memory, self.tree.out)
        if state.before is None:
            self.tree.double()
            doubled = msgspec.structs.replace(state, before=name, differing=())
            states.save_before(self.memory, self.tree.out, doubled)
            states.save_after(self.memory, self.tree.out)
