"""`kb import`: take pages in from files, folders, archives and wikis."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from importers.base import Confidence, Importer, Options, Source, importer_for, importer_named
from kb.archive import Archive
from kb.archive.ingest import IngestReport
from kb.cli.console import err, home_option, say
from kb.config import Home, find_home
from kb.errors import InputError, Problem, UsageError

_SHOWN = 20


@click.command("import", epilog="Example: kb import page.txt --page-name Support.Cases.WebHome")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE…")
@click.option("--as", "format_name", metavar="FORMAT", help="Importer to use; else recognised.")
@click.option("--space", "spaces", multiple=True, help="Only this space (glob, repeatable).")
@click.option("--page", "pages", multiple=True, help="Only this page (glob, repeatable).")
@click.option("--exclude", multiple=True, help="Not these pages (glob, repeatable).")
@click.option("--page-name", help="Reference of the page, for a dump that does not say it.")
@click.option("--no-history", is_flag=True, help="Only the present versions.")
@click.option("--no-attachments", is_flag=True, help="No attached files.")
@click.option("--user", help="Log in as this user.")
@click.option("--password-env", metavar="VAR", help="Environment variable with the password.")
@click.option("--cookie-env", metavar="VAR", help="Environment variable with a session cookie.")
@click.option("--strict", is_flag=True, help="Exit with 1 where there are problems.")
@home_option
def command(
    sources: tuple[str, ...],
    format_name: str | None,
    home: Path | None,
    strict: bool,
    no_history: bool,
    no_attachments: bool,
    **chosen: object,
) -> None:
    """Import pages with their history from SOURCE: a file, a folder, a .xar, a wiki's URL."""
    place = find_home(home)
    options = _options(place, history=not no_history, attachments=not no_attachments, **chosen)
    if options.page_name and len(sources) > 1:
        raise UsageError("--page-name names one page", hint="import one source at a time")
    found = [pair for source in sources for pair in _importers(source, format_name)]
    if not found:
        raise InputError("nothing here is a wiki's page, dump or export")
    with Archive(place.archive, create=True) as archive:
        reports = [_import(archive, source, importer, options) for source, importer in found]
    _summarise(reports)
    if strict and any(report.problems for report in reports):
        raise SystemExit(1)


def _options(place: Home, **chosen: object) -> Options:
    zone = place.config.wiki.timezone
    try:
        if zone:
            ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InputError(
            f"kb.toml: [wiki] timezone: {zone!r} is no time zone",
            hint="an IANA name such as Asia/Shanghai",
        ) from error
    return Options(
        wiki=place.config.wiki.name,
        timezone=zone,
        scratch=str(place.root / ".kb" / "fetch"),
        **chosen,  # type: ignore[arg-type]
    )


def _importers(location: str, format_name: str | None) -> Iterator[tuple[Source, Importer]]:
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


def _import(archive: Archive, source: Source, importer: Importer, options: Options) -> IngestReport:
    known = archive.source(_name_of(source), importer.name)
    if importer.recognises(source) is Confidence.NO:
        say("note", "cyan", f"{source.location} does not look like {importer.name}; trying")
    return archive.ingest(known, importer.records(source, options, known, archive.blobs))


def _name_of(source: Source) -> str:
    """How the archive calls a source, the same wherever the command is run."""
    return source.location if source.is_url else str(source.path.resolve())


def _summarise(reports: list[IngestReport]) -> None:
    problems: list[Problem] = [p for report in reports for p in report.problems]
    for problem in problems[:_SHOWN]:
        say("problem", "yellow", problem)
    if len(problems) > _SHOWN:
        say("problem", "yellow", f"and {len(problems) - _SHOWN} more: kb stats lists them all")
    pages, changed = sum(r.pages for r in reports), sum(r.changed for r in reports)
    revisions, files = sum(r.revisions for r in reports), sum(r.attachments for r in reports)
    err.print(
        f"{pages} page(s), {changed} new or changed; {revisions} whole revision(s),"
        f" {files} attachment version(s); {len(problems)} problem(s)",
        soft_wrap=True,
    )
