"""`kb run`: sync, then build."""

from __future__ import annotations

from pathlib import Path

import click

from kb.cli.build_ import command as build
from kb.cli.console import home_option
from kb.cli.sync_ import command as sync


@click.command(epilog="Example: kb run --strict")
@click.option(
    "--audience",
    type=click.Choice(["internal", "public"]),
    default="internal",
    show_default=True,
    help="Who will read the site.",
)
@click.option("--yes", is_flag=True, help="Don't ask before a public build is put in place.")
@click.option("--strict", is_flag=True, help="Exit with 1 where there are problems.")
@home_option
@click.pass_context
def command(
    context: click.Context, audience: str, yes: bool, strict: bool, home: Path | None
) -> None:
    """Import what changed in every source of kb.toml, then build the site."""
    problems = None
    try:
        context.invoke(sync, home=home, strict=strict)
    except SystemExit as ended:
        problems = ended
    context.invoke(build, audience=audience, out=None, yes=yes, home=home)
    if problems:
        raise problems
