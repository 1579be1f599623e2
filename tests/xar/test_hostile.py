"""Files made to do harm, or broken: a clear word, no crash, nothing written elsewhere."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from time import process_time
from xml.sax.saxutils import escape

import pytest

from kb.errors import InputError, Problem
from kb.model import AttachmentRevision, PageSeen, Revision
from tests.xar.making import attachment, jrcs, package_xml, page_xml, xar
from tests.xar.test_samples import Memory, of, read

GOOD = page_xml("A.Good", content="good")


def problems(path: Path, sink: Memory | None = None) -> list[tuple[str, str, str]]:
    """What is wrong with a file in which the page A.Good is right."""
    items = read(path, sink)
    assert "A.Good" in [seen.id.page for seen in of(items, PageSeen)]
    return [(p.where.partition("!/")[2], p.code, p.detail) for p in of(items, Problem)]


def one(tmp_path: Path, name: str, data: str | bytes) -> tuple[tuple[str, str, str], Memory]:
    """The Problem that one bad entry beside a good one is."""
    path = xar(tmp_path / "a.xar", {name: data, "A/Good.xml": GOOD}, listed=["A.Good"])
    sink = Memory()
    (found,) = problems(path, sink)
    return found, sink


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
FILE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
INCLUDE = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>'

BAD_XML: dict[str, tuple[str | bytes, str, str]] = {
    "entities": (page_xml(head=BOMB, content="&c;"), "doctype", "document type"),
    "file": (page_xml(head=FILE), "doctype", "document type"),
    "doctype after a comment": (
        page_xml(head="<!-- <xwikidoc --><!DOCTYPE xwikidoc>"), "doctype", "document type",
    ),
    "undefined entity": (GOOD.replace("good", "&evil;"), "bad-xml", "undefined entity"),
    "cut short": (GOOD[:-30], "bad-xml", ""),
    "two roots": (GOOD + GOOD, "bad-xml", ""),
    "empty": ("", "bad-xml", "no element found"),
    "binary": (b"\x00\x01\x02\xff" * 50, "bad-xml", ""),
    "not utf-8": (GOOD.encode().replace(b"good", b"g\xff\xfed"), "bad-xml", "invalid token"),
    "unknown encoding": (GOOD.replace("UTF-8", "x-none"), "bad-encoding", "x-none"),
    "codec that is no encoding": (GOOD.replace("UTF-8", "zip"), "bad-encoding", "'zip'"),
    "says gbk": (GOOD.encode().replace(b"UTF-8", b"gbk").replace(b"good", b"\xff\xff"),
                 "bad-encoding", "gbk"),
    "deep": (page_xml(inside="<x>" * 5000 + "</x>" * 5000), "too-deep", "deeper than 64"),
    "deep in an object": (page_xml(inside="<object>" * 90 + "</object>" * 90), "too-deep", "64"),
    "another root": ("<html/>", "not-a-page", "<html>"),
    "no reference": ("<xwikidoc><name>x</name></xwikidoc>", "no-reference", "names no page"),
    "bad version": (page_xml(version="one"), "bad-version", "'one'"),
    "a version in a billion": (page_xml(version="1." + "9" * 5000), "bad-version", ""),
    "a tag without end": ("<xwikidoc " + "a" * (9 << 20), "too-large", "no end in sight"),
    "a comment without end": ("<!--" + "a" * (9 << 20), "too-large", "no end in sight"),
    "a long text": (page_xml(content="a" * (9 << 20)), "too-large", "8,388,608"),
    "many small things": (page_xml(inside="<object/>" * 50_000), "too-large", "8,388,608"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_XML)
def test_a_bad_page_is_a_problem_and_its_bytes_are_kept(name: str, tmp_path: Path) -> None:
    """Each kind of broken XML is one Problem, its bytes kept, the page beside it read."""
    data, code, says = BAD_XML[name]
    (where, found, detail), sink = one(tmp_path, "A/Bad.xml", data)
    assert (where, found) == ("A/Bad.xml", code)
    assert says in detail
    assert (data.encode() if isinstance(data, str) else data) in sink.values()


def test_an_include_is_an_element_like_any_other(tmp_path: Path) -> None:
    """XInclude reads no file."""
    text = page_xml("A.Good", content="x").replace("<content>x", f"<content>x{INCLUDE}")
    items = read(xar(tmp_path / "a.xar", {"A.xml": text}, listed=["A.Good"]))
    assert of(items, Revision)[0].content == "x"
    assert [p.code for p in of(items, Problem)] == ["markup-in-text"]


NAMES = {
    "../evil.xml": "unsafe-name",
    "A/../../evil.xml": "unsafe-name",
    "/etc/evil.xml": "unsafe-name",
    "..\\evil.xml": "unsafe-name",
    "C:\\evil.xml": "unsafe-name",
}


@pytest.mark.parametrize("name", NAMES)
def test_names_that_lead_out_are_refused(name: str, tmp_path: Path) -> None:
    """An entry whose name leads out of the package is not read, and nothing is written."""
    home = tmp_path / "home"
    home.mkdir()
    (where, code, _), sink = one(home, name, page_xml("A.Evil"))
    assert (where, code) == (name, NAMES[name])
    assert sink == {}
    assert {path.name for path in tmp_path.rglob("*")} == {"home", "a.xar"}


def test_links_are_not_followed(tmp_path: Path) -> None:
    """Symbolic links in a zip are refused, and so they are in a folder."""
    path = xar(tmp_path / "a.xar", {"A/Good.xml": GOOD}, listed=["A.Good"])
    link = zipfile.ZipInfo("A/Link.xml")
    link.create_system = 3
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "a") as package:
        package.writestr(link, "/etc/passwd")
    assert [code for _, code, _ in problems(path)] == ["symbolic-link"]
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "Good.xml").write_text(GOOD)
    (folder / "Link.xml").symlink_to("/etc/passwd")
    (folder / "Loop").symlink_to(folder)
    assert [code for _, code, _ in problems(folder)] == ["link-not-followed"] * 2


def test_of_two_entries_with_one_name_the_last_counts(tmp_path: Path) -> None:
    """The first of two entries with one name is a Problem, the last one is read."""
    path = xar(tmp_path / "a.xar", {"A/Good.xml": page_xml("A.Good", content="1")}, listed=False)
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("package.xml", package_xml("A.Good"))
        with pytest.warns(UserWarning, match="Duplicate"):
            package.writestr("A/Good.xml", GOOD)
    items = read(path)
    assert [r.content for r in of(items, Revision)] == ["good"]
    assert [p.code for p in of(items, Problem)] == ["duplicate-entry"]


def patched(path: Path, change: Callable[[bytearray, int], None]) -> Path:
    """The zip with the central directory's record of its first entry changed."""
    data = bytearray(path.read_bytes())
    change(data, data.index(b"PK\x01\x02"))
    path.write_bytes(data)
    return path


