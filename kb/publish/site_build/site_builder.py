"""Build the site of a home's cases and pages; make again only what changed since the last build."""

from __future__ import annotations

import gc
import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator, Set
from pathlib import Path
from typing import Final

import msgspec

from kb.cases.record import from_json
from kb.errors import UsageError
from kb.files import unwritable_told
from kb.freshness import code_stamp
from kb.pool import Load, pooled
from kb.publish.browser_index.index_layout import IndexMeta
from kb.publish.pages.case_lists import case_list_units
from kb.publish.pages.case_page import case_digest, case_writer
from kb.publish.pages.front_pages import about_unit, home_unit, not_found_unit, statistics_unit
from kb.publish.pages.listing_pages import attachments_units, pages_unit, problem_units
from kb.publish.pages.site_files import attachment_units, facet_unit, fixed_units, machine_units
from kb.publish.pages.source_page import SourcePages
from kb.publish.paths import case_path, page_path
from kb.publish.renderer import MadeFile, MadeUnit, Renderer, SiteSettings, Unit, digest_of
from kb.publish.site_build import build_state
from kb.publish.site_build.build_state import BuildState
from kb.publish.site_build.indexing import Indexing
from kb.publish.site_build.site_folder import SiteFolder
from kb.publish.site_catalogue import (
    CaseFacts,
    Catalogue,
    Interner,
    PageFacts,
    case_facts,
    page_facts,
)
from kb.redact.material import Material, MaterialPage
from kb.redact.public_files import HeldFile


class BuildReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a build did."""

    out: Path
    cases: int
    pages: int
    written: int
    """Files that are new or were made again."""
    removed: int
    mended: int
    """Files that were missing or had been changed in place."""
    held: tuple[HeldFile, ...] = ()
    """Attached files that kb.toml lists for the public, and that stay inside all the same."""


class SiteChanges(msgspec.Struct, frozen=True):
    """Ids of the cases in which a build differs from the one in place."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]


CASES_PAY, CASES_BATCH = 1000, 100
"""Case pages from which on a pool pays, and how many of them a process gets at once."""
_SOURCES_PAY, _SOURCES_BATCH = 200, 10
"""The same of source pages and their versions."""
_PUBLIC: Final = "-public"
"""How the name of a public build ends: one for the inside does not replace it."""
_KEPT: Final = 100
"""Records that are kept at hand, so that few changes need no second reading of all."""
_YOUNG: Final = 100_000
"""Objects of the collector's youngest generation that make it collect."""

Guard = Callable[[Path, SiteChanges], None]
"""Called with the finished folder before it is put in place; it raises to keep it from there."""

_building = threading.RLock()
"""Held by the thread that builds: builds share the settings of the garbage collector."""


def build(
    material: Material, out: Path, site: SiteSettings, state_folder: Path,
    guard: Guard | None = None, *, check: bool = False,
) -> BuildReport:  # fmt: skip
    """Bring the site in ``out`` up to the material; it changes at once when all is written.

    Files of the site that are missing, or that somebody changed in place, are made again: found by
    size and time, with ``check`` by reading all. ``state_folder`` is where one build leaves its
    state for the next. Of builds in several threads one runs at a time; of those in several
    processes, the caller's lock sees to it. InputError where ``out`` holds something else.
    """
    told = unwritable_told(state_folder), unwritable_told(out)
    with _building, told[0], told[1], _TunedCollector() as collector:
        return SiteBuild(material, out, site, state_folder, collector, check=check).run(guard)


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
        (gc.enable if self._enabled else gc.disable)()


