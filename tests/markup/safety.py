"""What must hold of HTML that a browser is given; read from its parse, not its text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from lxml import html as lxml_html

SCHEMES = {"http", "https", "mailto", "tel", "ftp", "ftps", "sftp", "ssh", "git"}
_NAMES = (
    "a abbr address article aside b bdi bdo blockquote br caption center cite code col colgroup"
    " data dd del details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header"
    " hr i img ins kbd li main mark nav ol p pre q rp rt ruby s samp section small span strong sub"
    " summary sup table tbody td tfoot th thead time tr tt u ul var wbr"
)
TAGS = frozenset(_NAMES.split())
_RASTER = re.compile(
    r"data:image/(png|gif|jpe?g|webp|bmp|avif);base64,[A-Za-z0-9+/=\s]*\Z", re.IGNORECASE
)
_IGNORED = re.compile(r"[\x00-\x20\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202e\u2060\u3000\ufeff]")


class Tags(HTMLParser):
    """Start tags and attributes as a second, unrelated parser reads them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        self.found.append(("!--", {}))

    def handle_decl(self, decl: str) -> None:
        self.found.append(("!", {}))


def elements(markup: str) -> list[tuple[str, dict[str, str | None]]]:
    """Every element of `markup` as two parsers see it."""
    tags = Tags()
    tags.feed(markup)
    tags.close()
    found = list(tags.found)
    if markup.strip():
        root = lxml_html.fragment_fromstring(markup, create_parent="div")
        found.extend((str(node.tag), dict(node.attrib)) for node in list(root.iter())[1:])
    return found


def scheme(url: str) -> str:
    match = re.match(r"([a-zA-Z][a-zA-Z0-9+.\-]*):", _IGNORED.sub("", url))
    return match[1].lower() if match else ""


def trouble(markup: str) -> list[str]:
    """What in `markup` could run something; empty is good."""
    found = []
    for tag, attributes in elements(markup):
        if tag not in TAGS:
            found.append(f"<{tag}>")
        for name, value in attributes.items():
            if name.startswith("on") or name in ("style", "srcdoc", "formaction", "ping", "target"):
                found.append(f"{tag} {name}")
            if name in ("href", "src", "cite", "action", "data", "poster", "background", "srcset"):
                allowed = scheme(value or "") in SCHEMES | {""}
                raster = tag == "img" and name == "src" and _RASTER.match(value or "")
                if not allowed and not raster:
                    found.append(f"{tag} {name}={value!r}")
    return found
