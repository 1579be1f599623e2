"""From every address of the wiki to the one that its page or file has now."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import msgspec

from kb.files import new_file
from kb.model import PageId
from kb.references import split_reference

_BINS = ("/bin", "/xwiki/bin")
_HOME = "WebHome"


class Move(msgspec.Struct, frozen=True, order=True):
    """An old path, decoded, and the new one, encoded; both from the server's root."""

    old: str
    new: str


def page_moves(page: PageId, url: str | None, new: str) -> Iterator[Move]:
    """The moves of a page: ``url`` is its old address where it is known, ``new`` its new path."""
    *spaces, name = split_reference(page.page)
    query = f"?language={page.locale}" if page.locale else ""
    if query:
        return  # a translation has its page's address and a query, which only a server can match
    for root in _roots(url, "view"):
        path = "/".join((f"{root}/view", *spaces, *((name,) if name != _HOME else ())))
        yield Move(path, new)
        if name == _HOME:
            yield Move(f"{path}/{_HOME}", new)


def file_moves(page: PageId, url: str | None, name: str, new: str) -> Iterator[Move]:
    """The moves of an attached file."""
    for root in _roots(url, "view"):
        yield Move("/".join((f"{root}/download", *split_reference(page.page), name)), new)


def _roots(url: str | None, action: str) -> tuple[str, ...]:
    path = unquote(urlsplit(url).path) if url else ""
    root, found, _ = path.partition(f"/{action}/")
    return (root,) if found else _BINS


def write_redirects(moves: Iterable[Move], folder: Path) -> None:
    """The map as a table, and as rules for nginx, Apache and Netlify."""
    for name, text in redirect_files(moves):
        with new_file(folder / name) as part:
            part.write_text(text, "utf-8", newline="\n")


def redirect_files(moves: Iterable[Move]) -> Iterator[tuple[str, str]]:
    """Name and text of each of these files."""
    found = sorted({m for m in moves if not re.search(r"[\x00-\x1f\x7f]", m.old)})
    rules = {
        "redirects.tsv": (f"{_encoded(m.old)}\t{m.new}" for m in found),
        "redirects.nginx.conf": _nginx(found),
        "redirects.htaccess": _apache(found),
        "_redirects": (
            line for m in found
            for line in (f"{_encoded(m.old)} {m.new} 301", f"{_encoded(m.old)}/ {m.new} 301")
        ),
    }  # fmt: skip
    for name, lines in rules.items():
        yield name, "".join(f"{line}\n" for line in lines)


def _nginx(moves: Sequence[Move]) -> Iterator[str]:
    """A map, which does not heed the case of ASCII letters: where that counts, by expression."""
    alike = Counter(_small(move.old) for move in moves)
    longest = max((len(move.old.encode()) for move in moves), default=0)
    yield "# in http { }; then in server { }: if ($moved) { return 301 $moved; }"
    yield f"map_hash_bucket_size {1 << (longest + 64).bit_length()};"
    yield f"map_hash_max_size {1 << (2 * len(moves) + 1024).bit_length()};"
    yield "map $uri $moved {"
    for move in moves:
        if alike[_small(move.old)] > 1:
            yield f'    "~^{_quoted(re.escape(move.old))}/?$" "{move.new}";'
        else:
            yield f'    "{_quoted(move.old)}" "{move.new}";'
            yield f'    "{_quoted(move.old)}/" "{move.new}";'
    yield "}"


def _small(path: str) -> str:
    """With small ASCII letters, as nginx compares."""
    return re.sub("[A-Z]", lambda m: m[0].lower(), path)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _apache(moves: Iterable[Move]) -> Iterator[str]:
    yield "RewriteEngine On"
    for move in moves:
        old = re.escape(move.old.removeprefix("/")).replace('"', r"\x22")
        new = move.new.replace("%", "\\%")
        yield f'RewriteRule "^/?{old}/?$" "{new}" [R=301,NE,L]'


def _encoded(path: str) -> str:
    return quote(path, safe="/~!$&'()*+,;=:@-._")