class SiteBuild:
    """One build of one site."""

    def __init__(
        self, material: Material, out: Path, site: SiteSettings, state_folder: Path,
        collector: _TunedCollector, *, check: bool,
    ) -> None:  # fmt: skip
        self.material = material
        self.collector = collector
        self.state_folder = state_folder
        self.renderer = Renderer(site)
        self.folder = SiteFolder(out)
        if site.audience == "internal" and (self.folder.present or "").endswith(_PUBLIC):
            raise UsageError(
                f"{out}: a public site, which one for the inside would replace",
                hint="another folder with --out, or --audience public",
            )
        self.stamp = digest_of(code_stamp(), msgspec.to_builtins(site))
        self.last = build_state.load(state_folder, out, self.folder.present)
        """The build that is in place."""
        last = self.last.units if self.last else {}
        self.files = [file for unit in last.values() for file in unit.files]
        """All files of that build."""
        self.damaged = self.folder.damaged(self.files, digests=check)
        """Paths of those that are not as they were written."""
        whole = {k: unit for k, unit in last.items() if self.damaged.isdisjoint(unit.paths)}
        self.reusable = whole if self.last and self.last.stamp == self.stamp else {}
        """Its units, where it was of this code and these settings, and they are whole."""
        self.new_records: dict[bytes, bytes] = {}
        """Some records, by digest, that the last build did not know."""
        self.made: dict[str, MadeUnit] = {}
        """All units of the new site."""
        self.written: set[str] = set()
        self.removed: set[str] = set()
        self.prepared = False

    def run(self, guard: Guard | None) -> BuildReport:
        """Prepare the new site beside the last one, then exchange the two."""
        pages = list(self.material.pages())
        cases = self._read_cases()
        if self.damaged or not self._nothing_changed(pages, cases):
            try:
                self._bring_up(pages, cases, guard)
            except BaseException:
                self.folder.discard()  # it takes room, may hold what was refused, and is of no use
                raise
        return BuildReport(
            out=self.folder.out, cases=len(cases), pages=len({page.id for page in pages}),
            written=len(self.written), removed=len(self.removed), mended=len(self.damaged),
        )  # fmt: skip

    def _nothing_changed(self, pages: list[MaterialPage], cases: list[CaseFacts]) -> bool:
        """Whether the site in place was made of these very cases and pages, in the same way."""
        if self.last is None or self.last.stamp != self.stamp:
            return False
        if [(p.id, p.digest) for p in self.last.pages] != [(p.id, p.digest) for p in pages]:
            return False
        return {case.digest for case in cases} == {case.digest for case in self.last.cases}

    def _bring_up(
        self, pages: list[MaterialPage], cases: list[CaseFacts], guard: Guard | None
    ) -> None:
        catalogue = Catalogue(cases, self._page_facts(pages))
        self.collector.all_read()
        index = self._write_cases(catalogue)
        self._write_source_pages(SourcePages(pages, catalogue, self.renderer, self.material.blob))
        self._write_units(self._units(catalogue))
        self._write_units(self._closing_units(catalogue, index))
        self._remove_what_is_gone()
        if guard and (self.written or self.removed or self.last is None):
            self._prepare()
            guard(self.folder.staged, self._changes(catalogue))
        self._put_in_place(catalogue, index)

    def _read_cases(self) -> list[CaseFacts]:
        """The facts of all cases: those of the last build where a record is as it was."""
        known = {case.digest: case for case in self.last.cases} if self.last else {}
        found, intern = [], Interner()
        for record in self.material.records():
            digest = self._digest(record)
            facts = known.get(digest)
            if facts is None:
                facts = case_facts(from_json(record), digest, intern)
                if len(self.new_records) < _KEPT:
                    self.new_records[digest] = record
            found.append(facts)
        return found

    def _page_facts(self, pages: list[MaterialPage]) -> list[PageFacts]:
        """The facts of all pages: those of the last build where a page is as it was."""
        known = {(p.id, p.digest): p for p in self.last.pages} if self.last else {}
        return [
            known.get((page.id, page.digest)) or page_facts(page.read(), page.digest)
            for page in pages
        ]

    def _records(self, wanted: Set[bytes]) -> Iterator[tuple[bytes, bytes]]:
        """Yield digest and record of these cases; reads all records where not all are at hand."""
        if wanted <= self.new_records.keys():
            yield from ((digest, self.new_records[digest]) for digest in wanted)
            return
        for record in self.material.records():
            digest = self._digest(record)
            if digest in wanted:
                yield digest, record

    def _digest(self, record: bytes) -> bytes:
        return hashlib.blake2b(record, digest_size=16, key=self.stamp).digest()

    def _write_cases(self, catalogue: Catalogue) -> IndexMeta:
        """Write case pages and the search index, in one more reading of the records."""
        pages: dict[bytes, tuple[str, str, bytes]] = {}
        for facts in catalogue.cases:
            key, digest = f"case:{facts.card.url}", case_digest(facts, catalogue)
            if not self._reuse(key, digest):
                path = case_path(facts.card.wiki, facts.card.id)
                pages[facts.digest] = path, key, digest
        whole = self.last if "search" in self.reusable or not self.damaged else None
        indexing = Indexing(self.folder, whole, self._write, catalogue.cases)

        def page_records() -> Iterator[bytes]:
            """Index the records that the index wants; yield those that want a page."""
            for digest, record in self._records(pages.keys() | indexing.wanted.keys()):
                if digest in indexing.wanted:
                    indexing.add(digest, record)
                if digest in pages:
                    yield record

        if pages or indexing.wanted:
            self._prepare()
            work = case_writer(catalogue, self.renderer, self.folder.write)
            load = Load(tasks=len(pages), pays=CASES_PAY, batch=CASES_BATCH)
            units = {path: (key, digest) for path, key, digest in pages.values()}
            for file in pooled(work, page_records(), load):
                key, digest = units[file.path]
                self.made[key] = MadeUnit(digest, (file,))
                self.written.add(file.path)
        index, self.made["search"] = indexing.finish(self.material.records)
        return index

    def _write_source_pages(self, sources: SourcePages) -> None:
        """Write source pages and their versions."""
        todo: list[tuple[int, int]] = []
        for number in range(len(sources)):
            for which, unit in enumerate(sources.units(number)):
                if not self._reuse(unit.key, unit.digest):
                    todo.append((number, which))

        def work(task: tuple[int, int]) -> tuple[str, MadeUnit]:
            unit = sources.units(task[0])[task[1]]
            return unit.key, self._write_unit(unit)

        if todo:
            self._prepare()
            load = Load(tasks=len(todo), pays=_SOURCES_PAY, batch=_SOURCES_BATCH)
            for key, made in pooled(work, todo, load):
                self.made[key] = made
                self.written.update(made.paths)

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

    def _closing_units(self, catalogue: Catalogue, index: IndexMeta) -> Iterator[Unit]:
        """Units that depend on how the others were made."""
        yield home_unit(catalogue, index, self.renderer)
        if self.renderer.site.audience == "internal":
            notes = {page.url: self.made[f"page:{page_path(page.id)}"].notes
                     for page in catalogue.pages.values()}  # fmt: skip
            yield from problem_units(catalogue, notes, self.renderer)

    def _write_units(self, units: Iterable[Unit]) -> list[str]:
        """Write the units' files, unless they are there already; return the units' keys."""
        keys = []
        for unit in units:
            keys.append(unit.key)
            if self._reuse(unit.key, unit.digest):
                continue
            parts = tuple(self._write_units(unit.parts())) if unit.parts else ()
            self._prepare()
            made = self._write_unit(unit)
            self.written.update(made.paths)
            self.made[unit.key] = msgspec.structs.replace(made, parts=parts)
        return keys

    def _reuse(self, key: str, digest: bytes) -> bool:
        """Take over a unit of the last build, its parts too, if it would be the same now."""
        unit = self.reusable.get(key)
        if unit is None or unit.digest != digest or not self.reusable.keys() >= set(unit.parts):
            return False
        self.made[key] = unit
        self.made.update((part, self.reusable[part]) for part in unit.parts)
        return True

    def _write_unit(self, unit: Unit) -> MadeUnit:
        """Write the unit's files, in this process or one of the pool's."""
        files = tuple(self.folder.write(path, data) for path, data in unit.make())
        return MadeUnit(unit.digest, files, tuple(unit.notes))

    def _write(self, path: str, data: bytes) -> MadeFile:
        self._prepare()
        self.written.add(path)
        return self.folder.write(path, data)

    def _prepare(self) -> None:
        """Prepare the folder, before the first change: without one, nothing is touched."""
        if not self.prepared:
            self.prepared = True
            if self.last:
                self.folder.prepare(self.last.before, self.last.differing, self.files)
            else:
                self.folder.prepare_empty()

    def _remove_what_is_gone(self) -> None:
        last = self.last.units if self.last else {}
        gone = [unit for key, unit in last.items() if self.made.get(key) is not unit]
        new = [unit for key, unit in self.made.items() if last.get(key) is not unit]
        self.removed = {path for unit in gone for path in unit.paths}
        self.removed.difference_update(*(unit.paths for unit in new))
        for path in self.removed:
            self._prepare()
            self.folder.remove(path)

    def _changes(self, catalogue: Catalogue) -> SiteChanges:
        last = {(c.card.wiki, c.card.id): c.digest for c in self.last.cases} if self.last else {}
        now = {(c.card.wiki, c.card.id): c.digest for c in catalogue.cases}
        return SiteChanges(
            tuple(key[1] for key in now if key not in last),
            tuple(key[1] for key, digest in now.items() if last.get(key, digest) != digest),
            tuple(key[1] for key in last if key not in now),
        )

    def _put_in_place(self, catalogue: Catalogue, index: IndexMeta) -> None:
        units = [(key, unit.digest) for key, unit in sorted(self.made.items())]
        name = digest_of(self.stamp, units).hex()
        if self.renderer.site.audience == "public":
            name += _PUBLIC
        if self.last and name == self.last.build and not self.damaged:
            return
        self._prepare()
        state = BuildState(
            build=name, stamp=self.stamp, before=self.last.build if self.last else None,
            differing=tuple(sorted(self.written | self.removed)) if self.last else (),
            units=self.made, cases=tuple(catalogue.cases), pages=tuple(catalogue.pages.values()),
            search=index,
        )  # fmt: skip
        build_state.save_before(self.state_folder, self.folder.out, state)
        new = (file.path for unit in self.made.values() for file in unit.files)
        own = {*new, *(file.path for file in self.files)}
        self.folder.finish(name, own if self.last else None)
        build_state.save_after(self.state_folder, self.folder.out)
        if self.last is None:
            # A first build leaves nothing in the staging folder for the next to start from, so a
            # copy of it is put there. Only then is that noted: killed before, the next one copies.
            files = [file for unit in self.made.values() for file in unit.files]
            self.folder.double(files, mark=True)
            doubled = msgspec.structs.replace(state, before=name, differing=())
            build_state.save_before(self.state_folder, self.folder.out, doubled)
            build_state.save_after(self.state_folder, self.folder.out)
