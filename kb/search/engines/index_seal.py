"""Know an index again that we wrote: a digest of its files under this user's own key.

Whoosh unpickles what it reads (the table of contents, segments, stored fields), and a pickle can
run anything: no byte of an index is given to it that does not bear the seal.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from kb.errors import BAD_JSON
from kb.files import write_whole
from kb.foreign_folder import ForeignFolder
from kb.user_key import user_key

_NAME: Final = ".seal"
_MOST: Final = 10_000_000
_CONTENTS: Final = ".toc"
_CHUNK: Final = 1 << 20
_WAIT: Final = 5.0
"""Seconds in which a writer that has replaced the contents seals them."""


class _Seal(msgspec.Struct, frozen=True):
    files: list[str]
    digest: str


class IndexSeal:
    """The seal of the index in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = ForeignFolder(folder)

    def set(self) -> None:
        """Seal the files that are there now; others may come, but no other table of contents."""
        names = (path.name for path in self._folder.root.iterdir())
        files = sorted(n for n in names if not n.startswith(".") and not n.endswith("LOCK"))
        seal = _Seal(files, self._digest(files))
        write_whole(self._folder.root / _NAME, msgspec.json.encode(seal), mode=0o600)

    def holds(self, *, wait: bool = False) -> bool:
        """Tell whether all is as it was sealed; with ``wait``, a writer may just be sealing it."""
        until = time.monotonic() + (_WAIT if wait else 0)
        while not (held := self._is_whole()) and time.monotonic() < until:
            time.sleep(0.05)
        return held

    def _is_whole(self) -> bool:
        try:
            seal = msgspec.json.decode(self._folder.read(_NAME, _MOST), type=_Seal)
            contents = {name for name in seal.files if name.endswith(_CONTENTS)}
            return contents == set(self.contents()) and hmac.compare_digest(
                seal.digest, self._digest(seal.files)
            )
        except (OSError, *BAD_JSON):
            return False

    def contents(self) -> list[str]:
        """Return the names of the tables of contents that are there."""
        names = (path.name for path in self._folder.root.iterdir())
        return [name for name in names if name.endswith(_CONTENTS)]

    def _digest(self, files: Iterable[str]) -> str:
        made = hashlib.blake2b(key=user_key(), digest_size=32)
        for name in files:
            with self._folder.open(name) as file:
                content = hashlib.blake2b()
                while chunk := file.read(_CHUNK):
                    content.update(chunk)
            made.update(msgspec.json.encode((name, content.hexdigest())))
        return made.hexdigest()
