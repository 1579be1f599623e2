"""Export the archive and its cases in an open format, with the proof of what was kept."""

from __future__ import annotations

from collections.abc import Mapping

from kb.archive import Archive
from kb.cases.store.store import CaseStore
from kb.config import Home
from kb.export.protocol import exporter_named, options_of
from kb.export.report import LossReport
from kb.export.run import run_export
from kb.text.interface import own_texts


def export(
    home: Home, archive: Archive, store: CaseStore, form: str, dest: str,
    given: Mapping[str, object],
) -> LossReport:  # fmt: skip
    """Write everything to ``dest``; `-` is stdout where that makes sense.

    UsageError for a format or an option that there is not.
    """
    exporter = exporter_named(form)
    options = options_of(exporter, given)
    texts = own_texts() if options.audience == "public" else ()
    return run_export(exporter, home, archive, store, dest, options, own_texts=texts)
