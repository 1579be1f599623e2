"""Records on their way through a pipe, from the process that reads a source to the one that writes.

A frame is its length in eight bytes and a MessagePack list of messages, each with its kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO, Any, TypeAlias, get_args

import msgspec

from kb.archive.report import IngestReport
from kb.model import Item

_HEAD = 8


class Begin(msgspec.Struct, frozen=True):
    """The first message: which archive, and what is imported into it."""

    path: str
    location: str
    format_name: str


class Piece(msgspec.Struct, frozen=True):
    """Bytes for the sink; several may make one blob."""

    data: bytes
    last: bool


class End(msgspec.Struct, frozen=True):
    """Everything was sent. A pipe that ends without it ends a run that was broken off."""


class Committed(msgspec.Struct, frozen=True):
    """The answer to a Checkpoint: what came before it is in the archive."""


class Failed(msgspec.Struct, frozen=True):
    """The answer of a writer that cannot go on."""

    detail: str


Message: TypeAlias = Item | Begin | Piece | End | Committed | Failed | IngestReport
_KINDS: tuple[type[Any], ...] = get_args(Message)
_NUMBERS = {kind: number for number, kind in enumerate(_KINDS)}
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(list[tuple[int, msgspec.Raw]]).decode
_DECODERS = [msgspec.msgpack.Decoder(kind).decode for kind in _KINDS]


def frame(messages: Iterable[Message]) -> bytes:
    """Messages as bytes for the pipe."""
    body = _pack([(_NUMBERS[type(message)], message) for message in messages])
    return len(body).to_bytes(_HEAD, "big") + body


def messages(pipe: IO[bytes]) -> Iterator[Message]:
    """What comes through the pipe until it ends; a frame that was cut off is dropped."""
    while len(head := pipe.read(_HEAD)) == _HEAD:
        size = int.from_bytes(head, "big")
        body = pipe.read(size)
        if len(body) < size:
            return
        for number, raw in _unpack(body):
            message: Message = _DECODERS[number](raw)
            yield message
