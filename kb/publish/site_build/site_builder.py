"""Build the site of a home's cases and pages; make again only what changed since the last build."""

from __future__ import annotations

import gc
import hashlib
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from pathlib import Path
from typing import Final

import msgspec

from kb.cases.record import from_json
from kb.freshness import code_stamp
from kb.pool import Load, pooled
from kb.publish.browser_index.index_layout import IndexMeta
from kb.publish.pages.case_lists import case_list_units
from kb.publish.pages.case_page import case_digest, case_writer
from kb.publish.pages.home import about_unit, home_unit, not_found_unit
from kb.publish.pages.listing_pages import attachments_units, pages_unit, problem_units
from kb.publish.pages.site_files import attachment_units, facet_unit, fixed_units, machine_units
from kb.publish.pages.source_page import SourcePages
from kb.publish.pages.statistics import statistics_unit
from kb.publish.paths import case_path, page_path
from kb.publish.renderer import Renderer, SiteSettings
from kb.publish.site_build import build_state
from kb.publish.site_build.build_state import BuildState
from kb.publish.site_build.indexing import Indexing
from kb.publish.site_build.site_folder import SiteFolder
from kb.publish.site_catalogue import CaseFacts, Catalogue, Interner, case_facts, page_facts
from kb.publish.units import MadeUnit, Unit, digest_of
from kb.redact.material import Material, MaterialPage


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
"""For a pool that makes case pages: how many pay, how many go at once."""
SOURCES: Final = (200, 10)
"""For one that makes source pages and their versions."""

_KEPT: Final = 100
"""Records that are kept at hand, so that few changes need no second reading of all."""

Guard = Callable[[Path, SiteChanges], None]
"""Called with the finished folder before it is put in place; it raises to keep it from there."""

_YOUNG: Final = 100_000
"""Objects of the collector's youngest generation that make it collect."""

_building = threading.RLock()
"""Held by the thread that builds: builds share the settings of the garbage collector."""


def build(
    material: Material, out: Path, site: SiteSettings, memory: Path, guard: Guard | None = None
) -> BuildReport:
    """Bring the site in ``out`` up to the material; it changes at once when all is written.

    ``memory`` is a folder of the builder's own, for what one build tells the next. Of builds in
    several threads one runs at a time. InputError where ``out`` holds something else.
    """
    with _building, _TunedCollector() as collector:
        return SiteBuild(material, out, site, memory, collector).run(guard)


class _TunedCollector:
    """Sets the process's garbage collector for a build; at the end it is as it was found.

    A build makes many objects that stay to its end, and few cycles: the collector would go through
    them again and again, in each process of a pool too, where that copies their memory. So they are
    put in the oldest generation, which is left alone. Nothing is frozen: `gc.unfreeze` would take
    what the caller froze with it.
    """

    def __enter__(self) -> _TunedCollector:
        self._enabled = gc.isenabled()
        self._threshold = gc.get_threshold()
        gc.disable()
        gc.set_threshold(_YOUNG, 20, 1 << 30)
        return self

    def all_read(self) -> None:
        """Leave alone what there is now, and collect again from here on.

        Few objects need not be moved: a collection of the young goes through them soon enough.
        """
        if self._enabled:
            if gc.get_count()[0] > _YOUNG:
                gc.collect(1)
            gc.enable()

    def __exit__(self, *_: object) -> None:
        gc.set_threshold(*self._threshold)
        if self._enabled:
            gc.enable()
        else:
            gc.disable()


