"""Text as Markdown that reads back as the same text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from kb.markup.render.markdown.flavours import Flavour

# `_` within a word means nothing; `&` only where an entity would follow, `<` where a tag would.
_SPECIAL = re.compile(r"[\\`*\[\]~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?[A-Za-z0-9]+;)|<(?=[A-Za-z/!?])")
_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_LINE_START = re.compile(
    r"#|>|[-+](?=\s|$)|(?P<number>\d{1,9})(?=[.)](?:\s|$))|=+\s*$|-+\s*$|[|:\-][|:\-\s]*$"
)
_LAST_HASHES = re.compile(r"(?<!#)((?:(?<=\\)#)?+)(#++)$")
_OPEN_URL = re.compile(r"[\x00-\x20<>\\`|\x7f]|&(?=#?[A-Za-z0-9]+;)")
# Python-Markdown leaves other escapes as they stand, and reads escaped brackets as formulas.
_PYTHON_ESCAPES: Final = frozenset("\\`*_{}>#+-.!")


def entity(text: str) -> str:
    """Return each character as a numeric entity, which no flavour reads as markup."""
    return "".join(f"&#{ord(char)};" for char in text)


def by_parts(
    pattern: re.Pattern[str],
    text: str,
    outside: Callable[[str], str],
    inside: Callable[[re.Match[str]], str],
) -> str:
    """Return `text`, its matches of `pattern` as `inside` says them, the rest as `outside` does."""
    parts: list[str] = []
    at = 0
    for match in pattern.finditer(text):
        parts += (outside(text[at : match.start()]), inside(match))
        at = match.end()
    return "".join([*parts, outside(text[at:])])


def escape_text(text: str, flavour: Flavour, *, cell: bool = False) -> str:
    """Escape text within a line; what matters only where a line begins is `escape_line`'s."""

    def escaped(match: re.Match[str]) -> str:
        char = match[0]
        if char in _ENTITIES:
            return _ENTITIES[char]
        return entity(char) if flavour.python and char not in _PYTHON_ESCAPES else "\\" + char

    done = by_parts(
        flavour.specials, text, lambda part: _SPECIAL.sub(escaped, part), lambda m: entity(m[0])
    )
    return done.replace("|", "&#124;" if flavour.python else "\\|") if cell else done


def escape_line(line: str, flavour: Flavour) -> str:
    """Escape a line of a paragraph, so that its beginning opens no block."""
    line = line.lstrip(" \t")
    if special := flavour.line_specials.match(line):
        return entity(special[0][:1]) + line[1:]
    match = _LINE_START.match(line)
    if match is None:
        return line
    if match["number"]:
        end = match.end("number")
        return f"{line[:end]}\\{line[end:]}"
    if flavour.python and line[0] not in _PYTHON_ESCAPES:
        return entity(line[0]) + line[1:]
    return "\\" + line


def escape_heading(text: str) -> str:
    """Escape a heading's text, whose last hashes would be taken for its end."""
    return _LAST_HASHES.sub(lambda m: m[1] + "\\#" * len(m[2]), text)


def url_text(url: str) -> str:
    """Return a link's target as it stands in parentheses."""
    url = _OPEN_URL.sub(lambda m: "&amp;" if m[0] == "&" else f"%{ord(m[0]):02X}", url)
    if not _balanced(url):
        url = url.replace("(", "%28").replace(")", "%29")
    return url or "<>"


def _balanced(url: str) -> bool:
    depth = 0
    for char in url:
        depth += (char == "(") - (char == ")")
        if not 0 <= depth <= 30:
            return False
    return depth == 0


def title_text(title: str) -> str:
    """Return a link's title with its quotes, and the blank before them; "" for none."""
    words = " ".join(title.split())
    if not words:
        return ""
    words = words.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
    return f' "{words.replace("<", "&lt;")}"'


def code_span(text: str) -> str:
    """Return inline code, fenced by more backticks than it holds."""
    text = text.replace("\n", " ")
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (1 + longest)
    if not text.strip(" "):
        return f"{fence}{text}{fence}"
    pad = " " if text[0] == "`" or text[-1] == "`" or (text[0] == text[-1] == " ") else ""
    return f"{fence}{pad}{text}{pad}{fence}"
