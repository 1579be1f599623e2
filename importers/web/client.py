"""One connection to a wiki: a request, what its answer really is, and trying again."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx
import stamina

from importers.web.address import origin_of
from importers.web.calls import Answer, Call
from importers.web.credentials import Credentials
from importers.web.failures import FetchError, ShutError, refused_status
from importers.web.login import Session
from importers.web.manners import PATIENCE, Manners, backoff, retry_after
from importers.web.settings import WebSettings

AGENT = f"wiki-casebook/{version('wiki-casebook')} (kb import; XWiki REST and viewers)"
logging.getLogger("stamina").addHandler(logging.NullHandler())  # a retry is no news
_LARGEST = 256 << 20
_REDIRECTS = 5
_MOVED = (301, 302, 303, 307, 308)
_MOST = re.compile(rb"less than or equal to (\d{1,9})")
"""What a server says that gives fewer rows at a time."""
_ACCEPT = {"json": "application/json", "xml": "application/xml"}
_TOKEN = re.compile(rb'((?:data-xwiki-form-token|name="form_token" value)=")[^"]*|(form_token=)\w+')


class Wiki:
    """A server as all threads of a run see it: who asks, how fast, under which base."""

    def __init__(self, base: str, credentials: Credentials, settings: WebSettings) -> None:
        self.base = base
        self.credentials = credentials
        self.settings = settings
        self.manners = Manners(settings.rate)
        self.session = Session(credentials)

    @property
    def form_only(self) -> bool:
        """True where the password is not to be sent with each request."""
        return self.settings.auth == "form"


class Client:
    """Asks one wiki; each thread has its own."""

    def __init__(self, wiki: Wiki, part: Callable[[str], Path]) -> None:
        """``part`` says where the bytes of a large file go while they come in."""
        self.wiki = wiki
        self.part = part
        self._transport = httpx.HTTPTransport(
            proxy=_proxy(wiki.base), limits=httpx.Limits(max_connections=1)
        )
        seconds = wiki.settings.timeout
        self._extensions = {
            "timeout": {"connect": seconds, "read": seconds, "write": seconds, "pool": seconds}
        }
        self._basic = None if wiki.form_only else wiki.credentials.basic()
        self._cookie = wiki.credentials.cookies()

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()

    def fetch(self, call: Call) -> Answer:
        """The answer to ``call``, after as many tries as it is worth; else FetchError."""
        try:
            return self._once(call)
        except FetchError as failed:
            if not failed.passing or isinstance(failed, ShutError):
                raise
            first = failed
        return self.again(call, first)

    def again(self, call: Call, first: FetchError) -> Answer:
        """Go on after the first try has failed."""
        tries = 0

        def worth(error: Exception) -> bool | float:
            nonlocal tries
            tries += 1
            if not isinstance(error, FetchError) or isinstance(error, ShutError):
                return False
            if tries >= (error.tries or self.wiki.settings.attempts):
                return False
            if error.wait is not None:
                self.wiki.manners.pause(error.wait)
                return error.wait + backoff(1)
            return backoff(tries)

        for attempt in stamina.retry_context(
            on=worth, attempts=self.wiki.settings.attempts + 1, timeout=None
        ):
            with attempt:
                if attempt.num == 1:
                    raise first
                return self._once(call)
        raise AssertionError("a retry context ends by returning or raising")

    @contextmanager
    def stream(
        self,
        path: str,
        headers: dict[str, str] | None = None,
        *,
        html: bool = False,
        method: str = "GET",
        body: bytes = b"",
    ) -> Iterator[httpx.Response]:
        """Send one request under the base; the answer is closed at the end of the block."""
        self.wiki.manners.wait_turn()
        url = self.wiki.base + path
        try:
            request = httpx.Request(
                method, url, headers=self._headers(headers or {}, html), content=body or None,
                extensions=self._extensions,
            )  # fmt: skip
            answer = self._transport.handle_request(request)
            try:
                yield answer
            finally:
                answer.close()
        except httpx.TimeoutException as error:
            raise FetchError("timeout", "no answer in time", tries=0) from error
        except httpx.ConnectError as error:
            raise FetchError("unreachable", f"no connection: {error}", tries=0) from error
        except httpx.DecodingError as error:
            raise FetchError("bad-answer", "the answer is badly compressed", tries=0) from error
        except httpx.TransportError as error:
            raise FetchError("cut-off", f"the connection broke: {error}", tries=0) from error

    def _headers(self, extra: dict[str, str], html: bool) -> list[tuple[bytes, bytes]]:
        plain = {"User-Agent": AGENT, "Accept-Encoding": "gzip", **extra}
        if "Accept" not in plain:
            plain["Accept"] = "text/html" if html else _ACCEPT[self.wiki.settings.format]
        cookie = self._cookie or self.wiki.session.header()
        if cookie:
            plain.setdefault("Cookie", cookie)
        headers = [(k.encode(), v.encode("latin-1", "replace")) for k, v in plain.items()]
        if self._basic:
            headers.append((b"Authorization", self._basic))
        return headers

    def _once(self, call: Call) -> Answer:
        if call.kind == "file":
            from importers.web.download import download

            return download(self, call)
        path, html = call.path, call.kind == "html"
        if self.wiki.form_only and not self.wiki.session.number:
            self.log_in(0)
        for _ in range(_REDIRECTS):
            logins = self.wiki.session.number
            with self.stream(path, html=html) as answer:
                failed = None if answer.status_code in _MOVED else self.refusal(answer)
                body = _read(answer) if answer.status_code < 300 else b""
            if answer.status_code in _MOVED:
                path = self.redirected(path, answer, logins)
                continue
            if failed is not None:
                raise self.told(failed, answer, logins)
            return self._judge(call, answer, body, logins)
        raise FetchError("redirects", "redirected in a circle", tries=3)

    def refusal(self, answer: httpx.Response) -> FetchError | None:
        """What an error status says, with its Retry-After; None for any other status."""
        status = answer.status_code
        if status < 400:
            return None
        wait = retry_after(answer.headers.get("retry-after"))
        if wait is not None and wait > PATIENCE:
            return ShutError("busy", f"the server asks to come back in {wait:.0f} s", status=status)
        failed = refused_status(status, wait)
        if status == 400 and (most := _MOST.search(_read(answer))):
            failed.detail += f": {most[0].decode()}"
        if status == 404 and "html" in answer.headers.get("content-type", ""):
            failed.by_wiki = b"data-xwiki-" in _read(answer)
        return failed

    def told(self, failed: FetchError, answer: httpx.Response, logins: int) -> FetchError:
        """The refusal, once it is sure that the wiki refuses us and not a guest."""
        if failed.status == 401 and "xwiki-version" in answer.headers:
            self._recognised(answer.headers.get("xwiki-user"), logins)
        return failed

    def redirected(self, path: str, answer: httpx.Response, logins: int) -> str:
        """Where a redirect leads, under our base. FetchError for a login page or another host.

        To be called once the answer is closed: it may log in.
        """
        location = urljoin(self.wiki.base + path, str(answer.headers.get("location", "")))
        if origin_of(location) != origin_of(self.wiki.base):
            raise FetchError(
                "other-host", f"redirected to {origin_of(location)}, where we do not go", tries=4
            )
        if "/login/" in urlsplit(location).path:
            self._login_page(logins)
        if not location.startswith(self.wiki.base + "/"):
            raise FetchError("redirects", "redirected out of the wiki", tries=3)
        return str(location[len(self.wiki.base) :].partition("#")[0])

    def _judge(self, call: Call, answer: httpx.Response, body: bytes, logins: int) -> Answer:
        """What came with status 200, unless it is something else than was asked for."""
        mimetype = answer.headers.get("content-type", "")
        if call.kind == "html":
            body = self._viewed(mimetype, body, logins)
        elif "html" in mimetype or not body:
            raise FetchError("bad-answer", "a page in place of data, with status 200", tries=0)
        elif "xwiki-version" in answer.headers:
            self._recognised(answer.headers.get("xwiki-user"), logins)
        try:
            value = call.decode(body) if call.decode else None
        except ValueError as error:
            raise FetchError("bad-answer", f"not what was asked for: {error}", tries=0) from error
        modified, date = answer.headers.get("last-modified"), answer.headers.get("date")
        return Answer(call.path, body, value, mimetype, modified, date)

    def _viewed(self, mimetype: str, body: bytes, logins: int) -> bytes:
        """A viewer's page, without its session's token."""
        if "html" not in mimetype:
            raise FetchError("bad-answer", "data in place of a page", tries=0)
        if b'name="j_password"' in body:
            self._login_page(logins)
        if self.wiki.credentials.given and b"data-xwiki-reference=" in body:
            user = re.search(rb'data-xwiki-user-reference="([^"]+)"', body)
            self._recognised(user[1].decode("utf-8", "replace") if user else None, logins)
        return without_token(body)

    def _recognised(self, user: str | None, logins: int) -> None:
        """Raise where the server takes us for a guest although we said who we are."""
        if user or not self.wiki.credentials.given:
            return
        self.log_in(logins)
        raise FetchError("logged-out", "the wiki takes us for a guest", tries=4)

    def _login_page(self, logins: int) -> None:
        if self.wiki.session.possible:
            self.log_in(logins)
        raise FetchError("login-required", "the wiki asks for a login", tries=4)

    def log_in(self, seen: int) -> None:
        """Log in by the form for all threads. ShutError where that cannot help."""
        if not self.wiki.session.possible:
            raise ShutError("logged-out", "the wiki takes us for a guest: the session is over")
        if self._basic is not None and self.wiki.settings.auth == "basic":
            raise ShutError("logged-out", "the wiki takes us for a guest: wrong user or password")
        self.wiki.session.log_in(self._form, seen)

    def _form(self, method: str, path: str, headers: dict[str, str], body: bytes) -> httpx.Response:
        with self.stream(path, headers, html=True, method=method, body=body) as answer:
            failed = self.refusal(answer)
            answer.read()
        if failed is not None and failed.passing:
            raise failed
        return answer


def without_token(page: bytes) -> bytes:
    """A page without the token of the session that it was sent to."""
    return _TOKEN.sub(lambda found: found[1] or found[2], page)


def _read(answer: httpx.Response) -> bytes:
    """The body, decompressed, up to a size that no honest page has."""
    pieces, size = [], 0
    for piece in answer.iter_bytes():
        size += len(piece)
        if size > _LARGEST:
            raise FetchError("too-large", f"an answer of more than {_LARGEST >> 20} MB")
        pieces.append(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _proxy(base: str) -> str | None:
    """The proxy that the environment names for this host."""
    parts = urlsplit(base)
    if proxy_bypass(parts.hostname or ""):
        return None
    return getproxies().get(parts.scheme)
