"""The importer `viewer-html`: a wiki's viewers by URL, and pages saved from them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from importers.base import Confidence, Options, Source
from kb.errors import Problem
from kb.foreign_folder import ForeignFolder
from kb.model import Item, Known, Sink

_MARKS = (b"wiki-code", b'id="_history"', b'id="_comments"', b"data-xwiki-reference")
"""Any of these in a file tells that it is a wiki's page."""


class ViewerHtml:
    """XWiki's code, history and comments viewers."""

    name = "viewer-html"

    def recognises(self, source: Source) -> Confidence:
        """Return MAYBE for a URL (REST is better) or a folder of pages, SURE for a saved viewer."""
        if source.is_url:
            return Confidence.MAYBE
        if source.path.is_dir():
            found = list(ForeignFolder(source.path).walk(_belongs_to_a_page))
            pages = all(isinstance(path, str) and _is_html(path) for path in found)
            return Confidence.MAYBE if found and pages else Confidence.NO
        head = source.peek()
        if b"<html" not in head[:5000].lower():
            return Confidence.NO
        return Confidence.SURE if any(mark in head for mark in _MARKS) else Confidence.NO

    def records(self, source: Source, options: Options, known: Known, sink: Sink) -> Iterator[Item]:
        """Yield pages with what viewers show of them.

        Raises InputError where nothing is a viewer's page, RemoteError where a server refuses.
        """
        # Parsers, which no other source needs, are imported here.
        if source.is_url:
            from importers.viewer_html.crawl import read_wiki

            yield from read_wiki(self.name, source, options, known, sink)
        else:
            from importers.viewer_html.saved import read_files

            files, problems = _html_files(source.path)
            yield from problems
            yield from read_files(files, source, options, sink)


def _html_files(path: Path) -> tuple[list[Path], list[Problem]]:
    """Return the file, or the pages of a folder without what belongs to a saved page."""
    if not path.is_dir():
        return ([path] if path.is_file() else []), []
    found = list(ForeignFolder(path).walk(_belongs_to_a_page))
    files = [path / one for one in found if isinstance(one, str) and _is_html(one)]
    return files, [one for one in found if isinstance(one, Problem)]


def _is_html(path: str) -> bool:
    return path.lower().endswith((".html", ".htm"))


def _belongs_to_a_page(name: str) -> bool:
    """Tell the folder in which a browser keeps what a saved page shows."""
    return name.endswith("_files")
