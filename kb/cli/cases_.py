"""`kb cases`: the cases, one a line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.cells import cell_len, set_cell_size

from kb.cases.record import Case, to_json
from kb.cli.console import err, home_option, json_option, opened, out, write
from kb.cli.styled import Styled
from kb.cli.terminal import visible

STATES = ("unset", "resolved", "in_progress", "shelved", "conflicting")
COLOURS = {"resolved": "green", "in_progress": "yellow", "shelved": "blue", "conflicting": "red"}
_PROBLEM, _LEAST = 120, 20
"""Cells for the problem: where there is no terminal, and at the least."""


@click.command(epilog="Example: kb cases --status in_progress")
@click.option("--status", type=click.Choice(STATES), help="Only cases of this status.")
@json_option
@home_option
def command(home: Path | None, status: Any, as_json: bool) -> None:
    """List the cases of all pages, in the order of wiki, page and line."""
    count = 0
    with opened(home) as library:
        for case in library.cases(status=status):
            count += 1
            if as_json:
                write(to_json(case) + b"\n")
            else:
                out.print(line_of(case))
    if not count:
        err.print("no case" + (f" is {status}" if status else ""), soft_wrap=True)


def line_of(case: Case) -> Styled:
    """Id, date, status and the problem's beginning."""
    text = Styled.assemble(
        (f"{case.id:<28}", "bold"), f" {case.date or '-':<10} ",
        (f"{case.status:<11}", COLOURS.get(case.status, "dim")), " ",
    )  # fmt: skip
    room = out.width - text.cell_len if out.is_terminal else _PROBLEM
    return text.append(fitted(" ".join(case.problem.split()), max(room, _LEAST)))


def fitted(text: str, cells: int) -> str:
    """The text, or its beginning and an ellipsis, in so many cells; a Han character takes two."""
    text = visible(text)
    return text if cell_len(text) <= cells else set_cell_size(text, cells - 1).rstrip() + "…"
