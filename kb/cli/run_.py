"""`kb run`: sync, then build."""

from __future__ import annotations

from pathlib import Path

import click

from kb.cli.build_ import audience_option, build
from kb.cli.console import home_option, opened
from kb.cli.sync_ import sync


@click.command(epilog="Example: kb run --strict")
@audience_option
@click.option("--yes", is_flag=True, help="Don't ask before a public build is put in place.")
@click.option("--strict", is_flag=True, help="Exit with 1 where there are problems.")
@home_option
def command(audience: str, yes: bool, strict: bool, home: Path | None) -> None:
    """Import what changed in every source of kb.toml, then build the site."""
    with opened(home) as library:
        had_problems = sync(library)
        build(library, audience, None, yes=yes)
    if strict and had_problems:
        raise SystemExit(1)
