"""`kb verify`: the archive is whole; it holds all that a source has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from kb.archive import Archive
from kb.cli.console import err, home_option, json_option, say, write
from kb.cli.sources import importers_of, options_for, options_of
from kb.config import Home, find_home
from kb.model import Item
from kb.verify import Finding, check, compare
from kb.verify.compare import Digests, Nothing


@click.command(epilog="Example: kb verify --against https://wiki.example.org/")
@click.option("--against", metavar="SOURCE", help="Read this source whole, and compare.")
@click.option("--as", "format_name", metavar="FORMAT", help="Importer to use; else recognised.")
@click.option("--space", "spaces", multiple=True, help="Only this space (glob, repeatable).")
@click.option("--page", "pages", multiple=True, help="Only this page (glob, repeatable).")
@click.option("--user", help="Log in as this user.")
@click.option("--password-env", metavar="VAR", help="Environment variable with the password.")
@click.option("--cookie-env", metavar="VAR", help="Environment variable with a session cookie.")
@json_option
@home_option
def command(
    against: str | None,
    format_name: str | None,
    home: Path | None,
    as_json: bool,
    **chosen: object,
) -> None:
    """Check that the archive is whole and, with --against, that it lacks nothing of a source.

    Prints what is missing or different and why. Exits with 1 where anything is, with 4 where the
    source cannot be asked.
    """
    place = find_home(home)
    with Archive(place.archive) as archive:
        damage = list(check(archive))
        for line in damage:
            say("damaged", "bold red", line)
        found: Counter[str] = Counter()
        shown: list[Finding] = []
        if against is not None:
            for finding in compare(archive, _items(place, against, format_name, chosen)):
                found[finding.verdict] += 1
                if finding.verdict != "same":
                    shown.append(finding)
                    if not as_json:
                        write(f"{finding}\n".encode())
        counts, ways = archive.counts(), archive.ways()
    if as_json:
        result = {"damaged": damage, "counts": dict(found), "findings": shown, "ways": ways}
        write(msgspec.json.encode(result) + b"\n")
    whole = "damaged" if damage else "whole"
    err.print(f"archive: {whole}: {counts['page']} page(s), {counts['revision']} version(s)")
    for way, (pages, files) in ways.items():
        err.print(f"  by {way}: {pages} whole version(s), {files} of files")
    if against is not None:
        names = ("same", "missing", "different", "unknown")
        err.print("source: " + ", ".join(f"{found[name]} {name}" for name in names))
    if damage or found["missing"] or found["different"]:
        raise SystemExit(1)


def _items(
    place: Home, location: str, format_name: str | None, chosen: dict[str, object]
) -> Iterator[Item]:
    """All that the source has, read as if nothing of it were known."""
    table = next((s for s in place.config.source if s.location == location), None)
    given = {name: value for name, value in chosen.items() if value}
    options = options_of(place, **given)
    if table is not None:
        options = msgspec.structs.replace(options_for(place, table), **given)
    options = msgspec.structs.replace(options, scratch=None)
    if format_name is None and table is not None:
        format_name = table.format
    for source, importer in importers_of(location, format_name):
        yield from importer.records(source, options, Nothing(), Digests())
