"""What an exporter is, how the one of a name is found, and how its options are read.

A format is a subclass of `Exporter`, which a distribution announces by an entry point of the group
`wiki_casebook.exporters`. It is imported when it is named. docs/export.md has a whole one as an
example; kb.testing.exporters has the tests that every one must pass.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Annotated, Final, Protocol, TypeAlias, TypeVar

import msgspec

from kb.archive import Archive
from kb.cases.record import Case
from kb.config import SiteConfig
from kb.errors import UsageError
from kb.export.report import LossReport
from kb.files import MARK, new_file
from kb.plugins import EXPORTERS, PluginError, all_plugins, find_plugin
from kb.redact.public_rules import Audience

Part: TypeAlias = tuple[str, bytes]
"""A name and bytes that stand under it."""
PORTION: Final = 4 << 20
"""Bytes that are searched at a time where a file is one line after another."""
_MARKS = re.compile(rb"~|\*\*|//|__|--|\^\^|,,|##|\(%[^%]{0,2000}%\)")
_DIGEST = re.compile(rb"\b[0-9a-f]{32,64}\b")


def readable(parts: Iterable[Part], *, wiki_syntax: bool) -> Iterator[Part]:
    """Yield the parts without digests, which have the digits of some number by chance.

    With ``wiki_syntax``, a part comes again without the marks of that syntax.
    """
    for name, data in parts:
        text = _DIGEST.sub(b"", data)
        yield name, text
        if wiki_syntax and (plain := _MARKS.sub(b"", text)) != text:
            yield name, plain


def file_parts(made: Path) -> Iterator[Part]:
    """Yield every file as it is; names are relative to the folder that the export is in."""
    for path in _all(made):
        name = path.relative_to(made.parent).as_posix()
        yield name, path.read_bytes() if path.is_file() else b""


def line_parts(made: Path) -> Iterator[Part]:
    """Yield files that are one line after another, some lines at a time."""
    for path in _all(made):
        yield path.name, b""
        if path.is_file() and path.name != MARK:
            with path.open("rb") as file:
                while lines := file.readlines(PORTION):
                    yield path.name, b"".join(lines)


def _all(made: Path) -> list[Path]:
    return sorted(made.rglob("*")) if made.is_dir() else [made]


def row_parts(name: str, rows: Iterable[Iterable[object]]) -> Iterator[Part]:
    """Yield the rows of a table, each as a line of JSON, some lines at a time."""
    waiting: list[bytes] = []
    size = 0
    for row in rows:
        waiting.append(msgspec.json.encode(row) + b"\n")
        size += len(waiting[-1])
        if size > PORTION:
            yield name, b"".join(waiting)
            waiting, size = [], 0
    yield name, b"".join(waiting)


class ExportOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Options of every format. A format that has options of its own extends this record.

    Each field is an option of `kb export` (``format_version`` is `--format-version`) and a keyword
    of the library. Its type is bool (a flag), str, int, Path, or a Literal of the allowed values;
    msgspec.Meta gives its help, and of a Path with ``extra={"path": "file"}`` that the file must
    exist, with "folder" that it must not be a file.
    """

    audience: Annotated[
        Audience, msgspec.Meta(description="Who will read it; public: redacted, then searched.")
    ] = "internal"
    force: Annotated[
        bool,
        msgspec.Meta(
            description="Replace a file that no export of this home wrote, or that was changed."
        ),
    ] = False
    report: Annotated[
        Path | None,
        msgspec.Meta(
            description="Write the proof there: what was kept, changed, dropped; digests; "
            "redirects.",
            extra={"path": "folder"},
        ),
    ] = None


class ExportedCases(Protocol):
    """The case records, in the archive's stable order: a CaseStore, or what is public of one."""

    def cases(self) -> Iterator[Case]:
        """Yield every case."""

    def records(self) -> Iterator[tuple[str, bytes]]:
        """Yield id and JSON line of every case."""

    def removed(self, archive: Archive) -> Iterable[Case]:
        """Yield the cases that are gone from the latest revision of their page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What an exporter writes: all of a home, or a redacted copy where the public will read it."""

    archive: Archive
    cases: ExportedCases
    site: SiteConfig
    """Title, language and address of the site, for formats that have a place for them."""


