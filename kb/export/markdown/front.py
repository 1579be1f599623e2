"""Front matter: a page's facts as YAML that every reader of YAML 1.1 and 1.2 takes alike."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

Yaml: TypeAlias = "str | int | float | bool | Sequence[Yaml] | Mapping[str, Yaml] | None"

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_WORDS = re.compile(r"y|n|yes|no|on|off|true|false|null", re.IGNORECASE)
_ODD = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def front_matter(facts: Mapping[str, Yaml]) -> str:
    """``facts`` between lines of three hyphens; None, empty texts and lists are left out."""
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
    lead = f"{indent}  - "
    for key, value in item.items():
        for line in _entry(key, value, f"{indent}    "):
            yield lead + line[len(lead) :]
            lead = f"{indent}    "


def _scalar(value: Yaml) -> str:
    return quoted(value) if isinstance(value, str) else json.dumps(value)


def quoted(text: str) -> str:
    """``text`` in double quotes, as JSON and YAML both read it."""
    shown = json.dumps(text.encode("utf-8", "replace").decode(), ensure_ascii=False)
    return _ODD.sub(lambda m: f"\\u{ord(m[0]):04x}", shown)
