"""Two kinds of trouble: errors stop a run, problems spoil one record."""

from __future__ import annotations

import errno
import sqlite3
import traceback
from typing import ClassVar, Final

import msgspec

BAD_JSON: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""All that msgspec raises of bytes that are not the JSON which is asked for."""


class KbError(Exception):
    """Base of every error that leaves the library on purpose."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        """What to do about it; empty where the message says it all."""


class UsageError(KbError):
    """The call cannot be meant: an unknown name, options that exclude each other."""

    exit_code = 2


class NotFoundError(UsageError):
    """There is no case, page, version or attachment of that name."""


class InputError(KbError):
    """Nothing in the input is usable, or it is not what it says it is."""

    exit_code = 3


class RemoteError(KbError):
    """A server is unreachable, refuses, or answers with something else."""

    exit_code = 4


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One record's trouble: stored, counted, shown by ``kb stats``, never raised."""

    where: str
    """File and line, URL, or page and version: `dump.txt:17`, `a.xar!/A/B.xml`."""
    code: str
    """Stable and hyphenated; tests and users name it: `line-gap`."""
    detail: str
    """For people: names the value and says what to do where something can be done."""
    page: str | None = None
    """Reference of the page that it is about, where one is known."""
    sha256: str | None = None
    """Digest of bytes kept in the archive because nothing else of them could be."""

    def __str__(self) -> str:
        return f"{self.where}: {self.detail} [{self.code}]"


_OF_A_NAME = frozenset({errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL})
"""What a system says of a name out of a page that no file can have."""


def page_trouble(error: Exception, where: str, page: str | None = None) -> Problem:
    """Return the Problem that a page's content makes of an error; every route has it called once.

    What is not of the page's making is raised again: errors on purpose, and those of a machine
    (a full disk, a damaged or locked database).
    """
    of_machine = isinstance(error, OSError) and error.errno not in _OF_A_NAME
    of_database = isinstance(error, sqlite3.Error) and not isinstance(error, sqlite3.DataError)
    if isinstance(error, KbError) or of_machine or of_database:
        raise error
    said = f"{type(error).__name__}: {str(error)[:200]}"
    if isinstance(error, RecursionError | MemoryError):
        said = "too deep" if isinstance(error, RecursionError) else "too large"
    frames = traceback.extract_tb(error.__traceback__)
    at = f" ({frames[-1].name})" if frames else ""
    detail = f"this cannot be processed: {said}{at}; the other pages are not affected"
    return Problem(where=where, code="page-failed", detail=detail, page=page)
