"""Read and write front matter: the facts before a page's text.

Written is YAML between lines of three hyphens, quoted so that readers of YAML 1.1 and 1.2 take it
alike. Read is that, any other YAML, and TOML between lines of three pluses, as Hugo has it.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, TypeAlias

import yaml

Yaml: TypeAlias = "str | int | float | bool | Sequence[Yaml] | Mapping[str, Yaml] | None"

LONGEST = 1 << 20
"""Characters of front matter that are read; YAML's reader is slow, and no page has more."""
_MOST_DOTS = 200
"""Dots in a line of TOML: its reader takes time by the square of a key's parts."""
_FENCED = re.compile(r"\ufeff?(---|\+\+\+)[ \t]*\r?\n")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_WORDS = re.compile(r"y|n|yes|no|on|off|true|false|null", re.IGNORECASE)
"""Words that some readers of YAML take for a truth value or for nothing."""
_ODD = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


class FrontMatter(NamedTuple):
    """A file in two: its facts and the text after them."""

    facts: dict[str, Any]
    body: str
    problem: str | None = None
    """Why the facts could not be read; they are then empty and stay in the body."""


class _NoAliasLoader(yaml.SafeLoader):
    """Load YAML without aliases, by which a small text can stand for a huge one."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias: not read")
        return super().compose_node(parent, index)


def read_front_matter(text: str) -> FrontMatter:
    """Split a file into its facts and its body; no facts where it has no front matter."""
    opened = _FENCED.match(text)
    if opened is None:
        return FrontMatter({}, text.removeprefix("\ufeff"))
    fence = re.escape(opened[1])
    closed = re.compile(rf"^{fence}[ \t]*(?:\r?\n|\Z)", re.MULTILINE).search(text, opened.end())
    if closed is None:
        return FrontMatter({}, text)
    inner, body = text[opened.end() : closed.start()], text[closed.end() :]
    if len(inner) > LONGEST:
        return FrontMatter({}, text, "more front matter than a page has")
    if opened[1] == "+++" and any(line.count(".") > _MOST_DOTS for line in inner.split("\n")):
        return FrontMatter({}, text, f"a key of more than {_MOST_DOTS} parts")
    try:
        facts = (
            tomllib.loads(inner) if opened[1] == "+++" else _NoAliasLoader(inner).get_single_data()
        )
    except RecursionError:
        return FrontMatter({}, text, "nested too deeply")
    except (yaml.YAMLError, tomllib.TOMLDecodeError, ValueError) as error:
        return FrontMatter({}, text, " ".join(str(error).split()))
    return FrontMatter(facts if isinstance(facts, dict) else {}, body)


def fact_text(value: object) -> str | None:
    """Return a fact as text: dates in ISO 8601, numbers as written; None for no single value."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value)
    return None


def fact_texts(value: object) -> list[str]:
    """Return a fact that is a list, or one value, as texts."""
    values = value if isinstance(value, list) else [value]
    return [text for text in map(fact_text, values) if text]


def fact_moment(value: object) -> str | None:
    """Return a fact that is a date or a moment, in ISO 8601; None for any other."""
    text = fact_text(value)
    if text is None:
        return None
    match = _MOMENT.fullmatch(text.strip().replace(" ", "T", 1))
    return match[0] if match else None


def write_front_matter(facts: Mapping[str, Yaml]) -> str:
    """Write ``facts`` between lines of three hyphens; leave out None, empty texts and lists."""
    lines = (line for key, value in facts.items() for line in _entry(key, value, ""))
    return "\n".join(("---", *lines, "---")) + "\n"


def _entry(key: str, value: Yaml, indent: str) -> Iterator[str]:
    shown = key if _KEY.fullmatch(key) and not _WORDS.fullmatch(key) else quoted(key)
    if value is None or value in ("", [], (), {}):
        return
    if isinstance(value, Mapping):
        yield f"{indent}{shown}:"
        for inner, of_inner in value.items():
            yield from _entry(inner, of_inner, indent + "  ")
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield f"{indent}{shown}:"
        for item in value:
            yield from _item(item, indent)
    else:
        yield f"{indent}{shown}: {_scalar(value)}"


def _item(item: Yaml, indent: str) -> Iterator[str]:
    if not isinstance(item, Mapping):
        yield f"{indent}  - {_scalar(item)}"
        return
    prefix = f"{indent}  - "
    for key, value in item.items():
        for line in _entry(key, value, f"{indent}    "):
            yield prefix + line[len(prefix) :]
            prefix = f"{indent}    "


def _scalar(value: Yaml) -> str:
    return quoted(value) if isinstance(value, str) else json.dumps(value)


def quoted(value: object) -> str:
    """Write a text in double quotes, or a list of them, as JSON, YAML and TOML all read it."""
    shown = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()
    return _ODD.sub(lambda m: f"\\u{ord(m[0]):04x}", shown)
