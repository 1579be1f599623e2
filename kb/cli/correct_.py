"""`kb correct`: put something right by hand, with who and why."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from kb.cases.record import Case
from kb.cases.store.corrections import (
    Corrections,
    SameEntry,
    Value,
    ValueEntry,
    WithholdEntry,
    append_entry,
    corrected,
    plain,
    value_at,
)
from kb.cases.store.store import CaseStore, up_to_date
from kb.cli.cases_ import STATES
from kb.cli.console import home_option, say
from kb.config import find_home
from kb.errors import UsageError

_NAMES = ("status", "problem", "station", "date", "engineers")


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
    place = find_home(home)
    note = {"by": by, "why": why, "date": datetime.now(UTC).strftime("%Y-%m-%d")}
    with up_to_date(place) as (_, store):
        case = _case(store, case_id)
        if same_as:
            _case(store, same_as)
            path = append_entry(place.root, "same", SameEntry(cases=(case_id, same_as), **note))
        elif withhold:
            path = append_entry(place.root, "withhold", WithholdEntry(case=case_id, **note))
        else:
            entry = _entry(case, what, value, clear=clear, note=note)
            path = append_entry(place.root, "correction", entry)
    say("noted", "green", f"{case_id} in {path}")


def _case(store: CaseStore, case_id: str) -> Case:
    case = store.case(case_id)
    if case is None:
        near = store.like(case_id, 5)
        hint = f"did you mean: {', '.join(near)}" if near else "kb cases lists the cases"
        raise UsageError(f"there is no case {case_id!r}", hint=hint)
    return case


def _entry(
    case: Case, what: str | None, value: str | None, *, clear: bool, note: dict[str, str]
) -> ValueEntry:
    if what is None or (value is None) != clear:
        raise UsageError("say what, and its right value", hint="kb correct CASE status resolved …")
    path = _pointer(case, what)
    record = plain(case)
    try:
        old = value_at(record, path)
    except (LookupError, ValueError) as error:
        fields = dict.fromkeys(field.name for field in case.fields)
        hint = f"one of: {', '.join((*_NAMES, *fields))}; or a JSON pointer into the record"
        raise UsageError(f"{case.id} has no {what}", hint=hint) from error
    new = None if clear or value is None else _typed(value, old, path)
    entry = ValueEntry(case=case.id, path=path, old=old, new=new, **note)
    _check(case, entry)
    return entry


def _pointer(case: Case, what: str) -> str:
    """JSON pointer of a value by its short name."""
    if what.startswith("/"):
        return what
    number = next((n for n, field in enumerate(case.fields) if field.name == what), None)
    return f"/{what}" if number is None else f"/fields/{number}/value"


def _typed(value: str, old: Any, path: str) -> Value:
    if isinstance(old, list):
        return [name.strip() for name in value.split(",") if name.strip()]
    if path == "/number" or (isinstance(old, int) and not isinstance(old, bool)):
        return int(value) if value.isdigit() else value
    return value


def _check(case: Case, entry: ValueEntry) -> None:
    """UsageError where the corrected record would be none."""
    bare = msgspec.structs.replace(case, corrections=msgspec.UNSET)
    done = corrected(bare, Corrections(correction=(entry,)), lambda _label, _value: None)
    if done.corrections is msgspec.UNSET:
        hint = f"one of: {', '.join(STATES)}" if entry.path == "/status" else ""
        raise UsageError(f"{entry.new!r} cannot be the value of {entry.path}", hint=hint)
