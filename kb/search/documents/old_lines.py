"""Lines of earlier versions that their page no longer has, as documents.

They make an index of their own, so that what holds today is found as if they were not there.
Off unless kb.toml says `[search] revisions = true`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby

from kb.archive.archive import Archive
from kb.model import PageId
from kb.search.documents.case_documents import readable
from kb.search.documents.search_document import NamedText, SearchDocument


class OldLineDocuments:
    """A document for each page of the archive; empty where nothing was taken out."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def digests(self) -> Mapping[str, bytes]:
        """Key → digest of every page."""
        return {_key(page): digest for _, page, digest in self._archive.digests()}

    def documents(self, keys: Collection[str]) -> Iterable[SearchDocument]:
        """The documents of the pages with these keys."""
        wanted = set(keys)
        for key, page, digest in self._archive.digests():
            if (name := _key(page)) in wanted:
                view = self._archive.view(key)
                yield SearchDocument(
                    key=name, digest=digest, kind="old", id=page.page,
                    title=view.title or page.page, url=view.url,
                    texts=tuple(_texts(self._archive, key)),
                    names=(("wiki", page.wiki), ("lang", page.locale)),
                )  # fmt: skip


def _key(page: PageId) -> str:
    return f"{page.wiki}\t{page.page}\t{page.locale}"


def _texts(archive: Archive, key: int) -> Iterator[NamedText]:
    """Group the lines that went by the versions that had them."""
    spans = _spans(archive, key)
    for (first, last), lines in groupby(spans, key=lambda line: spans[line]):
        versions = first if first == last else f"{first}–{last}"
        yield NamedText("old", versions, readable("\n".join(lines)))


def _spans(archive: Archive, key: int) -> dict[str, tuple[str, str]]:
    """Map each line that is no longer there to the first and last version that had it."""
    now = {line.text.strip() for line in archive.view(key).lines}
    found: dict[str, tuple[str, str]] = {}
    for revision in archive.revisions(key):
        if not revision.held:
            continue
        content = archive.content(key, revision.version) or ""
        for line in dict.fromkeys(map(str.strip, content.split("\n"))):
            if line and line not in now:
                first, _ = found.get(line, (revision.version, ""))
                found[line] = (first, revision.version)
    return found
