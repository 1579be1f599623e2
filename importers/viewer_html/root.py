"""What every page of a wiki says of itself: the data attributes of its root element."""

from __future__ import annotations

from urllib.parse import unquote, urljoin, urlsplit

import msgspec

from importers.web.html import Element, attribute, first, text_of
from kb.references import join_reference, split_reference

_ACTIONS = ("view", "viewrev", "get")


class Root(msgspec.Struct, frozen=True, kw_only=True):
    """Which page a saved or fetched HTML page shows."""

    wiki: str | None = None
    reference: str | None = None
    """Escaped local reference; None where the skin is too old to say."""
    version: str | None = None
    locale: str = ""
    title: str | None = None
    url: str | None = None


def read_root(tree: Element, location: str | None = None) -> Root:
    """The root's data attributes; an old skin's page is told by its canonical link.

    ``location`` is where the page was fetched from, for links that are relative.
    """
    html = tree if tree.tag == "html" else first(tree, "//html")
    reference = attribute(html, "data-xwiki-document") if html is not None else ""
    wiki = attribute(html, "data-xwiki-wiki") if html is not None else ""
    whole = attribute(html, "data-xwiki-reference") if html is not None else ""
    if whole and wiki and whole.startswith(f"{wiki}:"):
        reference = whole[len(wiki) + 1 :]
    link = first(tree, '//link[@rel="canonical"][@href]')
    url = attribute(link, "href") if link is not None else None
    if not reference and url:
        reference = reference_in(url) or ""
    return Root(
        wiki=wiki or None,
        reference=reference or None,
        version=(attribute(html, "data-xwiki-version") if html is not None else "") or None,
        locale=attribute(html, "data-xwiki-locale") if html is not None else "",
        title=_title(tree, reference),
        url=urljoin(location or "", url) if url else None,
    )


def reference_in(url: str) -> str | None:
    """The page that a link to a view leads to; None for a link to something else.

    A link that ends in a slash leads to the home of the space that it names.
    """
    parts = urlsplit(url).path.split("/")
    mark = next((i for i, name in enumerate(parts) if name in _ACTIONS), None)
    if mark is None:
        return None
    names = [unquote(name) for name in parts[mark + 1 :]]
    if names and names[-1] == "":
        names[-1] = "WebHome"
    if not names or not all(names):
        return None
    return join_reference(tuple(names))


def _title(tree: Element, reference: str) -> str | None:
    """The stored title, as far as the page shows it: one that is not just the page's name."""
    shown = first(tree, '//*[@id="document-title"]//a | //*[@id="document-title"][not(.//a)]')
    text = text_of(shown).strip() if shown is not None else ""
    if not text:
        return None
    names = split_reference(reference) if reference else ()
    default = names[-2] if len(names) > 1 and names[-1] == "WebHome" else (names or ("",))[-1]
    return None if text == default else text
