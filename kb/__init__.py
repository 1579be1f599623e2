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
    from kb.cases.reader.coverage import Doubt, PageCoverage, TakenLine
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
        Status,
        Turn,
        Unclassified,
    )
    from kb.cases.store.summary import Summary
    from kb.errors import InputError, KbError, NotFoundError, Problem, RemoteError, UsageError
    from kb.export.report import Loss, LossReport
    from kb.history.unified import DiffLine, Hunk
    from kb.library.backing_up import BackupReport, RestoreReport, restore
    from kb.library.library import Library
    from kb.library.library import open_library as open  # noqa: A004  (as `gzip.open` is)
    from kb.library.pages import Page
    from kb.library.profiling import ProfileInfo, ProposedProfile
    from kb.library.progress import Progress
    from kb.library.repairing import RepairReport
    from kb.library.serving import SiteServer
    from kb.library.stats import Stats
    from kb.library.taking_in import ImportReport, SyncError
    from kb.library.verifying import Verification
    from kb.model import Comment, PageId, WikiObject
    from kb.publish.site_build.site_builder import BuildReport, SiteChanges
    from kb.redact.leaks import LeakError
    from kb.redact.public_files import HeldFile
    from kb.redact.public_pages import InsideReport, KeptInside
    from kb.redact.public_rules import Audience
    from kb.redact.rights import Visibility
    from kb.search.asking.hits import Highlight, Hit, Hits
    from kb.search.documents.search_document import NamedText, SearchDocument, SortOrder
    from kb.search.query.query_tree import QueryNote
    from kb.verify.against_source import Finding

_NAMES = {
    "kb.archive.views": ("AttachmentView", "LineView", "RevisionView"),
    "kb.cases.reader.coverage": ("Doubt", "PageCoverage", "TakenLine"),
    "kb.cases.record": (
        "Anomaly", "Case", "CaseAttachment", "CaseSource", "Correction", "Event", "Field",
        "Identifier", "Origin", "Related", "Resolution", "Section", "Status", "Turn",
        "Unclassified",
    ),
    "kb.cases.store.summary": ("Summary",),
    "kb.errors": (
        "InputError", "KbError", "NotFoundError", "Problem", "RemoteError", "UsageError",
    ),
    "kb.export.report": ("Loss", "LossReport"),
    "kb.history.unified": ("DiffLine", "Hunk"),
    "kb.library.backing_up": ("BackupReport", "RestoreReport", "restore"),
    "kb.library.library": ("Library",),
    "kb.library.stats": ("Stats",),
    "kb.library.pages": ("Page",),
    "kb.library.profiling": ("ProfileInfo", "ProposedProfile"),
    "kb.library.progress": ("Progress",),
    "kb.library.repairing": ("RepairReport",),
    "kb.library.serving": ("SiteServer",),
    "kb.library.taking_in": ("ImportReport", "SyncError"),
    "kb.library.verifying": ("Verification",),
    "kb.model": ("Comment", "PageId", "WikiObject"),
    "kb.publish.site_build.site_builder": ("BuildReport", "SiteChanges"),
    "kb.redact.leaks": ("LeakError",),
    "kb.redact.public_files": ("HeldFile",),
    "kb.redact.public_pages": ("InsideReport", "KeptInside"),
    "kb.redact.public_rules": ("Audience",),
    "kb.redact.rights": ("Visibility",),
    "kb.search.asking.hits": ("Highlight", "Hit", "Hits"),
    "kb.search.documents.search_document": ("NamedText", "SearchDocument", "SortOrder"),
    "kb.search.query.query_tree": ("QueryNote",),
    "kb.verify.against_source": ("Finding",),
}  # fmt: skip
"""Module → what of it is public. Imported when first asked for, so that commands start fast."""
_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names}

__all__ = [
    "Anomaly", "AttachmentView", "Audience", "BackupReport", "BuildReport", "Case",
    "CaseAttachment", "CaseSource", "Comment", "Correction", "DiffLine", "Doubt", "Event",
    "Field", "Finding", "HeldFile", "Highlight", "Hit", "Hits", "Hunk", "Identifier",
    "ImportReport", "InputError", "InsideReport", "KbError", "KeptInside", "LeakError", "Library",
    "LineView", "Loss", "LossReport", "NamedText", "NotFoundError", "Origin", "Page",
    "PageCoverage", "PageId", "Problem", "ProfileInfo", "Progress", "ProposedProfile",
    "QueryNote", "Related", "RemoteError", "RepairReport", "Resolution", "RestoreReport",
    "RevisionView", "SearchDocument", "Section", "SiteChanges", "SiteServer", "SortOrder", "Stats",
    "Status", "Summary", "SyncError", "TakenLine", "Turn", "Unclassified", "UsageError",
    "Verification", "Visibility", "WikiObject", "open", "restore",
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
