"""Log in by the wiki's form: its token, its session cookie, again when the session ends."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlencode

from importers.web.credentials import Credentials
from importers.web.failures import FetchError, ShutError
from importers.web.request import header_text
from importers.web.transport import Headers, Response

FORM = "/bin/login/XWiki/XWikiLogin?loginLink=1"
SUBMIT = "/bin/loginsubmit/XWiki/XWikiLogin"
_LARGEST = 16 << 20
_SENT_BACK = re.compile(r"[^\x00-\x1f\x7f;]+")
"""Values of cookies: one may be quoted and hold a line end, which no header can."""
Send = Callable[..., Response]
"""(method, path, headers, body) → the answer, its body read."""


class LoginSession:
    """The cookies of a login, shared by all threads; one of them logs in for all."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._lock = threading.Lock()
        self._cookies: dict[str, str] = {}
        self.number = 0
        """Number of logins so far."""

    @property
    def possible(self) -> bool:
        """Tell whether there is a password to log in with."""
        return self._credentials.password is not None

    def header(self) -> str | None:
        """Return the value of a Cookie header, or None before the first login."""
        return _joined(self._cookies) or None

    def log_in(self, send: Send, seen: int) -> None:
        """Log in, unless another thread did since login ``seen``. ShutError where it is refused."""
        with self._lock:
            if self.number != seen:
                return
            jar: dict[str, str] = {}
            form = send("GET", FORM, {}, b"")
            _collect(jar, form)
            fields = _hidden(form.read(_LARGEST))
            assert self._credentials.password is not None
            fields |= {
                "j_username": self._credentials.user or "",
                "j_password": self._credentials.password.reveal(),
            }
            headers: Headers = {"Content-Type": "application/x-www-form-urlencoded"}
            if jar:
                headers["Cookie"] = header_text(_joined(jar))
            done = send("POST", SUBMIT, headers, urlencode(fields).encode())
            _collect(jar, done)
            if done.status not in (302, 303) or "Resubmit" in (done.header("location") or ""):
                raise ShutError("login-refused", "the wiki refuses this user or password")
            self._cookies, self.number = jar, self.number + 1


def _joined(jar: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in jar.items())


def _hidden(page: bytes) -> dict[str, str]:
    """Return the hidden fields of the login form, its token too. FetchError without a form."""
    from importers.web.html import attribute, parse_html

    try:
        form = parse_html(page).select_one('form:has(input[name="j_password"])')
    except ValueError:
        form = None
    if form is None:
        raise FetchError("login-required", "the wiki shows no login form", tries=3)
    fields = form.select('input[type="hidden"][name]')
    return {attribute(field, "name"): attribute(field, "value") for field in fields}


def _collect(jar: dict[str, str], answer: Response) -> None:
    for line in answer.all_of("set-cookie"):
        try:
            found = SimpleCookie(line)
        except CookieError:
            continue
        given = {name: morsel.value for name, morsel in found.items()}
        jar |= {name: value for name, value in given.items() if _SENT_BACK.fullmatch(value)}
