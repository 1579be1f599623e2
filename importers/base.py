"""Define the protocol of importers, and find the importer of a source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import IntEnum
from pathlib import Path
from typing import Protocol

import msgspec

from kb.errors import InputError, UsageError, page_trouble
from kb.model import Item, Known, Sink
from kb.options import Options
from kb.plugins import IMPORTERS, PluginError, all_plugins, find_plugin

__all__ = [
    "EXPECTED", "Confidence", "Importer", "Options", "Source", "guarded", "importer_for",
    "importer_named",
]  # fmt: skip

EXPECTED = "expected-pages"
"""Key of the FetchState in which an importer says how many pages a run is about to read."""
_PEEK = 65_536


class Confidence(IntEnum):
    """Say how sure an importer is that it can read a source."""

    NO = 0
    MAYBE = 1
    LIKELY = 2
    SURE = 3


class Source(msgspec.Struct, frozen=True):
    """A path or a URL to import from, as the user wrote it."""

    location: str

    @property
    def is_url(self) -> bool:
        """True for http and https."""
        return self.location.lower().startswith(("http://", "https://"))

    @property
    def path(self) -> Path:
        """Return the location as a path."""
        return Path(self.location)

    def peek(self) -> bytes:
        """Return the first 64 KiB of a file; nothing for a URL or a folder."""
        if self.is_url or not self.path.is_file():
            return b""
        with self.path.open("rb") as file:
            return file.read(_PEEK)


def guarded(items: Iterable[Item], where: str, page: str | None = None) -> Iterator[Item]:
    """Yield the records of a page; what its content breaks is a Problem in place of the rest."""
    try:
        yield from items
    except Exception as error:
        yield page_trouble(error, where, page)


class Importer(Protocol):
    """Read a source into records, lazily; a bad record becomes a Problem in its place."""

    name: str

    def recognises(self, source: Source) -> Confidence:
        """Say how sure this importer is, from the name and the first bytes alone."""
        ...

    def records(self, source: Source, options: Options, known: Known, sink: Sink) -> Iterator[Item]:
        """Yield what the source has and the archive lacks, the records of a page together.

        Raises InputError where nothing is usable, RemoteError where a server refuses.
        """
        ...


def importer_named(name: str) -> Importer:
    """Return the importer of that name. UsageError where there is none."""
    found = find_plugin(IMPORTERS, name)
    if found is None:
        known = ", ".join(sorted(all_plugins(IMPORTERS)))
        raise UsageError(f"there is no importer {name!r}", hint=f"one of: {known}")
    importer: Importer = found.load()()
    return importer


def importer_for(source: Source) -> Importer:
    """Return the importer that is surest of the source; of equally sure ones the first by name.

    InputError where none recognises it. A package of others that cannot be loaded is passed over.
    """
    if not source.is_url and not source.path.exists():
        raise InputError(f"{source.location}: no such file or folder")
    if not source.is_url and source.path.is_file() and not source.path.stat().st_size:
        raise InputError(f"{source.location}:1: the file is empty", hint="save the page again")
    sure, best, broken = Confidence.NO, None, ""
    for name in sorted(all_plugins(IMPORTERS)):
        try:
            importer = importer_named(name)
        except PluginError as error:
            broken = f"; {error}"
            continue
        try:
            confidence = importer.recognises(source)
        except Exception as error:
            broken = f"; {page_trouble(error, name)}"
            continue
        if confidence > sure:
            sure, best = confidence, importer
    if best is None:
        raise InputError(
            f"{source.location}: not recognised as a wiki's page, dump or export{broken}",
            hint="name its format by --as (in Python: format=), one of: "
            + ", ".join(sorted(all_plugins(IMPORTERS))),
        )
    return best
