"""The formats of `kb export`: name → what it is and the module that writes it."""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple, Protocol

from kb.archive import Archive
from kb.cases.store import CaseStore
from kb.config import Home


class Options(NamedTuple):
    """What the user chose."""

    removed: bool = False
    """Cases too that are gone from the latest revision."""
    audience: str = "internal"


class Exporter(Protocol):
    """Writes everything to ``dest``: a path, or `-` for stdout where the format is one stream."""

    def __call__(
        self, home: Home, archive: Archive, store: CaseStore, dest: str, options: Options
    ) -> None:
        """Write it. InputError or UsageError where it cannot be."""
        ...


class Format(NamedTuple):
    """A format: a line of help, and where its `export` function is."""

    help: str
    module: str

    def exporter(self) -> Exporter:
        """The function, imported now."""
        found: Exporter = import_module(self.module).export
        return found


FORMATS = {
    "jsonl": Format("one case a line, by the published schema", "kb.export.jsonl"),
}
