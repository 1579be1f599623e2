"""Backups: one moment of a home, stored whole, verified, and brought back."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import kb
from kb.archive import Archive
from kb.backup import BackupFolder
from kb.files import put_in_place
from kb.library import backing_up
from kb.model import Checkpoint, Item
from tests.conftest import ROOT, fill
from tests.export.wiki import page, revisions
from tests.rest.standin import PASSWORD, standin_module


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with all that a backup holds, and with data that are made again."""
    root = tmp_path / "home"
    with kb.open(root, create=True) as library:
        library.import_(ROOT / "demo")
        (root / "profiles").mkdir()
        profile = (ROOT / "kb/cases/profile/shipped/generic.toml").read_text("utf-8")
        (root / "profiles" / "ours.toml").write_text(profile, "utf-8")
        (root / "profiles" / "other.toml").write_text("not named by kb.toml", "utf-8")
        profiles = '["profiles/ours.toml", "../theirs.toml"]'
        (tmp_path / "theirs.toml").write_text(profile, "utf-8")
        (root / "kb.toml").write_text(f"[cases]\nprofiles = {profiles}\n", "utf-8")
        library.correct(next(library.cases()).id, "station", "x", why="y", by="z")
        library.search("x")
    (root / ".kb" / "public.key").write_bytes(b"k" * 32)
    (root / ".kb" / "public.key").chmod(0o600)
    return root


def back_up(home: Path, dest: Path, **options: Any) -> kb.BackupReport:
    """Back up once, as the command does."""
    with kb.open(home) as library:
        return library.backup(dest, **options)


def dump(archive: Path) -> str:
    """All that a database holds, as SQL."""
    with closing(sqlite3.connect(archive)) as db:
        return "\n".join(db.iterdump())


HELD = [
    ".kb/archive.db", ".kb/public.key", "corrections.toml", "kb.toml", "profiles/ours.toml",
]  # fmt: skip


def test_what_cannot_be_made_again_comes_back(home: Path, tmp_path: Path) -> None:
    """Archive, settings, corrections, the home's profiles and the key, for its owner alone."""
    made = back_up(home, tmp_path / "backup")
    assert sorted(made.files) == HELD
    assert made.outside == ("../theirs.toml",)
    assert not made.damage
    done = kb.restore(tmp_path / "backup", tmp_path / "again")
    assert (sorted(done.files), done.aside, done.damage) == (HELD, None, ())
    found = sorted(p for p in (tmp_path / "again").rglob("*") if p.is_file())
    assert [path.relative_to(tmp_path / "again").as_posix() for path in found] == HELD
    for path in found[1:]:
        assert path.read_bytes() == (home / path.relative_to(tmp_path / "again")).read_bytes()
    assert dump(found[0]) == dump(home / HELD[0])
    assert stat.S_IMODE(found[1].stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "backup").stat().st_mode) == 0o700
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "backup").iterdir()}
    assert modes == {0o600}
    with kb.open(tmp_path / "again") as one, kb.open(home) as other:
        assert one.verify().whole
        assert one.stats().counts == other.stats().counts


def test_a_later_backup_stores_what_changed(tmp_path: Path) -> None:
    """Nothing where nothing did; of a large archive little for one new page; all stay readable."""
    home, dest = tmp_path / "home", tmp_path / "backup"
    noise = random.Random(7)
    with kb.open(home, create=True):
        pass
    with Archive(home / ".kb" / "archive.db", create=True) as archive:
        source = archive.source("test", "test")
        texts = (noise.randbytes(9000).hex() for _ in range(400))
        for number, text in enumerate(texts):
            archive.ingest(source, [page(f"P{number}"), *revisions(text)])
        first = back_up(home, dest)
        assert first.added == first.size > 3_000_000
        again = back_up(home, dest)
        assert (again.name, again.added) == (first.name, 0)
        archive.ingest(source, [page("New"), *revisions(noise.randbytes(9000).hex())])
    before = sum(file.stat().st_size for file in dest.iterdir())
    later = back_up(home, dest)
    grown = sum(file.stat().st_size for file in dest.iterdir()) - before
    assert later.name > first.name
    assert 0 < later.added < grown < first.size / 3
    for name, count in ((first.name, 400), (later.name, 401)):
        kb.restore(dest, tmp_path / name, at=name)
        with kb.open(tmp_path / name) as library:
            assert library.stats().counts["page"] == count