def two(tmp_path: Path) -> Path:
    entries = {"A/Bad.xml": page_xml("A.Bad", content="x" * 500), "A/Good.xml": GOOD}
    return xar(tmp_path / "a.xar", entries, listed=["A.Good"])


def test_an_encrypted_entry_is_named(tmp_path: Path) -> None:
    """An encrypted entry is a Problem of its own."""

    def encrypt(data: bytearray, at: int) -> None:
        data[at + 8] |= 1

    assert [p[:2] for p in problems(patched(two(tmp_path), encrypt))] == [
        ("A/Bad.xml", "encrypted-entry")
    ]


def test_an_unknown_compression_is_named(tmp_path: Path) -> None:
    """An entry in an unknown compression is a Problem of its own."""

    def compress(data: bytearray, at: int) -> None:
        data[at + 10 : at + 12] = struct.pack("<H", 97)

    assert [p[:2] for p in problems(patched(two(tmp_path), compress))] == [
        ("A/Bad.xml", "unknown-compression")
    ]


@pytest.mark.parametrize("size", [3, 700, 5000])
def test_lying_sizes_are_found_out(size: int, tmp_path: Path) -> None:
    """An entry of another size than declared is damaged, whichever is larger."""

    def lie(data: bytearray, at: int) -> None:
        data[at + 24 : at + 28] = struct.pack("<I", size)

    (found,) = problems(patched(two(tmp_path), lie))
    assert found[:2] == ("A/Bad.xml", "damaged-entry")


