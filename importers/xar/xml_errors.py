"""Errors inside one page's XML; each becomes a Problem of that page."""

from __future__ import annotations

from typing import NoReturn


class BadXmlError(Exception):
    """A page whose XML cannot be read. ``code`` is the Problem's."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def too_large(what: str, limit: int) -> NoReturn:
    """Raise BadXmlError for a text that would not fit into bounded memory."""
    raise BadXmlError("too-large", f"{what} is longer than {limit:,} characters")
