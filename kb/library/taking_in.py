"""Take sources into the archive: find the importer, leave alone what is unchanged, sum up."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from importers.base import (
    Confidence,
    Importer,
    Source,
    guarded,
    importer_for,
    importer_named,
)
from kb.archive import Archive
from kb.archive.writer_process import WriterProcess
from kb.config import Home, SourceConfig
from kb.errors import InputError, KbError, Problem, UsageError, page_trouble
from kb.foreign_folder import ForeignFolder
from kb.library.progress import Counter, OnProgress
from kb.locks import writing
from kb.model import FetchState, Item
from kb.options import Choice, Options
from kb.times import zone_named

_STAMP = "stamp"
"""Key of the FetchState that says how a file or folder stood when it was imported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import, or the imports of a sync, came to."""

    pages: int = 0
    """Pages that the source has and the choice takes."""
    changed: int = 0
    """Pages about which anything is new."""
    revisions: int = 0
    """Versions of pages that were taken in whole."""
    attachments: int = 0
    """Versions of attachments that were taken in."""
    gone: int = 0
    """Pages found to be no longer in the wiki."""
    problems: tuple[Problem, ...] = ()
    """What could not be read as meant, record by record."""
    skipped: tuple[KbError, ...] = ()
    """Files of a folder that no importer recognises."""
    notes: tuple[str, ...] = ()
    """What a person should know: a source that does not look like the format it was named as."""

    def __add__(self, other: ImportReport) -> ImportReport:
        names = [field.name for field in fields(self)]
        return ImportReport(**{n: getattr(self, n) + getattr(other, n) for n in names})


class SyncError(KbError):
    """A source of kb.toml could not be had; the others were imported all the same."""

    def __init__(self, failed: Sequence[tuple[str, KbError]], report: ImportReport) -> None:
        first = failed[0][1]
        super().__init__(str(first), hint=first.hint)
        self.exit_code = first.exit_code  # type: ignore[misc]  # that of what went wrong first
        self.failed = tuple(failed)
        """Location of each source that failed, and why."""
        self.report = report
        """What the other sources came to."""


def options_for(home: Home, choice: Choice) -> Options:
    """The choice with what the home knows. InputError for a time zone that is none."""
    zone = home.config.wiki.timezone
    if zone and zone_named(zone) is None:
        raise InputError(
            f"kb.toml: [wiki] timezone: {zone!r} is no time zone",
            hint="an IANA name such as Asia/Shanghai",
        )
    chosen = {name: getattr(choice, name) for name in Choice.__struct_fields__}
    scratch = str(home.root / ".kb" / "fetch")
    return Options(wiki=home.config.wiki.name, timezone=zone, scratch=scratch, **chosen)


@dataclass(frozen=True, slots=True)
class Matched:
    """Sources with the importer of each, and the files that none recognises."""

    pairs: tuple[tuple[Source, Importer], ...]
    skipped: tuple[KbError, ...] = ()


def match(location: str, format_name: str | None) -> Matched:
    """Find the importer of a source; a folder that none knows is taken file by file.

    UsageError where no importer has the name; InputError where none recognises the source.
    """
    source = Source(location)
    if format_name:
        return Matched(((source, importer_named(format_name)),))
    try:
        return Matched(((source, importer_for(source)),))
    except InputError:
        if source.is_url or not source.path.is_dir():
            raise
    pairs: list[tuple[Source, Importer]] = []
    skipped: list[KbError] = []
    for found in ForeignFolder(source.path).walk(lambda name: False):
        inner = Source(str(source.path / found)) if isinstance(found, str) else None
        try:
            if inner is None:
                raise InputError(str(found))
            pairs.append((inner, importer_for(inner)))
        except InputError as error:
            skipped.append(error)
    return Matched(tuple(pairs), tuple(skipped))


def take_in(
    home: Home, locations: Sequence[str], format_name: str | None, choice: Choice,
    on_progress: OnProgress | None = None,
) -> ImportReport:  # fmt: skip
    """Import sources into the home's archive, made where there is none."""
    options = options_for(home, choice)
    if not all(location.strip() for location in locations):
        raise UsageError(
            "a source without a name", hint="a file, a folder, a URL; . is this folder"
        )
    found = [match(location, format_name) for location in locations]
    if not any(one.pairs for one in found):
        raise InputError(
            f"{', '.join(locations)}: nothing here is a wiki's page, dump or export",
            hint="a XAR, page XML, saved pages or text of the viewers, Markdown",
        )
    if options.page_name and sum(len(one.pairs) for one in found) > 1:
        raise UsageError(
            f"{options.page_name} can be the name of one page only",
            hint="import one file at a time",
        )
    report = ImportReport()
    with (
        writing(home.archive, "the archive"),
        Archive(home.archive, create=True) as archive,
    ):
        for one in found:
            report += _take_all(archive, one, options, on_progress, unless_same=False)
    return report


