"""What `kb export xar` writes is what it read, and writing it again changes no byte."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from importers.base import Options, Source
from importers.xar import Xar
from kb.archive import Archive
from kb.archive.ingest import IngestReport
from kb.errors import UsageError
from kb.export.xar import VERSIONS, write_xar
from kb.model import (
    AttachmentRevision,
    Comment,
    Gone,
    Item,
    LineOrigin,
    PageId,
    PageSeen,
    PropertyValue,
    Revision,
    Sink,
    Snapshot,
    WikiObject,
)
from tests.conftest import Kb
from tests.xar.making import attachment, jrcs, page_xml, xar
from tests.xar.test_samples import CORPUS, SAMPLES, corpus, needs_corpus, needs_samples

__all__ = ["corpus"]


def imported(archive: Archive, path: Path) -> IngestReport:
    state = archive.source(str(path), "xar")
    return archive.ingest(state, Xar().records(Source(str(path)), Options(), state, archive.blobs))


def again(path: Path, folder: Path, version: str = "1.5") -> bytes:
    """The bytes of an export of what an export says."""
    with Archive(folder / f"again{version}.db", create=True) as archive:
        imported(archive, path)
        write_xar(archive, folder / "again.xar", version)
    return (folder / "again.xar").read_bytes()


def known(archive: Archive) -> list[tuple[object, ...]]:
    """All that matters of an archive."""
    return [
        (
            page.id, page.title, page.syntax, page.source, page.objects, page.comments, page.tags,
            page.attachments, page.lines,
            [(r, archive.content(page.key, r.version)) for r in archive.revisions(page.key)],
        )
        for page in archive.pages()
    ]  # fmt: skip


@needs_samples
@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.xar")), ids=lambda path: path.stem)
@pytest.mark.parametrize("version", VERSIONS)
def test_samples_go_out_and_in_and_out_unchanged(path: Path, version: str, tmp_path: Path) -> None:
    """In every version of the format: the same archive, and the second file is the first."""
    with (
        Archive(tmp_path / "one.db", create=True) as one,
        Archive(tmp_path / "two.db", create=True) as two,
    ):
        imported(one, path)
        write_xar(one, tmp_path / "one.xar", version)
        report = imported(two, tmp_path / "one.xar")
        assert report.problems == []
        assert known(one) == known(two)
    assert again(tmp_path / "one.xar", tmp_path, version) == (tmp_path / "one.xar").read_bytes()


@needs_corpus
def test_the_corpus_goes_out_and_in_and_out_unchanged(corpus: Path, tmp_path: Path) -> None:
    """A real application of some pages: the second file is the first."""
    with Archive(tmp_path / "one.db", create=True) as one:
        imported(one, next(corpus.glob("*application-blog")))
        write_xar(one, tmp_path / "one.xar")
    assert again(tmp_path / "one.xar", tmp_path) == (tmp_path / "one.xar").read_bytes()


CHARACTER = st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufffe\uffff")
WORD = st.text(CHARACTER, max_size=8)
PAGES = st.lists(
    st.lists(st.tuples(WORD, WORD, st.sampled_from(["XWiki.a", "阮", None])), min_size=1),
    min_size=1,
    max_size=3,
)

Written = tuple[str, str, str | None]
"""Content, comment and author of a version."""


def records(pages: list[list[Written]], sink: Sink) -> Iterator[Item]:
    for number, revisions in enumerate(pages):
        yield PageSeen(
            id=PageId("xwiki", rf"A\.b.P{number}"), history="complete", tags=("x", "退"),
            version=f"{len(revisions)}.1",
        )  # fmt: skip
        for n, (content, comment, author) in enumerate(revisions, 1):
            yield Revision(
                version=f"{n}.1", content=content, comment=comment, author=author,
                date=f"2020-04-{n % 28 + 1:02d}T00:00:00Z", syntax="xwiki/2.1", title=comment,
            )  # fmt: skip
            sha256 = sink.put([content.encode()])
            yield AttachmentRevision(
                name="f", version=f"1.{n}", sha256=sha256, size=len(content.encode())
            )
        yield Comment(number=0, text=revisions[0][0], author="XWiki.a", reply_to=3)
        properties: dict[str, PropertyValue] = {"p": revisions[0][1], "l": ["1", ""], "n": "é"}
        yield WikiObject(class_name="C.D", number=4, properties=properties)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PAGES, st.sampled_from(["1.3", "1.4", "1.5", "1.7"]))
def test_any_wiki_goes_out_and_in_and_out_unchanged(
    tmp_path_factory: pytest.TempPathFactory, pages: list[list[Written]], version: str
) -> None:
    """Texts, comments, authors, files and objects of any kind come back, byte for byte."""
    folder = tmp_path_factory.mktemp("law")
    with (
        Archive(folder / "one.db", create=True) as one,
        Archive(folder / "two.db", create=True) as two,
    ):
        one.ingest(one.source("made", "test"), records(pages, one.blobs))
        write_xar(one, folder / "one.xar", version)
        assert imported(two, folder / "one.xar").problems == []
        for page in one.pages():
            found = two.page(page.id)
            assert found is not None
            for revision in one.revisions(page.key):
                text = two.content(found.key, revision.version)
                assert text == one.content(page.key, revision.version)
            assert [a.sha256 for a in found.attachments] == [a.sha256 for a in page.attachments]
            assert [c.text for c in found.comments] == [c.text for c in page.comments]
    assert again(folder / "one.xar", folder, version) == (folder / "one.xar").read_bytes()


def test_what_xwiki_reads_is_well_formed_and_ordered(tmp_path: Path) -> None:
    """Elements stand in XWiki's order, and package.xml lists the page."""
    text = page_xml(
        "A.B",
        content="now",
        version="2.1",
        inside=f"<versions>{etree_text(jrcs({'2.1': page_xml(content='now', version='2.1')}))}"
        "</versions>" + attachment("x.bin", b"\0\1\2"),
    )
    with Archive(tmp_path / "one.db", create=True) as one:
        imported(one, xar(tmp_path / "a.xar", {"A/B.xml": text}, listed=["A.B"]))
        write_xar(one, tmp_path / "b.xar")
    with zipfile.ZipFile(tmp_path / "b.xar") as package:
        assert package.namelist() == ["A/B.xml", "package.xml"]
        root = etree.fromstring(package.read("A/B.xml"))
        assert dict(root.attrib.items()) == {"version": "1.5", "reference": "A.B", "locale": ""}
        assert [node.tag for node in root][:4] == ["web", "name", "language", "translation"]
        assert root.findtext("attachment/content") == "AAEC"
        assert b'<file defaultAction="0" language="">A.B</file>' in package.read("package.xml")


