"""`kb stats`: what the archive holds, and every problem."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from kb.cases.store.summary import Summary
from kb.cli.console import home_option, json_option, opened, out, say, write
from kb.cli.inside import tell_unmatched
from kb.redact.public_pages import InsideReport

_LISTED = 20
"""Pages named for each reason."""


@click.command(epilog="Example: kb stats --json")
@json_option
@home_option
def command(home: Path | None, as_json: bool) -> None:
    """Say how much there is, how the cases stand, what stays inside and why; list all problems."""
    with opened(home) as library:
        stats = library.stats()
    if as_json:
        found = {
            "counts": stats.counts, "cases": stats.cases, "problems": stats.problems,
            "by_code": stats.problems_by_code, "public": stats.public,
        }  # fmt: skip
        write(msgspec.json.format(msgspec.json.encode(found)) + b"\n")
        return
    for name, count in stats.counts.items():
        out.print(f"{count:>10}  {name}")
    _print_cases(stats.cases)
    _print_inside(stats.public)
    for code, count in stats.problems_by_code.items():
        out.print(f"{count:>10}  problem {code}", style="yellow")
    for problem in stats.problems:
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


def _print_inside(inside: InsideReport) -> None:
    """How many pages may be public; of the others which, and why they may not."""
    out.print(f"{inside.open:>10}  page that may be public")
    for group in inside.inside:
        out.print(
            f"{len(group.pages):>10}  page inside: {group.visibility}", style="yellow", markup=False
        )
        for page in group.pages[:_LISTED]:
            locale = f" ({page.locale})" if page.locale else ""
            out.print(f"{'':>12}{page.page}{locale}", markup=False)
        if (more := len(group.pages) - _LISTED) > 0:
            out.print(f"{'':>12}and {more} more; --json names all")
    tell_unmatched(inside)
