"""The index on disk: up to date, mended by itself, whole at any moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kb.config import CasesConfig, Config, Home, SearchConfig
from kb.freshness import home_stamp
from kb.search.asking.finder import Finder
from kb.search.documents.search_document import SearchDocument
from kb.search.index import refresh
from kb.search.protocol import Engine
from kb.search.service import HomeSearch, engine_opener, searching
from tests.search.rough import Documents, document

ROOT = Path(__file__).parents[2]
OPENED = engine_opener(SearchConfig())


@pytest.fixture
def source() -> Documents:
    return Documents(document(f"k{i}", f"退款 编号{i}") for i in range(50))


def current(folder: Path, source: Documents) -> Engine:
    return refresh(folder, source, OPENED, "tantivy")


def test_only_what_changed_is_indexed_again(tmp_path: Path, source: Documents) -> None:
    """After a change and a removal, the source is asked for the changed document alone."""
    current(tmp_path, source).close()
    before = {f.name for f in tmp_path.glob("g-*")}
    source.held["k1"] = document("k1", "登录")
    del source.held["k2"]
    source.asked.clear()
    finder = Finder(current(tmp_path, source))
    assert source.asked == [{"k1"}]
    assert {f.name for f in tmp_path.glob("g-*")} == before
    assert finder.find("登录").total == 1
    assert finder.find("退款").total == 48


def test_nothing_changed_costs_nothing(tmp_path: Path, source: Documents) -> None:
    """Where digests are the same, no document is asked for and no file is written."""
    current(tmp_path, source).close()
    times = {f: f.stat().st_mtime_ns for f in tmp_path.rglob("*") if f.is_file()}
    source.asked.clear()
    current(tmp_path, source).close()
    assert source.asked == []
    assert times == {f: f.stat().st_mtime_ns for f in tmp_path.rglob("*") if f.is_file()}


@pytest.mark.parametrize("harm", ["cut", "remove", "garbage", "state", "all"])
def test_a_damaged_index_is_built_anew(tmp_path: Path, source: Documents, harm: str) -> None:
    """Files cut, removed, overwritten, or a broken state.json: the index answers as before."""
    current(tmp_path, source).close()
    generation = next(tmp_path.glob("g-*"))
    files = sorted(f for f in generation.iterdir() if not f.name.startswith("."))
    for file in files if harm == "all" else files[:1]:
        if harm in {"cut", "all"}:
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
        elif harm == "remove":
            file.unlink()
        elif harm == "garbage":
            (generation / "meta.json").write_bytes(
                b"\x00" * (generation / "meta.json").stat().st_size
            )
    if harm == "state":
        (tmp_path / "state.json").write_text("{")
    assert Finder(current(tmp_path, source)).find("退款").total == 50


def test_damage_that_shows_only_when_asked_is_mended(tmp_path: Path, source: Documents) -> None:
    """Files of the right size with wrong bytes are found out by a question and replaced."""
    home = Home(tmp_path, Config())
    HomeSearch(home, source)
    for file in (home.index / "tantivy").glob("g-*/*"):
        if file.suffix in {".store", ".idx", ".term", ".pos"}:
            file.write_bytes(bytes(len(file.read_bytes())))
    assert HomeSearch(home, source).find("退款").total == 50


CHILD = """
import sys
from pathlib import Path
from kb.config import SearchConfig
from kb.search.index import refresh
from kb.search.service import opener
from tests.search.rough import Documents, document
made = Documents(document(f"k{i}", f"退款 编号{i} {sys.argv[2]}") for i in range(3000))
print("begin", flush=True)
refresh(Path(sys.argv[1]), made, opener(SearchConfig()), "tantivy").close()
print("end", flush=True)
"""


def killed(folder: Path, word: str, after: float) -> None:
    """An update of the index in a process that is killed ``after`` seconds of work."""
    command = [sys.executable, "-c", CHILD, str(folder), word]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    time.sleep(after)
    child.send_signal(signal.SIGKILL)
    child.wait()


@pytest.mark.parametrize("count", [3, pytest.param(20, marks=pytest.mark.prove)])
def test_a_crash_at_any_moment_leaves_an_index_that_answers_or_mends(
    tmp_path: Path, count: int
) -> None:
    """Killed while it is written, the index is whole after the next refresh."""
    for moment in range(count):
        killed(tmp_path, f"轮次{moment % 3}", 0.02 + 0.9 * moment / count)
        wanted = Documents(document(f"k{i}", f"退款 编号{i}") for i in range(20))
        assert Finder(current(tmp_path, wanted)).find("退款").total == 20


def test_a_first_index_that_was_interrupted_goes_on_from_its_last_commit(
    tmp_path: Path, source: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was committed before an interrupt is not asked for again."""
    monkeypatch.setattr("kb.search.index.BATCH", 10)
    given, asked = source.documents, list[int]()

    def cut_short(keys: Collection[str]) -> Iterator[SearchDocument]:
        asked.append(len(keys))
        for number, made in enumerate(given(keys)):
            if len(asked) == 1 and number == 35:
                raise KeyboardInterrupt
            yield made

    monkeypatch.setattr(source, "documents", cut_short)
    with pytest.raises(KeyboardInterrupt):
        current(tmp_path, source)
    assert Finder(current(tmp_path, source)).find("退款").total == 50
    assert asked == [50, 20]
    assert len(list(tmp_path.glob("g-*"))) == 1
    assert not (tmp_path / "building.json").exists()


