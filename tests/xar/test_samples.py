"""Real XAR files and page XML: as many records as an independent reading counts, equal bytes."""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest
from lxml import etree

from importers.base import Confidence, Options, Source, importer_for
from importers.xar import Xar
from kb.errors import InputError, Problem
from kb.model import AttachmentRevision, Item, PageSeen, Revision, WikiClass, WikiObject
from kb.verify import NothingKnown

SHARED = Path(__file__).parents[3] / "shared"
SAMPLES = SHARED / "samples" / "xar"
CORPUS = SHARED / "corpus" / "xml.tar.gz"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"{SAMPLES} is not here")
needs_corpus = pytest.mark.skipif(not CORPUS.is_file(), reason=f"{CORPUS} is not here")

T = TypeVar("T")


class Memory(dict[str, bytes]):
    """A sink that keeps what it is given."""

    def put(self, chunks: Iterable[bytes]) -> str:
        data = b"".join(chunks)
        digest = hashlib.sha256(data).hexdigest()
        self[digest] = data
        return digest


def read(path: Path, sink: Memory | None = None, **options: Any) -> list[Item]:
    sink = Memory() if sink is None else sink
    return list(Xar().records(Source(str(path)), Options(**options), NothingKnown(), sink))


def of(items: Iterable[object], kind: type[T]) -> list[T]:
    return [item for item in items if isinstance(item, kind)]


def counted(data: bytes) -> Counter[type]:
    """Pages, objects, classes, attachment versions, revisions of a page's XML, by lxml alone."""
    root = etree.fromstring(data, etree.XMLParser(huge_tree=True))
    files = sum(
        max(1, len(node.findall("revisions/revision")), text(node, "versions").count("\ntext\n@"))
        for node in root.findall("attachment")
    )
    classes = [c for c in root.findall("class") if c.find("*/classType") is not None]
    return Counter(
        {
            PageSeen: 1,
            Revision: max(1, text(root, "versions").count("\ntext\n@")),
            WikiObject: len(root.findall("object")),
            AttachmentRevision: files,
            WikiClass: len(classes),
        }
    )


def text(node: etree._Element, tag: str) -> str:
    found = node.find(tag)
    return "".join(map(str, found.itertext())) if found is not None else ""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    with tarfile.open(CORPUS) as tar:
        tar.extractall(folder, filter="data")
    return folder


@needs_samples
@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.xar")), ids=lambda path: path.stem)
def test_a_real_xar_gives_what_its_xml_holds(path: Path) -> None:
    """Each sample gives as many records of each kind as lxml counts, and no Problem."""
    assert Xar().recognises(Source(str(path))) is Confidence.SURE
    assert isinstance(importer_for(Source(str(path))), Xar)
    expected: Counter[type] = Counter()
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            if name.endswith(".xml") and name != "package.xml":
                expected += counted(package.read(name))
    items = read(path)
    assert of(items, Problem) == []
    assert Counter(type(item) for item in items) == +expected


@needs_samples
def test_a_history_of_2010_is_rebuilt_from_its_deltas() -> None:
    """Versions of a real old export come with their date in UTC, author and comment."""
    items = read(SAMPLES / "TestPage-with-history-2010.xar")
    assert [(r.version, r.date, r.author, r.comment) for r in of(items, Revision)] == [
        ("3.1", "2010-02-26T13:57:22Z", "XWiki.Admin", "A third version of the document"),
        ("2.1", "2010-02-26T13:56:50Z", "XWiki.Admin", "A new version of the document"),
        ("1.1", "2010-02-26T13:55:40Z", "XWiki.Admin", ""),
    ]
    assert of(items, Revision)[2].content == "This is a test for integration tests."
    for revision in of(items, Revision):
        inner = etree.fromstring(revision.raw or b"")
        assert (text(inner, "version"), text(inner, "content")) == (
            revision.version,
            revision.content,
        )


