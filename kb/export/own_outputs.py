"""What exports of a home wrote, known by digest: an export replaces that, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from kb.config import Home
from kb.destinations import check_destination, is_inside, source_paths
from kb.errors import InputError, UsageError
from kb.files import MARK, check_ours, put_in_place, sha256_of, unwritable_told, write_whole
from kb.locks import writing

_MOST: Final = 10_000
"""Digests that are remembered, the latest ones."""
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_HINT: Final = "name another place; --force (in Python: force=True) replaces it"


class OwnOutputs:
    """The register of a home, `.kb/exports`: the sha256 of each file that its exports wrote.

    A file is the home's own while its bytes are those of one of these, wherever it stands now; what
    somebody changed since is theirs.
    """

    def __init__(self, home: Home, locations: Iterable[str], *, force: bool = False) -> None:
        """``locations`` are those of the archive's sources; ``force`` replaces what others made."""
        self._home = home
        self._sources = source_paths(home, locations)
        self._register = home.archive.with_name("exports")
        self._force = force

    def check(self, path: Path, *, updated: bool = False) -> None:
        """Raise InputError where an export may not put anything at ``path``.

        What is ``updated`` in place knows what is its own; it may be a source too.
        """
        sources = [
            one for one in self._sources if not (updated and one.resolve() == path.resolve())
        ]
        check_destination(path, self._home, sources)
        if updated and path.is_file():
            raise UsageError(f"{path}: a file", hint="name a folder")
        if updated or not path.exists():
            return
        if path.is_dir():
            self._check_folder(path)
        elif path.stat().st_size:
            forced = self._force and not is_inside(path, self._sources)
            if not forced and sha256_of(path) not in self._known():
                raise InputError(
                    f"{path}: not a file that an export of this home wrote, or changed since",
                    hint=_HINT if not self._force else "a source of this home: name another place",
                )

    def _check_folder(self, path: Path) -> None:
        check_ours(path, "export")
        known = self._known()
        for file in () if self._force else sorted(path.rglob("*")):
            inside = file.relative_to(path).as_posix()
            own = file.is_dir() or inside == MARK or (file.is_file() and sha256_of(file) in known)
            if file.is_symlink() or not own:
                raise InputError(
                    f"{path}: holds {inside}: no export of this home wrote it, or it was changed",
                    hint=_HINT,
                )

    def put(self, made: Path, target: Path) -> None:
        """Put a file or folder in its place, or nothing where anything may not be replaced.

        What was made in the same folder as a file comes to stand beside it.
        """
        if made.is_dir():
            pairs = [(made, target)]
        else:
            pairs = [(one, target.with_name(one.name)) for one in sorted(made.parent.iterdir())]
        for one, place in pairs:
            if place.exists() and place.is_dir() != one.is_dir():
                kind, other = ("a folder", "file") if place.is_dir() else ("a file", "folder")
                raise UsageError(f"{place}: {kind}", hint=f"name a {other}")
            self.check(place)
        self.remember(made.rglob("*") if made.is_dir() else (one for one, _ in pairs))
        for one, place in pairs:
            with unwritable_told(place):
                if one.is_dir():
                    put_in_place(one, place)
                else:
                    one.replace(place)

    def remember(self, paths: Iterable[Path]) -> None:
        """Note the digests of files that are about to be put in their place.

        A home that cannot be written to notes nothing: its exports are replaced by force alone.
        """
        new = {sha256_of(path): None for path in paths if path.is_file() and path.name != MARK}
        with suppress(InputError), writing(self._register, "the register of exports"):
            lines = [*(one for one in self._known() if one not in new), *new][-_MOST:]
            write_whole(self._register, "".join(f"{line}\n" for line in lines).encode())

    def _known(self) -> dict[str, None]:
        """Return the digests as they were noted; a line that is none is passed over."""
        try:
            text = self._register.read_text("ascii", "replace")
        except FileNotFoundError:
            return {}
        return dict.fromkeys(line for line in text.splitlines() if _DIGEST.fullmatch(line))
