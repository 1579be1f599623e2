"""Pages that hold no case as documents, and lines of earlier versions that no page has any more.

The latter make an index of their own, so that what holds today is found as if they were not there.
Off unless kb.toml says `[search] revisions = true`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import groupby

from kb.archive.archive import Archive
from kb.archive.views import AttachmentView, PageView
from kb.model import PageId
from kb.search.documents.case_documents import UNREADABLE, readable
from kb.search.documents.file_text import FileText, has_text, text_of
from kb.search.documents.search_document import NamedText, SearchDocument, day_number


class PageDocuments:
    """The archive's pages, without those whose keys ``taken`` names."""

    def __init__(self, archive: Archive, taken: Callable[[], Collection[int]]) -> None:
        self._archive = archive
        self._taken = taken

    def _rows(self) -> Iterator[tuple[str, int, bytes]]:
        taken = self._taken()
        for key, page, digest in self._archive.digests():
            if key not in taken:
                yield f"page\t{page.wiki}\t{page.page}\t{page.locale}", key, digest

    def digests(self) -> Mapping[str, bytes]:
        """Key → digest of every page without cases."""
        return {name: digest for name, _, digest in self._rows()}

    def documents(self, keys: Collection[str]) -> Iterable[SearchDocument]:
        """The documents of the pages with these keys."""
        wanted = set(keys)
        for name, key, digest in self._rows():
            if name in wanted:
                yield page_document(self._archive, self._archive.view(key), name, digest)


def page_document(archive: Archive, page: PageView, key: str, digest: bytes) -> SearchDocument:
    """Make the document of a page: its title, text, attached files and comments."""
    authors = dict.fromkeys(line.author for line in page.lines if line.author)
    files = _files(archive, page.attachments)
    return SearchDocument(
        key=key, digest=digest, kind="page", id=page.id.page, title=page.title or page.id.page,
        url=page.url, day=day_number(page.modified),
        texts=tuple(text for text in _texts(page, files) if text.text.strip()),
        names=(
            ("wiki", page.id.wiki),
            ("lang", page.id.locale or page.default_locale or ""),
            *(("author", author) for author in authors),
            *(("tag", tag) for tag in page.tags),
            *(("anomaly", UNREADABLE) for file in files.values() if file.unreadable),
        ),
    )  # fmt: skip


def _texts(page: PageView, files: Mapping[str, FileText]) -> Iterator[NamedText]:
    yield NamedText("page", "", page.id.page)
    yield NamedText("title", "", page.title or "")
    yield NamedText("text", "", readable(page.source))
    for comment in page.comments:
        yield NamedText("text", comment.author or "", readable(comment.text))
    for name, file in files.items():
        yield NamedText("file", "", name)
        yield NamedText("text", name, file.text)


def _files(archive: Archive, files: Iterable[AttachmentView]) -> dict[str, FileText]:
    """Read the last version of each file, by name."""
    newest = {file.name: file.sha256 for file in files}
    return {
        name: attached_text(archive, name, sha256) if sha256 else FileText("")
        for name, sha256 in newest.items()
    }


def attached_text(archive: Archive, name: str, sha256: str) -> FileText:
    """Read the text of a file in the archive; empty where it has none or is not there."""
    if not has_text(name):
        return FileText("")
    try:
        return text_of(name, archive.blobs.chunks(sha256))
    except KeyError:
        return FileText("")


class OldLineDocuments:
    """A document for each page of the archive; empty where nothing was taken out."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def digests(self) -> Mapping[str, bytes]:
        """Key → digest of every page."""
        return {_page_key(page): digest for _, page, digest in self._archive.digests()}

    def documents(self, keys: Collection[str]) -> Iterable[SearchDocument]:
        """The documents of the pages with these keys."""
        wanted = set(keys)
        for key, page, digest in self._archive.digests():
            if (name := _page_key(page)) in wanted:
                view = self._archive.view(key)
                yield SearchDocument(
                    key=name, digest=digest, kind="old", id=page.page,
                    title=view.title or page.page, url=view.url,
                    texts=tuple(_old_texts(self._archive, key)),
                    names=(("wiki", page.wiki), ("lang", page.locale)),
                )  # fmt: skip


def _page_key(page: PageId) -> str:
    return f"{page.wiki}\t{page.page}\t{page.locale}"


def _old_texts(archive: Archive, key: int) -> Iterator[NamedText]:
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
