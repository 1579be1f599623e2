"""Pages that hold no case as documents, with their files and comments."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from kb.archive.archive import Archive
from kb.archive.views import AttachmentView, PageView
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
