"""`kb sync`: every source in kb.toml, only what changed since the last time."""

from __future__ import annotations

from pathlib import Path

import click

from kb.cli.console import home_option, opened, say
from kb.cli.import_ import summarise
from kb.cli.progress import import_bar
from kb.library.library import Library
from kb.library.taking_in import SyncError


@click.command(epilog="Example: kb sync")
@click.option("--strict", is_flag=True, help="Exit with 1 where there are problems.")
@home_option
def command(home: Path | None, strict: bool) -> None:
    """Bring the archive up to date with every [[source]] in kb.toml.

    One source that cannot be had does not keep the others from coming; its error ends the command.
    """
    with opened(home) as library:
        had_problems = sync(library)
    if strict and had_problems:
        raise SystemExit(1)


def sync(library: Library) -> bool:
    """Sync, and say what came of it; whether there were problems."""
    try:
        with import_bar() as progress:
            report = library.sync(progress=progress)
    except SyncError as error:
        if len(library.home.config.source) > 1:
            for location, failure in error.failed:
                say("failed", "red", f"{location}: {failure}")
        summarise(error.report)
        raise
    summarise(report)
    return bool(report.problems)