def test_while_nothing_is_written_the_archive_is_not_opened(
    kb: Callable[..., object], shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files' own facts tell that nothing changed; any write to them is noticed."""
    kb("import", shared / "samples" / "after-sales-cases.blame.txt", "--page-name", "A.Cases")
    home, archive = Home(tmp_path, Config()), tmp_path / ".kb" / "archive.db"
    os.utime(archive, (time.time() + 60,) * 2)
    assert home_stamp(home) is None, "another write could bear the same time"
    os.utime(archive, (1, 1))
    with searching(home) as search:
        assert search.find("6730").total == 1
    monkeypatch.setattr("kb.cases.store.store.up_to_date", None)
    with searching(home) as search:
        assert search.find("6730").total == 1
    for touched in (tmp_path / "corrections.toml", archive):
        touched.touch()
        os.utime(touched, (2, 2))
        with pytest.raises(TypeError), searching(home):
            pass


def test_a_home_s_own_profile_counts_and_what_it_extends(tmp_path: Path) -> None:
    """A change of a profile, of what it extends, or of kb.toml changes the stamp."""
    archive = tmp_path / ".kb" / "archive.db"
    archive.parent.mkdir()
    archive.write_bytes(b"x")
    os.utime(archive, (1, 1))
    (tmp_path / "mine.toml").write_text('extends = ["base.toml"]')
    home = Home(tmp_path, Config(cases=CasesConfig(profiles=("mine.toml",))))
    stamps = [home_stamp(home)]
    for name in ("base.toml", "mine.toml", "kb.toml"):
        with (tmp_path / name).open("a") as file:
            file.write("# more\n")
        stamps.append(home_stamp(home))
    assert None not in stamps
    assert len(set(stamps)) == 4


def test_threads_ask_while_one_writes(tmp_path: Path, source: Documents) -> None:
    """Four threads see whole commits only, and every hit has what was asked for."""
    engine = current(tmp_path, source)
    finder, stop = Finder(engine), threading.Event()

    def ask() -> set[int]:
        totals = set()
        while not stop.is_set():
            hits = finder.find("退款")
            totals.add(hits.total)
            assert all("退款" in hit.document.texts[0].text for hit in hits.hits)
        return totals

    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask) for _ in range(4)]
        for i in range(50, 60):
            engine.add([document(f"k{i}", f"退款 编号{i}")])
            engine.commit()
        stop.set()
        seen = set().union(*(future.result() for future in asking))
    assert seen <= set(range(50, 61))
    assert finder.find("退款").total == 60
