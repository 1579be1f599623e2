"""The importer `blame-text`: a text dump of XWiki's code viewer, with last authors or without."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from importers.base import Confidence, Options, Source
from importers.blame_text.decode import decode_lines
from importers.blame_text.rows import DumpAssembly, RowShape, assemble, plain_rows, table_rows
from importers.selection import wanted
from kb.errors import InputError
from kb.model import History, Item, Known, PageId, PageSeen, Sink, Snapshot
from kb.references import join_reference

_SHAPES: tuple[RowShape, ...] = (table_rows, plain_rows)
_MOST = 0.8
"""Share of a file's lines that must be rows where nothing else tells that it is a dump."""
_TOGGLES = ("Hide last authors", "Show last authors", "Wiki source code of")
_TITLE = re.compile(r"(?:Wiki source code of|Wiki 源代码[::]?|Code source wiki de)\s*(?P<title>.+)")
_DATE = re.compile(r"(?P<day>\d{4}[/-]\d{2}[/-]\d{2})(?:[ T](?P<time>\d{2}:\d{2}(?::\d{2})?))?\s*$")


class BlameText:
    """Text of XWiki's code viewer, with last authors or without."""

    name = "blame-text"

    def recognises(self, source: Source) -> Confidence:
        """Return SURE for the viewer's own words, LIKELY or MAYBE for numbered rows, else NO."""
        head = source.peek()
        if not head or b"\0" in head.replace(b"\xff\xfe", b"")[:1000:2]:
            return Confidence.NO
        try:
            lines, _ = decode_lines(head, source.location)
        except InputError:
            return Confidence.NO
        best = _best(lines, source.location)
        if not best.rows:
            return Confidence.NO
        if any(toggle in line for toggle in _TOGGLES for line in lines[:40]):
            return Confidence.SURE
        share = best.rows / sum(1 for line in lines if line.strip())
        if best.blamed:
            return Confidence.LIKELY
        return Confidence.MAYBE if best.rows > 1 and share > _MOST else Confidence.NO

    def records(self, source: Source, options: Options, known: Known, sink: Sink) -> Iterator[Item]:
        """Yield the page of the dump: PageSeen, its Snapshot, a Problem for each defect.

        Raises InputError where no row of a code viewer is found.
        """
        if source.is_url or not source.path.is_file():
            raise InputError(f"{source.location}: not a file", hint="name the dump's own file")
        data = source.path.read_bytes()
        lines, problems = decode_lines(data, source.location)
        best = _best(lines, source.location)
        if not data.strip() or not best.rows:
            raise InputError(
                f"{source.location}:1: {_why_nothing(data)}",
                hint="open the page with ?viewer=code, show last authors, copy it from line 1 on",
            )
        page = options.page_name or join_reference((source.path.stem,))
        if not wanted(page, options):
            return
        title, modified = _read_header(lines[: best.first], options.timezone)
        history: History = "lines" if best.blamed else "latest"
        id_ = PageId(options.wiki, page)
        yield PageSeen(id=id_, history=history, title=title, modified=modified, raw=data)
        yield Snapshot(
            lines=tuple(best.texts), origins=tuple(best.origins), missing=frozenset(best.missing)
        )
        for problem in (*problems, *best.problems):
            yield msgspec.structs.replace(problem, page=page)


def _best(lines: list[str], where: str) -> DumpAssembly:
    """Return the reading of the dump, as a table or plain, that explains more of its lines."""
    return max((assemble(lines, shape, where) for shape in _SHAPES), key=lambda a: a.rows)


def _why_nothing(data: bytes) -> str:
    if not data.strip():
        return "the file is empty"
    return "no line of a code viewer (`1.2 | 1 | text |` or `Author 1.2 1 text`) in this file"


def _read_header(lines: list[str], zone: str | None) -> tuple[str | None, str | None]:
    """Return title and date of the last change from the lines above the first row.

    They may be in any UI language as far as they have a date. ``zone`` is the IANA name of the
    wiki's time zone: times are printed without one.
    """
    title = modified = None
    for line in lines:
        if found := _TITLE.fullmatch(line.strip().lstrip("# ")):
            title = found["title"]
        elif found := _DATE.search(line.strip()):
            modified = _written_date(found["day"], found["time"], zone)
    return title, modified


def _written_date(day: str, time: str | None, zone: str | None) -> str | None:
    """Return ISO 8601, no more precise than written; None for a day that does not exist."""
    iso = day.replace("/", "-") + (f"T{time}" if time else "")
    try:
        parsed = datetime.fromisoformat(iso)
    except ValueError:
        return None
    if not time or not zone:
        return iso
    return iso + parsed.replace(tzinfo=ZoneInfo(zone)).isoformat()[-6:]
