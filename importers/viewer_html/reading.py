"""Reading what viewers show: of a living wiki, or saved from a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from importers.base import Options, Source
from importers.selection import wanted
from importers.viewer_html.emit import ViewEmitter
from importers.viewer_html.run import ViewRun
from importers.viewer_html.saved import read_saved, together_by_page
from importers.xwiki.address import MAIN, scope_of
from importers.xwiki.probe import connected, journal_of
from kb.errors import InputError, Problem
from kb.model import FetchState, Item, Known, Sink


def read_wiki(
    way: str, source: Source, options: Options, known: Known, sink: Sink
) -> Iterator[Item]:
    """Pages of a living wiki. RemoteError where its server refuses."""
    with journal_of(source, options, way) as journal:
        address, workers = connected(source, options, known, journal)
        wiki = address.wiki or MAIN
        try:
            yield FetchState(key="base", value=workers.wiki.base)
            scope = scope_of(address, options)
            yield from ViewRun(workers, wiki, options.wiki, scope, known, sink).items()
        finally:
            workers.close()
        journal.finished = True


def read_files(files: list[Path], source: Source, options: Options, sink: Sink) -> Iterator[Item]:
    """Pages of saved files. InputError where none of them is one."""
    if not source.path.exists():
        raise InputError(f"{source.location}: no such file or folder")
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
