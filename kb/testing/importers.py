r"""What every importer keeps to, as tests for the author of one.

Subclass it in your package's tests:

    class TestNotes(ImporterConformance):
        @pytest.fixture
        def importer(self):
            return Notes()

        @pytest.fixture
        def source(self, tmp_path):
            (tmp_path / "wiki.notes").write_text("== Page ==\ntext\n")
            return str(tmp_path / "wiki.notes")

        @pytest.fixture
        def unusable(self, tmp_path):
            (tmp_path / "other.notes").write_bytes(b"\x00")
            return str(tmp_path / "other.notes")
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import pytest

from importers.base import Confidence, Importer, Source
from kb.archive import Archive
from kb.errors import InputError, Problem, RemoteError
from kb.model import (
    AttachmentRevision,
    Checkpoint,
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
from kb.options import Options
from kb.references import split_reference
from kb.verify import DigestSink, NothingKnown, compare

_VERSION: Final = re.compile(r"[0-9]+\.[0-9]+")
_MOMENT: Final = re.compile(
    r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII
)
_OF_A_PAGE: Final = (
    Revision, RevisionSeen, Snapshot, AttachmentRevision, Comment, WikiObject, WikiClass,
)  # fmt: skip


class NotedDigests(DigestSink):
    """kb.model.Sink that keeps the digests of what it was given, in ``put_so_far``."""

    def __init__(self) -> None:
        self.put_so_far: set[str] = set()

    def put(self, chunks: Iterable[bytes]) -> str:
        """Note the sha256 of the bytes, and return it in hex."""
        digest = super().put(chunks)
        self.put_so_far.add(digest)
        return digest


class ImporterConformance:
    """The tests. A subclass gives the fixtures ``importer``, ``source`` and ``unusable``.

    ``source`` is the location of something that holds at least one page; ``unusable`` of
    something that the importer could take for its own and that holds none.
    """

    @pytest.fixture
    def items(self, importer: Importer, source: str) -> list[Item]:
        """All that the importer yields for the source."""
        return list(importer.records(Source(source), Options(), NothingKnown(), DigestSink()))

    def test_its_name_is_a_word_for_the_command_line(self, importer: Importer) -> None:
        """`kb import --as NAME`: lower case, words joined by hyphens."""
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", importer.name)

    def test_it_recognises_its_own_and_no_other(
        self, importer: Importer, source: str, tmp_path: Path
    ) -> None:
        """It is surer of its own source than of a foreign file, and raises for neither."""
        foreign = tmp_path / "foreign.bin"
        foreign.write_bytes(bytes(range(256)) * 8)
        (tmp_path / "empty").mkdir()
        assert importer.recognises(Source(source)) > Confidence.NO
        for path in (foreign, tmp_path / "empty", tmp_path / "nowhere"):
            assert importer.recognises(Source(str(path))) is Confidence.NO

    def test_records_are_read_lazily(self, importer: Importer, tmp_path: Path) -> None:
        """Nothing is opened before the first record is asked for."""
        importer.records(
            Source(str(tmp_path / "nowhere")), Options(), NothingKnown(), DigestSink()
        )  # fmt: skip

    def test_a_page_s_records_follow_its_page_seen(self, items: list[Item]) -> None:
        """PageSeen opens a page; no page is opened twice; there is one at least."""
        opened: list[PageId] = []
        for item in items:
            if isinstance(item, PageSeen):
                opened.append(item.id)
            elif isinstance(item, _OF_A_PAGE):
                assert opened, f"{type(item).__name__} before any PageSeen"
            else:
                assert isinstance(item, Gone | FetchState | Checkpoint | Problem)
        assert opened, "the source holds a page"
        assert len(opened) == len(set(opened))
        for page in opened:
            assert split_reference(page.page)

    def test_versions_and_moments_are_as_the_model_says(self, items: list[Item]) -> None:
        """Versions are `major.minor`, moments ISO 8601, unknown ones None and never empty."""
        for item in items:
            version = getattr(item, "version", None)
            assert version is None or _VERSION.fullmatch(version), version
            for name in ("date", "created", "modified"):
                moment = getattr(item, name, None)
                assert moment is None or _MOMENT.fullmatch(moment), moment
        for origin in _origins(items):
            assert origin.date is None or _MOMENT.fullmatch(origin.date)

    def test_bytes_go_to_the_sink_before_they_are_named(
        self, importer: Importer, source: str
    ) -> None:
        """An attachment's digest is that of bytes which the sink has."""
        sink = NotedDigests()
        for item in importer.records(Source(source), Options(), NothingKnown(), sink):
            if isinstance(item, AttachmentRevision) and item.sha256 is not None:
                assert item.sha256 in sink.put_so_far

    def test_the_same_source_gives_the_same_records(
        self, importer: Importer, source: str, items: list[Item]
    ) -> None:
        """Reading twice gives equal records in the same order."""
        again = list(importer.records(Source(source), Options(), NothingKnown(), DigestSink()))
        assert [_lasting(item) for item in again] == [_lasting(item) for item in items]

    def test_the_archive_holds_what_was_yielded(
        self, importer: Importer, source: str, tmp_path: Path
    ) -> None:
        """After an import nothing of the source is missing or different; a second adds nothing."""
        found = Source(source)
        with Archive(tmp_path / "archive.db", create=True) as archive:
            for changed in (True, False):
                known = archive.source(source, importer.name)
                items = importer.records(found, Options(), known, archive.blobs)
                assert bool(archive.ingest(known, items).changed) is changed
            again = importer.records(found, Options(), NothingKnown(), DigestSink())
            verdicts = {finding.verdict for finding in compare(archive, again)}
            assert verdicts <= {"same", "unknown"}

    def test_an_unusable_source_is_an_error_that_names_it(
        self, importer: Importer, unusable: str
    ) -> None:
        """What holds no page raises InputError or RemoteError with its location."""
        with pytest.raises((InputError, RemoteError)) as raised:
            list(importer.records(Source(unusable), Options(), NothingKnown(), DigestSink()))
        assert Path(unusable).name in str(raised.value)


def _origins(items: Iterable[Item]) -> Iterator[LineOrigin]:
    for item in items:
        if isinstance(item, Snapshot):
            yield from item.origins


def _lasting(item: Item) -> Item | None:
    """The record, but for when it was noticed or how far the run is."""
    return None if isinstance(item, Gone | FetchState) else item
