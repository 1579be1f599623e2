"""Repair a home's archive: from the raw bytes in it, from a source given again, from a backup."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import Final

import msgspec

from kb.archive import Archive
from kb.archive.damage import Damage
from kb.archive.repair import mend
from kb.archive.salvage import make_sound
from kb.backup.backup_folder import MARK
from kb.config import Config, Home
from kb.errors import KbError
from kb.library.backing_up import restore
from kb.library.taking_in import take_in
from kb.locks import writing
from kb.options import Choice

_XAR: Final = "xar"
"""The importer whose pages are kept as they came, with their history."""
_HEAD: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairReport:
    """What a repair came to."""

    mended: tuple[str, ...] = ()
    """What was damaged and is again as it was written, a line each."""
    left: tuple[str, ...] = ()
    """What is still damaged, and stays as it is."""
    kept: Path | None = None
    """The file as it was before; None where nothing was damaged."""


def repair(
    home: Home, sources: Sequence[str], format_name: str | None, choice: Choice
) -> RepairReport:
    """Mend what is damaged of a home's archive by what it holds itself and what ``sources`` have.

    A source is a folder of backups, or what `kb import` takes. The archive's checksums say what is
    right: what is not mended exactly stays as it is. What is derived is made anew in any case.
    InputError where the file cannot be opened.
    """
    with writing(home.archive, "the archive"), ExitStack() as stack:
        archive = stack.enter_context(Archive(home.archive))
        damage = tuple(archive.audit())
        if not damage:
            _forget_derived(home)
            return RepairReport()
        kept = _kept(archive)
        temporary = tempfile.TemporaryDirectory(prefix=".repair-", dir=home.archive.parent)
        work = Path(stack.enter_context(temporary))
        make_sound(archive, work / "sound.db")
        chosen = _chosen(archive, damage, choice)
        paths = [*_from_raws(archive, damage, work / "raws", home)]
        paths += [
            _given(home, source, format_name, chosen, work / str(number))
            for number, source in enumerate(sources)
        ]
        mend(archive, [stack.enter_context(Archive(path)) for path in paths])
        left = tuple(archive.audit())
    _forget_derived(home)
    still = set(map(str, left))
    mended = tuple(line for line in map(str, damage) if line not in still)
    return RepairReport(mended=mended, left=tuple(map(str, left)), kept=kept)


def _kept(archive: Archive) -> Path:
    """Copy the archive as it is beside it, under a name that is free."""
    number = 1
    while (path := archive.path.with_name(f"{archive.path.name}.damaged-{number}")).exists():
        number += 1
    archive.copy_to(path)
    return path


def _chosen(archive: Archive, damage: Sequence[Damage], choice: Choice) -> Choice:
    """Choose the damaged pages of a source, where the damage is of pages alone."""
    if choice.pages or choice.spaces or not all(one.page for one in damage):
        return choice
    names = {page.page for key, page, _ in archive.digests() if key in {d.page for d in damage}}
    return msgspec.structs.replace(choice, pages=tuple(map(escape, sorted(names))))


def _from_raws(
    archive: Archive, damage: Sequence[Damage], folder: Path, home: Home
) -> Iterator[Path]:
    """Yield an archive of the damaged pages, read anew from their XML as it is kept."""
    folder.mkdir()
    for key in {one.page for one in damage if one.page is not None}:
        with suppress(KbError, sqlite3.Error):
            for number, (_, data) in enumerate(archive.page_raws(key)):
                if b"<xwikidoc" in data[:_HEAD]:
                    (folder / f"{key}-{number}.xml").write_bytes(data)
    if any(folder.iterdir()):
        yield _given(home, str(folder), _XAR, Choice(), folder / ".archive")


def _given(home: Home, source: str, format_name: str | None, choice: Choice, work: Path) -> Path:
    """Return the archive of a backup, or one that a source is taken into."""
    scratch = Home(work, msgspec.structs.replace(Config(), wiki=home.config.wiki))
    if (Path(source) / MARK).is_file():
        restore(source, work)
    else:
        take_in(scratch, [source], format_name, choice)
    return scratch.archive


def _forget_derived(home: Home) -> None:
    """Delete what is made of the archive: it is made anew when it is asked for."""
    for path in (home.cases, home.index, home.archive.parent / "site"):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
                path.with_name(name).unlink(missing_ok=True)
