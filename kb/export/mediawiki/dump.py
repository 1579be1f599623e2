"""MediaWiki's XML dump with every revision, for `importDump.php --uploads`.

Source: MediaWiki's export-0.11.xsd. A revision's text is put into wikitext; files are uploads.
"""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import UTC, datetime
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from kb.archive import Archive, AttachmentView, PageView
from kb.export.markdown.links import Known
from kb.export.mediawiki.titles import Titles
from kb.export.mediawiki.wikitext import Wikitext
from kb.export.moments import instant_of
from kb.markup.nodes import ResourceReference
from kb.markup.resolve import NoWiki, Target
from kb.markup.syntaxes import read_page
from kb.model import PageId

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
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class _Links(NoWiki):
    """Titles for references of one page."""

    def __init__(self, known: Known, titles: Titles, page: PageId) -> None:
        self._known, self._titles, self._page = known, titles, page

    def page(self, reference: ResourceReference) -> Target:
        """The title of a page that is in the dump."""
        found = self._known.page(reference.type, reference.reference, self._page)
        if found is None:
            return Target(None, "page", reference.reference)
        anchor = reference.parameters.get("anchor")
        place = f"#{_NO_ANCHOR.sub('.', anchor)}" if anchor else ""
        return Target(f"{self._titles.page(found)}{place}", "page", reference.reference)

    def attachment(self, reference: ResourceReference) -> Target:
        """The name of a file that is in the dump."""
        found = self._known.file(reference.type, reference.reference, self._page)
        if found is None:
            return Target(None, "attachment", reference.reference)
        return Target(self._titles.file(*found), "attachment", found[1])


class Dump:
    """Writes one dump."""

    def __init__(self, archive: Archive, known: Known, main_wiki: str, file: IO[str]) -> None:
        self._archive = archive
        self._known = known
        self._titles = Titles(main_wiki)
        self._file = file
        self._revision = 0
        self._names: dict[str, dict[str, str]] = {}

    def write(self, name: str, language: str) -> tuple[int, int]:
        """Write everything; how many pages and revisions it is."""
        pages = 0
        self._file.write(_HEAD.format(lang=quoteattr(language), name=_xml(name)))
        for view in self._archive.pages():
            if not view.gone:
                pages += 1
                self._page(view, pages)
        self._file.write("</mediawiki>\n")
        return pages, self._revision

    def _page(self, view: PageView, number: int) -> None:
        out = self._file.write
        out(f"  <page>\n    <title>{_xml(self._titles.page(view.id))}</title>\n    <ns>0</ns>\n")
        out(f"    <id>{number}</id>\n")
        self._names.setdefault(view.id.wiki, self._archive.author_names(view.id.wiki))
        held = [r for r in self._archive.revisions(view.key) if r.held]
        parent = None
        for r in held:
            text = self._archive.content(view.key, r.version) or ""
            syntax = r.syntax or view.syntax
            parent = self._write(
                view.id,
                parent,
                r.author,
                r.date,
                r.comment,
                r.minor,
                self._text(view, text, syntax),
            )
        if not held:
            text = self._text(view, view.source, view.syntax)
            note = "the present text; earlier revisions are not known"
            self._write(view.id, None, None, view.modified, note, None, text)
        out("  </page>\n")
        for file in view.attachments:
            if file.sha256:
                self._upload(view, file)

    def _text(self, view: PageView, source: str, syntax: str | None) -> str:
        document = read_page(source, syntax, page=view.id.page).document
        return Wikitext(_Links(self._known, self._titles, view.id)).blocks(document.children)

    def _write(
        self, page: PageId, parent: int | None, author: str | None, date: str | None,
        comment: str | None, minor: bool | None, text: str,
    ) -> int:  # fmt: skip
        self._revision += 1
        data = _INVALID.sub("\ufffd", text)
        size = len(data.encode())
        lines = [
            "    <revision>", f"      <id>{self._revision}</id>",
            *([f"      <parentid>{parent}</parentid>"] if parent else []),
            f"      <timestamp>{_timestamp(date)}</timestamp>",
            self._contributor(page.wiki, author),
            *(["      <minor/>"] if minor else []),
            *([f"      <comment>{_xml(comment)}</comment>"] if comment else []),
            "      <model>wikitext</model>", "      <format>text/x-wiki</format>",
            f'      <text bytes="{size}" xml:space="preserve">{escape(data)}</text>',
            f"      <sha1>{_base36(data.encode())}</sha1>", "    </revision>\n",
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


def _xml(text: str) -> str:
    return escape(_INVALID.sub("\ufffd", text))


def _timestamp(moment: str | None) -> str:
    """As MediaWiki wants it; the first second of 1970 where none is known."""
    instant = instant_of(moment)
    seconds = max(instant.seconds, 0) if instant else 0
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _base36(data: bytes) -> str:
    """MediaWiki's way of writing a sha1."""
    number = int.from_bytes(hashlib.sha1(data, usedforsecurity=False).digest())
    digits: list[str] = []
    while number:
        number, rest = divmod(number, 36)
        digits.append(_DIGITS[rest])
    return "".join(reversed(digits)).rjust(31, "0")
