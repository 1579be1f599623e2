"""Redirects from every address of the wiki to the one that its page or file has now."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote, urlsplit

import msgspec

from kb.files import new_file
from kb.model import PageId
from kb.references import split_reference

_BINS: Final = ("/bin", "/xwiki/bin")
_HOME: Final = "WebHome"


class Redirect(msgspec.Struct, frozen=True, order=True):
    """Where a path leads now; both paths are from the server's root."""

    old: str
    """Decoded."""
    new: str
    """Percent-encoded."""


def page_redirects(page: PageId, url: str | None, new: str) -> Iterator[Redirect]:
    """Yield those of a page: ``url`` is its old address if that is known, ``new`` its new path."""
    if page.locale:
        return  # a translation has its page's address and a query, which only a server can match
    *spaces, name = split_reference(page.page)
    for root in _roots(url):
        path = "/".join((f"{root}/view", *spaces, *((name,) if name != _HOME else ())))
        yield Redirect(path, new)
        if name == _HOME:
            yield Redirect(f"{path}/{_HOME}", new)


def file_redirects(page: PageId, url: str | None, name: str, new: str) -> Iterator[Redirect]:
    """Yield those of an attached file."""
    for root in _roots(url):
        yield Redirect("/".join((f"{root}/download", *split_reference(page.page), name)), new)


def _roots(url: str | None) -> tuple[str, ...]:
    root, found, _ = unquote(urlsplit(url or "").path).partition("/view/")
    return (root,) if found else _BINS


def write_redirects(redirects: Iterable[Redirect], folder: Path) -> None:
    """Write them as a table, and as rules for nginx, Apache and Netlify."""
    for name, text in redirect_files(redirects):
        with new_file(folder / name) as part:
            part.write_text(text, "utf-8", newline="\n")


def redirect_files(redirects: Iterable[Redirect]) -> Iterator[tuple[str, str]]:
    """Yield name and text of each of these files."""
    found = sorted({m for m in redirects if not re.search(r"[\x00-\x1f\x7f]", m.old)})
    rules = {
        "redirects.tsv": (f"{_encoded(m.old)}\t{m.new}" for m in found),
        "redirects.nginx.conf": _nginx(found),
        "redirects.htaccess": _apache(found),
        "_redirects": (
            f"{_encoded(m.old)}{slash} {m.new} 301" for m in found for slash in ("", "/")
        ),
    }  # fmt: skip
    for name, lines in rules.items():
        yield name, "".join(f"{line}\n" for line in lines)


def _nginx(redirects: Sequence[Redirect]) -> Iterator[str]:
    """Yield nginx's map. It ignores the case of ASCII letters: where that counts, by expression."""
    alike = Counter(one.old.encode().lower() for one in redirects)
    longest = max((len(one.old.encode()) for one in redirects), default=0)
    yield "# in http { }; then in server { }: if ($moved) { return 301 $moved; }"
    yield f"map_hash_bucket_size {1 << (longest + 64).bit_length()};"
    yield f"map_hash_max_size {1 << (2 * len(redirects) + 1024).bit_length()};"
    yield "map $uri $moved {"
    for one in redirects:
        if alike[one.old.encode().lower()] > 1:
            yield f'    "~^{_quoted(re.escape(one.old))}/?$" "{one.new}";'
        else:
            yield from (f'    "{_quoted(old)}" "{one.new}";' for old in (one.old, f"{one.old}/"))
    yield "}"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _apache(redirects: Iterable[Redirect]) -> Iterator[str]:
    yield "RewriteEngine On"
    for one in redirects:
        old = re.escape(one.old.removeprefix("/")).replace('"', r"\x22")
        new = one.new.replace("%", "\\%")
        yield f'RewriteRule "^/?{old}/?$" "{new}" [R=301,NE,L]'


def _encoded(path: str) -> str:
    return quote(path, safe="/~!$&'()*+,;=:@-._")
