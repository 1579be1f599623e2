"""The importer `viewer-html`: a wiki's viewers by URL, and pages saved from them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from importers.base import Confidence, Options, Source
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
            files = [p for p in source.path.rglob("*") if p.is_file()]
            pages = html_files(source.path)
            others = [p for p in files if not any(a.name.endswith("_files") for a in p.parents)]
            return Confidence.MAYBE if pages and len(pages) == len(others) else Confidence.NO
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

            yield from read_files(html_files(source.path), source, options, sink)


def html_files(path: Path) -> list[Path]:
    """Return the file, or the .html files of a folder without those that belong to a saved page."""
    if path.is_file():
        return [path]
    found = (p for p in path.rglob("*") if p.suffix.lower() in (".html", ".htm") and p.is_file())
    return sorted(p for p in found if not any(a.name.endswith("_files") for a in p.parents))
