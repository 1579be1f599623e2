"""An index of Whoosh is unpickled only where this user wrote it."""

from __future__ import annotations

import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kb.config import Config, Home, SearchConfig
from kb.search.asking.finder import Finder
from kb.search.engines.whoosh_engine import WhooshEngine
from kb.search.index import refresh
from kb.search.protocol import DamagedIndexError, Engine
from kb.search.service import HomeSearch, engine_opener
from kb.user_key import state_folder, user_key
from tests.search.rough import Documents, document

WHOOSH = SearchConfig(backend="whoosh")


class _Evil:
    """What runs when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (str(self._mark), "w")


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("kb.search.engines.index_seal._WAIT", 0.2)
    return tmp_path / "state"


@pytest.fixture
def source() -> Documents:
    return Documents(document(f"k{i}", f"退款 编号{i}") for i in range(20))


def current(folder: Path, source: Documents) -> Engine:
    return refresh(folder, source, engine_opener(WHOOSH), "whoosh")


def _evil_contents(folder: Path, evil: bytes) -> None:
    """A table of contents as Whoosh reads it: its schema is the first pickle."""
    (toc,) = folder.glob("_MAIN_*.toc")
    data = toc.read_bytes()
    at = data.index(b"\x80\x02")
    toc.write_bytes(data[:at] + evil + data[at + len(evil) :])


def _newer_contents(folder: Path, evil: bytes) -> None:
    (toc,) = folder.glob("_MAIN_*.toc")
    shutil.copy(toc, folder / "_MAIN_999.toc")
    _evil_contents_of(folder / "_MAIN_999.toc", evil)


def _evil_contents_of(toc: Path, evil: bytes) -> None:
    data = toc.read_bytes()
    at = data.index(b"\x80\x02")
    toc.write_bytes(data[:at] + evil + data[at + len(evil) :])


def _evil_segment(folder: Path, evil: bytes) -> None:
    for file in folder.glob("MAIN_*"):
        data = file.read_bytes()
        file.write_bytes((evil * (len(data) // len(evil) + 1))[: len(data)])


def _no_seal(folder: Path, evil: bytes) -> None:
    (folder / ".seal").unlink()
    _evil_contents(folder, evil)


def _seal_link(folder: Path, evil: bytes) -> None:
    _evil_contents(folder, evil)
    (folder / ".seal").rename(folder.parent / "seal")
    (folder / ".seal").symlink_to(folder.parent / "seal")


def _seal_of_nothing(folder: Path, evil: bytes) -> None:
    _evil_contents(folder, evil)
    (folder / ".seal").write_text('{"files":[],"digest":"00"}')


def _seal_that_leads_out(folder: Path, evil: bytes) -> None:
    _evil_contents(folder, evil)
    (folder / ".seal").write_text('{"files":["../../../x","/dev/zero"],"digest":"00"}')


@pytest.mark.parametrize(
    "harm",
    [_evil_contents, _newer_contents, _evil_segment, _no_seal, _seal_link, _seal_of_nothing,
     _seal_that_leads_out],
)  # fmt: skip
def test_what_another_wrote_is_never_unpickled(
    tmp_path: Path, source: Documents, harm: Callable[[Path, bytes], None]
) -> None:
    """The index is built anew, and answers as before; what a pickle names is not run."""
    home = Home(tmp_path, Config(search=WHOOSH))
    folder = home.index / "whoosh"
    current(folder, source).close()
    (generation,) = folder.glob("g-*")
    evil = pickle.dumps(_Evil(tmp_path / "mark"), 2)
    harm(generation, evil)
    with pytest.raises(DamagedIndexError):
        WhooshEngine(generation, WHOOSH)
    assert HomeSearch(home, source).find("退款").total == 20
    assert not (tmp_path / "mark").exists()


def test_an_index_of_another_user_is_built_anew(
    tmp_path: Path, source: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A home that comes with an index of whoever made it, sealed by their key."""
    current(tmp_path / "i", source).close()
    (before,) = (tmp_path / "i").glob("g-*")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "mine"))
    assert Finder(current(tmp_path / "i", source)).find("退款").total == 20
    (after,) = (tmp_path / "i").glob("g-*")
    assert before != after
    current(tmp_path / "i", source).close()
    assert list((tmp_path / "i").glob("g-*")) == [after]


def test_an_open_index_is_looked_at_again_when_it_changes(
    tmp_path: Path, source: Documents
) -> None:
    """What another process of this user commits is found; what a stranger puts there is not."""
    first, second = (engine_opener(WHOOSH)(tmp_path / "i") for _ in range(2))
    assert first.counts("seq", [])[0] == 0
    second.add([document("k", "退款")])
    second.commit()
    assert first.counts("seq", [])[0] == 1
    _newer_contents(tmp_path / "i", pickle.dumps(_Evil(tmp_path / "mark"), 2))
    with pytest.raises(DamagedIndexError):
        first.counts("seq", [])
    with pytest.raises(DamagedIndexError):
        first.add([document("l", "退款")])
    assert not (tmp_path / "mark").exists()


def _linked(file: Path) -> None:
    file.rename(file.with_name("x"))
    file.symlink_to(file.with_name("x"))


@pytest.mark.skipif(os.name != "posix", reason="modes as POSIX has them")
def test_the_key_is_this_users_alone(state: Path) -> None:
    """Mode 600 in a folder of mode 700; cut off, open to others, or a link, it is made anew."""
    key = user_key()
    file = state / "casebook" / "index.key"
    assert state_folder() == file.parent
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert user_key() == key
    assert len(key) == 32
    spoil: list[Callable[[], object]] = [
        lambda: file.write_bytes(b""), lambda: file.write_bytes(b"short"),
        lambda: file.write_bytes(b"x" * 33), lambda: file.chmod(0o644), lambda: file.chmod(0o620),
        lambda: _linked(file),
    ]  # fmt: skip
    for harm in spoil:
        before = user_key()
        harm()
        after = user_key()
        assert after != before
        assert user_key() == after
        assert file.stat().st_mode & 0o777 == 0o600
        assert not file.is_symlink()


def test_where_no_key_can_be_kept_each_run_builds_its_own(
    tmp_path: Path, source: Documents, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """A note says so once, this process knows its own index again, and no other does."""
    (tmp_path / "state").write_text("a file")
    current(tmp_path / "i", source).close()
    (before,) = (tmp_path / "i").glob("g-*")
    current(tmp_path / "i", source).close()
    assert list((tmp_path / "i").glob("g-*")) == [before]
    assert caplog.text.count("no key can be kept") == 1
    monkeypatch.setattr("kb.user_key._of_this_process", lambda why: b"another process's key")
    current(tmp_path / "i", source).close()
    assert list((tmp_path / "i").glob("g-*")) != [before]
