"""HTML as the JSX that MDX reads."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Final

_VOID: Final = frozenset(("br", "hr", "img", "wbr", "col"))
_NAMES: Final = {
    "class": "className", "colspan": "colSpan", "rowspan": "rowSpan", "tabindex": "tabIndex",
    "datetime": "dateTime", "hreflang": "hrefLang",
}  # fmt: skip
_TAG = re.compile(r"""<(/?[a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z-]+(?:="[^"]*")?)*)\s*(/?)>""")
_ATTRIBUTE = re.compile(r'\s+([a-zA-Z-]+)(?:="([^"]*)")?')
# Text in JSX is Markdown still, and braces are code.
# Entities do not keep these from becoming links; only text that is code is left alone.
_ADDRESS = re.compile(r"://|www\.|@", re.IGNORECASE)
_IN_CODE = re.compile("[|`<>{}\x7f-\x9f\u2028\u2029]")
_MARKDOWN = re.compile(r"[\\`*_\[\]{}~$#+:\-!>]|\n")


def to_jsx(html: str) -> str:
    """Clean HTML (as nh3 prints it) as JSX on one line."""
    parts: list[str] = []
    at = 0
    for match in _TAG.finditer(html):
        parts += (_text(html[at : match.start()]), _tag(match))
        at = match.end()
    parts.append(_text(html[at:]))
    return "".join(parts)


def _text(text: str) -> str:
    if _ADDRESS.search(text):
        shown = json.dumps(unescape(text), ensure_ascii=False)
        return "{" + _IN_CODE.sub(lambda char: f"\\u{ord(char[0]):04x}", shown) + "}"
    return _MARKDOWN.sub(lambda char: f"&#{ord(char[0])};", text)


def _tag(match: re.Match[str]) -> str:
    name = match[1].lower()
    shown = "".join(
        f' {_NAMES.get(found[1].lower(), found[1].lower())}="{_value(found[2] or "")}"'
        for found in _ATTRIBUTE.finditer(match[2])
    )
    end = " />" if name in _VOID else ">"
    return f"<{name}{shown}{end}"


def _value(value: str) -> str:
    return value.replace("\n", " ").replace("{", "&#123;")
