"""Attachments and images that a case's text names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb.cases.lines.display import DisplayLine
from kb.cases.reader.draft import Draft, DraftName, LineSpan

_LINKED = re.compile(
    r"\[\[(?:[^\[\]\n]{0,1000}>>)?(?P<kind>image|attach):(?P<name>[^\[\]\n|]{1,500})"
    r"(?:\|\|[^\[\]\n]{0,500})?\]\]"
)
_FREE = re.compile(
    r"(?<![\w\[>~:])(?P<kind>image|attach):(?P<name>[^\s\[\]|{}()（），。；]{1,500})"
)
_MACRO = re.compile(r"\{\{image\s[^{}]{0,500}?reference=\"(?P<name>[^\"]{1,500})\"[^{}]{0,500}\}\}")
_AT = re.compile(r"(?<!\\)@")


def find_attachments(draft: Draft, lines: Sequence[DisplayLine | None]) -> None:
    """Add each file that the case names to the draft, once, where it is named first."""
    seen: set[str] = set()
    for number, line in enumerate(lines):
        raw = line.raw if line else ""
        if not ("image" in raw or "attach:" in raw):
            continue
        found = [(m.start(), m["name"], m["kind"]) for m in _LINKED.finditer(raw)]
        rest = _LINKED.sub(lambda m: " " * len(m[0]), raw)
        found += [(m.start(), m["name"], m["kind"]) for m in _FREE.finditer(rest)]
        found += [(m.start(), m["name"], "image") for m in _MACRO.finditer(raw)]
        for _, reference, kind in sorted(found):
            name = _file_name(reference)
            if name and name not in seen:
                seen.add(name)
                which = "image" if kind == "image" else "file"
                draft.attachments.append(DraftName(name, LineSpan(number, number), which))


def _file_name(reference: str) -> str:
    """Return the file name in a reference `Space.Page@file`; empty for a URL or a path."""
    if "://" in reference or reference.startswith(("/", "data:", "icon:")):
        return ""
    last = _AT.split(reference)[-1]
    return re.sub(r"[~\\](.)", r"\1", last).strip()
