"""The importer `viewer-html`: a wiki's viewers by URL, and pages saved from them."""

from __future__ import annotations

from collections.abc import Iterator

from importers.base import Confidence, Options, Source
from importers.rest.page import MAIN
from importers.rest.scope import scope_of
from importers.selection import wanted
from importers.viewer_html.emit import ViewEmitter
from importers.viewer_html.run import ViewRun
from importers.viewer_html.saved import MARKS, html_files, read_saved, together_by_page
from importers.web.connect import connected, journal_of
from kb.errors import InputError, Problem
from kb.model import FetchState, Item, Known, Sink


class ViewerHtml:
    """XWiki's code, history and comments viewers."""

    name = "viewer-html"

    def recognises(self, source: Source) -> Confidence:
        """MAYBE of a URL (REST is better), SURE of a saved viewer, MAYBE of a folder of them."""
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
        return Confidence.SURE if any(mark in head for mark in MARKS) else Confidence.NO

    def records(self, source: Source, options: Options, known: Known, sink: Sink) -> Iterator[Item]:
        """Pages with what viewers show of them.

        Raises InputError where nothing is a viewer's page, RemoteError where a server refuses.
        """
        if not source.is_url:
            yield from _saved(source, options, sink)
            return
        with journal_of(source, options, self.name) as journal:
            address, workers = connected(source, options, known, journal)
            wiki = address.wiki or MAIN
            try:
                yield FetchState(key="base", value=workers.wiki.base)
                scope = scope_of(address, options)
                yield from ViewRun(workers, wiki, options.wiki, scope, known, sink).items()
            finally:
                workers.close()
            journal.finished = True


def _saved(source: Source, options: Options, sink: Sink) -> Iterator[Item]:
    """Pages of saved files."""
    if not source.path.exists():
        raise InputError(f"{source.location}: no such file or folder")
    files = html_files(source.path)
    if options.page_name and len(files) > 1:
        files = files[:1]
    read = [read_saved(path, options) for path in files]
    yield from (one for one in read if isinstance(one, Problem))
    pages = [one for one in read if not isinstance(one, Problem)]
    pages = [one for one in pages if wanted(one.root.reference or "", options)]
    found = False
    emitter = ViewEmitter("", options.wiki, options, sink, lambda answer: answer)
    for got in together_by_page(pages):
        found = True
        for item in emitter.records(got, emitter.state(got, "")):
            if not isinstance(item, FetchState):
                yield item
    if not found:
        raise InputError(
            f"{source.location}: no source of a page in it",
            hint="save pages with ?viewer=code&showLastAuthors=true, and with ?viewer=history",
        )
