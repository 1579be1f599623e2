"""Read every wiki that a URL means: connect to it, read its pages, say why it stopped."""

from __future__ import annotations

from collections.abc import Iterator

from importers.base import Options, Source
from importers.rest.wiki_run import WikiRun
from importers.web.journal import Journal
from importers.web.request import Answer, Request
from importers.web.workers import Workers
from importers.xwiki.address import MAIN, Address, scope_of
from importers.xwiki.probe import NoAnswerError, connected, journal_of
from importers.xwiki.rest_model import read_wikis
from importers.xwiki.run_context import run_context
from kb.errors import Problem, RemoteError
from kb.model import Checkpoint, FetchState, Item, Known, Sink

_OFF = ("not-found", "no-right", "bad-answer", "server-error", "other-host")
"""Failures that mean that REST is switched off or closed; the viewers may be open."""
_WIKIS = "/rest/wikis"


def read_wikis_of(
    source: Source, name: str, options: Options, known: Known, sink: Sink
) -> Iterator[Item]:
    """Yield the items of all wikis that the source means, for the importer of that name."""
    with journal_of(source, options, name) as journal:
        address, workers, rest = _connect(source, options, known, journal)
        try:
            yield FetchState(key="base", value=workers.wiki.base)
            if not rest:
                yield Problem(
                    where=workers.wiki.base + _WIKIS, code="rest-off",
                    detail="REST does not answer: the viewers are read instead",
                )  # fmt: skip
            yield from _all(address, workers, options, known, sink, rest=rest)
        except RemoteError as error:
            yield Problem(where=workers.wiki.base, code="stopped", detail=str(error))
            yield Checkpoint()
            raise
        finally:
            workers.close()
        journal.finished = True


def _connect(
    source: Source, options: Options, known: Known, journal: Journal
) -> tuple[Address, Workers, bool]:
    """Start worker threads; False where only the viewers answer, and REST does not."""
    try:
        found = connected(source, options, known, journal, Request(_WIKIS, decode=read_wikis))
    except NoAnswerError as error:
        if error.failed.code not in _OFF:
            raise
        try:
            return (*connected(source, options, known, journal), False)
        except NoAnswerError:
            raise error from None
    return (*found, True)


def _all(
    address: Address, workers: Workers, options: Options, known: Known, sink: Sink, *, rest: bool
) -> Iterator[Item]:
    """Yield the items of every wiki that the URL means."""
    scope = scope_of(address, options)
    ids = [address.wiki] if address.wiki else [MAIN]
    if rest and not address.wiki and _WIKIS in workers.journal:
        listed = workers.with_body(Answer(_WIKIS, None))
        ids = [wiki.id for wiki in read_wikis(listed.body or b"")]
    for wiki in ids:
        name = options.wiki if wiki == MAIN or len(ids) == 1 else wiki
        run = run_context(workers, wiki, name, scope, known, sink)
        if rest:
            yield from WikiRun(run).items()
        else:
            from importers.viewer_html.crawl import ViewRun  # parsers, which few wikis need

            yield from ViewRun(run, lists=False).items()
