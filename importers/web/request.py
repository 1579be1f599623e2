"""A request to be made, and the answer to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

Kind = Literal["rest", "html", "file"]
_PIECE = 1 << 18


def header_text(text: str) -> str:
    """Return the text with `?` for what a header cannot hold."""
    return text.encode("latin-1", "replace").decode("latin-1")


class Validator(msgspec.Struct, frozen=True, array_like=True):
    """Validators of a body (RFC 9110, 8.8), for a request that asks whether it has changed."""

    tag: str | None
    """ETag."""
    modified: str | None
    """Last-Modified."""

    def headers(self) -> dict[str, str]:
        """Return the headers of a request that wants the body only if it has changed."""
        given = {"If-None-Match": self.tag, "If-Modified-Since": self.modified}
        return {name: header_text(text) for name, text in given.items() if text}


class Request(msgspec.Struct, frozen=True):
    """A request for a resource under the wiki's base, and how to check its answer."""

    path: str
    """Path and query, from the slash after the base."""
    kind: Kind = "rest"
    decode: Callable[[bytes], Any] | None = None
    """Decodes the body to the answer's value; ValueError where it is not what was asked for."""
    size: int | None = None
    """Length of an attachment in bytes, where it is known."""
    mimetype: str | None = None
    """MIME type of an attachment, where it is known."""
    resume: str | None = None
    """Path of the same attachment at an address that supports ranges, where ``path`` does not."""
    bulky: bool = False
    """True where many such answers may wait: the body may be dropped, and read again from disk."""
    fresh: bool = False
    """True where the answer of an interrupted run must not be used."""
    tries: int = 0
    """Most tries while the server is unreachable or is no wiki; 0: as the settings say."""
    validator: Validator | None = None
    """Validators of the body that the archive has: the server sends only another one."""


class Answer(msgspec.Struct):
    """A checked answer; a large body is on disk."""

    path: str
    body: bytes | None = b""
    """None while the body is on disk only: in ``file``, or in the run's journal."""
    value: Any = None
    mimetype: str = ""
    modified: str | None = None
    """Last-Modified as the server sent it."""
    date: str | None = None
    """The server's clock, as it sent it."""
    file: Path | None = None
    tag: str | None = None
    """ETag as the server sent it."""
    unchanged: bool = False
    """True where the server said that the body has not changed (304)."""

    @property
    def validator(self) -> Validator | None:
        """Return the validators of this answer; None where the server sent none."""
        return Validator(self.tag, self.modified) if self.tag or self.modified else None

    @property
    def size(self) -> int:
        """Return the length of the body in bytes."""
        return self.file.stat().st_size if self.file else len(self.body or b"")

    def chunks(self) -> Iterator[bytes]:
        """Yield the body in pieces."""
        if self.file is None:
            assert self.body is not None
            yield self.body
            return
        with self.file.open("rb") as stream:
            yield from iter(lambda: stream.read(_PIECE), b"")