@needs_corpus
def test_every_page_of_the_corpus_is_read_as_an_independent_reader_reads_it(corpus: Path) -> None:
    """Contents and files of real page XML equal lxml's; each Problem is a visible defect."""
    for path in sorted(corpus.rglob("*.xml")):
        data = path.read_bytes()
        sink = Memory()
        items = read(path, sink)
        expected = counted(data)
        root = etree.fromstring(data, etree.XMLParser(huge_tree=True))
        assert Counter(type(i) for i in items if not isinstance(i, Problem)) == +expected, path
        assert of(items, Revision)[0].content == text(root, "content"), path
        files = {a.name: a for a in reversed(of(items, AttachmentRevision))}
        for node in root.findall("attachment"):
            check_file(node, files[text(node, "filename")], sink)
        for problem in of(items, Problem):
            check_problem(problem, root)


def check_file(node: etree._Element, file: AttachmentRevision, sink: Memory) -> None:
    try:
        data = base64.b64decode(text(node, "content"), validate=False)
    except ValueError:
        assert file.sha256 is None
        return
    assert sink[file.sha256 or ""] == data
    assert file.version == text(node, "version")


def check_problem(problem: Problem, root: etree._Element) -> None:
    """Each problem is a defect that can be seen in the file."""
    if problem.code == "bad-archive":
        assert not text(root, "versions").startswith("head")
    elif problem.code == "bad-base64":
        contents = [text(node, "content").strip() for node in root.findall("attachment")]
        assert any(len(content) % 4 for content in contents)
    elif problem.code == "markup-in-text":
        assert any(len(node) for node in root if node.tag in ("content", "title"))
    else:
        pytest.fail(str(problem))


@needs_corpus
def test_a_tar_is_read_like_the_folder_in_it(corpus: Path) -> None:
    """A tar gives the records and Problems of the folder that it was made of."""
    assert isinstance(importer_for(Source(str(CORPUS))), Xar)
    folder, packed = read(corpus), read(CORPUS)

    def things(items: Iterable[Item]) -> Counter[bytes]:
        return Counter(msgspec.json.encode(item) for item in items if not isinstance(item, Problem))

    assert things(packed) == things(folder)
    assert Counter(p.code for p in of(packed, Problem)) == Counter(
        p.code for p in of(folder, Problem)
    )


def test_a_tar_cut_short_is_no_input(tmp_path: Path) -> None:
    """A tar without its end is an InputError."""
    with tarfile.open(tmp_path / "whole.tar.gz", "w:gz") as tar:
        for n in range(20):
            tar.addfile(tarfile.TarInfo(f"{n}.xml"), io.BytesIO())
    data = (tmp_path / "whole.tar.gz").read_bytes()
    for size in (0, 10, len(data) // 2):
        (tmp_path / "cut.tar.gz").write_bytes(data[:size])
        with pytest.raises(InputError, match="no whole tar"):
            read(tmp_path / "cut.tar.gz")


@needs_corpus
def test_a_folder_of_pages_and_packages_is_read_like_a_xar(corpus: Path) -> None:
    """A folder gives its pages and those of the XARs in it, with the known Problems."""
    assert Xar().recognises(Source(str(corpus))) is Confidence.LIKELY
    items = read(corpus)
    packed = sum(
        name.endswith(".xml") and name != "package.xml"
        for path in corpus.rglob("*.xar")
        if zipfile.is_zipfile(path)
        for name in zipfile.ZipFile(path).namelist()
    )
    assert len(of(items, PageSeen)) == len(list(corpus.rglob("*.xml"))) + packed
    codes = Counter(problem.code for problem in of(items, Problem))
    assert codes == {
        "bad-package": 1,  # invalid-xar.xar is no zip
        "missing-entry": 1,  # XSSImport.xar lists a page by another name
        "stray-entry": 2,  # an editor's copies
        "bad-base64": 6,
        "bad-archive": 3,
        "markup-in-text": 2,
    }


@needs_samples
def test_infos_beside_an_empty_element_do_not_matter() -> None:
    """A package.xml with misplaced infos is read without a Problem."""
    data = (SAMPLES / "Attachment2-misplaced-infos.xar").read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert b"<infos/>" in package.read("package.xml")
    assert of(read(SAMPLES / "Attachment2-misplaced-infos.xar"), Problem) == []
