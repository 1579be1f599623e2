"""Attached files of a page's XML: their bytes to the sink, their versions as records.

Three forms: the newest bytes only; `<versions>`, an RCS archive of attachment XML; and since
format 1.4 `<revisions>`, where `<contentAlias>` says that a version's bytes are those beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from importers.xar.base64 import decoded
from importers.xar.errors import BadXmlError
from importers.xar.events import Events, Hook, Node
from importers.xar.moments import moment
from kb.model import AttachmentRevision, Sink, version_key

ARCHIVE_LIMIT = 4 << 20
"""Characters of a history that are held; a longer one is read again when it is needed."""


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes that went to the sink, or why none did."""

    sha256: str | None
    size: int = 0
    trouble: BadXmlError | None = None
    span: tuple[int, int] | None = None
    """From which byte of the XML to which the element stood, where that is known."""


class Longer(msgspec.Struct, frozen=True):
    """Stands for a history that is too long to hold."""


class FileReader:
    """Hooks that read what is large inside page XML."""

    def __init__(self, sink: Sink, *, files: bool, history: bool) -> None:
        """``files``: whether bytes are wanted; ``history``: whether older versions are."""
        self._sink = sink
        self.files = files
        self.history = history

    @property
    def hooks(self) -> dict[str, Hook]:
        """Hooks by tag, for a page and for the attachments in it."""
        return {"content": self.content, "versions": self.versions}

    def content(self, events: Events, place: str) -> Held | None:
        """Bytes of an attached file to the sink."""
        if not self.files:
            events.skip()
            return None
        pieces = events.pieces()
        counter = _Counter(decoded(pieces))
        trouble = None
        try:
            sha256 = self._sink.put(counter)
        except BadXmlError as error:
            if error.code != "bad-base64":
                raise
            sha256, trouble = None, error
            for _ in pieces:
                pass
        span = (int(place), events.ends[place]) if events.exact and place in events.ends else None
        return Held(sha256=sha256, size=counter.size, trouble=trouble, span=span)

    def versions(self, events: Events, _place: str) -> str | Longer | None:
        """Text of a history, where it is wanted and not too long."""
        parts: list[str] = []
        size = 0
        for piece in events.pieces():
            size += len(piece)
            if self.history and size <= ARCHIVE_LIMIT:
                parts.append(piece)
        if not self.history:
            return None
        return "".join(parts) if size <= ARCHIVE_LIMIT else Longer()


class _Counter:
    """Counts the bytes that pass."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.size += len(chunk)
            yield chunk


def file_name(attachment: Node) -> str:
    """The attachment's name. BadXmlError: no-name."""
    name = attachment.get("filename")
    if not name:
        raise BadXmlError("attachment-without-name", "an attachment has no name")
    return name


def held(node: Node) -> Held | None:
    """What became of a node's bytes; None where it has none."""
    content = node.find("content")
    return content.streamed if content and isinstance(content.streamed, Held) else None


def file_version(
    name: str, node: Node, bytes_: Held | None, wiki: str, number: str | None = None
) -> AttachmentRevision:
    """A version of a file out of the XML that tells of it. BadXmlError: bad-version."""
    version = number or node.get("revision") or node.get("version") or "1.1"
    try:
        version_key(version)
    except ValueError as error:
        raise BadXmlError("bad-version", f"{name}: {version[:40]!r} is no version") from error
    size = node.get("filesize") or ""
    known = int(size) if size.isascii() and size.isdigit() and len(size) < 19 else None
    missing = bytes_ is not None and bytes_.size == 0 and known not in (None, 0)
    found = bytes_.sha256 if bytes_ and not missing else None
    return AttachmentRevision(
        name=name,
        version=version,
        sha256=found,
        size=bytes_.size if found and bytes_ else known,
        mimetype=node.get("mimetype") or None,
        author=user_of(node.get("author"), wiki),
        date=moment(node.get("date")),
        comment=node.get("comment"),
    )


def user_of(reference: str | None, wiki: str) -> str | None:
    """A user as written, but without the name of the wiki that the page itself is in."""
    return reference.removeprefix(f"{wiki}:") if reference else None


def all_held(node: Node) -> Iterator[Held]:
    """All bytes that went to the sink from an element, those of its versions included."""
    if isinstance(node.streamed, Held):
        yield node.streamed
    for child in node.children:
        yield from all_held(child)
