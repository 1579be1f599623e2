"""What every exporter keeps to, as tests for the author of one.

Subclass it in your package's tests:

    class TestPlainText(ExporterConformance):
        @pytest.fixture
        def exporter(self):
            return PlainText()
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Final

import pytest

from kb.archive import Archive, PageView
from kb.cases.record import Case
from kb.cases.store.store import CaseStore, up_to_date
from kb.config import Config, Home
from kb.errors import InputError, KbError, UsageError
from kb.export.protocol import Contents, Exporter, ExportOptions, options_of
from kb.export.report import LossReport, add_digests
from kb.export.run import run_export
from kb.model import (
    AttachmentRevision,
    Comment,
    Gone,
    Item,
    LineOrigin,
    PageId,
    PageSeen,
    Revision,
    Snapshot,
    WikiObject,
)
from kb.redact.leaks import LeakError

WIKI: Final = "xwiki"
CASE: Final = """= njhx_case#1_20200410 =

电话：025-88012345

问题：充电中断，请回电 13800138000

状态：处理中"""
SECRETS: Final = ("13800138000", "88012345", "quentinold", "ruanli", "secret bytes")
"""What the sample has that is not for the public."""
HIDDEN: Final = "见 MTM4MDAxMzgwMDA="
"""A protected number in base64, which the rules do not find."""


def _foreign(place: Path) -> Path:
    place.write_text("mine")
    return place


def _folder(place: Path) -> Path:
    place.mkdir()
    _foreign(place / "mine")
    return place


def _link(place: Path, target: Path) -> Path:
    place.symlink_to(target)
    return place


def _pipe(place: Path) -> Path:
    os.mkfifo(place)
    return place


def _source(home: Home, place: Path) -> Path:
    _foreign(place)
    with Archive(home.archive) as archive:
        archive.ingest(archive.source(str(place), "sample"), ())
    return place


OBSTACLES: Final[dict[str, Callable[[Home, Path], Path]]] = {
    "foreign file": lambda _, place: _foreign(place),
    "foreign folder": lambda _, place: _folder(place),
    "link to a file": lambda _, place: _link(place, _foreign(place.with_name("mine"))),
    "link to a folder": lambda _, place: _link(place, _folder(place.with_name("mine"))),
    "link to nothing": lambda _, place: _link(place, place.with_name("nothing")),
    "pipe": lambda _, place: _pipe(place),
    "archive": lambda home, _: home.archive,
    "data": lambda home, _: home.archive.with_name("new"),
    "data by a link": lambda home, place: _link(place, home.archive.parent) / "archive.db",
    "home": lambda home, _: home.root,
    "folder of the home": lambda home, _: home.root.parent,
    "settings": lambda home, _: _foreign(home.root / "kb.toml"),
    "source": _source,
    "folder of a source": lambda home, place: _source(home, _folder(place) / "dump").parent,
    "below a file": lambda _, place: _foreign(place) / "out",
}
"""What may be in the way: each makes it, given a home and a place, and returns the destination."""
FORCED: Final = OBSTACLES.keys() - {"foreign file"}
"""Those that even `--force` does not replace."""


class ExporterConformance:
    """Subclass this and give the fixture ``exporter``; its tests then run on it."""

    options: ClassVar[Mapping[str, object]] = {}
    """Options of the format to test with."""

    @pytest.fixture
    def exporter(self) -> Exporter[Any]:
        """The exporter under test."""
        raise NotImplementedError("give a fixture named exporter")

    @pytest.fixture
    def dest(self) -> str:
        """Name of the file or folder that it makes."""
        return "out"

    def state(self, made: Path) -> object:
        """Return what must be equal for two exports to be the same: by default every byte."""
        report = LossReport("state")
        add_digests(report, made)
        return report.digests

    def export(
        self, exporter: Exporter[Any], home: Home, dest: Path, **options: object
    ) -> LossReport:
        """Export a home as `kb export` does."""
        chosen = options_of(exporter, {**self.options, **options})
        with up_to_date(home) as (archive, store):
            return run_export(exporter, home, archive, store, str(dest), chosen)

    def test_it_says_what_it_is(self, exporter: Exporter[Any]) -> None:
        """A name, a line of help, a record of options; what it does not know is a UsageError."""
        assert exporter.name
        assert exporter.description
        assert issubclass(exporter.options, ExportOptions)
        with pytest.raises(UsageError, match="no-such-option"):
            options_of(exporter, {"no-such-option": 1})

    def test_the_same_contents_give_the_same_bytes(
        self, exporter: Exporter[Any], dest: str, tmp_path: Path
    ) -> None:
        """In two places, and over an earlier export."""
        home = sample_home(tmp_path / "home")
        for folder in ("one", "two", "two"):
            self.export(exporter, home, tmp_path / folder / dest)
        made = [self.state(tmp_path / folder / dest) for folder in ("one", "two")]
        assert made[0] == made[1]

    def test_an_export_is_whole_or_not_there(
        self, exporter: Exporter[Any], dest: str, tmp_path: Path
    ) -> None:
        """One that breaks off leaves nothing, or what was there; a later one is as any other."""
        home, place = sample_home(tmp_path / "home"), tmp_path / "out" / dest
        self._break_off(exporter, home, place)
        assert exporter.updates_in_place or not place.exists()
        self.export(exporter, home, place)
        whole = self.state(place)
        self.export(exporter, home, tmp_path / "other" / dest)
        assert whole == self.state(tmp_path / "other" / dest)
        self._break_off(exporter, home, place)
        assert self.state(place) == whole

    def _break_off(self, exporter: Exporter[Any], home: Home, dest: Path) -> None:
        chosen = options_of(exporter, self.options)
        with up_to_date(home) as (_, store), _BreakingArchive(home.archive) as archive:
            site = home.config.site
            contents = Contents(archive=archive, cases=_BreakingCases(store), site=site)
            dest.parent.mkdir(parents=True, exist_ok=True)
            with pytest.raises(BrokenOff):
                exporter.export(contents, str(dest), chosen)

    def test_the_public_reads_nothing_protected(
        self, exporter: Exporter[Any], dest: str, tmp_path: Path
    ) -> None:
        """Neither in bytes, names or what is packed, nor in the report; nothing else is left."""
        home, place = sample_home(tmp_path / "home"), tmp_path / "out" / dest
        report = tmp_path / "report"
        self.export(exporter, home, place, audience="public", report=report)
        files = [*place.parent.rglob("*"), *report.iterdir()]
        data = b"\n".join(path.read_bytes() for path in files if path.is_file())
        data += b"\n".join(name.encode() + b"\n" + part for name, part in exporter.parts(place))
        for secret in SECRETS:
            assert secret.encode() not in data, secret
        assert not list(place.parent.glob(".*-*"))

    def test_a_leak_stops_it(self, exporter: Exporter[Any], dest: str, tmp_path: Path) -> None:
        """Where the format tells of a number that the rules missed, nothing is put in place."""
        home, place = sample_home(tmp_path / "home", f"{CASE}\n\n{HIDDEN}"), tmp_path / dest
        self.export(exporter, home, tmp_path / "inside" / dest)
        parts = exporter.parts(tmp_path / "inside" / dest)
        if any(HIDDEN.encode() in part for _, part in parts):
            with pytest.raises(LeakError):
                self.export(exporter, home, place, audience="public")
            assert not place.exists()

    def test_the_report_accounts_for_everything(
        self, exporter: Exporter[Any], dest: str, tmp_path: Path
    ) -> None:
        """Every page, file, comment and object is kept, changed or dropped, for a reason."""
        home = sample_home(tmp_path / "home")
        found = self.export(exporter, home, tmp_path / "out" / dest, report=tmp_path / "report")
        table = found.table()
        for kind, count in (("page", 4), ("attachment", 2), ("comment", 1), ("object", 1)):
            assert sum(table.get(kind, {}).values()) == count, kind
        assert all(loss.why for loss in found.losses())
        assert found.digests
        assert (tmp_path / "report" / "report.json").is_file()

    def test_what_is_in_the_way_stays(
        self, exporter: Exporter[Any], dest: str, tmp_path: Path
    ) -> None:
        """Files and folders of others, links, a home and its sources: refused and as they were."""
        home = sample_home(tmp_path / "home")
        for name, make in OBSTACLES.items():
            folder = tmp_path / f"beside a {name}"
            folder.mkdir()
            place = make(home, folder / dest)
            before = _everything_in(tmp_path)
            for audience in ("internal", "public"):
                with pytest.raises(KbError) as caught:
                    self.export(exporter, home, place, audience=audience, force=name in FORCED)
                assert str(place.parent) in str(caught.value), name
                assert _everything_in(tmp_path) == before, (name, audience)

    def test_a_changed_export_is_not_replaced(
        self, exporter: Exporter[Any], dest: str, tmp_path: Path
    ) -> None:
        """What somebody added to a file or a folder stays; by force it is replaced."""
        if exporter.updates_in_place:
            pytest.skip("it sees to that itself")
        home, place = sample_home(tmp_path / "home"), tmp_path / "out" / dest
        self.export(exporter, home, place)
        made = self.state(place)
        changed = place if place.is_file() else place / "added"
        with changed.open("ab") as file:
            file.write(b"mine")
        with pytest.raises(InputError, match="changed"):
            self.export(exporter, home, place)
        assert changed.read_bytes().endswith(b"mine")
        self.export(exporter, home, place, force=True)
        assert self.state(place) == made


def _everything_in(folder: Path) -> dict[str, object]:
    """Path → bytes of each file, target of each link; without what SQLite, locks and keys are."""
    return {
        str(path): path.readlink() if path.is_symlink() else path.is_file() and path.read_bytes()
        for path in folder.rglob("*")
        if not path.name.startswith(("cases.db", "archive.db-", "public.key", "."))
        and not path.is_fifo()
    }


def sample_home(folder: Path, text: str = CASE) -> Home:
    """Make a home with a case that has a history, files, a comment and an object; see SECRETS."""
    home = Home(folder, Config(public={"open": ["*"]}))
    home.archive.parent.mkdir(parents=True)
    with Archive(home.archive, create=True) as archive:
        archive.ingest(archive.source("sample", "sample"), _items(archive, text))
    return home


def _items(archive: Archive, text: str) -> Iterator[Item]:
    day = "2020-04-1{}T09:00:00Z"
    yield PageSeen(id=PageId(WIKI, "Support.Cases"), history="complete", title="Cases")
    later = text.replace("025-88012345", "").replace("处理中", "已解决")
    for number, (content, author) in enumerate(((text, "quentinold"), (later, "ruanli")), 1):
        yield Revision(version=f"{number}.1", content=content, author=f"XWiki.{author}",
                       date=day.format(number), comment=f"saved by {author}")  # fmt: skip
        sha256 = archive.blobs.put([b"secret bytes %d" % number])
        yield AttachmentRevision(name="shot.png", version=f"1.{number}", sha256=sha256, size=14,
                                 author=f"XWiki.{author}", date=day.format(number))  # fmt: skip
    yield Comment(number=0, text="quentinold knows", author="XWiki.quentinold")
    yield WikiObject(class_name="Support.Class", number=0, properties={"by": "quentinold"})
    yield PageSeen(id=PageId(WIKI, "Support.Lines"), history="lines", modified="2020-04-10")
    yield Snapshot(lines=("a line", "another"), origins=(LineOrigin("1.1", "ruanli"),) * 2)
    yield PageSeen(id=PageId(WIKI, "Support.Other"), history="complete")
    yield Revision(version="1.1", content="see [[Support.Cases]] and [[No.Such]]",
                   author="XWiki.ruanli", date=day.format(3))  # fmt: skip
    yield PageSeen(id=PageId(WIKI, "Support.Past"), history="complete")
    yield Revision(version="1.1", content="past", author="XWiki.ruanli", date=day.format(4))
    yield Gone(id=PageId(WIKI, "Support.Past"), noticed=day.format(5))


class BrokenOff(Exception):  # noqa: N818  (an interruption, not an error of anybody)
    """Stands for whatever interrupts an export in the middle."""


class _BreakingArchive(Archive):
    """Interrupts whoever has read almost everything."""

    def view(self, key: int) -> PageView:
        if key == max(key for key, _, _ in self.digests()):
            raise BrokenOff
        return super().view(key)


class _BreakingCases:
    """Interrupts whoever has read every case."""

    def __init__(self, store: CaseStore) -> None:
        self._store = store

    def cases(self) -> Iterator[Case]:
        yield from self._store.cases()
        raise BrokenOff

    def records(self) -> Iterator[tuple[str, bytes]]:
        yield from self._store.records()
        raise BrokenOff

    def removed(self, archive: Archive) -> Iterable[Case]:
        return self._store.removed(archive)
