"""Paths and URLs of what the site holds: one encoding of names, reversible, the same for ever.

A name keeps its ASCII letters, digits, `-`, `_`, `.` and East Asian letters; every other byte of
its UTF-8 becomes `~` and two hex digits. So does what a file system would not keep: a dot at
either end, and the first letter of a name that Windows reserves. A name longer than a file
system allows goes on in a folder, after `~/`; one too long for any path is cut, and ends in `~h`
and a digest.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from urllib.parse import quote, unquote

from kb.model import PageId
from kb.publish.served_types import KEPT, is_kept, is_text

_PLAIN = re.compile("[A-Za-z0-9_\\-぀-ヿ㐀-䶿一-鿿가-힣][A-Za-z0-9_\\-぀-ヿ㐀-䶿一-鿿가-힣]{4,50}")
"""Names that need no encoding: of five characters or more, as no reserved name is."""
_UNSAFE = re.compile("[^A-Za-z0-9._\\-぀-ヿ㐀-䶿一-鿿가-힣]")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)", re.IGNORECASE)
_ENCODED = re.compile(r"(?:~[0-9a-f]{2})+|~_")
_UNIT = re.compile(r"~[0-9a-f]{2}|[^~]|~_")
_LONGEST = 180
"""Bytes of one path component; file systems allow 255, and suffixes come on top."""
_LONGEST_PATH = 1000
"""Bytes of a name in several folders; a path of three of them stays below the 4,096 of Linux."""


def encode(name: str) -> str:
    """Encode any text as a safe relative path: `a#1` → `a~231`."""
    if _PLAIN.fullmatch(name):
        return name
    return _fitting(_unfolded(name), name)


def _unfolded(name: str) -> str:
    if not name:
        return "~_"
    done = _UNSAFE.sub(lambda m: _bytes(m[0]), name)
    if done[0] == "." or _RESERVED.match(done):
        done = _bytes(done[0]) + done[1:]
    if done[-1] == ".":
        done = done[:-1] + _bytes(".")
    return done


def _fitting(done: str, name: str) -> str:
    """Divide an encoded name that is too long for a file system."""
    if len(done.encode()) <= _LONGEST:
        return done
    folded = _folded(done)
    if len(folded.encode()) <= _LONGEST_PATH:
        return folded
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{_folded(done[:_LONGEST])}~h{digest[:32]}"


def decode(path: str) -> str:
    """Return the text that ``encode`` made ``path`` of.

    ValueError where it makes no such path, and for the path of a name that was cut.
    """
    name = _ENCODED.sub(_decoded, path.replace("~/", ""))
    if encode(name) != path:
        raise ValueError(f"{path!r}: not an encoded name")
    return name


def _bytes(text: str) -> str:
    return "".join(f"~{byte:02x}" for byte in text.encode("utf-8", "surrogatepass"))


def _decoded(match: re.Match[str]) -> str:
    text = match[0]
    if text == "~_":
        return ""
    return bytes.fromhex(text.replace("~", "")).decode("utf-8", "surrogatepass")


def _folded(done: str) -> str:
    pieces, size = [""], 0
    for unit in _UNIT.findall(done):
        width = len(unit.encode())
        if size + width > _LONGEST:
            pieces.append("")
            size = 0
        pieces[-1] += unit
        size += width
    return "~/".join(pieces)


def case_path(wiki: str, case_id: str) -> str:
    """Path of a case's page in the site."""
    return f"case/{encode(wiki)}/{encode(case_id)}.html"


@lru_cache(maxsize=128)
def page_path(page: PageId) -> str:
    """Path of a source page in the site; a translation's has its locale after `~-`."""
    name, locale = encode(page.page), encode(page.locale) if page.locale else ""
    if not locale:
        return f"page/{encode(page.wiki)}/{name}.html"
    last = f"{name.rpartition('/')[2]}~-{locale.partition('/')[0]}"
    apart = "/" if len(last.encode()) > _LONGEST else ""  # too long together for a file system
    return f"page/{encode(page.wiki)}/{name}~-{apart}{locale}.html"


def file_path(page: PageId, name: str) -> str:
    """Path of an attachment: `a.png` stays, `a.log` becomes `a~2elog~.txt`, `a.msg` `a~2emsg~.bin`.

    A name that kb.publish.served_types does not know ends in `~.txt` or `~.bin`, and an ending
    within a name that a server might act on has its dot encoded.
    """
    head, _, ending = name.rpartition(".")
    if head and ending.lower() in KEPT:
        shown, last = head, f".{ending}"
    else:
        shown, last = name, "~.txt" if is_text(ending if head else "") else _SAVED
    done = _INNER.sub(lambda m: m[0] if is_kept(m[1]) else f"{_bytes('.')}{m[1]}", _unfolded(shown))
    return f"file/{encode(page.wiki)}/{encode(page.page)}/{_fitting(done, shown)}{last}"


def saved_name(url: str) -> str | None:
    """The name under which a file is saved, from its URL; None where the URL tells it."""
    path = unquote(url)
    name = _APART.split(path.removesuffix(_SAVED))[-1]
    saved = path.endswith(_SAVED) and name
    return _ENCODED.sub(_decoded, name.replace("~/", "")) if saved else None


_SAVED = "~.bin"
_INNER = re.compile(r"\.([^.]*)")
_APART = re.compile(r"(?<!~)/")


def url_of(path: str) -> str:
    """Write a path of the site as in a link."""
    return quote(path, safe="/~")


def root_of(path: str) -> str:
    """The way from a page up to the site's root: empty, `../`, `../../` and so on."""
    return "../" * path.count("/")


def identifier_path(kind: str, value: str) -> str:
    """Path of the list of the cases that name an identifier."""
    return f"id/{encode(kind)}/{encode(value)}.html"


def list_path(kind: str, value: str) -> str:
    """Path of the list of the cases that have a value."""
    return f"list/{kind}/{encode(value)}.html"


def history_path(page: PageId) -> str:
    """Path of the page with a source page's versions; no encoded name holds `~v`."""
    return page_path(page).removesuffix(".html") + "~versions.html"


def versions_path(page: PageId) -> str:
    """Path of the script with the texts of these versions."""
    return page_path(page).removesuffix(".html") + "~versions.js"
