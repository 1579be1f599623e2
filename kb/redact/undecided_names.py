"""Names of persons in what is to be published that nobody has decided about.

Every line is shown to a recogniser once: what it found in which line is kept in the home, under
the line's digest. A name is decided where kb.toml lists it under `[public]`, as one of `names` (it
is replaced then, and not found any more) or of `allow`.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final, Protocol

from kb.freshness import code_stamp
from kb.redact.leaks import LeakError
from kb.redact.name_model import ModelRecogniser
from kb.redact.name_rules import RuleRecogniser
from kb.redact.public_rules import PublicRules
from kb.text.fold import fold_text

_BATCH: Final = 5000
"""Lines that are looked up, and shown to the recogniser, at a time."""
_SHOWN: Final = 40
_PLACES: Final = 3
_ANY: Final = re.compile(r"[㐀-鿿]{2}|[A-Z][a-z]")
_TABLES: Final = """
CREATE TABLE meta (stamp TEXT NOT NULL);
CREATE TABLE line (digest INTEGER PRIMARY KEY, names TEXT NOT NULL)
"""


class NameRecogniser(Protocol):
    """Finds names of persons in texts. It may find too many: a person decides about each."""

    def names(self, texts: Sequence[str]) -> Iterable[list[str]]:
        """Yield for each text, in order, the names in it as they are written there."""


class UndecidedNamesError(LeakError):
    """What is to be published names somebody, and kb.toml does not say whether it may."""


class NameWatch:
    """Finds, in the texts that it is told of, names that nobody has decided about."""

    def __init__(self, rules: PublicRules, memory: Path) -> None:
        """``memory`` is the file in which it keeps what was found. InputError as the model's."""
        self._recogniser = _recogniser_of(rules)
        self._allowed = {fold_text(name) for name in rules.allow}
        self._stamp = f"{code_stamp()} {rules.recogniser}"
        self._memory = memory
        self._waiting: dict[int, tuple[str, str]] = {}
        self._found: dict[str, dict[str, None]] = {}
        """Names with the places where they stand."""

    def note(self, place: str, value: Any) -> None:
        """Take up all texts in a value, as JSON has them; ``place`` is told to people."""
        if self._recogniser is None:
            return
        for text in _texts(value):
            for line in text.split("\n"):
                if _ANY.search(line):
                    self._waiting.setdefault(_digest(line), (line, place))
        if len(self._waiting) >= _BATCH:
            self._look()

    def check(self) -> None:
        """UndecidedNamesError where a text names somebody that kb.toml does not list."""
        self._look()
        if not self._found:
            return
        names = sorted(self._found)
        told = [f"{name} ({', '.join(self._found[name])})" for name in names[:_SHOWN]]
        more = f"; and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        listed = ", ".join(f'"{name}"' for name in names[:_SHOWN])
        raise UndecidedNamesError(
            f"{len(names)} names that nobody decided about: {'; '.join(told)}{more}",
            hint="nothing was published; under [public] in kb.toml, names = [...] has them "
            f"replaced, allow = [...] shows what is nobody's: [{listed}]",
        )

    def _look(self) -> None:
        waiting, self._waiting = self._waiting, {}
        if not waiting or self._recogniser is None:
            return
        with closing(self._opened()) as db, db:
            known = _known(db, waiting)
            new = [digest for digest in waiting if digest not in known]
            found = self._recogniser.names([waiting[digest][0] for digest in new])
            rows = [(digest, "\n".join(names)) for digest, names in zip(new, found, strict=True)]
            db.executemany("INSERT OR REPLACE INTO line VALUES (?, ?)", rows)
        for digest, names in (*known.items(), *rows):
            for name in filter(None, names.split("\n")):
                if fold_text(name) not in self._allowed:
                    places = self._found.setdefault(name, {})
                    if len(places) < _PLACES:
                        places[waiting[digest][1]] = None

    def _opened(self) -> sqlite3.Connection:
        """Open the memory; begin it anew where another recogniser or version wrote it."""
        self._memory.parent.mkdir(parents=True, exist_ok=True)
        try:
            db = sqlite3.connect(self._memory)
            if _stamp_in(db) == self._stamp:
                return db
            db.close()
        except sqlite3.DatabaseError:
            pass
        self._memory.unlink(missing_ok=True)
        db = sqlite3.connect(self._memory)
        db.executescript(_TABLES)
        db.execute("INSERT INTO meta VALUES (?)", (self._stamp,))
        return db


def _recogniser_of(rules: PublicRules) -> NameRecogniser | None:
    match rules.recogniser:
        case "none":
            return None
        case "lac":
            return ModelRecogniser()
        case _:
            return RuleRecogniser()


def _stamp_in(db: sqlite3.Connection) -> str | None:
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
        return None
    row = db.execute("SELECT stamp FROM meta").fetchone()
    return row and str(row[0])


def _known(db: sqlite3.Connection, digests: Iterable[int]) -> dict[int, str]:
    db.execute("CREATE TEMP TABLE IF NOT EXISTS wanted (digest INTEGER PRIMARY KEY)")
    db.executemany("INSERT INTO wanted VALUES (?)", ((digest,) for digest in digests))
    return dict(db.execute("SELECT digest, names FROM line JOIN wanted USING (digest)"))


def _digest(line: str) -> int:
    data = hashlib.blake2b(line.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(data, "big", signed=True)


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list() | tuple():
            for one in value:
                yield from _texts(one)
        case dict():
            yield from _texts(list(value.values()))
