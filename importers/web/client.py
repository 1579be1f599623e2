"""Make one request to a wiki; tell data from refusals, login pages and redirects."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlsplit

import kb
from importers.web.connections import Pace
from importers.web.credentials import Credentials
from importers.web.failures import FetchError, ShutError, refused_status
from importers.web.login import LoginSession
from importers.web.request import Answer, Kind, Request, header_text
from importers.web.settings import WebSettings
from importers.web.throttle import PATIENCE, Throttle, retry_after
from importers.web.transport import Headers, Response, Transport
from importers.web.urls import origin_of, split_url

AGENT = f"wiki-casebook/{kb.__version__} (kb import; XWiki REST and viewers)"
_PAGE_OF_ERROR = 1 << 20
"""Bytes of an error's page that are looked at."""
_ZIPPED = {"Accept-Encoding": "gzip"}
_REDIRECTS = 5
_UNCHANGED = 304
_MOVED = (301, 302, 303, 307, 308)
_MOST = re.compile(rb"less than or equal to (\d{1,9})")
"""In the error of a server that gives fewer rows at a time."""
_GUEST = "not authenticated: the server sees a guest session"
_ACCEPT = {"json": "application/json", "xml": "application/xml"}
_TOKEN = re.compile(rb'((?:data-xwiki-form-token|name="form_token" value)=")[^"]*|(form_token=)\w+')


class WikiServer:
    """A server with all that the threads of a run share: base URL, login, settings, throttle."""

    def __init__(self, base: str, credentials: Credentials, settings: WebSettings) -> None:
        self.base = base
        self.credentials = credentials
        self.settings = settings
        self.throttle = Throttle(settings.rate)
        self.session = LoginSession(credentials)

    @property
    def form_only(self) -> bool:
        """Tell whether the password is sent to the login form only, and not as Basic."""
        return self.settings.auth == "form"


