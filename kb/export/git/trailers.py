"""What a commit's last paragraph says of the wiki: written, and read again by the next run.

An export keeps no state of its own: all that the next run must know stands in the commits.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias
from urllib.parse import unquote

from kb.model import PageId, version_key

TrailerPairs: TypeAlias = list[tuple[str, str | None]]
"""Key without PREFIX, and value; a pair without a value is not written."""
PREFIX: Final = "Wiki-"
_BREAKS = re.compile("[%\x00-\x1f\x7f\x85\u2028\u2029]")
_PAIR = re.compile(r"Wiki-([A-Za-z-]+): (.*)")


def escaped(value: str) -> str:
    """Return ``value`` on one line: what would break it, and `%`, percent-encoded."""
    return _BREAKS.sub(lambda m: "".join(f"%{b:02X}" for b in m[0].encode()), value)


def message(text: str, pairs: Iterable[tuple[str, str | None]]) -> str:
    """Return a commit message: ``text``, then a trailer for each pair that has a value."""
    lines = [f"{PREFIX}{key}: {value}" for key, value in pairs if value is not None]
    return "\n".join((text.strip() or "(no comment)", "", *lines)) + "\n"


def page_pairs(page: PageId) -> TrailerPairs:
    """Return the trailers that name a page."""
    return [
        ("Page", f"{escaped(page.wiki)}:{escaped(page.page)}"),
        ("Locale", escaped(page.locale) or None),
    ]


def file_pair(name: str, version: str, path: str) -> tuple[str, str]:
    """Return the trailer that names a version of a file and where it stands in the tree."""
    return "File", f"{version}\t{escaped(name)}\t{escaped(path)}"


class Trailers:
    """The trailers of one commit message."""

    def __init__(self, body: str) -> None:
        paragraph = body.rstrip("\n").rpartition("\n\n")[2]
        pairs = [_PAIR.fullmatch(line) for line in paragraph.split("\n")]
        self._pairs = [(m[1], m[2]) for m in pairs if m]
        self._first = dict(reversed(self._pairs))

    def get(self, key: str) -> str | None:
        """Return the value of a trailer, or None."""
        value = self._first.get(key)
        return None if value is None else unquote(value)

    def page(self, key: str = "Page") -> PageId | None:
        """Return the page that a trailer names; its locale is that of the commit."""
        wiki, colon, reference = self._first.get(key, "").partition(":")
        if not colon:
            return None
        return PageId(unquote(wiki), unquote(reference), self.get("Locale") or "")

    def files(self) -> list[tuple[str, str, str]]:
        """Return name, version and path of each file that the commit sets."""
        found = [value.split("\t") for name, value in self._pairs if name == "File"]
        return [(unquote(f[1]), f[0], unquote(f[2])) for f in found if len(f) == 3]


class CommittedPages:
    """Pages, versions and files that a branch already has, and where they stand in its tree."""

    def __init__(self) -> None:
        self.versions: defaultdict[PageId, set[str]] = defaultdict(set)
        self.files: defaultdict[PageId, set[tuple[str, str]]] = defaultdict(set)
        """Name and version of each committed file."""
        self.present: dict[PageId, str] = {}
        """Digest of the text committed for a page without whole revisions."""
        self.paths: dict[PageId, str] = {}
        self.file_paths: defaultdict[PageId, dict[str, str]] = defaultdict(dict)
        """Path of each file by its name."""
        self.gone: set[PageId] = set()
        self.commits = 0
        self.last = 0
        """Committer's time of the newest commit."""

    @property
    def main_wiki(self) -> str | None:
        """The wiki whose pages stand at the root: that of the first commit."""
        return next((page.wiki for page in self.paths), None)

    def known_paths(self) -> Iterator[str]:
        """Yield the path of every page and file."""
        yield from self.paths.values()
        for by_name in self.file_paths.values():
            yield from by_name.values()

    def learn(self, body: str) -> None:
        """Learn from one commit message; oldest commit first."""
        trailers = Trailers(body)
        page = trailers.page()
        if page is None:
            return
        self.commits += 1
        if trailers.get("Gone") is not None:
            self.gone.add(page)
            self.file_paths.pop(page, None)
            return
        self.gone.discard(page)
        if (path := trailers.get("Path")) is not None:
            self.paths[page] = path
        former = trailers.page("Renamed-From")
        if former is not None:
            self._carry(former, page, version_key(trailers.get("Carried") or "0.0"))
        if (version := trailers.get("Version")) is not None:
            self.versions[page].add(version)
        if (digest := trailers.get("Digest")) is not None:
            self.present[page] = digest
        for name, number, path in trailers.files():
            self.files[page].add((name, number))
            self.file_paths[page][name] = path

    def _carry(self, former: PageId, page: PageId, upto: tuple[int, int]) -> None:
        """Give a renamed page the versions up to ``upto``, and the files, of the former one."""
        self.gone.add(former)
        self.file_paths.pop(former, None)
        self.versions[page] |= {v for v in self.versions[former] if version_key(v) <= upto}
        self.files[page] |= self.files[former]


def read_committed(log: Iterable[str]) -> CommittedPages:
    """Learn from messages, oldest first, each with the committer's time on its first line."""
    done = CommittedPages()
    for entry in log:
        time, _, body = entry.partition("\n")
        done.last = max(done.last, int(time))
        done.learn(body)
    return done
