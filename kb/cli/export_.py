"""`kb export`: the records in an open format."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kb.cli.console import err, home_option, opened
from kb.cli.inside import tell_inside
from kb.export.formats import FORMATS


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
    with opened(home) as library:
        if chosen["audience"] == "public":
            tell_inside(library.public_pages())
        ledger = library.export(format_name, dest, **chosen)
    if said := ledger.said():
        err.print(said, soft_wrap=True, markup=False)


_LIST = "\n".join(f"{name:8}  {format_.help}" for name, format_ in FORMATS.items())
command.help = f"{command.help}\n\n\b\nFORMAT is one of:\n{_LIST}"
