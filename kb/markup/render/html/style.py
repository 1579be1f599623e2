"""Parameters of the wiki's author as attributes of the site's HTML.

Style becomes classes (`wiki-red`, `wiki-on-yellow`, `wiki-center`), so that the site decides
how a colour looks on its background, by day and by night; everything else of it goes.
"""

from __future__ import annotations

import colorsys
import html
import re
from functools import lru_cache
from typing import Final

from kb.markup.tree.nodes import Params

_WORDS: Final = {
    "red": "red darkred crimson firebrick maroon tomato salmon lightsalmon indianred",
    "orange": "orange darkorange orangered coral chocolate brown peru sienna",
    "yellow": "yellow gold khaki lightyellow goldenrod darkgoldenrod olive",
    "green": "green lime darkgreen lightgreen seagreen forestgreen limegreen palegreen teal",
    "blue": "blue navy darkblue lightblue skyblue royalblue steelblue cyan aqua dodgerblue"
    " mediumblue deepskyblue",
    "purple": "purple violet magenta fuchsia indigo pink lightpink hotpink darkviolet orchid",
    "gray": "gray grey lightgray lightgrey darkgray darkgrey silver dimgray whitesmoke gainsboro"
    " slategray",
}
_NAMED: Final = {word: hue for hue, words in _WORDS.items() for word in words.split()}
_HUES: Final = ((18, "red"), (45, "orange"), (70, "yellow"), (170, "green"), (255, "blue"),
                (330, "purple"), (361, "red"))  # fmt: skip
_HEX = re.compile(r"#([0-9a-f]{6}|[0-9a-f]{3})\Z")
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\b")
_ALIGN: Final = frozenset(("center", "right", "justify"))
_ID_BLANKS = re.compile(r"\s+")
_NUMBER = re.compile(r"\d{1,4}\Z")
_LENGTH = re.compile(r"(\d{1,5})(?:px)?\Z|(\d{1,3}%)\Z")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8})*\Z")
_LIST_TYPES: Final = {"lower-alpha": "a", "lower-latin": "a", "upper-alpha": "A",
                      "upper-latin": "A", "lower-roman": "i", "upper-roman": "I"}  # fmt: skip


def escape_value(value: str) -> str:
    """Return `value` as it stands between double quotes."""
    return html.escape(value, quote=False).replace('"', "&quot;")


def hue_of(colour: str) -> str:
    """Return the name of the hue nearest to a CSS colour; "" for black, white and nonsense."""
    colour = colour.strip().lower()
    if colour in _NAMED:
        return _NAMED[colour]
    if match := _HEX.match(colour):
        digits = match[1] if len(match[1]) == 6 else "".join(c + c for c in match[1])
        rgb = tuple(int(digits[at : at + 2], 16) for at in (0, 2, 4))
    elif match := _RGB.match(colour):
        rgb = tuple(min(255, int(part)) for part in match.groups())
    else:
        return ""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(part / 255 for part in rgb))
    if lightness < 0.08 or lightness > 0.97:
        return ""
    if saturation < 0.15:
        return "gray"
    return next(name for limit, name in _HUES if hue * 360 < limit)


def declarations(style: str) -> dict[str, str]:
    """Return property and value of an inline style, both in lower case."""
    found: dict[str, str] = {}
    for part in style.split(";"):
        name, colon, value = part.partition(":")
        if colon:
            found[name.strip().lower()] = value.strip().lower().removesuffix("!important").strip()
    return found


@lru_cache(maxsize=1024)
def classes_of(style: str) -> tuple[str, ...]:
    """Return the site's classes for what an inline style means to a reader."""
    found = declarations(style)
    classes = []
    if hue := hue_of(found.get("color", "")):
        classes.append(f"wiki-{hue}")
    background = found.get("background-color") or found.get("background", "").partition(" ")[0]
    if hue := hue_of(background):
        classes.append(f"wiki-on-{hue}")
    if (align := found.get("text-align", "")) in _ALIGN:
        classes.append(f"wiki-{align}")
    if found.get("font-weight", "") in ("bold", "bolder", "600", "700", "800", "900"):
        classes.append("wiki-bold")
    if found.get("font-style") == "italic":
        classes.append("wiki-italic")
    if "line-through" in found.get("text-decoration", ""):
        classes.append("wiki-strike")
    return tuple(classes)


def clean_id(name: str) -> str:
    """Return an id without blanks, which HTML does not allow in one."""
    return _ID_BLANKS.sub("_", name.strip())


def attributes_of(params: Params, id_prefix: str) -> str:
    """Return what any element may keep of its parameters, printed with a blank before each."""
    parts: list[str] = []
    for name, value in params.items():
        if not value:
            continue
        if name == "id":
            parts.append(f' id="{escape_value(id_prefix + clean_id(value))}"')
        elif name == "style":
            if classes := classes_of(value):
                parts.append(f' class="{" ".join(classes)}"')
        elif name == "title" or (name == "dir" and value in ("ltr", "rtl", "auto")):
            parts.append(f' {name}="{escape_value(value)}"')
        elif name == "lang" and _LANGUAGE.match(value):
            parts.append(f' lang="{value.replace("_", "-")}"')
    return "".join(parts)


def span_attributes(params: Params) -> str:
    """Return `colspan` and `rowspan` of a cell; a span of one or nonsense is none."""
    return "".join(
        f' {name}="{value.strip()}"'
        for name in ("colspan", "rowspan")
        if (value := params.get(name)) and _NUMBER.match(value.strip()) and int(value) > 1
    )


def size_attributes(params: Params) -> str:
    """Return width and height of an image, from parameters or style: pixels or per cent."""
    style = declarations(params.get("style") or "")
    return "".join(
        f' {name}="{match[1] or match[2]}"'
        for name in ("width", "height")
        if (match := _LENGTH.match((params.get(name) or style.get(name) or "").strip()))
    )


def list_attributes(params: Params) -> str:
    """Return kind of numbering and first number of an ordered list."""
    kind = _LIST_TYPES.get(declarations(params.get("style") or "").get("list-style-type", ""))
    start = (params.get("start") or "").strip()
    number = f' start="{start}"' if _NUMBER.match(start) else ""
    return (f' type="{kind}"' if kind else "") + number
