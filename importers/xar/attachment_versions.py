"""Attached files of a page's XML: their bytes to the sink, their versions as records.

Three forms: the newest bytes only; `<versions>`, an RCS archive of attachment XML; and since
format 1.4 `<revisions>`, where `<contentAlias>` says that a version's bytes are another one's.
"""

from __future__ import annotations

import binascii
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import IO, TypeAlias

import msgspec

from importers.xar.events import Events, Hook, XmlElement
from importers.xar.jrcs import RcsNode, newest_first, read_archive
from importers.xar.rcs_script import chunks_of, patched, spooled, starts_whole
from importers.xar.rebuild import rebuilt
from importers.xar.xml_errors import BadXmlError
from kb.model import AttachmentRevision, Sink, version_key
from kb.times import from_epoch_text

_SPACE = re.compile(r"[ \t\r\n]+")
ARCHIVE_LIMIT = 4 << 20
"""Characters of a history that are kept in memory; a longer one is read again when it is needed."""


def decoded(pieces: Iterable[str]) -> Iterator[bytes]:
    """Decode base64 with any line breaks, in pieces of any length. BadXmlError: bad-base64."""
    rest = ""
    for piece in pieces:
        text = rest + _SPACE.sub("", piece)
        cut = len(text) - (len(text) % 4 or 4)
        if cut > 0:
            if "=" in text[cut - 2 : cut]:
                raise BadXmlError("bad-base64", "its bytes go on after their end")
            yield _decode(text[:cut])
            rest = text[cut:]
        else:
            rest = text
    if rest:
        yield _decode(rest)


def _decode(text: str) -> bytes:
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError as error:
        raise BadXmlError("bad-base64", f"its bytes are no base64: {error}") from error


class StoredBytes(msgspec.Struct, frozen=True, kw_only=True):
    """An attachment's bytes that went to the sink, or why none did."""

    sha256: str | None
    size: int = 0
    trouble: BadXmlError | None = None
    span: tuple[int, int] | None = None
    """From which byte of the XML to which the element stood, where that is known."""


class LongArchive(msgspec.Struct, frozen=True):
    """Stand for a history that is too long to keep in memory."""


class ContentHooks:
    """Read what is large inside page XML while it is parsed: attachments and histories."""

    def __init__(self, sink: Sink, *, files: bool, history: bool) -> None:
        """``files`` tells whether bytes are wanted, ``history`` whether old versions are."""
        self._sink = sink
        self.files = files
        self.history = history

    @property
    def hooks(self) -> dict[str, Hook]:
        """Return the hooks by tag, for a page and for the attachments in it."""
        return {"content": self.content, "versions": self.versions}

    def content(self, events: Events, place: str) -> StoredBytes | None:
        """Put an attachment's bytes into the sink; None where they are not wanted."""
        if not self.files:
            events.skip()
            return None
        pieces = events.pieces()
        counter = _CountedBytes(decoded(pieces))
        trouble = None
        try:
            sha256 = self._sink.put(counter)
        except BadXmlError as error:
            if error.code != "bad-base64":
                raise
            sha256, trouble = None, error
            deque(pieces, 0)
        span = (int(place), events.ends[place]) if events.exact and place in events.ends else None
        return StoredBytes(sha256=sha256, size=counter.size, trouble=trouble, span=span)

    def versions(self, events: Events, _place: str) -> str | LongArchive | None:
        """Return the text of a history, where it is wanted and not too long."""
        parts: list[str] = []
        size = 0
        for piece in events.pieces():
            size += len(piece)
            if self.history and size <= ARCHIVE_LIMIT:
                parts.append(piece)
        if not self.history:
            return None
        return "".join(parts) if size <= ARCHIVE_LIMIT else LongArchive()


class _CountedBytes:
    """Count the bytes that pass."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.size += len(chunk)
            yield chunk


def stored_bytes(node: XmlElement) -> StoredBytes | None:
    """Return what became of a node's bytes; None where it has none."""
    content = node.find("content")
    return content.streamed if content and isinstance(content.streamed, StoredBytes) else None


def attachment_version(
    name: str, node: XmlElement, bytes_: StoredBytes | None, wiki: str, number: str | None = None
) -> AttachmentRevision:
    """Read a version of an attachment from the XML of it. BadXmlError: bad-version."""
    version = checked_version(
        number or node.get("revision") or node.get("version") or "1.1", f"{name}: "
    )
    size = node.get("filesize") or ""
    known = int(size) if size.isascii() and size.isdigit() and len(size) < 19 else None
    missing = bytes_ is not None and bytes_.size == 0 and known not in (None, 0)
    found = bytes_.sha256 if bytes_ and not missing else None
    return AttachmentRevision(
        name=name, version=version, sha256=found,
        size=bytes_.size if found and bytes_ else known,
        mimetype=node.get("mimetype") or None, author=user_of(node.get("author"), wiki),
        date=from_epoch_text(node.get("date")), comment=node.get("comment"),
    )  # fmt: skip


def checked_version(number: str, where: str = "") -> str:
    """Return the number. BadXmlError: bad-version, where it is no version's."""
    try:
        version_key(number)
    except ValueError as error:
        raise BadXmlError("bad-version", f"{where}{number[:40]!r} is no version") from error
    return number


def user_of(reference: str | None, wiki: str) -> str | None:
    """Return a user as written, without the name of the wiki that the page itself is in."""
    return reference.removeprefix(f"{wiki}:") if reference else None


def all_stored_bytes(node: XmlElement) -> Iterator[StoredBytes]:
    """Yield all bytes that went to the sink from an element, those of its versions included."""
    if isinstance(node.streamed, StoredBytes):
        yield node.streamed
    for child in node.children:
        yield from all_stored_bytes(child)


