"""Files that wait for the revision of their page that brought them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from kb.archive import AttachmentView, RevisionView
from kb.export.moments import instant_of

JOIN_SECONDS = 5
"""XWiki dates a file when it arrives and the page's version when that is saved, just after."""


class Waiting:
    """Versions of files by author and second of arrival."""

    def __init__(self, files: Iterable[AttachmentView]) -> None:
        self._by_arrival: defaultdict[object, list[AttachmentView]] = defaultdict(list)
        for file in files:
            came = instant_of(file.date)
            exact = came is not None and came.exact
            key = (file.author, came.seconds) if came and exact else None
            self._by_arrival[key].append(file)

    def take(self, revision: RevisionView) -> Iterator[AttachmentView]:
        """Files that came with the revision: same author, dated just before it."""
        saved = instant_of(revision.date)
        if saved is None or not saved.exact:
            return
        for seconds in range(saved.seconds - JOIN_SECONDS, saved.seconds + 1):
            yield from self._by_arrival.pop((revision.author, seconds), ())

    def rest(self) -> list[AttachmentView]:
        """Those that no revision took, by name and version as they came."""
        return [file for files in self._by_arrival.values() for file in files]
