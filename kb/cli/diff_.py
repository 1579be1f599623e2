"""`kb diff`: what changed in a page from one version to another."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from kb.cli.console import home_option, json_option, opened, out, write
from kb.cli.styled import Styled
from kb.history.unified import CONTEXT, Hunk

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
    with opened(home) as library:
        found = library.page(page, locale=locale).diff(first, second, context=context)
    if as_json:
        write(msgspec.json.encode(found) + b"\n")
        return
    if found:
        out.print(Styled(f"--- {page} {first}\n+++ {page} {second}", "bold"))
    for hunk in found:
        out.print(_coloured(hunk))


def _coloured(hunk: Hunk) -> Styled:
    lines = Styled(hunk.head, "cyan")
    for change in hunk.changes:
        sign, style = _STYLES[change.kind]
        lines.append("\n").append(f"{sign}{change.text}", style)
    return lines
