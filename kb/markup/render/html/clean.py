"""The allow-list that all HTML passes before anybody sees it."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from html import unescape
from typing import Final

import nh3

from kb.markup.render.html.style import classes_of
from kb.markup.render.html.writer import TITLE, box_kind
from kb.markup.render.resolve import SCHEMES, safe_image_url, safe_url


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PHRASING: Final = _names(
    "a abbr b bdi bdo br cite code data del dfn em i img ins kbd mark q rp rt ruby s samp "
    "small span strong sub sup time u var wbr tt font"
)
_FLOW: Final = _names(
    "address article aside blockquote caption center col colgroup dd details div dl dt "
    "figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section "
    "summary table tbody td tfoot th thead tr ul"
)
_ATTRIBUTES: Final[dict[str, set[str]]] = {
    "*": {"id", "title", "lang", "dir"}, "a": {"href", "hreflang"},
    "img": {"src", "alt", "width", "height"}, "ol": {"start", "reversed", "type"},
    "li": {"value"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope", "abbr"},
    "col": {"span"}, "colgroup": {"span"}, "del": {"cite", "datetime"},
    "ins": {"cite", "datetime"}, "q": {"cite"}, "blockquote": {"cite"}, "time": {"datetime"},
    "data": {"value"}, "bdo": {"dir"}, "details": {"open"},
}  # fmt: skip
_UNWRAPPED: Final = _names("address center font footer header main tt")
"""Of somebody else's HTML: parts that a page has once, or that the standard has given up."""
_VALUES: Final[dict[str, re.Pattern[str]]] = {
    "id": re.compile(r"\S+"),
    **dict.fromkeys(("lang", "hreflang"), re.compile(r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8})*")),
    "dir": re.compile(r"ltr|rtl|auto", re.IGNORECASE),
    **dict.fromkeys(("width", "height"), re.compile(r"[0-9]{1,5}")),
    "start": re.compile(r"-?[0-9]{1,9}"),
    "type": re.compile(r"[1aAiI]"),
    "colspan": re.compile(r"[1-9][0-9]{0,2}"),
    "scope": re.compile(r"row|col|rowgroup|colgroup", re.IGNORECASE),
    "datetime": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
}
"""What an attribute of somebody else's HTML may say; anything else is left out with it."""
# What only the renderer itself may write.
_OWN: Final = {"class", "role", "data-line", "data-lang", "data-name", "tabindex"} | {
    f"aria-{name}" for name in ("label", "labelledby", "disabled", "hidden", "checked")
}
_GONE_WITH_CONTENT: Final = {"script", "style", "template", "iframe", "object", "noscript", "title"}
_UNSPEAKABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_PARAGRAPHS: Final = re.compile(
    r"(?:<p>(?:[^<>&\x00-\x09\x0b-\x1f\x7f\xa0\ud800-\udfff\ufffe\uffff]++|&(?:amp|lt|gt);|<br>)*+</p>\n?)*+"
)
"""What the sanitiser would leave as it is: most texts of cases are no more than words."""
_URLS: Final = re.compile(r'\s(href|src|cite)="([^"]*)"')
"""URLs in what the sanitiser wrote, and what looks like one in a text."""
_SIGN: Final = "\ue000"
_MAX_NESTING: Final = 400
_MAX_FORMATS: Final = 12
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_CLOSE_THEMSELVES: Final = _names("area br col dd dt hr img input li link meta p td th tr wbr")
_FORMATTING: Final = _names("a b big code em font i nobr s small strike strong tt u")
_FORMAT_TAG = re.compile(rf"</?(?:{'|'.join(sorted(_FORMATTING))})(?![\w-])[^<>]*>", re.IGNORECASE)


def clean(html: str) -> str:
    """Return the renderer's own HTML without anything that runs or loads what it should not."""
    if _PARAGRAPHS.fullmatch(html):
        return html
    html = _speakable(html)
    cleaned = _own(filtered=False).clean(html)
    if all(map(_is_safe, _URLS.findall(cleaned))):
        return cleaned
    # To be asked about each attribute takes the sanitiser half as long again: few pages need it.
    return _own(filtered=True).clean(html)


