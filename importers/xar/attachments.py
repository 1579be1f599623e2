"""All versions of a page's attached files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import IO, TypeAlias

import msgspec

from importers.xar.errors import BadXmlError
from importers.xar.events import Events, Node
from importers.xar.files import FileReader, Held, Longer, file_name, file_version, held
from importers.xar.history import rebuilt
from importers.xar.jrcs import Archived, newest_first, read_archive
from importers.xar.spool import chunks_of, patched, spooled, starts_whole
from kb.model import AttachmentRevision


class Trouble(msgspec.Struct, frozen=True):
    """What is wrong with one file; becomes a Problem of its page."""

    code: str
    detail: str


Found: TypeAlias = AttachmentRevision | Trouble


class Attachments:
    """Reads a page's `<attachment>` elements into records."""

    def __init__(self, reader: FileReader, wiki: str) -> None:
        self._reader = reader
        self._wiki = wiki

    def versions(self, attachment: Node, reread: Callable[[], Iterable[str]]) -> Iterator[Found]:
        """Versions of one file, the newest first; ``reread`` gives its archive in pieces."""
        try:
            name = file_name(attachment)
            newest = file_version(name, attachment, held(attachment), self._wiki)
        except BadXmlError as error:
            yield Trouble(error.code, str(error))
            return
        yield newest
        yield from self._doubts(name, attachment, newest.version)
        if not self._reader.history:
            return
        for found in self._older(name, attachment, reread):
            if isinstance(found, Trouble) or found.version != newest.version:
                yield found

    def _older(
        self, name: str, attachment: Node, reread: Callable[[], Iterable[str]]
    ) -> Iterator[Found]:
        try:
            if revisions := attachment.find("revisions"):
                yield from self._listed(name, attachment, revisions)
            elif (versions := attachment.find("versions")) and versions.streamed:
                streamed = versions.streamed
                if isinstance(streamed, Longer):
                    yield from self._streamed(name, reread())
                elif isinstance(streamed, str) and streamed.strip():
                    yield from self._archived(name, streamed)
        except BadXmlError as error:
            yield Trouble(error.code, f"history of {name}: {error}")

    def _listed(self, name: str, attachment: Node, revisions: Node) -> Iterator[Found]:
        """Versions of `<revisions>`; an alias stands for another one's bytes."""
        nodes = [node for node in revisions.children if node.tag == "revision"]
        by_version = {node.get("revision") or node.get("version"): node for node in nodes}
        for node in nodes:
            alias = node.find("contentAlias")
            source = node if alias is None else by_version.get(alias.text.strip(), attachment)
            bytes_ = held(source) or (held(attachment) if alias is not None else None)
            yield file_version(name, node, bytes_, self._wiki)
            yield from self._doubts(name, node, node.get("version") or "", bytes_)

    def _archived(self, name: str, archive: str) -> Iterator[Found]:
        """Versions of an RCS archive that is held."""
        _, nodes = rebuilt(archive)
        for node in nodes:
            number = node.version.number
            if node.text is None:
                trouble = node.trouble or BadXmlError("bad-delta", "it cannot be rebuilt")
                yield Trouble("lost-file-version", f"{name} {number}: {trouble}")
            elif node.text.strip():
                yield from self._version(name, number, [node.text.encode()])

    def _streamed(self, name: str, pieces: Iterable[str]) -> Iterator[Found]:
        """Versions of an archive too long to hold, each rebuilt in a file."""
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
                yield Trouble("lost-file-version", f"{name} {number}: {error}")
                continue
            last = newest_first(number)
            yield from self._version(name, number, chunks_of(newer))

    def _version(self, name: str, number: str, chunks: Iterable[bytes]) -> Iterator[Found]:
        try:
            node = self._element(chunks)
        except BadXmlError as error:
            yield Trouble("lost-file-version", f"{name} {number}: {error}")
            return
        yield file_version(name, node, held(node), self._wiki, number)
        yield from self._doubts(name, node, number)

    def _element(self, chunks: Iterable[bytes]) -> Node:
        """An `<attachment>` that is a document of its own."""
        events = Events(chunks)
        start = events.next()
        while not isinstance(start, tuple):
            start = events.next()
        node = events.tree(start, {"content": self._reader.content})
        events.finish()
        return node

    def _doubts(
        self, name: str, node: Node, number: str, bytes_: Held | None = None
    ) -> Iterator[Trouble]:
        """What the XML says of a file's bytes against what they are, where they are wanted."""
        if not self._reader.files:
            return
        bytes_ = bytes_ or held(node)
        size = (node.get("filesize") or "").strip()
        if bytes_ and bytes_.trouble:
            yield Trouble("bad-base64", f"{name} {number}: {bytes_.trouble}")
        elif bytes_ is None or (bytes_.size == 0 and size not in ("", "0")):
            yield Trouble("file-without-bytes", f"{name} {number}: the wiki had no bytes for it")
        elif size and size != str(bytes_.size):
            yield Trouble("file-size", f"{name} {number}: {bytes_.size} bytes, {size} declared")


def _rebuilt(node: Archived, newer: IO[bytes] | None) -> IO[bytes]:
    """The version's XML, in a file."""
    text = spooled(node.text)
    if starts_whole(text):
        return text
    if newer is None:
        raise BadXmlError("bad-delta", "no newer version to apply it to")
    return patched(newer, text)
