"""Text as Markdown that reads back as the same text."""

from __future__ import annotations

import re
from typing import Final

from kb.markup.render.markdown.flavours import Flavour

# `_` within a word means nothing; `&` only where an entity would follow, `<` where a tag would.
_SPECIAL = re.compile(r"[\\`*\[\]~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?[A-Za-z0-9]+;)|<(?=[A-Za-z/!?])")
_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_LINE_START = re.compile(
    r"#|>|[-+](?=\s|$)|(?P<number>\d{1,9})(?=[.)](?:\s|$))|=+\s*$|-+\s*$|[|:\-][|:\-\s]*$"
)
_LAST_HASHES = re.compile(r"(?<!\\)(#+)$")
_OPEN_URL = re.compile(r"[\x00-\x20<>\\`|\x7f]|&(?=#?[A-Za-z0-9]+;)")
# Python-Markdown leaves other escapes as they stand, and reads escaped brackets as formulas.
_PYTHON_ESCAPES: Final = frozenset("\\`*_{}>#+-.!")


def entity(text: str) -> str:
    """Return each character as a numeric entity, which no flavour reads as markup."""
    return "".join(f"&#{ord(char)};" for char in text)


def escape_text(text: str, flavour: Flavour, *, cell: bool = False) -> str:
    """Escape text within a line; what matters only where a line begins is `escape_line`'s."""

    def escaped(match: re.Match[str]) -> str:
        char = match[0]
        if char in _ENTITIES:
            return _ENTITIES[char]
        return entity(char) if flavour.python and char not in _PYTHON_ESCAPES else "\\" + char

    specials = flavour.specials
    parts: list[str] = []
    at = 0
    for match in specials.finditer(text):
        if match[0]:
            parts += (_SPECIAL.sub(escaped, text[at : match.start()]), entity(match[0]))
            at = match.end()
    parts.append(_SPECIAL.sub(escaped, text[at:]))
    done = "".join(parts)
    return done.replace("|", "&#124;" if flavour.python else "\\|") if cell else done


def escape_line(line: str, flavour: Flavour) -> str:
    """Escape a line of a paragraph, so that its beginning opens no block."""
    line = line.lstrip(" \t")
    if special := flavour.line_specials.match(line):
        first = special[0][:1]
        return entity(first) + line[1:]
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
    return _LAST_HASHES.sub(lambda m: "\\#" * len(m[1]), text)


def url_text(url: str) -> str:
    """Return a link's target as it stands in parentheses."""
    url = _OPEN_URL.sub(_encode, url)
    if not _balanced(url):
        url = url.replace("(", "%28").replace(")", "%29")
    return url or "<>"


def _encode(match: re.Match[str]) -> str:
    return "&amp;" if match[0] == "&" else f"%{ord(match[0]):02X}"


def _balanced(url: str) -> bool:
    depth = 0
    for char in url:
        if char == "(":
            depth += 1
            if depth > 30:
                return False
        elif char == ")":
            depth -= 1
            if depth < 0:
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
    fence = "`" * (1 + longest if longest else 1)
    if not text.strip(" "):
        return f"{fence}{text}{fence}"
    pad = " " if text[0] == "`" or text[-1] == "`" or (text[0] == text[-1] == " ") else ""
    return f"{fence}{pad}{text}{pad}{fence}"
