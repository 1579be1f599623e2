"""Casebook: an old XWiki's case pages as a searchable knowledge base that lasts.

    import kb

    with kb.open("home", create=True) as library:
        library.import_("wiki.xar")
        for hit in library.search("重复扣费"):
            print(hit.id, hit.title)

docs/python.md is the manual of what is named here.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from kb.archive.views import AttachmentView, LineView, RevisionView
    from kb.cases.record import (
        Anomaly,
        Case,
        CaseAttachment,
        CaseSource,
        Correction,
        Event,
        Field,
        Identifier,
        Origin,
        Related,
        Resolution,
        Section,
        Turn,
        Unclassified,
    )
    from kb.errors import (
        InputError,
        KbError,
        NotFoundError,
        Problem,
        RemoteError,
        UsageError,
    )
    from kb.library.library import Library, Stats
    from kb.library.library import open_library as open  # noqa: A004  (as `gzip.open` is)
    from kb.library.pages import Page
    from kb.library.progress import Progress
    from kb.library.taking_in import ImportReport, SyncError
    from kb.library.verifying import Verification
    from kb.publish.site_build.site_builder import BuildReport, SiteChanges
    from kb.search.asking.hits import Hit, Hits

_NAMES = {
    "kb.archive.views": ("AttachmentView", "LineView", "RevisionView"),
    "kb.cases.record": (
        "Anomaly", "Case", "CaseAttachment", "CaseSource", "Correction", "Event", "Field",
        "Identifier", "Origin", "Related", "Resolution", "Section", "Turn", "Unclassified",
    ),
    "kb.errors": (
        "InputError", "KbError", "NotFoundError", "Problem", "RemoteError", "UsageError",
    ),
    "kb.library.library": ("Library", "Stats"),
    "kb.library.pages": ("Page",),
    "kb.library.progress": ("Progress",),
    "kb.library.taking_in": ("ImportReport", "SyncError"),
    "kb.library.verifying": ("Verification",),
    "kb.publish.site_build.site_builder": ("BuildReport", "SiteChanges"),
    "kb.search.asking.hits": ("Hit", "Hits"),
}  # fmt: skip
"""Module → what of it is public. Imported when first asked for, so that commands start fast."""
_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names}

__all__ = [
    "Anomaly", "AttachmentView", "BuildReport", "Case", "CaseAttachment", "CaseSource",
    "Correction", "Event", "Field", "Hit", "Hits", "Identifier", "ImportReport", "InputError",
    "KbError", "Library", "LineView", "NotFoundError", "Origin", "Page", "Problem", "Progress",
    "Related", "RemoteError", "Resolution", "RevisionView", "Section", "SiteChanges", "Stats",
    "SyncError", "Turn", "Unclassified", "UsageError", "Verification", "open",
]  # fmt: skip


def __getattr__(name: str) -> object:
    if name == "open":
        found = import_module("kb.library.library").open_library
    elif name in _MODULE_OF:
        found = getattr(import_module(_MODULE_OF[name]), name)
    else:
        raise AttributeError(f"module 'kb' has no attribute {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
