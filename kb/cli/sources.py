"""What `kb import` and `kb sync` share: options, importers, taking a source in, what it came to."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from importers.base import Confidence, Importer, Options, Source, importer_for, importer_named
from kb.archive import Archive
from kb.archive.beside import WriterBeside
from kb.archive.report import IngestReport
from kb.cli.console import say
from kb.cli.progress import Counted
from kb.config import Home, SourceConfig
from kb.errors import InputError, Problem
from kb.model import FetchState, Item
from kb.options import Choice

_SHOWN = 20
_STAMP = "stamp"
"""Key of the FetchState that says how a file or folder stood when it was imported."""


def options_of(place: Home, **chosen: object) -> Options:
    """The user's choice with what the home knows. InputError for a time zone that is none."""
    zone = place.config.wiki.timezone
    if zone:
        _check_zone(zone)
    return Options(
        wiki=place.config.wiki.name,
        timezone=zone,
        scratch=str(place.root / ".kb" / "fetch"),
        **chosen,  # type: ignore[arg-type]
    )


def _check_zone(zone: str) -> None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InputError(
            f"kb.toml: [wiki] timezone: {zone!r} is no time zone",
            hint="an IANA name such as Asia/Shanghai",
        ) from error


def options_for(place: Home, source: SourceConfig) -> Options:
    """The options of a `[[source]]` table."""
    chosen = {name: getattr(source, name) for name in Choice.__struct_fields__}
    return options_of(place, **chosen)


def importers_of(location: str, format_name: str | None) -> Iterator[tuple[Source, Importer]]:
    """The source with its importer; a folder that none knows is taken file by file."""
    source = Source(location)
    if format_name:
        yield source, importer_named(format_name)
        return
    if source.is_url or not source.path.is_dir():
        yield source, importer_for(source)
        return
    try:
        yield source, importer_for(source)
    except InputError:
        for path in sorted(path for path in source.path.rglob("*") if path.is_file()):
            inner = Source(str(path))
            try:
                yield inner, importer_for(inner)
            except InputError as error:
                say("skipped", "yellow", error)


def take(
    archive: Archive, source: Source, importer: Importer, options: Options, *, changed: bool = False
) -> tuple[IngestReport, Counted]:
    """Import a source. With ``changed``, a file that stands as it did last time is left alone."""
    known = archive.source(_name_of(source), importer.name)
    counted = Counted()
    stamp = None if source.is_url else _stamp(source.path)
    if changed and stamp is not None and known.fetch_state(_STAMP) == stamp:
        return IngestReport(), counted
    if importer.recognises(source) is Confidence.NO:
        say("note", "cyan", f"{source.location} does not look like {importer.name}; trying")
    if source.is_url:
        writer = WriterBeside(archive.path, known.location, known.format_name)
        items = importer.records(source, options, known, writer)
        return writer.ingest(counted.passing(items)), counted
    items = importer.records(source, options, known, archive.blobs)
    return archive.ingest(known, counted.passing(_stamped(items, stamp))), counted


def _stamped(items: Iterable[Item], stamp: str | None) -> Iterator[Item]:
    yield from items
    if stamp is not None:
        yield FetchState(key=_STAMP, value=stamp)


def _name_of(source: Source) -> str:
    """How the archive calls a source, the same wherever the command is run."""
    return source.location if source.is_url else str(source.path.resolve())


def _stamp(path: Path) -> str:
    """Names, sizes and times of a file, or of all files in a folder."""
    digest = hashlib.sha256()
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    for file in files:
        facts = file.stat()
        digest.update(f"{file}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def summarise(done: list[tuple[IngestReport, Counted]]) -> None:
    """Say on stderr what came in, and what a person may want to see to."""
    problems: list[Problem] = [p for report, _ in done for p in report.problems]
    for problem in problems[:_SHOWN]:
        say("problem", "yellow", problem)
    if len(problems) > _SHOWN:
        kinds = Counter(problem.code for problem in problems)
        listed = ", ".join(f"{count} {code}" for code, count in kinds.most_common())
        say("problem", "yellow", f"{len(problems)} in all: {listed}; kb stats lists them")
    pages, changed = sum(r.pages for r, _ in done), sum(r.changed for r, _ in done)
    revisions, files = sum(r.revisions for r, _ in done), sum(r.attachments for r, _ in done)
    gone = sum(c.gone for _, c in done)
    click.echo(
        f"{pages} page(s), {changed} new or changed; {revisions} whole revision(s),"
        f" {files} attachment version(s);"
        + (f" {gone} page(s) gone;" if gone else "")
        + f" {len(problems)} problem(s)",
        err=True,
    )
