"""Yield every version of a page: its present XML and those in its archive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

import msgspec

from importers.base import Options
from importers.xar.attachment_versions import checked_version, user_of
from importers.xar.jrcs import RcsHeader
from importers.xar.rebuild import RebuiltVersion, rebuilt
from importers.xar.xar_document import XarDocument, read_fields
from importers.xar.xml_errors import BadXmlError
from kb.errors import Problem
from kb.model import Item, Revision, RevisionSeen
from kb.times import from_epoch_text, from_local

_KNOWING = frozenset({"full", "diff"})
"""States of archives that know author and log; older ones have them only in the page's XML."""


def revision_of(document: XarDocument, wiki: str, version: str | None = None) -> Revision:
    """Read the version that this XML is. BadXmlError: bad-version."""
    fields = document.fields
    return Revision(
        version=checked_version(version or fields.get("version", "").strip() or "1.1"),
        content=fields.get("content", ""), author=user_of(fields.get("author"), wiki),
        date=from_epoch_text(fields.get("date")), comment=fields.get("comment"),
        minor=document.truth("minorEdit"), title=fields.get("title"), syntax=syntax_of(document),
        parent=fields.get("parent"), hidden=document.truth("hidden"),
    )  # fmt: skip


def syntax_of(document: XarDocument) -> str | None:
    """Return the syntax named; xwiki/1.0 where a page of the oldest format names none."""
    named = document.fields.get("syntaxId")
    return named or ("xwiki/1.0" if document.format == "1.1" else None)


class XarVersions:
    """The versions of one page, the newest first."""

    def __init__(self, outer: Revision, where: str, page: str, options: Options) -> None:
        self._outer = outer
        self._where = where
        self._page = page
        self._options = options
        self._listed: dict[str, RcsHeader] = {}
        self._nodes: Iterator[RebuiltVersion] = iter(())
        self._trouble: BadXmlError | None = None
        self.complete = False
        """Whether the archive can be read at all; `items` reports what is missing in it."""

    def begin(self, archive: str | Iterable[str] | None) -> None:
        """Open the page's archive, as far as is needed to set `complete`."""
        if archive is None or (isinstance(archive, str) and not archive.strip()):
            return
        try:
            self._listed, nodes = rebuilt(archive)
            first = next(nodes, None)
        except BadXmlError as error:
            self._trouble = error
            return
        if first is not None:
            self.complete = True
            self._nodes = chain([first], nodes)

    def items(self) -> Iterator[Item]:
        """Yield revisions, versions whose text is lost, and Problems."""
        done: set[str] = set()
        try:
            for node in self._nodes:
                number = node.version.number
                if self._outer.version not in done | {number}:
                    done.add(self._outer.version)
                    yield self._outer
                done.add(number)
                yield from self._version(node)
        except BadXmlError as error:
            self._trouble = error
        if self._outer.version not in done:
            yield self._outer
        if self._trouble:
            yield self._problem("", self._trouble.code, str(self._trouble))
        for number in self._listed.keys() - done:
            yield self._seen(self._listed[number], None)

    def _version(self, node: RebuiltVersion) -> Iterator[Item]:
        """Yield an archived version: nothing where it is blank, as very old ones are."""
        number = node.version.number
        try:
            if node.text is None:
                raise node.trouble or BadXmlError("bad-delta", "it cannot be rebuilt")
            if not node.text.strip():
                return
            raw = node.text.encode()
            revision = self._completed(
                node, revision_of(read_fields(raw), self._options.wiki, number)
            )
        except BadXmlError as error:
            yield self._problem(number, "lost-version", f"{error.code}: {error}")
            head = number == self._outer.version
            yield self._outer if head else self._seen(node.version, node.log)
            return
        if number != self._outer.version:
            yield msgspec.structs.replace(revision, raw=raw)
        else:
            yield from self._head(revision, raw)

    def _head(self, archived: Revision, raw: bytes) -> Iterator[Item]:
        """Yield the present version, which stands in the page's XML and in the archive."""
        outer = self._outer
        if archived.content == outer.content:
            yield msgspec.structs.replace(outer, comment=archived.comment, raw=raw)
            return
        yield outer
        detail = "its archive holds another text of the present version; the present one counts"
        yield self._problem(outer.version, "head-differs", detail)

    def _completed(self, node: RebuiltVersion, revision: Revision) -> Revision:
        """Return the revision with what only the archive knows, or knows better."""
        version, wiki = node.version, self._options.wiki
        date = revision.date or from_local(version.date, self._options.timezone)
        if version.state not in _KNOWING:
            return msgspec.structs.replace(revision, date=date)
        author = user_of(version.author, wiki) or revision.author
        return msgspec.structs.replace(revision, date=date, author=author, comment=node.log)

    def _seen(self, version: RcsHeader, log: str | None) -> RevisionSeen:
        knowing = version.state in _KNOWING
        return RevisionSeen(
            version=version.number, comment=log if knowing else None,
            author=user_of(version.author, self._options.wiki) if knowing else None,
            date=from_local(version.date, self._options.timezone),
        )  # fmt: skip

    def _problem(self, number: str, code: str, detail: str) -> Problem:
        where = f"{self._where} {number}".rstrip()
        return Problem(where=where, code=code, detail=detail, page=self._page)
