"""An attached file is public where all in it was read and nothing protected found."""

from __future__ import annotations

import base64
import bz2
import gzip
import hashlib
import io
import lzma
import random
import tarfile
import time
import zipfile
import zlib
from collections.abc import Callable
from email.message import EmailMessage
from typing import Final

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from kb.redact.contents import contents_of
from kb.redact.leaks import Leak, LeakSearch
from kb.redact.pieces import Unread
from kb.redact.protected import ProtectedValues
from kb.redact.public_files import PublicFiles
from kb.redact.public_rules import PublicRules
from tests.site.samples import PIXEL

PHONE, NAME = "13800138000", "试验员甲"


def protected() -> ProtectedValues:
    """A phone, names of four signs and of one."""
    made = ProtectedValues(PublicRules(), b"key")
    for kind, value in (("phone", PHONE), ("name", NAME), ("name", "令"), ("name", "Tester")):
        made.add(kind, value)
    return made


def zipped(*entries: tuple[str, bytes], comment: bytes = b"") -> bytes:
    """Pack a ZIP."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = comment
        for name, data in entries:
            archive.writestr(name, data)
    return buffer.getvalue()


def extended(text: bytes) -> bytes:
    """Pack a ZIP whose entry has a field that no program knows."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("a.txt")
        entry.extra = b"XX" + len(text).to_bytes(2, "little") + text
        archive.writestr(entry, b"x")
    return buffer.getvalue()