def sync(home: Home, on_progress: OnProgress | None = None) -> ImportReport:
    """Import every source of kb.toml, only what changed. SyncError where one could not be had."""
    if not home.config.source:
        raise InputError(
            "kb.toml names no source", hint='add [[source]] with location = "https://…"'
        )  # fmt: skip
    report = ImportReport()
    failed: list[tuple[str, KbError]] = []
    with (
        writing(home.archive, "the archive"),
        Archive(home.archive, create=True) as archive,
    ):
        for table in home.config.source:
            options = options_for(home, table)
            try:
                one = match(located(home, table), table.format)
                report += _take_all(archive, one, options, on_progress, unless_same=True)
            except KbError as error:
                failed.append((table.location, error))
    if failed:
        raise SyncError(failed, report)
    return report


def located(home: Home, table: SourceConfig) -> str:
    """The location of a `[[source]]`: a path in kb.toml is relative to kb.toml."""
    if Source(table.location).is_url:
        return table.location
    return str(home.root / Path(table.location).expanduser())


def source_table(home: Home, location: str) -> SourceConfig | None:
    """The `[[source]]` of that location, if kb.toml has one."""
    return next((table for table in home.config.source if table.location == location), None)


def _take_all(
    archive: Archive, found: Matched, options: Options, on_progress: OnProgress | None,
    *, unless_same: bool,
) -> ImportReport:  # fmt: skip
    report = ImportReport(skipped=found.skipped)
    for source, importer in found.pairs:
        report += _take(archive, source, importer, options, on_progress, unless_same=unless_same)
    return report


def _take(
    archive: Archive, source: Source, importer: Importer, options: Options,
    on_progress: OnProgress | None, *, unless_same: bool,
) -> ImportReport:  # fmt: skip
    """Import one source; with ``unless_same`` not where it stands as it did the last time."""
    # The same from whichever folder it is named.
    name = source.location if source.is_url else str(source.path.resolve())
    known = archive.source(name, importer.name)
    stamp = None if source.is_url else _stamp(source.path)
    if unless_same and stamp is not None and known.fetch_state(_STAMP) == stamp:
        return ImportReport()
    notes: tuple[str, ...] = ()
    if _unlikely(importer, source):
        notes = (f"{source.location} does not look like {importer.name}; trying",)
    counter = Counter(source.location, on_progress)
    if source.is_url:
        writer = WriterProcess(archive.path, known.location, known.format_name)
        items = guarded(importer.records(source, options, known, writer), source.location)
        done = writer.ingest(counter.passing(items))
    else:
        items = guarded(importer.records(source, options, known, archive.blobs), source.location)
        done = archive.ingest(known, counter.passing(_stamped(items, stamp)))
    return ImportReport(
        pages=done.pages, changed=done.changed, revisions=done.revisions, notes=notes,
        attachments=done.attachments, gone=counter.gone, problems=tuple(done.problems),
    )  # fmt: skip


def _unlikely(importer: Importer, source: Source) -> bool:
    """Whether a source does not look like the format; what cannot be judged at all does not."""
    try:
        return importer.recognises(source) is Confidence.NO
    except Exception as error:
        page_trouble(error, source.location)
        return True


def _stamped(items: Iterable[Item], stamp: str | None) -> Iterator[Item]:
    yield from items
    if stamp is not None:
        yield FetchState(key=_STAMP, value=stamp)


def _stamp(path: Path) -> str:
    """Names, sizes and times of a file, or of all files in a folder."""
    digest = hashlib.sha256()
    files = [path]
    if not path.is_file():
        found = ForeignFolder(path).walk(lambda name: False)
        files = [path / name for name in found if isinstance(name, str)]
    for file in files:
        facts = file.stat()
        digest.update(f"{file}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()