class SiteBuild:
    """One build of one site."""

    def __init__(
        self, material: Material, out: Path, site: SiteSettings, memory: Path,
        collector: _TunedCollector,
    ) -> None:  # fmt: skip
        self.material = material
        self.collector = collector
        self.memory = memory
        self.renderer = Renderer(site)
        self.folder = SiteFolder(out)
        self.stamp = digest_of(code_stamp(), msgspec.to_builtins(site))
        self.old = build_state.load(memory, out, self.folder.present)
        self.known = self.old.units if self.old and self.old.stamp == self.stamp else {}
        """Units of the last build, where it was of this code and these settings."""
        self.fresh: dict[bytes, bytes] = {}
        """Some records, by digest, that the last build did not know."""
        self.search = IndexMeta(0, 1, "", 0)
        self.written: set[str] = set()
        self.removed: set[str] = set()
        self.ready = False

    def run(self, guard: Guard | None) -> BuildReport:
        """Prepare the new site beside the old one, then exchange the two."""
        pages = list(self.material.pages())
        cases = self._cases()
        if self._nothing_changed(pages, cases):
            assert self.old is not None
            return BuildReport(
                out=self.folder.out, cases=len(self.old.cases), pages=len(pages),
                written=0, removed=0,
            )  # fmt: skip
        catalogue = self._read(pages, cases)
        made = self._cases_made(catalogue)
        made |= self._sources_made(SourcePages(pages, catalogue, self.renderer, self.material.blob))
        made |= self._make_all(self._units(catalogue))
        made |= self._make_all(self._last_units(catalogue, made))
        self._drop_what_is_gone(made)
        if guard and (self.written or self.removed or self.old is None):
            self._prepare()
            guard(self.folder.staged, self._changes(catalogue))
        self._put_in_place(made, catalogue)
        return BuildReport(
            out=self.folder.out, cases=len(catalogue.cases), pages=len(catalogue.pages),
            written=len(self.written), removed=len(self.removed),
        )  # fmt: skip

    def _nothing_changed(self, pages: list[MaterialPage], cases: list[CaseFacts]) -> bool:
        """Whether the site in place was made of these very cases and pages, in the same way."""
        if self.old is None or self.old.stamp != self.stamp:
            return False
        known = [(page.id, page.digest) for page in self.old.pages]
        if known != [(page.id, page.digest) for page in pages]:
            return False
        return {case.digest for case in cases} == {case.digest for case in self.old.cases}

    def _read(self, pages: list[MaterialPage], cases: list[CaseFacts]) -> Catalogue:
        """Collect all facts: those of the last build where a page is as it was."""
        known = {(p.id, p.digest): p for p in self.old.pages} if self.old else {}
        facts = [
            known.get((page.id, page.digest)) or page_facts(page.read(), page.digest)
            for page in pages
        ]
        catalogue = Catalogue(cases, facts)
        self.collector.all_read()
        return catalogue

    def _cases(self) -> list[CaseFacts]:
        """The facts of all cases: those of the last build where a record is as it was."""
        known = {case.digest: case for case in self.old.cases} if self.old else {}
        found, intern = [], Interner()
        for record in self.material.records():
            digest = self._digest(record)
            facts = known.get(digest)
            if facts is None:
                facts = case_facts(from_json(record), digest, intern)
                if len(self.fresh) < _KEPT:
                    self.fresh[digest] = record
            found.append(facts)
        return found

    def _records(self, wanted: Set[bytes]) -> Iterator[tuple[bytes, bytes]]:
        """Yield digest and record of these cases; reads all records where not all are at hand."""
        if wanted <= self.fresh.keys():
            yield from ((digest, self.fresh[digest]) for digest in wanted)
            return
        for record in self.material.records():
            digest = self._digest(record)
            if digest in wanted:
                yield digest, record

    def _digest(self, record: bytes) -> bytes:
        return hashlib.blake2b(record, digest_size=16, key=self.stamp).digest()

    def _cases_made(self, catalogue: Catalogue) -> dict[str, MadeUnit]:
        """Make case pages and the search index, in one more reading of the records."""
        made: dict[str, MadeUnit] = {}
        pages: dict[bytes, str] = {}
        for facts in catalogue.cases:
            key, digest = f"case:{facts.card.url}", case_digest(facts, catalogue)
            before = self.known.get(key)
            if before is not None and before.digest == digest:
                made[key] = before
            else:
                path = pages[facts.digest] = case_path(facts.card.wiki, facts.card.id)
                made[key] = MadeUnit(digest, (path,))
        indexing = Indexing(self.folder, self.old, self._write, catalogue.cases)
        if pages or indexing.wanted:
            self._prepare()
            work = case_writer(catalogue, self.renderer, self.folder.write)
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

    def _sources_made(self, sources: SourcePages) -> dict[str, MadeUnit]:
        """Make source pages and their versions."""
        made: dict[str, MadeUnit] = {}
        todo: list[tuple[int, int]] = []
        for number in range(len(sources)):
            for which, unit in enumerate(sources.units(number)):
                if before := self._before(unit):
                    made[unit.key] = before
                else:
                    todo.append((number, which))

        def work(task: tuple[int, int]) -> tuple[str, MadeUnit]:
            unit = sources.units(task[0])[task[1]]
            return unit.key, self._made(unit)

        if todo:
            self._prepare()
            for key, done in pooled(work, todo, Load(len(todo), *SOURCES)):
                made[key] = done
                self.written.update(done.paths)
        return made

    def _units(self, catalogue: Catalogue) -> Iterator[Unit]:
        yield from fixed_units()
        yield not_found_unit(self.renderer)
        yield from attachment_units(catalogue, self.material.blob)
        yield facet_unit(catalogue)
        yield pages_unit(catalogue, self.renderer)
        yield from attachments_units(catalogue, self.renderer)
        yield about_unit(catalogue, self.renderer)
        yield statistics_unit(catalogue, self.renderer)
        yield from case_list_units(catalogue, self.renderer)
        yield from machine_units(catalogue, self.renderer)

    def _last_units(self, catalogue: Catalogue, made: dict[str, MadeUnit]) -> Iterator[Unit]:
        """Units that depend on how the others were made."""
        yield home_unit(catalogue, self.search, self.renderer)
        if self.renderer.site.audience == "internal":
            notes = {page.url: made[f"page:{page_path(page.id)}"].notes
                     for page in catalogue.pages.values()}  # fmt: skip
            yield from problem_units(catalogue, notes, self.renderer)

    def _make_all(self, units: Iterable[Unit]) -> Iterator[tuple[str, MadeUnit]]:
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

    def _as_before(self, whole: MadeUnit) -> Iterator[tuple[str, MadeUnit]]:
        """Yield all parts of a unit as the last build made them."""
        for key in whole.parts:
            yield key, self.known[key]

    def _before(self, unit: Unit) -> MadeUnit | None:
        """The unit as the last build made it; None where it would differ now."""
        before = self.known.get(unit.key)
        return before if before and before.digest == unit.digest else None

    def _made(self, unit: Unit) -> MadeUnit:
        """Write the unit's files, in this process or one of the pool's."""
        paths = []
        for path, data in unit.make():
            self.folder.write(path, data)
            paths.append(path)
        return MadeUnit(unit.digest, tuple(paths), tuple(unit.notes))

    def _write(self, path: str, data: bytes) -> None:
        self._prepare()
        self.folder.write(path, data)
        self.written.add(path)

    def _prepare(self) -> None:
        """Prepare the folder, before the first change: without one, nothing is touched."""
        if not self.ready:
            self.ready = True
            self.folder.prepare(
                *((self.old.before, self.old.differing) if self.old else (None, None))
            )

    def _drop_what_is_gone(self, made: dict[str, MadeUnit]) -> None:
        if self.old is None:
            return
        old = self.old.units
        gone = [unit for key, unit in old.items() if made.get(key) is not unit]
        new = [unit for key, unit in made.items() if old.get(key) is not unit]
        self.removed = {path for unit in gone for path in unit.paths}
        self.removed.difference_update(*(unit.paths for unit in new))
        for path in self.removed:
            self._prepare()
            self.folder.remove(path)

    def _changes(self, catalogue: Catalogue) -> SiteChanges:
        old = {(c.card.wiki, c.card.id): c.digest for c in self.old.cases} if self.old else {}
        now = {(c.card.wiki, c.card.id): c.digest for c in catalogue.cases}
        return SiteChanges(
            tuple(name for (wiki, name) in now if (wiki, name) not in old),
            tuple(key[1] for key, digest in now.items() if old.get(key, digest) != digest),
            tuple(name for (wiki, name) in old if (wiki, name) not in now),
        )

    def _put_in_place(self, made: dict[str, MadeUnit], catalogue: Catalogue) -> None:
        units = [(key, unit.digest) for key, unit in sorted(made.items())]
        name = digest_of(self.stamp, units).hex()
        if self.old and name == self.old.build:
            return
        self._prepare()
        differing = tuple(sorted(self.written | self.removed)) if self.old else ()
        state = BuildState(
            build=name, stamp=self.stamp, before=self.old.build if self.old else None,
            differing=differing, units=made,
            cases=tuple(catalogue.cases), pages=tuple(catalogue.pages.values()), search=self.search,
        )  # fmt: skip
        build_state.save_before(self.memory, self.folder.out, state)
        self.folder.finish(name)
        build_state.save_after(self.memory, self.folder.out)
        if state.before is None:
            self.folder.double()
            doubled = msgspec.structs.replace(state, before=name, differing=())
            build_state.save_before(self.memory, self.folder.out, doubled)
            build_state.save_after(self.memory, self.folder.out)
