"""Write the archive as a XAR that XWiki imports: pages, history, files, objects, comments."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Final

import msgspec

from kb.archive import Archive, PageView
from kb.errors import InputError, UsageError
from kb.export.protocol import Contents, Exporter, ExportOptions, Part, path_of
from kb.export.report import Fates, LossReport, account_for
from kb.export.xar.page_xml import PageXml
from kb.export.xar.xml import attribute, declaration, escape
from kb.files import new_file
from kb.model import PageId
from kb.references import split_reference

VERSIONS: Final = {f"1.{minor}": (1, minor) for minor in range(1, 8)}
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_UNSAFE: Final = frozenset('%/\\:*?"<>|')
_FATES: Final = Fates(gone=("dropped", "gone from the wiki; a XAR has what is there"))


class XarOptions(ExportOptions, frozen=True, kw_only=True):
    """Options of xar."""

    format_version: Annotated[str, msgspec.Meta(description="1.1 to 1.7.")] = "1.5"


class XarExporter(Exporter[XarOptions]):
    """One package; `-` cannot be: a zip is not written in one stream."""

    name = "xar"
    description = "the wiki's own package, to import it again"
    options = XarOptions

    def export(self, contents: Contents, dest: str, options: XarOptions) -> LossReport:
        """Write the package to the file ``dest``."""
        path = path_of(dest, "a XAR")
        message, left = write_xar(contents.archive, path, options.format_version)
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


def write_xar(archive: Archive, dest: Path, format_version: str = "1.5") -> tuple[str, list[str]]:
    """Write every page that is there to ``dest``, the same bytes for the same archive.

    Return what the user is told, and the pages that could not be written. UsageError for an unknown
    version of the format.
    """
    if format_version not in VERSIONS:
        raise UsageError(
            f"there is no XAR format {format_version!r}", hint=f"one of: {', '.join(VERSIONS)}"
        )
    left: list[str] = []
    try:
        with new_file(dest) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as package:
            written = _write_pages(package, archive, VERSIONS[format_version], left)
            _write(package, "package.xml", _listing(written))
    except OSError as error:
        raise InputError(f"{dest}: cannot be written: {error.strerror}") from error
    message = f"{len(written)} page(s) written to {dest}"
    message += f"; {len(left)} left out, of which too little is known" if left else ""
    return message, left


def _write_pages(
    package: zipfile.ZipFile, archive: Archive, version: tuple[int, int], left: list[str]
) -> list[PageId]:
    written = []
    for page in archive.pages():
        if page.gone:
            continue
        if not page.lines or any(line.missing for line in page.lines):
            left.append(page.id.page)
            continue
        _write(package, _path(page), PageXml(archive, page, version).chunks())
        written.append(page.id)
    return written


def _write(package: zipfile.ZipFile, name: str, chunks: Iterable[str]) -> None:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    with package.open(info, "w", force_zip64=True) as file:
        for chunk in chunks:
            file.write(chunk.encode())


def _path(page: PageView) -> str:
    """Return the entry's path: readers go by the XML, people by this."""
    *spaces, name = map(_safe, split_reference(page.id.page))
    locale = f".{page.id.locale}" if page.id.locale else ""
    return "/".join([*spaces, f"{name.replace('.', '%2E')}{locale}.xml"])


def _safe(name: str) -> str:
    encoded = "".join(
        f"%{ord(char):02X}" if char in _UNSAFE or ord(char) < 32 else char for char in name
    )
    return encoded.replace(".", "%2E") if not encoded.strip(".") else encoded


def _listing(pages: Iterable[PageId]) -> Iterator[str]:
    yield declaration((1, 1))
    yield "<package>\n  <infos>\n    <name>backup</name>\n    <description/>\n    <licence/>\n"
    yield "    <author/>\n    <version/>\n    <backupPack>true</backupPack>\n"
    yield "    <preserveVersion>true</preserveVersion>\n  </infos>\n  <files>\n"
    for page in pages:
        language = attribute(page.locale)
        yield f'    <file defaultAction="0" language="{language}">{escape(page.page)}</file>\n'
    yield "  </files>\n</package>\n"