def etree_text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def test_pages_gone_or_known_with_gaps_only_are_left_out(tmp_path: Path) -> None:
    """They are not written and the message counts them; an unknown format version is refused."""
    with Archive(tmp_path / "one.db", create=True) as one:
        items: list[Item] = []
        for name in ("gone", "gap", "lines"):
            items.append(PageSeen(id=PageId("xwiki", name), history="lines"))
            missing = frozenset({1}) if name == "gap" else frozenset()
            items.append(Snapshot(lines=("",), origins=(LineOrigin("1.1", "x"),), missing=missing))
        items.append(Gone(id=PageId("xwiki", "gone"), noticed="2026-01-01T00:00:00Z"))
        one.ingest(one.source("made", "test"), items)
        said, _ = write_xar(one, tmp_path / "b.xar")
        assert said.startswith("1 page(s)")
        assert "1 page(s) left out" in said
        with pytest.raises(UsageError, match=r"no XAR format '2\.0'"):
            write_xar(one, tmp_path / "b.xar", "2.0")


def test_a_reference_cannot_lead_out_of_the_package(tmp_path: Path) -> None:
    """Dots, slashes and percent signs of a reference are encoded in the entry's path."""
    with Archive(tmp_path / "one.db", create=True) as one:
        page = PageId("xwiki", r"\.\..\/etc.a/b%\.c", "fr")
        one.ingest(
            one.source("made", "test"),
            [PageSeen(id=page, history="latest"), Revision(version="1.1", content="x")],
        )
        write_xar(one, tmp_path / "b.xar")
    names = zipfile.ZipFile(tmp_path / "b.xar").namelist()
    assert names == ["%2E%2E/%2Fetc/a%2Fb%25%2Ec.fr.xml", "package.xml"]


