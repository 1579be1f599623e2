"""Start a run: read the login, open the journal, find the base URL that answers as a wiki."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from importers.base import Options, Source
from importers.web.client import WikiServer
from importers.web.credentials import credentials_of
from importers.web.failures import FetchError
from importers.web.jobs import Job, Reply
from importers.web.journal import Journal
from importers.web.request import Request
from importers.web.settings import web_settings
from importers.web.workers import Workers
from importers.xwiki.address import Address, read_address
from kb.errors import RemoteError
from kb.model import Known

CONTEXT = "/xwiki"
"""Context path of a wiki that is not at the root of its host."""
_VIEW = "/bin/view/Main/"
_TRIES = 5
HINTS = {
    "no-right": "log in: --user NAME --password-env VARIABLE",
    "login-required": "log in: --user NAME --password-env VARIABLE",
    "not-found": "is this the address of an XWiki?",
    "unreachable": "is the address right, and the server up?",
    "other-host": "is that the wiki's address? then import it by that",
    "bad-answer": "is this the address of an XWiki?",
    "server-error": "the server is in trouble: try again later",
    "busy": "try again later",
    "tls": "is it https? for an authority of your own: SSL_CERT_FILE=/path/to/its.pem",
}
"""Hints for a user, by the code of a failure."""


@contextmanager
def journal_of(source: Source, options: Options, way: str) -> Iterator[Journal]:
    """Open the journal of the source; it is deleted after a run that was finished."""
    said = [way, source.location, options.user, options.cookie_env, options.settings.get("format")]
    identity = hashlib.sha256(msgspec.json.encode(said)).hexdigest()[:20]
    with tempfile.TemporaryDirectory(prefix="kb-") as folder:
        journal = Journal(Path(options.scratch or folder) / identity, identity)
        try:
            yield journal
        finally:
            journal.close()


def connected(
    source: Source, options: Options, known: Known, journal: Journal, probe: Request | None = None
) -> tuple[Address, Workers]:
    """Return the address, and worker threads for the base that answers as a wiki.

    The context path is guessed where neither the URL nor an earlier run tells it. ``probe`` is
    requested in any case where it is given. NoAnswerError where nothing answers as a wiki.
    """
    address = read_address(source.location)
    credentials, settings = credentials_of(options), web_settings(options.settings)
    remembered = known.fetch_state("base")
    bases = [remembered or address.base]
    sure = address.sure or remembered is not None
    if not sure:
        bases.append(address.base + CONTEXT)
    failed: FetchError | None = None
    for base in bases:
        workers = Workers(WikiServer(base, credentials, settings), journal)
        if sure and probe is None:
            return address, workers
        try:
            reply = workers.one(
                _ask(probe or Request(_VIEW, kind="html", decode=_wiki_page), journal)
            )
        except BaseException:
            workers.close()
            raise
        if not isinstance(reply, FetchError) or (probe is None and _is_wiki(reply)):
            return address, workers
        workers.close()
        failed = reply
        if reply.status != 404:
            break
    assert failed is not None
    raise NoAnswerError(
        f"{address.base}: {failed.detail}", failed, hint=HINTS.get(failed.code, "")
    )  # fmt: skip


class NoAnswerError(RemoteError):
    """The probe failed; another one may not."""

    def __init__(self, message: str, failed: FetchError, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.failed = failed


def _is_wiki(failed: FetchError) -> bool:
    """Tell whether it is a wiki that refuses."""
    return failed.by_wiki or failed.status in (401, 403) or failed.code == "login-required"


def _ask(request: Request, journal: Journal) -> Job[Reply]:
    """Request the probe; use the answer of an interrupted run, but not its refusal."""
    path = request.path
    refused = path in journal and isinstance(journal.reply(path), FetchError)
    (reply,) = yield [msgspec.structs.replace(request, fresh=refused, tries=_TRIES)]
    return reply


def _wiki_page(body: bytes) -> None:
    """Raise ValueError where a page is none of a wiki: in every skin, it names XWiki."""
    if b"xwiki" not in body.lower():
        raise ValueError("not a page of an XWiki")
