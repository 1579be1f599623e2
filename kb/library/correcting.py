"""Put values right by hand: check the correction, then note it in corrections.toml."""

from __future__ import annotations

import getpass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, get_args

import msgspec

from kb.cases.record import Case, Status
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
from kb.errors import UsageError

_NAMES: Final = ("status", "problem", "station", "date", "engineers")


class Corrector:
    """Writes corrections of one home, each with who says so, why and when."""

    def __init__(self, root: Path, *, why: str, by: str | None) -> None:
        today = datetime.now(UTC).strftime("%Y-%m-%d")
        self._root = root
        self._note = {"by": by or getpass.getuser(), "why": why, "date": today}

    def value(self, case: Case, what: str, value: str | None) -> Path:
        """Note the right value, or that there is none. UsageError where it cannot be one."""
        return append_entry(self._root, "correction", _entry(case, what, value, self._note))

    def withhold(self, case: Case) -> Path:
        """Note that the case stays out of everything public."""
        return append_entry(self._root, "withhold", WithholdEntry(case=case.id, **self._note))

    def same(self, case: Case, other: Case) -> Path:
        """Note that two cases are one."""
        return append_entry(self._root, "same", SameEntry(cases=(case.id, other.id), **self._note))


def _entry(case: Case, what: str, value: str | None, note: dict[str, str]) -> ValueEntry:
    path = _pointer(case, what)
    record = plain(case)
    try:
        old = value_at(record, path)
    except (LookupError, ValueError) as error:
        fields = dict.fromkeys(field.name for field in case.fields)
        hint = f"one of: {', '.join((*_NAMES, *fields))}; or a JSON pointer into the record"
        raise UsageError(f"{case.id} has no {what}", hint=hint) from error
    new = None if value is None else _typed(value, old, path)
    if path == "/date" and new is not None and not _is_day(new):
        raise UsageError(f"{value!r} is no date", hint="a day such as 2020-04-10")
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


def _is_day(value: Value) -> bool:
    try:
        return date.fromisoformat(str(value)).isoformat() == value
    except ValueError:
        return False


def _check(case: Case, entry: ValueEntry) -> None:
    """Raise UsageError where the corrected record would be none."""
    uncorrected = msgspec.structs.replace(case, corrections=msgspec.UNSET)
    done = corrected(uncorrected, Corrections(correction=(entry,)), lambda _label, _value: None)
    if done.corrections is msgspec.UNSET:
        hint = f"one of: {', '.join(get_args(Status))}" if entry.path == "/status" else ""
        raise UsageError(f"{entry.new!r} cannot be the value of {entry.path}", hint=hint)
