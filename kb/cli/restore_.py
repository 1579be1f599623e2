"""`kb restore`: bring a backup back."""

from __future__ import annotations

from pathlib import Path

import click

from kb.cli.console import say
from kb.library.backing_up import restore


@click.command(epilog="Example: kb restore /mnt/backup/casebook my-cases")
@click.argument("backup", type=click.Path(path_type=Path), metavar="BACKUP")
@click.argument("home", type=click.Path(path_type=Path, file_okay=False), metavar="HOME")
@click.option("--at", metavar="ID", help="The backup of this id (default: the latest).")
@click.option("--force", is_flag=True, help="Put aside what HOME has already.")
def command(backup: Path, home: Path, at: str | None, force: bool) -> None:
    """Put the latest backup of the folder BACKUP into the folder HOME, verified.

    Records, index and sites are made again by the commands that need them. Exits with 1 where the
    archive was damaged when it was backed up.
    """
    done = restore(backup, home, at=at, force=force)
    for line in done.damage:
        say("damaged", "bold red", line)
    if done.aside is not None:
        say("aside", "cyan", f"what was there before is in {done.aside}")
    say("restored", "green", f"{home}, backup {done.name}: {', '.join(done.files)}")
    if done.damage:
        raise SystemExit(1)
