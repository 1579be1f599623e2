"""Download an attachment: to memory, or to disk where it is large; resume after a cut."""

from __future__ import annotations

import re
from contextlib import ExitStack, closing
from pathlib import Path

from importers.web.client import Client
from importers.web.failures import FetchError
from importers.web.request import Answer, Request
from importers.web.transport import Response

IN_MEMORY = 1 << 20
"""Attachments of more bytes go to disk."""
_PLAIN = {"Accept-Encoding": "identity"}
_RANGE = re.compile(r"bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18}|\*)")


class _OverfullError(FetchError):
    """More bytes come than may."""


class Partial:
    """The bytes of an attachment received so far: in memory, or on disk once they are many."""

    def __init__(self, file: Path, size: int | None, most: int) -> None:
        """``size`` is what the server told, None where it did not; ``most`` 0 sets no limit."""
        self._file = file
        self._told = size
        self._most = most
        self._pieces: list[bytes] = []
        self.size = file.stat().st_size if file.is_file() else 0
        self.on_disk = self.size > 0

    def restart(self) -> None:
        """Drop the bytes received so far."""
        self._file.unlink(missing_ok=True)
        self._pieces, self.size, self.on_disk = [], 0, False

    def take(self, answer: Response) -> None:
        """Append the body of an answer; keep what came before it breaks off. FetchError.

        Of more than was told, or than a file may have, nothing is kept.
        """
        try:
            with ExitStack() as stack:
                stream = stack.enter_context(self._file.open("ab")) if self.on_disk else None
                for piece in answer.pieces():
                    self.size += len(piece)
                    self._check_size()
                    if stream is None and self.size > IN_MEMORY:
                        stream = stack.enter_context(self._file.open("wb"))
                        self.on_disk = True
                        stream.writelines(self._pieces)
                        self._pieces = []
                    if stream is None:
                        self._pieces.append(piece)
                    else:
                        stream.write(piece)
        except _OverfullError:
            self.restart()
            raise

    def _check_size(self) -> None:
        if self._told is not None and self.size > self._told:
            raise _OverfullError("size-differs", f"more came than {self._told} bytes", tries=0)
        if self._most and self.size > self._most:
            raise _OverfullError("too-large", f"a file of more than {self._most} bytes")

    def answer(self, path: str, got: Response) -> Answer:
        """Return the answer with the whole attachment."""
        facts = (got.header("content-type") or "", got.header("last-modified"))
        if self.on_disk:
            return Answer(path, None, None, *facts, file=self._file)
        return Answer(path, b"".join(self._pieces), None, *facts)


def download(client: Client, request: Request) -> Answer:
    """Download an attachment. FetchError where it is not whole; a large part is kept on disk."""
    part = Partial(
        client.part(request.path), request.size, client.wiki.settings.max_attachment
    )  # fmt: skip
    if part.size and part.size == request.size:
        return Answer(request.path, None, file=client.part(request.path))
    if part.size and (request.size is None or part.size > request.size):
        part.restart()
    if part.size and request.resume is not None:
        try:
            return _resume(client, request, part)
        except FetchError:
            if part.size != request.size:
                part.restart()
    return _from_start(client, request, part)


def _from_start(client: Client, request: Request, part: Partial) -> Answer:
    part.restart()
    more = _PLAIN | (request.validator.headers() if request.validator else {})
    logins = client.wiki.session.number
    with closing(client.send(request.path, "file", more)) as answer:
        failed = client.refusal(answer)
        if answer.status == 200 and failed is None:
            _check_is_file(answer, request)
            part.take(answer)
    if answer.status == 304:
        return Answer(request.path, unchanged=True)
    if failed is not None:
        raise client.confirmed(failed, answer, logins)
    if answer.status != 200:
        client.redirected(request.path, answer, logins)
        raise FetchError("redirects", "a file that is somewhere else", tries=3)
    return _whole(request, part, answer)


def _resume(client: Client, request: Request, part: Partial) -> Answer:
    """Fetch the rest of an attachment from the address that supports ranges."""
    assert request.resume is not None
    more = _PLAIN | {"Range": f"bytes={part.size}-"}
    with closing(client.send(request.resume, "file", more)) as answer:
        found = _RANGE.match(answer.header("content-range") or "")
        fits = found and int(found[1]) == part.size and found[2] in ("*", str(request.size))
        if answer.status != 206 or not fits:
            raise FetchError("bad-answer", "the server does not resume where it stopped", tries=3)
        part.take(answer)
    return _whole(request, part, answer)


def _check_is_file(answer: Response, request: Request) -> None:
    """Raise FetchError for an error page with status 200: it has no disposition, another type."""
    mimetype = (answer.header("content-type") or "").partition(";")[0].strip()
    if answer.header("content-disposition") is None and mimetype != request.mimetype:
        raise FetchError("bad-answer", "something else than the file, with status 200", tries=0)


def _whole(request: Request, part: Partial, answer: Response) -> Answer:
    if request.size is not None and part.size != request.size:
        got = part.size
        if not part.on_disk:
            part.restart()
        raise FetchError("size-differs", f"{got} bytes came of {request.size}", tries=0)
    return part.answer(request.path, answer)
