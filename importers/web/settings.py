"""Check the `settings` of a source that say how its server is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from kb.errors import UsageError

_UNITS = {"": 1, "kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30}
_SIZE = re.compile(r"(\d+)\s*([kmg]b)?")


class WebSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What `settings` of a `[[source]]` may say about asking a server."""

    concurrency: int = 4
    """Requests under way at the same time."""
    rate: float = 0.0
    """Most requests in a second; 0 sets no limit."""
    timeout: float = 60.0
    """Seconds to wait for a connection, and for the next bytes of an answer."""
    attempts: int = 7
    """Tries of one request before it counts as failed."""
    failures: int = 50
    """Failed requests, if over a tenth of all, after which a run stops with what it has."""
    limit: int = 1000
    """Rows asked for at a time; a server that refuses so many is asked for fewer."""
    max_attachment: int = 0
    """Largest file to fetch, in bytes; 0 sets no limit."""
    auth: str = "auto"
    """`basic`, `form`, or `auto`: Basic first, the login form where a viewer ignores it."""
    format: str = "json"
    """`json` or `xml`: what REST is asked for."""
    languages: str = "en zh"
    """Translations that viewers are asked for where no list tells which there are."""


def web_settings(given: Mapping[str, str]) -> WebSettings:
    """Read the settings in ``given``. UsageError names the one that is wrong."""
    values: dict[str, object] = {key.replace("-", "_"): value for key, value in given.items()}
    if "max_attachment" in values:
        values["max_attachment"] = _size(str(values["max_attachment"]))
    try:
        settings = msgspec.convert(values, WebSettings, strict=False)
    except msgspec.ValidationError as error:
        raise UsageError(f"settings: {error}") from error
    names = set(WebSettings.__struct_fields__)
    if unknown := sorted(set(values) - names):
        raise UsageError(
            f"settings: there is no {unknown[0]!r}", hint=f"one of: {', '.join(sorted(names))}"
        )
    if min(settings.concurrency, settings.attempts, settings.limit) < 1 or settings.timeout <= 0:
        raise UsageError("settings: concurrency, attempts, limit and timeout are at least 1")
    if settings.auth not in ("auto", "basic", "form") or settings.format not in ("json", "xml"):
        raise UsageError("settings: auth is auto, basic or form; format is json or xml")
    return settings


def _size(text: str) -> int:
    """Parse a size such as `50MB`, `800 kB`, `1024`; return bytes."""
    match = _SIZE.fullmatch(text.strip().lower())
    if match is None:
        raise UsageError(f"settings: max_attachment: {text!r} is no size", hint="such as 50MB")
    return int(match[1]) * _UNITS[match[2] or ""]
