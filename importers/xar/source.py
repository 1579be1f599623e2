"""Read a source by what it is: a XAR, a folder or a tar of page XML, a single page's XML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from importers.base import Confidence, Options, Source
from importers.xar.chars import encoding_of
from importers.xar.packages import (
    PACKAGE_LIST,
    DiskEntry,
    ListedFile,
    PackageEntry,
    ZipEntry,
    open_zip,
    read_listing,
    tar_entries,
    zip_entries,
)
from importers.xar.xar_document import ROOT
from importers.xar.xar_pages import XarPageReader
from importers.xar.xml_errors import BadXmlError
from kb.errors import InputError, Problem
from kb.foreign_folder import ForeignFolder
from kb.model import Item, Sink

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
_LOOKED_AT = 20
_OTHERS = (".txt", ".md", ".html", ".htm")


def how_sure(source: Source) -> Confidence:
    """Judge by its first bytes whether a file or folder is one of these."""
    if source.path.is_dir():
        return Confidence.LIKELY if _holds_pages(source.path) else Confidence.NO
    start = source.peek()
    if start.startswith(_ZIP):
        named = source.path.suffix.lower() == ".xar"
        return Confidence.SURE if named else Confidence.MAYBE
    if source.path.suffix.lower() == ".xar":
        return Confidence.LIKELY
    if source.path.name.lower().endswith(_TARS):
        return Confidence.MAYBE
    return Confidence.SURE if _is_page(start) else Confidence.NO


def read_any(source: Source, options: Options, sink: Sink) -> Iterator[Item]:
    """Yield all pages of the source. InputError where it is no zip, or holds no page."""
    path = source.path
    if path.is_dir() or path.name.lower().endswith(_TARS):
        yield from _many(path, options, sink)
    elif source.peek().startswith(_ZIP) or path.suffix.lower() == ".xar":
        yield from _zip(path, options, sink)
    else:
        entry = DiskEntry(ForeignFolder(path.resolve().parent), path.resolve().name)
        yield from XarPageReader(path.parent.name, options, sink).items(entry)


def _is_page(start: bytes) -> bool:
    """Tell whether a file's first bytes are a page's XML."""
    try:
        text = start.decode(encoding_of(start), "replace")
    except BadXmlError:
        return False
    return text.lstrip("\ufeff \t\r\n").startswith("<") and f"<{ROOT}" in text


def _holds_pages(folder: Path) -> bool:
    """Tell whether a folder is page XML, not a mixture that is better read file by file."""
    found = looked = 0
    for entry in _on_disk(folder):
        if isinstance(entry, Problem):
            continue
        suffix = PurePosixPath(entry.name).suffix.lower()
        if suffix in _OTHERS:
            return False
        if suffix == ".xml" and looked < _LOOKED_AT:
            looked += 1
            found += _is_page(_start(entry))
    return found > 0


def _on_disk(folder: Path) -> Iterator[DiskEntry | Problem]:
    whole = ForeignFolder(folder)
    for found in whole.walk(lambda name: name.startswith(".")):
        yield found if isinstance(found, Problem) else DiskEntry(whole, found)


def _many(path: Path, options: Options, sink: Sink) -> Iterator[Item]:
    """Yield the pages of a folder or a tar, and of the XAR files in it."""
    reader = XarPageReader(path.name, options, sink)
    folder = path if path.is_dir() else Path()
    for entry in _on_disk(path) if path.is_dir() else tar_entries(path):
        if isinstance(entry, Problem):
            yield entry
            continue
        suffix = PurePosixPath(entry.name).suffix.lower()
        if suffix == ".xar":
            try:
                with entry.open() as file:
                    yield from _zip(folder / entry.name, options, sink, file)
            except (InputError, OSError) as error:
                where = reader.where(entry.name)
                yield Problem(where=where, code="bad-package", detail=str(error))
        elif suffix == ".xml" and _is_page(_start(entry)):
            yield from reader.items(entry)


def _zip(path: Path, options: Options, sink: Sink, file: IO[bytes] | None = None) -> Iterator[Item]:
    with open_zip(path, file) as package:
        reader = XarPageReader(path.name, options, sink)
        listing: PackageEntry | None = None
        names: set[str] = set()
        for found in zip_entries(package):
            if isinstance(found, tuple):
                name, refusal = found
                yield Problem(where=reader.where(name), code=refusal.code, detail=str(refusal))
                continue
            names.add(found.name)
            if listing is None and _is_listing(found):
                listing = found
            elif found.name.lower().endswith(".xml") or _is_page(_start(found)):
                yield from reader.items(found)
            else:
                detail = "no page's XML; it was left out"
                yield Problem(where=reader.where(found.name), code="stray-entry", detail=detail)
        if not names:
            raise InputError(f"{path}: a zip without any entry that can be read")
        yield from _list_problems(reader, listing, names)


def _is_listing(entry: ZipEntry) -> bool:
    """Tell the package's list: at the top, or below a folder that was packed."""
    folder, _, name = entry.name.rpartition("/")
    return name == PACKAGE_LIST and (not folder or b"<package" in _start(entry))


def _start(entry: PackageEntry) -> bytes:
    """Return the first bytes of an entry; empty where it is damaged, or an editor's backup."""
    if entry.name.endswith("~"):
        return b""
    try:
        return next(entry.chunks(), b"")
    except BadXmlError:
        return b""


def _list_problems(
    reader: XarPageReader, listing: PackageEntry | None, names: set[str]
) -> Iterator[Problem]:
    """Report what package.xml lists and the package does not hold."""
    where = reader.where(PACKAGE_LIST)
    if listing is None:
        yield Problem(where=where, code="no-package-list", detail="the package says not what it is")
        return
    try:
        listed = read_listing(listing.chunks())
    except BadXmlError as error:
        yield Problem(where=where, code="bad-package-list", detail=f"{error.code}: {error}")
        return
    for file in _absent(listed, reader, names):
        detail = f"{file.text!r} {file.locale} is listed".replace("  ", " ") + ", but not there"
        yield Problem(where=where, code="missing-entry", detail=detail)


def _absent(
    listed: Iterable[ListedFile], reader: XarPageReader, names: set[str]
) -> Iterator[ListedFile]:
    """Yield listed files that are no entry; a list may name entries, and a page's own language."""
    for file in listed:
        page = (file.reference, file.locale)
        own = (file.reference, "") in reader.met and page in reader.defaults
        if page not in reader.met and not own and file.text not in names:
            yield file
