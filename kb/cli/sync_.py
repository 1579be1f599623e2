"""`kb sync`: every source in kb.toml, only what changed since the last time."""

from __future__ import annotations

from pathlib import Path

import click

from kb.archive import Archive
from kb.archive.report import IngestReport
from kb.cli.console import home_option, say
from kb.cli.progress import Counted
from kb.cli.sources import importers_of, options_for, summarise, take
from kb.config import find_home
from kb.errors import InputError, KbError


@click.command(epilog="Example: kb sync")
@click.option("--strict", is_flag=True, help="Exit with 1 where there are problems.")
@home_option
def command(home: Path | None, strict: bool) -> None:
    """Bring the archive up to date with every [[source]] in kb.toml.

    One source that cannot be had does not keep the others from coming; its error ends the command.
    """
    place = find_home(home)
    if not place.config.source:
        raise InputError(
            "kb.toml names no source", hint='add [[source]] with location = "https://…"'
        )  # fmt: skip
    done: list[tuple[IngestReport, Counted]] = []
    failed: list[KbError] = []
    with Archive(place.archive, create=True) as archive:
        for source in place.config.source:
            options = options_for(place, source)
            try:
                location = _located(place.root, source.location)
                done += [
                    take(archive, found, importer, options, changed=True)
                    for found, importer in importers_of(location, source.format)
                ]
            except KbError as error:
                failed.append(error)
                if len(place.config.source) > 1:
                    say("failed", "red", f"{source.location}: {error}")
    summarise(done)
    if failed:
        raise failed[0]
    if strict and any(report.problems for report, _ in done):
        raise SystemExit(1)


def _located(root: Path, location: str) -> str:
    """A path in kb.toml is relative to kb.toml."""
    if location.lower().startswith(("http://", "https://")):
        return location
    return str(root / Path(location).expanduser())
