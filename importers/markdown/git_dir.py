"""Find the repository that a folder stands in, and read where its history ends.

Nothing of it is run, and its configuration is read for two facts alone: how ids are made, and how
refs are kept. A repository can lead elsewhere, by a file `.git`, `commondir`, links, alternates: a
folder of a stranger's must not bring in what another repository of this machine holds, so only
what names the folder back is followed. Sources: git's gitrepository-layout(5), git-config(1).
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from dulwich.config import ConfigFile
from dulwich.object_format import OBJECT_FORMATS, ObjectFormat

from kb.foreign_folder import ForeignFolder

_SMALL: Final = 4096
_CONFIG: Final = 1 << 20
_REFS: Final = 64 << 20
_SYMBOLIC: Final = 5
"""Refs that may lead to one another, as in git."""
_REF: Final = re.compile(r"refs(/(?!\.)[^\x00-\x20\x7f~^:?*\[\\/]+)+")
_ID: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class GitRefusedError(Exception):
    """The history is not read; ``code`` is that of the Problem."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


@dataclass(frozen=True, slots=True)
class GitDir:
    """A repository's own folders."""

    own: ForeignFolder
    """Has HEAD; of a linked work tree not the folder that has the objects."""
    common: ForeignFolder
    object_format: ObjectFormat
    prefix: tuple[bytes, ...]
    """The way from the top of the work tree down to the folder whose history is asked for."""

    def head(self) -> str | None:
        """Return the id of the newest commit in hexadecimal; None where there is none yet."""
        return self.id_of("HEAD")

    def branch(self) -> str | None:
        """Return the ref that HEAD leads to, `refs/heads/main`; None for a commit alone."""
        said = _read(self.own, "HEAD", _SMALL) or ""
        return said.removeprefix("ref:").strip() if said.startswith("ref:") else None

    def setting(self, section: str, name: str) -> str | None:
        """Return a setting of the repository's own file; None where it says nothing."""
        return _setting(self.common, section, name)

    def id_of(self, name: str) -> str | None:
        """Return the id of the commit that a ref leads to, as `head` does."""
        folder = self.own if name == "HEAD" else self.common
        for _ in range(_SYMBOLIC):
            said = _read(folder, name, _SMALL)
            if said is None:
                return self._packed().get(name)
            if not said.startswith("ref:"):
                if not _ID.fullmatch(said):
                    raise GitRefusedError("bad-git", f"{name} is damaged: no id of a commit")
                return said
            folder, name = self.common, said.removeprefix("ref:").strip()
            if not _REF.fullmatch(name) or ".." in name:
                break
        raise GitRefusedError("bad-git", f"a ref leads to {name!r}, which is no branch")

    def has_commits(self) -> bool:
        """Tell by other things than HEAD whether anything was committed here."""
        loose = ForeignFolder(self.common.root / "refs" / "heads").walk(lambda name: False)
        known = bool(self._packed()) or any(isinstance(found, str) for found in loose)
        return known or self.own.is_file("logs/HEAD") or any(pack_names(self.common))

    def _packed(self) -> dict[str, str]:
        text = _read(self.common, "packed-refs", _REFS) or ""
        rows = [row for row in text.split("\n") if row and row[0] not in "#^"]
        pairs = [row.partition(" ") for row in rows]
        if not all(_ID.fullmatch(id_) and _REF.fullmatch(name) for id_, _, name in pairs):
            raise GitRefusedError("bad-git", f"{self.common.root / 'packed-refs'} is damaged")
        return {name: id_ for id_, _, name in pairs}

    def shallow(self) -> frozenset[str]:
        """Return the commits whose parents a shallow clone left behind."""
        return frozenset((_read(self.common, "shallow", _REFS) or "").split())


def git_dir_at(place: Path) -> GitDir:
    """Return the repository in the folder ``place``. GitRefusedError where it leads elsewhere."""
    if place.is_symlink() or (place / "commondir").exists():
        raise _led_away(place, str(place.resolve()))
    git = ForeignFolder(place)
    return GitDir(git, git, _object_format(git), ())