def test_each_backup_is_one_moment_of_an_import(tmp_path: Path) -> None:
    """While another connection commits, what comes back is a state between two transactions."""
    home = tmp_path / "home"
    path = home / ".kb" / "archive.db"
    states: set[str] = set()
    done = threading.Event()
    path.parent.mkdir(parents=True)
    Archive(path, create=True).close()

    def items() -> Iterator[Item]:
        number = 0
        while not done.is_set():
            number += 1
            yield page(f"P{number}")
            yield from revisions("a\n" * number, "b\n" * number)
            yield Checkpoint()
            states.add(dump(path))

    def write() -> None:
        with Archive(path) as archive:
            archive.ingest(archive.source("https://test/", "test"), items())

    states.add(dump(path))
    writer = threading.Thread(target=write)
    writer.start()
    try:
        names = [back_up(home, tmp_path / "backup").name for _ in range(4)]
    finally:
        done.set()
        writer.join()
        states.add(dump(path))
    assert len(states) > 4
    for name in names:
        kb.restore(tmp_path / "backup", tmp_path / name, at=name)
        assert dump(tmp_path / name / ".kb" / "archive.db") in states


def test_a_backup_during_a_sync_of_a_wiki_is_whole(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its pages are as the finished sync has them, and the next sync in it brings the others."""
    monkeypatch.setenv("KB_TEST_PASSWORD", PASSWORD)
    wiki = standin_module(shared / "standin" / "samplewiki.py").make_wiki()
    server = standin_module(shared / "standin" / "standin.py").StandIn(
        wiki, user="admin", password=PASSWORD
    )
    root, dest = tmp_path / "home", tmp_path / "backup"
    with server as url:
        root.mkdir()
        (root / "kb.toml").write_text(
            f'[[source]]\nlocation = "{url}"\nuser = "admin"\n'
            'password_env = "KB_TEST_PASSWORD"\nsettings = {rate = "25"}\n'
        )
        sync = subprocess.Popen([sys.executable, "-m", "kb", "sync"], cwd=root)
        names = []
        while sync.poll() is None:
            archive = root / ".kb" / "archive.db"
            if archive.exists() and archive.stat().st_size:
                names.append(back_up(root, dest).name)
        assert sync.returncode == 0
        whole = digests(root)
        during = [name for name in dict.fromkeys(names) if of(dest, name, tmp_path)]
        part = [name for name in during if len(of(dest, name, tmp_path)) < len(whole)]
        assert part, "no backup fell into the sync"
        for name in during:
            assert of(dest, name, tmp_path).items() <= whole.items()
        with kb.open(tmp_path / part[0]) as library:
            assert library.verify().whole
            library.sync()
        assert digests(tmp_path / part[0]) == whole


def digests(home: Path) -> dict[str, bytes]:
    """Page → digest of all that the archive has of it."""
    with Archive(home / ".kb" / "archive.db") as archive:
        return {str(one): digest for _, one, digest in archive.digests() if digest}


def of(dest: Path, name: str, folder: Path) -> dict[str, bytes]:
    """The same of a backup, restored into a folder of its name."""
    if not (folder / name).exists():
        kb.restore(dest, folder / name, at=name)
    return digests(folder / name)


@pytest.mark.parametrize("seed", range(6))
def test_a_killed_backup_leaves_the_earlier_ones(home: Path, tmp_path: Path, seed: int) -> None:
    """Whenever it is killed, what is listed is whole, and the next one goes through."""
    dest = tmp_path / "backup"
    back_up(home, dest)
    with kb.open(home) as library:
        library.import_(ROOT / "demo" / "after-sales-zh.blame.txt", page_name="A.New")
    script = "import sys, kb; kb.open(sys.argv[1]).backup(sys.argv[2]); print('done', flush=True)"
    process = subprocess.Popen([sys.executable, "-c", script, str(home), str(dest)])
    time.sleep(random.Random(seed).uniform(0.2, 2.0))
    process.send_signal(signal.SIGKILL)
    process.wait()
    for name in BackupFolder(dest).names():
        kb.restore(dest, tmp_path / f"then-{name}", at=name)
    made = back_up(home, dest)
    kb.restore(dest, tmp_path / "now")
    assert dump(tmp_path / "now" / HELD[0]) == dump(home / HELD[0])
    lists = {f"{name}.list" for name in BackupFolder(dest).names()}
    left = {path.name for path in dest.iterdir() if path.suffix != ".pack"}
    assert left == {*lists, ".casebook-backup"}
    assert made.name in BackupFolder(dest).names()


def flipped(file: Path) -> None:
    """Change one bit in the middle."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def led_out(file: Path) -> None:
    """Have a list name a file outside of the home, with a right digest."""
    head, _, body = file.read_bytes().partition(b"\n")
    body = body.replace(b'"kb.toml"', b'"../kb.toml"')
    head = head[:-64] + hashlib.sha256(body).hexdigest().encode()
    file.write_bytes(head + b"\n" + body)


DAMAGE: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "flipped pack": ("*.pack", flipped, r"\.pack: damaged at byte"),
    "cut pack": ("*.pack", lambda file: os.truncate(file, 99), r"\.pack: damaged at byte"),
    "no pack": ("*.pack", Path.unlink, r"\.pack: damaged at byte"),
    "flipped list": ("*.list", flipped, r"\.list: damaged"),
    "empty list": ("*.list", lambda file: os.truncate(file, 0), r"\.list: damaged"),
    "hostile list": ("*.list", led_out, r"'\.\./kb\.toml' is no name"),
    "no list": ("*.list", Path.unlink, "no backup in it was finished"),
    "no mark": (".casebook-backup", Path.unlink, "no folder of backups"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_backup_is_not_restored(home: Path, tmp_path: Path, kind: str) -> None:
    """The error names the file, and nothing comes into the home; a new backup mends the folder."""
    glob, harm, message = DAMAGE[kind]
    dest = tmp_path / "backup"
    back_up(home, dest)
    harm(next(dest.glob(glob)))
    with pytest.raises(kb.InputError, match=message):
        kb.restore(dest, tmp_path / "again")
    assert not list((tmp_path / "again").glob("*"))
    if kind == "no mark":
        return
    back_up(home, dest, check=True)
    kb.restore(dest, tmp_path / "again")
    assert dump(tmp_path / "again" / HELD[0]) == dump(home / HELD[0])


def test_what_a_home_has_is_put_aside_only_by_force(home: Path, tmp_path: Path) -> None:
    """Refused with what is there; by force that stands in a folder of its own, as it was."""
    dest = tmp_path / "backup"
    back_up(home, dest)
    (home / "kb.toml").write_text('[site]\ntitle = "new"\n')
    (home / ".kb" / "mine").write_text("mine")
    before = dump(home / HELD[0])
    with pytest.raises(kb.InputError, match=r"has kb\.toml, \.kb already"):
        kb.restore(dest, home)
    done = kb.restore(dest, home, force=True)
    assert done.aside is not None
    assert (done.aside / "kb.toml").read_text() == '[site]\ntitle = "new"\n'
    assert (done.aside / ".kb" / "mine").read_text() == "mine"
    assert dump(done.aside / HELD[0]) == dump(home / HELD[0]) == before
    assert (home / "profiles" / "other.toml").is_file()
    assert "profiles" in (home / "kb.toml").read_text()


@pytest.mark.parametrize("step", range(5))
@pytest.mark.parametrize("after", [False, True])
def test_a_restore_that_breaks_off_loses_nothing(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int, after: bool
) -> None:
    """Wherever it ends, what the home had is in it or aside, and the next one goes through."""
    dest = tmp_path / "backup"
    back_up(home, dest)
    with kb.open(home) as library:
        library.import_(ROOT / "demo" / "after-sales-zh.blame.txt", page_name="A.New")
    (home / "kb.toml").write_text('[site]\ntitle = "new"\n')
    had, steps = dump(home / HELD[0]), iter(range(9))

    def breaking(staged: Path, out: Path) -> None:
        if next(steps) == step:
            if after:
                put_in_place(staged, out)
            raise KeyboardInterrupt
        put_in_place(staged, out)

    with monkeypatch.context() as patch:
        patch.setattr(backing_up, "put_in_place", breaking)
        if step < len(HELD) - 1:
            with pytest.raises(KeyboardInterrupt):
                kb.restore(dest, home, force=True)
        else:
            kb.restore(dest, home, force=True)
    archives = [home / HELD[0], *home.glob(f"before-restore-*/{HELD[0]}")]
    assert had in map(dump, archives)
    settings = [home / "kb.toml", *home.glob("before-restore-*/kb.toml")]
    assert '[site]\ntitle = "new"\n' in [path.read_text() for path in settings]
    kb.restore(dest, home, force=True)
    assert "profiles" in (home / "kb.toml").read_text()
    assert not list(home.glob(".restoring-*"))


def test_only_a_folder_of_backups_is_written_to(home: Path, tmp_path: Path) -> None:
    """Not one of others, a link, the data of a home; and no export or site takes its place."""
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "mine").touch()
    (tmp_path / "link").symlink_to(foreign)
    for place in (foreign, tmp_path / "link", home / ".kb" / "backup", home, foreign / "mine"):
        with pytest.raises(kb.InputError, match=str(place)):
            back_up(home, place)
    dest = tmp_path / "backup"
    back_up(home, dest)
    with kb.open(home) as library:
        for write in (lambda: library.build(dest), lambda: library.export("csv", dest, force=True)):
            with pytest.raises(kb.InputError, match="kb made"):
                write()
    kb.restore(dest, tmp_path / "again")


def test_a_damaged_archive_is_backed_up_and_told(home: Path, tmp_path: Path) -> None:
    """It is what there is: the report, the command and the restored home say what is wrong."""
    with Archive(home / HELD[0]) as archive:
        archive.ingest(archive.source("test", "test"), [page("New"), *revisions("text")])
    with closing(sqlite3.connect(home / HELD[0])) as db, db:
        db.execute("UPDATE revision SET hash = zeroblob(8) WHERE hash IS NOT NULL")
    made = back_up(home, tmp_path / "backup")
    assert made.damage
    done = subprocess.run(
        [sys.executable, "-m", "kb", "backup", str(tmp_path / "backup"), "--home", str(home)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "damaged: " in done.stderr
    assert kb.restore(tmp_path / "backup", tmp_path / "again").damage == made.damage


def test_a_disk_without_room_is_told(home: Path, disk: Path, tmp_path: Path) -> None:
    """The error names the folder; what was backed up before is whole, and nothing is left."""
    dest = disk / "backup"
    back_up(home, dest)
    there = sorted(path.name for path in dest.iterdir())
    with kb.open(home) as library:
        library.import_(ROOT / "demo" / "after-sales-zh.blame.txt", page_name="A.New")
    fill(disk)
    with pytest.raises(kb.InputError, match=f"{dest}.*No space left"):
        back_up(home, dest)
    assert sorted(path.name for path in dest.iterdir()) == there
    kb.restore(dest, tmp_path / "again")
    with pytest.raises(kb.InputError, match=f"{disk}.*No space left"):
        kb.restore(dest, disk / "again")
    assert not list((disk / "again").iterdir())
    (disk / "rest").unlink()
    back_up(home, dest)
