"""Check the `settings` of a source that say how its server is asked."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import msgspec

from kb.errors import UsageError

_UNITS = {"": 1, "kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30}
_SIZES = {"max_text", "max_attachment", "min_rate"}
_POSITIVE = ("concurrency", "attempts", "limit", "max_text", "max_rows", "max_pages", "min_rate")
_SIZE = re.compile(r"([0-9]{1,15})\s*([kmg]b)?")


class WebSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What `settings` of a `[[source]]` may say about asking a server."""

    concurrency: int = 4
    """Requests under way at the same time."""
    rate: float = 0.0
    """Most requests in a second; 0 sets no limit."""
    timeout: float = 60.0
    """Seconds for a connection, for the head of an answer, and for its next bytes."""
    deadline: float = 600.0
    """Seconds that the body of an answer may take, a file as many more as `min_rate` allows."""
    min_rate: int = 1000
    """Bytes of a file that come in a second at least, once the deadline is over."""
    attempts: int = 7
    """Tries of one request before it counts as failed."""
    failures: int = 50
    """Failed requests, if over a tenth of all, after which a run stops with what it has."""
    limit: int = 1000
    """Rows asked for at a time; a server that refuses so many is asked for fewer."""
    max_text: int = 32 << 20
    """Largest answer that is no file, in bytes, unpacked; also all parts of a page's list."""
    max_attachment: int = 2 << 30
    """Largest file to fetch, in bytes, whatever size the server told; 0 sets no limit."""
    max_rows: int = 20_000
    """Most versions, objects, comments, files or languages of a page."""
    max_pages: int = 1_000_000
    """Most pages in the wiki's list; ten times as many changes."""
    auth: str = "auto"
    """`basic`, `form`, or `auto`: Basic first, the login form where a viewer ignores it."""
    format: str = "json"
    """`json` or `xml`: what REST is asked for."""
    languages: str = "en zh"
    """Translations that viewers are asked for where no list tells which there are."""


def web_settings(given: Mapping[str, str]) -> WebSettings:
    """Read the settings in ``given``. UsageError names the one that is wrong."""
    values: dict[str, object] = {key.replace("-", "_"): value for key, value in given.items()}
    for name in _SIZES & values.keys():
        values[name] = _size(name, str(values[name]))
    try:
        settings = msgspec.convert(values, WebSettings, strict=False)
    except msgspec.ValidationError as error:
        raise UsageError(f"settings: {error}") from error
    names = set(WebSettings.__struct_fields__)
    if unknown := sorted(set(values) - names):
        raise UsageError(
            f"settings: there is no {unknown[0]!r}", hint=f"one of: {', '.join(sorted(names))}"
        )
    if small := [name for name in _POSITIVE if getattr(settings, name) < 1]:
        raise UsageError(f"settings: {small[0]} is at least 1")
    if not (0 < settings.timeout < math.inf and 0 < settings.deadline < math.inf):
        raise UsageError("settings: timeout and deadline are seconds, more than 0")
    if settings.auth not in ("auto", "basic", "form") or settings.format not in ("json", "xml"):
        raise UsageError("settings: auth is auto, basic or form; format is json or xml")
    return settings


def _size(name: str, text: str) -> int:
    """Parse a size such as `50MB`, `800 kB`, `1024`; return bytes."""
    match = _SIZE.fullmatch(text.strip().lower())
    if match is None:
        raise UsageError(f"settings: {name}: {text!r} is no size", hint="such as 50MB")
    return int(match[1]) * _UNITS[match[2] or ""]
