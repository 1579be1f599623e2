"""An archive with something in every table and column: four sources, five pages."""

from __future__ import annotations

from collections.abc import Iterator

from kb.archive import Archive
from kb.errors import Problem
from kb.model import (
    AttachmentRevision,
    Comment,
    FetchState,
    Gone,
    Item,
    LineOrigin,
    PageId,
    PageSeen,
    Revision,
    RevisionSeen,
    Snapshot,
    WikiClass,
    WikiObject,
)

CASES = PageId("xwiki", "Dev.Cases.WebHome")
DUMPED = PageId("xwiki", "Dev.Dumped")
CLASS = PageId("other", "Dev.CaseClass")
LOST = PageId("xwiki", "Dev.Lost", "fr")
LONG = PageId("xwiki", "Dev.Long")
NOTED = "2026-01-02T03:04:05Z"


def fill(archive: Archive) -> None:
    """Take in what all sources tell."""
    for location, format_name, items in (
        ("/data/wiki.xar", "xar", _package(archive)),
        ("/data/dump.txt", "blame-text", _dump()),
        ("https://wiki.example.org/", "rest", _wiki(archive)),
        ("/data/later.xar", "xar", _later(archive)),
    ):
        archive.ingest(archive.source(location, format_name), items)


def lines_of(number: int) -> str:
    """A text that shares most of its lines with those of other numbers."""
    lines = [f"line {n} of a page about refunds, 退款 {n * n}" for n in range(60)]
    lines[number % 60] = f"changed by version {number}"
    return "\n".join([*lines, f"version {number}"])


def _versions(count: int, raw: str) -> Iterator[Item]:
    for n in range(1, count + 1):
        yield Revision(
            version=f"{n}.1", content=lines_of(n), author=f"XWiki.u{n % 3}",
            author_name=f"User {n % 3}", date=f"2020-01-{n:02}T00:00:00.250Z",
            comment=f"saved {n}", minor=n % 2 == 0, title=f"Cases {n}", syntax="xwiki/2.1",
            parent="Dev.WebHome", hidden=False, raw=f"<{raw} n='{n}'>{lines_of(n)}".encode(),
        )  # fmt: skip


def _package(archive: Archive) -> Iterator[Item]:
    picture = archive.blobs.put([bytes(range(256)) * 40])
    yield PageSeen(
        id=CASES, history="complete", title="Cases", syntax="xwiki/2.1", default_locale="en",
        version="9.1", parent="Dev.WebHome", hidden=True, creator="XWiki.u1",
        created="2020-01-01T00:00:00Z", modified="2020-01-09T00:00:00Z", tags=("case", "退款"),
        url="https://wiki.example.org/Dev/Cases", whole=True, raw=b"<xwikidoc>cases</xwikidoc>",
    )  # fmt: skip
    yield from _versions(9, "rev")
    yield AttachmentRevision(
        name="a.png", version="1.1", sha256=picture, size=10_240, mimetype="image/png",
        author="XWiki.u1", date="2020-01-03", comment="a picture",
    )  # fmt: skip
    yield AttachmentRevision(name="lost.log", version="2.1", sha256=None, size=7)
    yield Comment(
        number=0, text="first", author="XWiki.u2", date="2020-02-01", selection="line 1",
        resolved=True,
    )  # fmt: skip
    yield Comment(
        number=1, text="answer", author="XWiki.u1", date="2020-02-02", reply_to=0,
        selection="line 2", resolved=False,
    )  # fmt: skip
    yield WikiObject(
        class_name="Dev.CaseClass", number=0, properties={"state": "open", "n": 1}, guid="g-1"
    )
    yield PageSeen(id=LOST, history="latest", title="Perdu", raw_sha256=picture)
    yield Revision(version="1.1", content="perdu")
    yield Problem(where="wiki.xar!/Broken.xml", code="xml", detail="no page", sha256=picture)
    yield PageSeen(id=CLASS, history="complete", title="Class")
    yield Revision(version="1.1", content="", author="XWiki.u1")
    yield WikiClass(properties={"state": "String", "n": "Number"}, raw=b"<class/>")
    yield FetchState(key="stamp", value="0123")


def _dump() -> Iterator[Item]:
    for number in (1, 2):
        yield PageSeen(id=DUMPED, history="lines", title="Dumped")
        origins = (LineOrigin("3.1", "User 1", "2020-03-01"), LineOrigin("4.1", "Someone", None))
        yield Snapshot(
            lines=("kept", f"seen {number}"), origins=origins, raw=f"3.1 kept {number}".encode()
        )


def _wiki(archive: Archive) -> Iterator[Item]:
    yield PageSeen(id=LONG, history="complete", way="viewer-html", raw=b"{}")
    yield from _versions(12, "json")
    yield RevisionSeen(version="13.1", author="XWiki.u9", date="2021-01-01", comment="seen only")
    yield FetchState(key="page:Dev.Long", value="13.1")
    yield FetchState(key="page:Dev.Old", value="1.1")
    yield Problem(where="rest/Dev.Long", code="gap", detail="no text of 13.1", page="Dev.Long")
    yield Gone(id=LOST, noticed=NOTED, renamed_to="Dev.Found")


def _later(archive: Archive) -> Iterator[Item]:
    big = archive.blobs.put(bytes([n * k % 251 for k in range(4099)]) * 30 for n in range(6))
    yield PageSeen(id=CASES, history="complete", version="10.1", whole=True, title="Cases, later")
    yield Revision(version="10.1", content=lines_of(10), author="XWiki.u2", raw=b"<rev n='10'>")
    yield AttachmentRevision(name="big.bin", version="1.1", sha256=big, size=6 * 4099 * 30)
    yield Comment(number=0, text="first, put right")
    yield PageSeen(id=LONG, history="latest", version="14.1")
    # too large for the frame of the others: a frame that is based on that one
    yield Revision(version="14.1", content=lines_of(14) + "\n" + "wide " * 420_000)
