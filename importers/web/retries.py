"""Retry failed requests: how often by the kind of failure, how soon by backoff and Retry-After."""

from __future__ import annotations

import random
import time

from importers.web.client import Client
from importers.web.download import download
from importers.web.failures import FetchError, ShutError
from importers.web.request import Answer, Request

_FIRST = 0.2
_LONGEST = 6.0


def fetch(client: Client, request: Request) -> Answer:
    """Fetch what ``request`` asks for. FetchError of the last try, ShutError of the first."""
    tries = 0
    while True:
        try:
            send = download if request.kind == "file" else Client.fetch_page
            answer = send(client, request)
            client.wiki.throttle.answered()
            return answer
        except ShutError:
            raise
        except FetchError as failed:
            tries += 1
            wait = _wait(client, request, failed, tries)
            if wait is None:
                raise
        time.sleep(wait)


def _wait(client: Client, request: Request, failed: FetchError, tries: int) -> float | None:
    """Return the seconds until the next try; None where there is to be none. ShutError."""
    most = failed.tries or client.wiki.settings.attempts
    if failed.code in ("unreachable", "bad-answer") and request.tries:
        most = min(most, request.tries)
    if tries >= most:
        return None
    if failed.wait is not None:
        client.wiki.throttle.pause(failed.wait)
        return failed.wait + _backoff(1)
    return _backoff(tries)


def _backoff(attempt: int) -> float:
    """Return the seconds to wait after try ``attempt``: doubled each time, half of it random."""
    longest: float = min(_LONGEST, _FIRST * 2.0 ** (attempt - 1))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311  # spreads load, guards nothing
