"""Find attachments without REST: names from links, sources, save comments; bytes by version."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

import msgspec

from importers.web.failures import FetchError
from importers.web.html import attribute, parse_html
from importers.web.jobs import Job
from importers.web.request import Answer, Request
from importers.web.urls import split_url
from importers.xwiki.paths import bin_file
from importers.xwiki.run_context import RunContext
from kb.model import AttachmentRevision, Sink, version_key
from kb.references import split_reference
from kb.times import from_http

_NAMED = re.compile(r"(?:attach|image):([^\]|\n>]{1,255})")
_SAVED = re.compile(
    r"(?:attachment|附件)\s*[\"“「]?(.{1,255}?)[\"”」]?(?:, version [\d.]+)?", re.DOTALL
)
_FIRST = (1, 1)


class FetchedAttachment(msgspec.Struct):
    """A version of an attachment that the wiki has."""

    name: str
    version: str
    answer: Answer | None
    """None: the archive has it."""


def names_linked(body: bytes, reference: str) -> list[str]:
    """Return names of the page's attachments that its HTML links to."""
    path = list(split_reference(reference))
    found = []
    for link in parse_html(body).select('a[href*="/download/"]'):
        url = split_url(attribute(link, "href"))
        parts = [unquote(p) for p in url.path.split("/")] if url else []
        names = parts[parts.index("download") + 1 :] if "download" in parts else []
        if names[:-1] == path:
            found.append(names[-1])
    return found


def names_mentioned(text: str) -> Iterator[str]:
    """Yield names that a source refers to; some may be no attachments of its page."""
    for match in _NAMED.finditer(text):
        whole = match[1].strip()
        yield whole
        yield whole.split()[0] if whole.split() else whole


def names_saved(comments: Iterable[str | None]) -> Iterator[str]:
    """Yield names in the comments that the wiki writes when a file is uploaded."""
    for comment in comments:
        found = re.search(r"attachment|附件", comment or "")
        if comment and found and (match := _SAVED.fullmatch(comment[found.start() :].strip())):
            yield match[1].strip()


def read_attachment(
    reference: str, name: str, held: frozenset[str], run: RunContext, newest: str | None = None
) -> Job[list[FetchedAttachment]]:
    """Fetch all versions of an attachment from 1.1 on, until the wiki has no more.

    Up to ``newest``, which a list names, versions may be missing in between. FetchError, also
    where the wiki has more and more.
    """
    got: list[FetchedAttachment] = []
    number = 1
    last = version_key(newest)[1] if newest and newest.startswith("1.") else 0
    while True:
        run.bounds.check(number)
        version = f"1.{number}"
        if version in held:
            got.append(FetchedAttachment(name, version, None))
        else:
            request = Request(bin_file(reference, run.subwiki, name, version), kind="file")
            (reply,) = yield [request]
            if isinstance(reply, FetchError):
                if reply.status != 404:
                    raise reply
                if number >= last:
                    return got
            else:
                got.append(FetchedAttachment(name, version, reply))
        number += 1


def attachment_record(got: FetchedAttachment, sink: Sink) -> AttachmentRevision | None:
    """Put a version's bytes into the sink and return its record; its author is unknown."""
    if got.answer is None:
        return None
    answer = got.answer
    return AttachmentRevision(
        name=got.name, version=got.version, sha256=sink.put(answer.chunks()), size=answer.size,
        mimetype=answer.mimetype.partition(";")[0] or None, date=from_http(answer.modified),
    )  # fmt: skip
