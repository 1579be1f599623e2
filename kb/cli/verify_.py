"""`kb verify`: the archive is whole; it holds all that a source has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec

from kb.cli.console import err, home_option, json_option, opened, say, write
from kb.verify import Finding


@click.command(epilog="Example: kb verify --against https://wiki.example.org/")
@click.option("--against", metavar="SOURCE", help="Read this source whole, and compare.")
@click.option("--as", "format", metavar="FORMAT", help="Importer to use; else recognised.")
@click.option("--space", "spaces", multiple=True, help="Only this space (glob, repeatable).")
@click.option("--page", "pages", multiple=True, help="Only this page (glob, repeatable).")
@click.option("--user", help="Log in as this user.")
@click.option("--password-env", metavar="VAR", help="Environment variable with the password.")
@click.option("--cookie-env", metavar="VAR", help="Environment variable with a session cookie.")
@json_option
@home_option
def command(against: str | None, home: Path | None, as_json: bool, **chosen: Any) -> None:
    """Check that the archive is whole and, with --against, that it lacks nothing of a source.

    Prints what is missing or different and why. Exits with 1 where anything is, with 4 where the
    source cannot be asked.
    """

    def show(finding: Finding) -> None:
        if not as_json:
            write(f"{finding}\n".encode())

    with opened(home) as library:
        found = library.verify(against, on_finding=show, **chosen)
    for line in found.damage:
        say("damaged", "bold red", line)
    if as_json:
        result = {
            "damaged": found.damage, "counts": found.verdicts, "findings": found.findings,
            "ways": found.ways,
        }  # fmt: skip
        write(msgspec.json.encode(result) + b"\n")
    whole, held = "damaged" if found.damage else "whole", found.counts
    err.print(f"archive: {whole}: {held['page']} page(s), {held['revision']} version(s)")
    for way, (pages, files) in found.ways.items():
        err.print(f"  by {way}: {pages} whole version(s), {files} of files")
    if against is not None:
        names = ("same", "missing", "different", "unknown")
        err.print("source: " + ", ".join(f"{found.verdicts.get(n, 0)} {n}" for n in names))
    if not found.whole:
        raise SystemExit(1)
