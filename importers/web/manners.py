"""Not asking too fast: a rate limit, and the pause that a server orders for all of us."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

PATIENCE = 300.0
"""Longest pause in seconds that a server may order; for a longer one the run stops."""
_FIRST = 0.2
_LONGEST = 6.0


class Manners:
    """Shared by all threads that ask one server."""

    def __init__(self, rate: float, sleep: Callable[[float], None] = time.sleep) -> None:
        self._gap = 1 / rate if rate > 0 else 0.0
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next = 0.0
        self._paused_until = 0.0

    def wait_turn(self) -> None:
        """Return when the next request may be sent."""
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
        """Nobody asks again for so long: the server said so to one of us."""
        with self._lock:
            self._paused_until = max(self._paused_until, time.monotonic() + seconds)


def backoff(attempt: int) -> float:
    """Seconds before the try after the ``attempt``-th: doubled each time, half of it by chance."""
    longest: float = min(_LONGEST, _FIRST * 2.0 ** (attempt - 1))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311  # spreads load, guards nothing


def retry_after(header: str | None) -> float | None:
    """Seconds that a Retry-After header asks for: a number of them, or a date."""
    if not header:
        return None
    if header.strip().isdigit():
        return float(min(int(header.strip()[:9]), 10**9))
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
