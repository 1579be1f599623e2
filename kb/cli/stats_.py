"""`kb stats`: what the archive holds, and every problem."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click
import msgspec

from kb.cases.store.store import up_to_date
from kb.cases.store.summary import Summary, summarise
from kb.cli.console import home_option, json_option, out, say, write
from kb.config import find_home


@click.command(epilog="Example: kb stats --json")
@json_option
@home_option
def command(home: Path | None, as_json: bool) -> None:
    """Say how much of everything there is, how the cases stand, and list all problems."""
    with up_to_date(find_home(home)) as (archive, store):
        counts = archive.counts()
        problems = list(archive.problems())
        summary = summarise(store.cases())
    by_code = Counter(problem.code for problem in problems)
    if as_json:
        found = {
            "counts": counts, "cases": summary, "problems": problems,
            "by_code": dict(sorted(by_code.items())),
        }  # fmt: skip
        write(msgspec.json.format(msgspec.json.encode(found)) + b"\n")
        return
    for name, count in counts.items():
        out.print(f"{count:>10}  {name}")
    _print_cases(summary)
    for code, count in sorted(by_code.items()):
        out.print(f"{count:>10}  problem {code}", style="yellow")
    for problem in problems:
        say("problem", "yellow", problem)


def _print_cases(summary: Summary) -> None:
    out.print(f"{summary.cases:>10}  case")
    for status, count in summary.by_status.items():
        out.print(f"{count:>10}  case {status}")
    for code, count in summary.anomalies.items():
        out.print(f"{count:>10}  case with {code}", style="yellow")
    for name in ("unclassified_lines", "corrections", "withheld"):
        if count := getattr(summary, name):
            out.print(f"{count:>10}  {name.replace('_', ' ')}")
    if (seconds := summary.median_seconds_to_resolution) is not None:
        out.print(f"{seconds / 86400:>10.1f}  days to resolution (median)")
