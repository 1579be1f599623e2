"""Corrections by hand: corrections.toml beside kb.toml, kept under version control.

A correction says what the page said (`old`) when it was made. It holds for as long as the page
says so; once the page says something else, the page's word stands and the case complains.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from kb.cases.history.named import Named, named_in_correction, person
from kb.cases.record import Anomaly, Case, Correction, Origin, Related, to_json
from kb.files import write_whole
from kb.frontmatter import quoted
from kb.locks import writing
from kb.toml_records import read_toml

FILE = "corrections.toml"
Value = str | int | float | bool | list[str] | None


class _CorrectionEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every entry has: who, why, when."""

    by: str
    why: str
    date: str | None = None


class ValueEntry(_CorrectionEntry, frozen=True, kw_only=True):
    """`[[correction]]`: a value put right. A value that is not there is left out."""

    case: str
    path: str
    """JSON pointer into the record."""
    old: Value = None
    new: Value = None


class WithholdEntry(_CorrectionEntry, frozen=True, kw_only=True):
    """`[[withhold]]`: a case that is not to be published."""

    case: str


class SameEntry(_CorrectionEntry, frozen=True, kw_only=True):
    """`[[same]]`: cases that are one."""

    cases: tuple[str, ...]


class Corrections(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    correction: tuple[ValueEntry, ...] = ()
    withhold: tuple[WithholdEntry, ...] = ()
    same: tuple[SameEntry, ...] = ()

    def about(self, case_id: str) -> Corrections:
        """Return what of it is about one case."""
        return Corrections(
            correction=tuple(one for one in self.correction if one.case == case_id),
            withhold=tuple(one for one in self.withhold if one.case == case_id),
            same=tuple(one for one in self.same if case_id in one.cases),
        )

    def values(self) -> Iterator[Named]:
        """Yield who corrected, and the values of people and stations, whether they hold or not."""
        for one in self.correction:
            yield from named_in_correction(one.path, one.by, (one.old, one.new))
        for other in (*self.withhold, *self.same):
            yield from person(other.by)

    def named(self) -> set[str]:
        """Return the ids of all cases that it is about."""
        found = {one.case for one in self.correction} | {one.case for one in self.withhold}
        return found | {name for one in self.same for name in one.cases}


def load_corrections(root: Path | None) -> Corrections:
    """Load a home's corrections; none where it has no file. InputError names what is wrong."""
    path = (root or Path()) / FILE
    if root is None or not path.is_file():
        return Corrections()
    return read_toml(path, Corrections, "docs/corrections.md says what it holds")


def changed_ids(before: Corrections, after: Corrections) -> set[str]:
    """Return the ids of the cases about which the two say different things."""
    names = before.named() | after.named()
    return {name for name in names if before.about(name) != after.about(name)}


Parse: TypeAlias = Callable[[str, str], str | int | float | None]
"""Label and value of a field → the value as its type has it."""
_FIELD_VALUE = re.compile(r"/fields/(\d{1,6})/value$")


def corrected(case: Case, found: Corrections, parse: Parse) -> Case:
    """Apply what was put right by hand; add an anomaly where the page has changed since."""
    for entry in found.correction:
        case = _with_value(case, entry, parse)
    extra = dict(case.x) if isinstance(case.x, dict) else {}
    if found.withhold:
        last = found.withhold[-1]
        extra["withheld"] = {"by": last.by, "why": last.why, "date": last.date}
    others = [n for one in found.same for n in one.cases if n != case.id]
    if others:
        extra["same_as"] = list(dict.fromkeys(others))
        case = msgspec.structs.replace(case, related=_with_same(case.related, others))
    return msgspec.structs.replace(case, x=extra)


def _with_same(related: Sequence[Related], others: Iterable[str]) -> tuple[Related, ...]:
    ties = {one.id: one for one in related}
    for name in dict.fromkeys(others):
        via = ties[name].via if name in ties else ()
        ties[name] = Related(id=name, via=(f"same:{name}", *via))
    return tuple(sorted(ties.values(), key=lambda one: not one.via[0].startswith("same:")))


def _with_value(case: Case, entry: ValueEntry, parse: Parse) -> Case:
    record = plain(case)
    try:
        says = value_at(record, entry.path)
        if says != entry.old:
            done = "already says so" if says == entry.new else f"now says {says!r}"
            message = f"{entry.path}: the page {done}; put right by {entry.by}: {entry.new!r}"
            return _complain(case, "correction-outdated", message)
        _put(record, entry.path, entry.new)
        _parse_again(record, entry, parse)
        fixed: Case = msgspec.convert(record, Case)
    except (LookupError, ValueError) as error:
        message = f"{entry.path}: the correction by {entry.by} does not fit: {error}"
        return _complain(case, "correction-outdated", message)
    note = Correction(
        path=entry.path, old=entry.old, new=entry.new, by=entry.by, why=entry.why, date=entry.date
    )
    before = () if fixed.corrections is msgspec.UNSET else fixed.corrections
    return msgspec.structs.replace(fixed, corrections=(*before, note))


def _parse_again(record: Any, entry: ValueEntry, parse: Parse) -> None:
    """Parse a field's new value again, as its type has it."""
    match = _FIELD_VALUE.match(entry.path)
    if match and isinstance(entry.new, str):
        field = record["fields"][int(match[1])]
        field["parsed"] = parse(field["label"], entry.new)


def plain(case: Case) -> Any:
    """Return the record as JSON has it: dicts, lists, strings, numbers."""
    return msgspec.json.decode(to_json(case))


def _complain(case: Case, code: str, message: str) -> Case:
    origin = case.origins.get("/id") or Origin(lines=case.source.lines)
    anomaly = Anomaly(code=code, message=message, origin=origin)
    return msgspec.structs.replace(case, anomalies=(*case.anomalies, anomaly))


def value_at(record: Any, pointer: str) -> Any:
    """Return the value at a JSON pointer; LookupError or ValueError where there is none."""
    return _inside(record, _keys(pointer))


def _inside(record: Any, keys: Iterable[str]) -> Any:
    for key in keys:
        record = record[int(key)] if isinstance(record, list) else record[key]
    return record


def _put(record: Any, pointer: str, value: Value) -> None:
    *path, last = _keys(pointer)
    record = _inside(record, path)
    if isinstance(record, list):
        record[int(last)] = value
    else:
        record[last] = value


def _keys(pointer: str) -> list[str]:
    if not pointer.startswith("/"):
        raise ValueError(f"{pointer!r} is no JSON pointer")
    return [key.replace("~1", "/").replace("~0", "~") for key in pointer[1:].split("/")]


def append_entry(root: Path, table: str, entry: msgspec.Struct) -> Path:
    """Add an entry at the end of the home's file, which keeps all that it has; the file.

    What the last entry about the same says already, whenever it was said, is not said again.
    """
    path = root / FILE
    with writing(path, "the corrections"):
        if not _said_already(getattr(load_corrections(root), table), entry):
            write_whole(path, _extended(path, table, entry))
    return path


def _said_already(known: Sequence[msgspec.Struct], entry: msgspec.Struct) -> bool:
    new = msgspec.structs.asdict(entry)
    about = new.keys() & {"case", "path", "cases"}
    for one in map(msgspec.structs.asdict, reversed(known)):
        if all(one[name] == new[name] for name in about):
            return all(one[name] == new[name] for name in new.keys() - {"old", "date"})
    return False


def _extended(path: Path, table: str, entry: msgspec.Struct) -> bytes:
    values = {k: v for k, v in msgspec.to_builtins(entry).items() if v is not None}
    block = f"[[{table}]]\n" + "".join(
        f"{key} = {quoted(value)}\n" for key, value in values.items()
    )
    before = path.read_text("utf-8") if path.is_file() else ""
    joint = "" if not before else "\n" if before.endswith("\n") else "\n\n"
    return (before + joint + block).encode()