def test_a_wrong_checksum_is_found_out(tmp_path: Path) -> None:
    """An entry whose CRC does not match is damaged."""

    def lie(data: bytearray, at: int) -> None:
        data[at + 16] ^= 1

    (found,) = problems(patched(two(tmp_path), lie))
    assert found[1] == "damaged-entry"
    assert "CRC" in found[2]


def test_damaged_data_spoils_one_page_only(tmp_path: Path) -> None:
    """Broken compressed bytes lose their own entry and no other."""
    path = two(tmp_path)
    data = bytearray(path.read_bytes())
    data[60:80] = bytes(20)
    path.write_bytes(data)
    assert [p[:2] for p in problems(path)] == [("A/Bad.xml", "damaged-entry")]


@pytest.mark.parametrize("part", [0.1, 0.5, 0.99])
def test_a_zip_cut_short_is_no_input(part: float, tmp_path: Path) -> None:
    """A zip without its end is an InputError that says what to do."""
    path = two(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    with pytest.raises(InputError, match="no whole zip file") as caught:
        read(path)
    assert "export it again" in caught.value.hint


@pytest.mark.parametrize(
    "data", [b"", b"<html>no zip</html>", b"PK\x03\x04", b"PK\x05\x06" + bytes(18)]
)
def test_what_is_no_xar_is_no_input(data: bytes, tmp_path: Path) -> None:
    """A .xar that is empty, HTML or a bare zip header is an InputError."""
    (tmp_path / "a.xar").write_bytes(data)
    with pytest.raises(InputError):
        read(tmp_path / "a.xar")


def test_a_claim_that_no_zip_can_hold_is_refused(tmp_path: Path) -> None:
    """A zip bomb is refused by the sizes that it declares."""

    def lie(data: bytearray, at: int) -> None:
        data[at + 24 : at + 28] = struct.pack("<I", 0xFFFF_FFF0)

    with pytest.raises(InputError, match="more than a zip of its size can hold"):
        read(patched(two(tmp_path), lie))


def test_a_zip_in_a_zip_is_not_opened(tmp_path: Path) -> None:
    """An inner zip is a stray entry."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as package:
        package.writestr("A/Evil.xml", page_xml("A.Evil"))
    (found, _) = one(tmp_path, "inner.zip", inner.getvalue())
    assert found[:2] == ("inner.zip", "stray-entry")


def test_a_hundred_thousand_entries_take_bounded_time(tmp_path: Path) -> None:
    """Many empty entries cost less than a minute of CPU."""
    path = tmp_path / "a.xar"
    with zipfile.ZipFile(path, "w") as package:
        for n in range(100_000):
            package.writestr(zipfile.ZipInfo(f"x/{n}"), b"")
        package.writestr("A/Good.xml", GOOD)
        package.writestr("package.xml", package_xml("A.Good"))
    started = process_time()
    assert len(problems(path)) == 100_000
    assert process_time() - started < 60


def test_too_many_entries_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A zip with more entries than the limit is refused."""
    monkeypatch.setattr("importers.xar.packages._ENTRY_LIMIT", 2)
    with pytest.raises(InputError, match="3 entries, more than 2"):
        read(two(tmp_path))


BAD_FILES = {
    "no base64": (attachment("x", None, inside="<content>!!!!</content>"), "bad-base64"),
    "cut base64": (attachment("x", None, inside="<content>AAA</content>"), "bad-base64"),
    "padding within": (attachment("x", None, inside="<content>AA==AAAA</content>"), "bad-base64"),
    "no bytes": (attachment("x", None, filesize="9"), "file-without-bytes"),
    "another size": (attachment("x", b"123", filesize="9"), "file-size"),
    "no name": (attachment("", b"123"), "attachment-without-name"),
    "bad version": (attachment("x", b"123", version="?"), "bad-version"),
    "no archive": (attachment("x", b"123", inside="<versions>junk</versions>"), "bad-archive"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_spoils_itself_only(name: str, tmp_path: Path) -> None:
    """Each defect of an attachment is one Problem; the attachment after it is read."""
    inside, code = BAD_FILES[name]
    text = page_xml("A.Good", content="good", inside=inside + attachment("y", b"right"))
    path = xar(tmp_path / "a.xar", {"A/Good.xml": text}, listed=["A.Good"])
    sink = Memory()
    items = read(path, sink)
    assert [p.code for p in of(items, Problem)] == [code]
    good = next(f for f in of(items, AttachmentRevision) if f.name == "y")
    assert sink[good.sha256 or ""] == b"right"


BAD_OBJECTS = {
    "no class": "<object><number>0</number></object>",
    "no number": "<object><className>A.B</className></object>",
    "a number too large": "<object><className>A.B</className><number>99999999999</number></object>",
    "another digit": "<object><className>A.B</className><number>²</number></object>",
}


@pytest.mark.parametrize("name", BAD_OBJECTS)
def test_a_bad_object_spoils_itself_only(name: str, tmp_path: Path) -> None:
    """An object without a class or a proper number is one Problem."""
    text = page_xml("A.Good", inside=BAD_OBJECTS[name])
    found = problems(xar(tmp_path / "a.xar", {"A/Good.xml": text}, listed=["A.Good"]))
    assert [code for _, code, _ in found] == ["bad-object"]


BAD_HISTORIES = {
    "junk": ("junk", ["bad-archive"]),
    "breaks off": (escape(jrcs({"2.1": GOOD, "1.1": GOOD}))[:-300], ["bad-archive"]),
    "entities in a version": (
        escape(jrcs({"2.1": GOOD, "1.1": page_xml(head=BOMB, content="&c;")}, full={"1.1"})),
        ["lost-version"],
    ),
    "no xml in a version": (
        escape(jrcs({"2.1": GOOD, "1.1": "<junk"}, full={"1.1"})), ["lost-version"],
    ),
    "a delta that does not fit": (
        escape(jrcs({"2.1": GOOD, "1.1": GOOD}) .replace("text\n@@", "text\n@d999 1\n@")),
        ["lost-version"],
    ),
    "an endless word": ("head " + "a" * 100_000, ["bad-archive"]),
    "a text of no version": (escape(jrcs({"1.1": GOOD}).replace("\n\n1.1\nlog", "\n\n7.7\nlog")),
                             ["bad-archive"]),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_HISTORIES)
def test_a_bad_history_leaves_the_present_text(name: str, tmp_path: Path) -> None:
    """Each defect of a history is its own Problem; the present version is kept."""
    archive, codes = BAD_HISTORIES[name]
    text = page_xml(
        "A.Good", content="now", version="2.1", inside=f"<versions>{archive}</versions>"
    )
    items = read(xar(tmp_path / "a.xar", {"A/Good.xml": text}, listed=["A.Good"]))
    found = [p.code for p in of(items, Problem) if p.code != "head-differs"]
    assert found == codes
    assert ("2.1", "now") in [(r.version, r.content) for r in of(items, Revision)]


def test_a_version_that_only_very_old_wikis_have_is_passed_over(tmp_path: Path) -> None:
    """A blank version of an old archive gives neither a revision nor a Problem."""
    texts = {"1.2": page_xml("A.Good", version="1.2", content="now"), "1.1": "\n"}
    archive = escape(jrcs(texts, full={"1.1"}, state="Exp"))
    text = page_xml(
        "A.Good", content="now", version="1.2", inside=f"<versions>{archive}</versions>"
    )
    items = read(xar(tmp_path / "a.xar", {"A/Good.xml": text}, listed=["A.Good"]))
    assert of(items, Problem) == []
    assert [r.version for r in of(items, Revision)] == ["1.2"]
