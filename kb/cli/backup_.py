"""`kb backup`: all that cannot be made again, to a folder on another disk."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from kb.cli.console import count, home_option, json_option, opened, say, write

MB = 1e6


@click.command(epilog="Example: kb backup /mnt/backup/casebook")
@click.argument("dest", type=click.Path(path_type=Path), metavar="DEST")
@click.option("--check", is_flag=True, help="Read through what earlier backups stored, too.")
@json_option
@home_option
def command(dest: Path, check: bool, as_json: bool, home: Path | None) -> None:
    """Add a backup to the folder DEST: archive, settings, profiles, corrections, key.

    It stores what no earlier backup there has, may run during an import, and is verified. Exits
    with 1 where the archive is damaged; it is backed up as it is.
    """
    with opened(home) as library:
        made = library.backup(dest, check=check)
    if as_json:
        write(msgspec.json.encode(made) + b"\n")
    for name in made.outside:
        say("left out", "yellow", f"{name}: it stands outside the home")
    for line in made.damage:
        say("damaged", "bold red", line)
    say("in it", "cyan", ", ".join(made.files))
    secret = " and the secret key of pseudonyms" * (".kb/public.key" in made.files)
    say("note", "cyan", f"personal data{secret} in it: only you may read it; keep it so")
    say(
        "backed up", "green",
        f"{dest}, backup {made.name}: {count(len(made.files), 'file')}, {made.size / MB:.1f} MB,"
        f" of these {made.added / MB:.1f} MB new",
    )  # fmt: skip
    if made.damage:
        raise SystemExit(1)
