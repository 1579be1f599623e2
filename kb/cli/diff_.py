"""`kb diff`: what changed in a page from one version to another."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec
from rich.text import Text

from kb.archive import Archive
from kb.cli.console import home_option, json_option, out, write
from kb.config import find_home
from kb.errors import UsageError
from kb.history import split_lines
from kb.history.unified import CONTEXT, Hunk, hunks

_STYLES = {"same": (" ", ""), "removed": ("-", "red"), "added": ("+", "green")}


@click.command(epilog="Example: kb diff Support.Cases.WebHome 2.1 2.3")
@click.argument("page", metavar="PAGE")
@click.argument("first", metavar="V1")
@click.argument("second", metavar="V2")
@click.option("--locale", default="", help="The translation in this language.")
@click.option(
    "-U", "--context", type=click.IntRange(0), default=CONTEXT, help="Lines around a change."
)
@json_option
@home_option
def command(
    page: str, first: str, second: str, home: Path | None, locale: str, context: int, as_json: bool
) -> None:
    """Show what changed in PAGE from version V1 to V2, line by line."""
    with Archive(find_home(home).archive) as archive:
        old = split_lines(_source(archive, page, locale, first))
        new = split_lines(_source(archive, page, locale, second))
    found = list(hunks(old, new, context))
    if as_json:
        write(msgspec.json.encode(found) + b"\n")
        return
    if found:
        out.print(Text(f"--- {page} {first}\n+++ {page} {second}", "bold"))
    for hunk in found:
        out.print(_shown(hunk))


def _source(archive: Archive, name: str, locale: str, version: str) -> str:
    """Source of that version. UsageError where there is no such page, or no such text."""
    found = [
        key for key, page, _ in archive.digests() if page.page == name and page.locale == locale
    ]
    if not found:
        raise UsageError(f"there is no page {name!r}", hint="kb stats says what the archive holds")
    source = archive.content(found[0], version)
    if source is None:
        raise UsageError(
            f"{name} {version}: its text is not in the archive",
            hint=f"kb show {name} --history says which versions are",
        )
    return source


def _shown(hunk: Hunk) -> Text:
    lines = [Text(hunk.head, "cyan")]
    for change in hunk.changes:
        sign, style = _STYLES[change.kind]
        lines.append(Text(f"{sign}{change.text}", style))
    return Text("\n").join(lines)