def find_git_dir(folder: Path) -> GitDir | None:
    """Return the repository that ``folder`` stands in, as git would find it; None for none.

    GitRefusedError where there is one whose history is not read.
    """
    folder = folder.resolve()
    device = folder.stat().st_dev
    for top in (folder, *folder.parents):
        if top.stat().st_dev != device:
            return None
        place = top / ".git"
        try:
            found = place.lstat()
        except OSError:
            continue
        if not stat.S_ISDIR(found.st_mode):
            own, common = _elsewhere(place)
        elif not all((place / name).exists() for name in ("HEAD", "objects", "refs")):
            continue
        else:
            own = common = git_dir_at(place).common.root
        if top != folder and not _same_people(found, folder):
            raise GitRefusedError(
                "git-of-another",
                f"{place} belongs to another user, and so does not tell the history of this folder:"
                " import it from the folder that holds .git, or copy the repository",
            )
        way = folder.relative_to(top).parts
        git, shared = ForeignFolder(own), ForeignFolder(common)
        return GitDir(git, shared, _object_format(shared), tuple(map(os.fsencode, way)))
    return None


def _same_people(found: os.stat_result, folder: Path) -> bool:
    """Tell whether a repository above the folder is this user's, or of who has the folder."""
    if not hasattr(os, "getuid"):
        return True
    return found.st_uid in (os.getuid(), folder.stat().st_uid)


def _elsewhere(place: Path) -> tuple[Path, Path]:
    """Follow a file `.git` to a linked work tree's or submodule's repository that names it back."""
    said = _read(ForeignFolder(place.parent), place.name, _SMALL) or ""
    own = (place.parent / said.removeprefix("gitdir:").strip()).resolve()
    if said.startswith("gitdir:") and own.is_dir():
        git = ForeignFolder(own)
        back = _read(git, "gitdir", _SMALL)
        common = own.parent.parent
        if back and (own / back).resolve() == place and own.parent.name == "worktrees":
            if (own / (_read(git, "commondir", _SMALL) or ".")).resolve() == common:
                return own, common
        elif (tree := _setting(git, "core", "worktree")) and (own / tree).resolve() == place.parent:
            return own, own
    raise _led_away(place, str(own))


def _led_away(place: Path, to: str) -> GitRefusedError:
    return GitRefusedError(
        "git-elsewhere",
        f"{place} leads to a repository elsewhere ({to}) that does not name this folder:"
        " its history is not read; clone it into a folder of its own",
    )


def _object_format(common: ForeignFolder) -> ObjectFormat:
    name = _setting(common, "extensions", "objectformat") or "sha1"
    refs = _setting(common, "extensions", "refstorage") or "files"
    if name not in OBJECT_FORMATS or refs != "files":
        raise GitRefusedError(
            "bad-git",
            f"{common.root} keeps objects by {name} and refs as {refs}, which is not read here:"
            " `git refs migrate --ref-format=files`, or clone it",
        )
    return OBJECT_FORMATS[name]


def _setting(git: ForeignFolder, section: str, name: str) -> str | None:
    """Return a setting of the repository's own file; what it includes is not read."""
    try:
        data = BytesIO(git.read("config", _CONFIG))
        found = ConfigFile.from_file(data, expand_includes=False)
        return found.get((section.encode(),), name.encode()).decode("utf-8", "replace")
    except FileNotFoundError:
        return None
    except KeyError:
        return None
    except (OSError, ValueError) as error:
        detail = f"{git.root / 'config'} cannot be read: {error}"
        raise GitRefusedError("bad-git", detail) from error


def _read(git: ForeignFolder, name: str, most: int) -> str | None:
    """Return a small file of the repository without the line end; None where it is missing."""
    try:
        return git.read(name, most).decode("utf-8", "surrogateescape").strip()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        raise GitRefusedError("bad-git", f"{git.root / name}: {error}") from error


def pack_names(git: ForeignFolder) -> Iterator[str]:
    """Yield the repository's packs, each by its path without `.pack`, in order."""
    folder = git.root / "objects" / "pack"
    names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    for name in sorted(names):
        if name.endswith(".idx") and f"{name[:-4]}.pack" in names:
            yield f"objects/pack/{name[:-4]}"
