"""`kb export`: the records in an open format."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kb.cases.store.store import up_to_date
from kb.cli.console import err, home_option
from kb.cli.inside import public_pages
from kb.config import find_home
from kb.export.formats import FORMATS, Options
from kb.export.ledger import add_digests, write_report
from kb.export.public import export_public


@click.command(epilog="Example: kb export jsonl - | head -1")
@click.argument("format_name", metavar="FORMAT", type=click.Choice(sorted(FORMATS)))
@click.argument("dest", metavar="DEST")
@click.option("--removed", is_flag=True, help="Also cases gone from the latest revision.")
@click.option(
    "--audience", type=click.Choice(["internal", "public"]), default="internal", show_default=True
)
@click.option(
    "--authors",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="git: a file of lines `XWiki.ruan = Ruan Li <ruan@example.org>`.",
)
@click.option(
    "--flavour",
    type=click.Choice(["plain", "mkdocs", "hugo", "obsidian", "docusaurus"]),
    default="plain",
    show_default=True,
    help="markdown: the program that will read it.",
)
@click.option("--all-versions", is_flag=True, help="markdown: every version of attached files.")
@click.option(
    "--report",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write the proof there: what was kept, changed, dropped; digests; redirects.",
)
@click.option(
    "--source", type=click.Choice(["xwiki", "markdown"]), default="xwiki", show_default=True,
    help="git: what the files hold.",
)  # fmt: skip
@click.option("--branch", default="main", show_default=True, help="git: the branch to write to.")
@click.option("--format-version", default="1.5", show_default=True, help="xar: 1.1 to 1.7.")
@home_option
def command(format_name: str, dest: str, home: Path | None, **chosen: Any) -> None:
    """Write everything in FORMAT to DEST; `-` is stdout where that makes sense."""
    options = Options(**chosen)
    place = find_home(home)
    with up_to_date(place) as (archive, store):
        if options.audience == "public":
            visible = public_pages(place, archive)
            ledger = export_public(format_name, place, archive, store, visible, dest, options)
        else:
            ledger = FORMATS[format_name].exporter()(place, archive, store, dest, options)
    if options.report is not None:
        add_digests(ledger, Path(dest))
        write_report(ledger, options.report)
    if said := ledger.said():
        err.print(said, soft_wrap=True, markup=False)


_LIST = "\n".join(f"{name:8}  {format_.help}" for name, format_ in FORMATS.items())
command.help = f"{command.help}\n\n\b\nFORMAT is one of:\n{_LIST}"
