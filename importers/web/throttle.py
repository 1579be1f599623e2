"""Limit how fast a server is asked: a rate, and the pause that it orders for all threads."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable

from importers.web.failures import ShutError
from kb.times import from_http, instant_of

PATIENCE = 300.0
"""Longest pause in seconds that a server may order; for a longer one the run stops."""
BUSY = 1800.0
"""Seconds for which a server may order pauses and answer nothing."""
_SECONDS = re.compile(r"[0-9]{1,9}")


class Throttle:
    """The rate limit and the pause of one server, shared by all threads that ask it."""

    def __init__(self, rate: float, sleep: Callable[[float], None] = time.sleep) -> None:
        """``rate`` is in requests a second; 0 sets no limit."""
        self._gap = 1 / rate if rate > 0 else 0.0
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next = 0.0
        self._paused_until = 0.0
        self._busy_since = 0.0

    def wait(self) -> None:
        """Block until the next request may be sent."""
        if not self._gap and not self._paused_until:
            return
        while True:
            with self._lock:
                now = time.monotonic()
                start = max(self._paused_until, self._next)
                if start <= now:
                    self._next = now + self._gap
                    return
            self._sleep(start - now)

    def pause(self, seconds: float) -> None:
        """Hold all threads back for so many seconds: the server said so to one of them.

        ShutError where it has said nothing else for too long.
        """
        now = time.monotonic()
        with self._lock:
            self._busy_since = self._busy_since or now
            if now + seconds - self._busy_since > BUSY:
                raise ShutError("busy", f"the server asks to come back for {BUSY / 60:.0f} minutes")
            self._paused_until = max(self._paused_until, now + seconds)

    def answered(self) -> None:
        """Note that the server has given an answer."""
        self._busy_since = 0.0


def retry_after(header: str | None) -> float | None:
    """Return the seconds that a Retry-After header asks for, be it a number or a date."""
    text = (header or "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    moment = instant_of(from_http(text))
    return max(0.0, moment.seconds - time.time()) if moment else None
