"""`kb cases`: the cases, one a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from rich.text import Text

from kb.cases.record import Case, to_json
from kb.cases.store import up_to_date
from kb.cli.console import err, home_option, json_option, out, write
from kb.config import find_home

STATES = ("unset", "resolved", "in_progress", "shelved", "conflicting")
COLOURS = {"resolved": "green", "in_progress": "yellow", "shelved": "blue", "conflicting": "red"}
_PROBLEM = 80


@click.command(epilog="Example: kb cases --status in_progress")
@click.option("--status", type=click.Choice(STATES), help="Only cases of this status.")
@json_option
@home_option
def command(home: Path | None, status: str | None, as_json: bool) -> None:
    """List the cases of all pages, in the order of wiki, page and line."""
    count = 0
    with up_to_date(find_home(home)) as (_, store):
        for case in _with_status(store.cases(), status):
            count += 1
            if as_json:
                write(to_json(case) + b"\n")
            else:
                out.print(line_of(case))
    if not count:
        err.print("no case" + (f" is {status}" if status else ""), soft_wrap=True)


def _with_status(cases: Iterator[Case], status: str | None) -> Iterator[Case]:
    return (case for case in cases if status in (None, case.status))


def line_of(case: Case) -> Text:
    """Id, date, status and the problem's beginning."""
    problem = " ".join(case.problem.split())
    if len(problem) > _PROBLEM:
        problem = problem[: _PROBLEM - 1] + "…"
    return Text.assemble(
        (f"{case.id:<28}", "bold"), f" {case.date or '-':<10} ",
        (f"{case.status:<11}", COLOURS.get(case.status, "dim")), f" {problem}",
    )  # fmt: skip
