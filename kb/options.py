"""What the user chose of a source, on the command line or in kb.toml."""

from __future__ import annotations

import msgspec


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """What is the same in both places: which pages, and who asks."""

    page_name: str | None = None
    """Reference for a source that names none."""
    spaces: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    """Globs on references; empty ``spaces`` and ``pages`` take everything."""
    history: bool = True
    attachments: bool = True
    user: str | None = None
    password_env: str | None = None
    cookie_env: str | None = None
    settings: dict[str, str] = {}
    """Further options of one importer."""


class Options(Choice, frozen=True, kw_only=True):
    """A choice, with what the home knows."""

    wiki: str = "xwiki"
    """Name that the archive keeps the pages under."""
    timezone: str | None = None
    """IANA name of the wiki's zone, for dates that come without one."""
    scratch: str | None = None
    """Folder where an importer keeps what it has fetched and not yet committed, so that an
    interrupted run goes on; None: nothing outlives the run."""
