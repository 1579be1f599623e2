"""Failures of a request, and whether another try may help."""

from __future__ import annotations

from kb.errors import Problem


class FetchError(Exception):
    """A request failed, or its answer is not usable."""

    def __init__(
        self, code: str, detail: str, *, tries: int = 1, wait: float | None = None, status: int = 0,
        by_wiki: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(detail)
        self.code = code
        """Stable code, as in Problem."""
        self.detail = detail
        self.tries = tries
        """Most tries of such a request; 0: as many as the settings allow."""
        self.wait = wait
        """Seconds of its Retry-After, where the server sent one."""
        self.status = status
        self.by_wiki = by_wiki
        """True where an XWiki sent the error, not a server in front of it."""

    @property
    def final(self) -> bool:
        """Tell whether another try in the same run is useless."""
        return not isinstance(self, ShutError) and (self.tries == 1 or self.status == 500)

    @property
    def temporary(self) -> bool:
        """Tell whether another try, later, may help."""
        return self.tries != 1

    def problem(self, where: str, page: str | None = None) -> Problem:
        """Return the failure as a Problem of the record that it spoils."""
        return Problem(where=where, code=self.code, detail=self.detail, page=page)


class ShutError(FetchError):
    """The server does not accept the login, or asks for a long pause: the run stops."""


def refused_status(status: int, wait: float | None) -> FetchError:
    """Return the failure that an HTTP status means."""
    if status in (429, 503, 502, 504, 408):
        return FetchError("busy", f"the server answers {status}", tries=0, wait=wait, status=status)
    if status >= 500:
        return FetchError("server-error", f"the server answers {status}", tries=3, status=status)
    codes = {400: "bad-request", 401: "no-right", 403: "no-right", 404: "not-found", 410: "gone"}
    meaning = {
        "no-right": "no right to view this",
        "not-found": "the server has nothing there",
        "bad-request": "the server does not take this address",
    }
    code = codes.get(status, "refused")
    return FetchError(code, f"{meaning.get(code, 'refused')} ({status})", status=status)