VersionRead: TypeAlias = AttachmentRevision | BadXmlError
"""A version, or what is wrong with it, which becomes a Problem of its page."""


class AttachmentVersions:
    """Read a page's `<attachment>` elements into records."""

    def __init__(self, reader: ContentHooks, wiki: str) -> None:
        self._reader = reader
        self._wiki = wiki

    def versions(
        self, attachment: XmlElement, reread: Callable[[], Iterable[str]]
    ) -> Iterator[VersionRead]:
        """Yield an attachment's versions, newest first; ``reread`` gives its archive in pieces."""
        name = attachment.get("filename")
        if not name:
            yield BadXmlError("attachment-without-name", "an attachment has no name")
            return
        try:
            newest = attachment_version(name, attachment, stored_bytes(attachment), self._wiki)
        except BadXmlError as error:
            yield error
            return
        yield newest
        yield from self._doubts(name, attachment, newest.version)
        if not self._reader.history:
            return
        for found in self._older(name, attachment, reread):
            if isinstance(found, BadXmlError) or found.version != newest.version:
                yield found

    def _older(
        self, name: str, attachment: XmlElement, reread: Callable[[], Iterable[str]]
    ) -> Iterator[VersionRead]:
        try:
            if revisions := attachment.find("revisions"):
                yield from self._listed(name, attachment, revisions)
            elif (versions := attachment.find("versions")) and versions.streamed:
                streamed = versions.streamed
                if isinstance(streamed, LongArchive):
                    yield from self._streamed(name, reread())
                elif isinstance(streamed, str) and streamed.strip():
                    yield from self._archived(name, streamed)
        except BadXmlError as error:
            yield BadXmlError(error.code, f"history of {name}: {error}")

    def _listed(
        self, name: str, attachment: XmlElement, revisions: XmlElement
    ) -> Iterator[VersionRead]:
        """Yield the versions of `<revisions>`; an alias stands for another one's bytes."""
        nodes = [node for node in revisions.children if node.tag == "revision"]
        by_version = {node.get("revision") or node.get("version"): node for node in nodes}
        for node in nodes:
            alias = node.find("contentAlias")
            source = node if alias is None else by_version.get(alias.text.strip(), attachment)
            bytes_ = stored_bytes(source) or (
                stored_bytes(attachment) if alias is not None else None
            )
            yield attachment_version(name, node, bytes_, self._wiki)
            yield from self._doubts(name, node, node.get("version") or "", bytes_)

    def _archived(self, name: str, archive: str) -> Iterator[VersionRead]:
        """Yield the versions of an RCS archive that is in memory."""
        _, nodes = rebuilt(archive)
        for node in nodes:
            number = node.version.number
            if node.text is None:
                trouble = node.trouble or BadXmlError("bad-delta", "it cannot be rebuilt")
                yield BadXmlError("lost-file-version", f"{name} {number}: {trouble}")
            elif node.text.strip():
                yield from self._version(name, number, [node.text.encode()])

    def _streamed(self, name: str, pieces: Iterable[str]) -> Iterator[VersionRead]:
        """Yield the versions of an archive too long for memory, each rebuilt in a file."""
        newer: IO[bytes] | None = None
        last = (-1 << 60, 0)
        _, nodes = read_archive(pieces)
        for node in nodes:
            number = node.version.number
            try:
                if newest_first(number) <= last:
                    raise BadXmlError("bad-archive", "it comes before one that is older")
                newer = _rebuilt(node, newer)
            except BadXmlError as error:
                newer = None
                yield BadXmlError("lost-file-version", f"{name} {number}: {error}")
                continue
            last = newest_first(number)
            yield from self._version(name, number, chunks_of(newer))

    def _version(self, name: str, number: str, chunks: Iterable[bytes]) -> Iterator[VersionRead]:
        try:
            node = self._element(chunks)
        except BadXmlError as error:
            yield BadXmlError("lost-file-version", f"{name} {number}: {error}")
            return
        yield attachment_version(name, node, stored_bytes(node), self._wiki, number)
        yield from self._doubts(name, node, number)

    def _element(self, chunks: Iterable[bytes]) -> XmlElement:
        """Parse an `<attachment>` that is a document of its own."""
        events = Events(chunks)
        node = events.tree(events.root(), {"content": self._reader.content})
        events.finish()
        return node

    def _doubts(
        self, name: str, node: XmlElement, number: str, bytes_: StoredBytes | None = None
    ) -> Iterator[BadXmlError]:
        """Compare what the XML says of an attachment's bytes with what they are."""
        if not self._reader.files:
            return
        bytes_ = bytes_ or stored_bytes(node)
        size = (node.get("filesize") or "").strip()
        if bytes_ and bytes_.trouble:
            yield BadXmlError("bad-base64", f"{name} {number}: {bytes_.trouble}")
        elif bytes_ is None or (bytes_.size == 0 and size not in ("", "0")):
            yield BadXmlError(
                "file-without-bytes", f"{name} {number}: the wiki had no bytes for it"
            )
        elif size and size != str(bytes_.size):
            yield BadXmlError("file-size", f"{name} {number}: {bytes_.size} bytes, {size} declared")


def _rebuilt(node: RcsNode, newer: IO[bytes] | None) -> IO[bytes]:
    """Return the version's XML, in a file."""
    text = spooled(node.text)
    if starts_whole(text):
        return text
    if newer is None:
        raise BadXmlError("bad-delta", "no newer version to apply it to")
    return patched(newer, text)
