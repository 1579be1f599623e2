"""The facts before a page's text: YAML between lines of three hyphens, TOML between pluses."""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime
from typing import Any, NamedTuple

import yaml

LONGEST = 1 << 20
"""Characters of front matter that are read; YAML's reader is slow, and no page has more."""
_FENCED = re.compile(r"\ufeff?(---|\+\+\+)[ \t]*\r?\n")


class Front(NamedTuple):
    """A file in two: its facts and the text after them."""

    facts: dict[str, Any]
    body: str
    problem: str | None = None
    """Why the facts could not be read; they are then empty and stay in the body."""


class _Loader(yaml.SafeLoader):
    """YAML without aliases, by which a small text says a huge one."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias: not read")
        return super().compose_node(parent, index)


def split_front(text: str) -> Front:
    """The facts of a file and its body."""
    opened = _FENCED.match(text)
    if opened is None:
        return Front({}, text.removeprefix("\ufeff"))
    fence = re.escape(opened[1])
    closed = re.compile(rf"^{fence}[ \t]*(?:\r?\n|\Z)", re.MULTILINE).search(text, opened.end())
    if closed is None:
        return Front({}, text)
    inner, body = text[opened.end() : closed.start()], text[closed.end() :]
    if len(inner) > LONGEST:
        return Front({}, text, "more front matter than a page has")
    try:
        facts = tomllib.loads(inner) if opened[1] == "+++" else _Loader(inner).get_single_data()
    except (yaml.YAMLError, tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        return Front({}, text, " ".join(str(error).split()))
    return Front(facts if isinstance(facts, dict) else {}, body)


def text_of(value: object) -> str | None:
    """A fact as text: dates as ISO 8601, numbers as written; None for what is no single value."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value)
    return None


def texts_of(value: object) -> list[str]:
    """A fact that is a list, or one value, as texts."""
    values = value if isinstance(value, list) else [value]
    return [text for text in map(text_of, values) if text]


def moment_of(value: object) -> str | None:
    """A fact as a moment, or None where it is none."""
    text = text_of(value)
    if text is None:
        return None
    match = _MOMENT.fullmatch(text.strip().replace(" ", "T", 1))
    return match[0] if match else None


_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)
