"""The importer `rest`: a wiki, a space or a page by its URL."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from importers.base import Confidence, Options, Source
from importers.rest.answers import WIKIS, Wikis
from importers.rest.run import WikiRun
from importers.rest.scope import scope_of
from importers.web.address import Address, read_address
from importers.web.calls import Call
from importers.web.client import Wiki
from importers.web.credentials import Credentials, credentials_of
from importers.web.failures import FetchError
from importers.web.journal import Journal
from importers.web.settings import WebSettings, web_settings
from importers.web.work import Job, Reply, Workers
from kb.errors import InputError, Problem, RemoteError
from kb.model import Checkpoint, FetchState, Item, Known, Sink

_MAIN = "xwiki"
_CONTEXT = "/xwiki"
"""Where a wiki stands that is not at its host's root."""


class Rest:
    """A living XWiki, over HTTP."""

    name = "rest"

    def recognises(self, source: Source) -> Confidence:
        """LIKELY of any URL."""
        return Confidence.LIKELY if source.is_url else Confidence.NO

    def records(self, source: Source, options: Options, known: Known, sink: Sink) -> Iterator[Item]:
        """Pages that are new or changed since the last run, and those that have gone.

        Raises UsageError for a URL or setting that cannot be, RemoteError where the server is not
        to be reached, does not know the user, or fails too often; what came before stays.
        """
        if not source.is_url:
            raise InputError(f"{source.location}: not a URL", hint="such as https://wiki.example")
        address = read_address(source.location)
        settings, credentials = web_settings(options.settings), credentials_of(options)
        with _journal(source, options) as journal:
            workers, wikis = _connect(address, credentials, settings, journal, known)
            try:
                yield FetchState(key="base", value=workers.wiki.base)
                for wiki in wikis:
                    name = options.wiki if wiki == _MAIN or len(wikis) == 1 else wiki
                    scope = scope_of(address, options)
                    yield from WikiRun(workers, wiki, name, scope, known, sink).items()
            except RemoteError as error:
                yield Problem(where=workers.wiki.base, code="stopped", detail=str(error))
                yield Checkpoint()
                raise
            finally:
                workers.close()
            journal.finished = True


@contextmanager
def _journal(source: Source, options: Options) -> Iterator[Journal]:
    """The journal of the source, dropped after a run that came to its end."""
    said = [source.location, options.user, options.cookie_env, options.settings.get("format")]
    identity = hashlib.sha256(msgspec.json.encode(said)).hexdigest()[:20]
    with tempfile.TemporaryDirectory(prefix="kb-") as passing:
        folder = Path(options.scratch or passing) / identity
        journal = Journal(folder, identity)
        try:
            yield journal
        finally:
            journal.close()


def _connect(
    address: Address,
    credentials: Credentials,
    settings: WebSettings,
    journal: Journal,
    known: Known,
) -> tuple[Workers, list[str]]:
    """Threads that ask, and the ids of the wikis to ask about.

    The context path is guessed where the URL does not tell it. RemoteError where no REST answers.
    """
    remembered = known.fetch_state("base")
    bases = [remembered] if remembered else [address.base]
    if not address.sure and not remembered:
        bases.append(address.base + _CONTEXT)
    failed: FetchError | None = None
    for base in bases:
        workers = Workers(Wiki(base, credentials, settings), journal)
        reply = workers.one(_ask_wikis())
        if not isinstance(reply, FetchError):
            found: Wikis = reply.value
            ids = [wiki.id for wiki in found.wikis]
            return workers, [address.wiki] if address.wiki else ids or [_MAIN]
        workers.close()
        failed = reply
        if reply.status != 404:
            break
    assert failed is not None
    raise RemoteError(f"{address.base}: {failed.detail}", hint=_HINTS.get(failed.code, ""))


def _ask_wikis() -> Job[Reply]:
    (reply,) = yield [Call("/rest/wikis", decode=WIKIS)]
    return reply


_HINTS = {
    "no-right": "log in: --user NAME --password-env VARIABLE",
    "login-required": "log in: --user NAME --password-env VARIABLE",
    "not-found": "is this the address of an XWiki? REST may be off: try --as viewer-html",
    "unreachable": "is the address right, and the server up?",
}
