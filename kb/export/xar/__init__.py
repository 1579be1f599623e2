"""Write the archive as a XAR that XWiki imports: pages, history, files, objects, comments."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Annotated, Final

import msgspec

from kb.archive import Archive, PageView
from kb.errors import InputError, UsageError
from kb.export.protocol import Contents, Exporter, ExportOptions, Part, path_of
from kb.export.report import Fates, LossReport, account_for
from kb.export.xar.page_xml import PageXml, placed, unnamed_properties
from kb.export.xar.xml import attribute, declaration, escape
from kb.files import new_file
from kb.model import PageId
from kb.references import split_reference
from kb.times import zone_named

VERSIONS: Final = {f"1.{minor}": (1, minor) for minor in range(1, 8)}
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_UNSAFE: Final = frozenset('%/\\:*?"<>|')
_FATES: Final = Fates(gone=("dropped", "gone from the wiki; a XAR has what is there"))


class XarOptions(ExportOptions, frozen=True, kw_only=True):
    """Options of xar."""

    format_version: Annotated[str, msgspec.Meta(description="1.1 to 1.7.")] = "1.5"
    timezone: Annotated[
        str, msgspec.Meta(description="Zone of the server that will import it.")
    ] = "UTC"


class XarExporter(Exporter[XarOptions]):
    """One package; `-` cannot be: a zip is not written in one stream."""

    name = "xar"
    description = "the wiki's own package, to import it again"
    options = XarOptions

    def export(self, contents: Contents, dest: str, options: XarOptions) -> LossReport:
        """Write the package to the file ``dest``."""
        path = path_of(dest, "a XAR")
        zone = zone_named(options.timezone)
        if zone is None:
            raise UsageError(
                f"{options.timezone!r} is no time zone", hint="an IANA name such as Asia/Shanghai"
            )
        message, left = write_xar(contents.archive, path, options.format_version, zone)
        wanted = options.report is not None
        report = account_for("xar", contents.archive, _FATES, wanted=wanted, without=left)
        report.message = message
        return report

    def parts(self, made: Path) -> Iterator[Part]:
        """Yield the files in the package."""
        yield made.name, b""
        with zipfile.ZipFile(made) as package:
            for entry in package.infolist():
                yield entry.filename, package.read(entry)


def write_xar(
    archive: Archive, dest: Path, format_version: str = "1.5", zone: tzinfo = UTC
) -> tuple[str, list[str]]:
    """Write every page that is there to ``dest``, the same bytes for the same archive.

    Dates that XWiki keeps without a zone are written in ``zone``, its server's. Return what the
    user is told, and the pages that could not be written. UsageError for an unknown version of the
    format, and for one that cannot say where a page is.
    """
    if format_version not in VERSIONS:
        raise UsageError(
            f"there is no XAR format {format_version!r}", hint=f"one of: {', '.join(VERSIONS)}"
        )
    done = _Done()
    version = VERSIONS[format_version]
    try:
        with new_file(dest) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as package:
            _write_pages(package, archive, version, zone, done)
            _write(package, "package.xml", _listing(done.written))
    except OSError as error:
        raise InputError(f"{dest}: cannot be written: {error.strerror}") from error
    return "; ".join(
        [f"{len(done.written)} page(s) written to {dest}", *_notes(done, version)]
    ), done.left


class _Done:
    """What a run wrote and what it could not."""

    def __init__(self) -> None:
        self.written: list[PageId] = []
        self.left: list[str] = []
        self.unnamed: list[str] = []


def _notes(done: _Done, version: tuple[int, int]) -> Iterator[str]:
    """Say what a wiki will find otherwise than it was, with an example of each."""
    pages = [page.page for page in done.written]
    nested = [page for page in pages if version < (1, 2) and len(split_reference(page)) > 2]
    for found, what in (
        (done.left, "page(s) left out, of which too little is known"),
        ([page for page in pages if placed(page) != page],
         "page(s) of no space written into one of their name"),
        (nested, "page(s) in a space in a space, which wikis that need format 1.1 read as one"),
        (done.unnamed, "propert(ies) left out, whose names no XML can hold"),
    ):  # fmt: skip
        if found:
            yield f"{len(found)} {what}: {found[0]}"


def _write_pages(
    package: zipfile.ZipFile, archive: Archive, version: tuple[int, int], zone: tzinfo, done: _Done
) -> None:
    for page in archive.pages():
        if page.gone:
            continue
        if not page.lines or any(line.missing for line in page.lines):
            done.left.append(page.id.page)
            continue
        _write(package, _path(page), PageXml(archive, page, version, zone).chunks())
        done.written.append(page.id)
        done.unnamed += unnamed_properties(page)


def _write(package: zipfile.ZipFile, name: str, chunks: Iterable[str]) -> None:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    with package.open(info, "w", force_zip64=True) as file:
        for chunk in chunks:
            file.write(chunk.encode())


def _path(page: PageView) -> str:
    """Return the entry's path: readers go by the XML, people by this."""
    *spaces, name = map(_safe, split_reference(placed(page.id.page)))
    locale = f".{page.id.locale}" if page.id.locale else ""
    return "/".join([*spaces, f"{name.replace('.', '%2E')}{locale}.xml"])


def _safe(name: str) -> str:
    encoded = "".join(
        f"%{ord(char):02X}" if char in _UNSAFE or ord(char) < 32 else char for char in name
    )
    return encoded.replace(".", "%2E") if not encoded.strip(".") else encoded


def _listing(pages: Iterable[PageId]) -> Iterator[str]:
    yield declaration((1, 3))  # a name may hold what XML 1.0 cannot
    yield "<package>\n  <infos>\n    <name>backup</name>\n    <description/>\n    <licence/>\n"
    yield "    <author/>\n    <version/>\n    <backupPack>true</backupPack>\n"
    yield "    <preserveVersion>true</preserveVersion>\n  </infos>\n  <files>\n"
    for page in pages:
        language = attribute(page.locale)
        reference = escape(placed(page.page))
        yield f'    <file defaultAction="0" language="{language}">{reference}</file>\n'
    yield "  </files>\n</package>\n"