def tarred(name: str, data: bytes, mode: str = "w", owner: str = "") -> bytes:
    """Pack a tar."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        entry = tarfile.TarInfo(name)
        entry.size, entry.uname = len(data), owner
        archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    """Write a chunk of a PNG."""
    return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")


def png(*chunks: bytes, after: bytes = b"") -> bytes:
    """Put chunks into a picture, and bytes behind it."""
    return PIXEL[:33] + b"".join(chunks) + PIXEL[33:] + after


def jpeg(segment: bytes, marker: bytes = b"\xff\xe1", after: bytes = b"") -> bytes:
    """Make the frame of a JPEG with a segment, and bytes behind it."""
    size = (len(segment) + 2).to_bytes(2, "big")
    return (
        b"\xff\xd8"
        + marker
        + size
        + segment
        + b"\xff\xda\0\2"
        + b"\x11\x7f" * 9
        + b"\xff\xd9"
        + after
    )


def mail(text: str, charset: str, coding: str) -> bytes:
    """Write a message."""
    message = EmailMessage()
    message["Subject"] = "log"
    message.set_content(text, charset=charset, cte=coding)
    message.add_attachment(b"x", maintype="text", subtype="plain", filename="a.txt")
    return message.as_bytes()


def mail_from(name: str) -> bytes:
    """Write a message by somebody."""
    message = EmailMessage()
    message["From"] = f"{name} <a@b.example>"
    message.set_content("log")
    return message.as_bytes()


def pdf(stream: bytes) -> bytes:
    """Make something like a PDF, with a stream."""
    return b"%PDF-1.4\n1 0 obj<</Length 9>>stream\n" + zlib.compress(stream) + b"\nendstream"


def hidden_entry(text: bytes) -> bytes:
    """Make a ZIP that holds an entry which its directory does not list."""
    whole, lost = zipped(("a.txt", b"harmless")), zipped(("b.txt", b"x"))
    start = whole.index(b"PK\x01\x02")
    gap = lost[: lost.index(b"PK\x01\x02")] + text
    end = bytearray(whole[start:])
    at = end.index(b"PK\x05\x06")
    end[at + 16 : at + 20] = (start + len(gap)).to_bytes(4, "little")
    return whole[:start] + gap + bytes(end)


READ: Final[dict[str, Callable[[str], bytes]]] = {
    "a log": lambda v: f"a\n{v} b".encode(),
    "a log in GB 18030": lambda v: f"日志：{v}\n".encode("gb18030"),
    "a log in Big5": lambda v: f"記錄 {v}\n".replace(NAME, "試驗員甲").encode("big5"),
    "a log in UTF-16": lambda v: f"日志 {v}".encode("utf-16"),
    "gzip": lambda v: gzip.compress(f"a {v}".encode()),
    "the name in a gzip": lambda v: b"\x1f\x8b\x08\x08" + bytes(6) + f"{v}.txt\0".encode()
    + zlib.compressobj(9, zlib.DEFLATED, -15).flush() + zlib.crc32(b"").to_bytes(8, "little"),
    "bzip2": lambda v: bz2.compress(v.encode()),
    "xz": lambda v: lzma.compress(v.encode()),
    "zstd": lambda v: zstandard.compress(v.encode()),
    "two frames of zstd": lambda v: zstandard.compress(b"a\n") + zstandard.compress(v.encode()),
    "a ZIP": lambda v: zipped(("a.txt", f"x {v}".encode())),
    "a name in a ZIP": lambda v: zipped((f"照片/{v}.txt", b"x")),
    "behind a ZIP": lambda v: zipped(("a", b"x")) + v.encode(),
    "a ZIP's extra field": lambda v: extended(v.encode()),
    "a ZIP's comment": lambda v: zipped(("a", b"x"), comment=v.encode()),
    "a ZIP in a ZIP": lambda v: zipped(("a.zip", zipped(("b.zip", zipped(("c", v.encode())))))),
    "a sheet of an office document": lambda v: zipped(
        ("xl/sharedStrings.xml", f"<si><t>{v[:3]}</t></si><r><t>{v[3:]}</t></r>".encode())),
    "who wrote an office document": lambda v: zipped(
        ("docProps/core.xml", f"<dc:creator>{v}</dc:creator>".encode())),
    "a tar": lambda v: tarred("a.txt", v.encode()),
    "a name in a tar": lambda v: tarred(f"{v}.txt", b"x"),
    "the owner in a tar": lambda v: tarred("a", b"x", owner=v),
    "a tar in gzip": lambda v: tarred("a.txt", v.encode(), "w:gz"),
    "a tar in xz": lambda v: tarred("a.txt", v.encode(), "w:xz"),
    "SVG": lambda v: f"<svg><text>{v[:3]}<tspan>{v[3:]}</tspan></text></svg>".encode(),
    "SVG's description": lambda v: f"<svg><desc>{v}</desc></svg>".encode(),
    "a data URI": lambda v: b"<a href='data:;base64," + base64.b64encode(f"x {v}".encode()) + b"'>",
    "a ZIP in base64": lambda v: b"x: " + base64.b64encode(zipped(("a", v.encode()))),
    "a message in base64": lambda v: mail(f"你好 {v}", "utf-8", "base64"),
    "a message in GB 18030": lambda v: mail(f"你好 {v}", "gb18030", "base64"),
    "a message, quoted": lambda v: mail(f"你好 {v}", "utf-8", "quoted-printable"),
    "who sent a message": mail_from,
}  # fmt: skip
"""Files of which everything can be read, with a value in each."""
SEEN: Final[dict[str, Callable[[str], bytes]]] = {
    "a PNG's comment": lambda v: png(chunk(b"tEXt", b"Comment\0" + v.encode())),
    "a PNG's packed comment": lambda v: png(chunk(b"zTXt", b"C\0\0" + zlib.compress(v.encode()))),
    "a PNG's international text": lambda v: png(chunk(b"iTXt", b"C\0\0\0\0\0" + v.encode())),
    "a PNG's EXIF": lambda v: png(chunk(b"eXIf", b"MM\0*\0\0" + v.encode())),
    "behind a PNG": lambda v: png(after=v.encode()),
    "a ZIP behind a PNG": lambda v: png(after=zipped(("a.txt", v.encode()))),
    "a JPEG's EXIF": lambda v: jpeg(b"Exif\0\0MM\0*" + v.encode() + b"\0"),
    "a JPEG's EXIF in UTF-16": lambda v: jpeg(b"Exif\0\0II*\0" + v.encode("utf-16-le")),
    "a JPEG's XMP": lambda v: jpeg(f"<x:xmpmeta a='1'><b>{v}</b></x:xmpmeta>".encode()),
    "a JPEG's comment": lambda v: jpeg(v.encode(), b"\xff\xfe"),
    "behind a JPEG": lambda v: jpeg(b"", after=v.encode()),
    "a GIF's comment": lambda v: b"GIF89a\0\0\0\0!\xfe" + v.encode() + b"\0;",
    "a WebP's EXIF": lambda v: b"RIFF\0\0\0\0WEBPEXIF" + v.encode() + b"\0",
    "a PDF's stream": lambda v: pdf(f"({v}) Tj".encode()),
    "a PDF's title": lambda v: b"%PDF-1.4\n<</Title(" + v.encode() + b")>>\0\0",
    "an old office document": lambda v: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    + v.encode("utf-16-le"),
    "a self-extracting archive": lambda v: b"MZ" + bytes(99) + zipped(("a.txt", v.encode())),
    "a ZIP with an entry off its list": lambda v: hidden_entry(v.encode()),
    "a picture in an office document": lambda v: zipped(
        ("word/media/image1.png", png(chunk(b"tEXt", b"C\0" + v.encode())))),
    "bytes of an unknown form": lambda v: b"\x01\x02\xff\0" * 9 + v.encode() + b"\xff\xfe\0\1",
}  # fmt: skip
"""Files of which not everything can be read, with a value in what can."""
SEALED: Final[dict[str, bytes]] = {
    "a picture": PIXEL,
    "a JPEG": jpeg(b"Exif\0\0"),
    "a PDF": pdf(b"(harmless) Tj"),
    "7z": b"7z\xbc\xaf\x27\x1c\0\4" + bytes(40),
    "RAR": b"Rar!\x1a\x07\x01\0" + bytes(40),
    "an encrypted ZIP": zipped(("a", b"x")).replace(b"PK\x01\x02\x14\x03\x14\0\0\0",
                                                   b"PK\x01\x02\x14\x03\x14\0\1\0"),
    "a damaged ZIP": zipped(("a.txt", b"text " * 50))[:40] + zipped(("a.txt", b"text " * 50))[45:],
    "a damaged gzip": gzip.compress(b"text " * 50)[:-9],
    "an old office document": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504),
    "RTF": b"{\\rtf1 \\'ca\\'d4}",
    "a program": b"\x7fELF" + bytes(60),
    "a film": b"\0\0\0\x18ftypmp42" + bytes(40),
    "unknown bytes": bytes(range(256)),
    "too much": gzip.compress(bytes(65 << 20)),
    "too deep": zipped(("a", zipped(("b", zipped(("c", zipped(("d", zipped(("e", zipped(
        ("f", zipped(("g", b"x")))))))))))))),
}  # fmt: skip
"""Files with nothing protected that can be read, and something that cannot."""


def files(data: bytes, looked_at: tuple[str, ...] = ()) -> PublicFiles:
    """Decide about a file, listed as any."""
    rules = PublicRules(attachments=("*",), looked_at=looked_at)
    return PublicFiles(rules, protected(), lambda _: data)


@pytest.mark.parametrize("value", [PHONE, NAME])
@pytest.mark.parametrize("form", [*READ, *SEEN])
def test_a_value_is_found_in(form: str, value: str) -> None:
    """What of a file can be read is searched; found, the file stays inside, looked at or not."""
    data = {**READ, **SEEN}[form](value)
    decided = files(data, looked_at=("*",))
    assert not decided.shown("a", "1")
    assert "protected" in decided.held[0].why


@pytest.mark.parametrize("form", READ)
def test_a_harmless_file_is_shown(form: str) -> None:
    """Where everything was read and nothing found, nobody need look at it."""
    decided = files(READ[form]("harmless"))
    assert decided.shown("a", "1"), decided.held
    assert decided.approved == {"1"}


@pytest.mark.parametrize("form", [*SEALED, *SEEN])
def test_what_cannot_be_read_is_shown_where_somebody_looked(form: str) -> None:
    """By name or digest; otherwise it stays inside and the report says why."""
    data = SEALED[form] if form in SEALED else SEEN[form]("harmless")
    decided = files(data)
    assert not decided.shown("a.bin", "1")
    assert "searched" in decided.held[0].why
    assert decided.approved == frozenset()
    assert files(data, looked_at=("*.bin",)).shown("a.bin", "1")
    assert files(data, looked_at=("1",)).shown("a.bin", "1")


def test_one_letter_names_are_no_find_in_random_bytes() -> None:
    """Pictures and unknown bytes do not hold a name of one or two Han characters by chance."""
    made = protected()
    for name in ("李雷", "Al", "1234"):
        made.add("name", name)
    noise = random.Random(7)
    for start in (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n\0\0\0\1IDAT", b"\x01\x02", b"GIF89a\0\0"):
        found = list(LeakSearch(made).in_bytes("x", start + noise.randbytes(1 << 20)))
        assert [one for one in found if isinstance(one, Leak)] == []
        assert found


STARTS: Final = [
    b"", b"PK\x05\x06", b"\x89PNG\r\n\x1a\n", b"%PDF-", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\0",
    b"\x28\xb5\x2f\xfd", b"\xff\xd8\xff", b"MIME-Version:1\n",
    b"MIME-Version:1\nContent-Type: multipart/mixed; boundary=a\n\n--a\n",
]  # fmt: skip


@given(st.binary(max_size=300), st.sampled_from(STARTS))
def test_reading_never_fails(data: bytes, start: bytes) -> None:
    """Whatever the bytes, what is in them is told, or that they cannot be read."""
    for _ in contents_of(start + data):
        pass
    for _ in contents_of(data + start):
        pass


def test_approved_files_are_passed_over_where_they_stand_inside() -> None:
    """The last look does not stumble over a picture that was approved, packed or coded."""
    digest = hashlib.sha256(PIXEL).hexdigest()
    for data in (PIXEL, zipped(("a.png", PIXEL)), b"<c>" + base64.b64encode(PIXEL) + b"</c>"):
        assert any(isinstance(one, Unread) for one in contents_of(data))
        assert not any(isinstance(one, Unread) for one in contents_of(data, {digest}))


def test_a_file_too_large_to_be_searched_stays_inside() -> None:
    """A bomb of some kilobytes and a plain text of megabytes are held, soon, with the reason."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/strings.xml", "<si><t/></si>" * 800_000)
    held = {"a.xlsx": packed.getvalue(), "b.txt": b"x" * (9 << 20)}
    rules = PublicRules(attachments=("*",))
    files = PublicFiles(rules, protected(), held.__getitem__)
    begun = time.process_time()
    assert [files.shown(name, name) for name in held] == [False, False]
    assert time.process_time() - begun < 5
    assert ["8 MiB" in one.why for one in files.held] == [True, True]
