"""A small wiki whose server does at one address what no server should."""

from __future__ import annotations

import json
import re
import socket
import threading
import zlib
from collections.abc import Callable, Iterable
from itertools import chain, repeat

from .raw import OK, Answer, says

PAGE = "/rest/wikis/xwiki/spaces/A/pages/Bad"
PAGES = "/rest/wikis/xwiki/pages"
HISTORY = f"{PAGE}/history"
FILE = f"{PAGE}/attachments/a.bin/history/1.1"
_JSON = b"Content-Type: application/json\r\n"
_RANGE = re.compile(r"start=(\d+)&number=(\d+)")


def whole(body: bytes, head: bytes = _JSON) -> bytes:
    """An answer that is as it should be."""
    return OK + head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def said(value: object) -> bytes:
    return whole(json.dumps(value).encode())


def page(name: str, **more: object) -> dict[str, object]:
    return {
        "fullName": f"A.{name}", "version": "1.1", "content": f"text of {name}",
        "links": [{"rel": "http://www.xwiki.org/rel/attachments"}], **more,
    }  # fmt: skip


def wiki(**bad: Answer | bytes) -> Answer:
    """Answers for pages A.Good and A.Bad; ``bad`` by the name of a constant of this module."""
    file = {"name": "a.bin", "version": "1.1", "longSize": 10, "mimeType": "x/y"}
    normal = {
        "/rest/wikis": {"wikis": [{"id": "xwiki"}]},
        PAGES: {"pageSummaries": [{"fullName": "A.Good"}, {"fullName": "A.Bad"}]},
        PAGE.replace("Bad", "Good"): page("Good", attachments={"attachments": []}),
        PAGE: page("Bad", attachments={"attachments": [file] if "FILE" in bad else []}),
    }
    special = {globals()[name]: answer for name, answer in bad.items()}

    def answer(connection: socket.socket, head: bytes) -> None:
        target = head.split()[1].decode()
        path = target.partition("?")[0]
        if path in special:
            wrong = special[path]
            (says(wrong) if isinstance(wrong, bytes) else wrong)(connection, head)
        elif path in normal:
            start = _RANGE.search(target)
            later = start is not None and start[1] != "0"
            connection.sendall(said({} if later else normal[path]))
        elif path.endswith(("/history", "/modifications")):
            connection.sendall(said({}))
        else:
            connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    return answer


def dripping(begun: bytes, drops: Iterable[bytes], seconds: float = 0.02) -> Answer:
    """Sends one drop after the other, each soon enough."""

    def answer(connection: socket.socket, _: bytes) -> None:
        connection.sendall(begun)
        for drop in drops:
            connection.sendall(drop)
            if seconds:
                threading.Event().wait(seconds)

    return answer


def endless(begun: bytes, piece: bytes) -> Answer:
    """Sends the same for ever, as fast as it goes."""
    return dripping(begun, repeat(piece), 0)


