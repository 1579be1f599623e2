"""What the wiki's lists know of pages that are read by their viewers: languages, names of files.

No viewer shows in all skins which translations a page has, or which files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from importers.web.failures import FetchError
from importers.web.jobs import Job
from importers.web.workers import RefusedError, Workers
from importers.xwiki.rest_lists import RowLimit, counted, list_files
from kb.errors import RemoteError

_COMMON = (
    "en", "zh", "zh_CN", "zh_TW", "fr", "de", "es", "pt", "pt_BR", "it", "nl", "ja", "ko", "ru",
    "pl", "cs", "tr", "sv", "da", "fi", "nb", "no", "hu", "ro", "uk", "ar", "he", "el", "th",
    "vi", "id", "ca", "hr", "sk", "sl", "bg", "et", "lv", "lt", "fa", "hi", "en_US", "en_GB",
    "fr_FR", "fr_CA", "de_DE", "es_ES",
)  # fmt: skip
"""Tried where the list of pages counts more translations than are known."""


class Hints(msgspec.Struct):
    """Empty where there are no lists."""

    limit: RowLimit
    """How many rows the server gives at a time."""
    rows: Counter[str] | None = None
    """Documents of each page, itself and its translations; where the list has no order, more."""
    locales: dict[str, set[str]] = {}
    """Languages of translations, of those that have a history."""
    files: dict[str, dict[str, str]] = {}
    """Files of each page that is not hidden, with their present versions."""

    def translations(self, page: str) -> int | None:
        """How many there are; None where nobody says."""
        return None if self.rows is None or page not in self.rows else self.rows[page] - 1

    def languages(self, wiki: str, page: str, chosen: list[str]) -> Job[tuple[list[str], int]]:
        """Those to ask the page for; and how many translations there are at least."""
        known, count = sorted(self.locales.get(page, ())), self.translations(page)
        if count is None:
            return list(dict.fromkeys((*known, *chosen))), 0
        if count > len(known):
            documents = yield from counted(wiki, self.limit, page)
            count = None if documents is None else documents - 1
        if count is not None and count <= len(known):
            return known, count
        return list(dict.fromkeys((*known, *chosen, *_COMMON))), count or 0

    def learn_locales(self, pages: Iterable[tuple[str, str]]) -> None:
        """Take in which documents there are, by reference and locale."""
        for page, locale in pages:
            if locale:
                self.locales.setdefault(page, set()).add(locale)

    def ask_files(self, workers: Workers, wiki: str) -> None:
        """Take in the wiki's list of files; nothing where the server has none."""
        try:
            self.files = workers.one(list_files(wiki, self.limit))
        except RefusedError:
            raise
        except (FetchError, RemoteError):
            self.files = {}