assert CORPUS


VIEWED = b"<!DOCTYPE html><html><body>form_token</body></html>"
ODD: dict[str, dict[str, Any]] = {
    "A.Viewed": {"history": "complete"},
    "hello": {"syntax": None},
    "A.Odd": {"syntax": "markdown"},
    "A.Tagged": {"tags": ("x", "y"), "syntax": "xwiki/2.1"},
}


def test_a_zone_that_is_none_is_refused(kb: Kb, tmp_path: Path) -> None:
    """A name that no zone has, and a folder of zones, are named; nothing is written."""
    with Archive(tmp_path / ".kb" / "archive.db", create=True) as archive:
        archive.ingest(archive.source("made", "test"), odd_items())
    for name in ("Nowhere/Land", "Asia", "../etc"):
        done = kb("export", "xar", "a.xar", "--timezone", name, check=False)
        assert (done.returncode, "is no time zone" in done.stderr) == (2, True), done.stderr
    assert not (tmp_path / "a.xar").exists()


def odd_items() -> Iterator[Item]:
    """Pages as viewers, REST and Markdown give them: raw bytes of their own, no classes."""
    for name, known in ODD.items():
        page = PageId("xwiki", name)
        yield PageSeen(id=page, **{"history": "complete", **known})
        for number in (1, 2):
            yield Revision(
                version=f"{number}.1", author="XWiki.Li", date="2020-04-10T01:26:40Z",
                content=f"text {number}", raw=VIEWED, comment="",
            )  # fmt: skip
        yield Comment(number=0, author="XWiki.Li", date="2020-04-10T01:26:40Z", text="seen")
        properties: dict[str, PropertyValue] = {"n": 3, "on": True, "many": ["a", "b"], "a b": "x"}
        yield WikiObject(class_name="My.Class", number=0, properties=properties)


def test_xwiki_can_read_what_did_not_come_from_a_xar(tmp_path: Path) -> None:
    """Every object has its class, every version is a page, every page a space and a syntax.

    XWiki reads a property by the class beside it, takes no syntax for xwiki/1.0, and loses the
    versions after one that is no `xwikidoc`.
    """
    with Archive(tmp_path / "a.db", create=True) as archive:
        archive.ingest(archive.source("made", "test"), odd_items())
        said, _ = write_xar(archive, tmp_path / "a.xar", zone=ZoneInfo("Asia/Shanghai"))
    assert "1 page(s) of no space written into one of their name: hello" in said
    assert "4 propert(ies) left out" in said
    with zipfile.ZipFile(tmp_path / "a.xar") as package:
        entries = {name: package.read(name) for name in package.namelist()}
    assert b"form_token" not in b"".join(entries.values())
    assert entries.keys() - {"package.xml"} == {
        "A/Viewed.xml", "hello/WebHome.xml", "A/Odd.xml", "A/Tagged.xml",
    }  # fmt: skip
    for name in entries.keys() - {"package.xml"}:
        page = etree.fromstring(entries[name])
        assert page.findtext("web")
        assert re.fullmatch(r"\w+/[\d.]+", page.findtext("syntaxId") or "")
        versions = page.findtext("versions") or ""
        assert versions.count("<xwikidoc ") == 1  # the other one is a script
        assert "date\t2020.04.10.09.26.40;" in versions
        for one in page.iter("object"):
            defined = one.find("class")
            assert defined is not None
            names = {value[0].tag for value in one.iterfind("property")}
            assert names == {kind.tag for kind in defined if len(kind)}
        dates = [element.text for element in page.iterfind("object/property/date")]
        assert dates == ["2020-04-10 09:26:40.0"]