class Client:
    """Make requests to one wiki; threads may share it."""

    def __init__(self, wiki: WikiServer, part: Callable[[str], Path]) -> None:
        """``part`` returns the file that holds a large attachment while it comes in."""
        self.wiki = wiki
        self.part = part
        settings = wiki.settings
        self._most = settings.max_text
        text, file = Pace(settings.deadline), Pace(settings.deadline, settings.min_rate)
        self._paces: dict[Kind, Pace] = {"rest": text, "html": text, "file": file}
        self._transport = Transport(wiki.base, settings.timeout, settings.concurrency)
        self._basic = None if wiki.form_only else wiki.credentials.basic()
        self._cookie = wiki.credentials.cookies()
        accepted = {"rest": _ACCEPT[settings.format], "html": "text/html", "file": "*/*"}
        self._plain = {
            kind: {"User-Agent": AGENT, "Accept": accept} for kind, accept in accepted.items()
        }

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def send(
        self, path: str, kind: Kind, more: Headers, *, method: str = "GET", body: bytes = b""
    ) -> Response:
        """Send one request under the base, once the throttle allows it. The caller closes it."""
        self.wiki.throttle.wait()
        headers = self._plain[kind] | more
        cookie = self._cookie or self.wiki.session.header()
        if cookie and "Cookie" not in more:
            headers["Cookie"] = header_text(cookie)
        if self._basic:
            headers["Authorization"] = self._basic
        return self._transport.send(method, path, headers, body, self._paces[kind])

    def fetch_page(self, request: Request) -> Answer:
        """Fetch data or a page, following redirects under the base. FetchError where it fails."""
        path = request.path
        if self.wiki.form_only and not self.wiki.session.number:
            self.log_in(0)
        more = _ZIPPED | (request.validator.headers() if request.validator else {})
        for _ in range(_REDIRECTS):
            logins = self.wiki.session.number
            with closing(self.send(path, request.kind, more)) as answer:
                failed = None if answer.status in _MOVED else self.refusal(answer)
                body = answer.read(self._most) if answer.status < 300 else b""
            if answer.status == _UNCHANGED and request.validator:
                return Answer(request.path, unchanged=True)
            if answer.status in _MOVED:
                path = self.redirected(path, answer, logins)
                continue
            if failed is not None:
                raise self.confirmed(failed, answer, logins)
            return self._decoded(request, answer, body, logins)
        raise FetchError("redirects", "redirected in a circle", tries=3)

    def refusal(self, answer: Response) -> FetchError | None:
        """Return the failure that an error status means, with its Retry-After; None below 400."""
        status = answer.status
        if status < 400:
            return None
        wait = retry_after(answer.header("retry-after"))
        if wait is not None and wait > PATIENCE:
            return ShutError("busy", f"the server asks to come back in {wait:.0f} s", status=status)
        failed = refused_status(status, wait)
        if status == 400 and (most := _MOST.search(_beginning(answer))):
            failed.detail += f": {most[0].decode()}"
        if status == 404 and "html" in (answer.header("content-type") or ""):
            failed.by_wiki = b"data-xwiki-" in _beginning(answer)
        return failed

    def confirmed(self, failed: FetchError, answer: Response, logins: int) -> FetchError:
        """Return the refusal if it was addressed to the user, not to a guest. FetchError."""
        if failed.status == 401 and answer.header("xwiki-version") is not None:
            self._check_user(answer.header("xwiki-user"), logins)
        return failed

    def redirected(self, path: str, answer: Response, logins: int) -> str:
        """Return the path under the base that a redirect leads to.

        FetchError for a login page, or for another host: credentials are not sent there. Call it
        once the answer is closed, as it may log in.
        """
        base = urlsplit(self.wiki.base)
        target = split_url(answer.header("location") or "", self.wiki.base + path)
        if target is None:
            raise FetchError("redirects", "redirected to what is no URL", tries=3)
        if origin_of(target) != origin_of(base):
            raise FetchError(
                "other-host", f"redirected to {origin_of(target)}: not followed", tries=4
            )
        if "/login/" in target.path:
            self._login_page(logins)
        if not target.path.startswith(f"{base.path}/"):
            raise FetchError("redirects", "redirected out of the wiki", tries=3)
        query = f"?{target.query}" if target.query else ""
        return f"{target.path[len(base.path) :]}{query}"

    def _decoded(self, request: Request, answer: Response, body: bytes, logins: int) -> Answer:
        """Check and decode an answer of status 200. FetchError where it is something else."""
        mimetype = answer.header("content-type") or ""
        if request.kind == "html":
            body = self._checked_page(mimetype, body, logins)
        elif "html" in mimetype or not body:
            raise FetchError("bad-answer", "a page in place of data, with status 200", tries=0)
        elif answer.header("xwiki-version") is not None:
            self._check_user(answer.header("xwiki-user"), logins)
        try:
            value = request.decode(body) if request.decode else None
        except RecursionError as error:
            raise FetchError("bad-answer", "nested too deeply", tries=0) from error
        except ValueError as error:
            raise FetchError("bad-answer", f"not what was asked for: {error}", tries=0) from error
        modified, date = answer.header("last-modified"), answer.header("date")
        tag = answer.header("etag")
        return Answer(request.path, body, value, mimetype, modified, date, tag=tag)

    def _checked_page(self, mimetype: str, body: bytes, logins: int) -> bytes:
        """Check that a page is a viewer's; return it without the session's token."""
        if "html" not in mimetype:
            raise FetchError("bad-answer", "data in place of a page", tries=0)
        if b'name="j_password"' in body:
            self._login_page(logins)
        if self.wiki.credentials.given and b"data-xwiki-reference=" in body:
            user = re.search(rb'data-xwiki-user-reference="([^"]+)"', body)
            self._check_user(user[1].decode("utf-8", "replace") if user else None, logins)
        return without_token(body)

    def _check_user(self, user: str | None, logins: int) -> None:
        """Log in again and raise FetchError where the server sees a guest despite a login."""
        if user or not self.wiki.credentials.given:
            return
        self.log_in(logins)
        raise FetchError("logged-out", _GUEST, tries=4)

    def _login_page(self, logins: int) -> None:
        if self.wiki.session.possible:
            self.log_in(logins)
        raise FetchError("login-required", "the wiki asks for a login", tries=4)

    def log_in(self, seen: int) -> None:
        """Log in by the form, for all threads. ShutError where that cannot help."""
        if not self.wiki.session.possible:
            raise ShutError("logged-out", f"{_GUEST}: the session is over")
        if self._basic is not None and self.wiki.settings.auth == "basic":
            raise ShutError("logged-out", f"{_GUEST}: wrong user or password")
        self.wiki.session.log_in(self._form, seen)

    def _form(self, method: str, path: str, headers: Headers, body: bytes) -> Response:
        with closing(self.send(path, "html", headers, method=method, body=body)) as answer:
            failed = self.refusal(answer)
            answer.read(self._most)
        if failed is not None and failed.temporary:
            raise failed
        return answer


def without_token(page: bytes) -> bytes:
    """Remove the token of the session that a page was sent to."""
    return _TOKEN.sub(lambda found: found[1] or found[2], page)


def _beginning(answer: Response) -> bytes:
    """Return the first bytes of an error's page, as far as they come."""
    body = bytearray()
    with suppress(FetchError):
        for piece in answer.pieces():
            body += piece
            if len(body) >= _PAGE_OF_ERROR:
                break
    return bytes(body)
