"""`kb export`: the records in an open format."""

from __future__ import annotations

from pathlib import Path

import click

from kb.cases.store import up_to_date
from kb.cli.console import home_option
from kb.config import find_home
from kb.errors import UsageError
from kb.export.formats import FORMATS, Options


@click.command(epilog="Example: kb export jsonl - | head -1")
@click.argument("format_name", metavar="FORMAT", type=click.Choice(sorted(FORMATS)))
@click.argument("dest", metavar="DEST")
@click.option("--removed", is_flag=True, help="Also cases gone from the latest revision.")
@click.option(
    "--audience", type=click.Choice(["internal", "public"]), default="internal", show_default=True
)
@home_option
def command(format_name: str, dest: str, home: Path | None, removed: bool, audience: str) -> None:
    """Write everything in FORMAT to DEST; `-` is stdout where that makes sense."""
    if audience == "public" and format_name == "jsonl":
        raise UsageError("jsonl has no public form yet", hint="leave --audience out")
    place = find_home(home)
    with up_to_date(place) as (archive, store):
        FORMATS[format_name].exporter()(place, archive, store, dest, Options(removed, audience))