def _is_safe(found: tuple[str, str]) -> bool:
    name, url = found
    return _attribute("img" if name == "src" else "a", name, unescape(url)) is not None


def _speakable(html: str) -> str:
    """Replace what no HTML may hold: control characters, halves of surrogate pairs."""
    return _UNSPEAKABLE.sub("\ufffd", html) if _UNSPEAKABLE.search(html) else html


def clean_foreign(html: str, id_prefix: str = "", *, inline: bool = False) -> str:
    """Return somebody's HTML, well nested; `inline` leaves only what may stand in a paragraph.

    Of its classes and styles stays what the site has words for: boxes, colours, alignment.
    """
    html = _speakable(html)
    if _stay_open(html, _FORMATTING) > _MAX_FORMATS:
        html = _FORMAT_TAG.sub("", html)
    if _stay_open(html) > _MAX_NESTING or _stay_open(html, _FORMATTING) > _MAX_FORMATS:
        html = nh3.escape(html)
    cleaned = _foreign(id_prefix, inline).clean(html.replace(_SIGN, ""))
    return cleaned.replace(f' style="{_SIGN}', ' class="')


def _stay_open(html: str, names: frozenset[str] | None = None) -> int:
    """Return how many elements, of these names, are open at once at most.

    Many would cost a parser time or space that is quadratic. Formatting elements have the lower
    limit: what is open when a paragraph ends is opened again in each that follows.
    """
    opened: Counter[str] = Counter()
    depth = deepest = 0
    for match in _TAG.finditer(html):
        name = match[2].lower()
        counts = name not in _CLOSE_THEMSELVES if names is None else name in names
        if not counts or (match[1] and not opened[name]):
            continue
        step = -1 if match[1] else 1
        opened[name] += step
        depth += step
        deepest = max(deepest, depth)
    return deepest


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Return an attribute's value, None if its URL is not allowed; names are allowed elsewhere."""
    if name not in ("src", "href", "cite"):
        return value
    safe = safe_image_url(value) if tag == "img" else safe_url(value)
    return value if safe else None


def _foreign_attribute(tag: str, name: str, value: str) -> str | None:
    """Do as `_attribute`; class and style become the site's classes, still under `style`."""
    if name == "class":
        kind = box_kind({"class": value})
        return f"wiki-box wiki-{kind}" if kind and kind != TITLE else None
    if name == "style":
        classes = classes_of(value)
        return _SIGN + " ".join(classes) if classes else None
    allowed = _VALUES.get(name)
    if allowed and not allowed.fullmatch(value):
        return None
    return _attribute(tag, name, value)


@cache
def _own(*, filtered: bool) -> nh3.Cleaner:
    attributes = {tag: set(names) for tag, names in _ATTRIBUTES.items()}
    attributes["*"] |= _OWN
    attributes["a"].add("rel")
    attributes["img"] |= {"loading", "decoding"}
    return nh3.Cleaner(
        tags=set(_PHRASING | _FLOW),
        clean_content_tags=_GONE_WITH_CONTENT,
        attributes=attributes,
        attribute_filter=_attribute if filtered else None,
        url_schemes={*SCHEMES, "data"},
        link_rel=None,
    )


@cache
def _foreign(id_prefix: str, inline: bool) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set((_PHRASING if inline else _PHRASING | _FLOW) - _UNWRAPPED),
        clean_content_tags=_GONE_WITH_CONTENT,
        attributes={**_ATTRIBUTES, "*": _ATTRIBUTES["*"] | {"class", "style"}},
        attribute_filter=_foreign_attribute,
        url_schemes={*SCHEMES, "data"},
        link_rel="noopener noreferrer",
        id_prefix=id_prefix or None,
    )