OptionsT = TypeVar("OptionsT", bound=ExportOptions)


class Exporter(Protocol[OptionsT]):
    """A format of `kb export`: subclass this."""

    name: str
    """As the user names it; the entry point has the same name."""
    description: str
    """One line of help."""
    options: type[OptionsT]
    """The record of its options."""
    updates_in_place: bool = False
    """Whether a run builds on what an earlier one made at the same place."""
    wiki_syntax: bool = True
    """Whether its texts are the wiki's own: the search for leaks then also reads them without the
    marks of XWiki's syntax, which could stand between two halves of a value."""

    def export(self, contents: Contents, dest: str, options: OptionsT) -> LossReport:
        """Write everything to ``dest``: a path, or `-` for stdout where the format is one stream.

        The bytes depend on ``contents`` and ``options`` alone. ``dest`` is in a temporary folder:
        what is made there, and whatever stands beside it then, is put in place at the end, where
        it replaces nothing that no export made. With `updates_in_place` it is the place that the
        user named, and the format sees to that. What is not simply kept is noted in the report;
        what costs a look at every page only where ``options.report`` is set. InputError or
        UsageError where it cannot be written.
        """

    def parts(self, made: Path) -> Iterator[Part]:
        """Yield all that the export at ``made`` tells, for the search for leaks.

        A format whose bytes do not show what they say (compressed, binary) unpacks them here.
        """
        yield from file_parts(made)


def path_of(dest: str, what: str) -> Path:
    """Return ``dest`` as a path. UsageError where it means stdout, which ``what`` cannot go to."""
    if dest == "-":
        raise UsageError(f"{what} cannot go to stdout", hint="name a path")
    return Path(dest)


@contextmanager
def file_or_stdout(dest: str) -> Iterator[IO[bytes]]:
    """Open the file ``dest``, which is put in place at the end, or stdout where it is `-`."""
    if dest == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    else:
        with new_file(Path(dest)) as part, part.open("wb") as file:
            yield file


def exporter_names() -> list[str]:
    """Return the names of all formats, in order; none of them is imported."""
    return sorted(all_plugins(EXPORTERS))


def exporter_named(name: str) -> Exporter[ExportOptions]:
    """Return the exporter of that name, imported now. UsageError where there is none."""
    point = find_plugin(EXPORTERS, name)
    if point is None:
        raise UsageError(
            f"there is no format {name!r}", hint=f"one of: {', '.join(exporter_names())}"
        )
    exporter: Exporter[ExportOptions] = point.load()()
    return exporter


def options_of(exporter: Exporter[OptionsT], given: Mapping[str, object]) -> OptionsT:
    """Return the options record of what the user gave by name.

    UsageError for an option that the format does not know, which says what formats do, and for a
    value that it cannot have.
    """
    for name in given:
        if name not in exporter.options.__struct_fields__:
            raise unknown_option(exporter.name, name, name)
    try:
        return msgspec.convert(dict(given), exporter.options, dec_hook=_to_path)
    except msgspec.ValidationError as error:
        from kb.allowed_values import allowed  # which takes long to load

        hint = allowed(exporter.options, str(error))
        raise UsageError(f"{exporter.name}: {error}", hint=hint) from error


def _to_path(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str | Path):
        return Path(value)
    raise TypeError(f"{value!r} is no {kind.__name__}")


def unknown_option(form: str, field: str, written: str) -> UsageError:
    """Return the error for an option that the format lacks; the user has it ``written`` so."""
    others = [name for name in exporter_names() if field in _fields_of(name)]
    hint = f"an option of: {', '.join(others)}" if others else f"kb export {form} --help lists them"
    return UsageError(f"{form} has no option {written}", hint=hint)


def _fields_of(name: str) -> tuple[str, ...]:
    """Return the options of a format; none where its package is broken."""
    try:
        return exporter_named(name).options.__struct_fields__
    except (ImportError, AttributeError, PluginError):
        return ()
