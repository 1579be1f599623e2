"""Read passwords and cookies from the environment or a prompt; never show them."""

from __future__ import annotations

import getpass
import os
import sys
from base64 import b64encode

import msgspec

from importers.base import Options
from kb.errors import UsageError


class Secret:
    """A text that no log, traceback or record shows."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "Secret(…)"

    def reveal(self) -> str:
        """Return the text itself, for the header or form that is about to be sent."""
        return self._text


class Credentials(msgspec.Struct, frozen=True):
    """Credentials of a guest, of a user with a password, or a session's cookie."""

    user: str | None = None
    password: Secret | None = None
    cookie: Secret | None = None

    @property
    def given(self) -> bool:
        """Tell whether the server is expected to see a user, not a guest."""
        return self.user is not None or self.cookie is not None

    def basic(self) -> str | None:
        """Return the value of an Authorization header, or None."""
        if self.user is None or self.password is None:
            return None
        pair = f"{self.user}:{self.password.reveal()}".encode()
        return f"Basic {b64encode(pair).decode()}"

    def cookies(self) -> str | None:
        """Return the value of a Cookie header; text without `=` is a JSESSIONID."""
        if self.cookie is None:
            return None
        text = self.cookie.reveal().strip()
        return text if "=" in text else f"JSESSIONID={text}"


def credentials_of(options: Options) -> Credentials:
    """Read the credentials that the options name. UsageError where they are missing."""
    if options.cookie_env:
        cookie = _from_environment(options.cookie_env)
        if "\n" in cookie.reveal() or "\r" in cookie.reveal():
            raise UsageError(f"{options.cookie_env}: a cookie is one line")
        return Credentials(options.user, cookie=cookie)
    if not options.user:
        if options.password_env:
            raise UsageError("--password-env without --user", hint="whose password is it?")
        return Credentials()
    if options.password_env:
        return Credentials(options.user, _from_environment(options.password_env))
    if not sys.stdin.isatty():
        raise UsageError(f"no password for {options.user}", hint="--password-env VARIABLE")
    return Credentials(options.user, Secret(getpass.getpass(f"Password of {options.user}: ")))


def _from_environment(name: str) -> Secret:
    text = os.environ.get(name)
    if not text:
        raise UsageError(f"environment variable {name} is not set", hint=f"read -s {name}; export")
    return Secret(text)
