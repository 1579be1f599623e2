"""MediaWiki's XML dump with every revision, for `importDump.php --uploads`, and its pages' titles.

Spaces are subpages; no two titles are the same, none is one that it refuses. Sources: MediaWiki's
export-0.11.xsd; its manual, "Page title": at most 255 bytes, first letter a capital, none of
``# < > [ ] | { } _`` and no control characters; a colon may begin a namespace. A revision's text is
put into wikitext; files are uploads.
"""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import UTC, datetime
from typing import IO, Final
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from kb.archive import Archive, AttachmentView, PageView
from kb.errors import page_trouble
from kb.export.file_names import digest_of
from kb.export.mediawiki.wikitext import Wikitext
from kb.export.report import IN_DATA_FORMATS, FateReason, Fates, LossReport, PageAccount
from kb.export.tree_links import LinkTargets, TreeResolver, places_in
from kb.markup.syntaxes import read_page
from kb.markup.syntaxes.plain import source_tree
from kb.markup.tree import Document
from kb.model import PageId
from kb.redirects import file_redirects, page_redirects
from kb.references import split_reference
from kb.times import instant_of

LONGEST = 200
"""Bytes of a title; a digest comes on top."""
_REFUSED = re.compile(r"[#<>\[\]|{}_:\x00-\x1f\x7f\ufffd]|~~~+|%(?=[0-9A-Fa-f]{2})|&(?=#?\w+;)")


class Titles:
    """Gives each page and file its title, the same for the same pages in the same order."""

    def __init__(self, main_wiki: str) -> None:
        self._main = main_wiki
        self._given: dict[object, str] = {}
        self._taken: set[str] = set()

    def page(self, page: PageId) -> str:
        """Return the title of a page; a translation is a subpage named by its locale."""
        *spaces, name = split_reference(page.page)
        parts = [*spaces, *([] if name == "WebHome" and spaces else [name])]
        if page.wiki != self._main:
            parts.insert(0, page.wiki)
        if page.locale:
            parts.append(page.locale)
        return self._claim(page, "/".join(_plain(part) for part in parts))

    def file(self, page: PageId, name: str) -> str:
        """Return a file's name, without its namespace; other pages may have one of that name."""
        stem, dot, ending = name.rpartition(".")
        plain = _plain(stem if dot else name).replace("/", "-")
        return self._claim((page, name), plain, f".{_plain(ending)}" if dot else "")

    def _claim(self, owner: object, title: str, ending: str = "") -> str:
        found = self._given.get(owner)
        if found is None:
            title = title[:1].upper() + title[1:]
            short = title.encode()[:LONGEST].decode("utf-8", "ignore").strip(" /")
            found = f"{short}{ending}"
            if short != title or found.casefold() in self._taken:
                found = f"{short} {digest_of(repr(owner))[:8]}{ending}"
            self._taken.add(found.casefold())
            self._given[owner] = found
        return found


def _plain(text: str) -> str:
    shown = " ".join(_REFUSED.sub("-", text).replace("/", "-").split())
    return re.sub(r"^\.{1,2}$", "-", shown) or "-"


_HEAD = """\
<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang={lang}>
  <siteinfo>
    <sitename>{name}</sitename>
    <case>first-letter</case>
    <namespaces>
      <namespace key="0" case="first-letter" />
      <namespace key="6" case="first-letter">File</namespace>
    </namespaces>
  </siteinfo>
"""
_INVALID = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NO_ANCHOR = re.compile(r"[<>\[\]|{}]")
_IN_WIKITEXT: Final[FateReason] = ("changed", "in wikitext; what it cannot say is HTML")
_FATES: Final = Fates(
    page=_IN_WIKITEXT, revision=_IN_WIKITEXT, comment=IN_DATA_FORMATS, object=IN_DATA_FORMATS
)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class _Links(TreeResolver):
    """Answers with titles for the references of one page."""

    def __init__(self, targets: LinkTargets, titles: Titles, page: PageId) -> None:
        super().__init__(targets, page, {})
        self._titles = titles

    def to_page(self, page: PageId) -> str:
        """Return the title of a page."""
        return self._titles.page(page)

    def to_file(self, page: PageId, name: str) -> str:
        """Return the name of a file."""
        return self._titles.file(page, name)

    def to_place(self, anchor: str) -> str:
        """Return a place as a title may name it."""
        return _NO_ANCHOR.sub(".", anchor)


