"""A request that is wanted, and the answer that came."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

Kind = Literal["rest", "html", "file"]
_PIECE = 1 << 18


class Validator(msgspec.Struct, frozen=True, array_like=True):
    """What a server tells of a body, by which it can be asked whether that still holds."""

    tag: str | None
    """Its ETag."""
    modified: str | None
    """Its Last-Modified."""

    def headers(self) -> dict[str, str]:
        """Headers of a request that wants the body only if it is another."""
        given = {"If-None-Match": self.tag, "If-Modified-Since": self.modified}
        return {
            name: text.encode("latin-1", "replace").decode("latin-1")
            for name, text in given.items() if text
        }  # fmt: skip


class Call(msgspec.Struct, frozen=True):
    """A resource under the wiki's base, and what makes an answer a good one."""

    path: str
    """With its query, from the slash after the base."""
    kind: Kind = "rest"
    decode: Callable[[bytes], Any] | None = None
    """Makes the answer's value; ValueError where the body is not what was asked for."""
    size: int | None = None
    """A file's length, where it is known."""
    mimetype: str | None = None
    """A file's type, where it is known."""
    resume: str | None = None
    """Where the same file can be had from an offset on, where ``path`` cannot."""
    bulky: bool = False
    """True where many such answers may wait: the body may then have to be read again."""
    fresh: bool = False
    """True where the answer of an interrupted run will not do."""
    tries: int = 0
    """Most tries where nothing answers as a wiki does; 0: as many as the settings allow."""
    mark: Validator | None = None
    """Of what we have: nothing is sent again where that still holds."""


class Answer(msgspec.Struct):
    """A good answer; a large one lies on disk."""

    path: str
    body: bytes | None = b""
    """None while it is on disk only: in ``file``, or in the run's journal."""
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
    """True where the server said that what we have still holds."""

    @property
    def mark(self) -> Validator | None:
        """By which the server can be asked whether this still holds; None where it cannot."""
        return Validator(self.tag, self.modified) if self.tag or self.modified else None

    @property
    def size(self) -> int:
        """Bytes of the body."""
        return self.file.stat().st_size if self.file else len(self.body or b"")

    def chunks(self) -> Iterator[bytes]:
        """The body in pieces."""
        if self.file is None:
            assert self.body is not None
            yield self.body
            return
        with self.file.open("rb") as stream:
            while piece := stream.read(_PIECE):
                yield piece
