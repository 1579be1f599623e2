"""What an import came to."""

from __future__ import annotations

import msgspec

from kb.errors import Problem


class IngestReport(msgspec.Struct, kw_only=True):
    """What one import did."""

    pages: int = 0
    changed: int = 0
    """Pages about which anything is new."""
    revisions: int = 0
    attachments: int = 0
    problems: list[Problem] = []
    blame_seconds: float = 0.0
    """CPU time that went into saying who wrote which line."""
