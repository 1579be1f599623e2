"""What can go wrong with one request, and whether asking again may help."""

from __future__ import annotations

from kb.errors import Problem


class FetchError(Exception):
    """A request without a usable answer."""

    def __init__(
        self, code: str, detail: str, *, tries: int = 1, wait: float | None = None, status: int = 0
    ) -> None:
        super().__init__(detail)
        self.code = code
        """Stable, as in Problem."""
        self.detail = detail
        self.tries = tries
        """How often such a request is worth trying; 0: as often as the settings allow."""
        self.wait = wait
        """Seconds that the server asked us to wait, where it did."""
        self.status = status
        self.by_wiki = False
        """True where it is a wiki that says it, not the server that it may run in."""

    @property
    def final(self) -> bool:
        """True where the same server will not answer otherwise within the run."""
        return not isinstance(self, ShutError) and (self.tries == 1 or self.status == 500)

    @property
    def passing(self) -> bool:
        """True where asking later may help."""
        return self.tries != 1

    def problem(self, where: str, page: str | None = None) -> Problem:
        """The failure as a Problem of the record that it spoils."""
        return Problem(where=where, code=self.code, detail=self.detail, page=page)


class ShutError(FetchError):
    """The server does not know us, or no longer: nothing more is worth asking."""


def refused_status(status: int, wait: float | None) -> FetchError:
    """The failure that an HTTP status says."""
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