class Dump:
    """Writes one dump."""

    def __init__(
        self, archive: Archive, targets: LinkTargets, file: IO[str], report: LossReport
    ) -> None:
        self._archive = archive
        self._targets = targets
        self._titles = Titles(targets.layout.main_wiki)
        self._teller = PageAccount(archive, report, _FATES)
        self._redirects = report.redirects
        self._file = file
        self._revision = 0
        self._names: dict[str, dict[str, str]] = {}

    def write(self, name: str, language: str) -> tuple[int, int]:
        """Write everything. Return how many pages and revisions it is."""
        pages = 0
        self._file.write(_HEAD.format(lang=quoteattr(language), name=_xml(name)))
        for view in self._archive.pages():
            if self._teller.page(view):
                pages += 1
                self._page(view, pages)
        self._file.write("</mediawiki>\n")
        return pages, self._revision

    def _page(self, view: PageView, number: int) -> None:
        out = self._file.write
        title = self._titles.page(view.id)
        self._redirects.extend(page_redirects(view.id, view.url, address_of(title)))
        out(f"  <page>\n    <title>{_xml(title)}</title>\n    <ns>0</ns>\n")
        out(f"    <id>{number}</id>\n")
        self._names.setdefault(view.id.wiki, self._archive.author_names(view.id.wiki))
        held = [r for r in self._archive.revisions(view.key) if r.held]
        parent = None
        for r in held:
            source = self._archive.content(view.key, r.version) or ""
            text = self._text(view, source, r.syntax or view.syntax)
            parent = self._write(view.id, parent, r.author, r.date, r.comment, r.minor, text)
        if not held:
            text = self._text(view, view.source, view.syntax)
            note = "the present text; earlier revisions are not known"
            self._write(view.id, None, None, view.modified, note, None, text)
        out("  </page>\n")
        for file in view.attachments:
            if file.sha256:
                self._upload(view, file)
        self._teller.links(view, self._links.seen)

    def _text(self, view: PageView, source: str, syntax: str | None) -> str:
        try:
            return self._wikitext(view, read_page(source, syntax, page=view.id.page).document)
        except Exception as error:
            page_trouble(error, view.id.page)
            return self._wikitext(view, source_tree(source, syntax or ""))

    def _wikitext(self, view: PageView, document: Document) -> str:
        self._links = _Links(self._targets, self._titles, view.id)
        self._links.own = places_in(document)
        return Wikitext(self._links).blocks(document.children)

    def _write(
        self, page: PageId, parent: int | None, author: str | None, date: str | None,
        comment: str | None, minor: bool | None, text: str,
    ) -> int:  # fmt: skip
        self._revision += 1
        text = _INVALID.sub("\ufffd", text)
        data = text.encode()
        lines = [
            "    <revision>", f"      <id>{self._revision}</id>",
            *([f"      <parentid>{parent}</parentid>"] if parent else []),
            f"      <timestamp>{_timestamp(date)}</timestamp>",
            self._contributor(page.wiki, author),
            *(["      <minor/>"] if minor else []),
            *([f"      <comment>{_xml(comment)}</comment>"] if comment else []),
            "      <model>wikitext</model>", "      <format>text/x-wiki</format>",
            f'      <text bytes="{len(data)}" xml:space="preserve">{escape(text)}</text>',
            f"      <sha1>{_base36(data)}</sha1>", "    </revision>\n",
        ]  # fmt: skip
        self._file.write("\n".join(lines))
        return self._revision

    def _contributor(self, wiki: str, author: str | None) -> str:
        name = self._names.get(wiki, {}).get(author or "") or (author or "").rpartition(".")[2]
        if not name:
            return "      <contributor><ip>0.0.0.0</ip></contributor>"
        return f"      <contributor><username>{_xml(name)}</username></contributor>"

    def _upload(self, view: PageView, file: AttachmentView) -> None:
        assert file.sha256
        data = self._archive.blobs.open(file.sha256)
        title = self._titles.file(PageId(view.id.wiki, view.id.page), file.name)
        address = address_of(f"File:{title}")
        self._redirects.extend(file_redirects(view.id, view.url, file.name, address))
        self._file.write(
            f"  <page>\n    <title>File:{_xml(title)}</title>\n    <ns>6</ns>\n    <upload>\n"
            f"      <timestamp>{_timestamp(file.date)}</timestamp>\n"
            f"{self._contributor(view.id.wiki, file.author)}\n"
            f"      <comment>{_xml(file.comment or '')}</comment>\n"
            f"      <filename>{_xml(title)}</filename>\n      <src></src>\n"
            f"      <size>{len(data)}</size>\n      <sha1base36>{_base36(data)}</sha1base36>\n"
            f'      <contents encoding="base64">{base64.b64encode(data).decode()}</contents>\n'
            "    </upload>\n  </page>\n"
        )


def address_of(title: str) -> str:
    """Return the path of a title on a wiki with MediaWiki's usual short addresses."""
    return f"/wiki/{quote(title.replace(' ', '_'), safe='/:@$!*(),;-._~')}"


def _xml(text: str) -> str:
    return escape(_INVALID.sub("\ufffd", text))


def _timestamp(moment: str | None) -> str:
    """Return a moment as MediaWiki wants it; the first second of 1970 where none is known."""
    instant = instant_of(moment)
    seconds = max(instant.seconds, 0) if instant else 0
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _base36(data: bytes) -> str:
    """Return the sha1 of ``data`` as MediaWiki writes it: 31 digits to base 36."""
    number = int.from_bytes(hashlib.sha1(data, usedforsecurity=False).digest())
    digits: list[str] = []
    while number:
        number, rest = divmod(number, 36)
        digits.append(_DIGITS[rest])
    return "".join(reversed(digits)).rjust(31, "0")
