"""Attributes of XHTML elements: which are allowed, how they print.

XWiki keeps an attribute that it does not know, or whose value would run a script, under a
`data-` name. The names are those that HTML, SVG and MathML define.
"""

from __future__ import annotations

import re

from kb.markup.tree.nodes import Params

TRANSLATED = "data-xwiki-translated-attribute-"

_NAMES = """
accent accent-height accentunder accept accumulate action additive align alignment-baseline alt
ascent attributename attributetype autocapitalize autocomplete autopictureinpicture autoplay
azimuth background basefrequency baseline-shift begin bevelled bgcolor bias border by capture
cellpadding cellspacing checked cite class clear clip clip-path clip-rule clippathunits close
color color-interpolation color-interpolation-filters color-profile color-rendering cols colspan
columnlines columnsalign columnspan controls controlslist coords crossorigin cx cy d datetime
decoding default denomalign depth diffuseconstant dir direction disabled disablepictureinpicture
disableremoteplayback display displaystyle divisor download draggable dur dx dy edgemode elevation
encoding enctype end enterkeyhint face fence fill fill-opacity fill-rule filter filterunits
flood-color flood-opacity font-family font-size font-size-adjust font-stretch font-style
font-variant font-weight for frame fx fy g1 g2 glyph-name glyphref gradienttransform gradientunits
headers height hidden high href hreflang id image-rendering in in2 inputmode integrity ismap k k1
k2 k3 k4 kernelmatrix kernelunitlength kerning keypoints keysplines keytimes kind label lang
largeop length lengthadjust letter-spacing lighting-color linethickness list loading local loop
low lquote lspace marker-end marker-mid marker-start markerheight markerunits markerwidth mask
maskcontentunits maskunits mathbackground mathcolor mathsize mathvariant max maxlength maxsize
media method min minlength minsize mode movablelimits multiple muted name nonce noshade notation
novalidate nowrap numalign numoctaves offset opacity open operator optimum order orient
orientation origin overflow paint-order path pathlength pattern patterncontentunits
patterntransform patternunits placeholder playsinline points poster preload preservealpha
preserveaspectratio primitiveunits pubdate r radiogroup radius readonly refx refy rel repeatcount
repeatdur required restart result rev reversed role rotate rowalign rowlines rows rowspacing
rowspan rquote rspace rx ry scale scope scriptlevel scriptminsize scriptsizemultiplier seed
selected selection separator separators shape shape-rendering size sizes slot span
specularconstant specularexponent spellcheck spreadmethod src srclang srcset start startoffset
stddeviation step stitchtiles stop-color stop-opacity stretchy stroke stroke-dasharray
stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke-width
style subscriptshift summary supscriptshift surfacescale symmetric systemlanguage tabindex target
targetx targety text-anchor text-decoration text-rendering textlength title transform
transform-origin translate type u1 u2 unicode usemap valign value values version vert-adv-y
vert-origin-x vert-origin-y viewbox visibility voffset width word-spacing wrap writing-mode x x1
x2 xchannelselector xlink:href xlink:title xml:id xml:space xmlns xmlns:xlink y y1 y2
ychannelselector z zoomandpan
"""
_ALLOWED = frozenset(_NAMES.split())
_WORDS = """
alt class for id label name pattern placeholder role summary title value style xmlns
"""
_NEVER_A_URL = frozenset(_WORDS.split())
_DATA_ELEMENTS = frozenset(("audio", "video", "img", "source", "image", "track"))
_NAME_CHARS = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
    "\\-.0-9\u00b7\u0300-\u036f\u203f-\u2040"
)
_FREE = re.compile(rf"data-[{_NAME_CHARS}]+|aria-[\-A-Za-z0-9_]+")
_NOT_IN_NAMES = re.compile(rf"[^{_NAME_CHARS}]")
_BLANKS = re.compile("[\0- \xa0\u1680\u180e\u2000-\u2029\u205f\u3000]")
_SCRIPT = re.compile(r"(?:[A-Za-z0-9_]+script|data):", re.IGNORECASE)
_NO_URL = re.compile(r"[^a-z]|[a-z+.\-]+(?:[^a-z+.\-:]|$)", re.IGNORECASE)

# What text and attribute values escape; the brace keeps output from being read as a macro.
_TEXT_ESCAPES = {ord("<"): "&lt;", ord(">"): "&gt;", ord("&"): "&amp;", ord("{"): "&#123;"} | {
    code: f"&#{code};" for code in range(32) if code not in (9, 10, 13)
}
_VALUE_ESCAPES = _TEXT_ESCAPES | {ord('"'): "&quot;"}
NEEDS_ESCAPE = re.compile("[<>&{\0-\x08\x0b\x0c\x0e-\x1f]")
_VALUE_NEEDS_ESCAPE = re.compile('[<>&{"\0-\x08\x0b\x0c\x0e-\x1f]')


def escape_text(text: str) -> str:
    """Return `text` as it stands between tags."""
    return text.translate(_TEXT_ESCAPES) if NEEDS_ESCAPE.search(text) else text


def escape_value(value: str) -> str:
    """Return `value` as it stands in double quotes."""
    return value.translate(_VALUE_ESCAPES) if _VALUE_NEEDS_ESCAPE.search(value) else value


def add_class(params: Params, name: str) -> None:
    """Add a class after those that `params` has."""
    before = params.get("class")
    params["class"] = name if before is None else f"{before.strip()} {name}"


def is_allowed(element: str, name: str, value: str | None) -> bool:
    """Tell whether `element` may have the attribute `name` with this value."""
    name = name.lower()
    if _FREE.fullmatch(name):
        return True
    if name not in _ALLOWED:
        return False
    if name in _NEVER_A_URL or value is None:
        return True
    value = _BLANKS.sub("", value)
    if not _SCRIPT.match(value) or _NO_URL.match(value):
        return True
    return name in ("src", "href") and element in _DATA_ELEMENTS and value.startswith("data:")


def attributes(element: str, params: Params) -> str:
    """Return the attributes as they print, each with a blank before it; values of None do not."""
    printed: dict[str, str | None] = {}
    for name, value in params.items():
        if is_allowed(element, name, value):
            printed[name] = value
        else:
            printed[TRANSLATED + _NOT_IN_NAMES.sub("", name)] = value
    return "".join(
        f' {name}="{escape_value(value)}"' for name, value in printed.items() if value is not None
    )
