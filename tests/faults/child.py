"""`kb` under conditions: a limit of the process, another clock, a file system without hard links.

python -m tests.faults.child '{"clock": -3600}' import wiki.xar
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from typing import Any

LIMITS = {"files": "RLIMIT_NOFILE", "memory": "RLIMIT_DATA", "file_size": "RLIMIT_FSIZE"}
"""Condition → the limit of the system that it sets."""


def impose(conditions: dict[str, Any]) -> None:
    """Change this process so that the conditions hold."""
    for name, limit in LIMITS.items():
        if name in conditions:
            which = getattr(resource, limit)
            resource.setrlimit(which, (conditions[name], resource.getrlimit(which)[1]))
    if "clock" in conditions:
        _shift_clock(float(conditions["clock"]))
    if conditions.get("no_links"):
        os.link = _refuse_link


def _shift_clock(seconds: float) -> None:
    now, now_ns = time.time, time.time_ns
    time.time = lambda: now() + seconds
    time.time_ns = lambda: now_ns() + int(seconds * 1e9)


def _refuse_link(*_: Any, **__: Any) -> None:
    raise PermissionError(1, "Operation not permitted")


if __name__ == "__main__":
    impose(json.loads(sys.argv.pop(1)))
    from kb.cli import main

    main()
