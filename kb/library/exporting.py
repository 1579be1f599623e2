"""Export the archive and its cases in an open format, with the proof of what was kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kb.archive import Archive
from kb.cases.store.store import CaseStore
from kb.config import Home
from kb.errors import UsageError
from kb.export.formats import FORMATS, Options
from kb.export.ledger import Ledger, add_digests, write_report
from kb.export.public import export_public
from kb.redact.public_pages import PublicPages
from kb.redact.rules import rules_of


def export(
    home: Home, archive: Archive, store: CaseStore, form: str, dest: str, given: Mapping[str, Any]
) -> Ledger:
    """Write everything to ``dest``; `-` is stdout where that makes sense.

    UsageError for a format or an option that there is not.
    """
    if form not in FORMATS:
        raise UsageError(f"there is no format {form!r}", hint=f"one of: {', '.join(FORMATS)}")
    try:
        options = Options(**given)
    except TypeError:
        unknown = ", ".join(sorted(given.keys() - set(Options._fields)))
        hint = f"one of: {', '.join(Options._fields)}"
        raise UsageError(f"{form} has no option {unknown}", hint=hint) from None
    if options.audience == "public":
        visible = PublicPages.of(archive, rules_of(home.config.public))
        ledger = export_public(form, home, archive, store, visible, dest, options)
    else:
        ledger = FORMATS[form].exporter()(home, archive, store, dest, options)
    if options.report is not None:
        add_digests(ledger, Path(dest))
        write_report(ledger, options.report)
    return ledger
