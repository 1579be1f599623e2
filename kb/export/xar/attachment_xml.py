"""A page's attached files with their versions as XML, their bytes streamed."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from itertools import groupby

from kb.archive import Archive, AttachmentView, PageView
from kb.export.xar.xml import RcsEntry, element, escape, milliseconds, rcs_archive


def files_of(archive: Archive, page: PageView, version: tuple[int, int]) -> Iterator[str]:
    """Yield an `<attachment>` for each file that the page has."""
    present = [file for file in page.attachments if not file.gone]
    for _, versions in groupby(present, key=lambda file: file.name):
        yield from _attachment(archive, list(versions), version)


def _attachment(
    archive: Archive, versions: list[AttachmentView], version: tuple[int, int]
) -> Iterator[str]:
    newest = versions[-1]
    yield "  <attachment>\n"
    yield element("filename", newest.name, "    ")
    if len(versions) > 1 and version < (1, 4):
        yield "    <versions>"
        yield from _archived(archive, versions)
        yield "</versions>\n"
    yield element("mimetype", newest.mimetype, "    ")
    yield from _facts(newest, "    ")
    yield from _content(archive, newest, "    ")
    if len(versions) > 1 and version >= (1, 4):
        yield "    <revisions>\n"
        for file in versions:
            yield from _revision(archive, file, newest)
        yield "    </revisions>\n"
    yield "  </attachment>\n"


def _facts(file: AttachmentView, indent: str) -> Iterator[str]:
    yield element("filesize", None if file.size is None else str(file.size), indent)
    yield element("author", file.author, indent)
    yield element("date", milliseconds(file.date), indent)
    yield element("version", file.version, indent)
    yield element("comment", file.comment, indent)


def _content(archive: Archive, file: AttachmentView, indent: str) -> Iterator[str]:
    if file.sha256 is not None:
        yield f"{indent}<content>"
        yield from _base64(archive.blobs.chunks(file.sha256))
        yield "</content>\n"


def _base64(chunks: Iterable[bytes]) -> Iterator[str]:
    rest = b""
    for chunk in chunks:
        data = rest + chunk
        cut = len(data) - len(data) % 3
        yield base64.b64encode(data[:cut]).decode()
        rest = data[cut:]
    yield base64.b64encode(rest).decode()


def _revision(archive: Archive, file: AttachmentView, newest: AttachmentView) -> Iterator[str]:
    yield "      <revision>\n"
    yield element("revision", file.version, "        ")
    yield from _facts(file, "        ")
    if file.sha256 is not None and file.sha256 == newest.sha256:
        yield "        <contentAlias/>\n"
    else:
        yield from _content(archive, file, "        ")
    yield "      </revision>\n"


def _archived(archive: Archive, versions: list[AttachmentView]) -> Iterator[str]:
    """Yield versions as an RCS archive: the newest whole, the others as JRCS alone reads them."""
    by_version = {file.version: file for file in versions}
    entries = [
        RcsEntry(version=file.version, date="1970.01.01.00.00.00", author="xwiki", log="")
        for file in reversed(versions)
    ]

    def text(version: str) -> str:
        file = by_version[version]
        parts = [element("filename", file.name), element("mimetype", file.mimetype)]
        parts += [*_facts(file, "  "), *_content(archive, file, "  ")]
        return "".join(["<attachment>\n", *parts, "</attachment>\n"])

    return map(escape, rcs_archive(entries, text, whole_every=0))
