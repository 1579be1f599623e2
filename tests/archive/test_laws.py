"""Laws of the archive: what goes in comes out, however it is cut up and in whatever order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.archive import Archive
from kb.archive.ingest import IngestReport
from kb.archive.packing import pack_moment, pack_numbers, unpack_moment, unpack_numbers
from kb.model import Item, PageId, PageSeen, Revision

PAGE = PageId("xwiki", "A.B")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
FRESH = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def take(
    archive: Archive, versions: Iterable[tuple[str, tuple[str, bytes | None]]]
) -> IngestReport:
    items: list[Item] = [PageSeen(id=PAGE, history="complete")]
    items += [
        Revision(version=v, content=text, raw=raw, comment=text) for v, (text, raw) in versions
    ]
    return archive.ingest(archive.source("a", "test"), items)


VERSIONS = st.dictionaries(
    st.tuples(st.integers(1, 30), st.integers(1, 30)).map("{0[0]}.{0[1]}".format),
    st.tuples(TEXT, st.none() | st.binary(max_size=50)),
    min_size=1,
    max_size=12,
)


@FRESH
@given(VERSIONS, st.data())
def test_versions_in_any_order_and_any_number_of_imports(
    tmp_path_factory: pytest.TempPathFactory,
    versions: dict[str, tuple[str, bytes | None]],
    data: st.DataObject,
) -> None:
    """However versions are cut into imports, texts, blame and digest are the same."""
    path = tmp_path_factory.mktemp("law") / "a.db"
    order = data.draw(st.permutations(sorted(versions)))
    cut = data.draw(st.integers(0, len(order)))
    with Archive(path, create=True) as archive:
        for part in (order[:cut], order[cut:]):
            take(archive, [(v, versions[v]) for v in part])
        page = archive.page(PAGE)
        assert page is not None
        key, digest = page.key, page.digest
        for version, (text, raw) in versions.items():
            assert archive.content(key, version) == text
            assert archive.raw(key, version) == raw
        blame = [archive.blame(key, v) for v in sorted(versions)]
        assert take(archive, versions.items()).changed == 0
    with Archive(path.with_name("b.db"), create=True) as straight:
        take(straight, sorted(versions.items()))
        (other,) = straight.pages()
        assert other.digest == digest
        assert [straight.blame(1, v) for v in sorted(versions)] == blame


@FRESH
@given(st.lists(st.binary(max_size=300), max_size=6))
def test_bytes_come_back_whatever_the_pieces(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]
) -> None:
    """A blob is its bytes, however they were cut into chunks, and is stored once."""
    with Archive(tmp_path_factory.mktemp("law") / "a.db", create=True) as archive:
        sha256 = archive.blobs.put(pieces)
        assert sha256 == hashlib.sha256(b"".join(pieces)).hexdigest()
        assert archive.blobs.open(sha256) == b"".join(pieces)
        assert archive.blobs.put([b"".join(pieces)]) == sha256
        assert archive.counts()["blob"] == 1


def test_an_error_on_the_way_stores_no_bytes(tmp_path: Path) -> None:
    """A stream of bytes that breaks off leaves neither a blob nor parts of one."""

    def breaking() -> Iterator[bytes]:
        yield b"x" * 9_000_000
        raise OSError("cut")

    with Archive(tmp_path / "a.db", create=True) as archive:
        with pytest.raises(OSError, match="cut"):
            archive.blobs.put(breaking())
        assert archive.counts()["blob"] == 0
        assert archive._db.execute("SELECT count(*) FROM blob_part").fetchone() == (0,)


@given(st.lists(st.integers(-(2**60), 2**60)), st.integers(1, 3))
def test_numbers_are_unpacked_as_they_were(numbers: list[int], stride: int) -> None:
    """Packing lists of numbers loses nothing, at any stride."""
    assert unpack_numbers(pack_numbers(numbers, stride), stride) == numbers


@given(st.datetimes().map("{:%Y-%m-%dT%H:%M:%SZ}".format) | st.text() | st.none())
def test_moments_are_unpacked_as_they_were(moment: str | None) -> None:
    """Packing a moment, or whatever stands in its place, loses nothing."""
    assert unpack_moment(pack_moment(moment)) == moment


def test_moments_that_are_exact_take_few_bytes() -> None:
    """A moment that milliseconds say exactly becomes a number; any other stays a text."""
    assert pack_moment("2020-04-10T09:30:12Z") == 1586511012000
    assert pack_moment("2020-04-10T09:30:12.500Z") == 1586511012500
    assert pack_moment("2020-04-10T09:30:12.000Z") == "2020-04-10T09:30:12.000Z"
    assert pack_moment("2020-02-31T09:30:12Z") == "2020-02-31T09:30:12Z"
