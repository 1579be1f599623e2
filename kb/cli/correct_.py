"""`kb correct`: put something right by hand, with who and why."""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from kb.cli.console import home_option, opened, say
from kb.errors import UsageError


@click.command(epilog='Example: kb correct szds_case#46_20200410 status resolved --why "refunded"')
@click.argument("case_id", metavar="CASE")
@click.argument("what", required=False, metavar="[WHAT")
@click.argument("value", required=False, metavar="VALUE]")
@click.option("--withhold", is_flag=True, help="Keep the case out of everything public.")
@click.option("--same-as", metavar="CASE", help="Say that the two cases are one.")
@click.option("--clear", is_flag=True, help="There is no such value.")
@click.option("--why", required=True, help="The reason, for who reads it later.")
@click.option("--by", default=getpass.getuser, show_default="your login", help="Who says so.")
@home_option
def command(
    case_id: str, what: str | None, value: str | None, home: Path | None, why: str, by: str,
    withhold: bool, same_as: str | None, clear: bool,
) -> None:  # fmt: skip
    """Put a value right, withhold a case, or declare two cases the same.

    WHAT is status, problem, station, date, engineers (comma between two), a field's name, or a
    JSON pointer into the record. It is noted in corrections.toml; what the page says is kept.
    """
    with opened(home) as library:
        if same_as:
            path = library.declare_same(case_id, same_as, why=why, by=by)
        elif withhold:
            path = library.withhold(case_id, why=why, by=by)
        elif what is None or (value is None) != clear:
            raise UsageError(
                "say what, and its right value", hint="kb correct CASE status resolved …"
            )
        else:
            path = library.correct(case_id, what, value, why=why, by=by)
    say("noted", "green", f"{case_id} in {path}")
