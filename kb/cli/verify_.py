"""`kb verify`: the archive is whole; it holds all that a source has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec

from kb.cli.console import err, home_option, json_option, opened, say, write
from kb.verify import Finding


@click.command(epilog="Example: kb verify --against https://wiki.example.org/")
@click.option("--against", metavar="SOURCE", help="Read this source whole, and compare.")
@click.option("--as", "format", metavar="FORMAT", help="Importer to use; else recognised.")
@click.option("--space", "spaces", multiple=True, help="Only this space (glob, repeatable).")
@click.option("--page", "pages", multiple=True, help="Only this page (glob, repeatable).")
@click.option("--user", help="Log in as this user.")
@click.option("--password-env", metavar="VAR", help="Environment variable with the password.")
@click.option("--cookie-env", metavar="VAR", help="Environment variable with a session cookie.")
@click.option("--expect", metavar="DIGEST|FILE", help="What the digest was, or the digests were.")
@click.option("--digests", is_flag=True, help="Print the digest of each page and table.")
@click.option("--repair", is_flag=True, help="Mend what is damaged.")
@click.option(
    "--from", "sources", multiple=True, metavar="SOURCE",
    help="With --repair: take it from this backup or source (repeatable).",
)  # fmt: skip
@json_option
@home_option
def command(
    against: str | None, home: Path | None, as_json: bool, digests: bool, repair: bool,
    sources: tuple[str, ...], **chosen: Any,
) -> None:  # fmt: skip
    """Check that the archive is whole and, with --against, that it lacks nothing of a source.

    Whole is what is as it was written, down to the bit. Whether it was written anew since is told
    by the archive's digest, which is printed: keep it elsewhere and give it to --expect.
    With --repair, what is damaged is mended: by what the archive holds itself, by a folder of
    kb backup, by a source that is read again. What cannot be mended exactly stays as it is.
    Prints what is damaged, missing or different and why. Exits with 1 where anything is, with 4
    where the source cannot be asked.
    """

    def show(finding: Finding) -> None:
        if not as_json:
            write(f"{finding}\n".encode())

    if sources and not repair:
        raise click.UsageError("--from is for --repair")
    if repair:
        _repair(home, sources, **chosen)
    with opened(home) as library:
        on_digest = (lambda line: write(line.encode())) if digests else None
        found = library.verify(against, on_finding=show, on_digest=on_digest, **chosen)
    for line in found.damage:
        say("damaged", "bold red", line)
    for line in found.derived:
        say("damaged", "bold red", f"{line}; kb verify --repair has it made anew")
    for line in found.unexpected:
        say("other", "bold red", line)
    if as_json:
        result = {
            "damaged": found.damage, "derived": found.derived, "unexpected": found.unexpected,
            "digest": found.digest, "counts": found.verdicts, "findings": found.findings,
            "ways": found.ways,
        }  # fmt: skip
        write(msgspec.json.encode(result) + b"\n")
    whole, held = "damaged" if found.damage else "whole", found.counts
    pages, versions = (held.get(table, "?") for table in ("page", "revision"))
    err.print(f"archive: {whole}: {pages} page(s), {versions} version(s)")
    err.print(f"digest: {found.digest}")
    for way, (texts, files) in found.ways.items():
        err.print(f"  by {way}: {texts} whole version(s), {files} of files")
    if against is not None:
        names = ("same", "missing", "different", "unreadable", "unknown")
        err.print("source: " + ", ".join(f"{found.verdicts.get(n, 0)} {n}" for n in names))
    if not found.whole:
        raise SystemExit(1)


def _repair(
    home: Path | None, sources: tuple[str, ...], *, expect: str | None, **chosen: Any
) -> None:
    """Mend the archive, and say what was; what is left, the verification says."""
    with opened(home) as library:
        found = library.repair(*sources, **chosen)
    for line in found.mended:
        say("mended", "bold green", line)
    if found.kept is not None:
        say("note", "cyan", f"the archive as it was is kept: {found.kept}")
