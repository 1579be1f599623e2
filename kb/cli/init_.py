"""`kb init`: a kb.toml with comments."""

from __future__ import annotations

from pathlib import Path

import click

from kb.config import write_config


@click.command(epilog="Example: kb init my-cases")
@click.argument("folder", default=".", type=click.Path(path_type=Path, file_okay=False))
def command(folder: Path) -> None:
    """Write a kb.toml with comments into FOLDER (default: here)."""
    click.echo(write_config(folder))
