"""The lossless store: every page, revision, attachment, comment, object, and who fetched it."""

from kb.archive.archive import Archive
from kb.archive.damage import Damage
from kb.archive.views import AttachmentView, LineView, PageStanding, PageView, RevisionView

__all__ = [
    "Archive", "AttachmentView", "Damage", "LineView", "PageStanding", "PageView", "RevisionView",
]  # fmt: skip