def bomb(first: bytes, filling: bytes, megabytes: int, last: bytes) -> bytes:
    """An answer in JSON that is some kilobytes long, and so many megabytes when it is unpacked."""
    packer = zlib.compressobj(9, wbits=31)
    packed = packer.compress(first)
    for _ in range(megabytes):
        packed += packer.compress(filling * ((1 << 20) // len(filling)))
    packed += packer.compress(last) + packer.flush()
    return whole(packed, _JSON + b"Content-Encoding: gzip\r\n")


def rows_without_end(name: str, row: Callable[[int], object]) -> Answer:
    """As many rows of a list as are asked for, wherever one begins."""

    def answer(connection: socket.socket, head: bytes) -> None:
        found = _RANGE.search(head.split()[1].decode())
        assert found is not None
        start, number = int(found[1]), int(found[2])
        connection.sendall(said({name: [row(start + n) for n in range(number)]}))

    return answer


def redirect(location: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()


def nested(levels: int, opening: bytes, closing: bytes) -> bytes:
    return opening * levels + closing * levels


EMPTY_GZIP = zlib.compress(b"", wbits=31)
GZIPPED = OK + _JSON + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNKED = OK + _JSON + b"Transfer-Encoding: chunked\r\n\r\n"
HINT = b"HTTP/1.1 103 Early Hints\r\nA: " + b"b" * 999 + b"\r\n\r\n"
XML_BOMB = (
    b'<!DOCTYPE page [<!ENTITY a "' + b"x" * 1000 + b'">'
    + b"".join(
        b'<!ENTITY %c "%s">' % (c, b"&%c;" % (c - 1) * 10) for c in range(ord("b"), ord("i"))
    )
    + b']><page x="&h;"/>'
)  # fmt: skip

BEHAVIOURS: dict[str, tuple[str, Answer | bytes, str]] = {
    # kind: where, what the server does there, code of the problem
    "a head that drips": ("PAGE", dripping(OK, chain([b"A: "], repeat(b"b"))), "timeout"),
    "a head of many lines": ("PAGE", endless(OK, b"A: b\r\n" * 50), "cut-off"),
    "1xx for ever": ("PAGE", endless(b"", HINT * 50), "cut-off"),
    "1xx that drips": ("PAGE", dripping(b"", repeat(HINT)), "timeout"),
    "a body that drips": ("PAGE", dripping(CHUNKED, repeat(b"1\r\nx\r\n")), "too-slow"),
    "a counted body that drips": (
        "PAGE", dripping(OK + _JSON + b"Content-Length: 9999\r\n\r\n", repeat(b"x")), "too-slow"
    ),
    "an extension that drips": ("PAGE", dripping(CHUNKED + b"1;", repeat(b"x")), "too-slow"),
    "extensions for ever": (
        "PAGE", dripping(CHUNKED, repeat(b"1;" + b"x" * 60_000 + b"\r\nx\r\n")), "too-slow"
    ),
    "a trailer for ever": (
        "PAGE", dripping(CHUNKED + b"1\r\nx\r\n0\r\n", repeat(b"A: b\r\n")), "too-slow"
    ),
    "a body for ever": ("PAGE", endless(OK + _JSON + b"\r\n", b" " * 65536), "too-large"),
    "nothing, packed, for ever": (
        "PAGE", dripping(GZIPPED, repeat(b"14\r\n" + EMPTY_GZIP + b"\r\n")), "too-slow"
    ),
    "an error that drips": (
        "PAGE", dripping(b"HTTP/1.1 400 No\r\n\r\n", repeat(b"x")), "bad-request"
    ),
    "a bomb": ("PAGE", bomb(b'{"fullName":"', b"x", 200, b'"}'), "too-large"),
    "a bomb of objects": ("PAGE", bomb(b'{"a":[', b"[],", 200, b"0]}"), "too-large"),
    "a bomb, deflated": (
        "PAGE",
        whole(zlib.compress(bytes(99 << 20)), _JSON + b"Content-Encoding: deflate\r\n"),
        "too-large",
    ),
    "packed twice": (
        "PAGE",
        whole(zlib.compress(zlib.compress(b"{}", wbits=31), wbits=31),
              _JSON + b"Content-Encoding: gzip, gzip\r\n"),
        "bad-answer",
    ),
    "zstd": ("PAGE", whole(b"(\xb5/\xfd", _JSON + b"Content-Encoding: zstd\r\n"), "bad-answer"),
    "deep JSON": ("PAGE", whole(nested(100_000, b"[", b"]")), "bad-answer"),
    "deep objects": ("PAGE", whole(nested(100_000, b'{"a":', b"}")), "bad-answer"),
    "deep XML": ("PAGE", whole(nested(50_000, b"<a>", b"</a>")), "bad-answer"),
    "XML of many elements": ("PAGE", whole(b"<a>" + b"<a/>" * 2_500_000), "bad-answer"),
    "XML that grows": ("PAGE", whole(XML_BOMB), "bad-answer"),
    "XML in UTF-16": ("PAGE", whole(XML_BOMB.decode().encode("utf-16")), "bad-answer"),
    "no UTF-8": ("PAGE", whole(b'{"fullName":"\xff"}'), "bad-answer"),
    "half a character": ("PAGE", whole(b'{"fullName":"\\ud800"}'), "bad-answer"),
    "no version": ("PAGE", said(page("Bad", version="1.x")), "bad-answer"),
    "a number beyond all": ("PAGE", said(page("Bad", created=10**40)), "bad-answer"),
    "a circle": ("PAGE", redirect(PAGE), "redirects"),
    "a redirect to nowhere": ("PAGE", redirect(""), "redirects"),
    "a redirect to a file": ("PAGE", redirect("file:///etc/passwd"), "other-host"),
    "a redirect to another port": ("PAGE", redirect("http://127.0.0.1:1/rest/x"), "other-host"),
    "a redirect to a host": ("PAGE", redirect("//elsewhere.invalid/rest/x"), "other-host"),
    "a redirect to another scheme": ("PAGE", redirect("https://127.0.0.1/"), "other-host"),
    "a redirect to no host": ("PAGE", redirect("http://["), "redirects"),
    "a redirect to no port": ("PAGE", redirect("http://127.0.0.1:99999/"), "redirects"),
    "a redirect to letters": ("PAGE", redirect("http://127.0.0.1:x/"), "redirects"),
    "a redirect up": ("PAGE", redirect("/rest/../manager"), "not-found"),
    "a redirect up, encoded": ("PAGE", redirect("/rest/%2e%2E/manager"), "bad-request"),
    "busy for ² seconds": (
        "PAGE", "HTTP/1.1 503 No\r\nRetry-After: ²\r\nContent-Length: 0\r\n\r\n".encode("latin-1"),
        "busy",
    ),
    "an odd charset": (
        "PAGE", whole(b"x", b'Content-Type: text/html; charset="\xff\x00;;\r\n'), "bad-answer"
    ),
    "no length": ("PAGE", OK + "Content-Length: ²\r\n\r\nx".encode(), "cut-off"),
    "no HTTP": ("PAGE", b"\x16\x03\x01\x02\n" * 40, "cut-off"),
    "a history that repeats": (
        "HISTORY", rows_without_end("historySummaries", lambda _: {"version": "2.1"}),
        "endless-list",
    ),
    "a history without end": (
        "HISTORY", rows_without_end("historySummaries", lambda n: {"version": f"{n + 1}.1"}),
        "endless-list",
    ),
    "pages that repeat": (
        "PAGES", rows_without_end("pageSummaries", lambda _: {"fullName": "A.Good"}),
        "endless-list",
    ),
    "pages without end": (
        "PAGES",
        rows_without_end(
            "pageSummaries", lambda n: {"fullName": f"A.{n}" if n else "A.Good"}
        ),
        "endless-list",
    ),
    "a file that is longer than told": (
        "FILE", endless(OK + b"Content-Disposition: a\r\n\r\n", bytes(65536)), "size-differs"
    ),
    "a file that drips": (
        "FILE",
        dripping(OK + b"Content-Disposition: a\r\nContent-Length: 10\r\n\r\n", repeat(b"x"), 0.2),
        "too-slow",
    ),
}  # fmt: skip
"""What servers of strangers may do, and the problem that it is."""
