"""The text of attached files, and what comes of files made to do harm."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.archive import Archive
from kb.cases.store.store import up_to_date
from kb.config import Config, Home
from kb.model import AttachmentRevision, PageId, PageSeen, Revision
from kb.search.documents import office, pdf
from kb.search.documents.document_sources import everything
from kb.search.documents.file_text import FileText, has_text, text_of
from kb.search.service import HomeSearch

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@pytest.mark.parametrize(
    ("name", "raw", "text"),
    [
        ("a.log", "心跳\n".encode(), "心跳\n"),
        ("a.csv", "充电,退款".encode("gb18030"), "充电,退款"),
        ("a.txt", "\ufeff扣费".encode(), "扣费"),
        ("a.txt", "扣费".encode("utf-16"), "扣费"),
        ("a.html", b"<p class='x'>a &amp; b</p>", " a & b "),
        ("a.log", b"\x00\x01\x02binary", ""),
        ("a.log", "扣费".encode()[:-1], "扣"),
        ("a.log", b"", ""),
    ],
)
def test_text_of_files(name: str, raw: bytes, text: str) -> None:
    """Text files of several encodings and markup give their words; binary data gives none."""
    assert has_text(name)
    assert text_of(name, [raw]) == FileText(text)


def test_a_picture_is_no_text() -> None:
    """Endings of pictures, and names without an ending, are not opened."""
    assert not has_text("a.png")
    assert not has_text("log")


def packed(parts: dict[str, str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return made.getvalue()


WORD = (
    f"<w:document {W}><w:body><w:p><w:r><w:t>重复</w:t></w:r><w:r><w:t>扣费</w:t></w:r></w:p>"
    "<w:p><w:r><w:instrText>PAGE</w:instrText><w:t>退款</w:t></w:r></w:p></w:body></w:document>"
)
SLIDE = "<p:sld xmlns:p='p' xmlns:a='a'><a:p><a:t>心跳</a:t></a:p></p:sld>"
OFFICE = {
    "a.docx": ({"word/document.xml": WORD, "word/theme.xml": "<t>x</t>"}, "重复扣费\n退款\n"),
    "a.xlsx": (
        {
            "xl/sharedStrings.xml": "<sst><si><t>账单</t></si></sst>",
            "xl/worksheets/sheet1.xml": '<s><row><c t="s"><v>0</v></c><c><v>6730</v></c></row></s>',
        },
        "账单\n 6730 \n",
    ),
    "a.PPTX": (
        {"ppt/slides/slide1.xml": SLIDE},
        "心跳\n",
    ),
    "a.odt": (
        {"content.xml": "<d xmlns:text='t'><text:h>标题</text:h><text:p>正<b>文</b></text:p></d>"},
        "标题\n正文\n",
    ),
}


@pytest.mark.parametrize("name", OFFICE)
def test_text_of_office_files(name: str) -> None:
    """Word, Excel, PowerPoint and OpenDocument files give a line for a paragraph or row."""
    parts, text = OFFICE[name]
    assert text_of(name, [packed(parts)]) == FileText(text)


BOMB = '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><w>&b;</w>'


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"PK\x05\x06",
        b"no archive",
        packed({"word/document.xml": BOMB}),
        packed({"word/document.xml": "<w><t>cut"})[:-30],
        packed({"word/document.xml": "<w><t>open</w>"}),
        packed({"other.xml": "<t>x</t>"}),
        packed({f"{i}.xml": "" for i in range(12_000)}),
    ],
)
def test_a_file_that_is_not_what_it_says_is_said_to_be_unreadable(raw: bytes) -> None:
    """Broken, cut, foreign and booby-trapped archives are unreadable, and nothing is raised."""
    assert text_of("a.docx", [raw]) == FileText("", unreadable=True)


def test_what_would_burst_is_read_only_so_far() -> None:
    """50 million paragraphs in 400 kB are read up to the limits, in seconds."""
    parts = {"word/document.xml": "<w><t>扣费</t>" + "<p/>" * 50_000_000 + "</w>"}
    raw, begun = packed(parts), time.process_time()
    assert len(raw) < 400_000
    found = text_of("a.docx", [raw])
    assert found.text.startswith("扣费\n")
    assert not found.unreadable
    assert len(found.text) <= office.LONGEST
    assert time.process_time() - begun < 20


@given(st.binary(max_size=300), st.integers(0, 600))
def test_broken_office_files_never_raise(harm: bytes, at: int) -> None:
    """Bytes changed anywhere in an office file lead to a text or to `unreadable`."""
    whole = packed(OFFICE["a.docx"][0])
    assert isinstance(text_of("a.docx", [whole[:at] + harm + whole[at + len(harm) :]]), FileText)


def pdf_of(words: str) -> bytes:
    """A file of one page."""
    shown = f"BT /F1 12 Tf 20 200 Td ({words}) Tj ET"
    font = "<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
    made, places = "%PDF-1.4\n", []
    for number, thing in enumerate((
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources{font}>>",
        f"<</Length {len(shown)}>>stream\n{shown}\nendstream",
    ), 1):  # fmt: skip
        places.append(f"{len(made):010} 00000 n \n")
        made += f"{number} 0 obj{thing}endobj\n"
    table = f"xref\n0 5\n0000000000 65535 f \n{''.join(places)}trailer<</Root 1 0 R/Size 5>>\n"
    return f"{made}{table}startxref\n{len(made)}\n%%EOF\n".encode()


PDF = pdf_of("heartbeat 6730")


def test_text_of_pdf_files_and_of_what_only_says_that_it_is_one() -> None:
    """A PDF gives its words; what only begins like one is unreadable."""
    pytest.importorskip("pypdf")
    assert text_of("a.pdf", [PDF]).text.strip() == "heartbeat 6730"
    assert text_of("a.pdf", [b"%PDF-1.4 nothing"]).unreadable
    assert text_of("a.pdf", [b""]).unreadable


def test_a_reader_of_pdf_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the time limit the reading process is ended, and the file is unreadable."""
    pytest.importorskip("pypdf")
    monkeypatch.setattr(pdf, "SECONDS", 0.001)
    assert text_of("a.pdf", [PDF]).unreadable


def test_what_cannot_be_read_is_found_by_that(tmp_path: Path) -> None:
    """A page is found by the text of its file, and by the anomaly of a file that is broken."""
    home = Home(tmp_path, Config())
    with Archive(home.archive, create=True) as archive:
        files = {"a.docx": packed(OFFICE["a.docx"][0]), "b.docx": b"broken"}
        held = {name: archive.blobs.put([raw]) for name, raw in files.items()}
        archive.ingest(
            archive.source("x", "test"),
            [
                PageSeen(id=PageId("w", "A.B"), history="complete"),
                Revision(version="1.1", content="登录"),
                *(AttachmentRevision(name=n, version="1.1", sha256=s) for n, s in held.items()),
            ],
        )
    with up_to_date(home) as (archive, store):
        search = HomeSearch(home, everything(archive, store))
        assert search.find("重复扣费").total == 1
        assert search.find("anomaly:unreadable-file").total == 1
