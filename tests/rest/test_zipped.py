"""Compressed answers: unpacked, never more than is asked for, and nothing without its end."""

from __future__ import annotations

import zlib
from contextlib import closing

import pytest

from importers.web.connections import PIECE
from importers.web.failures import FetchError
from importers.web.transport import Transport

from .raw import OK, Served, ask, says


def gzip(data: bytes) -> bytes:
    return zlib.compress(data, wbits=31)


def encoded(body: bytes, coding: bytes = b"gzip") -> bytes:
    """An answer that says of its body that it is compressed."""
    head = b"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n" % (coding, len(body))
    return OK + head + body


GOOD = {
    "gzip": encoded(gzip(b"zipped")),
    "deflate": encoded(zlib.compress(b"zipped"), b"deflate"),
    "in two parts": encoded(gzip(b"zip") + gzip(b"ped")),
    "as it is": encoded(b"zipped", b"identity"),
}


@pytest.mark.parametrize("kind", GOOD)
def test_what_was_compressed_is_unpacked(served: Served, kind: str) -> None:
    """gzip in one or several members, deflate, and identity give the same body."""
    assert ask(served(says(GOOD[kind]))) == b"zipped"


BAD = {
    "only says so": encoded(b"zipped"),
    "without its end": encoded(gzip(b"zipped")[:-8]),
    "with another sum": encoded(gzip(b"zipped")[:-8] + b"12345678"),
    "with something behind": encoded(gzip(b"zipped") + b"more"),
    "in a way nobody asked for": encoded(b"\x0b\x02\x80zipped\x03", b"br"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_badly_compressed_is_a_bad_answer(served: Served, kind: str) -> None:
    """A wrong, cut-off or unknown encoding is a failure that may be retried."""
    with pytest.raises(FetchError, match="compressed") as failed:
        ask(served(says(BAD[kind])))
    assert (failed.value.code, failed.value.temporary) == ("bad-answer", True)


def test_a_bomb_is_unpacked_no_further_than_is_wanted(served: Served) -> None:
    """256 MB in 256 KB: it comes in pieces, and reading stops at what it may have."""
    port = served(says(encoded(gzip(bytes(256 << 20)))))
    with pytest.raises(FetchError) as failed:
        ask(port)
    assert failed.value.code == "too-large"
    with (
        closing(Transport(f"http://127.0.0.1:{port}", 5)) as transport,
        closing(transport.send("GET", "/", {})) as got,
    ):
        assert max(len(piece) for piece, _ in zip(got.pieces(), range(50), strict=False)) <= PIECE


def test_an_answer_may_be_as_large_as_is_wanted_and_no_larger(served: Served) -> None:
    """The limit of a body counts decompressed bytes, to the byte."""
    port = served(says(encoded(gzip(bytes(1 << 20)))))
    assert ask(port) == bytes(1 << 20)
    with pytest.raises(FetchError, match="more than 1 MB"):
        ask(served(says(encoded(gzip(bytes((1 << 20) + 1))))))
