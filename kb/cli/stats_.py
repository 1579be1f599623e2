"""`kb stats`: what the archive holds, and every problem."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click
import msgspec

from kb.archive import Archive
from kb.cli.console import home_option, json_option, out, say, write
from kb.config import find_home


@click.command(epilog="Example: kb stats --json")
@json_option
@home_option
def command(home: Path | None, as_json: bool) -> None:
    """Say how much of everything the archive holds, and list its problems."""
    with Archive(find_home(home).archive) as archive:
        counts = archive.counts()
        problems = list(archive.problems())
    by_code = Counter(problem.code for problem in problems)
    if as_json:
        found = {"counts": counts, "problems": problems, "by_code": dict(sorted(by_code.items()))}
        write(msgspec.json.format(msgspec.json.encode(found)) + b"\n")
        return
    for name, count in counts.items():
        out.print(f"{count:>10}  {name}")
    for code, count in sorted(by_code.items()):
        out.print(f"{count:>10}  problem {code}", style="yellow")
    for problem in problems:
        say("problem", "yellow", problem)
